"""Findings in the making: what each rule has to say, before precedence decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct, structs

from dedupe import memory
from dedupe.arrays import F64, I64, U8, Bool, order_of, ragged
from dedupe.findings.columns import Clusters
from dedupe.findings.flags import Flagged
from dedupe.model import PRECEDENCE, RULE_NUMBER, RULES, Evidence, Position, Span
from dedupe.tables import EvidenceKind, EvidenceTable, Pieces
from dedupe.texts import Texts

_STRENGTH = np.array(
    [2 * PRECEDENCE.index(code) if code in PRECEDENCE else 0 for code in RULES], np.int8
)
INSIDE = 0.8
"""Share of its words that templates must cover for a copied passage to be one."""
INSIDE_REWORDED = 0.5
"""The same of a reworded passage, whose span runs on over what stands between the templates."""

NOWHERE = Span(Position(1, 1, 0), Position(1, 1, 0))
"""The place of what is said about a file."""


class CounterpartTable(NamedTuple):
    """Other places of passages; tokens are counted from the start of the corpus."""

    article: I64
    start: I64
    end: I64
    similarity: F64
    """Exact Jaccard similarity of the shingles of the two passages."""
    containment: F64
    """Share of the passage's shingles that also stand in the other place."""

    def rows(self, rows: I64 | Bool) -> CounterpartTable:
        """Some of them, in the order given."""
        return CounterpartTable._make(memory.kept(column[rows]) for column in self)

    def kept(self) -> CounterpartTable:
        """The same, where tables are kept that grow with the corpus."""
        return CounterpartTable._make(map(memory.kept, self))


class Drafts(Struct, frozen=True):
    """What rules say of R stretches of articles; tokens are counted from the start of the corpus.

    `of` begins one, of what all rules know.
    """

    rule: U8
    """(R,) RULE_NUMBER"""
    article: I64
    start: I64
    """(R,) first token"""
    end: I64
    """(R,) last token, exclusive"""
    members: I64
    """(R,) places in which the passage stands, this one and the original among them"""
    others: CounterpartTable
    """(K,) of each the original first, then by similarity; all that are known, not only those to
    be shown"""
    offset: I64
    """(R + 1,) first other place of each, then K"""
    original: Bool
    """(R,) the copy that came first; reported only when asked for"""
    above_copies: Bool
    """(R,) of TPL201: what unrelated articles share is a template rather than a copied passage"""
    source: I64
    """(R,) of TPL201 and TPL204: number of the template, row of the outline"""
    cluster: Clusters
    evidence: EvidenceTable
    """As far as it can be told without the text"""
    message: Texts
    """(R,) empty where it is to be made of all the rest"""

    def __len__(self) -> int:
        return len(self.rule)

    @classmethod
    def of(
        cls, rule: U8, article: I64, start: I64, end: I64, members: I64, others: CounterpartTable,
        offset: I64,
    ) -> Drafts:  # fmt: skip
        """Drafts without what only some rules know."""
        count = len(rule)
        no = np.zeros(count, np.bool_)
        return cls(
            rule, article, start, end, members, others, offset, no, no, np.full(count, -1),
            Clusters.none(count), EvidenceTable.none(count), Texts.nothing(count),
        )  # fmt: skip

    @classmethod
    def none(cls) -> Drafts:
        """No drafts."""
        none, shares = np.empty(0, np.int64), np.empty(0)
        others = CounterpartTable(none, none, none, shares, shares)
        return cls.of(np.empty(0, np.uint8), none, none, none, none, others, np.zeros(1, np.int64))

    @classmethod
    def joined(cls, parts: Sequence[Drafts]) -> Drafts:
        """The drafts of several rules, one behind the other."""
        if len(parts) == 1:
            return parts[0]
        rule, article, start, end, members, original, above_copies, source = (
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("rule", "article", "start", "end", "members", "original", "above_copies",
                         "source")
        )  # fmt: skip
        others = CounterpartTable._make(
            memory.joined(columns, columns[0].dtype.type)
            for columns in zip(*(part.others for part in parts), strict=True)
        )
        size = np.concatenate([np.diff(part.offset) for part in parts])
        return cls(
            rule, article, start, end, members, others, np.append(0, np.cumsum(size)), original,
            above_copies, source, Clusters.joined([part.cluster for part in parts]),
            EvidenceTable.joined([part.evidence for part in parts]),
            Texts.joined([part.message for part in parts]),
        )  # fmt: skip

    def rows(self, chosen: I64) -> Drafts:
        """Some of them, in the order given."""
        size = self.offset[chosen + 1] - self.offset[chosen]
        _, places = ragged(self.offset[chosen], size)
        return Drafts(
            self.rule[chosen], self.article[chosen], self.start[chosen], self.end[chosen],
            self.members[chosen], self.others.rows(places), np.append(0, np.cumsum(size)),
            self.original[chosen], self.above_copies[chosen], self.source[chosen],
            self.cluster.rows(chosen), self.evidence.rows(chosen), self.message.take(chosen),
        )  # fmt: skip

    def naming(self, which: Bool) -> Drafts:
        """The same with some (K,) of the other places only."""
        offset = np.append(0, np.cumsum(which))[self.offset]
        return structs.replace(self, others=self.others.rows(which), offset=offset)

    def told(self, rows: I64, evidence: EvidenceTable, message: Texts) -> Drafts:
        """With the evidence and messages of some rows, ascending, in place of theirs."""
        row = np.arange(len(self))
        row[rows] = len(self) + np.arange(len(rows))
        return structs.replace(
            self,
            evidence=EvidenceTable.joined([self.evidence, evidence]).rows(row),
            message=Texts.joined([self.message, message]).take(row),
        )


