"""Names for kinds of arrays, and what NumPy has no function for, or a slower one.

Ragged data is `values` + `offsets` everywhere: part i is `values[offsets[i]:offsets[i + 1]]`.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
U16 = NDArray[np.uint16]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Bool = NDArray[np.bool_]
Scalar = TypeVar("Scalar", bound=np.generic)


def ragged(first: I64, size: I64) -> tuple[I64, I64]:
    """Stretches of numbers side by side: the stretch of each number, and the numbers."""
    return np.repeat(np.arange(len(size)), size), stretches(first, size)


def stretches(first: I64, size: I64) -> I64:
    """Stretches of numbers, one behind the other."""
    before = np.cumsum(size) - size
    numbers: I64 = np.arange(size.sum()) + np.repeat(first - before, size)
    return numbers


def packed(upper: I32 | I64, lower: I32 | I64) -> I64:
    """Pairs of numbers below 2**31 as one number each, in the same order."""
    return upper.astype(np.int64) << 32 | lower


def distinct(*values: NDArray[Scalar]) -> NDArray[Scalar]:
    """The distinct values of some arrays, ascending.

    `np.unique` loads `numpy.ma` to see that they are not masked: 7 ms of each start.
    """
    every = np.concatenate(values)
    every.sort()
    first = np.ones(len(every), np.bool_)
    np.not_equal(every[1:], every[:-1], out=first[1:])
    return every[first]


def among(values: NDArray[Scalar], others: NDArray[Scalar]) -> Bool:
    """Which of some values are among others, which ascend. `np.isin` would sort all of them."""
    if not len(others):
        return np.zeros(len(values), np.bool_)
    place = np.searchsorted(others, values)
    found: Bool = others[np.minimum(place, len(others) - 1)] == values
    return found


def order_of(*keys: NDArray[Any]) -> I64:
    """The rows (K,) of some columns of numbers in ascending order, by the first column first.

    What is equal stays as it comes. The upper bits of the keys are packed with the row and sorted,
    by vectors of the processor; where they are too long, rows that are still together are ordered
    by themselves: a sixth of the time of `np.lexsort`.
    """
    rows = len(keys[0])
    if not rows:
        return np.empty(0, np.int64)
    row_bits = np.uint64((rows - 1).bit_length())
    left = 64 - int(row_bits)
    lead, whole = np.zeros(rows, np.uint64), True
    columns = [_whole_numbers(key) for key in keys]
    for key in columns:
        low, width = key.min(), (int(key.max()) - int(key.min())).bit_length()
        taken = min(width, left)
        whole &= taken == width
        above = key.astype(np.uint64) - low.astype(np.uint64) >> np.uint64(width - taken)
        lead = lead << np.uint64(taken) | above
        left -= taken
    lead = lead << row_bits | np.arange(rows, dtype=np.uint64)
    lead.sort()
    order: I64 = (lead & ~(~np.uint64(0) << row_bits)).astype(np.int64)
    if not whole:
        same = np.append(False, lead[1:] >> row_bits == lead[:-1] >> row_bits)
        together = np.flatnonzero(same | np.append(same[1:], False))
        some = order[together]
        order[together] = some[np.lexsort([key[some] for key in columns[::-1]])]
    return order


def _whole_numbers(column: NDArray[Any]) -> NDArray[Any]:
    """A column as integers that are in the same order."""
    if column.dtype.kind != "f":
        return column
    bits = (column.astype(np.float64) + 0.0).view(np.int64)  # zero has no sign then
    return bits ^ (bits >> 63 & np.iinfo(np.int64).max)
