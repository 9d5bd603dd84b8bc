"""Candidates for reworded text: boxes of two articles that share pairs of nearby stems.

Spinning, shuffling and translating back leave no run of five words, but many pairs of stems that
stand beside each other, in either order. A pair that stands in a few articles is a hit; articles
with several hits close together are candidates. At the recall of this view, MinHash over sets of
stems proposes 8 to 100 times as many.

Legend: N tokens, D articles, Q candidates.
"""

from __future__ import annotations

from concurrent.futures import Executor
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from dedupe import memory
from dedupe.arrays import I32, I64, U32, U64, Bool
from dedupe.memory import Scratch
from dedupe.tables import Boxes

COMMON = 0.4
"""Share of the articles above which a stem takes part in no pair. Leaving out those above 0.03
loses a sixth of the reworded passages. Leaving out pairs of common stems, those to be expected in
four places by chance, takes a sixth less time for 1 GB and costs nothing in 88 MB; but among 500 MB
of other words plagdet falls from .914 to .877, and to .905 with those expected in 16."""
FEW = 8
"""Articles up to which no stem is common."""
CHAIN, MANY = 2, 64
"""Later articles that an article meets where more than 16 have a pair of stems, and where these are
accepted ones."""
_PART_BITS = (1, 8)
_PART_KEYS = 1 << 19
"""Keys of a part at most, but for the largest corpora: the second cache holds and sorts them."""
_ROOM = 1 << 18
"""Room for the candidates of a task; where it does not suffice all is searched again, and what is
not used is never touched."""
_TASKS = 32
_CELLS = 1 << 16
"""Counters of the hits of an article at most, by where they stand; the second cache holds them."""
_ROW_BYTES, _POSTING_BYTES = 4, 16
"""Of the row of a posting; where these are in files, with it and a part of those it meets."""
_SCRATCH = Scratch()


class _Groups(NamedTuple):
    """The pairs of stems that stand in several articles."""

    posting: U64
    """(P,) group by group; between the parts of the halves lies what is none"""
    halves: list[list[range]]
    """The parts that hold postings, half of them for either of two threads"""
    counts: I64
    """(2, D) how many postings of each article meet others, in each half"""


class _Postings(NamedTuple):
    """Postings, group by group, and by article."""

    posting: U64
    """(P,)"""
    by_article: U32
    """(P,) rows"""
    edges: I64
    """(D + 1,) first row of each article"""


def candidates(
    stem: U32, article_token: I64, owner: I32, frequency: I32, pool: Executor, accepted: int = -1
) -> Boxes:
    """Find pairs of articles with several hits close together.

    stem: (N,); article_token: (D + 1,) first token of each article, or piece of one
    owner: (D,) articles with the same number, or one below 0, are not paired
    frequency: of `rarity.stem_frequency`
    accepted: the number of all accepted articles, which stand behind the others; -1 for none

    Words that stand in a copied passage take part: to leave them out halves the work, and loses one
    reworded passage in twenty, those of which there are copies elsewhere.
    """
    from dedupe.kernels import pairing

    articles = len(article_token) - 1
    if articles < 2:
        return Boxes.none()
    telling = frequency <= max(FEW, COMMON * articles)
    groups = _groups(stem, telling, article_token, pool)
    article_bits = max((articles - 1).bit_length(), 1)
    place_bits = (64 - article_bits) // 2
    longest = int(np.diff(article_token).max())
    chain, first = CHAIN, articles
    if accepted >= 0:  # they are not linked with each other, so the others meet as many as they can
        chain, first = MANY, int(np.append(np.flatnonzero(owner == accepted), articles)[0])
    most_met = max(chain, pairing.CAP)
    packing = (place_bits, max(longest.bit_length() - place_bits, 0))

    def boxes(postings: _Postings, bounds: tuple[int, int]) -> Boxes:
        low, high = bounds
        posting, by_article, edges = postings
        most = int(np.diff(edges[low : high + 1]).max(initial=0))
        cells, behind = np.zeros(_CELLS, np.uint8), np.zeros(articles, np.int32)
        most_hits = most * most_met + pairing.TAIL
        met, hits, grouped = (
            _SCRATCH.empty(name, most_hits, np.uint64) for name in ("met", "hits", "grouped")
        )
        place = _SCRATCH.empty("place", most_hits, np.uint32)
        partners = _SCRATCH.empty("partners", most_hits, np.int32)
        room = _ROOM
        while True:
            partner, box = np.empty((room, 2), np.int32), np.empty((room, 4), np.int64)
            count = pairing.dense_boxes(
                posting, by_article, edges, low, high, owner, chain, article_token, *packing,
                cells, behind, met, place, hits, grouped, partners, partner, box,
            )  # fmt: skip
            if count <= room:
                return Boxes(partner[:count].copy(), box[:count].copy())
            room = count

    found: list[Boxes] = []
    for low, high in _ranges(groups, first):
        held = groups if high - low == first else _later(groups, (low, high), most_met, pool)
        postings = _by_article(held, (low, high), pool)
        edges = postings.edges
        tasks = np.linspace(edges[low], edges[high], _TASKS + 1)[1:-1]
        cuts = np.searchsorted(edges, tasks).tolist()
        found += pool.map(partial(boxes, postings), pairwise([low, *cuts, high]))
    return Boxes.joined(found)


