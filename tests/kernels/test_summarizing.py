"""The search for summaries, all of it, against an oracle."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from dedupe.kernels import sentences
from dedupe.kernels import summarizing as kernel
from tests import naive

Text = list[list[int]]
Span = tuple[int, int, int, int]
BITS = 6
"""Stems are numbers of six bits, in the upper bits of a hash, so that each has a rarity."""
RARITY = [0.5 + (number % 7) for number in range(1 << BITS)]
LEAST_RARE, LEAST = 3, 0.1

sentence_of = st.lists(st.integers(0, 31), min_size=3, max_size=9)
elsewhere = st.lists(st.integers(24, 63), min_size=3, max_size=9)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Text, Text, list[Span]]:
    """A text with words picked from all over another one, that text, and matches of the two."""
    source = draw(st.lists(sentence_of, min_size=6, max_size=14))
    words = [word for sentence in source for word in sentence]
    every = st.lists(st.sampled_from(words), min_size=4, max_size=8)
    around = st.lists(elsewhere, min_size=1, max_size=8)
    summary = draw(st.lists(every, min_size=1, max_size=2))
    article = [*draw(around), *summary, *draw(around)]
    sizes = sum(map(len, article)), len(words)
    edges = [st.lists(st.integers(0, size), min_size=2, max_size=2).map(sorted) for size in sizes]
    spans = draw(st.lists(st.tuples(*edges), max_size=2))
    return article, source, [(*ours, *theirs) for ours, theirs in spans]


def found(article: Text, source: Text, known: list[Span]) -> list[tuple[float, ...]]:
    """Spans, shares and rare stems, places from the start of the article."""
    sizes = [len(sentence) for sentence in (*article, *source)]
    sentence = np.cumsum([0, *sizes]).astype(np.int64)
    stem = np.array([w for s in (*article, *source) for w in s], np.uint32)
    bounds = np.array([[0, len(article), len(article), len(sizes)]])
    base = int(sentence[len(article)])
    places = [(a, b, base + c, base + d) for a, b, c, d in known]
    match = np.array(places, np.int64).reshape(-1, 4)
    owner, span, facts = np.empty(99, np.int64), np.empty((99, 2), np.int64), np.empty((99, 3))
    count = kernel.find_summaries(
        stem << np.uint32(32 - BITS), sentence, bounds, np.array(RARITY, np.float32), match,
        np.array([[0, len(match)]]), LEAST_RARE, LEAST, 999, owner, span, facts,
    )  # fmt: skip
    return [(*s, *f) for s, f in zip(span[:count].tolist(), facts[:count].tolist(), strict=True)]


def expected(article: Text, source: Text, known: list[Span]) -> list[tuple[float, ...]]:
    """The same by the oracle."""
    seeds, weight = naive.sentence_seeds(article, source, kernel.SEED_COSINE, kernel.SEED_DICE, 0.0)
    ours, theirs = [w for s in article for w in s], [w for s in source for w in s]
    place, other_place = (np.cumsum([0, *map(len, text)]).tolist() for text in (article, source))
    there, rarity = set(theirs), dict(enumerate(RARITY))
    rows = sorted({i for i, _ in seeds})
    cuts = [k + 1 for k, (i, j) in enumerate(pairwise(rows)) if j - i > kernel.GAP]
    want: list[tuple[float, ...]] = []
    for first, behind in pairwise([0, *cuts, len(rows)]):
        if first == behind:
            continue
        low = place[max(rows[first] - 1, 0)]
        high = place[min(rows[behind - 1] + 2, len(article))]
        for _ in range(2):
            low, high = naive.trimmed(
                ours, low, high, there, weight, sentences.PRICE, sentences.AROUND
            )
        words = high - low
        if kernel.SURROUNDINGS * words > len(ours) or kernel.LONGEST * words < len(theirs):
            continue
        information, rare = naive.shared_information(ours[low:high], theirs, rarity)
        if rare < LEAST_RARE or rare < kernel.RARE_SHARE * words:
            continue
        drawn = [j for i, j in seeds if place[i] < high and place[i + 1] > low]
        if not drawn:
            continue
        reach = other_place[max(drawn) + 1] - other_place[min(drawn)]
        if reach < kernel.SHORTER * words or reach < kernel.DRAWN_ON * len(theirs):
            continue
        inside, whole = naive.explained(ours[low:high], there, weight)
        around, other_whole = naive.explained([*ours[:low], *ours[high:]], there, weight)
        shares = inside / max(whole, 1.0), around / max(other_whole, 1.0)
        if shares[0] - shares[1] < LEAST:
            continue
        told = [
            naive.shared_information(
                ours[max(a, low) : min(b, high)], theirs[c:d], rarity
            )[0]
            for a, b, c, d in known
            if max(a, low) < min(b, high) and d - c < kernel.LONGER * (b - a)
        ]  # fmt: skip
        if max(told, default=0.0) < kernel.EXPLAINED * information:
            want.append((low, high, *shares, rare))
    return want


@settings(max_examples=300, deadline=None)
@given(pairs())
def test_summaries_are_those_of_the_oracle(pair: tuple[Text, Text, list[Span]]) -> None:
    """Groups of sentences, trimming and every limit, one after the other."""
    want = expected(*pair)
    event(f"{len(want)} summaries")
    got = found(*pair)
    assert [value for row in got for value in row] == pytest.approx(
        [value for row in want for value in row]
    )


def test_a_summary_is_found() -> None:
    """One word of each sentence of a source, among words that it does not hold."""
    source = [[3 * k, 3 * k + 1, 3 * k + 2] for k in range(8)]
    summary = [3 * k + 1 for k in range(8)]
    article = [[40, 41, 42], [43, 44, 45, 46], summary, [47, 48, 49], [50, 51, 52, 53]]
    ((low, high, inside, around, rare),) = found(article, source, [])
    assert (low, high, rare) == (7, 15, 7)  # of the eight stems one is common
    assert inside == pytest.approx(1.0)
    assert around == 0.0
    assert found(article, source, [(7, 15, 0, 12)]) != []  # that match explains half of it
    assert found(article, source, [(7, 15, 0, 12), (0, 15, 0, 21)]) == []


def test_seeds_without_room_are_told() -> None:
    """The caller makes more room and asks again."""
    text = [[k, k + 1, k + 2, k + 3] for k in range(0, 40, 4)]
    sentence = np.arange(0, 84, 4)
    stem = np.array([w for s in (*text, *text) for w in s], np.uint32) << np.uint32(26)
    none = np.empty(0, np.int64), np.empty((0, 2), np.int64), np.empty((0, 3))
    known = np.empty((0, 4), np.int64), np.zeros((1, 2), np.int64)
    arguments = (stem, sentence, np.array([[0, 10, 10, 20]]), np.ones(64, np.float32), *known)
    assert kernel.find_summaries(*arguments, 0, 0.0, 3, *none) == -1
