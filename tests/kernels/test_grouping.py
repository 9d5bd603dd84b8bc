from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from dedupe.kernels.grouping import common_shingles, components, merge_spans
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
