"""Candidates for reworded text: boxes of two articles that share pairs of nearby stems.

Spinning, shuffling and translating back leave no run of five words, but many pairs of stems that
stand beside each other, in either order. A pair that stands in a few articles is a hit; articles
with several hits close together are candidates. At the recall of this view, MinHash over sets of
stems proposes 8 to 100 times as many.

Legend: N tokens, D articles, Q candidates.
"""

from __future__ import annotations

from concurrent.futures import Executor
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from dedupe.tables import I32, I64, U8, U32, U64

COMMON = 0.4
"""Share of the articles above which a stem takes part in no pair. Leaving out those above 0.03
loses a sixth of the reworded passages."""
FEW = 8
"""Articles up to which no stem is common."""
_STEM_BITS = (10, 22)
"""Least and most bits that number the stems. Some share a number: their counts are a bit high."""
_PART_BITS = (1, 4)
_PART_KEYS = 1 << 22
"""Keys of a part; the parts of all keys are sorted one after the other, so memory is bounded."""
_COUNTERS = 1 << 24
"""Counters of the hits of two articles, 16 MB: those with too few are never written."""
_TASKS = 32


class Candidates(NamedTuple):
    """Where two articles may share a passage."""

    partner: I32
    """(Q, 2) two articles, the first below the second"""
    box: I64
    """(Q, 4) first token and end, in either article"""


class _Postings(NamedTuple):
    """Pairs of stems that stand in several articles, group by group."""

    token: U32
    article: I32
    group: I64


class _Kept(NamedTuple):
    """The words that take part."""

    stem: U32
    token: U32
    first: I64
    """(D + 1,)"""


def candidates(stem: U32, article_token: I64, owner: I32, pool: Executor) -> Candidates:
    """Find pairs of articles with several hits close together.

    stem: (N,); article_token: (D + 1,) first token of each article, or piece of one
    owner: (D,) articles with the same number, or one below 0, are not paired

    Words that stand in a copied passage take part: to leave them out halves the work, and loses one
    reworded passage in twenty, those of which there are copies elsewhere.
    """
    from dedupe.kernels import pairing

    if len(article_token) < 3:
        return Candidates(np.empty((0, 2), np.int32), np.empty((0, 4), np.int64))
    kept = _kept(stem, article_token)
    keys = 2 * len(kept.stem)
    bits = _clamped((keys // _PART_KEYS).bit_length(), _PART_BITS)
    places = np.searchsorted(article_token, np.arange(0, len(stem) + 64, 64), "right") - 1
    first_article = np.minimum(places, len(article_token) - 2).astype(np.int32)

    def one(part: int) -> _Postings:
        return _postings(kept, part, bits, first_article, article_token)

    postings = list(pool.map(one, range(1 << bits)))
    counter = _count_hits(postings, pool)
    hits, edges, place = _hits(postings, owner, counter, article_token, pool)

    def boxes(bounds: tuple[int, int]) -> Candidates:
        low, high = bounds
        room = int(edges[high] - edges[low]) // pairing.FEWEST
        partner, box = np.empty((room, 2), np.int32), np.empty((room, 4), np.int64)
        count = pairing.dense_boxes(hits, edges, low, high, article_token, *place, partner, box)
        return Candidates(partner[:count], box[:count])

    cuts = np.searchsorted(edges, np.linspace(0, edges[-1], _TASKS + 1)[1:-1]).tolist()
    bounds = [0, *cuts, len(edges) - 1]
    found = pool.map(boxes, pairwise(bounds))
    return Candidates._make(np.concatenate(column) for column in zip(*found, strict=True))


def _kept(stem: U32, article_token: I64) -> _Kept:
    """The words whose stem stands in two articles or more, and not in too many."""
    from dedupe.kernels.pairing import count_articles, keep_stems

    articles, slots = len(article_token) - 1, 1 << _clamped(len(stem).bit_length(), _STEM_BITS)
    count = np.zeros(slots, np.uint32)
    count_articles(stem, article_token, np.full(slots, -1, np.int32), count)
    chosen = (count >= 2) & (count <= max(FEW, COMMON * articles))
    kept, token = np.empty(len(stem) + 1, np.uint32), np.empty(len(stem) + 1, np.uint32)
    first = np.empty(articles + 1, np.int64)
    size = keep_stems(stem, chosen.view(np.uint8), article_token, kept, token, first)
    return _Kept(kept[:size], token[:size], first)


def _postings(
    kept: _Kept, part: int, part_bits: int, first_article: I32, article_token: I64
) -> _Postings:
    """The pairs of one part of all keys that stand in several articles."""
    from dedupe.kernels.pairing import group_pairs, list_pairs, mark_pairs

    keys = 2 * len(kept.stem) >> part_bits
    seen, shared = np.zeros((2, max(1 << keys.bit_length() >> 3, 1)), np.uint64)
    mark_pairs(kept.stem, kept.first, part, part_bits, seen, shared)
    entries = np.empty(keys + 64, np.uint64)
    arguments = (*kept, part, part_bits, shared)
    count = list_pairs(*arguments, entries)
    if count > len(entries):
        entries = np.empty(count, np.uint64)
        list_pairs(*arguments, entries)
    entries = entries[:count]
    entries.sort()
    token, article = np.empty(count, np.uint32), np.empty(count, np.int32)
    group = np.empty(count // 2 + 1, np.int64)
    groups, size = group_pairs(entries, first_article, article_token, token, article, group)
    return _Postings(token[:size].copy(), article[:size].copy(), group[: groups + 1].copy())


def _count_hits(postings: list[_Postings], pool: Executor) -> U8:
    """Hits of every two articles, up to 255, at a place that some may share."""
    from dedupe.kernels.pairing import count_hits

    def one(parts: list[_Postings]) -> U8:
        counter = np.zeros(_COUNTERS, np.uint8)
        for part in parts:
            count_hits(part.article, part.group, counter)
        return counter

    total, other = pool.map(one, (postings[::2], postings[1::2]))
    np.minimum(other, 255 - total, out=other)
    total += other
    return total


def _hits(
    postings: list[_Postings], owner: I32, counter: U8, article_token: I64, pool: Executor
) -> tuple[U64, I64, tuple[int, int]]:
    """The hits of articles that have enough of them, by their first article.

    Returns the hits, the first of each article (D + 1,), and the bits of a place and how many were
    dropped before.
    """
    from dedupe.kernels.pairing import count_rows, write_hits

    articles = len(owner)
    article_bits = max((articles - 1).bit_length(), 1)
    place_bits = (64 - article_bits) // 2
    longest = int(np.diff(article_token).max())
    place = (place_bits, max(longest.bit_length() - place_bits, 0))

    def rows(part: _Postings) -> I64:
        found = np.zeros(articles, np.int64)
        count_rows(part.article, part.group, owner, counter, found)
        return found

    counts = np.array(list(pool.map(rows, postings)))
    edges = np.append(0, np.cumsum(counts.sum(axis=0)))
    following = edges[:-1] + np.cumsum(counts, axis=0) - counts
    hits = np.empty(int(edges[-1]), np.uint64)

    def write(number: int) -> None:
        write_hits(
            *postings[number], owner, counter, article_token, *place, following[number], hits
        )

    list(pool.map(write, range(len(postings))))
    return hits, edges, place


def _clamped(value: int, limits: tuple[int, int]) -> int:
    return min(max(value, limits[0]), limits[1])
