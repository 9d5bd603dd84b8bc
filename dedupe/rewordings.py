"""From candidates to reworded passages: aligned, weighed, and joined with the copied ones.

A box that several hits point to is aligned by its sentences (`kernels.rewording`). What is found
counts when it carries enough evidence: shared stems that are in the same order, some of them rare
in general. General means a table that comes with the program, so that one article is judged alike
whatever it is compared with, but for stems that are all over the corpus.
"""

from __future__ import annotations

from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np

from dedupe.arrays import F32, F64, I32, I64, U8, U32, Bool, distinct, order_of, packed
from dedupe.rarity import RARITY_BITS, rarity
from dedupe.tables import EditKind, MatchTable, Stems

EVIDENCE = 4.9
"""ln((S + 1)(C + 1)) from which a passage is reused: S shared stems, C of them in the same order.
Reuse was told from a common topic, in 150 passages of a blog, by C with an area under the curve of
.81, by shared pairs of neighbours with .70, by the information of the stems with .52."""
RARE_STEMS = 6
"""Shared stems that are not common, names aside, which a reworded passage has at least: a name says
what a text is about, not how it is worded."""
ORDER = 2 / 3
"""C by the root of the words of both sides from which the order is no accident: of n stems in any
order about 2 sqrt(n) stand in the same one, so text without order must share 2/9 of its words."""
WORDS, BOTH_WORDS = 20, 68
"""Words of the shorter side, and of both together. Below, as many are wrong as are right."""
PAD = 20
"""Sentences around a candidate in which the passage may go on, and which tell what is common."""
NARROW, NEAR_PAD = 4, 3
"""Words within which its hits begin, and sentences around a candidate that are looked at first. Of
those that narrow one in thirty holds a passage. They are a third of the candidates in real text,
and most in made text, where chance makes them and half of the time is saved. Plagdet is .0004
lower; five sentences make it .0002 lower, and take half as long again, two .0007."""
GAP = 50
"""Words between two passages of the same articles up to which they are one."""
VERBATIM, EDITED = 0.9, 0.6
"""Shared runs of three words from which the wording stayed."""
IN_ORDER = 0.75
"""Share of common words in the same order below which the passage was reordered."""
REPEATED = 0.4
"""Shared runs of three words, as a share of those of the longer place, from which an article
repeats itself: so are 14 of 14 posts that were read; from .33 of the shorter place, 12 of 19."""
TOPICAL = 10
"""Articles from which the corpus has a say in how rare a stem is."""
_CHUNK, _PADDED = 256, 1 << 14
"""Candidates that a task aligns, and looks up the sentences of."""
_ROOM = 4096


class Limits(NamedTuple):
    """From where on a passage counts."""

    evidence: float = EVIDENCE
    rare_stems: int = RARE_STEMS
    order: float = ORDER
    words: int = WORDS
    both_words: int = BOTH_WORDS


LIMITS = Limits()
NO_LIMITS = Limits(0.0, 0, 0.0, 1, 2)
"""Of what is shown rather than reported."""
SOME = Limits(evidence=3.0, rare_stems=2, order=0.0, words=10, both_words=30)
"""Of what makes it worth to look at the whole of a narrow candidate."""


class Reworded(NamedTuple):
    """Passages that stand reworded in two articles."""

    partner: I32
    """(R, 2) two articles, or pieces of them, the first below the second"""
    span: I64
    """(R, 4) first token and end, in either article"""
    evidence: F64
    """(R,)"""

    def rows(self, rows: I64 | Bool) -> Reworded:
        """Some of them, in the order given."""
        return Reworded._make(column[rows] for column in self)


def rarity_here(frequency: I32, articles: int) -> F32:
    """The table of rarity, in which the stems of the corpus's own topic carry less.

    What every third post of a blog mentions is no evidence in that blog: of its reworded passages
    that were read, this drops three of five wrong ones and no right one.

    frequency: of `rarity.stem_frequency`; articles: number of articles, or pieces of them
    """
    topical = np.flatnonzero(frequency >= TOPICAL)
    table = rarity().copy()
    table[topical] = np.minimum(table[topical], np.log(articles / frequency[topical]))
    return table


