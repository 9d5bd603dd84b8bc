"""Lines of engines become rows with verdicts, in tables that can be made again."""

from __future__ import annotations

import msgspec
import pytest

from benchmarks import peer_results
from benchmarks.measured import Sample
from benchmarks.peer_results import Goals, Line, Quality, Verdict

OURS = Goals(recall_at_least=0.99, precision_at_least=0.99, same_pairs=True)


def lines(
    engine: str,
    walls: list[float],
    goals: Goals = Goals(),  # noqa: B008 - frozen
    found: Quality | None = None,
    pairs: str = "same",
) -> list[Line]:
    """A round that is not counted, and one for each wall time, on 300 MB."""
    first = Line(engine, 300_000_000, 0, goals=goals, quality=found, pairs=pairs)
    timed = [
        Line(engine, 300_000_000, at, Sample(wall, wall, 1, 10**6), pairs, found)
        for at, wall in enumerate(walls, start=1)
    ]
    return [first, *timed]


def ours(found: Quality | None = None) -> list[Line]:
    """Three rounds of ours."""
    return lines("ours", [1, 2, 4], OURS, found or Quality(1, 0.9, 1))


def test_ratios_are_those_of_the_rounds() -> None:
    """In rounds of 1, 2 and 4 s a peer that takes 8, 8 and 12 s is 8, 4 and 3 times as slow."""
    _, row = peer_results.rows([*ours(), *lines("peer", [8, 8, 12], Goals(4))])
    assert row.times_ours == (4, 3, 8)
    assert row.wall == (8, 8, 12)
    assert row.cpu == 9
    assert row.verdicts == [Verdict("x ours >= 4", reached=True)]


@pytest.mark.parametrize(
    ("found", "missed"),
    [
        (Quality(1, 0.9, 1), []),
        (Quality(0, 0, None), ["ours recall >= 0.99", "ours precision >= 0.99"]),
        (Quality(0.98, 1, 1), ["ours recall >= 0.99"]),
    ],
)
def test_ours_is_judged_by_what_it_finds(found: Quality, missed: list[str]) -> None:
    """However fast it is."""
    assert peer_results.missed(peer_results.rows(ours(found))) == missed


def test_other_pairs_fail_ours_and_are_told_of_a_peer() -> None:
    """A peer need not be deterministic; we are to be."""
    peer = lines("peer", [8, 8, 8], Goals(2))
    peer[2].pairs = "other"
    mine = ours()
    mine[3].pairs = "other"
    measured = peer_results.rows([*mine, *peer])
    assert peer_results.missed(measured) == ["ours same pairs in every round"]
    assert measured[1].note == "other pairs in other rounds"


def test_failure_of_either_leaves_the_goal_unmeasured() -> None:
    """Which is not reached, whatever the earlier rounds were."""
    mine, peer = ours(), lines("peer", [8, 8, 8], Goals(2))
    peer[-1] = Line("peer", 300_000_000, 3, failure="exit code 1")
    _, row = peer_results.rows([*mine, *peer])
    assert [str(verdict) for verdict in row.verdicts] == ["x ours >= 2: goal not measured"]
    mine[-1] = Line("ours", 300_000_000, 3, failure="exit code 1")
    measured = peer_results.rows([*mine, *lines("peer", [8, 8, 8], Goals(2))])
    assert len(peer_results.missed(measured)) == 4


def test_tables_are_made_again_from_the_lines() -> None:
    """As they stand in a record."""
    made = [*ours(), *lines("wc", [1, 1, 1])]
    raw = b"\n".join(msgspec.json.encode(line) for line in made)
    again = msgspec.json.Decoder(Line).decode_lines(raw)
    assert again == made
    text = peer_results.table(peer_results.rows(again))
    assert text.splitlines()[1].split()[:10] == [
        *("ours", "300", "2.000", "1.000", "4.000", "3.000", "1", "150.0", "1.00", "1.00")
    ]
    shown = peer_results.markdown(peer_results.rows(again))
    assert "recall >= 0.99 ok; precision >= 0.99 ok; same pairs in every round ok |" in shown
