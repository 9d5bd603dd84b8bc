"""In how many stretches of text each word stands."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.bits import trailing_zeros
from dedupe.kernels.jit import kernel


@kernel
def count_stretches(word, start, size, last, count):
    """Count the stretches that hold each word; words with the same upper bits are one.

    word: u32 (N,); start, size: i64 (D,) of the stretches
    last: i32 (V,), all -1, count: i32 (V,), all 0, both written: V is a power of two, and the upper
        bits of a word are its place
    """
    shift = np.uint32(32) - np.uint32(trailing_zeros(np.uint64(len(count))))
    for d in range(len(start)):
        for t in range(np.uint64(start[d]), np.uint64(start[d] + size[d])):
            slot = np.uint64(word[t] >> shift)
            if last[slot] != d:
                last[slot] = d
                count[slot] += np.int32(1)
