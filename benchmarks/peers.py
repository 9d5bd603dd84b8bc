"""Compare deduplicators: `python -m benchmarks.peers [ENGINES]`.

Every engine (`benchmarks/engines/`) reads the same plain-text files and writes pairs of alike
ones; a sample is one process from its start to its exit, by the launcher of `benchmarks.harness`.
Recall and precision come from the truth of the corpus (`alike.py`). The ratio of an engine is its
wall time by ours on the same files in the same round. README.md says how each was set, and why.

Exit code 0 when every goal is reached, 1 when one is not or our program fails.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks import alike, corpora, environments, harness
from benchmarks.measured import MEGABYTE, Sample

ROUNDS = 3
SECONDS = 600
"""The longest that one process may take."""
TIMED_OUT = 124
"""Exit code of `timeout`."""
LOCALE = {"LC_ALL": "C.UTF-8"}
"""In which `wc` counts words of UTF-8, and quickly."""
RIGHT, SURE = 0.5, 0.7
"""A reported pair is right from the one similarity on; recall counts pairs from the other on."""


class Engine(NamedTuple):
    """A deduplicator, and where it runs."""

    name: str
    requirements: tuple[str, ...] = ()
    """What its environment holds; the first is the peer. Ours where there are none."""
    most_mb: int = alike.SIZES[-1]
    """The largest corpus that it gets: larger ones would take it too long."""
    goal: float | None = None
    """How many times faster we are to be."""


OURS, WC = Engine("ours"), Engine("wc")
BESIDE = (OURS, WC)
"""Run beside the others on every corpus."""
ENGINES = (
    *BESIDE,
    Engine("naive", most_mb=3),
    Engine("gaoya", ("gaoya==0.2.2",), goal=4),
    Engine("rensa", ("rensa==0.5.0",), goal=12),
    Engine("datasketch", ("datasketch==2.0.0",), goal=25),
    Engine("datatrove", ("datatrove[processing]==0.10.1", "spacy==3.8.18"), 30, goal=100),
    Engine("text_dedup", ("text-dedup==0.4.0",), 30),
    Engine("near_dupes", ("near-dupes==0.1.0",), 30),
)
"""Every engine, in the order of the table."""


class Quality(msgspec.Struct):
    """How right the pairs of an engine are."""

    recall: float
    """Of the pairs with Jaccard .7 or more."""
    recall_below: float
    """Of the pairs with .5 to .7."""
    precision: float | None
    """Share of the reported pairs with .5 or more; none where nothing is reported."""


class Row(msgspec.Struct):
    """An engine on one corpus; seconds, megabytes of 10^6 bytes."""

    engine: str
    versions: list[str]
    """Of everything in its environment."""
    size_mb: float
    failure: str = ""
    """Why there is nothing else."""
    quality: Quality | None = None
    wall: float = 0
    """Median."""
    cpu: float = 0
    """Median of user and system time together, children included."""
    peak_rss_mb: float = 0
    """Of its largest process."""
    times_ours: tuple[float, float, float] | None = None
    """Wall time by ours in the same round: median, least, most."""
    goal: float | None = None
    samples: list[Sample] = []

    @property
    def reached(self) -> bool | None:
        """Whether we are so much faster as we are to be; None where there is no goal or time."""
        return self.times_ours[0] >= self.goal if self.goal and self.times_ours else None


def quality(truth: Iterable[tuple[str, str, float]], reported: Iterable[Sequence[str]]) -> Quality:
    """Judge reported pairs by the similarity of the true ones; the order in a pair is nothing."""
    similarity = {frozenset((a, b)): value for a, b, value in truth}
    found = {frozenset(pair) for pair in reported}

    def recall(least: float, below: float) -> float:
        wanted = [pair for pair, value in similarity.items() if least <= value < below]
        return statistics.fmean(pair in found for pair in wanted)

    right = [similarity.get(pair, 0) >= RIGHT for pair in found]
    return Quality(recall(SURE, 2), recall(RIGHT, SURE), statistics.fmean(right) if right else None)


class Runner:
    """An engine over one corpus, ready to be run again and again."""

    def __init__(self, engine: Engine, corpus: corpora.Corpus) -> None:
        self.engine, self.corpus = engine, corpus
        self.row = Row(engine.name, [], corpus.size_bytes / MEGABYTE, goal=engine.goal)
        folder = corpora.bench_folder() / "results" / "peers" / corpus.name
        folder.mkdir(parents=True, exist_ok=True)
        self.pairs = folder / f"{engine.name}.jsonl"
        self.command: list[str] = []

    def try_out(self) -> None:
        """Install the engine and run it once; the row tells what it found, or why it failed."""
        try:
            self.command = self._command()
        except RuntimeError as error:
            self.row.failure = f"cannot be installed: {error}"
            return
        self.pairs.unlink(missing_ok=True)
        run = subprocess.run(
            self.command, env={**os.environ, **LOCALE}, capture_output=True, text=True, check=False
        )
        if run.returncode == TIMED_OUT:
            self.row.failure = f"more than {SECONDS} s"
        elif run.returncode:
            said = run.stderr.strip().splitlines() or [f"exit code {run.returncode}"]
            self.row.failure = said[-1]
        elif self.engine is not WC:
            self.row.quality = self._quality()

    def sample(self) -> None:
        """Time one process, unless an earlier one failed."""
        if not self.row.failure:
            try:
                self.row.samples.append(harness.time_process(self.command, LOCALE))
            except RuntimeError as error:
                self.row.failure = str(error).partition(":")[0]

    def _command(self) -> list[str]:
        limit = ["timeout", str(SECONDS)]
        if self.engine is WC:
            names = self.pairs.with_name("names")
            paths = sorted(self.corpus.folder.iterdir())
            names.write_bytes(b"".join(os.fsencode(path) + b"\0" for path in paths))
            return [*limit, "wc", "-w", f"--files0-from={names}"]
        wanted = self.engine.requirements
        python = environments.python_with(*wanted) if wanted else Path(sys.executable)
        self.row.versions = environments.versions(python)
        module = f"benchmarks.engines.{self.engine.name}"
        return [*limit, str(python), "-m", module, str(self.corpus.folder), str(self.pairs)]

    def _quality(self) -> Quality:
        def path(name: str) -> str:
            return str(self.corpus.folder / self.corpus.paths[name])

        pairs = self.corpus.table("pairs", alike.Pair)
        truth = ((path(pair.a), path(pair.b), pair.similarity) for pair in pairs)
        return quality(truth, corpora.read_rows(self.pairs, tuple[str, str]))


def measure(engines: Sequence[Engine], size_mb: int, rounds: int) -> list[Row]:
    """Run every engine in every round over one corpus, after a round that is not timed."""
    corpus = corpora.materialise(f"alike_{size_mb}")
    harness.warm(corpus.folder)
    runners = [Runner(engine, corpus) for engine in engines]
    for runner in runners:
        runner.try_out()
    for _ in range(rounds):
        for runner in runners:
            runner.sample()
    rows = [runner.row for runner in runners]
    ours = next(row for row in rows if row.engine == OURS.name)
    for row in rows:
        if not row.failure:
            _sum_up(row, ours)
    return rows


def _sum_up(row: Row, ours: Row) -> None:
    row.wall = statistics.median(sample.wall for sample in row.samples)
    row.cpu = statistics.median(sample.user + sample.system for sample in row.samples)
    row.peak_rss_mb = max(sample.peak_rss_bytes for sample in row.samples) / MEGABYTE
    if not ours.failure:
        ratios = [a.wall / b.wall for a, b in zip(row.samples, ours.samples, strict=True)]
        row.times_ours = statistics.median(ratios), min(ratios), max(ratios)


def table(rows: Sequence[Row]) -> str:
    """The rows as aligned text."""
    head = ("engine", "MB", "wall s", "cpu s", "RSS MB", "MB/s", "x ours", "least", "most")
    heads = (*head, "recall", ".5-.7", "precision", "goal")
    lines = ["{:11}{:>5}{:>9}{:>9}{:>8}{:>8}{:>8}{:>7}{:>7}{:>8}{:>7}{:>10}  {}".format(*heads)]
    for row in rows:
        start = f"{row.engine:11}{row.size_mb:5.0f}"
        if row.failure:
            lines.append(f"{start}  {row.failure}")
            continue
        a, b, c = (_cell(ratio, 2) for ratio in row.times_ours or (None,) * 3)
        found = row.quality
        shares = (found.recall, found.recall_below, found.precision) if found else (None,) * 3
        x, y, z = (_cell(share, 3) for share in shares)
        verdict = {True: "ok", False: "MISSED", None: ""}[row.reached]
        goal = f">= {row.goal:g} {verdict}" if row.goal else ""
        lines.append(
            f"{start}{row.wall:9.3f}{row.cpu:9.3f}{row.peak_rss_mb:8.0f}"
            f"{row.size_mb / row.wall:8.1f}{a:>8}{b:>7}{c:>7}{x:>8}{y:>7}{z:>10}  {goal}".rstrip()
        )
    return "\n".join(lines)


def _cell(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def main() -> int:
    """Time peers beside this program, and say by the exit code whether every goal is reached."""
    names = [engine.name for engine in ENGINES]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=main.__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(names)}; default all")
    parser.add_argument("--mb", type=int, choices=alike.SIZES, default=30, help="of text")
    parser.add_argument("-n", "--rounds", type=int, default=ROUNDS, help="samples of each engine")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write rows and samples as JSON")
    options = parser.parse_args()
    if unknown := sorted(set(options.names) - set(names)):
        parser.error(f"no engine of that name: {', '.join(unknown)}")
    if options.rounds < 1:
        parser.error("--rounds: at least 1")
    os.chdir(corpora.PROJECT)
    wanted = [engine for engine in ENGINES if engine.name in (options.names or names)]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}; median of {options.rounds} rounds after one that is not counted")
    rows = []
    for size_mb in sorted({min(options.mb, engine.most_mb) for engine in wanted}, reverse=True):
        engines = [e for e in wanted if min(options.mb, e.most_mb) == size_mb and e not in BESIDE]
        rows += measure([*BESIDE, *engines], size_mb, options.rounds)
    print(table(rows))
    print("", *(e.requirements[0] for e in wanted if e.requirements), sep="\n")
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(rows)) + b"\n")
    missed = [
        row for row in rows if row.reached is False or (row.engine == OURS.name and row.failure)
    ]
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
