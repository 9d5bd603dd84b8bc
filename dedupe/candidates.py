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


class Passages(NamedTuple):
    """Where passages stand."""

    article: I32
    """(P,) passages with the same number are not paired, unless `inside` is set"""
    start: I64
    """(P,) first token"""
    length: I32
    """(P,) words"""


def equal_pairs(
    content: U64, token: U32, passages: Passages, *, inside: bool
) -> tuple[U64, I32]:
    """Pairs of passages with the same words, and the representative (P,) of every passage.

    Two passages of one article are paired only when `inside` is set and they do not overlap.
    """
    from dedupe.kernels.joining import join_equal

    mask = np.uint64((1 << index_bits(len(content))) - 1)
    order = (content & ~mask) | np.arange(len(content), dtype=np.uint64)
    order.sort()
    representative = np.arange(len(content), dtype=np.int32)

    def join(out: U64) -> int:
        return int(
            join_equal(
                order, mask, token, passages.start, passages.length, passages.article, inside,
                representative, out,
            )  # fmt: skip
        )

    return _room(join, len(content) // 2 + 16), representative


def band_pairs(
    sort_band: Callable[[int, U64], None], bands: int, entries: int, article: I32, pool: Executor
) -> U64:
    """Unique candidate pairs of different articles over all bands, sorted.

    sort_band: writes the sorted entries (E,) of a band. Bands run side by side in the pool; a
    thread uses its memory for one band after the other, since fresh memory costs more than the
    sort.
    """
    from dedupe.kernels.joining import join_band

    mask = np.uint64((1 << index_bits(len(article))) - 1)
    scratch = threading.local()

    def one(band: int) -> U64:
        if not hasattr(scratch, "order"):
            scratch.order = np.empty(entries, np.uint64)
        order: U64 = scratch.order
        sort_band(band, order)
        return _room(
            lambda out: int(join_band(order, mask, article, out)), entries // 4 + 16
        )

    found = list(pool.map(one, range(bands)))
    return sorted_unique(np.concatenate(found)) if found else np.empty(0, np.uint64)


def sorted_unique(values: U64) -> U64:
    """The distinct values, ascending. `np.unique` hashes first, and takes six times as long."""
    values.sort()
    first = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return values[first]
