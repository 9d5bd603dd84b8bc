from __future__ import annotations

import threading

import numpy as np

from dedupe.memory import Scratch


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
