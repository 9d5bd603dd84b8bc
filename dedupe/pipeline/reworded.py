"""The nearest reworded passage of one block, with the parts of its evidence and what it misses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Executor
from math import log, sqrt
from typing import Literal, NamedTuple

import numpy as np

from dedupe import pairings, rewordings
from dedupe.arrays import F32, I32, I64, U32
from dedupe.findings.lookup import Lookup
from dedupe.model import EDITS, Finding, MissedLimit, NearestReworded
from dedupe.rarity import RARE, stem_frequency
from dedupe.tables import Corpus, Stems

NEAREST_ARTICLES = 16
"""Articles that are looked at as wholes where no candidate counts: those that share the most
information with the block."""
SHOWN_STEMS = 8
TELLING = ("DUP101", "DUP102", "DUP104", "TPL201")
"""Rules that tell of a passage of another article, or of a template that both fill."""


class Parts(NamedTuple):
    """What the evidence of two spans is made of."""

    shared: float
    """Shared stems; one that a side has several times counts by the reciprocal of that"""
    chain: float
    """Most of them whose first places are in the same order"""
    rare_stems: int
    """Shared stems that are neither common nor names on both sides"""
    best: tuple[int, ...]
    """First places, in the first span, of those, the most informative first"""

    @property
    def evidence(self) -> float:
        """As `kernels.rewording` computes it, whatever the number of rare stems."""
        return log((self.shared + 1) * (self.chain + 1))

    def order(self, words: int) -> float:
        """The chain by the root of the words of both sides."""
        return self.chain / sqrt(words)


def parts(stems: Stems, span: tuple[int, int, int, int], table: F32) -> Parts:
    """The parts of the evidence that two spans are one passage.

    span: first token and end, on either side; table: of `rewordings.rarity_here`
    """
    sides = slice(*span[:2]), slice(*span[2:])
    mine, others = (stems.stem[side].tolist() for side in sides)
    plain = {stem for side in sides for stem in stems.stem[side][~stems.name[side]].tolist()}
    times, other_times = Counter(mine), Counter(others)
    shared = [stem for stem in times if stem in other_times]
    weight = [1 / max(times[stem], other_times[stem]) for stem in shared]
    there = [others.index(stem) for stem in shared]
    chains: list[float] = []
    for stem, place in enumerate(there):
        before = (chain for chain, at in zip(chains, there, strict=False) if at < place)
        chains.append(max(before, default=0.0) + weight[stem])
    nats = rewordings.information(np.array(shared, np.uint32), table).tolist()
    rare = [
        (-known, mine.index(stem))
        for stem, known in zip(shared, nats, strict=True)
        if known > RARE and stem in plain
    ]
    best = tuple(place for _, place in sorted(rare))
    return Parts(sum(weight), max(chains, default=0.0), len(rare), best)


class _Place(NamedTuple):
    """A span of the explained article, and the one of another article that it is aligned with."""

    article: int
    span: tuple[int, int, int, int]
    """First token and end, here and there"""
    proposed: bool
    """The search looks there"""


_Ranked = tuple[tuple[bool, bool, float], _Place]
_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")


class Search:
    """Looks for reworded passages of one article, with no limit to what counts."""

    def __init__(self, corpus: Corpus, stems: Stems, article: int, pool: Executor) -> None:
        self._corpus, self._stems, self._article, self._pool = corpus, stems, article, pool
        self._made: dict[tuple[int, int, int, int], Parts] = {}
        pieces = corpus.pieces
        frequency = stem_frequency(stems.stem, pieces.token, pool)
        self._rarity = rewordings.rarity_here(frequency, len(pieces.token) - 1)
        owner = np.where(pieces.out, np.int32(-1), pieces.article)
        found = pairings.candidates(stems.stem, pieces.token, owner, frequency, pool)
        found = found.rows((pieces.article[found.partner] == article).any(axis=1))
        chosen = rewordings.promising(*found, stems, pieces.token, self._rarity, pool)
        self._proposed = self._aligned(*found.rows(chosen), proposed=True)
        self._by_stem: tuple[I64, U32] | None = None

    def nearest(
        self, first: int, last: int, findings: Sequence[Finding], lookup: Lookup
    ) -> _Noted | None:
        """What comes nearest to some words, noted for a lookup.

        findings: on the words, those that are told with the copies too
        """
        ranked = self._ranked(self._proposed, first, last)
        if not ranked or ranked[0][0][0]:  # nothing counts, so look where the search does not
            ranked += self._ranked(self._around(first, last), first, last)
        return self._noted(min(ranked)[1], findings, lookup) if ranked else None

    def _ranked(self, places: Sequence[_Place], first: int, last: int) -> list[_Ranked]:
        """Those that share some words, the nearest first."""
        return sorted(
            (self._rank(place, first, last), place)
            for place in places
            if min(place.span[1], last) > max(place.span[0], first)
        )

    def _rank(self, place: _Place, first: int, last: int) -> tuple[bool, bool, float]:
        """Counts, covers the block or is covered by it, evidence: the smallest is the nearest."""
        low, high = place.span[:2]
        made = self._parts(place)
        inside = min(high, last) - max(low, first)
        partial = 2 * inside < min(high - low, last - first)
        return bool(self._missed(place, made)), partial, -made.evidence

    def _parts(self, place: _Place) -> Parts:
        made = self._made.get(place.span)
        if made is None:
            made = self._made[place.span] = parts(self._stems, place.span, self._rarity)
        return made

    def _missed(self, place: _Place, made: Parts) -> tuple[MissedLimit, ...]:
        low, high, other_low, other_high = place.span
        limits = rewordings.LIMITS
        names: tuple[tuple[MissedLimit, bool], ...] = (
            ("evidence", made.evidence < limits.evidence),
            ("rare-stems", made.rare_stems < limits.rare_stems),
            ("order", made.order(high - low + other_high - other_low) < limits.order),
            ("words", min(high - low, other_high - other_low) < limits.words),
            ("words-of-both", high - low + other_high - other_low < limits.both_words),
            ("candidates", not place.proposed),
        )
        return tuple(name for name, is_missed in names if is_missed)

    def _noted(self, place: _Place, findings: Sequence[Finding], lookup: Lookup) -> _Noted:
        low, high, other_low, other_high = place.span
        made = self._parts(place)
        span = np.array([place.span], np.int64)
        shares = rewordings.edits(self._corpus.token, self._stems.stem, span, self._pool)
        path = self._corpus.path[place.article]
        telling = [f for f in findings if _tells(f, path)]
        return _Noted(
            path=path,
            here=lookup.tokens(self._article, low, high),
            there=lookup.tokens(place.article, other_low, other_high),
            stems=[
                lookup.text(self._article, low + at, low + at + 1)
                for at in made.best[:SHOWN_STEMS]
            ],
            words=(high - low, other_high - other_low),
            parts=made,
            shares=tuple(shares[0].tolist()),
            edit=int(rewordings.kinds(shares)[0]),
            missed=self._missed(place, made),
            reported=telling[0].rule if telling else None,
        )  # fmt: skip

    def _around(self, first: int, last: int) -> list[_Place]:
        """Spans around some words, in the articles that share most information with them."""
        pieces = self._corpus.pieces
        edges, article, out = pieces.token, pieces.article, pieces.out
        ours = [
            k
            for k in np.flatnonzero((article == self._article) & ~out).tolist()
            if edges[k] < last and edges[k + 1] > first
        ]
        theirs = np.flatnonzero(np.isin(article, self._sharing(first, last)) & ~out).tolist()
        boxes = {k: (max(int(edges[k]), first), min(int(edges[k + 1]), last)) for k in ours} | {
            k: (int(edges[k]), int(edges[k + 1])) for k in theirs
        }
        pairs = [(min(k, other), max(k, other)) for k in ours for other in theirs]
        partner = np.array(pairs, np.int32).reshape(-1, 2)
        box = np.array([(*boxes[a], *boxes[b]) for a, b in pairs], np.int64).reshape(-1, 4)
        return self._aligned(partner, box, proposed=False)

    def _sharing(self, first: int, last: int) -> I64:
        """The articles that share most information with some words."""
        corpus, stem = self._corpus, self._stems.stem
        if self._by_stem is None:
            order = np.argsort(stem, kind="stable")
            self._by_stem = order, stem[order]
        order, ordered = self._by_stem
        mine = np.unique(stem[first:last])
        weight = rewordings.information(mine, self._rarity)
        mine, weight = mine[weight > RARE], weight[weight > RARE]
        shared = np.zeros(len(corpus.path))
        edges = zip(*(np.searchsorted(ordered, mine, side) for side in _SIDES), strict=True)
        for (low, high), nats in zip(edges, weight.tolist(), strict=True):
            at = order[low:high]
            shared[np.searchsorted(corpus.article_token, at, "right") - 1] += nats
        shared[self._article] = 0
        nearest: I64 = np.argsort(-shared, kind="stable")[:NEAREST_ARTICLES]
        return nearest[shared[nearest] > 0]

    def _aligned(self, partner: I32, box: I64, *, proposed: bool) -> list[_Place]:
        """The aligned spans of some boxes, ours first."""
        pieces = self._corpus.pieces
        found = rewordings.align(
            partner, box, self._stems, pieces.token, self._rarity, self._pool,
            rewordings.NO_LIMITS,
        )  # fmt: skip
        places = []
        for both, (a, b, c, d) in zip(
            pieces.article[found.partner].tolist(), found.span.tolist(), strict=True
        ):
            if both[0] == self._article:
                places.append(_Place(both[1], (a, b, c, d), proposed))
            else:
                places.append(_Place(both[0], (c, d, a, b), proposed))
        return places


def _tells(finding: Finding, path: str) -> bool:
    """Whether a finding names another article, or more places than it lists."""
    listed = {match.path for match in finding.matches}
    return finding.rule in TELLING and (path in listed or finding.matches_total > len(listed))


class _Noted(NamedTuple):
    """The nearest reworded passage while its places are looked up."""

    path: str
    here: int
    there: int
    stems: list[int]
    words: tuple[int, int]
    parts: Parts
    shares: tuple[float, ...]
    edit: int
    missed: tuple[MissedLimit, ...]
    reported: str | None

    def told(self, lookup: Lookup) -> NearestReworded:
        """It, with its places."""
        runs, in_order = self.shares
        limits = rewordings.LIMITS
        return NearestReworded(
            path=self.path,
            here=lookup.span(self.here),
            span=lookup.span(self.there),
            words=self.words[0],
            other_words=self.words[1],
            edit=EDITS[self.edit],
            runs=round(runs, 4),
            in_order=round(in_order, 4),
            evidence=round(self.parts.evidence, 4),
            shared=round(self.parts.shared, 4),
            chain=round(self.parts.chain, 4),
            order=round(self.parts.order(sum(self.words)), 4),
            rare_stems=self.parts.rare_stems,
            stems=tuple(lookup.piece(ticket) for ticket in self.stems),
            evidence_limit=limits.evidence,
            rare_stems_limit=limits.rare_stems,
            order_limit=round(limits.order, 4),
            words_limit=limits.words,
            both_words_limit=limits.both_words,
            missed=self.missed,
            reported=self.reported,
        )
