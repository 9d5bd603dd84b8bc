from __future__ import annotations

import numpy as np
import pytest

from dedupe.bands import Banding, choose, usable
from tests import naive


@pytest.mark.parametrize("similarity", [0.0, 0.2, 0.5, 0.7, 0.9, 1.0])
@pytest.mark.parametrize(("bands", "rows"), [(1, 1), (8, 2), (32, 4)])
def test_chance_is_the_s_curve(similarity: float, bands: int, rows: int) -> None:
    """Probability of a shared band, as the oracle has it."""
    banding = Banding(bands, rows)
    assert banding.chance(similarity) == pytest.approx(
        naive.candidate_probability(similarity, bands, rows)
    )
    assert banding.columns == bands * rows


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
    assert usable(kind, representative).tolist() == [False, True, True, False, True]
