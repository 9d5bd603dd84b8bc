"""From proven passages to maximal spans: every pair of articles that shares some is aligned."""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np
from msgspec import structs

from dedupe import memory
from dedupe.arrays import F64, I32, I64, U32, U64, order_of, packed
from dedupe.tables import Boxes, MatchTable

CHUNK = 256
"""Pairs of articles that one task aligns."""
MATCHES, SPANS = 1 << 15, 64
"""Room for the matches in the making of one pair of articles, and for the spans made of each of
many; only what is used is ever touched."""
PAD, EDGE = 120, 12
"""Words around proven passages within which more is looked for; four times as many where a match
that fills half of them comes as near to their edge."""


def merged(boxes: Boxes) -> Boxes:
    """One box for each pair of articles, sorted by pair."""
    from dedupe.kernels.aligning import merge_boxes

    pair = packed(*boxes.partner.T)
    first, around = np.empty(len(pair), np.int64), np.empty((len(pair), 4), np.int64)
    count = merge_boxes(pair, order_of(pair), boxes.box, first, around)
    return Boxes(boxes.partner[first[:count]], around[:count])


def align(boxes: Boxes, token: U32, piece_token: I64, min_words: int, pool: Executor) -> MatchTable:
    """Align every pair of pieces of articles that shares a proven pair of passages.

    boxes: around the passages of pieces; pairs may occur twice
    token: (N,) of the corpus; piece_token: first token of each piece, then N. The table has the
    numbers of pieces for those of articles.
    min_words: words of either side that must be matched
    """
    boxes = merged(boxes)
    nearby = memory.part_by_part(boxes.box[:, 2], len(token), token.itemsize)
    partner, box = boxes if nearby is None else boxes.rows(nearby)
    first, last = piece_token[partner], piece_token[partner + 1]
    pad, left = PAD, np.arange(len(partner))
    found = [(np.empty(0, np.int64), np.empty((0, 4), np.int64))]
    while len(left):
        low = np.maximum(box[left, ::2] - pad, first[left])
        high = np.minimum(box[left, 1::2] + pad, last[left])
        around = np.stack([low, high], axis=2).reshape(-1, 4)
        owner, span = _aligned(token, around, partner[left], min_words, pool)
        # What fills the words around up to their edge may go on behind it.
        cut = (span[:, ::2] - low[owner] < EDGE) & (low > first[left])[owner]
        cut |= (high[owner] - span[:, 1::2] < EDGE) & (high < last[left])[owner]
        cut &= 2 * (span[:, 1::2] - span[:, ::2]) >= (high - low)[owner]
        again = np.zeros(len(left), np.bool_)
        again[owner[cut.any(axis=1)]] = True
        found.append((left[owner[~again[owner]]], span[~again[owner]]))
        left, pad = left[again], 4 * pad
    owner, span = (np.concatenate(column) for column in zip(*found, strict=True))
    return ordered(measured(partner[owner], span, token, pool))


def _aligned(
    token: U32, around: I64, partner: I32, min_words: int, pool: Executor
) -> tuple[I64, I64]:
    """Matches of pairs of articles within some words of either (Q, 4): pair, and span (M, 4)."""
    from dedupe.kernels.aligning import align as align_kernel

    itself = partner[:, 0] == partner[:, 1]

    def one(at: int) -> tuple[I64, I64]:
        here = slice(at, at + CHUNK)
        room, matches = SPANS * CHUNK, MATCHES
        while True:
            owner, out = np.empty(room, np.int64), np.empty((room, 4), np.int64)
            rows = align_kernel(
                token, around[here], itself[here], min_words, np.empty((matches, 4), np.int32),
                np.empty(matches, np.int32), np.empty((matches, 7), np.int32), owner, out,
            )  # fmt: skip
            if rows < 0:
                matches *= 4
            elif rows > room:
                room = rows
            else:
                return owner[:rows] + at, out[:rows]

    parts = list(pool.map(one, range(0, len(partner), CHUNK)))
    owner = np.concatenate([part[0] for part in parts])
    return owner, np.concatenate([part[1] for part in parts])


def measured(partner: I32, span: I64, token: U32, pool: Executor) -> MatchTable:
    """Matches of some spans (M, 4) of pairs (M, 2), with their exact similarity."""
    a, b = partner.T.copy()
    a_start, a_end, b_start, b_end = span.T.copy()
    similarity, in_b, in_a = shingle_overlap(token, a_start, a_end, b_start, b_end, pool).T
    return MatchTable(a, b, a_start, a_end, b_start, b_end, similarity, in_b, in_a)


def of_articles(table: MatchTable, article: I32) -> MatchTable:
    """Matches of articles from those of their pieces; article: that of each piece, ascending."""
    if np.array_equal(article, np.arange(len(article))):
        return table
    return ordered(structs.replace(table, a=article[table.a], b=article[table.b]))


def ordered(table: MatchTable) -> MatchTable:
    """Matches by their articles and places."""
    return table.rows(order_of(table.a, table.b, table.a_start, table.b_start))


def shingle_overlap(
    token: U32, a_start: I64, a_end: I64, b_start: I64, b_end: I64, pool: Executor
) -> F64:
    """Exact similarity of pairs of spans (M, 3).

    The Jaccard similarity of their shingles, the share of a's that stand in b, that of b's in a.
    """
    from dedupe.kernels.aligning import overlap

    out = np.empty((len(a_start), 3))
    nearby = memory.part_by_part(b_start, len(token), token.itemsize)
    if nearby is not None:
        a_start, a_end, b_start, b_end = (
            column[nearby] for column in (a_start, a_end, b_start, b_end)
        )

    def one(at: int) -> None:
        part = slice(at, at + CHUNK)
        spans = (a_start[part], a_end[part], b_start[part], b_end[part])
        overlap(token, *spans, *overlap_room(*spans), out[part])

    list(pool.map(one, range(0, len(a_start), CHUNK)))
    if nearby is not None:
        out[nearby] = out.copy()
    return out


def overlap_room(a_start: I64, a_end: I64, b_start: I64, b_end: I64) -> tuple[U32, U64]:
    """Scratch memory of the kernel `overlap` for some spans."""
    longest = int(max((a_end - a_start).max(initial=0), (b_end - b_start).max(initial=0)))
    slots = max(64, 4 << longest.bit_length())
    return np.empty((4, longest), np.uint32), np.empty(slots, np.uint64)