def information(stem: U32, table: F32) -> F64:
    """(K,) information of some stems in nats, by a table (2 ** RARITY_BITS,) of rarity."""
    place = (stem >> np.uint32(32 - RARITY_BITS)).astype(np.int64)
    return table[place].astype(np.float64)


def align(
    partner: I32, box: I64, stems: Stems, piece_token: I64, here: F32, pool: Executor,
    limits: Limits = LIMITS,
) -> Reworded:  # fmt: skip
    """Align the candidates and keep what carries enough evidence.

    partner: (Q, 2), box: (Q, 4) of `pairings`
    piece_token: (D + 1,) first token of each article, or piece of one
    here: of `rarity_here`
    """
    bounds = padded(partner, box, stems.unit, piece_token, pool)
    found = _aligned(bounds, stems, here, pool, limits)
    return Reworded(partner[found.box], found.span, found.evidence)


def inside_copies(partner: I32, box: I64, copied: MatchTable) -> Bool:
    """(Q,) which candidates lie inside of a copied passage of the same two articles.

    It would stand for what is found there. partner, box: as of `align`; copied: ascending
    """
    if not len(copied):
        return np.zeros(len(box), np.bool_)
    pair = packed(copied.a, copied.b)
    each, width = distinct(pair), max(copied.a_end.max(), box.max(initial=0)) + 1
    start = np.searchsorted(each, pair) * width + copied.a_start
    low = np.searchsorted(each, packed(*partner.T)) * width + box[:, 0]
    match = np.maximum(np.searchsorted(start, low, side="right") - 1, 0)  # the last that can
    same = (copied.a[match] == partner[:, 0]) & (copied.b[match] == partner[:, 1])
    here = (copied.a_start[match] <= box[:, 0]) & (box[:, 1] <= copied.a_end[match])
    there = (copied.b_start[match] <= box[:, 2]) & (box[:, 3] <= copied.b_end[match])
    inside: Bool = same & here & there
    return inside


def promising(
    partner: I32, box: I64, stems: Stems, piece_token: I64, here: F32, pool: Executor
) -> Bool:
    """(Q,) which candidates are worth to be looked at as wholes; arguments as of `align`.

    Narrow ones are looked at with few sentences around them.
    """
    narrow = np.flatnonzero(box[:, 1] - box[:, 0] < NARROW)
    bounds = padded(partner[narrow], box[narrow], stems.unit, piece_token, pool, NEAR_PAD)
    found = _aligned(bounds, stems, here, pool, SOME)
    chosen = np.ones(len(box), np.bool_)
    chosen[np.delete(narrow, found.box)] = False
    return chosen


class _Aligned(NamedTuple):
    """Passages of some boxes."""

    box: I64
    """(R,)"""
    span: I64
    evidence: F64


def _aligned(bounds: I64, stems: Stems, here: F32, pool: Executor, limits: Limits) -> _Aligned:
    """What boxes (Q, 4) of sentences hold."""
    from dedupe.kernels.rewording import align_reworded

    def one(at: int) -> _Aligned:
        part = bounds[at : at + _CHUNK]
        room, seeds = 4 * _CHUNK, _ROOM
        while True:
            box, span = np.empty(room, np.int64), np.empty((room, 4), np.int64)
            evidence = np.empty(room)
            count = align_reworded(
                stems.stem, stems.name, stems.unit, part, here, *limits, seeds, box, span,
                evidence,
            )  # fmt: skip
            if count < 0:
                seeds *= 4
            elif count > room:
                room = count
            else:
                return _Aligned(box[:count] + at, span[:count], evidence[:count])

    none = _Aligned(np.empty(0, np.int64), np.empty((0, 4), np.int64), np.empty(0))
    parts = [none, *pool.map(one, range(0, len(bounds), _CHUNK))]
    return _Aligned._make(np.concatenate(column) for column in zip(*parts, strict=True))


def padded(
    partner: I32, box: I64, unit: I64, piece_token: I64, pool: Executor, pad: int = PAD
) -> I64:
    """First sentence and end (Q, 4) of boxes with some sentences around them, in either article."""
    from dedupe.kernels.rewording import pad_boxes

    piece_unit, bounds = np.searchsorted(unit, piece_token), np.empty_like(box)

    def one(at: int) -> None:
        some = slice(at, at + _PADDED)
        pad_boxes(partner[some], box[some], unit, piece_unit, pad, bounds[some])

    list(pool.map(one, range(0, len(box), _PADDED)))
    return bounds


