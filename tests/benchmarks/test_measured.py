"""Samples become medians, ratios per megabyte and verdicts."""

import subprocess
from pathlib import Path

import msgspec
import pytest

from benchmarks import checks, harness, measured
from benchmarks.definitions import Definition
from benchmarks.goals import Verdict
from benchmarks.measured import Line, Ratio


def lines(task: str, walls: list[float], **facts: object) -> list[Line]:
    """Samples of a task with these wall times."""
    made = [
        {"task": task, "round": at, "command": "c", "sample": [wall, wall, 0.5, 10**8], **facts}
        for at, wall in enumerate(walls, start=1)
    ]
    return msgspec.convert(made, list[Line])


def test_row_holds_medians_and_the_ratio_per_megabyte() -> None:
    """Twice the time for half of the text is four times as slow; each round has its own ratio."""
    fast = lines("fast", [4.0, 9.0, 3.0], size_bytes=10**7, reference="wc", times_at_most=3.9)
    wc = lines("wc", [2.0, 2.0, 2.5], size_bytes=2 * 10**7)
    row, other = measured.rows([*fast, *wc])
    assert (row.wall, row.wall_least, row.wall_most, row.wall_mad, row.cpu) == (4, 3, 9, 1, 4.5)
    assert (row.mb_per_second, row.peak_rss_mb) == (2.5, 100)
    assert row.ratio == Ratio(4.0, 2.4, 9.0)
    assert row.verdicts == [Verdict("<= 3.9 x", reached=False)]
    assert (other.verdicts, other.ratio) == ([], None)
    assert "4.00 (2.40 to 9.00) x wc" in measured.table([row, other])


def test_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    """2 / 1, 6 / 2 and 8 / 8, not 6 / 2: what slows one round down is in both of its samples."""
    old, new = lines("old", [2.0, 6.0, 8.0]), lines("new", [1.0, 2.0, 8.0])
    assert measured.ratio(old, new[::-1]) == Ratio(2, 1, 3)


@pytest.mark.parametrize(
    ("limit", "reached"),
    [
        ({"seconds_at_most": 2.0}, True),
        ({"seconds_at_most": 1.9}, False),
        ({"mb_per_second_at_least": 5}, True),
        ({"mb_per_second_at_least": 5.1}, False),
        ({"peak_mb_at_most": 100}, True),
        ({"peak_mb_at_most": 99}, False),
    ],
)
def test_goals_are_judged_by_the_median(limit: dict[str, float], reached: bool) -> None:
    """10 MB in 2 s; of memory, by the most."""
    (row,) = measured.rows(lines("t", [1.0, 2.0, 3.0], size_bytes=10**7, **limit))
    assert [verdict.reached for verdict in row.verdicts] == [reached]


def test_every_goal_is_judged_and_shown_alone() -> None:
    """One that is missed does not hide one that is reached."""
    limits = {"seconds_at_most": 1.9, "peak_mb_at_most": 1200}
    (row,) = measured.rows(lines("t", [2.0], **limits))
    assert "<= 1.9 s MISSED, <= 1200 MB ok" in measured.table([row])


def test_time_process_takes_the_account_and_the_output(tmp_path: Path) -> None:
    """By the clock of another process; a failed run has no time."""
    output = tmp_path / "said"
    sample = harness.time_process(["sh", "-c", "echo $X; pwd"], {"X": "1"}, output, tmp_path)
    assert output.read_text() == f"1\n{tmp_path.resolve()}\n"
    assert sample.wall > 0
    assert sample.peak_rss_bytes > 10**5
    with pytest.raises(RuntimeError, match="exit code 3"):
        harness.time_process(["sh", "-c", "exit 3"], {})


def test_rounds_alternate_and_count_no_changed_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every other round is reversed; what writes something else than was judged ends the run."""
    monkeypatch.setenv("DEDUPE_BENCH_DIR", str(tmp_path))
    log = tmp_path / "log"

    def task(name: str, script: str) -> harness.Task:
        command = ["sh", "-c", f"echo {name} >> {log}; {script}"]
        return harness.Task(Definition(name, "", ""), command, {}, None, 0, tmp_path)

    taken = harness.rounds([task("one", "echo 1"), task("two", "echo 2")], 2)
    assert log.read_text().split() == ["one", "two", "one", "two", "two", "one"]
    assert [(line.task, line.round) for line in taken] == [
        ("one", 1),
        ("two", 1),
        ("two", 2),
        ("one", 2),
    ]
    with pytest.raises(checks.WrongResult, match="another result"):
        harness.rounds([task("log", f"cat {log}")], 1)


def test_kernels_are_built_in_the_folder_of_a_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its own program; a revision from before there was one is left as it is."""
    calls: list[object] = []
    monkeypatch.setattr(subprocess, "run", lambda *_, **said: calls.append(said["cwd"]))
    harness.build_kernels(tmp_path)
    assert calls == []
    kernels = tmp_path / "dedupe" / "kernels"
    kernels.mkdir(parents=True)
    (kernels / "building.py").touch()
    harness.prepare([Definition("any", "", "")], tmp_path)
    assert calls == []
    harness.prepare([Definition("first", "", "", fresh=True)], tmp_path)
    assert calls == [tmp_path]
