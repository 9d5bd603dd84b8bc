"""Sketches estimate without bias, with the variance of theory.

A sketch of K values estimates the Jaccard similarity J by a binomial share: mean J, variance
J (1 - J) / K. Over T independent pairs the mean of the estimates lies within z sqrt(J (1 - J) / (K
T)) of J, and the sum of their squared deviations, divided by the variance, is near T within z
sqrt(2 T) (a chi-squared variable; the excess kurtosis of a binomial share adds less than 1 / K).
z = 4.5 is passed by chance once in 150,000 runs; the seed is fixed.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from dedupe.arrays import I32, U32
from dedupe.sketches import sketch_ranges

Z = 4.5
TRIALS = 4000


def pairs_of_sketches(
    rng: np.random.Generator, shared: int, own: int, count: int
) -> tuple[U32, U32, float]:
    """Sketches (TRIALS, count) of either set of as many pairs, and their Jaccard similarity."""
    size = shared + 2 * own
    values = rng.integers(0, 2**32, TRIALS * size, np.uint32)
    first: I32 = np.arange(TRIALS, dtype=np.int32) * np.int32(size)
    one = sketch_ranges(values, first, first + np.int32(shared + own), count)
    # The second set is the shared part in the middle and what stands behind it.
    other_first = first + np.int32(own)
    other = sketch_ranges(values, other_first, other_first + np.int32(shared + own), count)
    return one, other, shared / size


SETS = [(20, 1), (20, 5), (30, 15), (10, 10), (10, 40), (0, 25), (200, 100)]


@pytest.mark.parametrize(("shared", "own"), SETS)
@pytest.mark.parametrize("count", [18, 128])
def test_estimate_is_unbiased(rng: np.random.Generator, shared: int, own: int, count: int) -> None:
    """The mean estimate is the similarity, within the error of so many trials."""
    one, other, similarity = pairs_of_sketches(rng, shared, own, count)
    mean = float((one == other).mean())
    sigma = math.sqrt(similarity * (1 - similarity) / (count * TRIALS))
    assert abs(mean - similarity) <= Z * sigma


@pytest.mark.parametrize(("shared", "own"), [s for s in SETS if s[0]])
@pytest.mark.parametrize("count", [18, 128])
def test_variance_is_that_of_theory(
    rng: np.random.Generator, shared: int, own: int, count: int
) -> None:
    """The permutations of the family are independent enough: no estimate is noisier than K says."""
    one, other, similarity = pairs_of_sketches(rng, shared, own, count)
    estimates = (one == other).mean(axis=1)
    variance = similarity * (1 - similarity) / count
    statistic = float(((estimates - similarity) ** 2).sum() / variance)
    kurtosis = (1 - 6 * similarity * (1 - similarity)) / (count * similarity * (1 - similarity))
    assert abs(statistic - TRIALS) <= Z * math.sqrt((2 + kurtosis) * TRIALS)


def test_every_column_is_fair(rng: np.random.Generator) -> None:
    """Each of the 128 permutations picks every element of a set equally often.

    The number of times that the first of ten elements is the minimum is binomial with p = 1 / 10;
    the largest of 128 deviations stays below z = 5 (7 in 100,000 by chance).
    """
    values = rng.integers(0, 2**32, TRIALS * 10, np.uint32)
    first: I32 = np.arange(TRIALS, dtype=np.int32) * np.int32(10)
    whole = sketch_ranges(values, first, first + np.int32(10))
    alone = sketch_ranges(values, first, first + np.int32(1))
    share = (whole == alone).mean(axis=0)
    assert np.abs(share - 0.1).max() <= 5 * math.sqrt(0.1 * 0.9 / TRIALS)
