"""Exact proof of candidate pairs."""

from __future__ import annotations

import threading
from concurrent.futures import Executor
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from dedupe import memory
from dedupe.arrays import F32, I32, I64, U32, U64, distinct
from dedupe.tables import Boxes

CHUNK = 1 << 14
"""Pairs that one task proves."""


class Passages(NamedTuple):
    """Where passages stand, and which have the same words."""

    article: I32
    """(P,) ascending"""
    start: I64
    """(P,) first token"""
    length: I32
    """(P,) words"""
    group: I32
    """(P, 2) the second number is above 0 for the first of several passages with the same words"""


class Limits(NamedTuple):
    """Exact Jaccard similarities of the five-word shingles of two passages."""

    proven: float
    related: float
    """A smaller one"""


class Proofs(NamedTuple):
    """What is known of pairs of passages."""

    boxes: Boxes
    """Around all proven pairs of passages of two articles"""
    proven: U64
    """Packed"""
    related: U64
    """The same, with those that are less similar, or of passages without equals that lie in the box
    of proven ones"""


def prove(
    known: U64, pairs: U64, limits: Limits, token: U32, passages: Passages, pool: Executor
) -> Proofs:
    """Boxes around all proven pairs of passages, and the pairs that are proven or related.

    known, pairs: packed and sorted; the former need no proof

    No proof is made for passages without equals that lie in the box of proven ones already: whether
    they are similar changes nothing. Of candidates that leaves half.
    """
    # The first passages ascend, the others lie anywhere.
    count = memory.parts(token.nbytes)
    if count == 1:
        return _prove(known, pairs, limits, token, passages, pool)
    cuts = np.linspace(0, len(passages.article), count + 1).astype(np.int64)[1:-1]
    edges = np.searchsorted(passages.article, passages.article[cuts]).tolist()
    found = []
    for low, high in pairwise([0, *edges, len(passages.article)]):
        near, proposed = _between(known, low, high), _between(pairs, low, high)
        found.append(_prove(near, proposed, limits, token, passages, pool))
    return Proofs(
        Boxes.joined(part.boxes for part in found),
        memory.joined([part.proven for part in found], np.uint64),
        memory.joined([part.related for part in found], np.uint64),
    )


def _between(pairs: U64, low: int, high: int) -> U64:
    """The pairs whose second passage is in a range."""
    from dedupe.kernels.joining import second_between

    out = memory.empty(len(pairs) + 1, np.uint64)
    return out[: second_between(pairs, low, high, out)]


def _prove(
    known: U64, pairs: U64, limits: Limits, token: U32, passages: Passages, pool: Executor
) -> Proofs:
    """The same, of all pairs at once."""
    from dedupe.kernels.joining import prove as prove_kernel

    out = np.empty(len(pairs), np.float32)
    scratch = threading.local()
    articles = int(passages.article[-1]) + 1 if len(passages.article) else 0

    def one(bounds: tuple[np.uint64, np.uint64]) -> Boxes:
        if not hasattr(scratch, "row_of"):
            scratch.row_of = np.full(articles, -1, np.int32)
        low, high = np.searchsorted(pairs, bounds)
        first, last = np.searchsorted(known, bounds)
        room = high - low + last - first
        partner, box = np.empty((room, 2), np.int32), np.empty((room, 4), np.int64)
        rows = prove_kernel(
            known[first:last], pairs[low:high], *limits, token, *passages, scratch.row_of,
            partner, box, out[low:high],
        )  # fmt: skip
        return Boxes(partner[:rows], box[:rows])

    found = list(pool.map(one, pairwise(_article_bounds(known, pairs, passages.article))))
    return Proofs(Boxes.joined(found), pairs[out >= limits.proven], pairs[out >= limits.related])


def _article_bounds(known: U64, pairs: U64, article: I32) -> list[np.uint64]:
    """Cut sorted pairs into runs of about `CHUNK`, so that no article's pairs are parted."""
    many = max(known, pairs, key=len)[CHUNK::CHUNK]
    first = article[(many >> np.uint64(32)).astype(np.int64)]
    bounds = distinct(np.searchsorted(article, first)).astype(np.uint64) << np.uint64(32)
    return [np.uint64(0), *bounds, np.uint64(2**64 - 1)]


def similarities(pairs: U64, token: U32, start: I64, length: I32, pool: Executor) -> F32:
    """Exact Jaccard similarity (M,) of the five-word shingles of packed, sorted pairs."""
    from dedupe.kernels.joining import prove as prove_kernel

    out = np.empty(len(pairs), np.float32)
    none = np.empty((0, 4), np.int64)
    numbers = np.empty((0, 2), np.int32)

    def one(at: int) -> None:
        part = pairs[at : at + CHUNK]
        prove_kernel(
            part[:0], part, 0.0, 0.0, token, np.zeros(len(start), np.int32), start, length, numbers,
            numbers[:, 0], numbers, none, out[at : at + CHUNK],
        )  # fmt: skip

    list(pool.map(one, range(0, len(pairs), CHUNK)))
    return out
