"""Findings in the making: what each rule has to say, before precedence decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, overload

import numpy as np
from msgspec import Struct

from dedupe.findings.flags import Flagged
from dedupe.model import (
    PRECEDENCE,
    RULE_NUMBER,
    RULES,
    Cluster,
    Evidence,
    Position,
    Span,
)
from dedupe.tables import F64, I32, I64, U8, Bool, Pieces

_STRENGTH = np.array(
    [PRECEDENCE.index(code) if code in PRECEDENCE else 0 for code in RULES], np.float32
)
INSIDE = 0.8
"""Share of its words that templates must cover for a copied passage to be one."""
INSIDE_REWORDED = 0.5
"""The same of a reworded passage, whose span runs on over what stands between the templates."""

NOWHERE = Span(Position(1, 1, 0), Position(1, 1, 0))
"""The place of what is said about a file."""


class Counterpart(Struct, gc=False):
    """Another place of a passage; tokens are counted from the start of the corpus."""

    article: int
    start: int
    end: int
    similarity: float
    """Exact Jaccard similarity of the shingles of the two passages."""
    containment: float
    """Share of the passage's shingles that also stand in the other place."""


class CounterpartTable(NamedTuple):
    """Counterparts in columns."""

    article: I32 | I64
    start: I64
    end: I64
    similarity: F64
    containment: F64


class Counterparts(Sequence[Counterpart]):
    """Some rows of a table of counterparts.

    They become objects as they are looked at: as objects the ten places of a passage hold 2 kB.
    """

    __slots__ = ("_rows", "_table")

    def __init__(self, table: CounterpartTable, rows: range | None = None) -> None:
        self._table = table
        self._rows = range(len(table.article)) if rows is None else rows

    @classmethod
    def of(cls, objects: Sequence[Counterpart]) -> Counterparts:
        """Some that are objects already."""
        rows = [(o.article, o.start, o.end, o.similarity, o.containment) for o in objects]
        *places, similarity, containment = np.array(rows, np.float64).reshape(-1, 5).T
        article, start, end = (place.astype(np.int64) for place in places)
        return cls(CounterpartTable(article, start, end, similarity, containment))

    @classmethod
    def side_by_side(cls, parts: Sequence[Counterparts]) -> tuple[CounterpartTable, I64]:
        """All of many, and where those of each begin (n + 1,)."""
        size = np.array([len(part) for part in parts], np.int64)
        edge = np.append(0, np.cumsum(size))
        places, shares = np.empty((3, edge[-1]), np.int64), np.empty((2, edge[-1]))
        joined = CounterpartTable(*places, *shares)
        sharing: dict[int, list[int]] = {}
        for number, part in enumerate(parts):
            sharing.setdefault(id(part._table), []).append(number)  # noqa: SLF001 - of this class
        for numbers in sharing.values():
            first = np.array([parts[number]._rows.start for number in numbers])  # noqa: SLF001
            _, rows = ragged(first, size[numbers])
            _, to = ragged(edge[numbers], size[numbers])
            for column, values in zip(joined, parts[numbers[0]]._table, strict=True):  # noqa: SLF001
                column[to] = values[rows]
        return joined, edge

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Counterpart: ...
    @overload
    def __getitem__(self, place: slice) -> Counterparts: ...
    def __getitem__(self, place: int | slice) -> Counterpart | Counterparts:
        rows = self._rows[place]
        if isinstance(rows, range):
            return Counterparts(self._table, rows)
        return Counterpart(*(column[rows].item() for column in self._table))

    def __iter__(self) -> Iterator[Counterpart]:
        here = slice(self._rows.start, self._rows.stop)
        return map(Counterpart, *(column[here].tolist() for column in self._table))


def ragged(first: I64, size: I64) -> tuple[I64, I64]:
    """Stretches of numbers side by side: the stretch of each number, and the numbers."""
    of = np.repeat(np.arange(len(size)), size)
    return of, np.arange(len(of)) + np.repeat(first - np.cumsum(size) + size, size)


_NONE = Counterparts.of(())


class Draft(Struct):
    """One rule on one stretch of an article; tokens are counted from the start of the corpus."""

    rule: str
    article: int
    start: int
    """First token"""
    end: int
    """Last token, exclusive"""
    completed: int = -1
    """Its place among the drafts of which the text was looked up"""
    evidence: tuple[Evidence, ...] = ()
    """As far as it can be told without the text"""
    cluster: int = -1
    """Number of the cluster of regions, or -1"""
    members: int = 0
    """Places in which the passage stands, this one and the original among them"""
    counterparts: Counterparts = _NONE
    """The original first, then by similarity; all that are known, not only those to be shown"""
    original: bool = False
    """The copy that came first; reported only when asked for"""
    group: frozenset[int] = frozenset()
    """Of DUP101: the articles that duplicate each other"""
    above_copies: bool = False
    """Of TPL201: what unrelated articles share is a template rather than a copied passage"""
    family: Cluster | None = None
    """Of a template or an outline"""
    message: str = ""
    """Of a template or an outline"""


