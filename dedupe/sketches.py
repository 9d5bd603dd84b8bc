"""MinHash sketches that are datasketch's, bit for bit (2.0, `affine32`, seed 1)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from dedupe.tables import I32, U32

if TYPE_CHECKING:
    from datasketch import MinHash

PERMUTATIONS = 128
"""Columns of an exported sketch. Inside, the first columns of the same permutations are used."""
SEED = 1


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
    """Hashes (N,) of all runs of five words; the last four entries mean nothing."""
    from dedupe.kernels.sketching import shingle_hashes

    out = np.zeros(len(token), np.uint32)
    shingle_hashes(token, out)
    return out


def sketch_ranges(shingle: U32, first: I32, last: I32, count: int = PERMUTATIONS) -> U32:
    """Sketches (S, count) of the sets of shingles `first[s]` to `last[s]`, exclusive."""
    from dedupe.kernels.sketching import sketch

    out = np.empty((len(first), count), np.uint32)
    sketch(shingle, first, last, *permutations(count), out)
    return out


def to_datasketch(values: U32) -> MinHash:
    """A sketch of 128 values as a datasketch MinHash, for any of its indexes."""
    from datasketch import MinHash

    return MinHash(num_perm=len(values), seed=SEED, hashvalues=values, scheme="affine32")
