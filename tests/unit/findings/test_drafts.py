from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from dedupe.findings.columns import Clusters
from dedupe.findings.drafts import CounterpartTable, Drafts, evidence_of
from dedupe.model import Evidence
from dedupe.tables import EvidenceKind, EvidenceTable
from dedupe.texts import Texts
from tests.unit.findings.passages import Passage, drafts_of

KINDS = tuple(kind.name.lower() for kind in EvidenceKind)
places = st.none() | st.integers(0, 99)
weights = st.none() | st.integers(0, 9).map(float)
evidence = st.builds(
    Evidence, st.sampled_from(KINDS), st.text(max_size=5), st.none(), weights, places, places
)
reasons = st.lists(evidence, max_size=3)
Reasons = Sequence[Sequence[Evidence]]


def read(table: EvidenceTable) -> list[list[Evidence]]:
    """The evidence of each draft as objects."""
    kinds = [KINDS[kind] for kind in table.kind.tolist()]
    places = [[None if at < 0 else at for at in edge.tolist()] for edge in (table.start, table.end)]
    weights = [None if np.isnan(weight) else weight for weight in table.weight.tolist()]
    flat = [
        Evidence(kind, text, None, weight, start, end)
        for kind, text, weight, start, end in zip(
            kinds, table.text.strings(), weights, *places, strict=True
        )
    ]
    return [flat[low:high] for low, high in pairwise(table.offset.tolist())]


@given(st.lists(st.lists(reasons, max_size=3), min_size=1, max_size=3), st.data())
def test_evidence_is_joined_and_chosen(parts: list[Reasons], data: st.DataObject) -> None:
    """Several tables side by side, and any of their rows in any order."""
    table = EvidenceTable.joined(list(map(evidence_of, parts)))
    rows = [list(row) for part in parts for row in part]
    assert read(table) == rows
    chosen = data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=5)) if rows else []
    assert read(table.rows(np.array(chosen, np.int64))) == [rows[row] for row in chosen]


def copies(name: str, sizes: Sequence[int]) -> Drafts:
    """Drafts with some other places each; the second one belongs to no cluster."""
    count, total = len(sizes), sum(sizes)
    drafts = drafts_of([Passage("DUP102", place, place, place + 9) for place in range(count)])
    places = np.arange(total)
    of = np.arange(count)
    of[1:2] = -1
    return structs.replace(
        drafts,
        others=CounterpartTable(places, places, places + 9, np.ones(total), np.ones(total)),
        offset=np.cumsum([0, *sizes]),
        cluster=Clusters(
            of, np.full(count, 7), Texts.of([f"{name}{k}" for k in range(count)]), np.arange(count)
        ),
        message=Texts.of([name] * count),
    )


def cluster_names(drafts: Drafts) -> list[str | None]:
    """The cluster of each draft."""
    names = drafts.cluster.name.strings()
    return [None if number < 0 else names[number] for number in drafts.cluster.of.tolist()]


def other_places(drafts: Drafts) -> list[list[int]]:
    """The articles of the other places of each draft."""
    article = drafts.others.article.tolist()
    return [article[low:high] for low, high in pairwise(drafts.offset.tolist())]


def test_drafts_of_several_rules_stand_side_by_side() -> None:
    """Each keeps its other places and its cluster, among all and among some."""
    drafts = Drafts.joined([copies("a", [2, 0, 1]), Drafts.none(), copies("b", [1, 3])])
    assert other_places(drafts) == [[0, 1], [], [2], [0], [1, 2, 3]]
    assert cluster_names(drafts) == ["a0", None, "a2", "b0", None]
    some = drafts.rows(np.array([4, 2]))
    assert len(some) == 2
    assert other_places(some) == [[1, 2, 3], [2]]
    assert cluster_names(some) == [None, "a2"]
    assert some.message.strings() == ["b", "a"]


def test_some_of_the_other_places_may_be_named() -> None:
    """Each draft keeps those of its own, or none."""
    drafts = copies("a", [2, 0, 1, 1]).naming(np.array([False, True, False, True]))
    assert other_places(drafts) == [[1], [], [], [3]]


def test_what_is_told_later_takes_the_place_of_what_was_told() -> None:
    """Only some rows get evidence and messages; the others keep theirs."""
    drafts = copies("a", [0, 0, 0])
    fact = Evidence("fact", "new")
    told = drafts.told(np.array([0, 2]), evidence_of([[fact], [fact, fact]]), Texts.of(["x", "y"]))
    assert told.message.strings() == ["x", "a", "y"]
    assert read(told.evidence) == [[fact], [], [fact, fact]]
