"""Time the program as whole processes: `python -m benchmarks.speed [NAMES]`.

A sample is one process from its start to its exit: wall time, user and system time, and peak
resident memory as the kernel counts them (`wait4`, see `launch`). Files are read once before the
samples, so the page cache is warm, and the round before the samples leaves bytecode, as an
installation does. The tasks of a round run one after another and the rounds are repeated; `wc -w`
runs in every round over the same files. Compare ratios within a run: milliseconds differ between
machines and between busy and quiet hours.

Exit code 0 when every goal is reached, 1 when one is not, 2 when data are absent.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks import corpora, results

ROUNDS = 5
MEGABYTE = 1e6
LAUNCHER = Path(__file__).with_name("launch.py")
WITH_BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}
"""Where it is set, every process compiles 96 modules anew: 0.06 s that no user waits for."""


class Task(NamedTuple):
    """A process to time, and the most its median may take."""

    name: str
    command: Sequence[str]
    size_bytes: int = 0
    environment: Mapping[str, str] = {}
    seconds_at_most: float | None = None
    mb_per_second_at_least: float | None = None


class Sample(NamedTuple):
    """One process."""

    wall: float
    user: float
    system: float
    peak_rss_bytes: int


class Row(msgspec.Struct):
    """The samples of a task and what they amount to; seconds, megabytes of 10^6 bytes."""

    task: str
    command: str
    rounds: int
    wall: float
    """Median."""
    wall_least: float
    wall_most: float
    cpu: float
    """Median of user and system time together."""
    peak_rss_mb: float
    mb_per_second: float | None
    times_wc: float | None
    goal: str
    reached: bool | None
    samples: list[Sample]


def time_process(command: Sequence[str], environment: Mapping[str, str]) -> Sample:
    """Run a command without input or output and take its account from the kernel.

    Raises RuntimeError when it does not exit with 0: a failed run has no time.
    """
    path = shutil.which(command[0]) or command[0]
    launch = [sys.executable, "-I", "-S", str(LAUNCHER), path, *command[1:]]
    told = subprocess.run(
        launch,
        env={**os.environ, **WITH_BYTECODE, **environment},
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    account = msgspec.json.decode(told, type=tuple[int, float, float, float, int])
    if account[0] != 0:
        raise RuntimeError(f"exit code {account[0]}: {results.shown(command)}")
    return Sample(*account[1:])


def warm(folder: Path) -> list[Path]:
    """Read every file below a folder, so that the page cache holds it; the files, sorted."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        path.read_bytes()
    return files


def mixed_tasks() -> list[Task]:
    """Folder in, JSON Lines out, everything on; and `wc -w` over the same files."""
    corpus = corpora.materialise("mixed")
    names = corpora.bench_folder() / "mixed" / "names"
    names.write_bytes(b"".join(os.fsencode(path) + b"\0" for path in warm(corpus.folder)))
    scan = results.program("scan", str(corpus.folder), "--output-format", "jsonl", "-q")
    size = corpus.size_bytes
    return [
        Task("mixed", [*scan, "--depth", "fast"], size, mb_per_second_at_least=60),
        Task("standard", [*scan, "--depth", "standard"], size, mb_per_second_at_least=20),
        Task(
            "wc",
            ["wc", "-w", f"--files0-from={names}"],
            corpus.size_bytes,
            {"LC_ALL": "C.UTF-8"},
        ),
    ]


def version_tasks() -> list[Task]:
    """The shortest thing a user can ask for."""
    return [Task("version", results.program("--version"), seconds_at_most=0.150)]


def seeds_tasks() -> list[Task]:
    """The folder that comes with the project."""
    folder = corpora.PROJECT / "seeds"
    size_bytes = sum(path.stat().st_size for path in warm(folder))
    command = results.program("scan", "seeds")
    return [Task("seeds", command, size_bytes, seconds_at_most=1.5)]


