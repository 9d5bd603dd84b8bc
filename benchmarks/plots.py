"""Two plots as SVG: growth on logarithmic axes, and bars of ratios. No dependency."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from itertools import pairwise

from benchmarks.measured import Ratio
from benchmarks.series import FROM_MB, Point, Series

WIDTH, HEIGHT, MARGIN = 480, 330, 56
TOP, RIGHT, BOTTOM = 52, WIDTH - 130, HEIGHT - MARGIN
"""Edges of a panel; names stand to the right of it."""
LINE = 14
"""Height of a line of text."""
GREY, DARK, PALE = "#ddd", "#222", "#8fb8d8"
NEAR = 1.05
"""A tick as near to the data as this is shown: corpora are a little larger than they are called."""
COLOURS = ("#1b6ca8", "#c8553d", "#3a7d44", "#7a5195", "#b8860b")
"""Told apart by those who see no red or green, too; each line is also named at its end."""
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 2")
MARKS = (
    "M-3.5,0a3.5,3.5 0 1,0 7,0a3.5,3.5 0 1,0 -7,0",
    "M-3.5,-3.5h7v7h-7z",
    "M0,-4.5l4.5,8h-9z",
    "M0,-5l5,5l-5,5l-5,-5z",
    "M0,4.5l4.5,-8h-9z",
)
"""Circle, square, triangle, diamond, triangle on its head: lines on top of each other are told."""

Place = tuple[float, float]


def growth(series: Sequence[Series]) -> str:
    """Time and memory by size, side by side, both axes logarithmic, with slopes."""
    times = [each.exponents.time if each.exponents else None for each in series]
    peaks = [each.exponents.memory if each.exponents else None for each in series]
    panels = [
        _panel("wall time, s", series, lambda point: point.seconds, times),
        _panel("peak memory, MB", series, lambda point: point.peak_mb, peaks),
    ]
    shifted = [
        f'<g transform="translate({WIDTH * at})">{panel}</g>' for at, panel in enumerate(panels)
    ]
    return _svg("Growth of wall time and peak memory with the size", 2 * WIDTH, HEIGHT, shifted)


def _panel(
    title: str,
    series: Sequence[Series],
    value: Callable[[Point], float],
    slopes: Sequence[float | None],
) -> str:
    sizes = [point.megabytes for each in series for point in each.points]
    values = [value(point) for each in series for point in each.points]
    x, y = _axis(sizes, MARGIN, RIGHT), _axis(values, BOTTOM, TOP)
    parts = [_text(MARGIN, 20, title), _text(MARGIN, HEIGHT - 14, "size of the text, MB")]
    parts += [_text(RIGHT + 24, 20, "slope from"), _text(RIGHT + 24, 34, f"{FROM_MB} MB on")]
    parts += [_line([(MARGIN, TOP), (MARGIN, BOTTOM), (RIGHT, BOTTOM)], GREY)]
    for tick in _ticks(sizes):
        parts += [_line([(x(tick), TOP), (x(tick), BOTTOM)], GREY)]
        parts += [_text(x(tick), BOTTOM + 16, f"{tick:g}", "middle")]
    for tick in _ticks(values):
        parts += [_line([(MARGIN, y(tick)), (RIGHT, y(tick))], GREY)]
        parts += [_text(MARGIN - 9, y(tick) + 4, f"{tick:g}", "end")]
    ends = [y(value(each.points[-1])) for each in series]
    heights = _apart(ends)
    for at, (each, slope) in enumerate(zip(series, slopes, strict=True)):
        kind = at % len(COLOURS)
        colour = COLOURS[kind]
        places = [(x(point.megabytes), y(value(point))) for point in each.points]
        name = each.name if slope is None else f"{each.name} {slope:.2f}"
        parts += [_line(places, colour, 2, DASHES[kind])]
        parts += [_mark(place, colour, MARKS[kind]) for place in places]
        parts += [_line([places[-1], (RIGHT + 20, heights[at])], colour)]
        parts += [_text(RIGHT + 24, heights[at] + 4, name, colour=colour)]
    return "".join(parts)


def _apart(heights: Sequence[float]) -> list[float]:
    """The heights of names, moved down or up where they would cover each other or leave the panel.

    >>> _apart([100, 90, 101])
    [104, 90, 118]
    """
    order = sorted(range(len(heights)), key=heights.__getitem__)
    moved = list(heights)
    for above, below in pairwise(order):
        moved[below] = max(moved[below], moved[above] + LINE)
    limit: float = BOTTOM
    for each in reversed(order):
        moved[each] = min(moved[each], limit)
        limit = moved[each] - LINE
    return moved


def ratios(groups: Mapping[str, Mapping[str, Ratio]]) -> str:
    """One bar a task, grouped, the least and the most as a whisker; a line at 1, which is `wc`."""
    left, room = 158, WIDTH
    most = max(1.0, *(ratio.most for group in groups.values() for ratio in group.values()))
    one = left + room / most
    parts = [_text(10, 20, "wall time by that of wc -w: median, least and most of the rounds")]
    parts += [_text(one, 40, "wc -w", "middle")]
    top = 48
    for name, group in groups.items():
        parts += [_text(10, top + 12, name)]
        for task, ratio in group.items():
            first, middle, last = (
                left + room * times / most for times in (ratio.least, ratio.median, ratio.most)
            )
            parts += [
                _text(left - 8, top + 12, task, "end"),
                _bar(left, top, middle - left),
                _line([(first, top + 7.5), (last, top + 7.5)], DARK),
                *(_line([(x, top + 3), (x, top + 12)], DARK) for x in (first, last)),
                _text(max(last, one) + 6, top + 12, f"{ratio.median:.2f}"),
            ]
            top += 22
        top += 8
    parts += [_line([(one, 44), (one, top - 8)], DARK, dash="3 2")]
    return _svg("Wall time by that of wc -w", WIDTH + 230, top, parts)


def _axis(values: Sequence[float], first: float, last: float) -> Callable[[float], float]:
    """Logarithmic, from the least value to the most; in the middle where there is but one."""
    low, high = math.log10(min(values)), math.log10(max(values))
    if low == high:
        low, high = low - 1, high + 1
    return lambda value: first + (last - first) * (math.log10(value) - low) / (high - low)


def _ticks(values: Sequence[float]) -> list[float]:
    """Powers of ten between the values, or near to them; their doubles and halves where few.

    >>> _ticks([0.3, 1, 40])
    [0.5, 1.0, 2.0, 5.0, 10.0, 20.0]
    >>> _ticks([10, 10000])
    [10.0, 100.0, 1000.0, 10000.0]
    """
    low, high = min(values), max(values)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = (1, 2, 5) if high < 500 * low else (1,)
    every = [float(f"{step}e{power}") for power in powers for step in steps]
    return [tick for tick in every if low / NEAR <= tick <= high * NEAR]


def _text(x: float, y: float, words: str, anchor: str = "start", colour: str = DARK) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}">{escape(words)}</text>'


def _bar(x: float, y: float, width: float) -> str:
    return f'<rect x="{x}" y="{y}" width="{width:.1f}" height="15" fill="{PALE}"/>'


def _line(places: Sequence[Place], colour: str, width: int = 1, dash: str = "") -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    stroke = f'stroke="{colour}" stroke-width="{width}"{dashes}'
    return f'<polyline points="{points}" fill="none" {stroke}/>'


def _mark(place: Place, colour: str, shape: str) -> str:
    where = f"translate({place[0]:.1f} {place[1]:.1f})"
    return f'<path d="{shape}" transform="{where}" fill="#fff" stroke="{colour}" stroke-width="2"/>'


def _svg(title: str, width: int, height: int, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
    style = ' font-family="sans-serif" font-size="12">'
    ground = f'<rect width="{width}" height="{height}" fill="#fff"/>'
    body = "\n".join([f"<title>{escape(title)}</title>", ground, *parts])
    return f"{head}{style}\n{body}\n</svg>\n"
