"""Keep what was measured: `records/YYYY-MM-DD/`, raw samples first, tables and plots from these.

    GROUP.jsonl    one line a sample
    machine.json   processor, memory, system, versions, revision
    summary.md     tables; growth.svg and ratios.svg beside it

`python -m benchmarks.records FOLDER` writes the summary and the plots again from the lines.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import subprocess
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import msgspec

from benchmarks import corpora, measured, plots, series
from benchmarks.measured import Line, Row

FOLDER = Path(__file__).with_name("records")
HEADS = (
    *("task", "n", "median s", "least", "most", "MAD", "CPU s", "RSS MB", "MB/s"),
    *("ratio (least to most)", "quality", "goals"),
)
VERSIONS = ("dedupe-articles", "numba", "llvmlite", "numpy", "msgspec", "pyromark")


def machine() -> dict[str, str]:
    """What the figures depend on, without a name of host or user."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{_memory_bytes() / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "wc": _said("wc", "--version").partition("\n")[0],
        "revision": _said("git", "describe", "--always", "--dirty", "--abbrev=12"),
    } | {name: metadata.version(name) for name in VERSIONS}


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
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=corpora.PROJECT)
    return run.stdout.strip()


def write(lines: Sequence[Line], names: Sequence[str]) -> Path:
    """Write a record of today; a run of the same names replaces the one before. Its folder."""
    folder = FOLDER / dt.datetime.now(tz=dt.UTC).date().isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "machine.json").write_bytes(
        msgspec.json.format(msgspec.json.encode(machine())) + b"\n"
    )
    raw = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
    (folder / f"{'_'.join(names)}.jsonl").write_bytes(raw)
    summarise(folder)
    return folder


def summarise(folder: Path) -> None:
    """Write `summary.md` and the plots of a record from its lines."""
    groups = {
        path.stem: measured.rows(corpora.read_rows(path, Line))
        for path in sorted(folder.glob("*.jsonl"))
    }
    told = msgspec.json.decode((folder / "machine.json").read_bytes(), type=dict[str, str])
    parts = [f"# Record of {folder.name}", "\n".join(f"- {key}: {told[key]}" for key in told)]
    for name, rows in groups.items():
        parts += [f"## {name}", _markdown(rows)]
    rows = [row for group in groups.values() for row in group]
    ratios = {
        row.task: row.ratio.median for row in rows if row.ratio and row.reference.startswith("wc")
    }
    if ratios:
        (folder / "ratios.svg").write_text(plots.bars("wall time, times wc -w", ratios))
        parts += ["![Wall time by that of wc](ratios.svg)"]
    if sized := series.found(rows):
        (folder / "growth.svg").write_text(plots.growth(sized))
        parts += ["![Growth of time and memory](growth.svg)", series.table(sized)]
    (folder / "summary.md").write_text("\n\n".join(filter(None, parts)) + "\n")


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
