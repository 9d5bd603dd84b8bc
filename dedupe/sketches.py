"""MinHash sketches that are datasketch's, bit for bit (2.0, `affine32`, seed 1)."""

from __future__ import annotations

import random
from functools import cache

import numpy as np

from dedupe.arrays import I32, U32
from dedupe.memory import Scratch

PERMUTATIONS = 128
"""Columns of an exported sketch. Inside, the first columns of the same permutations are used."""
SEED = 1
_SCRATCH = Scratch()


@cache
def permutations(count: int = PERMUTATIONS) -> tuple[U32, U32]:
    """The first `count` of datasketch's 128 permutations h -> a * h + b mod 2^32, a odd.

    Drawn as datasketch draws them, from the same Mersenne Twister, so that neither importing it
    (0.4 s) nor `numpy.random` (6 ms) is needed for a scan; a test holds both equal.
    """
    if not 0 < count <= PERMUTATIONS:
        raise ValueError(f"permutations: {count} is not in 1..{PERMUTATIONS}")
    state = [SEED]
    for number in range(1, 624):  # init_genrand of Matsumoto and Nishimura, as NumPy seeds it
        state.append((1812433253 * (state[-1] ^ state[-1] >> 30) + number) % (1 << 32))
    generator = random.Random()  # noqa: S311 - no secret: the columns of every sketch
    generator.setstate((3, (*state, 624), None))
    drawn = [generator.getrandbits(32) for _ in range(2 * PERMUTATIONS)]
    a, b = np.array(drawn, np.uint32).reshape(2, -1)[:, :count]
    return a << np.uint32(1) | np.uint32(1), b


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
