"""What the samples of a run amount to: medians, ratios, and whether goals are reached."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

MEGABYTE = 1e6


class Sample(NamedTuple):
    """One process; seconds."""

    wall: float
    user: float
    system: float
    peak_rss_bytes: int


class Line(msgspec.Struct, omit_defaults=True):
    """One sample with all that is needed to judge it: a line of a record."""

    task: str
    round: int
    sample: Sample
    command: str
    size_bytes: int = 0
    quality: dict[str, float] = {}
    reference: str = ""
    times_at_most: float | None = None
    seconds_at_most: float | None = None
    mb_per_second_at_least: float | None = None


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
    goal: str
    reached: bool | None
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
    goal, reached = _verdict(line, wall, mb_per_second, times.median if times else None)
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
        peak_rss_mb=max(sample.peak_rss_bytes for sample in samples) / MEGABYTE,
        mb_per_second=mb_per_second,
        reference=line.reference if times else "",
        ratio=times,
        quality=line.quality,
        goal=goal,
        reached=reached,
        samples=samples,
    )


def _verdict(
    line: Line, wall: float, mb_per_second: float | None, times: float | None
) -> tuple[str, bool | None]:
    if (most := line.seconds_at_most) is not None:
        return f"<= {most:g} s", wall <= most
    if (least := line.mb_per_second_at_least) is not None and mb_per_second is not None:
        return f">= {least:g} MB/s", mb_per_second >= least
    if (most := line.times_at_most) is not None and times is not None:
        return f"<= {most:g} x", times <= most
    return "", None


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
    lines[0] += "  ratio, quality, goal"
    for row in measured:
        speed = "" if row.mb_per_second is None else f"{row.mb_per_second:.1f}"
        notes = [shown_ratio(row)] if row.ratio else []
        notes += [f"{name} {value:.3f}" for name, value in row.quality.items()]
        notes += [f"{row.goal} {'ok' if row.reached else 'MISSED'}"] if row.goal else []
        lines.append(
            f"{row.task:{wide}}{row.wall:8.3f}{row.wall_least:8.3f}{row.wall_most:8.3f}"
            f"{row.wall_mad:7.3f}{row.cpu:8.3f}{row.peak_rss_mb:8.0f}{speed:>8}"
            f"  {', '.join(notes)}".rstrip()
        )
    return "\n".join([*lines, "", *(f"{row.task}: {row.command}" for row in measured)])
