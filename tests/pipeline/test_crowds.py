"""Of the pairs in a crowd of alike articles, enough are aligned, and few more."""

from __future__ import annotations

import numpy as np
import pytest

from dedupe.align import merged
from dedupe.arrays import I64
from dedupe.clusters import TRIMMED
from dedupe.pipeline.crowds import CROWD, align
from dedupe.tables import Boxes, MatchTable

WORDS, PART = 100, 40
"""Words of a piece, and of the place of a pair in it."""
FAMILY = 400


class Aligner:
    """Takes any pair of pieces for copies of each other, from the first word to `WORDS`."""

    def __init__(self) -> None:
        self.pairs: list[tuple[int, int]] = []

    def __call__(self, boxes: Boxes) -> MatchTable:
        """Align some pairs."""
        partner, _ = merged(boxes)
        self.pairs += map(tuple, partner.tolist())
        start = partner.astype(np.int64) * 1000
        share = np.ones(len(start))
        (a, b), (a_start, b_start) = partner.T.copy(), start.T.copy()
        return MatchTable(
            a, b, a_start, a_start + WORDS, b_start, b_start + WORDS, share, share, share
        )


def boxes_of(pairs: list[tuple[int, int]], first: int = 0) -> Boxes:
    """Pairs of pieces and places that begin at some word of either."""
    partner = np.array(sorted(pairs), np.int32).reshape(-1, 2)
    start: I64 = partner.astype(np.int64) * 1000 + first
    box = np.stack([start[:, 0], start[:, 0] + PART, start[:, 1], start[:, 1] + PART], axis=1)
    return Boxes(partner, box)


def families(pairs: list[tuple[int, int]]) -> set[frozenset[int]]:
    """Which pieces chains of pairs connect."""
    family: dict[int, set[int]] = {}
    for pair in pairs:
        joined = set(pair).union(*(family.get(piece, {piece}) for piece in pair))
        family.update(dict.fromkeys(joined, joined))
    return {frozenset(one) for one in family.values()}


@pytest.fixture
def led(rng: np.random.Generator) -> list[tuple[int, int]]:
    """A dozen earlier pieces for each piece of two families: even numbers, and odd ones."""
    pairs = {
        (int(other), piece)
        for piece in range(2, FAMILY)
        for other in rng.integers(0, piece, 12)
        if (piece - other) % 2 == 0
    }
    return sorted(pairs)


def test_pairs_that_connect_families_are_aligned(led: list[tuple[int, int]]) -> None:
    """What is connected stays so, and a fourth of the pairs is enough."""
    aligner = Aligner()
    matches = align(aligner, boxes_of(led), boxes_of([]))
    assert families(aligner.pairs) == families(led)
    assert len(aligner.pairs) == len(set(aligner.pairs)) == len(matches) < len(led) / 4
    assert list(zip(matches.a.tolist(), matches.b.tolist(), strict=True)) == sorted(aligner.pairs)


@pytest.mark.parametrize("beyond", [0, TRIMMED, TRIMMED + 1])
def test_windows_at_the_trimmed_end_of_a_family_tell_nothing_new(
    led: list[tuple[int, int]], beyond: int
) -> None:
    """They reach beyond it on one side, by no more than a match may have lost there."""
    aligner = Aligner()
    align(aligner, boxes_of(led, WORDS - PART + beyond), boxes_of([]))
    assert families(aligner.pairs) == families(led)
    assert (len(aligner.pairs) < len(led) / 4) == (beyond <= TRIMMED)


def test_pairs_beside_what_is_matched_are_aligned(led: list[tuple[int, int]]) -> None:
    """They tell of another passage, of which nothing is known yet."""
    aligner = Aligner()
    align(aligner, boxes_of(led, WORDS), boxes_of([]))
    assert sorted(aligner.pairs) == led


def test_other_pairs_of_large_families_are_left_out(led: list[tuple[int, int]]) -> None:
    """Those of small ones, and all where there is no crowd, are aligned."""
    others = [(piece, piece + 2) for piece in range(FAMILY - 2)]
    assert len(others) > CROWD
    for crowd, aligned in ((led, False), (led[:1], True), ([], True)):
        aligner = Aligner()
        align(aligner, boxes_of(crowd), boxes_of(others))
        assert set(others).issubset(aligner.pairs) == aligned


def test_no_pair_is_told_twice(led: list[tuple[int, int]]) -> None:
    """One that is known from a leader and from another place is aligned around both."""
    aligner = Aligner()
    matches = align(aligner, boxes_of(led), boxes_of(led, WORDS))
    assert list(zip(matches.a.tolist(), matches.b.tolist(), strict=True)) == led
