from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedupe import bands, candidates
from dedupe.arrays import I32, U32, U64, Bool
from dedupe.kernels.joining import CROWD
from tests import naive


def pairs_of(packed: U64) -> list[tuple[int, int]]:
    """Pairs of passages."""
    return [(pair >> 32, pair & 0xFFFFFFFF) for pair in packed.tolist()]


def band_pairs(keys: U32, article: I32, cut: int = 0) -> list[tuple[int, int]]:
    """Candidates of passages with the given keys (bands, P), in two batches."""
    count = keys.shape[1]
    keys_of, sizes = [keys[:, :cut], keys[:, cut:]], [min(cut, count), max(count - cut, 0)]
    kind = np.ones(count, np.uint8)
    workspace = bands.Workspace(count)
    bits = bands.index_bits(count)
    with ThreadPoolExecutor(2) as pool:
        batches = bands.parts(keys_of, sizes, kind, np.ones(count, bool), article, pool)
        crowds, others = candidates.band_pairs(
            lambda band: bands.colliding(batches, band, bits, workspace), len(keys), pool
        )
        assert not len(crowds) or max(np.bincount(band).max() for band in keys) > CROWD
        return pairs_of(others)


@given(
    st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=1, max_size=12),
    st.integers(0, 5),
)
def test_band_pairs_against_all_pairs(rows: list[list[int]], cut: int) -> None:
    """Sorted, distinct pairs of passages that share a band; complete where buckets are small."""
    keys = np.array(rows, np.uint32).T.copy()
    found = band_pairs(keys, np.arange(len(rows), dtype=np.int32), cut)
    every = naive.colliding(rows, [[0], [1], [2]])
    assert found == sorted(set(found))
    assert set(found) <= every
    if all(np.bincount(band).max() <= 5 for band in keys):
        assert set(found) == every


def test_passages_of_one_article_are_no_candidates() -> None:
    """Pairs within an article are left out, whatever stands between them in the bucket."""
    keys = np.full((2, 5), 9, np.uint32)
    assert band_pairs(keys, np.array([0, 0, 1, 1, 0], np.int32)) == [
        (0, 2), (0, 3), (1, 2), (1, 3), (2, 4), (3, 4)
    ]  # fmt: skip


def equals_of(content: U64, token: U32, places: candidates.Passages) -> candidates.Equals:
    """The equals, found by two threads."""
    with ThreadPoolExecutor(2) as pool:
        return candidates.equals_of(content, token, places, pool)


def none_settled(count: int) -> Bool:
    """No passage belongs to a family."""
    return np.zeros(count, np.bool_)


def test_crowded_bucket_stays_linear_and_connected() -> None:
    """Five thousand equal keys in nine bands give a chain, not twelve million pairs."""
    keys = np.full((9, 5000), 3, np.uint32)
    found = band_pairs(keys, np.arange(5000, dtype=np.int32))
    assert len(found) == 4999
    assert set(naive.components(5000, found)) == {0}


def test_equal_pairs_find_more_pairs_than_they_made_room_for() -> None:
    """Twenty equals have 85 pairs, more than were expected."""
    words = np.array([1, 2, 3] * 20, np.uint32)
    start = np.arange(0, 60, 3, dtype=np.int64)
    places = candidates.Passages(np.arange(20, dtype=np.int32), start, np.full(20, 3, np.int32))
    content = np.full(20, 0xABCDEF0123456789, np.uint64)
    equals = equals_of(content, words, places)
    want = [(i, j) for i in range(20) for j in range(i + 1, min(i + 6, 20))]
    assert pairs_of(candidates.equal_pairs(equals, places, none_settled(20), inside=0)) == want
    assert not equals.representative.any()


def test_equal_pairs_do_not_trust_the_hash() -> None:
    """Equal hashes of other words pair nothing, and hide no equals that stand behind them."""
    words = np.array([1, 2, 3, 1, 2, 4, 1, 2, 3], np.uint32)
    places = candidates.Passages(
        np.arange(3, dtype=np.int32), np.array([0, 3, 6]), np.full(3, 3, np.int32)
    )
    equals = equals_of(np.full(3, 5 << 40, np.uint64), words, places)
    assert pairs_of(candidates.equal_pairs(equals, places, none_settled(3), inside=0)) == [(0, 2)]
    assert equals.representative.tolist() == [0, 1, 0]


def test_equals_of_proven_pairs_are_paired_as_well() -> None:
    """Only one of equal passages is in the bands; what it matches, the others match too."""
    words = np.array([1, 2, 3] * 3 + [1, 2, 9] * 2 + [7, 7, 7], np.uint32)
    places = candidates.Passages(
        np.arange(6, dtype=np.int32), np.arange(0, 18, 3, dtype=np.int64), np.full(6, 3, np.int32)
    )
    content = np.array([5, 5, 5, 8, 8, 9], np.uint64) << np.uint64(40)
    equals = equals_of(content, words, places)
    proven = np.array([0 << 32 | 3, 3 << 32 | 5], np.uint64)
    found = pairs_of(candidates.spread(proven, equals, none_settled(6), places.article))
    assert set(found) == {(i, j) for i in (0, 1, 2) for j in (3, 4)} | {(3, 5), (4, 5)}
    alone = np.array([0, 1, 2, 3, 3, 3], np.int32)
    found = pairs_of(candidates.spread(proven, equals, none_settled(6), alone))
    assert set(found) == {(i, j) for i in (0, 1, 2) for j in (3, 4)}


def test_equals_of_what_is_settled_do_not_spread() -> None:
    """What is of a family meets one of each group of equals, the first."""
    words = np.array([1, 2, 3] * 3 + [1, 2, 9] * 2, np.uint32)
    places = candidates.Passages(
        np.arange(5, dtype=np.int32), np.arange(0, 15, 3, dtype=np.int64), np.full(5, 3, np.int32)
    )
    content = np.array([5, 5, 5, 8, 8], np.uint64) << np.uint64(40)
    equals = equals_of(content, words, places)
    proven = np.array([0 << 32 | 3], np.uint64)
    settled = candidates.settled_by(proven, 5)
    assert pairs_of(candidates.spread(proven, equals, settled, places.article)) == [(0, 3)]
    settled[3] = False
    found = pairs_of(candidates.spread(proven, equals, settled, places.article))
    assert found == [(0, 3), (0, 4)]


def test_sorted_unique() -> None:
    """Distinct values in order; none of none."""
    values = np.array([5, 3, 5, 1, 3], np.uint64)
    assert candidates.sorted_unique(values).tolist() == [1, 3, 5]
    assert candidates.sorted_unique(np.zeros(0, np.uint64)).tolist() == []
