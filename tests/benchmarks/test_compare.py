"""Two revisions are compared round by round, each from its own folder."""

from pathlib import Path

import pytest

from benchmarks import compare, corpora, harness
from benchmarks.definitions import Definition, Expect
from benchmarks.measured import Line, Ratio, Sample


def lines(task: str, walls: list[float]) -> list[Line]:
    """Samples of a task with these wall times."""
    return [Line(task, at, Sample(wall, wall, 0.0, 10**8), "c") for at, wall in enumerate(walls)]


def task(name: str) -> harness.Task:
    """A task of this name that expects something."""
    expect = Expect(articles=3, findings={"DUP101": 1}, recall_at_least=0.5)
    return harness.Task(Definition(name, "", "", expect=expect), [], {}, None, 0, Path("here"))


def test_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    """2 / 1, 6 / 2 and 8 / 7, not 6 / 2: what slows one round down is in both of its samples."""
    taken = [*lines("old", [2.0, 6.0, 8.0]), *lines("new", [1.0, 2.0, 7.0])]
    (row,) = compare.compared(taken, [(task("old"), task("new"))])
    assert (row.base_wall, row.wall, row.ratio) == (6, 2, Ratio(2, 8 / 7, 3))
    assert "no difference" not in compare.table([row])


def test_rounds_that_disagree_show_no_difference() -> None:
    """The median says .9, one round of three the opposite."""
    row = compare.Compared("scan", 0.9, 1, Ratio(0.9, 0.8, 1.01), 100, 100)
    assert compare.table([row]).endswith("no difference shown")


def test_base_runs_in_its_folder_and_may_find_something_else() -> None:
    """The number of articles is all that both must agree on."""
    ((base, here),) = compare.pairs([task("scan")], Path("there"))
    assert (base.folder, here.folder) == (Path("there"), Path("here"))
    assert base.definition.expect == Expect(articles=3)
    assert here.definition.expect.findings
    assert base.name != here.name


def test_checkout_holds_the_files_of_the_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that `python -m dedupe` in it is the program of that revision."""
    if not (corpora.PROJECT / ".git").exists():
        pytest.skip("no git repository")
    monkeypatch.setenv("DEDUPE_BENCH_DIR", str(tmp_path))
    monkeypatch.chdir(corpora.PROJECT)
    folder = compare.checkout("HEAD")
    assert (folder / "dedupe" / "__main__.py").exists()
    assert folder.is_relative_to(tmp_path)
    with pytest.raises(ValueError, match="no such revision: nonsense"):
        compare.checkout("nonsense")


def test_wc_alone_cannot_be_compared() -> None:
    """It has no revision."""
    words = task("wc")
    words.definition.engine = "wc"
    with pytest.raises(ValueError, match="nothing to compare"):
        compare.pairs([words], Path("there"))
