"""Candidate pairs of passages: equal ones, and those that collide in a band."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np

from dedupe.tables import I32, I64, U32, U64


def _room(join: Callable[[U64], int], guess: int) -> U64:
    """Run a join that returns how many pairs it has; again where the room was too small."""
    out = np.empty(guess, np.uint64)
    count = join(out)
    if count > guess:
        out = np.empty(count, np.uint64)
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


Colliding = tuple[U64, np.uint64, I32]
"""Entries (E,) of a band, the mask of their numbers, passage and article (E, 2) of each."""


def equals_of(content: U64, token: U32, passages: Passages) -> Equals:
    """Group passages with the same words. content: u64 (P,); token: (N,) of the corpus."""
    from dedupe.kernels.joining import group_equal, mark_repeated

    count = len(content)
    words = 1 << max(count.bit_length() - 4, 0)  # four to eight bits for each passage
    some = np.empty(count + 1, np.int32)
    marked = mark_repeated(content, np.zeros(words, np.uint64), np.zeros(words, np.uint64), some)
    some = some[:marked]
    representative = np.arange(count, dtype=np.int32)
    group, order = np.zeros((count, 2), np.int32), np.empty(marked, np.int32)
    table = np.full(2 << int(marked).bit_length(), -1, np.int32)
    grouped = group_equal(
        some, content, token, passages.start, passages.length, table, representative, group, order
    )
    return Equals(representative, order[:grouped], group)


def equal_pairs(equals: Equals, passages: Passages, *, inside: int, accepted: int = -1) -> U64:
    """Sorted pairs of passages with the same words.

    Two passages of one article are paired only when its number is below `inside`, and they do not
    overlap. accepted: the number of all accepted articles, of which a passage meets all that have
    it; -1 for none.
    """
    from dedupe.kernels.joining import join_equal

    own, owner = (equals.order, equals.group, *passages), np.empty(len(equals.order), np.int32)
    pairs = _room(
        lambda out: int(join_equal(*own, inside, accepted, owner, out)),
        len(owner) + 16,
    )
    pairs.sort()
    return pairs


def spread(proven: U64, equals: Equals, article: I32, accepted: int = -1) -> U64:
    """Sorted pairs between the equals of proven pairs of representatives, a few of each.

    accepted: as in `equal_pairs`
    """
    from dedupe.kernels.joining import spread as spread_kernel

    own = (equals.order, equals.group, article)
    found = _room(
        lambda out: int(spread_kernel(proven, *own, accepted, out)),
        len(proven) + 16,
    )
    found.sort()
    return found


def band_pairs(
    colliding: Callable[[int], Colliding], bands: int, pool: Executor, accepted: int = -1
) -> U64:
    """Unique candidate pairs of different articles over all bands, sorted.

    colliding: the entries of a band, sorted, the mask of their numbers, and passage and article of
    each. Bands run side by side in the pool. accepted: as in `equal_pairs`
    """
    from dedupe.kernels.joining import join_band

    def one(band: int) -> U64:
        order, index_mask, place = colliding(band)
        member, owner = np.empty(len(order), np.int32), np.empty(len(order), np.int32)
        return _room(
            lambda out: int(join_band(order, index_mask, place, accepted, member, owner, out)),
            len(order),
        )

    found = list(pool.map(one, range(bands)))
    return sorted_unique(np.concatenate(found)) if found else np.empty(0, np.uint64)


def sorted_unique(values: U64) -> U64:
    """The distinct values, ascending. `np.unique` hashes first, and takes six times as long."""
    values.sort()
    first = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return values[first]
