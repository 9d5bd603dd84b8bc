"""The stages alone: what is counted, summed and told."""

from __future__ import annotations

from pathlib import Path

from benchmarks import stages


def test_a_stage_is_the_sum_over_its_batches(tmp_path: Path) -> None:
    """Files, words and passages are counted once each, over all batches."""
    for number in range(3):
        text = "\n\n".join(f"The {word} boat number {number} left port." for word in ["red", "old"])
        (tmp_path / f"{number}.txt").write_text(text)
    size, found = stages.measure(str(tmp_path))
    units = {stage.name: stage.units for stage in found}
    assert size == sum(path.stat().st_size for path in tmp_path.iterdir())
    assert len(units) == len(found)
    assert units["read, decode, blocks"] == 3
    assert units["words and sentences"] == units["pairs of stems"] == 3 * 2 * 7


def test_a_sum_without_one_of_its_limits_has_none() -> None:
    """A limit that is known for one batch only says nothing."""
    one = stages.Stage("bands", "key", 2, 1.0, 0.5)
    assert stages._added(one, one)[2:5] == (4, 2.0, 1.0)
    assert stages._added(one, one._replace(limit=None)).limit is None


def test_the_table_tells_cost_and_distance() -> None:
    """Megabytes a second, nanoseconds a unit and the distance from the limit."""
    table = stages.table(2_000_000, [stages.Stage("bands", "key", 4, 0.002, 0.001, "a copy")])
    assert table.splitlines()[2] == "| bands | 1,000 | 500,000.0 ns/key | 4 | 2.0 x a copy |"
