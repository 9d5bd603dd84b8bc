"""What the samples of a run amount to: medians, ratios, and whether goals are reached."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from benchmarks.goals import Goals, Verdict, at_least, at_most

MEGABYTE = 1e6


class Sample(NamedTuple):
    """One process; seconds."""

    wall: float
    user: float
    system: float
    peak_rss_bytes: int


class Line(Goals, forbid_unknown_fields=False):
    """One sample with all that is needed to judge it: a line of a record."""

    task: str
    round: int
    sample: Sample
    command: str
    size_bytes: int = 0
    quality: dict[str, float] = msgspec.field(default_factory=dict)
    reference: str = ""


class Ratio(msgspec.Struct, frozen=True):
    """Time per megabyte of one task by that of another, round by round: what the rounds amount to.

    Rounds are compared each with itself, since what slows one down is in both of its samples.
    """

    median: float
    least: float
    most: float


class Row(msgspec.Struct):
    """The samples of a task and what they amount to; seconds, megabytes of 10^6 bytes."""

    task: str
    command: str
    size_bytes: int
    rounds: int
    wall: float
    """Median."""
    wall_least: float
    wall_most: float
    wall_mad: float
    """Median of the distances from the median."""
    cpu: float
    """Median of user and system time together."""
    peak_rss_mb: float
    mb_per_second: float | None
    reference: str
    ratio: Ratio | None
    """To the reference."""
    quality: dict[str, float]
    verdicts: list[Verdict]
    exponent_at_most: float | None
    """Goal of the series to which it belongs."""
    samples: list[Sample]


def rows(lines: Sequence[Line]) -> list[Row]:
    """What the samples of every task amount to, in the order of the first round."""
    tasks = by_task(lines)
    return [_row(found, tasks.get(found[0].reference, ())) for found in tasks.values()]


def by_task(lines: Sequence[Line]) -> dict[str, list[Line]]:
    """The samples of every task."""
    tasks: dict[str, list[Line]] = {}
    for line in lines:
        tasks.setdefault(line.task, []).append(line)
    return tasks


def ratio(lines: Sequence[Line], reference: Sequence[Line]) -> Ratio:
    """How many times as long a task takes as another one, both sampled in the same rounds."""
    paces = {line.round: _pace(line) for line in reference}
    found = [_pace(line) / paces[line.round] for line in lines]
    return Ratio(statistics.median(found), min(found), max(found))


def _pace(line: Line) -> float:
    return line.sample.wall / (line.size_bytes or 1)


def _row(lines: Sequence[Line], reference: Sequence[Line]) -> Row:
    line, samples = lines[0], [each.sample for each in lines]
    walls = sorted(sample.wall for sample in samples)
    wall = statistics.median(walls)
    mb_per_second = line.size_bytes / MEGABYTE / wall if line.size_bytes else None
    times = ratio(lines, reference) if reference else None
    peak_rss_mb = max(sample.peak_rss_bytes for sample in samples) / MEGABYTE
    verdicts = [
        *at_most(line.seconds_at_most, wall, "s"),
        *at_least(line.mb_per_second_at_least, mb_per_second, "MB/s"),
        *at_most(line.times_at_most, times.median if times else None, "x"),
        *at_most(line.peak_mb_at_most, peak_rss_mb, "MB"),
    ]
    return Row(
        task=line.task,
        command=line.command,
        size_bytes=line.size_bytes,
        rounds=len(samples),
        wall=wall,
        wall_least=walls[0],
        wall_most=walls[-1],
        wall_mad=statistics.median(abs(each - wall) for each in walls),
        cpu=statistics.median(sample.user + sample.system for sample in samples),
        peak_rss_mb=peak_rss_mb,
        mb_per_second=mb_per_second,
        reference=line.reference if times else "",
        ratio=times,
        quality=line.quality,
        verdicts=verdicts,
        exponent_at_most=line.exponent_at_most,
        samples=samples,
    )


def shown_ratio(row: Row) -> str:
    """Median, then least and most of the rounds; nothing for a task without a reference."""
    if row.ratio is None:
        return ""
    times = row.ratio
    return f"{times.median:.2f} ({times.least:.2f} to {times.most:.2f}) x {row.reference}"


def table(measured: Sequence[Row]) -> str:
    """The rows as aligned text, the commands below."""
    wide = max(len(row.task) for row in measured) + 1
    head = ("wall s", "least", "most", "MAD", "cpu s", "RSS MB", "MB/s")
    lines = [f"{'task':{wide}}" + "{:>8}{:>8}{:>8}{:>7}{:>8}{:>8}{:>8}".format(*head)]
    lines[0] += "  ratio, quality, goals"
    for row in measured:
        speed = "" if row.mb_per_second is None else f"{row.mb_per_second:.1f}"
        notes = [shown_ratio(row)] if row.ratio else []
        notes += [f"{name} {value:.3f}" for name, value in row.quality.items()]
        notes += map(str, row.verdicts)
        lines.append(
            f"{row.task:{wide}}{row.wall:8.3f}{row.wall_least:8.3f}{row.wall_most:8.3f}"
            f"{row.wall_mad:7.3f}{row.cpu:8.3f}{row.peak_rss_mb:8.0f}{speed:>8}"
            f"  {', '.join(notes)}".rstrip()
        )
    return "\n".join([*lines, "", *(f"{row.task}: {row.command}" for row in measured)])
