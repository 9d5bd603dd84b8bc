"""Keep what was measured: samples first, and tables and plots from these.

`records/YYYY-MM-DD-REVISION/` holds

    NAMES.jsonl          one line a sample of the groups and tasks of a run
    machine.json         processor, memory, system, versions, revision
    NAMES.machine.json   what was different when that run began, such as the load
    summary.md           tables; growth.svg and ratios.svg beside it

Later runs of the same revision add files to its folder and replace none.
`python -m benchmarks.records FOLDER` writes the summary and the plots again from the lines.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks import corpora, definitions, measured, plots, series
from benchmarks.measured import Line, Ratio, Row

RECORDS = Path(__file__).with_name("records")
MACHINE = "machine.json"
LEAST_ROUNDS = 5
HEADS = (
    *("task", "n", "median s", "least", "most", "MAD", "CPU s", "RSS MB", "MB/s"),
    *("ratio (least to most)", "quality", "goals"),
)
VERSIONS = ("dedupe-articles", "numba", "llvmlite", "numpy", "msgspec", "pyromark")


class Record(NamedTuple):
    """A place for the samples of a run, and what they depend on."""

    folder: Path
    name: str
    facts: dict[str, str]
    """The machine at the start."""


def machine() -> dict[str, str]:
    """What the figures depend on, without a name of host or user."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{_memory_bytes() / 2**30:.0f} GiB",
        "system": f"{platform.system()} {_kernel(platform.release())}",
        "load": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "Python": platform.python_version(),
        "wc": _said("wc", "--version").partition("\n")[0],
        "revision": revision(),
    } | {name: metadata.version(name) for name in VERSIONS}


def revision() -> str:
    """The commit that is measured, with `-dirty` behind it where files differ; records aside."""
    commit = _said("git", "rev-parse", "--short=12", "HEAD")
    changes = _said(
        "git", "status", "--porcelain", "--", ".", f":!{RECORDS.relative_to(corpora.PROJECT)}"
    )
    return f"{commit}-dirty" if changes else commit


def _kernel(release: str) -> str:
    """Major and minor version: the rest names a build, at times a provider.

    >>> _kernel("6.1.0-13-amd64")
    '6.1'
    """
    return ".".join(release.split(".")[:2])


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _said(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return ""
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=corpora.PROJECT)
    return run.stdout.strip()


def folder() -> Path:
    """The folder of the record of today and this revision, made with its `machine.json`.

    Raises ValueError where no revision can be named.
    """
    commit = revision()
    if not commit or commit.endswith("-dirty"):
        raise ValueError("a record is of a revision: commit what has changed first")
    day = dt.datetime.now(tz=dt.UTC).date().isoformat()
    place = RECORDS / f"{day}-{commit}"
    place.mkdir(parents=True, exist_ok=True)
    if not (place / MACHINE).exists():
        _write_facts(place / MACHINE, machine())
    return place


def start(names: Sequence[str], rounds: int) -> Record:
    """Find a place for a run before it begins, while the load of the machine is not its own.

    Raises ValueError for too few rounds, a revision that cannot be named, or an earlier record.
    """
    if rounds < LEAST_ROUNDS:
        raise ValueError(f"a record takes {LEAST_ROUNDS} rounds or more, not {rounds}")
    record = Record(folder(), "_".join(names), machine())
    if (lines := _lines(record)).exists():
        raise ValueError(f"{lines.relative_to(RECORDS)} is there: no record is replaced")
    return record


def _lines(record: Record) -> Path:
    return record.folder / f"{record.name}.jsonl"


def write(record: Record, lines: Sequence[Line]) -> None:
    """Add the samples of a run, and summarise all that the folder holds.

    Raises FileExistsError where another run was faster.
    """
    with _lines(record).open("xb") as stream:
        stream.writelines(msgspec.json.encode(line) + b"\n" for line in lines)
    common = _facts(record.folder / MACHINE)
    own = {key: fact for key, fact in record.facts.items() if common.get(key) != fact}
    if own:
        _write_facts(record.folder / f"{record.name}.{MACHINE}", own)
    summarise(record.folder)


def _facts(path: Path) -> dict[str, str]:
    return msgspec.json.decode(path.read_bytes(), type=dict[str, str]) if path.exists() else {}


def _write_facts(path: Path, facts: dict[str, str]) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(facts)) + b"\n")


def summarise(folder: Path) -> None:
    """Write `summary.md` and the plots of a record from its lines."""
    groups = {path.stem: measured.rows(_samples(path)) for path in sorted(folder.glob("*.jsonl"))}
    groups = {name: rows for name, rows in groups.items() if rows}
    parts = [f"# Record of {folder.name}", _listed(_facts(folder / MACHINE))]
    for name, rows in groups.items():
        parts += [f"## {name}", _listed(_facts(folder / f"{name}.{MACHINE}")), _markdown(rows)]
    rows = [row for group in groups.values() for row in group]
    if ratios := _ratios(rows):
        (folder / "ratios.svg").write_text(plots.ratios(ratios))
        parts += ["![Wall time by that of wc](ratios.svg)"]
    if sized := series.found(rows):
        (folder / "growth.svg").write_text(plots.growth(sized))
        parts += ["![Growth of time and memory](growth.svg)", series.table(sized)]
    (folder / "summary.md").write_text("\n\n".join(filter(None, parts)) + "\n")


def _ratios(rows: Sequence[Row]) -> dict[str, dict[str, Ratio]]:
    """The ratios to `wc` by group; tasks that have no definition any more stand together."""
    homes = {d.name: group for group in definitions.GROUPS for d in definitions.group(group)}
    found: dict[str, dict[str, Ratio]] = {}
    for row in rows:
        if row.ratio and row.reference.startswith("wc"):
            found.setdefault(homes.get(row.task, "former tasks"), {})[row.task] = row.ratio
    return found


def _samples(path: Path) -> list[Line]:
    """The samples of a file; none where another script wrote it, in a form of its own."""
    try:
        return corpora.read_rows(path, Line)
    except msgspec.ValidationError:
        return []


def _listed(facts: dict[str, str]) -> str:
    return "\n".join(f"- {key}: {fact}" for key, fact in facts.items())


def _markdown(rows: Sequence[Row]) -> str:
    lines = [f"| {' | '.join(HEADS)} |", "|" + "---|" * len(HEADS)]
    for row in rows:
        speed = f"{row.mb_per_second:.1f}" if row.mb_per_second else ""
        quality = ", ".join(f"{name} {value:.3f}" for name, value in row.quality.items())
        verdicts = ", ".join(map(str, row.verdicts))
        seconds = (row.wall, row.wall_least, row.wall_most, row.wall_mad, row.cpu)
        cells = [row.task, row.rounds, *(f"{value:.3f}" for value in seconds)]
        cells += [f"{row.peak_rss_mb:.0f}", speed, measured.shown_ratio(row), quality, verdicts]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    commands = "\n".join(f"- {row.task}: `{row.command}`" for row in rows)
    return "\n".join(lines) + f"\n\n{commands}"


def main() -> None:
    """Write the summary and the plots of records again."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.records", description=main.__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    for folder in parser.parse_args().folders:
        summarise(folder)


if __name__ == "__main__":
    main()
