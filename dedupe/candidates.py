"""Candidate pairs of passages: equal ones, and those that collide in a band."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from dedupe import memory
from dedupe.arrays import I32, I64, U32, U64, Bool


def _room(join: Callable[[U64], int], guess: int) -> U64:
    """Run a join that returns how many pairs it has; again where the room was too small."""
    out = memory.empty(guess, np.uint64)
    count = join(out)
    if count > guess:
        out = memory.empty(count, np.uint64)
        join(out)
    return out[:count]


class Passages(NamedTuple):
    """Where passages stand."""

    article: I32
    """(P,) passages with the same number are not paired, but for equal ones inside an article"""
    start: I64
    """(P,) first token"""
    length: I32
    """(P,) words"""


class Equals(NamedTuple):
    """Passages with the same words."""

    representative: I32
    """(P,) the first passage with the same words"""
    order: I32
    """(E,) passages that have equals, equals side by side"""
    group: I32
    """(P, 2) of a representative of several: where in `order` they begin, and their number"""


_HALVING = 1
"""Bits of content hashes that part the search for equals: two threads, in smaller tables each."""

_SWEPT = 64
"""Parts in which equals are looked for, for each one in which words would be looked up."""

Colliding = tuple[U64, np.uint64, I32]
"""Entries (E,) of a band, the mask of their numbers, passage and article (E, 2) of each."""


def equals_of(content: U64, token: U32, passages: Passages, pool: Executor) -> Equals:
    """Group passages with the same words. content: u64 (P,); token: (N,) of the corpus."""
    from dedupe.kernels.joining import find_equal, group_equal, mark_repeated

    count = len(content)
    words = 1 << max(count.bit_length() - 4 - _HALVING, 0)  # four to eight bits for each passage
    representative = memory.empty(count, np.int32)
    representative.fill(1)
    representative[:1] = 0
    np.cumsum(representative, out=representative)
    group = memory.zeros((count, 2), np.int32)

    def repeated(part: int) -> I32:
        some = memory.empty(count + 1, np.int32)
        seen, again = np.zeros((2, words), np.uint64)
        return some[: mark_repeated(content, part, _HALVING, seen, again, some)]

    def find(some: I32, table: I32) -> None:
        find_equal(
            some, content, token, passages.start, passages.length, table, representative, group
        )

    def ordered(some: I32) -> I32:
        order = memory.empty(len(some), np.int32)
        return order[: group_equal(some, representative, group, order)]

    halves = list(pool.map(repeated, range(1 << _HALVING)))
    tables = [np.full(2 << len(some).bit_length(), -1, np.int32) for some in halves]
    # Both sweep over the same words.
    cuts = np.linspace(0, count, memory.parts(_SWEPT * token.nbytes) + 1).astype(np.int32)
    edges = (pairwise(np.searchsorted(some, cuts).tolist()) for some in halves)
    for bounds in zip(*edges, strict=True):
        here = [some[slice(*edge)] for some, edge in zip(halves, bounds, strict=True)]
        list(pool.map(find, here, tables))
    orders = list(pool.map(ordered, halves))
    behind = 0
    for order in orders:
        group[order[representative[order] == order], 0] += behind
        behind += len(order)
    return Equals(representative, memory.joined(orders, np.int32), group)


def equal_pairs(
    equals: Equals, passages: Passages, settled: Bool, *, inside: int, accepted: int = -1
) -> U64:
    """Sorted pairs of passages with the same words; settled: (P,) of `settled_by`.

    Two passages of one article are paired only when its number is below `inside`, and they do not
    overlap. accepted: the number of all accepted articles, of which a passage meets all that have
    it; -1 for none.
    """
    from dedupe.kernels.joining import join_equal

    own = (equals.order, equals.group, settled, *passages)
    owner = np.empty(len(equals.order), np.int32)
    pairs = _room(
        lambda out: int(join_equal(*own, inside, accepted, owner, out)),
        len(owner) + 16,
    )
    pairs.sort()
    return pairs


def spread(proven: U64, equals: Equals, settled: Bool, article: I32, accepted: int = -1) -> U64:
    """Sorted pairs between the equals of proven pairs of representatives, a few of each.

    settled, accepted: as in `equal_pairs`
    """
    from dedupe.kernels.joining import spread as spread_kernel

    own = (equals.order, equals.group, settled, article)
    found = _room(
        lambda out: int(spread_kernel(proven, *own, accepted, out)),
        len(proven) + 16,
    )
    found.sort()
    return found


def band_pairs(
    colliding: Callable[[int], Colliding], bands: int, pool: Executor, accepted: int = -1
) -> tuple[U64, U64]:
    """Unique candidate pairs of different articles over all bands, sorted: of crowds, and others.

    colliding: the entries of a band, sorted, the mask of their numbers, and passage and article of
    each. Bands run side by side in the pool. accepted: as in `equal_pairs`

    Those of crowds are to be proven first: `settled_by`.
    """
    from dedupe.kernels.joining import NEIGHBOURS, join_band, part_crowds

    def one(band: int) -> U64:
        order, index_mask, place = colliding(band)
        entry, member, owner = np.empty((3, len(order)), np.int32)
        own = (order, index_mask, place, accepted, entry, member, owner)
        # Room that nobody touches costs nothing; only accepted articles meet more than so many.
        return _room(lambda out: int(join_band(*own, out)), NEIGHBOURS * len(order))

    pairs = memory.joined(list(pool.map(one, range(bands))), np.uint64)
    crowds = memory.empty(len(pairs), np.uint64)
    count = part_crowds(pairs, crowds)
    # One after the other: what is sorted is touched all over, and of 10 GB each takes gigabytes.
    return sorted_unique(crowds[: len(pairs) - count]), sorted_unique(pairs[:count])


def settled_by(proven: U64, passages: int) -> Bool:
    """Which of so many passages are proven to be like the leader of a crowd.

    They belong to a family, whatever they have in common with each other besides: of one article
    with 7,500 versions, that would be 80 pairs of articles for each.
    """
    from dedupe.kernels.joining import settle

    settled = np.zeros(passages, np.bool_)
    settle(proven, settled)
    return settled


def within(outer: Bool, some: Bool, passages: Passages) -> Bool:
    """Which of some passages lie within one of some others (P,) of their article."""
    from dedupe.kernels.joining import mark_within

    found = np.zeros(len(some), np.bool_)
    if outer.any():  # else nothing is swept over
        mark_within(*passages, some, outer, found)
    return found


def unsettled(pairs: U64, settled: Bool) -> U64:
    """The pairs of which a passage is not settled, in the same memory."""
    from dedupe.kernels.joining import drop_settled

    return pairs[: drop_settled(pairs, settled)] if settled.any() else pairs


def sorted_unique(values: U64) -> U64:
    """The distinct values, ascending, where they were. `np.unique` takes six times as long."""
    from dedupe.kernels.joining import drop_repeated

    values.sort()
    return values[: drop_repeated(values)]
