"""The bands of a scan propose pairs as often as their formula says."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from dedupe import bands, candidates, passages, sketches
from dedupe.arrays import I32, U64
from dedupe.kernels.sketching import SHINGLE
from dedupe.pipeline.analysis import BANDING
from dedupe.tables import PassageTable, TokenTable
from tests import naive

TRIALS = 3000
Z = 4.5
"""Deviations; passed by chance once in 150,000 runs. The seed is fixed."""


def keys_of(words: np.ndarray[tuple[int, int], np.dtype[np.uint32]]) -> PassageTable:
    """Passages of articles (D, words) of one sentence each."""
    count, size = words.shape
    bounds: I32 = np.arange(count + 1, dtype=np.int32)
    none = np.zeros(count * size, np.int32)
    tokens = TokenTable(
        words.ravel(), none, none, none.astype(np.uint8), bounds * np.int32(size), bounds
    )
    first, last = passages.sentence_shingles(tokens)
    shingles = sketches.shingles(tokens.hash)
    return passages.cut(
        tokens, bounds, sketches.band_sketches(shingles, first, last, BANDING.bands), BANDING.bands
    )


def candidates_of(table: PassageTable) -> U64:
    """All pairs that the bands propose."""
    representative = np.arange(len(table.start), dtype=np.int32)
    use = bands.usable(table.kind, representative, representative[:0])
    keys = table.keys.compress(table.kind > 0, axis=1)
    workspace, bits = bands.Workspace(len(use)), bands.index_bits(len(use))
    with ThreadPoolExecutor(2) as pool:
        batches = bands.parts([keys], [len(use)], table.kind, use, table.article, pool)
        crowds, others = candidates.band_pairs(
            lambda band: bands.colliding(batches, band, bits, workspace), BANDING.bands, pool
        )
    assert not len(crowds)
    return others


@pytest.mark.parametrize("changed", [4, 8, 13, 18, 25, 34])
def test_share_of_pairs_that_become_candidates(rng: np.random.Generator, changed: int) -> None:
    """Of 3,000 pairs of 55 words whose last words differ, as many are found as the S-curve says.

    The number of pairs found is binomial. Key collisions of unlike pairs add 2^-32 each.
    """
    size = 55
    one = rng.integers(0, 2**32, (TRIALS, size), np.uint32)
    other = one.copy()
    other[:, size - changed :] = rng.integers(0, 2**32, (TRIALS, changed), np.uint32)
    table = keys_of(np.stack([one, other], axis=1).reshape(2 * TRIALS, size))
    largest = np.flatnonzero(table.kind == 1)
    assert len(largest) == 2 * TRIALS
    shared, union = size - changed - SHINGLE + 1, size + changed - SHINGLE + 1
    chance = BANDING.chance(shared / union)
    assert chance == pytest.approx(
        naive.candidate_probability(shared / union, BANDING.bands, BANDING.rows)
    )
    pairs = candidates_of(table)
    i = (pairs >> np.uint64(32)).astype(np.int64)
    j = (pairs & np.uint64(2**32 - 1)).astype(np.int64)
    article_i, article_j = table.article[i], table.article[j]
    right = (article_i % 2 == 0) & (article_j == article_i + 1)
    found = np.unique(article_i[right])
    sigma = math.sqrt(chance * (1 - chance) / TRIALS)
    assert abs(len(found) / TRIALS - chance) <= Z * sigma + 1 / TRIALS
    assert np.count_nonzero(~right) <= 3  # unlike pairs: 9 bands * 18 million pairs / 2^32 = 0.04


def test_bands_reach_the_recall_that_is_promised() -> None:
    """Nine of ten pairs at the limit for windows, 99 of 100 at 0.7."""
    assert BANDING.chance(0.5) >= 0.9
    assert BANDING.chance(0.7) >= 0.99
    assert BANDING.chance(0.1) <= 0.1
