"""A check is judged figure by figure."""

from __future__ import annotations

from benchmarks import checking, definitions


def test_every_figure_has_its_verdict() -> None:
    """A limit itself is kept; one figure beyond its own fails the row."""
    cells, good = checking.judged(checking.GOALS)
    assert cells.split() == ["0.250", "ok", "0.600", "ok", "150.000", "ok", "3.000", "ok"]
    assert good
    cells, good = checking.judged(checking.GOALS | {"cold s": 0.61})
    assert cells.split()[2:4] == ["0.610", "MISSED"]
    assert not good


def test_corpora_are_pinned() -> None:
    """Those of the indexes, and that of the article that comes in."""
    assert {*checking.CORPORA, "mutants-10MB"} <= set(definitions.digests())
