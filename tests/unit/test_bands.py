from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from dedupe.bands import Banding, Workspace, choose, colliding, index_bits, parts, usable
from tests import naive


@pytest.mark.parametrize("similarity", [0.0, 0.2, 0.5, 0.7, 0.9, 1.0])
@pytest.mark.parametrize(("bands", "rows"), [(1, 1), (8, 2), (32, 4)])
def test_chance_is_the_s_curve(similarity: float, bands: int, rows: int) -> None:
    """Probability of a shared band, as the oracle has it."""
    banding = Banding(bands, rows)
    assert banding.chance(similarity) == pytest.approx(
        naive.candidate_probability(similarity, bands, rows)
    )


@pytest.mark.parametrize("similarity", [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.95])
@pytest.mark.parametrize("missed", [0.01, 0.1, 0.3])
def test_choice_is_the_smallest_that_is_good_enough(similarity: float, missed: float) -> None:
    """As many bands as are needed for the error rate, and one fewer would not do."""
    banding = choose(similarity, missed)
    assert 1 - banding.chance(similarity) <= missed
    if banding.bands > 1:
        assert 1 - Banding(banding.bands - 1, banding.rows).chance(similarity) > missed


def test_choice_of_a_scan() -> None:
    """Nine of ten pairs at one half, 99.5 percent at 0.7."""
    banding = choose(0.5, 0.1)
    assert (banding.bands, banding.rows) == (9, 2)
    assert banding.chance(0.7) > 0.99


@pytest.mark.parametrize(
    ("similarity", "missed"), [(0.0, 0.1), (1.1, 0.1), (-1.0, 0.1), (0.5, 0.0), (0.5, 1.0)]
)
def test_choice_outside_the_range_is_refused(similarity: float, missed: float) -> None:
    """Both values must be probabilities that mean something."""
    with pytest.raises(ValueError, match="no banding for similarity"):
        choose(similarity, missed)


def test_passages_without_shingles_and_doubles_do_not_take_part() -> None:
    """Kind 0 and all but the first of equal passages are left out of the bands."""
    kind = np.array([0, 1, 2, 3, 1], np.uint8)
    representative = np.array([0, 1, 2, 1, 4], np.int32)
    equal = np.array([1, 3], np.int32)
    assert usable(kind, representative, equal).tolist() == [False, True, True, False, True]


@pytest.mark.parametrize(
    ("passages", "bits"), [(0, 1), (1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (65536, 16), (65537, 17)]
)
def test_index_bits_number_all_passages(passages: int, bits: int) -> None:
    """As many bits as the last number needs."""
    assert index_bits(passages) == bits


def test_order_of_a_band_brings_the_most_similar_together() -> None:
    """Within a bucket, passages that agree in the next band too stand side by side."""
    keys = np.array([[7, 7, 7, 7], [1 << 31, 0, 1 << 31, 0]], np.uint32)
    kind, article = np.ones(4, np.uint8), np.arange(4, dtype=np.int32)
    with ThreadPoolExecutor(1) as pool:
        batches = parts([keys], [4], kind, np.ones(4, bool), article, pool)
    order, index_mask, place = colliding(batches, 0, 2, Workspace(4))
    assert place[(order & index_mask).astype(int), 0].tolist() == [1, 3, 0, 2]


def test_parts_number_the_passages_of_each_batch() -> None:
    """Those that take part, counted from the start of their batch."""
    keys = [np.zeros((2, 2), np.uint32), np.zeros((2, 0), np.uint32), np.ones((2, 2), np.uint32)]
    kind = np.array([0, 1, 1, 1, 1], np.uint8)
    use = np.array([False, False, True, False, True])
    with ThreadPoolExecutor(2) as pool:
        found = parts(keys, [3, 0, 2], kind, use, np.arange(5, dtype=np.int32), pool)
    assert [part.use.tolist() for part in found] == [[1], [], [1]]
    assert [part.passage.tolist() for part in found] == [[2], [], [1]]
    assert [part.article.tolist() for part in found] == [[0, 1, 2], [], [3, 4]]
    assert [part.first for part in found] == [0, 3, 3]
