"""Bands of the LSH: how many of how many rows, and the keys of the passages of a corpus."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from dedupe import memory
from dedupe.arrays import I32, U8, U32, U64, Bool


class Banding(Struct, frozen=True):
    """B bands of R rows; two sketches collide when all rows of one band agree."""

    bands: int
    rows: int

    def chance(self, similarity: float) -> float:
        """Probability that a pair of this Jaccard similarity becomes a candidate.

        1 - (1 - J^R)^B: Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, section 3.4.2.
        """
        return float(1.0 - (1.0 - similarity**self.rows) ** self.bands)


_AT_ONCE = 16
"""Batches that are swept over before somebody looks at what is held."""
ROWS = 2
"""Exact proof is so cheap (0.3 us) that few rows and some false candidates win: 8 x 2 takes half
the time of 32 x 4 behind the tokens, and finds more."""


def choose(similarity: float, missed: float) -> Banding:
    """The fewest bands that miss at most the share `missed` of pairs of a Jaccard similarity.

    Raises ValueError for a similarity outside (0, 1] or an error rate outside (0, 1).
    """
    if not 0.0 < similarity <= 1.0 or not 0.0 < missed < 1.0:
        raise ValueError(f"no banding for similarity {similarity} and error rate {missed}")
    bands = 1
    while (1.0 - similarity**ROWS) ** bands > missed and bands < 64:
        bands += 1
    return Banding(bands, ROWS)


class Part(NamedTuple):
    """The passages of a batch, as the bands see them."""

    keys: U32
    """(bands, K) of those that are joined by bands"""
    use: I32
    """(E,) which of those take part, ascending"""
    passage: I32
    """(E,) their numbers among all passages of the batch"""
    article: I32
    """(P,)"""
    first: int
    """Passages of earlier batches"""


class Workspace(threading.local):
    """Memory of one thread, for one band after the other: fresh memory costs more than a sort."""

    def __init__(self, entries: int) -> None:
        words = 1 << min(max(entries.bit_length() - 3, 0), 26)  # eight to sixteen bits an entry
        self.seen = np.empty(words, np.uint64)
        self.shared = np.empty(words, np.uint64)
        self.order = np.empty(entries, np.uint64)
        self.place = np.empty((entries, 2), np.int32)


def parts(
    keys: Sequence[U32], sizes: Sequence[int], kind: U8, use: Bool, article: I32, pool: Executor
) -> list[Part]:
    """The passages of all batches.

    keys: (bands, K) of each batch, of passages whose kind is not 0; sizes: passages of each
    kind, article: (P,); use: (P,) those that take part
    """

    def one(part: U32, first: int, behind: int) -> Part:
        here = slice(first, behind)
        passage = np.flatnonzero(kind[here]).astype(np.int32)
        chosen = np.flatnonzero(use[here][passage]).astype(np.int32)
        passage = memory.kept(passage[chosen])
        return Part(part, memory.kept(chosen), passage, article[here], first)

    bounds = list(accumulate(sizes, initial=0))
    return list(pool.map(one, keys, bounds[:-1], bounds[1:]))


def index_bits(passages: int) -> int:
    """Bits that number the passages."""
    return max(1, int(passages - 1).bit_length()) if passages > 1 else 1


def colliding(
    batches: Sequence[Part], band: int, bits: int, workspace: Workspace
) -> tuple[U64, np.uint64, I32]:
    """The entries (E,) of a band whose key may stand in several articles, sorted.

    bits: those that number all passages, at least. An entry is the key, as many bits of the next
    band's key as fit, and the number of the entry: so the most similar members of a bucket become
    neighbours, with one sort of plain numbers, the fastest there is. Keys of one article alone,
    nine of ten, are left out before: that costs 8 ns an entry, to sort and join them 40.

    Returns the entries, the mask of their numbers, and passage and article (E, 2) of each; they
    hold until the next call.
    """
    from dedupe.kernels.joining import mark_shared, pack_shared

    seen, shared = workspace.seen, workspace.shared
    seen[:] = 0
    shared[:] = 0
    for part in _swept_over(batches):
        mark_shared(part.keys[band], part.use, part.passage, part.article, seen, shared)
    count = 0
    for part in _swept_over(batches):
        count = pack_shared(
            part.keys[band], part.keys[(band + 1) % len(part.keys)], part.use, part.passage,
            part.article, part.first, shared, bits, count, workspace.order, workspace.place,
        )  # fmt: skip
    order = workspace.order[:count]
    order.sort()
    return order, np.uint64((1 << bits) - 1), workspace.place


def _swept_over(batches: Sequence[Part]) -> Iterator[Part]:
    """The batches, one by one; what is mapped meanwhile is given back where it is too much."""
    for number, part in enumerate(batches):
        if number % _AT_ONCE == 0:
            memory.give_back()
        yield part


def usable(kind: U8, representative: I32, equal: I32) -> Bool:
    """Passages that take part in the bands: with shingles, and the first of their equals.

    kind, representative: (P,); equal: those that have equals, or more
    """
    taking_part: Bool = kind > 0
    taking_part[equal[representative[equal] != equal]] = False
    return taking_part
