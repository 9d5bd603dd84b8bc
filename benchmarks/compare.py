"""Time two revisions in one run: `python -m benchmarks.compare BASE [NAMES]`, `make bench-compare`.

The base is unpacked below the benchmark folder and runs from there, with the same interpreter
and the same installed packages. Kernels are built for both first, as an installation does: what git
does not hold, the first run on a machine would have to compile. Samples of both alternate,
so a slow minute of the machine meets both. The ratio is the median over the rounds of base by this
revision: above 1, this one is faster.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks import checks, corpora, definitions, harness, measured, speed
from benchmarks.harness import Task
from benchmarks.measured import Line, Ratio

ROUNDS = 7


class Compared(msgspec.Struct):
    """One task at two revisions; medians."""

    task: str
    base_wall: float
    wall: float
    ratio: Ratio
    """Base by this revision."""
    base_rss_mb: float
    rss_mb: float


def checkout(revision: str) -> Path:
    """A folder with the files of a revision; no worktree, which git would have to remember.

    Raises ValueError for a revision that is unknown.
    """
    named = ["git", "rev-parse", "--verify", "--quiet", "--short=12", f"{revision}^{{commit}}"]
    commit = subprocess.run(named, check=False, capture_output=True, text=True).stdout.strip()
    if not commit:
        raise ValueError(f"no such revision: {revision}")
    folder = corpora.bench_folder() / "revisions" / commit
    if not folder.exists():
        packed = subprocess.run(
            ["git", "archive", "--format=zip", commit], check=True, capture_output=True
        ).stdout
        with zipfile.ZipFile(io.BytesIO(packed)) as files:
            files.extractall(folder)
    return folder


def pairs(tasks: Sequence[Task], base: Path) -> list[tuple[Task, Task]]:
    """Every task at the base, under another name, and here.

    Raises ValueError where there is only `wc`, which has no revision.
    """
    chosen = [task for task in tasks if task.definition.engine == "dedupe"]
    if not chosen:
        raise ValueError("nothing to compare: wc has no revision")
    return [(_at(task, base), task) for task in chosen]


def _at(task: Task, folder: Path) -> Task:
    """The task in the folder of the base, which may find something else than is expected here."""
    renamed = msgspec.structs.replace(
        task.definition,
        name=f"{task.name} at the base",
        expect=definitions.Expect(articles=task.definition.expect.articles),
    )
    return task._replace(definition=renamed, folder=folder)


def compared(lines: Sequence[Line], both: Sequence[tuple[Task, Task]]) -> list[Compared]:
    """The figures of each pair."""
    rows = {row.task: row for row in measured.rows(lines)}
    tasks = measured.by_task(lines)
    return [
        Compared(
            task=new.name,
            base_wall=rows[old.name].wall,
            wall=rows[new.name].wall,
            ratio=measured.ratio(tasks[old.name], tasks[new.name]),
            base_rss_mb=rows[old.name].peak_rss_mb,
            rss_mb=rows[new.name].peak_rss_mb,
        )
        for old, new in both
    ]


def table(rows: Sequence[Compared]) -> str:
    """The rows as aligned text; no difference is shown where rounds disagree which is faster."""
    wide = max(len(row.task) for row in rows) + 1
    head = ("base s", "here s", "ratio", "least", "most", "base MB", "here MB")
    lines = [f"{'task':{wide}}" + "".join(f"{word:>9}" for word in head)]
    for row in rows:
        times = row.ratio
        note = "  no difference shown" if times.least <= 1 <= times.most else ""
        lines.append(
            f"{row.task:{wide}}{row.base_wall:9.3f}{row.wall:9.3f}{times.median:9.3f}"
            f"{times.least:9.3f}{times.most:9.3f}{row.base_rss_mb:9.0f}{row.rss_mb:9.0f}{note}"
        )
    return "\n".join(lines)


def main() -> None:
    """Time the named tasks, by default those of `curated`, at a base and here."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=main.__doc__)
    parser.add_argument("base", help="a revision: a commit, a branch, a tag")
    speed.add_choice(parser)
    parser.add_argument("-n", "--rounds", type=int, default=ROUNDS, help="samples of each")
    options = parser.parse_args()
    os.chdir(corpora.PROJECT)
    try:
        base = checkout(options.base)
        both = pairs(harness.prepare(speed.chosen(options)), base)
        for folder in (base, corpora.PROJECT):
            harness.build_kernels(folder)
        lines = harness.rounds([task for pair in both for task in pair], options.rounds)
    except (KeyError, ValueError) as error:
        parser.error(error.args[0])
    except (FileNotFoundError, subprocess.CalledProcessError, checks.WrongResult) as error:
        parser.exit(2, f"{error}\n")
    print(f"median of {options.rounds} rounds; ratio: {options.base} by this revision")
    print(table(compared(lines, both)))


if __name__ == "__main__":
    main()
