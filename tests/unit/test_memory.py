from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from dedupe import memory
from dedupe.errors import DedupeError
from dedupe.memory import Scratch

MIB = 1 << 20


def test_scratch_is_reused_by_name_and_grows() -> None:
    """The same name gives the same memory as far as it reaches, in any shape."""
    scratch = Scratch()
    first = scratch.empty("a", 6, np.int32)
    again = scratch.empty("a", (2, 3), np.int32)
    assert again.shape == (2, 3)
    assert np.shares_memory(first, again)
    assert not np.shares_memory(first, scratch.empty("b", 6, np.int32))
    assert len(scratch.empty("a", 100, np.int32)) == 100


def test_scratch_of_another_thread_is_another() -> None:
    """Threads do not write into each other's arrays."""
    scratch = Scratch()
    mine = scratch.empty("a", 4, np.uint8)
    others: list[bool] = []

    def work() -> None:
        others.append(np.shares_memory(mine, scratch.empty("a", 4, np.uint8)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert others == [False]


def test_arrays_are_in_memory_unless_it_is_limited() -> None:
    """Without a limit the allocator is that of NumPy."""
    with memory.spilling(None):
        assert memory.empty(MIB, np.uint8).base is None
        array = np.arange(MIB)
        assert memory.kept(array) is array


def test_arrays_outlive_their_pages_and_the_limit() -> None:
    """What is written stays, though its pages are given back, and behind the end of the limit."""
    with memory.spilling(1):
        table = memory.empty((4, MIB), np.uint32)
        table[...] = np.arange(4 * MIB, dtype=np.uint32).reshape(4, MIB)
        nothing = memory.zeros(MIB, np.int64)
        assert not nothing.any()
        assert memory.empty(3, np.uint8).base is None, "a small one is not worth a file"
        assert memory.empty(MIB, np.uint8, held=True).base is not None, "it does not fit"
    assert (table == np.arange(4 * MIB).reshape(4, MIB)).all()


@pytest.mark.skipif(memory.resident() == (0, 0), reason="this system does not tell what is held")
def test_pages_above_the_limit_are_given_back() -> None:
    """A table of 256 MiB does not stay in memory where 64 MiB may be held."""
    script = (
        "import time\nimport numpy as np\nfrom dedupe import memory\n"
        "before, MIB = memory.resident()[0], 1 << 20\n"
        "with memory.spilling(before + 64 * MIB):\n"
        "    table = memory.empty(256 * MIB, np.uint8)\n"
        "    table.fill(7)\n"
        "    deadline = time.monotonic() + 20\n"
        "    while memory.resident()[0] > before + 128 * MIB and time.monotonic() < deadline:\n"
        "        time.sleep(0.01)\n"
        "    print(memory.resident()[0] <= before + 128 * MIB)\n"
        "    print(int(table[:: 1 << 12].sum(dtype=np.int64)))\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout
    assert told.split() == [b"True", str(7 << 16).encode()]


def test_joined_is_concatenate_in_another_type() -> None:
    """Numbers of parts are counted on in the type of the result, which may be the larger one."""
    parts = [np.array([1, 2], np.uint32), np.array([], np.uint32), np.array([3], np.uint32)]
    assert memory.joined(parts, np.int64, [0, 5, 1 << 40]).tolist() == [1, 2, (1 << 40) + 3]
    assert memory.joined(parts, np.uint8).dtype == np.uint8
    assert memory.joined([], np.uint8).tolist() == []


def test_full_disk_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room is asked for before it is touched: a full disk is an error, and not the end."""

    def full(file: int, start: int, size: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with (
        memory.spilling(1),
        pytest.raises(DedupeError, match=r"no room for 256 MiB .*No space left .*TMPDIR"),
    ):
        memory.empty(MIB, np.uint8)


def test_tables_are_looked_into_part_by_part() -> None:
    """A part is a quarter of the limit; without one, or where all fits, the order stays."""
    place = np.array([9, 1, 8, 2, 5], np.int64)
    assert memory.parts(1 << 40) == 1
    assert memory.part_by_part(place, 10, MIB) is None
    with memory.spilling(20 * MIB):
        assert memory.parts(4 * MIB) == 1
        assert memory.parts(10 * MIB) == 3
        order = memory.part_by_part(place, 10, MIB)
        assert order is not None
        assert memory.fits(10 * MIB)
        assert memory.empty(10 * MIB, np.uint8, held=True).base is None
        assert not memory.fits(10 * MIB + 1)
        assert place[order].tolist() == [1, 2, 5, 9, 8]


@pytest.mark.parametrize("limit", [None, 1])
def test_columns_grow_at_their_end(limit: int | None) -> None:
    """In memory and in a file alike; parts may be of other types, and have a number added."""
    with memory.spilling(limit):
        column, empty = memory.Column(np.int64), memory.Column(np.uint8)
        for base in (0, 7):
            column.extend(np.arange(MIB, dtype=np.uint32), base)
            column.extend(np.empty(0, np.int8))
        assert empty.whole().shape == (0,)
    whole = column.whole()  # also behind the end of the limit
    assert whole.dtype == np.int64
    assert (whole[:MIB] == np.arange(MIB)).all()
    assert (whole[MIB:] == np.arange(7, 7 + MIB)).all()


def test_columns_do_not_fit_on_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that names the folder, not the end of the process."""

    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("dedupe.memory.tempfile.TemporaryFile", lambda **_: Full())
    with memory.spilling(1), pytest.raises(DedupeError, match=r"no room .*No space left .*TMPDIR"):
        memory.Column(np.uint8).extend(np.zeros(9, np.uint8))
