"""Files into one buffer: bytes as they are, each file at a multiple of 64, zeros behind."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dedupe.sources.files import STDIN, SourceFile, fault
from dedupe.tables import ALIGNMENT, I64, U8

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    # A file that became a pipe since it was listed must not hang the run.
    | getattr(os, "O_NONBLOCK", 0)
)
_PIECE = 1 << 20


@dataclass(slots=True)
class Buffer:
    """Contents side by side; D slots, of which some may be empty."""

    data: U8
    """(T,) contents, zero between them and 64 zeros at the end"""
    start: I64
    """(D,) first byte of each slot, a multiple of 64"""
    end: I64
    """(D,) end of the contents"""


def empty_buffer(sizes: Sequence[int] | I64) -> Buffer:
    """Room for contents of the given sizes and one zero behind each; nothing is cleared."""
    rooms = (np.asarray(sizes, np.int64) + ALIGNMENT) & -ALIGNMENT
    start = np.zeros(len(rooms) + 1, np.int64)
    np.cumsum(rooms, out=start[1:])
    data = np.empty(int(start[-1]) + ALIGNMENT, np.uint8)
    return Buffer(data, start[:-1], start[:-1].copy())


def filled_buffer(contents: Sequence[bytes | memoryview]) -> Buffer:
    """Buffer that holds the given contents."""
    buffer = empty_buffer([len(content) for content in contents])
    view = buffer.data.data
    for slot, content in enumerate(contents):
        place_content(buffer, view, slot, content)
    clear_gaps(buffer)
    return buffer


def place_content(buffer: Buffer, view: memoryview, slot: int, content: bytes | memoryview) -> None:
    """Write contents that fit into a slot; `view` is that of the buffer's data."""
    start = int(buffer.start[slot])
    view[start : start + len(content)] = content
    buffer.end[slot] = start + len(content)


def clear_gaps(buffer: Buffer) -> None:
    """Write the zeros behind every content."""
    from dedupe.kernels.utf8 import clear_between

    clear_between(buffer.data, buffer.start, buffer.end)


def read_files(files: Sequence[SourceFile]) -> tuple[Buffer, dict[int, str], dict[int, bytes]]:
    """Read files into one buffer.

    Returns it with the reasons of those slots that could not be read, and the contents of those
    that outgrew their slot since they were listed.
    """
    buffer = empty_buffer([file.size for file in files])
    view = buffer.data.data
    faults: dict[int, str] = {}
    outgrown: dict[int, bytes] = {}
    starts = buffer.start.tolist()
    ends = starts.copy()
    # One zero must stay behind every content.
    limits = [start - 1 for start in (*starts[1:], len(buffer.data) - ALIGNMENT)]
    for slot, file in enumerate(files):
        start = starts[slot]
        try:
            if file.location == STDIN:
                outgrown[slot] = sys.stdin.buffer.read()
                continue
            descriptor = os.open(file.location, _FLAGS)
            try:
                room = view[start : limits[slot]]
                size = _read_into(descriptor, room)
                if size != file.size:
                    size, rest = _read_rest(descriptor, room, size)
                    if rest:
                        outgrown[slot] = bytes(room) + rest
                        size = 0
                ends[slot] = start + size
            finally:
                os.close(descriptor)
        except OSError as error:
            faults[slot] = fault(error)
    buffer.end[:] = ends
    return buffer, faults, outgrown


def _read_into(descriptor: int, room: memoryview) -> int:
    """Read once into `room`; bytes read."""
    return os.readv(descriptor, [room])


def _read_by_copy(descriptor: int, room: memoryview) -> int:
    """Twin of `_read_into` for systems without `readv`."""
    content = os.read(descriptor, len(room))
    room[: len(content)] = content
    return len(content)


if not hasattr(os, "readv"):
    _read_into = _read_by_copy


def _read_rest(descriptor: int, room: memoryview, size: int) -> tuple[int, bytes]:
    """Read on to the end of a file whose size is not the listed one.

    Returns the bytes in `room`, of which `size` are there already, and what it could not hold.
    """
    while size < len(room):
        more = _read_into(descriptor, room[size:])
        if more == 0:
            return size, b""
        size += more
    return size, b"".join(iter(lambda: os.read(descriptor, _PIECE), b""))
