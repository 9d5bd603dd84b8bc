"""Tasks at several sizes: with which powers of the size time and memory grow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from benchmarks import corpora, measured
from benchmarks.goals import Verdict, at_most
from benchmarks.measured import Row

LEAST_SIZES = 3
FROM_MB = 100
"""Below, the start of the program weighs so much that any slope comes out small."""
LEAST_SPAN = 10
"""Largest by smallest size of a slope that means something."""


class Point(NamedTuple):
    """One size of one task."""

    megabytes: float
    seconds: float
    peak_mb: float


class Exponents(NamedTuple):
    """Slopes from `FROM_MB` on, and the sizes that they are of."""

    time: float
    memory: float
    from_mb: float
    to_mb: float


class Series(NamedTuple):
    """A task at `LEAST_SIZES` sizes or more."""

    name: str
    points: list[Point]
    """By size."""
    exponents: Exponents | None
    """None where the sizes do not span enough."""
    verdicts: list[Verdict]


def found(rows: Sequence[Row]) -> list[Series]:
    """The series among some tasks, which are those of NAME-SIZE."""
    sizes: dict[str, dict[int, Row]] = {}
    for row in rows:
        name, _, size = row.task.rpartition("-")
        if name and re.fullmatch(corpora.SIZE, size):
            sizes.setdefault(name, {})[corpora.bytes_of(size)] = row
    return [_series(name, held) for name, held in sizes.items() if len(held) >= LEAST_SIZES]


def _series(name: str, rows: dict[int, Row]) -> Series:
    points = {size: _point(rows[size]) for size in sorted(rows)}
    large = [size for size in points if size >= FROM_MB * measured.MEGABYTE]
    exponents = None
    if large and large[-1] >= LEAST_SPAN * large[0]:
        exponents = _exponents([points[size] for size in large])
    goal = next(iter(rows.values())).exponent_at_most
    verdicts = [
        *at_most(goal, exponents.time if exponents else None, "of time"),
        *at_most(goal, exponents.memory if exponents else None, "of memory"),
    ]
    return Series(name, list(points.values()), exponents, verdicts)


def _point(row: Row) -> Point:
    return Point(row.size_bytes / measured.MEGABYTE, row.wall, row.peak_rss_mb)


def _exponents(points: Sequence[Point]) -> Exponents:
    megabytes, seconds, peaks = zip(*points, strict=True)
    time, memory = exponent(megabytes, seconds), exponent(megabytes, peaks)
    return Exponents(time, memory, megabytes[0], megabytes[-1])


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Slope of the least-squares line through the logarithms: 1 is linear, 2 quadratic.

    >>> round(exponent([1, 10, 100], [2, 20, 200]), 3)
    1.0
    """
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def table(series: Sequence[Series]) -> str:
    """Exponents and goals as Markdown; nothing where there are none."""
    lines = [_row(each, each.exponents) for each in series if each.exponents]
    head = ["| series | sizes, MB | exponent of time | of memory | goal |", "|---|---|---|---|---|"]
    return "\n".join([*head, *lines]) if lines else ""


def _row(series: Series, exponents: Exponents) -> str:
    sizes = f"{exponents.from_mb:.0f} to {exponents.to_mb:.0f}"
    goal = ", ".join(map(str, series.verdicts))
    return f"| {series.name} | {sizes} | {exponents.time:.3f} | {exponents.memory:.3f} | {goal} |"
