from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from dedupe.arrays import U8
from dedupe.kernels.reading import file_sizes, read_files

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs the calls of POSIX")


def read(paths: list[Path | str], room: int) -> tuple[U8, list[int]]:
    """Contents (D, room) and bytes read of each file."""
    data = np.full((len(paths), room), 0xFF, np.uint8)
    starts = np.arange(len(paths)) * room
    sizes = np.empty(len(paths), np.int64)
    names = b"".join(os.fsencode(path) + b"\0" for path in paths)
    flags = os.O_RDONLY | os.O_NONBLOCK
    read_files(np.frombuffer(names, np.uint8), flags, data.ravel(), starts, starts + room, sizes)
    return data, sizes.tolist()


def test_files_are_read_up_to_their_room(tmp_path: Path) -> None:
    """Each in its place; empty ones, one that just fits, and one that does not; any name."""
    contents = [b"", b"one", b"x" * 64, b"y" * 100]
    paths: list[Path | str] = [tmp_path / f"{n} \u00e9.txt" for n in range(4)]
    for path, content in zip(paths, contents, strict=True):
        Path(path).write_bytes(content)
    data, sizes = read(paths, 64)
    assert sizes == [0, 3, 64, 64]
    for row, content in zip(data, contents, strict=True):
        assert row.tobytes() == content[:64].ljust(64, b"\xff")


def test_what_cannot_be_read(tmp_path: Path) -> None:
    """Nothing at all, no name, a folder and a pipe without a writer stop nobody."""
    (tmp_path / "last").write_bytes(b"last")
    os.mkfifo(tmp_path / "pipe")
    paths: list[Path | str] = [
        tmp_path / "none",
        "",
        tmp_path,
        tmp_path / "pipe",
        tmp_path / "last",
    ]
    data, sizes = read(paths, 64)
    assert sizes == [-1, -1, -1, 0, 4]
    assert (data[:4] == 0xFF).all()
    assert data[4, :4].tobytes() == b"last"


def test_descriptors_are_closed(tmp_path: Path) -> None:
    """Thousands of files leave none open, those that cannot be read neither."""
    (tmp_path / "a").write_bytes(b"a")
    before = os.open(tmp_path / "a", os.O_RDONLY)
    os.close(before)
    read([tmp_path / "a", tmp_path] * 2000, 1)
    after = os.open(tmp_path / "a", os.O_RDONLY)
    os.close(after)
    assert after == before


@pytest.mark.skipif(sys.platform != "linux", reason="needs a call of Linux")
def test_sizes_of_regular_files(tmp_path: Path) -> None:
    """Links, folders, pipes and what is not there have none."""
    (tmp_path / "\u00e9 long").write_bytes(b"x" * 70_000)
    (tmp_path / "empty").touch()
    (tmp_path / "link").symlink_to("empty")
    os.mkfifo(tmp_path / "pipe")
    names = ["\u00e9 long", "empty", "link", "pipe", "missing", ".", "empty"]
    paths = b"".join(os.fsencode(tmp_path / name) + b"\0" for name in names)
    sizes = np.zeros(len(names), np.int64)
    file_sizes(np.frombuffer(paths, np.uint8), sizes)
    assert sizes.tolist() == [70_000, 0, -1, -1, -1, -1, 0]
