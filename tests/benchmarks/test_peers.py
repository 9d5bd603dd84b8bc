from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from benchmarks import alike, corpora, definitions, environments, harness, peer_results, peers
from benchmarks.peer_results import Goals, Line, Quality
from benchmarks.peers import Engine


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """The size that names a corpus of a tenth of it, in a folder of this test."""
    monkeypatch.setenv("DEDUPE_BENCH_DIR", str(tmp_path))
    monkeypatch.chdir(corpora.PROJECT)
    monkeypatch.setitem(corpora.BUILDERS, "alike_3", (partial(corpora.alike_content, 0.3), ()))
    digest, _ = harness.warm(corpora.materialise("alike_3").folder)
    monkeypatch.setitem(definitions.digests(), "alike_3", digest)
    return 3


def test_quality_counts_pairs_by_their_similarity() -> None:
    """Of three sure pairs two, of two doubtful ones one; three reported pairs of five are right."""
    truth = [("a", "b", 1), ("c", "d", 0.7), ("e", "f", 0.9), ("g", "h", 0.5), ("i", "j", 0.6)]
    truth += [("k", "l", 0.4)]
    reported = [("b", "a"), ("a", "b"), ("d", "c"), ("g", "h"), ("k", "l"), ("a", "z")]
    assert peers.quality(truth, reported) == Quality(
        recall=2 / 3, recall_below=1 / 2, precision=3 / 5
    )


def test_nothing_reported_has_no_precision() -> None:
    """Silence is no mistake, and finds nothing."""
    assert peers.quality([("a", "b", 1), ("c", "d", 0.6)], []) == Quality(0, 0, None)


def test_engines_are_timed_and_judged_side_by_side(small: int) -> None:
    """Ours finds what the naive program finds; a broken engine is a row that says why."""
    broken = Engine("no_such_engine", "", most_mb=3, goals=Goals(2))
    naive = Engine("naive", "", most_mb=3, goals=Goals(1000))
    lines = peers.measure([*peers.BESIDE, naive, broken], small, rounds=2)
    rounds = {at: [line.engine for line in lines if line.round == at] for at in (1, 2)}
    assert rounds == {1: ["ours", "wc", "naive"], 2: ["naive", "wc", "ours"]}
    ours, wc, slow, failed = rows = peer_results.rows(lines)
    assert ours.quality == slow.quality == Quality(1, 1, 1)
    assert len({line.pairs for line in lines if line.engine in {"ours", "naive"}}) == 1
    assert wc.quality is None
    assert ours.times_ours == (1, 1, 1)
    assert "no_such_engine" in failed.failure
    assert failed.failure in peer_results.table(rows)
    assert peer_results.missed(rows) == [
        "naive x ours at 0 MB >= 1000",
        "no_such_engine x ours at 0 MB >= 2",
    ]


def test_a_goal_of_speed_is_judged_on_the_largest_corpus_only(small: int) -> None:
    """What ours finds is judged on each."""
    larger = Engine("naive", "", most_mb=30, goals=Goals(1000))
    ours, naive = peer_results.rows(peers.measure([peers.OURS, larger], small, rounds=1))
    assert naive.verdicts == []
    assert [verdict.reached for verdict in ours.verdicts] == [True] * 3


def test_engines_get_the_corpora_that_they_can_bear() -> None:
    """With ours and `wc` beside them on each, which are there once."""
    gaoya, trove = Engine("gaoya", ""), Engine("datatrove", "", most_mb=30)
    assert peers.sizes([peers.OURS, gaoya, trove], 300) == {
        300: [*peers.BESIDE, gaoya],
        30: [*peers.BESIDE, trove],
    }
    assert peers.sizes([trove], 3) == {3: [*peers.BESIDE, trove]}


def test_another_corpus_is_not_measured(small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are about the pinned texts."""
    monkeypatch.setitem(definitions.digests(), "alike_3", "another")
    with pytest.raises(ValueError, match="pinned another"):
        peers.measure([peers.OURS], small, rounds=1)


def test_every_corpus_is_pinned() -> None:
    """At every size that can be asked for."""
    assert {f"alike_{size_mb}" for size_mb in alike.SIZES} <= set(definitions.digests())


def test_digest_is_about_the_pairs_alone() -> None:
    """Not about their order, that of their files, repeats or the folder."""
    one = peers.digest([("/here/a", "/here/b"), ("/here/c", "/here/d")])
    assert one == peers.digest([("d", "c"), ("a", "b"), ("b", "a")])
    assert one != peers.digest([("a", "b")])


def test_peer_that_cannot_be_installed_is_a_row(
    small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What pip said last stands in the table; the others are measured, its goal is not."""

    def refuse(*_: str) -> Path:
        raise RuntimeError("No matching distribution")

    monkeypatch.setattr(environments, "python_with", refuse)
    peer = Engine("gaoya", "", ("gaoya==9",), most_mb=3, goals=Goals(4))
    *_, row = peer_results.rows(peers.measure([*peers.BESIDE, peer], small, rounds=1))
    assert row.failure == "cannot be installed: No matching distribution"
    assert row.wall is None
    assert [str(verdict) for verdict in row.verdicts] == ["x ours at 0 MB >= 4: goal not measured"]


def test_slow_engine_is_stopped(small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that takes longer than the limit is ended, with a row that says so."""
    monkeypatch.setattr(peers, "SECONDS", 0.01)
    (line,) = peers.measure([peers.OURS], small, rounds=1)
    assert line.failure == "more than 0.01 s"


def test_engine_that_writes_nothing_has_failed(small: int, tmp_path: Path) -> None:
    """The pairs of an earlier run are not taken for its own."""
    runner = peers.Runner(peers.OURS, corpora.materialise(f"alike_{small}"))
    runner.pairs.write_text('["a", "b"]\n')
    runner.command = ["true"]
    line = runner.sample(1)
    assert isinstance(line, Line)
    assert line.failure.startswith("no pairs that can be read")
