"""Plots show what was measured: ranges, slopes, names that can be read."""

import re

import pytest

from benchmarks import plots
from benchmarks.measured import Ratio
from benchmarks.series import Exponents, Point, Series


def series(name: str, exponents: Exponents | None = None) -> Series:
    """Three sizes; the memory is the same in all."""
    points = [Point(size, size / 50, 500) for size in (10, 100, 1000)]
    return Series(name, points, exponents, [])


def test_lines_that_cover_each_other_can_be_told() -> None:
    """By dashes and marks; their names stand apart."""
    plot = plots.growth([series("one"), series("two")])
    lines = re.findall(r'<polyline points="([^"]*)"[^>]*stroke-width="2"([^>]*)>', plot)
    assert lines[0][0] == lines[1][0]
    assert lines[0][1] != lines[1][1]
    assert len(set(re.findall(r'<path d="([^"]*)"', plot))) == 2
    one, two = (re.findall(rf'y="([^"]*)"[^>]*>{name}<', plot)[1] for name in ("one", "two"))
    assert abs(float(one) - float(two)) >= plots.LINE


def test_names_have_the_slopes_of_large_sizes() -> None:
    """Of time and of memory, each in its panel; none where sizes do not span enough."""
    plot = plots.growth([series("one", Exponents(1.04, 0.5, 100, 1000)), series("two")])
    assert re.findall(">(one[^<]*|two[^<]*)<", plot) == ["one 1.04", "two", "one 0.50", "two"]
    assert ">100 MB on<" in plot


def test_axes_end_at_the_data() -> None:
    """The first and the last point stand at the edges of the panel."""
    plot = plots.growth([series("one")])
    places = re.findall(r'<polyline points="([^"]*)"[^>]*stroke-width="2"', plot)[0].split()
    assert places[0] == f"{plots.MARGIN:.1f},{plots.BOTTOM:.1f}"
    assert places[-1] == f"{plots.RIGHT:.1f},{plots.TOP:.1f}"


def test_ratios_have_whiskers_and_their_group() -> None:
    """Twice as wide as the line at 1 for a median of 2."""
    plot = plots.ratios({"curated": {"mixed": Ratio(2, 1, 4)}, "growth": {"fast": Ratio(1, 1, 1)}})
    assert re.findall(">(curated|mixed|growth|fast|wc -w)<", plot) == [
        *("wc -w", "curated", "mixed", "growth", "fast")
    ]
    wide, narrow = map(float, re.findall(r'<rect x=.*? width="([^"]*)"', plot))
    assert wide == pytest.approx(2 * narrow)
    assert f"{158 + narrow:.1f},55.5 {158 + 4 * narrow:.1f},55.5" in plot
