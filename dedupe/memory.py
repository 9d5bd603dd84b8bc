"""Working memory: fresh pages are what fast kernels would wait for, and there is not enough."""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from io import FileIO
from math import prod
from typing import Any, Generic, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.arrays import I64, Scalar, order_of
from dedupe.errors import DedupeError

SLAB_BYTES = 1 << 28
"""Size of a temporary file; arrays share it, since each file takes up a descriptor."""
LARGE_BYTES = 1 << 14
"""Size from which an array is worth a place in a file."""
LEAST_PART = 1 << 20
"""Bytes of a part of a table, however little may be held."""
LOOK_SECONDS = 0.002
"""Time between two looks at what the process holds."""
FULL, LEFT = 13 / 20, 1 / 2
"""Shares of the limit from which pages are given back, and to which. Two cores that look pages of a
file up map 100 MB each millisecond, and to give 3 GB back takes ten. From a half on, a gigabyte
takes a sixth more of the system's time; from three quarters on, no less."""
HELD = 1 / 2
"""Share of the limit that one table may take up in memory."""
NEARLY_ALL = 3 / 4
"""Share of the limit that the watching thread should not let the process reach. To look for FULL
before each task takes a tenth longer for a gigabyte."""
_ALIGNMENT = 64
_STATM = "/proc/self/statm"


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


class _Slab:
    """A temporary file without a name; it goes with the last array in it."""

    def __init__(self, size: int) -> None:
        """Raises OSError where the disk has no room for it."""
        with tempfile.TemporaryFile(buffering=0) as file:
            # What is only promised would end the process where it is touched on a full disk.
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                for at in range(0, size, 1 << 20):
                    file.write(bytes(min(1 << 20, size - at)))
            self.pages = mmap.mmap(file.fileno(), size)
            self.descriptor = os.dup(file.fileno())

    def __del__(self) -> None:
        if hasattr(self, "descriptor"):
            os.close(self.descriptor)


class _Place(NamedTuple):
    """Room in a file."""

    slab: _Slab
    start: int
    size: int

    def array(self, shape: int | tuple[int, ...], dtype: type[Scalar]) -> NDArray[Scalar]:
        """The array that stands there."""
        room = memoryview(self.slab.pages)[self.start : self.start + self.size]
        return np.frombuffer(room, dtype).reshape(shape)

    def write(self, values: NDArray[Any], at: int) -> None:
        """Write an array there, so many bytes behind the start.

        The system copies 2 GB/s; to map each page first, and touch it, takes four times as long.
        """
        data = np.ascontiguousarray(values).data.cast("B")
        while len(data):
            done = os.pwrite(self.slab.descriptor, data, self.start + at)
            data, at = data[done:], at + done


class Column(Generic[Scalar]):
    """An array that grows at its end; within `spilling` it is written to a file as it grows."""

    def __init__(self, dtype: type[Scalar]) -> None:
        self._dtype = dtype
        self._parts: list[NDArray[Scalar]] = []
        self._file: FileIO | None = None

    def extend(self, part: NDArray[Any], base: int = 0) -> None:
        """Add an array, of another type perhaps, with a number added to each value.

        Raises DedupeError where the disk has no room for it.
        """
        part = part.astype(self._dtype, copy=base != 0)
        if base:
            part += self._dtype(base)
        if _spill is None:
            self._parts.append(part)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
            weakref.finalize(self, self._file.close)
        data = np.ascontiguousarray(part).data.cast("B")
        while len(data):
            try:
                data = data[self._file.write(data) :]
            except OSError as error:
                raise _no_room(len(data), error) from error

    def whole(self) -> NDArray[Scalar]:
        """The array; nothing of it stays here, so that it can be given up."""
        parts, self._parts = self._parts, []
        file, self._file = self._file, None
        if file is None or not file.tell():
            return np.concatenate([*parts, np.empty(0, self._dtype)])
        with file:  # the pages have a descriptor of their own
            pages = mmap.mmap(file.fileno(), 0)
        if _spill is not None:
            _spill.watch(pages)
        return np.frombuffer(pages, self._dtype)


