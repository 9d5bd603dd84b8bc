"""The lock of an index: one writer at a time. The system releases it when its holder dies."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dedupe.errors import IndexFolderError

NAME = "lock"
_STEP_SECONDS = 0.05
_BEHIND = 1 << 30
"""Where the byte is that is locked on Windows, which lets nobody read it."""


@contextmanager
def locked(folder: Path, timeout_seconds: float) -> Iterator[None]:
    """Hold the lock of an index.

    Raises IndexFolderError when another process holds it for longer than the time-out, or the
    folder cannot be written.
    """
    try:
        descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise IndexFolderError(f"cannot write the index {folder}: {error.strerror}") from error
    try:
        _wait(descriptor, folder, timeout_seconds)
        with suppress(OSError):  # a full disk is told where it matters
            os.ftruncate(descriptor, 0)
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)


def _wait(descriptor: int, folder: Path, timeout_seconds: float) -> None:
    last = time.monotonic() + timeout_seconds
    while not _taken(descriptor):
        if time.monotonic() >= last:
            os.lseek(descriptor, 0, os.SEEK_SET)
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
            raise IndexFolderError(
                f"the index {folder} is being changed by process {holder or 'unknown'}; it was "
                f"waited for {timeout_seconds:g} s, see --lock-timeout"
            )
        time.sleep(_STEP_SECONDS)


if sys.platform == "win32":
    import msvcrt

    def _taken(descriptor: int) -> bool:
        """Take the lock if it is free."""
        os.lseek(descriptor, _BEHIND, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _taken(descriptor: int) -> bool:
        """Take the lock if it is free."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
