"""MinHash sketches that are datasketch's, bit for bit (2.0, `affine32`, seed 1)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from dedupe.memory import Scratch
from dedupe.tables import I32, U32

if TYPE_CHECKING:
    from datasketch import MinHash

PERMUTATIONS = 128
"""Columns of an exported sketch. Inside, the first columns of the same permutations are used."""
SEED = 1
_SCRATCH = Scratch()


@cache
def permutations(count: int = PERMUTATIONS) -> tuple[U32, U32]:
    """The first `count` of datasketch's 128 permutations h -> a * h + b mod 2^32, a odd.

    Drawn as datasketch draws them, so that importing it (0.4 s) is not needed for a scan; a test
    holds both equal.
    """
    if not 0 < count <= PERMUTATIONS:
        raise ValueError(f"permutations: {count} is not in 1..{PERMUTATIONS}")
    generator = np.random.RandomState(SEED)
    a = generator.randint(0, 1 << 31, PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    b = generator.randint(0, 1 << 32, PERMUTATIONS, dtype=np.uint32)
    return a[:count].copy(), b[:count].copy()


def shingles(token: U32) -> U32:
    """Hashes (N,) of all runs of five words; the last four entries mean nothing.

    They are overwritten by the next call of the same thread.
    """
    from dedupe.kernels.sketching import shingle_hashes

    out = _SCRATCH.empty("shingles", len(token), np.uint32)
    shingle_hashes(token, out)
    return out


def sketch_ranges(shingle: U32, first: I32, last: I32, count: int = PERMUTATIONS) -> U32:
    """Sketches (S, count) of the sets of shingles `first[s]` to `last[s]`, exclusive."""
    from dedupe.kernels.lanes import LANES

    a, b = (np.resize(values, -(-count // LANES) * LANES) for values in permutations(count))
    return _sketches(shingle, first, last, a, b)[:, :count].copy()


def band_sketches(shingle: U32, first: I32, last: I32, bands: int) -> U32:
    """Sketches (S, LANES) of the same sets as `kernels.sketching.windows` wants them.

    They are overwritten by the next call of the same thread.
    """
    return _sketches(shingle, first, last, *_band_permutations(bands))


def _sketches(shingle: U32, first: I32, last: I32, a: U32, b: U32) -> U32:
    from dedupe.kernels.sketching import sketch

    mixed = _SCRATCH.empty("mixed", len(shingle), np.uint32)
    out = _SCRATCH.empty("sketches", (len(first), len(a)), np.uint32)
    sketch(shingle, first, last, a, b, mixed, out)
    return out


@cache
def _band_permutations(bands: int) -> tuple[U32, U32]:
    """The first row of every band, then the second rows; two neighbours make a band."""
    from dedupe.kernels.lanes import BANDS

    if bands > BANDS:
        raise ValueError(f"bands: {bands} is not in 1..{BANDS}")
    a, b = np.zeros((2, BANDS), np.uint32), np.zeros((2, BANDS), np.uint32)
    for padded, values in zip((a, b), permutations(2 * bands), strict=True):
        padded[:, :bands] = values.reshape(bands, 2).T
    return a.reshape(-1), b.reshape(-1)


def to_datasketch(values: U32) -> MinHash:
    """A sketch of 128 values as a datasketch MinHash, for any of its indexes."""
    from datasketch import MinHash

    return MinHash(num_perm=len(values), seed=SEED, hashvalues=values, scheme="affine32")
