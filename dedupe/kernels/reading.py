"""Sizes and contents of files by calls of the C library: no object per file, no interpreter lock.

Legend: T bytes of the buffer, N bytes of names, D files. POSIX alone has these calls.
"""

from __future__ import annotations

import numpy as np

from dedupe.arrays import I64, U8
from dedupe.kernels.jit import external, kernel

_open = external("open", "i4", "p", "i4")
_read = external("read", "i8", "i4", "p", "u8")
_close = external("close", "i4", "i4")
_statx = external("statx", "i4", "i4", "p", "i4", "u4", "p")

_WORKING_FOLDER, _NO_FOLLOW, _TYPE_AND_SIZE = -100, 0x100, 0x201
_MODE, _SIZE, _STATUS_BYTES = 28 // 2, 40 // 8, 256
"""Where Linux writes mode and size, in units of two and eight bytes; the same on all processors."""
_FORMAT, _REGULAR = 0o170000, 0o100000


@kernel
def read_files(
    names: U8,
    flags: int,
    data: U8,
    starts: I64,
    limits: I64,
    sizes: I64,
) -> None:
    """Open every file, read it by one call, and close it.

    names: u8 (N,) the paths, a zero behind each; flags: of `os.open`
    data: u8 (T,) written, starts, limits: i64 (D,) where each file may stand
    sizes: i64 (D,) written: bytes that the call read, -1 where a call failed
    """
    name = 0
    for file in range(len(starts)):
        sizes[file] = -1
        descriptor = _open(names.ctypes.data + name, flags)
        if descriptor >= 0:
            room = limits[file] - starts[file]
            sizes[file] = _read(descriptor, data.ctypes.data + starts[file], room)
            _close(descriptor)
        while names[name] != 0:
            name += 1
        name += 1


@kernel
def file_sizes(names: U8, sizes: I64) -> None:
    """Size of every regular file; -1 for what is none, is a link, or cannot be looked at.

    names: u8 (N,) the paths, a zero behind each; sizes: i64 (D,) written. Linux only.
    """
    status = np.zeros(_STATUS_BYTES // 8, np.uint64)
    mode = status.view(np.uint16)
    name = 0
    for file in range(len(sizes)):
        sizes[file] = -1
        failed = _statx(
            _WORKING_FOLDER, names.ctypes.data + name, _NO_FOLLOW, _TYPE_AND_SIZE,
            status.ctypes.data,
        )  # fmt: skip
        if failed == 0 and mode[_MODE] & _FORMAT == _REGULAR:
            sizes[file] = status[_SIZE]
        while names[name] != 0:
            name += 1
        name += 1