def _ranges(groups: _Groups, articles: int) -> list[tuple[int, int]]:
    """Ranges of the first articles whose postings, and those they meet, can be held in memory."""
    each = _ROW_BYTES if memory.fits(groups.posting.nbytes) else _POSTING_BYTES
    postings = sum(len(part) for half in groups.halves for part in half)
    count = min(memory.parts(postings * each), articles)
    if count <= 1:
        return [(0, articles)]
    edges = np.append(0, np.cumsum(groups.counts[:, :articles].sum(axis=0)))
    cuts = np.searchsorted(edges, np.linspace(0, edges[-1], count + 1)[1:-1]).tolist()
    return list(pairwise([0, *cuts, articles]))


def repeats(stem: U32, article_token: I64, owner: I32, telling: Bool, pool: Executor) -> Boxes:
    """Find where an article may say something twice, the earlier place and the later one.

    stem, article_token, owner: as in `candidates`, but that only those below 0 are left out
    telling: (2 ** k,) whether a stem takes part, by its upper bits. Inside one article few pairs
    of common stems are as rare as they are between two.
    """
    from dedupe.kernels.pairing import repeated_boxes

    chosen = telling.view(np.uint8)

    def boxes(bounds: tuple[int, int]) -> Boxes:
        room = _ROOM
        while True:
            article, box = np.empty(room, np.int32), np.empty((room, 4), np.int64)
            count = repeated_boxes(stem, chosen, article_token, owner, *bounds, article, box)
            if count >= 0:
                return Boxes(np.stack([article[:count]] * 2, axis=1), box[:count].copy())
            room *= 4

    parts = np.linspace(0, article_token[-1], _TASKS + 1)[1:-1]
    cuts = np.searchsorted(article_token, parts).tolist()
    found = pool.map(boxes, pairwise([0, *cuts, len(article_token) - 1]))
    return Boxes.joined(found)


def _later(groups: _Groups, bounds: tuple[int, int], ahead: int, pool: Executor) -> _Groups:
    """The postings of a range of articles, and those of later articles that they meet.

    Those of a corpus lie anywhere in the files that they are kept in; to read all of them once for
    each range, in their order, takes a twentieth of the time of waiting for each.
    """
    from dedupe.kernels.pairing import GROUP, TAIL, later_postings

    posting, halves, counts = groups
    room = [0, *(sum(map(len, half)) + TAIL for half in halves)]
    held = np.empty(sum(room), np.uint64)  # what nobody writes to is not there

    def copy(half: int) -> list[range]:
        first = at = room[half]
        for part in halves[half]:
            at += later_postings(posting[part.start : part.stop], *bounds, ahead, held[at:])
        held[at : at + TAIL] = GROUP
        return [range(first, at)]

    return _Groups(held, list(pool.map(copy, range(len(halves)))), counts)


def _by_article(groups: _Groups, bounds: tuple[int, int], pool: Executor) -> _Postings:
    """Postings with those of a range of articles that meet others, by article."""
    from dedupe.kernels.pairing import list_postings

    low, high = bounds
    posting, halves, counts = groups
    own = np.zeros(counts.shape[1] + 1, np.int64)
    own[low + 1 : high + 1] = counts[:, low:high].sum(axis=0)
    edges = np.cumsum(own)
    rows = np.empty(int(edges[-1]) + 1, np.uint32)
    # Of what belongs to no one the last row is written over again and again.
    following = np.tile(edges[low : high + 1], (len(halves), 1))
    following[1:, :-1] += np.cumsum(counts[:-1, low:high], axis=0)

    def list_half(half: int) -> None:
        for part in halves[half]:
            list_postings(posting, part.start, part.stop, low, high, following[half], rows)

    list(pool.map(list_half, range(len(halves))))
    return _Postings(posting, rows, edges)


def _groups(stem: U32, telling: Bool, article_token: I64, pool: Executor) -> _Groups:
    """Group the pairs of stems.

    telling: (2 ** k,) whether a stem takes part, by its upper bits
    """
    from dedupe.kernels.pairing import (
        ARTICLE_WORDS,
        GROUP,
        TAIL,
        count_keys,
        group_pairs,
        write_keys,
    )

    articles = len(article_token) - 1
    bits = _clamped((2 * len(stem) // _PART_KEYS).bit_length(), _PART_BITS)
    words = np.empty((2, 2, int(np.diff(article_token).max())), np.uint32)
    chosen = telling.view(np.uint8)
    halves = [
        (stem, chosen, article_token, *bounds, bits)
        for bounds in ((0, articles // 2), (articles // 2, articles))
    ]
    keys = np.zeros((2, 1 << bits), np.int64)
    list(pool.map(lambda h: count_keys(*halves[h], words[h], keys[h]), (0, 1)))
    edges = np.append(0, np.cumsum(keys.sum(axis=0)))
    following = edges[:-1] + np.cumsum(keys, axis=0) - keys
    posting = memory.empty(int(edges[-1]) + TAIL, np.uint64, held=True)
    posting[-TAIL:] = GROUP
    list(pool.map(lambda h: write_keys(*halves[h], words[h], following[h], posting), (0, 1)))
    first_article = np.repeat(
        np.arange(articles, dtype=np.int32), np.diff(-(-article_token // ARTICLE_WORDS))
    )
    counts = np.zeros((2, articles), np.int64)

    def group(half: int) -> list[range]:
        parts = []
        for part in range(half << (bits - 1), (half + 1) << (bits - 1)):
            entries = posting[edges[part] : edges[part + 1]]
            entries.sort()
            size = group_pairs(entries, first_article, article_token, counts[half])
            parts.append(range(int(edges[part]), int(edges[part]) + size))
        return parts

    return _Groups(posting, list(pool.map(group, (0, 1))), counts)


def _clamped(value: int, limits: tuple[int, int]) -> int:
    return min(max(value, limits[0]), limits[1])
