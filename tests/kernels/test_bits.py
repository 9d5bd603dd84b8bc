from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.arrays import U8, U64
from dedupe.kernels.bits import between_loop, bytes_between, trailing_zeros
from dedupe.kernels.jit import kernel


@kernel
def between(text: U8, start: int, low: int, count: int) -> int:
    """The intrinsic as a function that can be called."""
    return int(bytes_between(text, start, np.uint8(low), np.uint8(count)))


@kernel
def zeros_of(values: U64, out: U64) -> None:
    """The intrinsic over an array."""
    for i in range(len(values)):
        out[i] = trailing_zeros(values[i])


@given(st.binary(min_size=64, max_size=192), st.data())
def test_bytes_between_equals_its_loop(content: bytes, data: st.DataObject) -> None:
    """The vector instruction gives the mask of the plain loop at every alignment and range."""
    text = np.frombuffer(content, np.uint8)
    start = data.draw(st.integers(0, len(content) - 64))
    low, count = data.draw(st.integers(0, 255)), data.draw(st.integers(0, 255))
    count = min(count, 256 - low)
    mask = int(between(text, start, low, count)) % 2**64
    assert mask == between_loop(content, start, low, count)


@pytest.mark.parametrize(("low", "count"), [(0, 1), (255, 1), (0x7F, 0x81), (0x61, 26), (0, 255)])
def test_bytes_between_at_the_ends_of_the_range(low: int, count: int) -> None:
    """Every byte value is told apart from its neighbours, the first and the last too."""
    text = np.arange(256, dtype=np.uint8)
    for start in range(0, 193, 7):
        want = sum(1 << k for k in range(64) if low <= start + k < low + count)
        assert int(between(text, start, low, count)) % 2**64 == want


def test_trailing_zeros_of_every_power_and_of_zero() -> None:
    """The number of zero bits below the lowest one; 64 for zero."""
    values = np.array([1 << k for k in range(64)] + [0, 2**64 - 1, 0b1011000], np.uint64)
    out = np.empty_like(values)
    zeros_of(values, out)
    assert out.tolist() == [*range(64), 64, 0, 3]