def evidence_of(reasons: Sequence[Sequence[Evidence]]) -> EvidenceTable:
    """The evidence of some drafts that are objects."""
    flat = [reason for some in reasons for reason in some]
    nowhere = [-1 if reason.start is None else reason.start for reason in flat]
    behind = [-1 if reason.end is None else reason.end for reason in flat]
    return EvidenceTable(
        np.cumsum([0, *map(len, reasons)]),
        np.array([EvidenceKind[reason.kind.upper()] for reason in flat], np.uint8),
        Texts.of([reason.text for reason in flat]),
        np.array([reason.weight for reason in flat], np.float64),
        np.array(nowhere, np.int64),
        np.array(behind, np.int64),
    )


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
        of, piece = ragged(first, behind - first)
        of, piece = of[~pieces.out[piece]], piece[~pieces.out[piece]]
        start = np.maximum(self.start[of], pieces.token[piece])
        end = np.minimum(self.end[of], pieces.token[piece + 1])
        table = DraftTable(
            self.row[of], self.article[of], self.rule[of], start, end, self.original[of]
        )
        return table, of


def tabulate(
    copies: Drafts,
    flags: Flagged | None = None,
    speak: Callable[[U8, I64], Bool] | None = None,
) -> DraftTable:
    """The deciding columns of some copies and of the flags of all batches.

    speak: which rules (R,) speak in some articles (R,); all by default
    """
    count = len(copies)
    article, rule, start, end = copies.article, copies.rule, copies.start, copies.end
    original = copies.original
    if flags is not None:
        article, rule = np.append(article, flags.article), np.append(rule, flags.rule)
        start, end = np.append(start, flags.start), np.append(end, flags.end)
        original = np.append(original, np.zeros(len(flags.rule), np.bool_))
    above = copies.above_copies
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
            strength[of_template] = _STRENGTH[RULE_NUMBER["TPL201"]] + 1
    order = order_of(article, strength, start, -end)
    table = DraftTable(row, article, rule, start, end, original)
    return table.chosen(order)


def _covered(low: I64, high: I64, start: I64, end: I64) -> I64:
    """How many words of stretches lie in others (low, high): some, which do not overlap."""
    order = order_of(low)
    low, high = low[order], high[order]
    before = np.append(0, np.cumsum(high - low))

    def up_to(place: I64) -> I64:
        behind = np.searchsorted(low, place, side="right")
        last = np.maximum(behind - 1, 0)
        beyond: I64 = before[behind] - np.where(behind, np.maximum(high[last] - place, 0), 0)
        return beyond

    return up_to(end) - up_to(start)
