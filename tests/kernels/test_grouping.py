from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dedupe.kernels.grouping import (
    SAMPLED,
    common_shingles,
    components,
    components_at,
    merge_spans,
)
from tests import naive
from tests.strategies import edges, token_lists


@given(edges(25))
@example([])
@example([(3, 3)])
@example([(i, i + 1) for i in range(24)])
@example([(i + 1, i) for i in reversed(range(24))])
def test_components_equal_those_of_a_walk(links: list[tuple[int, int]]) -> None:
    """Union-find labels every node with the lowest member of its component."""
    a, b = np.array(links, np.int32).reshape(-1, 2).T.copy()
    label = np.empty(25, np.int32)
    components(a, b, label)
    assert label.tolist() == naive.components(25, links)


@given(st.permutations([(0, 1), (1, 2), (4, 3), (2, 5), (7, 8), (8, 9), (9, 7)]))
def test_components_do_not_depend_on_the_order_of_edges(links: list[tuple[int, int]]) -> None:
    """Any order of the same edges gives the same labels."""
    a, b = np.array(links, np.int32).T.copy()
    label = np.empty(10, np.int32)
    components(a, b, label)
    assert label.tolist() == [0, 0, 0, 3, 3, 0, 6, 7, 7, 7]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 60), st.integers(1, 30)), max_size=12),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 80), st.integers(1, 30)), max_size=12),
    st.integers(0, 5),
)
def test_a_place_belongs_to_the_last_region_before_it(
    regions: list[tuple[int, int, int]], places: list[tuple[int, int, int]], trimmed: int
) -> None:
    """It may begin and end a few words outside, but not more."""
    known = sorted({(owner, low): size for owner, low, size in regions}.items())
    owner = np.array([key[0] for key, _ in known], np.int64)
    low = np.array([key[1] for key, _ in known], np.int64)
    high = low + np.array([size for _, size in known], np.int64)
    root = np.arange(len(low), dtype=np.int32)[::-1].copy()
    first = np.searchsorted(owner, np.arange(6)).astype(np.int64)
    article = np.array([place[0] for place in places], np.int32)
    place = np.array([(begin, begin + size) for _, begin, size in places], np.int64).reshape(-1, 2)
    found = np.empty(len(places), np.int32)
    components_at(first, low, high, root, article, place, trimmed, found)
    expected = []
    for own, (begin, end) in zip(article.tolist(), place.tolist(), strict=True):
        before = [
            r for r in range(len(low)) if owner[r] == own and low[r] <= min(begin + trimmed, end)
        ]
        holds = before and high[before[-1]] + trimmed >= end
        expected.append(int(root[before[-1]]) if holds else -1)
    assert found.tolist() == expected


def merged(spans: list[tuple[int, int, int]], *, alike: bool = False) -> list[int]:
    """The kernel's regions of sorted spans, each as long as its spans together."""
    article, start, end = np.array(spans, np.int64).reshape(-1, 3).T.copy()
    region, low, high = np.empty(len(spans), np.int32), np.empty_like(start), np.empty_like(end)
    chosen = np.full(len(spans), alike)
    count = merge_spans(article.astype(np.int32), start, end, chosen, region, low, high)
    assert set(region.tolist()) == set(range(count))
    for number in range(count):
        assert low[number] == start[region == number].min()
        assert high[number] == end[region == number].max()
    return region.tolist()


def test_spans_merge_from_half_of_the_shorter_one() -> None:
    """Half of the shorter span is enough, one word less is not."""
    assert merged([]) == []
    assert merged([(0, 0, 10), (0, 5, 15)]) == [0, 0]
    assert merged([(0, 0, 10), (0, 6, 16)]) == [0, 1]
    assert merged([(0, 0, 100), (0, 97, 101)]) == [0, 0]
    assert merged([(0, 0, 100), (0, 99, 103)]) == [0, 1]
    assert merged([(0, 0, 100), (0, 20, 30), (0, 90, 110)]) == [0, 0, 0]


