from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from benchmarks import corpora, environments, peers
from benchmarks.peers import Engine


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """The size that names a corpus of a tenth of it, in a folder of this test."""
    monkeypatch.setenv("DEDUPE_BENCH_DIR", str(tmp_path))
    monkeypatch.chdir(corpora.PROJECT)
    monkeypatch.setitem(corpora.BUILDERS, "alike_3", (partial(corpora.alike_content, 0.3), ()))
    return 3


def test_quality_counts_pairs_by_their_similarity() -> None:
    """Of three sure pairs two, of two doubtful ones one; three reported pairs of five are right."""
    truth = [("a", "b", 1), ("c", "d", 0.7), ("e", "f", 0.9), ("g", "h", 0.5), ("i", "j", 0.6)]
    truth += [("k", "l", 0.4)]
    reported = [("b", "a"), ("a", "b"), ("d", "c"), ("g", "h"), ("k", "l"), ("a", "z")]
    assert peers.quality(truth, reported) == peers.Quality(
        recall=2 / 3, recall_below=1 / 2, precision=3 / 5
    )


def test_nothing_reported_has_no_precision() -> None:
    """Silence is no mistake, and finds nothing."""
    assert peers.quality([("a", "b", 1), ("c", "d", 0.6)], []) == peers.Quality(0, 0, None)


def test_engines_are_timed_and_judged_side_by_side(small: int) -> None:
    """Ours finds what the naive program finds; a broken engine is a row that says why."""
    broken = Engine("no_such_engine", goal=2)
    engines = [*peers.BESIDE, Engine("naive", goal=1000), broken]
    ours, wc, naive, failed = peers.measure(engines, small, rounds=2)
    assert ours.quality == naive.quality == peers.Quality(1, 1, 1)
    assert wc.quality is None
    assert ours.times_ours == (1, 1, 1)
    assert naive.times_ours is not None
    assert naive.times_ours[1] <= naive.times_ours[0] <= naive.times_ours[2]
    assert naive.reached is False
    assert "no_such_engine" in failed.failure
    assert failed.reached is None
    assert failed.failure in peers.table([ours, wc, naive, failed])


def test_peer_that_cannot_be_installed_is_a_row(
    small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What pip said last stands in the table; the others are measured."""

    def refuse(*_: str) -> Path:
        raise RuntimeError("No matching distribution")

    monkeypatch.setattr(environments, "python_with", refuse)
    *_, row = peers.measure([*peers.BESIDE, Engine("gaoya", ("gaoya==9",))], small, rounds=1)
    assert row.failure == "cannot be installed: No matching distribution"
    assert row.samples == []


def test_slow_engine_is_stopped(small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that takes longer than the limit is ended, with a row that says so."""
    monkeypatch.setattr(peers, "SECONDS", 0.01)
    (row,) = peers.measure([peers.OURS], small, rounds=1)
    assert row.failure == "more than 0.01 s"
