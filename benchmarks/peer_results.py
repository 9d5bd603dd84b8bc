"""What the samples of deduplicators amount to: medians, ratios to ours, and verdicts.

A line is one run of an engine; a row is all its lines on one corpus. Rows are made from lines
alone, so that the table of a record can be made again.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from benchmarks import alike, keeping
from benchmarks.measured import MEGABYTE, Sample

OURS = "ours"
JUDGED_MB = alike.SIZES[-1]
"""The size that the goals are meant for: below it the start of our process counts too much."""
HEAD = (
    *("engine", "MB", "wall s", "least", "most", "CPU s", "RSS MB", "MB/s"),
    *("x ours", "least", "most", "recall", ".5-.7", "precision", "goals, notes"),
)
LEFT = {HEAD[0], HEAD[-1]}
"""Columns of words; the others hold numbers."""


class Quality(msgspec.Struct):
    """How right the pairs of an engine are."""

    recall: float
    """Of the pairs with Jaccard .7 or more."""
    recall_below: float
    """Of the pairs with .5 to .7."""
    precision: float | None
    """Share of the reported pairs with .5 or more; none where nothing is reported."""


class Goals(msgspec.Struct, frozen=True, omit_defaults=True):
    """Limits of an engine on one corpus: of its time by ours, or of what it finds."""

    times_ours_at_least: float | None = None
    recall_at_least: float | None = None
    precision_at_least: float | None = None
    same_pairs: bool = False
    """Every round must find the same."""


class Line(msgspec.Struct, omit_defaults=True):
    """One run of an engine with all that is needed to judge it: a line of a record."""

    engine: str
    size_bytes: int
    round: int
    """0 is not counted: it tells what the engine is and whether it runs."""
    sample: Sample | None = None
    pairs: str = ""
    """Digest of what it found, sorted."""
    quality: Quality | None = None
    failure: str = ""
    """Why there is nothing else."""
    settings: str = ""
    """Given with round 0, as what follows."""
    versions: list[str] = []
    """Of everything in its environment."""
    goals: Goals = Goals()


class Verdict(msgspec.Struct, frozen=True):
    """A goal as it is shown, and whether it is reached; None where there is no figure."""

    goal: str
    reached: bool | None

    def __str__(self) -> str:
        """For a table."""
        if self.reached is None:
            return f"{self.goal}: goal not measured"
        return f"{self.goal} {'ok' if self.reached else 'MISSED'}"


class Range(NamedTuple):
    """A figure over the rounds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Range:
        """That of one value or more."""
        return cls(statistics.median(values), min(values), max(values))


class Row(msgspec.Struct):
    """An engine on one corpus; seconds, megabytes of 10^6 bytes."""

    engine: str
    size_mb: float
    verdicts: list[Verdict]
    settings: str
    versions: list[str]
    failure: str = ""
    """Why there are no figures."""
    note: str = ""
    quality: Quality | None = None
    """Of the round that found the least."""
    wall: Range | None = None
    cpu: float = 0
    """Median of user and system time together, children included."""
    peak_rss_mb: float = 0
    """The most, of its largest process."""
    times_ours: Range | None = None
    """Wall time by ours in the same round."""


def rows(lines: Sequence[Line]) -> list[Row]:
    """What the lines of every engine on every corpus amount to, in the order of the first ones."""
    runs: dict[tuple[int, str], list[Line]] = {}
    for line in lines:
        runs.setdefault((line.size_bytes, line.engine), []).append(line)
    return [_row(found, runs.get((size, OURS), ())) for (size, _), found in runs.items()]


def missed(measured: Sequence[Row]) -> list[str]:
    """The goals that are not reached, or not measured; they name their engine."""
    return [
        f"{row.engine} {verdict.goal}"
        for row in measured
        for verdict in row.verdicts
        if not verdict.reached
    ]


def _row(lines: Sequence[Line], ours: Sequence[Line]) -> Row:
    first = lines[0]
    row = Row(
        engine=first.engine,
        size_mb=first.size_bytes / MEGABYTE,
        verdicts=[],
        settings=first.settings,
        versions=first.versions,
        failure=next((line.failure for line in lines if line.failure), ""),
    )
    same = len({line.pairs for line in lines}) == 1
    if not row.failure:
        _sum_up(row, lines, ours)
        row.note = "" if same or first.goals.same_pairs else "other pairs in other rounds"
    row.verdicts = _verdicts(first.goals, row, same=same)
    return row


def _sum_up(row: Row, lines: Sequence[Line], ours: Sequence[Line]) -> None:
    timed = {line.round: line.sample for line in lines if line.sample}
    base = {line.round: line.sample.wall for line in ours if line.sample}
    row.wall = Range.of([sample.wall for sample in timed.values()])
    row.cpu = statistics.median(sample.user + sample.system for sample in timed.values())
    row.peak_rss_mb = max(sample.peak_rss_bytes for sample in timed.values()) / MEGABYTE
    found = [line.quality for line in lines if line.quality]
    row.quality = min(found, key=lambda quality: quality.recall, default=None)
    if base and not any(line.failure for line in ours):
        row.times_ours = Range.of([timed[at].wall / base[at] for at in timed])


def _verdicts(goals: Goals, row: Row, *, same: bool) -> list[Verdict]:
    found = row.quality
    times = row.times_ours.median if row.times_ours else None
    size = f" at {row.size_mb:.0f} MB" if round(row.size_mb) < JUDGED_MB else ""
    limits = (
        (f"x ours{size}", goals.times_ours_at_least, times),
        ("recall", goals.recall_at_least, found.recall if found else None),
        ("precision", goals.precision_at_least, found.precision if found else None),
    )
    verdicts = [
        Verdict(f"{name} >= {limit:g}", None if value is None else value >= limit)
        for name, limit, value in limits
        if limit is not None
    ]
    if goals.same_pairs:
        verdicts.append(Verdict("same pairs in every round", None if row.failure else same))
    return verdicts


def table(measured: Sequence[Row]) -> str:
    """The rows as aligned text."""
    lines = [HEAD, *map(_cells, measured)]
    numbers = [[line[at] for line in lines] for at in range(len(HEAD) - 1)]
    wide = [max(map(len, column)) for column in numbers] + [0]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if name in LEFT else cell.rjust(width)
            for name, cell, width in zip(HEAD, line, wide, strict=True)
        ).rstrip()
        for line in lines
    )


def markdown(measured: Sequence[Row]) -> str:
    """The rows as Markdown."""
    return keeping.markdown(HEAD, map(_cells, measured))


def _cells(row: Row) -> list[str]:
    """A row in the columns of `HEAD`."""
    wall, times, found = row.wall, row.times_ours, row.quality
    cells = [row.engine, f"{row.size_mb:.0f}", *_numbers(wall, 3, 3)]
    cells += [f"{row.cpu:.3f}", f"{row.peak_rss_mb:.0f}"] if wall else ["-", "-"]
    cells += [f"{row.size_mb / wall.median:.1f}" if wall else "-", *_numbers(times, 3, 2)]
    shares = (found.recall, found.recall_below, found.precision) if found else None
    cells += _numbers(shares, 3, 3)
    said = filter(None, (row.failure, row.note, *map(str, row.verdicts)))
    return [*cells, "; ".join(said)]


def _numbers(values: Sequence[float | None] | None, count: int, digits: int) -> list[str]:
    shown = (None,) * count if values is None else values
    return ["-" if value is None else f"{value:.{digits}f}" for value in shown]
