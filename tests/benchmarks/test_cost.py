"""The cost of filler scores is a median over rounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import corpora, cost
from benchmarks.cost import Round


def test_ratios_are_taken_in_each_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """One slow scan moves no median, and the round that compiles is not counted."""
    rounds = [Round(99, 9, 9, 9), *[Round(4, 1, 1, 1)] * 3, Round(10, 1, 1, 1), Round(3, 1, 1, 1)]
    monkeypatch.setattr(cost, "_round", lambda *_: rounds.pop(0))
    mixed = corpora.Corpus("mixed", Path(), 10_000_000)
    monkeypatch.setattr(corpora, "materialise", lambda _: mixed)
    figures = cost.cost_figures()
    assert not rounds
    assert figures["cost/scoring"].value == pytest.approx(1 / 3)
    assert figures["cost/scoring and rules"] == (1, "0.25 to 2")
    assert figures["cost/alone"].value == 5


def test_batches_hold_every_article_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Markdown first, and no batch much larger than those of a scan."""
    monkeypatch.setattr(cost, "BATCH_CHARACTERS", 10)
    for name in ("a.txt", "b.md", "c.txt", "d.txt"):
        (tmp_path / name).write_text(f"{name} is a text.")
    assert [len(batch.start) for batch in cost._batches(tmp_path)] == [1, 1, 1, 1]