def repeated(found: Reworded, shares: F64, copied: MatchTable) -> I64:
    """Rows of the pairs of places inside articles that repeat each other, and are not told yet.

    Inside one article a common topic explains shared stems: most of the wording must stay as well,
    and its order. A pair of which half lies in copied ones, or in one of more evidence, tells
    nothing new.

    shares: (R, 2) of `edits`; copied: matches inside articles, ascending
    """
    words = np.diff(found.span, axis=1)[:, ::2]
    same = shares[:, 0] * words.min(axis=1) / words.max(axis=1)
    kept = np.flatnonzero((same >= REPEATED) & (shares[:, 1] >= IN_ORDER))
    copies = copied.spans
    told: dict[int, I64] = {}
    chosen = []
    for row in kept[np.argsort(-found.evidence[kept], kind="stable")].tolist():
        owner, span = int(found.partner[row, 0]), found.span[row]
        if owner not in told:
            told[owner] = copies[slice(*np.searchsorted(copied.a, [owner, owner + 1]))]
        others = told[owner]
        shared = np.minimum(span[1::2], others[:, 1::2]) - np.maximum(span[::2], others[:, ::2])
        if 2 * shared[(shared > 0).all(axis=1)].sum() < words[row].sum():
            told[owner] = np.append(others, [span], axis=0)
            chosen.append(row)
    return np.array(sorted(chosen), np.int64)


class Joined(NamedTuple):
    """Spans of pairs of articles that stand copied or reworded in both."""

    partner: I32
    """(M, 2)"""
    span: I64
    """(M, 4)"""
    evidence: F64
    """(M,) NaN where all of it is copied"""
    copied: F64
    """(M,) share of the words of copied spans"""


def join(copied: MatchTable, reworded: Reworded) -> Joined:
    """Copied and reworded spans of the same articles that lie close together, as one."""
    from dedupe.kernels.rewording import join_spans

    partner = np.concatenate([np.stack([copied.a, copied.b], axis=1), reworded.partner])
    span = np.concatenate([copied.spans, reworded.span])
    evidence = np.append(np.full(len(copied), np.nan), reworded.evidence)
    pair = packed(*partner.T).astype(np.uint64)
    order = order_of(pair, span[:, 0], span[:, 2])
    pairs, joined, highest = np.empty_like(pair), np.empty_like(span), np.empty_like(evidence)
    words = np.empty(len(pair), np.int64)
    columns = (pair[order], span[order], evidence[order])
    count = join_spans(*columns, GAP, pairs, joined, highest, words)
    both = np.stack([pairs >> np.uint64(32), pairs & np.uint64(0xFFFFFFFF)], axis=1)
    whole = joined[:, 1] - joined[:, 0] + joined[:, 3] - joined[:, 2]
    share = np.minimum(words / np.maximum(whole, 1), 1.0)
    return Joined(both[:count].astype(np.int32), joined[:count], highest[:count], share[:count])


def edits(token: U32, stem: U32, span: I64, pool: Executor) -> F64:
    """What was done to copied text (M, 2): shared runs of three words, words in order; as shares.

    token, stem: (N,); span: (M, 4)
    """
    from dedupe.kernels.rewording import describe_edits

    out = np.empty((len(span), 2))
    starts = range(0, len(span), _CHUNK)
    list(
        pool.map(
            lambda at: describe_edits(token, stem, span[at : at + _CHUNK], out[at : at + _CHUNK]),
            starts,
        )
    )
    return out


def kinds(shares: F64) -> U8:
    """`EditKind` (M,) by the shares (M, 2) of `edits`."""
    runs, in_order = shares.T
    moved = np.where(in_order < IN_ORDER, EditKind.REORDERED, EditKind.REWORDED)
    kept = np.where(runs >= VERBATIM, EditKind.VERBATIM, EditKind.EDITED)
    return np.where(runs >= EDITED, kept, moved).astype(np.uint8)
