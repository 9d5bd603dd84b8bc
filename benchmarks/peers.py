"""Compare deduplicators: `python -m benchmarks.peers [ENGINES]`.

Every engine (`benchmarks/engines/`) reads the same plain-text files and writes pairs of alike
ones; a sample is one process from its start to its exit, by the launcher of `benchmarks.harness`.
Recall and precision come from the truth of the corpus (`alike.py`). The ratio of an engine is its
wall time by ours on the same files in the same round (`peer_results.py`). README.md says how each
was set, and why.

A goal of speed is judged on the largest corpus that its engine gets; other sizes give figures
without a verdict. What ours finds is judged on each. Exit code 0 when every goal is reached, 1 when
one is not, or could not be measured, 2 when the corpus is not the pinned one or no record can be
kept.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks import (
    alike,
    corpora,
    environments,
    harness,
    keeping,
    peer_results,
    pinned,
    records,
)
from benchmarks.engines.documents import BANDS, ROWS, SIMILARITY, WORDS
from benchmarks.peer_results import Goals, Line, Quality

ROUNDS = 5
SECONDS = 600
"""The longest that one process may take."""
TIMED_OUT = 124
"""Exit code of `timeout`."""
LOCALE = {"LC_ALL": "C.UTF-8"}
"""In which `wc` counts words of UTF-8, and quickly."""
RIGHT, SURE = SIMILARITY, 0.7
"""A reported pair is right from the one similarity on; recall counts pairs from the other on."""
_SHINGLES = f"shingles of {WORDS} words"
_BANDS = f"{_SHINGLES}, {BANDS} bands of {ROWS}"
_ESTIMATED = f"{_BANDS}, estimated similarity {SIMILARITY:g} or more"


class Engine(NamedTuple):
    """A deduplicator, and where it runs."""

    name: str
    settings: str
    requirements: tuple[str, ...] = ()
    """What its environment holds; the first is the peer. Ours where there are none."""
    most_mb: int = alike.SIZES[-1]
    """The largest corpus that it gets: larger ones would take it too long."""
    goals: Goals = Goals()


OURS = Engine(
    peer_results.OURS,
    f"scan --depth fast, {_SHINGLES}, similarity {SIMILARITY:g} or more",
    goals=Goals(recall_at_least=0.99, precision_at_least=0.99, same_pairs=True),
)
WC = Engine("wc", "wc -w, LC_ALL=C.UTF-8")
BESIDE = (OURS, WC)
"""Run beside the others on every corpus."""
ENGINES = (
    *BESIDE,
    Engine("naive", f"{_SHINGLES}, similarity {SIMILARITY:g} or more", most_mb=3),
    Engine("gaoya", f"{_ESTIMATED}, all threads", ("gaoya==0.2.2",), goals=Goals(4)),
    Engine("rensa", _ESTIMATED, ("rensa==0.5.0",), goals=Goals(12)),
    Engine("datasketch", _ESTIMATED, ("datasketch==2.0.0",), goals=Goals(25)),
    Engine(
        "datatrove",
        "its defaults: 14 buckets of 8; a task a core",
        ("datatrove[processing]==0.10.1", "spacy==3.8.18"),
        30,
        Goals(100),
    ),
    Engine("text_dedup", f"{_BANDS}, nothing estimated", ("text-dedup==0.4.0",), 30),
    Engine("near_dupes", "its defaults: 3 characters, .85", ("near-dupes==0.1.0",), 30),
)
"""Every engine, in the order of the table."""


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
        self.failed = False
        folder = corpora.bench_folder() / "results" / "peers" / corpus.name
        folder.mkdir(parents=True, exist_ok=True)
        self.pairs = folder / f"{engine.name}.jsonl"
        self.command: list[str] = []
        self.truth = [
            (self._path(pair.a), self._path(pair.b), pair.similarity)
            for pair in corpus.table("pairs", alike.Pair)
        ]

    def try_out(self) -> Line:
        """Install the engine and run it once; the line tells what it is, and why it failed."""
        line = self._line(0)
        line.settings = "; ".join([*self.engine.requirements[:1], self.engine.settings])
        line.goals = self._goals()
        try:
            python = self._python()
            line.versions = environments.versions(python) if self.engine is not WC else []
        except RuntimeError as error:
            return self._given_up(line, f"cannot be installed: {error}")
        self.command = self._command(python)
        self.pairs.unlink(missing_ok=True)
        run = subprocess.run(
            self.command, env={**os.environ, **LOCALE}, capture_output=True, text=True, check=False
        )
        if run.returncode == TIMED_OUT:
            return self._given_up(line, f"more than {SECONDS} s")
        if run.returncode:
            said = run.stderr.strip().splitlines() or [f"exit code {run.returncode}"]
            return self._given_up(line, said[-1])
        return self._judged(line)

    def sample(self, number: int) -> Line:
        """Time one process, and judge what it found."""
        line = self._line(number)
        self.pairs.unlink(missing_ok=True)
        try:
            line.sample = harness.time_process(self.command, LOCALE)
        except RuntimeError as error:
            said = str(error).partition(":")[0]
            slow = said == f"exit code {TIMED_OUT}"
            return self._given_up(line, f"more than {SECONDS} s" if slow else said)
        return self._judged(line)

    def _line(self, number: int) -> Line:
        return Line(self.engine.name, self.corpus.size_bytes, number)

    def _goals(self) -> Goals:
        """Its goals; that of speed only where the corpus is the largest that it gets."""
        if self.corpus.name == f"alike_{self.engine.most_mb}":
            return self.engine.goals
        return msgspec.structs.replace(self.engine.goals, times_ours_at_least=None)

    def _given_up(self, line: Line, why: str) -> Line:
        self.failed, line.failure = True, why
        return line

    def _python(self) -> Path:
        wanted = self.engine.requirements
        return environments.python_with(*wanted) if wanted else Path(sys.executable)

    def _command(self, python: Path) -> list[str]:
        limit = ["timeout", str(SECONDS)]
        if self.engine is WC:
            names = self.pairs.with_name("names")
            paths = sorted(self.corpus.folder.iterdir())
            names.write_bytes(b"".join(os.fsencode(path) + b"\0" for path in paths))
            return [*limit, "wc", "-w", f"--files0-from={names}"]
        module = f"benchmarks.engines.{self.engine.name}"
        return [*limit, str(python), "-m", module, str(self.corpus.folder), str(self.pairs)]

    def _judged(self, line: Line) -> Line:
        if self.engine is WC:
            return line
        try:
            found = corpora.read_rows(self.pairs, tuple[str, str])
        except (FileNotFoundError, msgspec.DecodeError) as error:
            return self._given_up(line, f"no pairs that can be read: {error}")
        line.quality = quality(self.truth, found)
        line.pairs = digest(found)
        return line

    def _path(self, document: str) -> str:
        return str(self.corpus.folder / self.corpus.paths[document])


def digest(found: Iterable[Sequence[str]]) -> str:
    """What identifies reported pairs: the names of their files, in no order, each pair once."""
    named = {tuple(sorted(Path(path).name for path in pair)) for pair in found}
    return hashlib.blake2b(msgspec.json.encode(sorted(named)), digest_size=16).hexdigest()


def measure(engines: Sequence[Engine], size_mb: int, rounds: int) -> list[Line]:
    """Run every engine in every round over one corpus, after a round that is not timed.

    Every other round is reversed, so that none always follows the same neighbour.

    Raises ValueError where the corpus is not the pinned one.
    """
    corpus = pinned.ready(f"alike_{size_mb}")
    runners = [Runner(engine, corpus) for engine in engines]
    lines = [runner.try_out() for runner in runners]
    for number in range(1, rounds + 1):
        order = runners if number % 2 else reversed(runners)
        lines += [runner.sample(number) for runner in order if not runner.failed]
    return lines


def sizes(engines: Sequence[Engine], most_mb: int) -> dict[int, list[Engine]]:
    """Which engines run on which corpus, the largest first; `BESIDE` on each."""
    found: dict[int, list[Engine]] = {}
    for engine in engines:
        found.setdefault(min(most_mb, engine.most_mb), []).append(engine)
    return {
        size_mb: [*BESIDE, *(engine for engine in found[size_mb] if engine not in BESIDE)]
        for size_mb in sorted(found, reverse=True)
    }


def main() -> int:
    """Time peers beside this program, and say by the exit code whether every goal is reached."""
    names = [engine.name for engine in ENGINES]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=main.__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(names)}; default all")
    judged = peer_results.JUDGED_MB
    size_help = f"of text; default {judged}, for which the goals are meant"
    parser.add_argument("--mb", type=int, choices=alike.SIZES, default=judged, help=size_help)
    parser.add_argument("-n", "--rounds", type=int, default=ROUNDS, help="samples of each engine")
    parser.add_argument("--record", action="store_true", help="keep samples and table")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows as JSON")
    options = parser.parse_args()
    if unknown := sorted(set(options.names) - set(names)):
        parser.error(f"no engine of that name: {', '.join(unknown)}")
    if options.rounds < 1:
        parser.error("--rounds: at least 1")
    os.chdir(corpora.PROJECT)
    wanted = [engine for engine in ENGINES if engine.name in (options.names or names)]
    facts = records.machine()
    lines: list[Line] = []
    try:
        where = keeping.place("peers.jsonl", options.rounds) if options.record else None
        for size_mb, engines in sizes(wanted, options.mb).items():
            lines += measure(engines, size_mb, options.rounds)
    except ValueError as error:
        parser.exit(2, f"{error}\n")
    rows = peer_results.rows(lines)
    about = f"Median, least and most of {options.rounds} rounds after one that is not counted."
    if options.mb != judged:
        about += f" The goals of speed that are meant for {judged} MB have no verdict here."
    told = keeping.listed({row.engine: row.settings for row in rows})
    print(keeping.listed(facts), about, peer_results.table(rows), told, sep="\n\n")
    missed = peer_results.missed(rows)
    print(f"\nmissed: {'; '.join(missed)}" if missed else "\nevery goal that was judged is reached")
    if options.json:
        options.json.write_bytes(keeping.json_text(rows))
    if where:
        raw = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
        parts = (keeping.listed(facts), about, peer_results.markdown(rows), told)
        keeping.keep(where, raw, "Peers", parts)
        print(where.table)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
