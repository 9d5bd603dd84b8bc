"""Document frequency: in how many stretches of text a word stands."""

from __future__ import annotations

import numpy as np

from dedupe.arrays import I32, I64, U32


def document_frequency(word: U32, start: I64, size: I64, bits: int) -> I32:
    """In how many stretches each word stands (2 ** bits,), by the upper bits of its hash.

    word: (N,); start, size: (D,) first word of each stretch, and words. Words with the same upper
    bits count as one.
    """
    from dedupe.kernels.counting import count_stretches

    counter = np.zeros((1 << bits, 2), np.int32)
    count_stretches(word, start, size, counter)
    return counter[:, 1].copy()