class _Spill:
    """Arrays in temporary files that are mapped into memory.

    The page cache is the buffer: whatever was touched stays until the process holds almost as much
    as the limit. Then pages are given back, file by file, which neither loses nor writes anything
    by itself; those that are needed are mapped again as they are touched.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._slabs: list[weakref.ref[mmap.mmap]] = []
        self._slab: _Slab | None = None
        self._used = 0
        self._closed = threading.Event()
        self._watch = threading.Thread(target=self._hold, daemon=True)
        self._watch.start()

    def place(self, size: int) -> _Place:
        """Room for so many bytes."""
        with self._lock:
            if self._slab is None or self._used + size > len(self._slab.pages):
                self._slab, self._used = _slab(max(size, SLAB_BYTES)), 0
                self._slabs = [slab for slab in self._slabs if slab() is not None]
                self._slabs.append(weakref.ref(self._slab.pages))
            start = self._used
            self._used = -(-(start + size) // _ALIGNMENT) * _ALIGNMENT
            return _Place(self._slab, start, size)

    def watch(self, pages: mmap.mmap) -> None:
        """Give pages of a file back as well, where too much is held."""
        with self._lock:
            self._slabs.append(weakref.ref(pages))

    def close(self) -> None:
        """Watch no longer; arrays stay as they are."""
        self._closed.set()
        self._watch.join()
        self._slab = None

    def _hold(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            if _holds_too_much(self.limit * FULL):
                self.give_back()

    def give_back(self) -> None:
        """Give back the pages of files until little enough is held."""
        with self._lock:
            slabs = [slab() for slab in self._slabs]
        for slab in slabs:
            if slab is not None and _holds_too_much(self.limit * LEFT):
                _give_back(slab)


_spill: _Spill | None = None


@contextmanager
def spilling(limit: int | None) -> Iterator[None]:
    """Keep large arrays of `empty` in temporary files, so that the process holds about `limit`.

    limit: bytes; None keeps everything in memory
    """
    global _spill  # noqa: PLW0603 - an allocator is one to a process
    if limit is None or _spill is not None:
        yield
        return
    spill = _spill = _Spill(limit)
    try:
        yield
    finally:
        _spill = None
        spill.close()


def limit() -> int | None:
    """Bytes that the process should hold within `spilling`."""
    return None if _spill is None else _spill.limit


def fits(size: int) -> bool:
    """Whether a table of so many bytes, that is touched here and there, may stay in memory.

    The first touch of a page costs ten times as much in a file.
    """
    return _spill is None or size <= _spill.limit * HELD


def empty(
    shape: int | tuple[int, ...], dtype: type[Scalar], *, held: bool = False
) -> NDArray[Scalar]:
    """`np.empty` for tables that grow with the corpus: within `spilling` they are in files.

    held: in memory where it `fits`
    Raises DedupeError where the disk has no room for them.
    """
    size = (shape if isinstance(shape, int) else prod(shape)) * np.dtype(dtype).itemsize
    if _spill is None or size < LARGE_BYTES or (held and fits(size)):
        return np.empty(shape, dtype)
    return _spill.place(size).array(shape, dtype)


def zeros(shape: int | tuple[int, ...], dtype: type[Scalar]) -> NDArray[Scalar]:
    """`np.zeros` likewise."""
    array = empty(shape, dtype)
    # A new file is all zeros, and no part of it is given out twice.
    return array if array.base is not None else np.zeros(shape, dtype)


def kept(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """An array that will be kept for long: a copy in a file within `spilling`, else itself."""
    if _spill is None or array.nbytes < LARGE_BYTES:
        return array
    return joined([array.ravel()], array.dtype.type).reshape(array.shape)


def joined(
    parts: Sequence[NDArray[Any]], dtype: type[Scalar], base: Sequence[int] | None = None
) -> NDArray[Scalar]:
    """`np.concatenate` likewise, of another type perhaps; base: a number to add to each part."""
    count, width = sum(map(len, parts)), np.dtype(dtype).itemsize
    place = None
    if _spill is not None and count * width >= LARGE_BYTES and hasattr(os, "pwrite"):
        place = _spill.place(count * width)
    out = np.empty(count, dtype) if place is None else np.empty(max(map(len, parts)), dtype)
    at = 0
    for number, part in enumerate(parts):
        here = out[at : at + len(part)] if place is None else out[: len(part)]
        if base is None:
            here[:] = part
        else:
            np.add(part, base[number], out=here, dtype=dtype, casting="unsafe")
        if place is not None:
            place.write(here, at * width)
        at += len(part)
    return out if place is None else place.array(count, dtype)


def resident() -> tuple[int, int]:
    """Bytes that the process holds in memory, and how many of them are of files; else 0."""
    if sys.platform != "linux":
        return 0, 0
    # Half of the time of `Path.read_bytes`, hundreds of times a second.
    _, held, mapped, *_ = os.pread(_statm(), 128, 0).split()
    return int(held) * mmap.PAGESIZE, int(mapped) * mmap.PAGESIZE


@cache
def _statm() -> int:
    return os.open(_STATM, os.O_RDONLY | os.O_CLOEXEC)


def _holds_too_much(limit: float) -> bool:
    """Whether the process holds more than that, and files are to blame.

    Where all else is more than the limit, to give back ever more often is no help.
    """
    held, mapped = resident()
    return held > limit and mapped > limit / 4


def _give_back(slab: mmap.mmap) -> None:
    """Unmap the pages of a file. `mmap.madvise` would hold the interpreter meanwhile."""
    madvise = _of_c_library("madvise")
    if madvise is not None:
        address = np.frombuffer(slab, np.uint8).ctypes.data
        madvise(ctypes.c_void_p(address), ctypes.c_size_t(len(slab)), mmap.MADV_DONTNEED)


def give_back(share: float = FULL) -> None:
    """Give pages of files back now, where more than a share of the limit is held.

    In a sweep over large tables, between short kernels, nobody else sees that in time, since all
    wait for the interpreter; where all cores are busy, the thread that watches gets its turn late.
    """
    if _spill is not None and _holds_too_much(_spill.limit * share):
        _spill.give_back()


def parts(size: int) -> int:
    """How many parts of a table to look into one after the other, if places lie anywhere in it.

    size: bytes of the table. A place that is touched brings sixteen pages with it: where only some
    of a table fits in memory, all of it would be brought again and again.
    """
    held = limit()
    return 1 if held is None else size // max(held // 4, LEAST_PART) + 1


def part_by_part(place: I64, rows: int, item_bytes: int) -> I64 | None:
    """An order in which places are looked at part by part, else as they come; None if in one part.

    rows, item_bytes: of the table
    """
    count = parts(rows * item_bytes)
    return None if count == 1 else order_of(place * count // rows)


def release() -> None:
    """Give memory that was freed back to the system, where the C library can do so.

    Arrays of a batch are small enough for its heap, which keeps what they leave: a quarter of what
    a scan of 300 MB holds at its peak.
    """
    trim = _of_c_library("malloc_trim") if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


@cache
def _of_c_library(name: str) -> Callable[..., int] | None:
    """A function of the C library, if it has it. Each look-up would leave a cycle of objects."""
    found: Callable[..., int] | None = getattr(ctypes.CDLL(None), name, None)
    return found


def _slab(size: int) -> _Slab:
    try:
        return _Slab(size)
    except OSError as error:
        raise _no_room(size, error) from error


def _no_room(size: int, error: OSError) -> DedupeError:
    reason = error.strerror or str(error)
    return DedupeError(
        f"{tempfile.gettempdir()}: no room for {-(-size >> 20):,} MiB of tables: {reason}; "
        "set TMPDIR to a folder with more room, or raise --memory-limit"
    )
