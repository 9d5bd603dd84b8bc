from __future__ import annotations

import pytest

from dedupe import memory
from dedupe.pipeline.threads import workers


def test_each_task_looks_at_what_is_held_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The watching thread gets its turn late where all cores are busy."""
    seen: list[float] = []
    monkeypatch.setattr(memory, "give_back", seen.append)
    with workers(2) as pool:
        assert list(pool.map(lambda number: number + len(seen[:1]), range(3))) == [1, 2, 3]
    assert seen == [memory.NEARLY_ALL] * 3
