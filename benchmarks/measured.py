"""What the samples of a run amount to: medians, ratios, and whether goals are reached."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
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
    times_reference: float | None
    """Wall time per megabyte by that of the reference."""
    quality: dict[str, float]
    goal: str
    reached: bool | None
    samples: list[Sample]


def rows(lines: Sequence[Line]) -> list[Row]:
    """What the samples of every task amount to, in the order of the first round."""
    by_task: dict[str, list[Line]] = {}
    for line in lines:
        by_task.setdefault(line.task, []).append(line)
    paces = {
        task: statistics.median(line.sample.wall for line in found) / (found[0].size_bytes or 1)
        for task, found in by_task.items()
    }
    return [_row(found, paces) for found in by_task.values()]


def _row(lines: Sequence[Line], paces: Mapping[str, float]) -> Row:
    line, samples = lines[0], [each.sample for each in lines]
    walls = sorted(sample.wall for sample in samples)
    wall = statistics.median(walls)
    mb_per_second = line.size_bytes / MEGABYTE / wall if line.size_bytes else None
    reference = paces.get(line.reference)
    times = paces[line.task] / reference if reference else None
    goal, reached = _verdict(line, wall, mb_per_second, times)
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
        times_reference=times,
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


def table(measured: Sequence[Row]) -> str:
    """The rows as aligned text, the commands below."""
    wide = max(len(row.task) for row in measured) + 1
    head = ("wall s", "least", "most", "MAD", "cpu s", "RSS MB", "MB/s")
    lines = [f"{'task':{wide}}" + "{:>8}{:>8}{:>8}{:>7}{:>8}{:>8}{:>8}".format(*head)]
    lines[0] += "  ratio, quality, goal"
    for row in measured:
        speed = "" if row.mb_per_second is None else f"{row.mb_per_second:.1f}"
        notes = [f"{row.times_reference:.2f} x {row.reference}"] if row.times_reference else []
        notes += [f"{name} {value:.3f}" for name, value in row.quality.items()]
        notes += [f"{row.goal} {'ok' if row.reached else 'MISSED'}"] if row.goal else []
        lines.append(
            f"{row.task:{wide}}{row.wall:8.3f}{row.wall_least:8.3f}{row.wall_most:8.3f}"
            f"{row.wall_mad:7.3f}{row.cpu:8.3f}{row.peak_rss_mb:8.0f}{speed:>8}"
            f"  {', '.join(notes)}".rstrip()
        )
    return "\n".join([*lines, "", *(f"{row.task}: {row.command}" for row in measured)])