TASKS = {"mixed": mixed_tasks, "version": version_tasks, "seeds": seeds_tasks}


def measure(tasks: Sequence[Task], rounds: int) -> list[Row]:
    """Time every task in every round, after one round that is not counted."""
    samples: dict[str, list[Sample]] = {task.name: [] for task in tasks}
    for number in range(rounds + 1):
        for task in tasks:
            sample = time_process(task.command, task.environment)
            if number:
                samples[task.name].append(sample)
    wc = samples.get("wc")
    wc_wall = statistics.median(s.wall for s in wc) if wc else None
    return [_row(task, samples[task.name], wc_wall) for task in tasks]


def _row(task: Task, samples: list[Sample], wc_wall: float | None) -> Row:
    walls = sorted(sample.wall for sample in samples)
    wall = statistics.median(walls)
    mb_per_second = task.size_bytes / MEGABYTE / wall if task.size_bytes else None
    compared = wc_wall is not None and task.size_bytes and task.name in ("mixed", "standard")
    goal, reached = _verdict(task, wall, mb_per_second)
    return Row(
        task=task.name,
        command=results.shown(task.command),
        rounds=len(samples),
        wall=wall,
        wall_least=walls[0],
        wall_most=walls[-1],
        cpu=statistics.median(sample.user + sample.system for sample in samples),
        peak_rss_mb=max(sample.peak_rss_bytes for sample in samples) / MEGABYTE,
        mb_per_second=mb_per_second,
        times_wc=wall / wc_wall if compared and wc_wall else None,
        goal=goal,
        reached=reached,
        samples=samples,
    )


def _verdict(task: Task, wall: float, mb_per_second: float | None) -> tuple[str, bool | None]:
    if task.seconds_at_most is not None:
        return f"<= {task.seconds_at_most:g} s", wall <= task.seconds_at_most
    if task.mb_per_second_at_least is not None and mb_per_second is not None:
        least = task.mb_per_second_at_least
        return f">= {least:g} MB/s", mb_per_second >= least
    return "", None


def table(rows: Sequence[Row]) -> str:
    """The rows as aligned text, the commands below."""
    head = ("task", "wall s", "least", "most", "cpu s", "RSS MB", "MB/s", "x wc", "goal")
    lines = ["{:9}{:>8}{:>8}{:>8}{:>8}{:>8}{:>8}{:>7}  {}".format(*head)]
    for row in rows:
        speed = "" if row.mb_per_second is None else f"{row.mb_per_second:.1f}"
        ratio = "" if row.times_wc is None else f"{row.times_wc:.2f}"
        verdict = {True: "ok", False: "MISSED", None: ""}[row.reached]
        lines.append(
            f"{row.task:9}{row.wall:8.3f}{row.wall_least:8.3f}{row.wall_most:8.3f}{row.cpu:8.3f}"
            f"{row.peak_rss_mb:8.0f}{speed:>8}{ratio:>7}  {row.goal} {verdict}".rstrip()
        )
    return "\n".join([*lines, "", *(f"{row.task}: {row.command}" for row in rows)])


def main() -> int:
    """Time, print, and say by the exit code whether every goal is reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=main.__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(TASKS)}; default all")
    parser.add_argument("-n", "--rounds", type=int, default=ROUNDS, help="samples of each task")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write rows and samples as JSON")
    options = parser.parse_args()
    if unknown := sorted(set(options.names) - set(TASKS)):
        parser.error(f"no task of that name: {', '.join(unknown)}")
    if options.rounds < 1:
        parser.error("--rounds: at least 1")
    os.chdir(corpora.PROJECT)
    try:
        tasks = [task for name in options.names or TASKS for task in TASKS[name]()]
    except FileNotFoundError as error:
        parser.exit(2, f"{error}\n")
    rows = measure(tasks, options.rounds)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}; median of {options.rounds} rounds after one that is not counted")
    print(table(rows))
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(rows)) + b"\n")
    return 1 if any(row.reached is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
