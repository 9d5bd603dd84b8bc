"""Files into one buffer: bytes as they are, each file at a multiple of 64, zeros behind."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dedupe.arrays import I64, U8
from dedupe.sources.filelist import FileTable, SourceFile
from dedupe.sources.files import fault
from dedupe.texts import ALIGNMENT, Strings

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    # A file that became a pipe since it was listed must not hang the run.
    | getattr(os, "O_NONBLOCK", 0)
)
_PIECE = 1 << 16


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


def read_files(files: FileTable) -> tuple[Buffer, dict[int, str], dict[int, bytes]]:
    """Read files into one buffer.

    Returns it with the reasons of those slots that could not be read, and the contents of those
    that outgrew their slot since they were listed.
    """
    sizes = files.size
    buffer = empty_buffer(sizes)
    view = buffer.data.data
    # One zero must stay behind every content.
    limits = np.append(buffer.start[1:], len(buffer.data) - ALIGNMENT) - 1
    read = _read_at_once(files, buffer, limits)
    np.add(buffer.start, read, out=buffer.end)
    faults: dict[int, str] = {}
    outgrown: dict[int, bytes] = {}
    # A file that is not what it was, or cannot be read, is read once more for the reason.
    for slot in np.flatnonzero(read != sizes).tolist():
        buffer.end[slot] = buffer.start[slot]
        try:
            content = _read_whole(files[slot])
        except OSError as error:
            faults[slot] = fault(error)
            continue
        if len(content) <= limits[slot] - buffer.start[slot]:
            place_content(buffer, view, slot, content)
        else:
            outgrown[slot] = content
    return buffer, faults, outgrown


def _read_at_once(files: FileTable, buffer: Buffer, limits: I64) -> I64:
    """Read each file by one call; bytes read (D,), -1 where that could not be done.

    A file takes 4 us, 8 with a loop over `os.open`, `os.readv` and `os.close`, which also holds the
    interpreter lock between them.
    """
    read = np.full(len(files), -1, np.int64)
    if os.name == "posix":
        from dedupe.kernels.reading import read_files

        names = files.location
        if files.content:  # no file has an empty name
            names = Strings.of("" if f.content is not None else f.location for f in files)
        # A name that is no UTF-8 finds nothing, and the file is read by Python.
        read_files(names.ended(), _FLAGS, buffer.data, buffer.start, limits, read)
    return read


def _read_whole(file: SourceFile) -> bytes:
    """Read a file to its end, whatever its size is by now."""
    if file.content is not None:
        return file.content
    descriptor = os.open(file.location, _FLAGS)
    try:
        piece = max(file.size + 1, _PIECE)
        return b"".join(iter(lambda: os.read(descriptor, piece), b""))
    finally:
        os.close(descriptor)
