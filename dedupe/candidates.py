"""Candidate pairs of passages: equal ones, and those that collide in a band."""

from __future__ import annotations

import threading
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


def index_bits(passages: int) -> int:
    """Bits that number the passages."""
    return max(1, int(passages - 1).bit_length()) if passages > 1 else 1


def _index_mask(passages: int) -> np.uint64:
    return np.uint64((1 << index_bits(passages)) - 1)


class Passages(NamedTuple):
    """Where passages stand."""

    article: I32
    """(P,) passages with the same number are not paired, unless `inside` is set"""
    start: I64
    """(P,) first token"""
    length: I32
    """(P,) words"""


class Equals(NamedTuple):
    """Passages with the same words."""

    pairs: U64
    """(M,) packed pairs"""
    representative: I32
    """(P,) the first passage with the same words"""
    order: U64
    """(P,) passages, equals side by side"""
    group: I32
    """(P, 2) of a representative of several: where in `order` they begin, and their number"""


def equal_pairs(content: U64, token: U32, passages: Passages, *, inside: bool) -> Equals:
    """Pair passages with the same words.

    content: u64 (P,); token: (N,) of the corpus. Two passages of one article are paired only when
    `inside` is set and they do not overlap.
    """
    from dedupe.kernels.joining import join_equal

    mask = _index_mask(len(content))
    order = (content & ~mask) | np.arange(len(content), dtype=np.uint64)
    order.sort()
    representative = np.arange(len(content), dtype=np.int32)
    group = np.zeros((len(content), 2), np.int32)

    def join(out: U64) -> int:
        return int(
            join_equal(
                order, mask, token, passages.start, passages.length, passages.article, inside,
                representative, group, out,
            )
        )  # fmt: skip

    return Equals(_room(join, len(content) // 2 + 16), representative, order, group)


def spread(proven: U64, equals: Equals, article: I32) -> U64:
    """Pairs between the equals of proven pairs of representatives, a few of each."""
    from dedupe.kernels.joining import spread as spread_kernel

    mask = _index_mask(len(article))
    return _room(
        lambda out: int(spread_kernel(proven, equals.order, mask, equals.group, article, out)),
        len(proven) + 16,
    )


def band_pairs(
    sort_band: Callable[[int, U64], None], bands: int, entries: int, article: I32, pool: Executor
) -> U64:
    """Unique candidate pairs of different articles over all bands, sorted.

    sort_band: writes the sorted entries (E,) of a band. Bands run side by side in the pool; a
    thread uses its memory for one band after the other, since fresh memory costs more than the
    sort.
    """
    from dedupe.kernels.joining import join_band

    mask = _index_mask(len(article))
    scratch = threading.local()

    def one(band: int) -> U64:
        if not hasattr(scratch, "order"):
            scratch.order = np.empty(entries, np.uint64)
        order: U64 = scratch.order
        sort_band(band, order)
        return _room(lambda out: int(join_band(order, mask, article, out)), entries // 4 + 16)

    found = list(pool.map(one, range(bands)))
    return sorted_unique(np.concatenate(found)) if found else np.empty(0, np.uint64)


def sorted_unique(values: U64) -> U64:
    """The distinct values, ascending. `np.unique` hashes first, and takes six times as long."""
    values.sort()
    first = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return values[first]
