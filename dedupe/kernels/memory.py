"""Memory of results and of working arrays: fresh pages are what fast kernels would wait for."""

from __future__ import annotations

import threading
from math import prod
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)

Shape = int | tuple[int, ...]

_BLOCK = 1 << 25
"""Bytes; from 4 MB on NumPy asks for huge pages, which are touched at 8 GB/s, others at 3."""
_ALIGNMENT = 64


def _count(shape: Shape) -> int:
    return shape if isinstance(shape, int) else prod(shape)


class Arena(threading.local):
    """Cuts lasting arrays from large blocks.

    A block lives as long as any array that was cut from it, so arrays that are let go at
    different times belong to different arenas.
    """

    def __init__(self) -> None:
        self._free: NDArray[np.uint8] = np.empty(0, np.uint8)

    def empty(self, shape: Shape, dtype: type[Scalar]) -> NDArray[Scalar]:
        """An array of undefined content."""
        size = _count(shape) * np.dtype(dtype).itemsize
        if size > _BLOCK // 4:
            return np.empty(shape, dtype)
        if size > len(self._free):
            self._free = np.empty(_BLOCK, np.uint8)
        cut = self._free[:size].view(dtype).reshape(shape)
        self._free = self._free[-(-size // _ALIGNMENT) * _ALIGNMENT :]
        return cut


class Scratch(threading.local):
    """Working arrays of one thread, by name, that outlive a call; the content is undefined."""

    def __init__(self) -> None:
        self._arrays: dict[str, NDArray[Any]] = {}

    def empty(self, name: str, shape: Shape, dtype: type[Scalar]) -> NDArray[Scalar]:
        """The array of a name; it is written over by whoever asks for the same name next."""
        size = _count(shape)
        array = self._arrays.get(name)
        if array is None or len(array) < size:
            array = self._arrays[name] = np.empty(size, dtype)
        return array[:size].reshape(shape)
