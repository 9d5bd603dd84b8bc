from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedupe.align import PAD, overlap_room
from dedupe.arrays import I32, I64, U32
from dedupe.kernels.aligning import GAP, GRAM, align, overlap
from tests import naive
from tests.strategies import distinct_words, edited_copies, token_lists


class Row(NamedTuple):
    """A match; places are counted from the start of either article."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int


def scratch(room: int) -> tuple[I32, I32, I32]:
    """Room for the matches in the making."""
    return np.empty((room, 4), np.int32), np.empty(room, np.int32), np.empty((room, 7), np.int32)


def aligned(
    a: list[int], b: list[int], seeds: list[tuple[int, int, int]] | None = None,
    min_words: int = 12, room: int = 500,
) -> list[Row]:  # fmt: skip
    """Matches of two articles that stand in one corpus with others around them.

    seeds: place in a, place in b, words; by default the articles as a whole are one seed
    """
    before, between = [7, 8, 9, 10, 11], [12, 13, 14]
    token = np.array([*before, *a, *between, *b, *before], np.uint32)
    at_a, at_b = len(before), len(before) + len(a) + len(between)
    seeds = [(0, 0, max(len(a), len(b)))] if seeds is None else seeds
    box = [
        max(min(i for i, _, _ in seeds) - PAD, 0) + at_a,
        min(max(i + size for i, _, size in seeds) + PAD, len(a)) + at_a,
        max(min(j for _, j, _ in seeds) - PAD, 0) + at_b,
        min(max(j + size for _, j, size in seeds) + PAD, len(b)) + at_b,
    ]
    owner, out = np.full(room, -7, np.int64), np.full((room, 4), -7, np.int64)
    rows = align(
        token, np.array([box]), np.zeros(1, bool), min_words, *scratch(3000), owner, out
    )  # fmt: skip
    assert (owner[rows:] == -7).all()
    assert owner[:rows].tolist() == [0] * min(rows, room)
    shift = (at_a, at_a, at_b, at_b)
    return [Row(*(int(x) - y for x, y in zip(row, shift, strict=True))) for row in out[:rows]]


def itself(words: list[int], min_words: int = 12) -> list[Row]:
    """Matches of an article with itself."""
    token = np.array(words, np.uint32)
    box = np.array([[0, len(words)] * 2])
    owner, out = np.empty(500, np.int64), np.empty((500, 4), np.int64)
    rows = align(token, box, np.ones(1, bool), min_words, *scratch(3000), owner, out)
    return [Row(*map(int, row)) for row in out[:rows]]


def words_of(rng: np.random.Generator, *sizes: int) -> list[list[int]]:
    """Stretches of text without any word in common, none with a word twice."""
    words = [int(word) for word in distinct_words(rng, sum(sizes))]
    bounds = np.cumsum([0, *sizes]).tolist()
    return [words[low:high] for low, high in pairwise(bounds)]


@pytest.mark.parametrize("size", [12, 13, 20, 57, 400])
@pytest.mark.parametrize(("left_a", "left_b"), [(0, 0), (0, 60), (90, 3), (33, 33), (1, 0)])
def test_verbatim_copy_is_found_to_the_word(
    rng: np.random.Generator, size: int, left_a: int, left_b: int
) -> None:
    """Both ends of a planted copy are exact, at the ends of the articles and within."""
    copy, a1, a2, b1, b2 = words_of(rng, size, left_a, 40, left_b, 25)
    seed = (left_a, left_b, size)
    found = aligned(a1 + copy + a2, b1 + copy + b2, [seed])
    assert found == [Row(left_a, left_a + size, left_b, left_b + size)]
    assert aligned(a1 + copy, b1 + copy, [seed])[0] == found[0]


def test_verbatim_copies_at_random_places(rng: np.random.Generator) -> None:
    """Two hundred random plantings of random sizes: every span is exact."""
    for _ in range(200):
        size, *rest = rng.integers([12, 0, 0, 0, 0], [90, 80, 80, 80, 80]).tolist()
        copy, a1, a2, b1, b2 = words_of(rng, size, *rest)
        low, other = len(a1), len(b1)
        found = aligned(a1 + copy + a2, b1 + copy + b2, [(low, other, min(size, 30))])
        assert found == [(low, low + size, other, other + size)]


@pytest.mark.parametrize("kind", ["replace", "insert", "delete"])
def test_edited_copy_is_one_match_from_first_to_last_equal_word(
    rng: np.random.Generator, kind: str
) -> None:
    """Words changed, put in or left out at random, five apart or more, do not part the match."""
    for _ in range(60):
        original, a1, a2, b1, b2, fresh = words_of(rng, 80, 30, 30, 20, 20, 30)
        copy: list[int] = []
        gap = 0
        for at, word in enumerate(original):
            edit = gap >= 5 and 5 <= at < 75 and rng.random() < 0.3
            gap = 0 if edit else gap + 1
            if not edit:
                copy.append(word)
            elif kind == "replace":
                copy.append(fresh.pop())
            elif kind == "insert":
                copy += [fresh.pop(), word]
        found = aligned(a1 + original + a2, b1 + copy + b2, [(30, 20, 80)])
        assert found == [(30, 110, 20, 20 + len(copy))]


def test_every_fourth_word_replaced_is_still_found(rng: np.random.Generator) -> None:
    """Runs of three equal words are enough where they follow one another."""
    original, fresh, a1, b1 = words_of(rng, 80, 80, 30, 10)
    copy = [fresh[i] if i % 4 == 3 else word for i, word in enumerate(original)]
    found = aligned(a1 + original, b1 + copy, [(30, 10, 80)])
    assert found == [(30, 109, 10, 89)]


def test_changed_ends_do_not_belong_to_the_match(rng: np.random.Generator) -> None:
    """Where the copy begins and ends with other words, so does the match."""
    original, fresh, a1, a2 = words_of(rng, 60, 10, 10, 10)
    copy = fresh[:4] + original[4:-3] + fresh[4:]
    assert aligned(a1 + original + a2, copy, [(10, 0, 60)])[0] == (14, 67, 4, 57)


@pytest.mark.parametrize(("gap", "parts"), [(GAP - GRAM, 1), (GAP + 1, 2), (60, 2)])
def test_gap_decides_how_many_matches_there_are(
    rng: np.random.Generator, gap: int, parts: int
) -> None:
    """A stretch of other words joins two copies when it is short, and parts them when not."""
    one, two, middle_a, middle_b = words_of(rng, 40, 40, gap, gap)
    found = aligned(one + middle_a + two, one + middle_b + two)
    size = 40 + gap
    whole = [(0, size + 40, 0, size + 40)]
    apart = [(0, 40, 0, 40), (size, size + 40, size, size + 40)]
    assert found == (whole if parts == 1 else apart)


def test_moved_paragraphs_are_matches_of_their_own(rng: np.random.Generator) -> None:
    """Three paragraphs in another order are three exact matches."""
    one, two, three = words_of(rng, 40, 50, 30)
    found = aligned(one + two + three, three + one + two)
    assert sorted(found) == [(0, 90, 30, 120), (90, 120, 0, 30)]
    found = aligned(one + two + three, three + two + one)
    assert sorted(found) == [
        (0, 40, 80, 120), (40, 90, 30, 80), (90, 120, 0, 30)
    ]  # fmt: skip


@pytest.mark.parametrize("side", ["a", "b", "both"])
@pytest.mark.parametrize("distance", [0, 2, 6, 10, 30])
def test_phrase_repeated_behind_the_copy_does_not_widen_it(
    rng: np.random.Generator, side: str, distance: int
) -> None:
    """The rest of an article may use a phrase of the copied passage again."""
    copy, a1, a2, b1, b2, tail = words_of(rng, 60, distance, 40, distance, 40, 20)
    phrase = copy[20:26]
    after_a = a1 + (phrase if side != "b" else []) + a2
    after_b = b1 + (phrase if side != "a" else []) + b2
    found = aligned(copy + after_a + tail[:10], copy + after_b + tail[10:])
    if side == "both" and distance < GAP:  # it stands behind both copies: it may belong to them
        assert found[0] in ((0, 60, 0, 60), (0, 66 + distance, 0, 66 + distance))
    else:
        assert found[0] == (0, 60, 0, 60)


@pytest.mark.parametrize("distance", [0, 5, 10])
def test_phrase_repeated_before_the_copy_does_not_widen_it(
    rng: np.random.Generator, distance: int
) -> None:
    """The same, when the phrase stands in one of the articles before the passage."""
    copy, a1, between, b1 = words_of(rng, 60, 30, distance, 20)
    phrase = copy[40:46]
    found = aligned(a1 + phrase + between + copy, b1 + copy)
    assert found[0] == (36 + distance, 96 + distance, 20, 80)
    found = aligned(b1 + copy, a1 + phrase + between + copy)
    assert found[0] == (20, 80, 36 + distance, 96 + distance)


@pytest.mark.parametrize("least", [12, 20, 30])
def test_short_matches_are_left_out(rng: np.random.Generator, least: int) -> None:
    """A match holds at least as many matched words as are asked for."""
    copy, a1, b1 = words_of(rng, 20, 30, 40)
    found = aligned(a1 + copy, b1 + copy, min_words=least)
    assert len(found) == (least <= 20)


def test_several_copies_in_one_article_are_all_found(rng: np.random.Generator) -> None:
    """A passage that stands twice on one side is matched with both places."""
    copy, a1, b1, b2 = words_of(rng, 40, 20, 30, 30)
    found = aligned(a1 + copy, copy + b1 + b2 + copy)
    assert sorted(found) == [(20, 60, 0, 40), (20, 60, 100, 140)]


def test_repeated_passage_is_found_within_an_article(rng: np.random.Generator) -> None:
    """An article that repeats a passage matches itself: the earlier place comes first."""
    copy, one, two, three = words_of(rng, 40, 20, 30, 10)
    found = itself(one + copy + two + copy + three)
    assert found == [(20, 60, 90, 130)]
    assert itself(one + copy + two + three) == []


@given(token_lists(120, 3))
@example([1] * 100)
@example([1, 2] * 60)
@example([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13] * 8)
def test_matches_within_an_article_never_overlap_themselves(words: list[int]) -> None:
    """However an article repeats itself, both sides of a match are different words."""
    for row in itself(words, 6):
        assert 0 <= row.a_start < row.a_end <= row.b_start < row.b_end <= len(words)
        assert row.a_end - row.a_start >= 6
        assert row.b_end - row.b_start >= 6


@given(token_lists(90, 3), token_lists(90, 3))
@example([1] * 90, [1] * 50)
@example([], [1, 2, 3])
@example([1, 2], [1, 2, 3])
def test_matches_of_any_texts_are_sound(a: list[int], b: list[int]) -> None:
    """Spans lie in their articles, begin and end with words of the other side, hold enough."""
    grams = {tuple(b[j : j + 3]) for j in range(len(b) - 2)}
    other_grams = {tuple(a[i : i + 3]) for i in range(len(a) - 2)}
    for row in aligned(a, b, min_words=6):
        assert 0 <= row.a_start < row.a_end <= len(a)
        assert 0 <= row.b_start < row.b_end <= len(b)
        assert min(row.a_end - row.a_start, row.b_end - row.b_start) >= 6
        for words, low, high, known in (
            (a, row.a_start, row.a_end, grams), (b, row.b_start, row.b_end, other_grams)
        ):  # fmt: skip
            assert tuple(words[low : low + 3]) in known
            assert tuple(words[high - 3 : high]) in known


@given(edited_copies(min_size=30))
def test_matches_hold_enough_words_in_common_runs(
    pair: tuple[list[int], list[int]],
) -> None:
    """Equal runs of three words cover as many words of both spans as are asked for."""
    one, other = pair
    for row in aligned(one, other, min_words=6):
        a, b = one[row.a_start : row.a_end], other[row.b_start : row.b_end]
        runs = naive.common_runs(a, b, 3)
        assert len({i + k for i, _, size in runs for k in range(size)}) >= 6
        assert len({j + k for _, j, size in runs for k in range(size)}) >= 6


def test_rows_without_room_are_counted(rng: np.random.Generator) -> None:
    """The number of rows is told even where they do not fit."""
    one, two, gap_a, gap_b = words_of(rng, 40, 40, 60, 60)
    token: U32 = np.array([*one, *gap_a, *two, *one, *gap_b, *two], np.uint32)
    box = np.array([[0, 140, 140, 280]])
    owner, out = np.empty(1, np.int64), np.empty((1, 4), np.int64)
    rows = align(token, box, np.zeros(1, bool), 12, *scratch(99), owner, out)
    assert rows == 2
    assert out[0, :4].tolist() == [0, 40, 140, 180]


def test_too_little_scratch_is_told(rng: np.random.Generator) -> None:
    """Where matches or runs do not fit, the caller is asked to come again."""
    words = words_of(rng, 20)[0]
    token: U32 = np.array(words * 20, np.uint32)
    box = np.array([[0, 200, 200, 400]])
    owner, out = np.empty(500, np.int64), np.empty((500, 4), np.int64)
    told = [align(token, box, np.zeros(1, bool), 12, *scratch(n), owner, out) for n in (1, 5, 999)]
    assert told[:2] == [-1, -1]
    assert told[2] > 0


def test_pairs_of_one_call_do_not_touch_each_other(rng: np.random.Generator) -> None:
    """Several pairs in one call give the rows of each pair alone."""
    texts = words_of(rng, 60, 60)
    corpus = [texts[0], texts[1], texts[0][10:50], texts[1][:30] + texts[0][:30]]
    place = np.cumsum([0, *map(len, corpus)])
    pairs = [(0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    a, b = np.array(pairs).T
    token = np.array([word for text in corpus for word in text], np.uint32)
    box = np.stack([place[a], place[a + 1], place[b], place[b + 1]], axis=1)
    owner, out = np.empty(50, np.int64), np.empty((50, 4), np.int64)
    rows = align(token, box, np.zeros(len(pairs), bool), 12, *scratch(999), owner, out)
    assert owner[:rows].tolist() == [0, 1, 3, 4]
    assert out[:rows, :4].tolist() == [
        [10, 50, 120, 160], [0, 30, 190, 220], [60, 90, 160, 190], [120, 140, 200, 220]
    ]  # fmt: skip


def compared(a: list[int], b: list[int]) -> list[float]:
    """Jaccard similarity and both containments, by sets."""
    ours, theirs = naive.shingles(a, 5), naive.shingles(b, 5)
    both = len(ours & theirs)
    return [
        both / max(len(ours | theirs), 1), both / max(len(ours), 1), both / max(len(theirs), 1)
    ]  # fmt: skip


def overlaps(token: U32, a_low: I64, a_high: I64, b_low: I64, b_high: I64) -> list[list[float]]:
    """What the kernel says of several pairs of spans in one call."""
    out = np.empty((len(a_low), 3))
    room = overlap_room(a_low, a_high, b_low, b_high)
    overlap(token, a_low, a_high, b_low, b_high, *room, out)
    rows: list[list[float]] = out.tolist()
    return rows


@given(st.lists(st.tuples(token_lists(50, 2), token_lists(50, 2)), max_size=4))
@example([([1] * 30, [1] * 5), ([], []), ([1, 2, 3, 4], [1, 2, 3, 4])])
@example([([1, 2] * 9 + [1, 1] * 9, [1, 2] * 9), ([1] * 9, [2, 2, 2] + [1] * 9)])
def test_overlap_equals_that_of_sets(pairs: list[tuple[list[int], list[int]]]) -> None:
    """Similarity and containments of spans whose shingles repeat, for several pairs in one call."""
    texts = [words for pair in pairs for words in pair]
    token = np.array([word for words in texts for word in words], np.uint32)
    place = np.cumsum([0, *map(len, texts)]).astype(np.int64)
    found = overlaps(token, place[:-1:2], place[1::2], place[1:-1:2], place[2::2])
    assert found == [compared(a, b) for a, b in pairs]


@given(edited_copies(min_size=5))
def test_overlap_of_edited_copies(pair: tuple[list[int], list[int]]) -> None:
    """Spans that begin and end alike, from both sides, and a copy that changes nothing."""
    one, other = pair
    token = np.array([*one, *other, *one], np.uint32)
    low, middle, high, end = np.cumsum([0, len(one), len(other), len(one)]).tolist()
    starts, ends = np.array([low, middle, low]), np.array([middle, high, middle])
    found = overlaps(
        token, starts, ends, np.array([middle, high, high]), np.array([high, end, end])
    )
    assert found == [compared(one, other), compared(other, one), compared(one, one)]


@given(st.lists(token_lists(40, 2), min_size=1, max_size=5), st.data())
def test_overlap_of_a_span_with_several_others(texts: list[list[int]], data: st.DataObject) -> None:
    """Runs of pairs with the same first span, and pairs alone between them."""
    which = st.sampled_from(range(len(texts)))
    pairs = data.draw(st.lists(st.tuples(which, which, st.integers(1, 4)), max_size=8))
    first = np.array([pair[0] for pair in pairs for _ in range(pair[2])], np.int64)
    second = np.array([pair[1] + k for pair in pairs for k in range(pair[2])], np.int64)
    second %= len(texts)
    token = np.array([word for words in texts for word in words], np.uint32)
    place = np.cumsum([0, *map(len, texts)]).astype(np.int64)
    found = overlaps(token, place[first], place[first + 1], place[second], place[second + 1])
    assert found == [
        compared(texts[a], texts[b]) for a, b in zip(first.tolist(), second.tolist(), strict=True)
    ]


def test_overlap_of_spans_of_many_sizes(rng: np.random.Generator) -> None:
    """The table is used in parts as large as each pair needs."""
    sizes = [30, 3000, 40, 9000, 20]
    token = rng.integers(0, 30, 9000).astype(np.uint32)
    low = np.zeros(5, np.int64)
    high = np.array(sizes, np.int64)
    words = token.tolist()
    want = [compared(words[:size], words[7 : min(size + 5, 9000)]) for size in sizes]
    assert overlaps(token, low, high, low + 7, np.minimum(high + 5, 9000)) == want
