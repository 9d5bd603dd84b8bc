"""Growth is a slope over large sizes, and a goal of it can be missed."""

import pytest

from benchmarks import measured, series
from benchmarks.measured import Line, Sample


def rows(power: float, sizes: tuple[str, ...]) -> list[measured.Row]:
    """A task whose time grows by this power of its size, and its memory not at all."""
    lines = []
    for size in sizes:
        megabytes = int(size.removesuffix("MB"))
        sample = Sample(megabytes**power, 0, 0, 10**8)
        made = Line(f"scan-{size}", 1, sample, "c", megabytes * 10**6)
        made.exponent_at_most = 1.05
        lines.append(made)
    return measured.rows(lines)


def test_exponent_of_a_quadratic_series_is_two() -> None:
    """And noise of one point moves it little."""
    assert series.exponent([1, 10, 100], [3, 300, 30_000]) == pytest.approx(2)
    assert series.exponent([1, 10, 100], [1, 10, 150]) == pytest.approx(1.088, abs=0.001)


@pytest.mark.parametrize(("power", "reached"), [(1.0, True), (1.1, False)])
def test_exponents_are_judged_apart(power: float, reached: bool) -> None:
    """Memory that stays where it is does not excuse the time."""
    (found,) = series.found(rows(power, ("10MB", "100MB", "1000MB")))
    assert [verdict.reached for verdict in found.verdicts] == [reached, True]
    assert f"<= 1.05 of time {'ok' if reached else 'MISSED'}" in series.table([found])


def test_sizes_below_100_mb_do_not_count() -> None:
    """Start-up lowers the slope there."""
    small = rows(0.1, ("10MB", "30MB"))
    (found,) = series.found([*small, *rows(1.0, ("100MB", "1000MB"))])
    assert found.exponents
    assert found.exponents.time == pytest.approx(1)
    assert [point.megabytes for point in found.points] == [10, 30, 100, 1000]


def test_a_short_range_of_sizes_has_no_slope() -> None:
    """Two neighbouring sizes tell more about the minute than about the program."""
    (found,) = series.found(rows(2.0, ("30MB", "100MB", "300MB")))
    assert found.exponents is None
    assert found.verdicts == []
    assert series.table([found]) == ""


def test_two_sizes_are_no_series() -> None:
    """A line through two points fits whatever they are."""
    assert series.found(rows(1.0, ("100MB", "1000MB"))) == []