def test_alike_spans_merge_from_half_of_the_longer_one() -> None:
    """A short span inside a long one is its own region, and so is the next one like it."""
    assert merged([(0, 0, 10), (0, 5, 15)], alike=True) == [0, 0]
    assert merged([(0, 0, 10), (0, 6, 16)], alike=True) == [0, 1]
    assert merged([(0, 0, 100), (0, 20, 60)], alike=True) == [0, 1]
    assert merged([(0, 0, 100), (0, 20, 60), (0, 22, 64), (0, 30, 120)], alike=True) == [0, 1, 1, 0]


def test_spans_of_different_articles_stay_apart() -> None:
    """The same places in two articles are two regions."""
    assert merged([(0, 0, 10), (1, 0, 10), (1, 2, 12)]) == [0, 1, 1]


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 60), st.integers(1, 30)).map(
            lambda row: (row[0], row[1], row[1] + row[2])
        ),
        max_size=30,
    ),
    st.booleans(),
)
def test_merged_spans_equal_the_oracle(spans: list[tuple[int, int, int]], alike: bool) -> None:
    """Any sorted spans get the regions of the plain loop over lists."""
    spans.sort()
    assert merged(spans, alike=alike) == naive.merge_spans(spans, alike=alike)


@given(
    token_lists(60, 2),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=7),
    st.sampled_from([3, 5]),
)
def test_common_shingles_equal_the_counts_of_sets(
    words: list[int], places: list[tuple[int, int]], width: int
) -> None:
    """Distinct shingles of each span, and in how many spans of its component each stands."""
    spans = [(min(p), min(max(p), len(words))) for p in places if min(p) <= len(words)]
    spans = [(low, max(low, high)) for low, high in spans]
    start, end = np.array(spans, np.int64).reshape(-1, 2).T.copy()
    bounds = [0, len(spans) // 3, len(spans)]
    out, room = np.full((len(spans), 2), -7, np.int64), 60 * 7
    common_shingles(
        np.array(words, np.uint32), start, end, np.array(bounds), width, np.empty(60, np.uint32),
        np.empty(room, np.int64), np.zeros(1024, np.uint64), np.empty((1024, 2), np.int32), out,
    )  # fmt: skip
    want = []
    for first, last in pairwise(bounds):
        sets = [naive.shingles(words[low:high], width) for low, high in spans[first:last]]
        want += [[sum(len(own & other) for other in sets), len(own)] for own in sets]
    assert out.tolist() == want


def shares(words: NDArray[np.uint32], spans: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sums and numbers of the words of equal parts, all of one component."""
    edges = np.linspace(0, len(words), spans + 1).astype(np.int64)
    out, slots = np.empty((spans, 2), np.int64), 4 << len(words).bit_length()
    common_shingles(
        words, edges[:-1], edges[1:], np.array([0, spans]), 1, np.empty(len(words), np.uint32),
        np.empty(len(words), np.int64), np.zeros(slots, np.uint64),
        np.empty((slots, 2), np.int32), out,
    )  # fmt: skip
    return out[:, 0], out[:, 1]


def test_some_shingles_of_a_large_component_are_enough(rng: np.random.Generator) -> None:
    """A fourth of them gives the same ratios, to within a few per cent."""
    spans, size = 400, 5000
    words = rng.integers(0, 1 << 20, (spans, size), np.uint32)
    assert 4 * SAMPLED > words.size - spans > 2 * SAMPLED
    total, distinct = shares(words.ravel(), spans)
    own = [np.unique(row) for row in words]
    every, count = np.unique(np.concatenate(own), return_counts=True)
    wanted = np.array([count[np.searchsorted(every, row)].mean() for row in own])
    assert distinct.mean() * 4 == pytest.approx(np.mean(list(map(len, own))), rel=0.02)
    assert total / distinct == pytest.approx(wanted, rel=0.05)


def test_words_that_were_chosen_for_their_hashes_fill_no_table() -> None:
    """All of a million distinct words have low hashes: some are left out, and it ends."""
    many = np.arange(1 << 23, dtype=np.uint32)
    mixed = (many ^ np.uint32(1)) * np.uint32(0x9E3779B1)
    chosen = many[mixed ^ mixed >> np.uint32(15) < np.uint32(1 << 29)]
    assert len(chosen) > SAMPLED
    total, distinct = shares(chosen, 10)
    assert (total == distinct).all()
    assert 0 < distinct.sum() < len(chosen)
