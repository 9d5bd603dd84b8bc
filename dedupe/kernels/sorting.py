"""Sorting inside a kernel: Numba's own sort of a few numbers takes twice as long."""

from __future__ import annotations

from dedupe.kernels.jit import inlined


@inlined
def sort_few(values):
    """Sort numbers (N,) where they are: Shell's sort, whose steps are 1, 4, 13, ..."""
    step = 1
    while step < len(values) // 3:
        step = 3 * step + 1
    while step > 0:
        for k in range(step, len(values)):
            value, at = values[k], k
            while at >= step and values[at - step] > value:
                values[at] = values[at - step]
                at -= step
            values[at] = value
        step //= 3
