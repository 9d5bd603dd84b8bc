"""A goal is judged where its group ran, and named where it did not."""

from __future__ import annotations

import pytest

from benchmarks import quality
from benchmarks.figures import Figure
from benchmarks.quality import Goal, Row

GOALS = (
    Goal("short answers/cut", "", 17),
    Goal("short answers/light", "", 19, must=False),
    Goal("short answers/none", "", at_most=1),
    Goal("short answers/watched", ""),
    Goal("seeds/000/FIL301", "", at_most=0),
    Goal("seeds/copies", "", at_most=0),
)


@pytest.fixture(autouse=True)
def goals(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few goals in place of the real ones."""
    monkeypatch.setattr(quality, "GOALS", GOALS)


def verdicts(group: str, **values: float) -> list[str]:
    """Those of a group that has these figures."""
    figures = {f"{group}/{name}": Figure(value) for name, value in values.items()}
    return [row.verdict for row in quality.rows_of(group, figures, "")]


def test_a_goal_without_a_figure_is_missed() -> None:
    """Where its group ran: what was not measured was not reached."""
    assert verdicts("short answers", cut=17, light=19, none=2) == ["ok", "ok", "MISSED", ""]
    assert verdicts("short answers") == ["MISSED", "below aim", "MISSED", ""]


def test_a_rule_without_a_finding_has_none() -> None:
    """That is a count of 0; other figures of the real articles are there or missed."""
    assert verdicts("seeds") == ["ok", "MISSED"]
    assert verdicts("seeds", copies=0) == ["ok", "ok"]


def test_absent_data_are_named_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """And leave the verdict as it is."""

    def absent(*, reuse: bool) -> tuple[dict[str, Figure], str]:
        raise FileNotFoundError("set DEDUPE_DATA")

    monkeypatch.setitem(quality.GROUPS, "pan", absent)
    rows = quality.measure("pan", reuse=False)
    assert quality.told(rows) == "every goal of what ran is reached; did not run: pan"
    rows.append(Row("gold/recall", "", 0.5, ">= 0.95", "MISSED", "a | b", "dedupe scan"))
    assert quality.told(rows) == "missed: gold/recall; did not run: pan"
    shown = quality.markdown(rows).splitlines()
    assert shown[3] == "| gold/recall | 0.5 | >= 0.95 | MISSED |  | a &#124; b |"
    assert shown[-1] == "- `dedupe scan`"
