"""Files into a buffer by calls of the C library: no object per file, and no interpreter lock.

Legend: T bytes of the buffer, N bytes of names, D files. POSIX alone has these calls.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedupe.kernels.jit import external, kernel

_open = external("open", "i4", "p", "i4")
_read = external("read", "i8", "i4", "p", "u8")
_close = external("close", "i4", "i4")


@kernel
def read_files(
    names: NDArray[np.uint8],
    flags: int,
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    limits: NDArray[np.int64],
    sizes: NDArray[np.int64],
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
