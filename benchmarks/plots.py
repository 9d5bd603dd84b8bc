"""Two plots as SVG: growth on logarithmic axes, and bars of ratios. No dependency."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape

from benchmarks.series import Point, Series, exponent

WIDTH, HEIGHT, MARGIN = 460, 320, 56
COLOURS = ("#1b6ca8", "#c8553d", "#3a7d44", "#7a5195", "#b8860b")
"""Told apart by those who see no red or green, too; each line is also named at its end."""


def growth(found: Sequence[Series]) -> str:
    """Time and memory by size, side by side, both axes logarithmic, with fitted exponents."""
    series = {each.name: each.points for each in found}
    panels = [
        _panel("wall time, s", series, lambda point: point.seconds),
        _panel("peak memory, MB", series, lambda point: point.peak_mb),
    ]
    shifted = [
        f'<g transform="translate({WIDTH * at})">{panel}</g>' for at, panel in enumerate(panels)
    ]
    return _svg(2 * WIDTH, HEIGHT, shifted)


def _panel(
    title: str, series: Mapping[str, Sequence[Point]], value: Callable[[Point], float]
) -> str:
    sizes = [point.megabytes for points in series.values() for point in points]
    values = [value(point) for points in series.values() for point in points]
    x = _axis(sizes, MARGIN, WIDTH - 130)
    y = _axis(values, HEIGHT - MARGIN, 36)
    parts = [_text(MARGIN, 20, title), _text(MARGIN, HEIGHT - 14, "size of the text, MB")]
    for power in _decades(sizes):
        parts += [_line([(x(power), 36), (x(power), HEIGHT - MARGIN)], "#ddd")]
        parts += [_text(x(power), HEIGHT - MARGIN + 16, f"{power:g}", "middle")]
    for power in _decades(values):
        parts += [_line([(MARGIN, y(power)), (WIDTH - 130, y(power))], "#ddd")]
        parts += [_text(MARGIN - 6, y(power) + 4, f"{power:g}", "end")]
    # Names stand in the order of their last values, far enough apart to be read.
    last, floor = 0.0, 36.0
    for at, (name, points) in sorted(
        enumerate(series.items()), key=lambda item: -value(item[1][1][-1])
    ):
        colour = COLOURS[at % len(COLOURS)]
        places = [(x(point.megabytes), y(value(point))) for point in points]
        slope = exponent([p.megabytes for p in points], [value(p) for p in points])
        last = max(places[-1][1] + 4, last + 14, floor)
        parts += [_line(places, colour, 2), *(_dot(place, colour) for place in places)]
        parts += [_text(WIDTH - 124, last, f"{name} ^{slope:.2f}", colour=colour)]
    return "".join(parts)


def bars(title: str, values: Mapping[str, float]) -> str:
    """One bar a value, longest first, with a line at 1."""
    most, room = max(1.0, *values.values()), WIDTH
    parts = [_text(10, 20, title)]
    for at, (name, value) in enumerate(sorted(values.items(), key=lambda item: -item[1])):
        top = 34 + 22 * at
        parts += [
            _text(150, top + 12, name, "end"),
            _bar(158, top, room * value / most),
            _text(164 + room * value / most, top + 12, f"{value:.2f}"),
        ]
    height = 44 + 22 * len(values)
    parts += [_line([(158 + room / most, 28), (158 + room / most, height - 8)], "#333")]
    return _svg(WIDTH + 230, height, parts)


def _axis(values: Sequence[float], first: float, last: float) -> Callable[[float], float]:
    """Logarithmic: from the decade below the values to the one above."""
    decades = _decades(values)
    low, high = math.log10(decades[0]), math.log10(decades[-1])
    return lambda value: first + (last - first) * (math.log10(value) - low) / (high - low)


def _decades(values: Sequence[float]) -> list[float]:
    low = math.floor(math.log10(min(values)))
    high = max(math.ceil(math.log10(max(values))), low + 1)
    return [10.0**power for power in range(low, high + 1)]


def _text(x: float, y: float, words: str, anchor: str = "start", colour: str = "#222") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}">{escape(words)}</text>'


def _bar(x: float, y: float, width: float) -> str:
    return f'<rect x="{x}" y="{y}" width="{width:.1f}" height="15" fill="{COLOURS[0]}"/>'


def _line(places: Sequence[tuple[float, float]], colour: str, width: int = 1) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def _dot(place: tuple[float, float], colour: str) -> str:
    return f'<circle cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="3" fill="{colour}"/>'


def _svg(width: int, height: int, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
    style = ' font-family="sans-serif" font-size="12">'
    body = "\n".join([f'<rect width="{width}" height="{height}" fill="#fff"/>', *parts])
    return f"{head}{style}\n{body}\n</svg>\n"
