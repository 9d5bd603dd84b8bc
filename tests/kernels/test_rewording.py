"""The alignment of reworded text, all of it, against the oracle."""

from __future__ import annotations

import math
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedupe.kernels import rewording as kernel
from dedupe.kernels import sentences
from dedupe.kernels.sorting import sort_few
from tests import naive

Text = list[list[int]]
Limits = tuple[float, int, float, int, int]
"""Evidence, stems that tell something, order, words of the shorter side and of both."""
BITS = 6
"""Stems are numbers of six bits, in the upper bits of a hash, so that each has a rarity."""

texts = st.lists(st.lists(st.integers(0, 63), min_size=3, max_size=9), min_size=1, max_size=12)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Text, Text]:
    """Two texts, some sentences of the one also in the other, with words moved and replaced."""
    a, b = draw(texts), draw(texts)
    for sentence in draw(st.lists(st.sampled_from(a), max_size=6)):
        copy = draw(st.permutations(sentence))
        if draw(st.booleans()):
            copy[0] = draw(st.integers(0, 63))
        b.insert(draw(st.integers(0, len(b))), list(copy))
    return a, b


def named(words: list[int]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which words are written as names: most, so that some stems are so everywhere."""
    return np.array([(word + place) % 4 > 0 for place, word in enumerate(words)], np.bool_)


def aligned(a: Text, b: Text, rarity: list[float], limits: Limits) -> list[tuple[list[int], float]]:
    """Spans of two texts and their evidence, places from the start of each."""
    sizes = [len(sentence) for sentence in (*a, *b)]
    sentence = np.cumsum([0, *sizes]).astype(np.int64)
    stem = np.array([w for s in (*a, *b) for w in s], np.uint32) << np.uint32(32 - BITS)
    bounds = np.array([[0, len(a), len(a), len(a) + len(b)]])
    owner, span = np.empty(99, np.int64), np.empty((99, 4), np.int64)
    evidence = np.empty(99)
    count = kernel.align_reworded(
        stem, named([w for s in (*a, *b) for w in s]), sentence, bounds,
        np.array(rarity, np.float32), *limits, 999, owner, span, evidence,
    )  # fmt: skip
    base = int(sentence[len(a)])
    places = (span[:count] - [0, 0, base, base]).tolist()
    return sorted(zip(places, evidence[:count].tolist(), strict=True))


def expected(
    a: Text, b: Text, rarity: list[float], limits: Limits
) -> list[tuple[list[int], float]]:
    """The same by the oracle."""
    seeds, weight = naive.sentence_seeds(
        a, b, kernel.SEED_COSINE, kernel.SEED_DICE, kernel.COMPETITION
    )
    one, other = [w for s in a for w in s], [w for s in b for w in s]
    name, other_name = np.split(named(one + other), [len(one)])
    place, other_place = (np.cumsum([0, *map(len, text)]).tolist() for text in (a, b))
    known = dict(enumerate(rarity))
    least, rare, order, words, both = limits
    found = []
    waiting = [(part, kernel.GAP) for part in naive.seed_clusters(seeds, kernel.GAP)]
    while waiting:
        part, gap = waiting.pop()
        rows, columns = {i for i, _ in part}, {j for _, j in part}
        low, high = place[min(rows)], place[max(rows) + 1]
        other_low, other_high = other_place[min(columns)], other_place[max(columns) + 1]
        if not _long(high - low, other_high - other_low, words, both):
            continue
        sides = a[min(rows) : max(rows) + 1], b[min(columns) : max(columns) + 1]
        vectors = (naive.stem_vector(side, weight) for side in sides)
        if naive.cosine(*vectors) < kernel.CLUSTER_COSINE:
            if gap > 0:
                waiting += [(p, gap - 1) for p in naive.seed_clusters(part, gap - 1)]
            continue
        for trim in (True, False):
            plain = {one[t] for t in range(low, high) if not name[t]}
            plain |= {other[t] for t in range(other_low, other_high) if not other_name[t]}
            value = naive.evidence(one[low:high], other[other_low:other_high], known, rare, plain)
            if not trim or value < least:
                break
            for _ in range(2):
                low, high = naive.trimmed(
                    one, low, high, set(other[other_low:other_high]), weight, sentences.PRICE,
                    sentences.AROUND,
                )  # fmt: skip
                other_low, other_high = naive.trimmed(
                    other, other_low, other_high, set(one[low:high]), weight, sentences.PRICE,
                    sentences.AROUND,
                )  # fmt: skip
        chain = naive.heaviest_chain(one[low:high], other[other_low:other_high])
        in_order = chain >= order * math.sqrt(high - low + other_high - other_low)
        if value >= least and in_order and _long(high - low, other_high - other_low, words, both):
            found.append(([low, high, other_low, other_high], value))
    return sorted(found)


def _long(one: int, other: int, words: int, both: int) -> bool:
    return min(one, other) >= words and one + other >= both


LIMITS: list[Limits] = [(0.0, 0, 0.0, 1, 2), (3.0, 2, 0.5, 3, 8), (4.5, 4, 0.9, 6, 20)]
RARITY = [0.5 + (number % 7) for number in range(1 << BITS)]


@settings(max_examples=150, deadline=None)
@given(pairs(), st.sampled_from(LIMITS))
@example(([[1, 2, 3]], [[1, 2, 3]]), LIMITS[0])
def test_alignment_is_that_of_the_oracle(both: tuple[Text, Text], limits: Limits) -> None:
    """Weights, seeds, competition, clusters, trimming and evidence, one after the other."""
    a, b = both
    got = aligned(a, b, RARITY, limits)
    want = expected(a, b, RARITY, limits)
    assert [span for span, _ in got] == [span for span, _ in want]
    assert [value for _, value in got] == pytest.approx([value for _, value in want])


def test_seeds_without_room_are_told() -> None:
    """The caller makes more room and asks again."""
    text = [[k, k + 1, k + 2, k + 3] for k in range(0, 40, 4)]
    sentence = np.arange(0, 84, 4)
    stem = np.array([w for s in (*text, *text) for w in s], np.uint32) << np.uint32(26)
    none = np.empty(0, np.int64), np.empty((0, 4), np.int64), np.empty(0)
    names = np.zeros(len(stem), np.bool_)
    arguments = (
        stem,
        names,
        sentence,
        np.array([[0, 10, 10, 20]]),
        np.ones(64, np.float32),
        *LIMITS[0],
    )
    assert kernel.align_reworded(*arguments, 3, *none) == -1
    assert kernel.align_reworded(*arguments, 99, *none) == 1  # and there was no room for the span


@given(st.lists(st.integers(0, 2**64 - 1), max_size=60))
def test_few_numbers_are_sorted(values: list[int]) -> None:
    """In their place."""
    array = np.array(values, np.uint64)
    kernel_sort(array)
    assert array.tolist() == sorted(values)


def kernel_sort(array: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> None:
    """The helper as plain Python: it is compiled as a part of kernels only."""
    getattr(sort_few, "function", sort_few)(array)


# ------------------------------------------------------------------------------------------ boxes


@st.composite
def boxed(draw: st.DrawFn) -> tuple[Text, Text]:
    """Sizes of the sentences of articles, and boxes: two articles, first word and end in either."""
    sizes = st.lists(st.integers(0, 4), min_size=1, max_size=6).filter(sum)
    articles = draw(st.lists(sizes, min_size=1, max_size=4))
    edges = [0, *accumulate(map(sum, articles))]
    boxes = []
    for _ in range(draw(st.integers(1, 5))):
        box = sorted(draw(st.tuples(*[st.integers(0, len(articles) - 1)] * 2)))
        for article in box[:2]:
            words = st.integers(edges[article], edges[article + 1] - 1)
            first, last = sorted(draw(st.tuples(words, words)))
            box += [first, last + 1]
        boxes.append(box)
    return articles, boxes


@given(boxed(), st.integers(0, 3))
def test_boxes_are_padded_with_sentences(drawn: tuple[Text, Text], pad: int) -> None:
    """Those that hold words of the box, and some on either side as far as the article goes.

    Two places of one article are cut apart.
    """
    articles, boxes = drawn
    unit = [0, *accumulate(size for sizes in articles for size in sizes)]
    piece_unit = [0, *accumulate(map(len, articles))]
    partner, box = np.array(boxes)[:, :2].astype(np.int32), np.array(boxes)[:, 2:].copy()
    out = np.empty_like(box)
    kernel.pad_boxes(partner, box, np.array(unit), np.array(piece_unit), pad, out)
    for found, (a, b, *places) in zip(out.tolist(), boxes, strict=True):
        want = []
        for article, first, end in ((a, *places[:2]), (b, *places[2:])):
            own = range(piece_unit[article], piece_unit[article + 1])
            held = [u for u in own if max(unit[u], first) < min(unit[u + 1], end)]
            want += [max(held[0] - pad, own.start), min(held[-1] + 1 + pad, own.stop)]
        if a == b:
            behind = [u for u in own if unit[u] >= (places[1] + places[2]) // 2]
            middle = min(behind, default=own.stop)
            want[1], want[2] = min(want[1], middle), max(want[2], middle)
        assert found == want
