"""Run the program as a user would and read what it wrote: the only way benchmarks talk to it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from benchmarks.corpora import PROJECT, bench_folder, read_rows


class Range(msgspec.Struct):
    """A stretch of an article, code points, end exclusive."""

    path: str
    start: int
    end: int


class MatchRow(msgspec.Struct):
    """One verified pair of spans (format `matches`)."""

    rule: str
    similarity: float
    a: Range
    b: Range


class PassageRow(msgspec.Struct):
    """One block with its score (format `passages`)."""

    path: str
    start: int
    end: int
    block: str
    words: int
    filler: float | None
    rules: list[str]


class Position(msgspec.Struct):
    """An end of a finding's span."""

    offset: int


class Span(msgspec.Struct):
    """The span of a finding."""

    start: Position
    end: Position


class FoundMatch(msgspec.Struct):
    """Another place of a finding's passage."""

    path: str
    span: Span


class Cluster(msgspec.Struct):
    """The group of copies that a finding belongs to."""

    id: str


class Evidence(msgspec.Struct):
    """One reason of a finding."""

    text: str = ""


class Line(msgspec.Struct):
    """Any line of the `jsonl` format; only findings fill more than `kind`."""

    kind: str
    rule: str = ""
    severity: str = ""
    path: str = ""
    span: Span | None = None
    excerpt: str = ""
    message: str = ""
    evidence: list[Evidence] = []
    cluster: Cluster | None = None
    matches: list[FoundMatch] = []
    also: list[str] = []


@dataclass(frozen=True)
class Finding:
    """What the program says about one passage."""

    path: str
    start: int
    end: int
    rules: tuple[str, ...]
    """The rule that won, then the others that hold as well."""
    severity: str
    words_shown: str
    """Excerpt, message and evidence in one string."""
    message: str
    evidence: tuple[str, ...]
    cluster: str | None
    places: tuple[Range, ...]
    """Where else the passage stands."""


@dataclass(frozen=True)
class Outputs:
    """The result files of one run."""

    folder: Path
    """What was scanned."""
    files: Path
    """Where the results are."""
    command: str

    def matches(self) -> list[MatchRow]:
        """Every verified pair of spans."""
        return read_rows(self.files / "matches", MatchRow)

    def passages(self) -> list[PassageRow]:
        """Every block with its score."""
        return read_rows(self.files / "passages", PassageRow)

    def findings(self) -> list[Finding]:
        """Every finding, in order."""
        lines = read_rows(self.files / "jsonl", Line)
        return [_finding(line, line.span) for line in lines if line.kind == "finding" and line.span]


def _finding(line: Line, span: Span) -> Finding:
    places = (Range(m.path, m.span.start.offset, m.span.end.offset) for m in line.matches)
    return Finding(
        path=line.path,
        start=span.start.offset,
        end=span.end.offset,
        rules=(line.rule, *line.also),
        severity=line.severity,
        words_shown=" ".join([line.excerpt, line.message, *(e.text for e in line.evidence)]),
        message=line.message,
        evidence=tuple(e.text for e in line.evidence),
        cluster=line.cluster.id if line.cluster else None,
        places=tuple(places),
    )


def program(*arguments: str) -> list[str]:
    """The command line of the program under this interpreter."""
    return [sys.executable, "-m", "dedupe", *arguments]


def shown(command: Sequence[str]) -> str:
    """A command as a reader would type it in the project's folder."""
    words = ["python" if word == sys.executable else word for word in command]
    return shlex.join(os.path.relpath(w, PROJECT) if Path(w).is_absolute() else w for w in words)


@cache
def scan(
    folder: Path, name: str, *, depth: str = "standard", select: tuple[str, ...] = (),
    reuse: bool = False,
) -> Outputs:  # fmt: skip
    """Scan a folder, once in this process; keep matches, passages, findings.

    Args:
        folder: what to scan.
        name: of the folder for the results, below `results` in the benchmark folder.
        depth: how hard to look, as the program calls it.
        select: rules that speak; all where none is named.
        reuse: take the results of an earlier run where they are complete.

    Raises:
        FileNotFoundError: there is no such folder.
        RuntimeError: the program did not exit with 0 or wrote no result; with what it said.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is missing")
    into = bench_folder() / "results" / depth / "_".join([name, *select])
    into.mkdir(parents=True, exist_ok=True)
    formats = ("matches", "passages", "jsonl")
    options = [word for kind in formats for word in ("--output", f"{kind}:{into / kind}")]
    chosen = ["--depth", depth, *(["--select", ",".join(select)] if select else [])]
    command = program("scan", str(folder), *chosen, *options, "-q")
    outputs = Outputs(folder, into, shown(program("scan", str(folder), *chosen)))
    if reuse and all((into / kind).exists() for kind in formats):
        return outputs
    for kind in formats:
        (into / kind).unlink(missing_ok=True)
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    missing = [kind for kind in formats if not (into / kind).exists()]
    if run.returncode != 0 or missing:
        said = run.stderr.strip()[-2000:]
        raise RuntimeError(
            f"{shown(command)}\nexit code {run.returncode}, missing {missing}: {said}"
        )
    return outputs
