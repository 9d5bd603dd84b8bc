"""Working memory: fresh pages are what fast kernels would wait for."""

from __future__ import annotations

import ctypes
import sys
import threading
from math import prod
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)


class Scratch(threading.local):
    """Working arrays of one thread, by name, that outlive a call; the content is undefined.

    Fresh memory is touched at 3 GB/s only. Results are not cut from blocks of huge pages: a new
    process waits for those even longer.
    """

    def __init__(self) -> None:
        self._arrays: dict[str, NDArray[Any]] = {}

    def empty(
        self, name: str, shape: int | tuple[int, ...], dtype: type[Scalar]
    ) -> NDArray[Scalar]:
        """The array of a name; it is written over by whoever asks for the same name next."""
        size = shape if isinstance(shape, int) else prod(shape)
        array = self._arrays.get(name)
        if array is None or len(array) < size:
            array = self._arrays[name] = np.empty(size, dtype)
        return array[:size].reshape(shape)


def release() -> None:
    """Give memory that was freed back to the system, where the C library can do so.

    Arrays of a batch are small enough for its heap, which keeps what they leave: a quarter of what
    a scan of 300 MB holds at its peak.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