class DraftTable(Struct, frozen=True):
    """What decides among R drafts, by article, and the strongest first in each."""

    row: I64
    """(R,) place among all copies, then all flags"""
    article: I64
    rule: U8
    """(R,) RULE_NUMBER"""
    start: I64
    """(R,) first word, from the start of the corpus"""
    end: I64
    original: Bool

    def edges(self) -> I64:
        """First draft of each article that has one, then R."""
        return np.flatnonzero(np.diff(self.article, prepend=-1, append=-2)).astype(np.int64)

    def longest(self) -> int:
        """Most drafts of one article."""
        return int(np.diff(self.edges()).max(initial=0))

    def chosen(self, which: Bool | I64) -> DraftTable:
        """Some of the rows, in the order given."""
        return DraftTable(
            self.row[which], self.article[which], self.rule[which], self.start[which],
            self.end[which], self.original[which],
        )  # fmt: skip

    def within(self, pieces: Pieces) -> tuple[DraftTable, I64]:
        """The parts of the rows that lie in text which is not left out, and the row of each."""
        # What stands behind the last word, without a word, belongs to the last piece.
        first = np.searchsorted(pieces.token[:-1], self.start, side="right") - 1
        behind = np.maximum(np.searchsorted(pieces.token, self.end, side="left"), first + 1)
        count = behind - first
        of = np.repeat(np.arange(len(first)), count)
        piece = np.arange(len(of)) - np.repeat(np.cumsum(count) - count - first, count)
        of, piece = of[~pieces.out[piece]], piece[~pieces.out[piece]]
        start = np.maximum(self.start[of], pieces.token[piece])
        end = np.minimum(self.end[of], pieces.token[piece + 1])
        table = DraftTable(
            self.row[of], self.article[of], self.rule[of], start, end, self.original[of]
        )
        return table, of


def tabulate(
    copies: Sequence[Draft],
    flags: Flagged | None = None,
    speak: Callable[[U8, I64], Bool] | None = None,
) -> DraftTable:
    """The deciding columns of some copies and of the flags of all batches.

    speak: which rules (R,) speak in some articles (R,); all by default
    """
    count = len(copies)
    article = np.fromiter((draft.article for draft in copies), np.int64, count)
    rule = np.fromiter((RULE_NUMBER[draft.rule] for draft in copies), np.uint8, count)
    start = np.fromiter((draft.start for draft in copies), np.int64, count)
    end = np.fromiter((draft.end for draft in copies), np.int64, count)
    original = np.fromiter((draft.original for draft in copies), np.bool_, count)
    if flags is not None:
        article, rule = np.append(article, flags.article), np.append(rule, flags.rule)
        start, end = np.append(start, flags.start), np.append(end, flags.end)
        original = np.append(original, np.zeros(len(flags.rule), np.bool_))
    above = np.fromiter((draft.above_copies for draft in copies), np.bool_, count)
    row = np.arange(len(rule))
    if speak is not None:
        row = np.flatnonzero(speak(rule, article))
        article, rule, start, end = article[row], rule[row], start[row], end[row]
        original, above = original[row], above[row[row < count]]
        count = len(above)
    strength = _STRENGTH[rule]
    # What looks reworded is another filling wherever it lies in a template, of whatever kind.
    template = rule[:count] == RULE_NUMBER["TPL201"]
    for code, which, share in (("DUP102", above, INSIDE), ("DUP104", template, INSIDE_REWORDED)):
        if which.any():
            passage = np.flatnonzero(rule == RULE_NUMBER[code])
            low, high = start[:count][which], end[:count][which]
            inside = _covered(low, high, start[passage], end[passage])
            of_template = passage[inside >= share * (end - start)[passage]]
            strength[of_template] = _STRENGTH[RULE_NUMBER["TPL201"]] + 0.5
    order = np.lexsort((-end, start, strength, article))
    table = DraftTable(row, article, rule, start, end, original)
    return table.chosen(order)


def _covered(low: I64, high: I64, start: I64, end: I64) -> I64:
    """How many words of stretches lie in others (low, high): some, which do not overlap."""
    order = np.argsort(low, kind="stable")
    low, high = low[order], high[order]
    before = np.append(0, np.cumsum(high - low))

    def up_to(place: I64) -> I64:
        behind = np.searchsorted(low, place, side="right")
        last = np.maximum(behind - 1, 0)
        beyond: I64 = before[behind] - np.where(behind, np.maximum(high[last] - place, 0), 0)
        return beyond

    return up_to(end) - up_to(start)
