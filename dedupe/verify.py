"""Exact proof of candidate pairs."""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np

from dedupe.tables import F32, I32, I64, U32, U64

CHUNK = 1 << 14
"""Pairs that one task proves."""


def similarities(pairs: U64, token: U32, start: I64, length: I32, pool: Executor) -> F32:
    """Exact Jaccard similarity (M,) of the five-word shingles of packed, sorted pairs."""
    from dedupe.kernels.joining import jaccard

    out = np.empty(len(pairs), np.float32)

    def one(at: int) -> None:
        jaccard(pairs[at : at + CHUNK], token, start, length, out[at : at + CHUNK])

    list(pool.map(one, range(0, len(pairs), CHUNK)))
    return out
