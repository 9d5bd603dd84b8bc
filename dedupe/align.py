"""From proven windows to maximal spans: every pair of articles that shares one is aligned."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np

from dedupe.tables import F32, I32, I64, U32, Bool, MatchTable

CHUNK = 256
"""Pairs of articles that one task aligns."""


class Seeds(NamedTuple):
    """Proven pairs of windows."""

    a: I32
    """(M,) article"""
    b: I32
    a_token: I64
    """(M,) first token of the window in a"""
    b_token: I64
    length: I32
    """(M,) words of the longer window"""


def _article_pairs(seeds: Seeds) -> tuple[Seeds, I64]:
    """Turn every seed so that a <= b, and sort them by pair; ragged offsets of the pairs."""
    swap = seeds.a > seeds.b
    a, b = np.where(swap, seeds.b, seeds.a), np.where(swap, seeds.a, seeds.b)
    a_token = np.where(swap, seeds.b_token, seeds.a_token)
    b_token = np.where(swap, seeds.a_token, seeds.b_token)
    order = np.lexsort((b_token, a_token, b, a))
    turned = Seeds(a[order], b[order], a_token[order], b_token[order], seeds.length[order])
    new = np.ones(len(order), bool)
    new[1:] = (turned.a[1:] != turned.a[:-1]) | (turned.b[1:] != turned.b[:-1])
    return turned, np.append(np.flatnonzero(new), len(order)).astype(np.int64)


def align(
    seeds: Seeds, token: U32, article_token: I64, min_words: int, pool: Executor
) -> MatchTable:
    """Align every pair of articles that shares a proven window.

    token: (N,) of the corpus; article_token: (D + 1,) first token of each article
    min_words: words of either side that must be matched
    """
    from dedupe.kernels.aligning import align as align_kernel

    seeds, first = _article_pairs(seeds)
    pair_a, pair_b = seeds.a[first[:-1]], seeds.b[first[:-1]]

    def one(at: int) -> tuple[I64, I64]:
        here = slice(at, min(at + CHUNK, len(pair_a)))
        a, b = pair_a[here], pair_b[here]
        room = 4 * len(a) + 16
        while True:
            owner, out = np.empty(room, np.int64), np.empty((room, 4), np.int64)
            rows = align_kernel(
                token, article_token[a], article_token[a + 1], article_token[b],
                article_token[b + 1], first[at : at + len(a) + 1], seeds.a_token, seeds.b_token,
                seeds.length, min_words, owner, out,
            )  # fmt: skip
            if rows <= room:
                return owner[:rows] + at, out[:rows]
            room = rows

    parts = list(pool.map(one, range(0, len(pair_a), CHUNK)))
    owner = np.concatenate([part[0] for part in parts]) if parts else np.empty(0, np.int64)
    spans = np.concatenate([part[1] for part in parts]) if parts else np.empty((0, 4), np.int64)
    a_start, a_end, b_start, b_end = (spans[:, column].copy() for column in range(4))
    shared = shingle_overlap(token, a_start, a_end, b_start, b_end, pool)
    union = shared[:, 0] + shared[:, 1] - shared[:, 2]
    table = MatchTable(
        a=pair_a[owner],
        b=pair_b[owner],
        a_start=a_start,
        a_end=a_end,
        b_start=b_start,
        b_end=b_end,
        similarity=_ratio(shared[:, 2], union),
        containment_a=_ratio(shared[:, 2], shared[:, 0]),
        containment_b=_ratio(shared[:, 2], shared[:, 1]),
    )
    return select(table, np.lexsort((table.b_start, table.a_start, table.b, table.a)))


def _ratio(part: I32, whole: I32) -> F32:
    return (part / np.maximum(whole, 1)).astype(np.float32)


def shingle_overlap(
    token: U32, a_start: I64, a_end: I64, b_start: I64, b_end: I64, pool: Executor
) -> I32:
    """Distinct shingles (M, 3) of a's span, of b's, and of both."""
    from dedupe.kernels.aligning import overlap

    out = np.empty((len(a_start), 3), np.int32)

    def one(at: int) -> None:
        part = slice(at, at + CHUNK)
        overlap(token, a_start[part], a_end[part], b_start[part], b_end[part], out[part])

    list(pool.map(one, range(0, len(a_start), CHUNK)))
    return out


def select(table: MatchTable, rows: I64 | Bool) -> MatchTable:
    """Some rows of a table of matches, in the order given."""
    return MatchTable(*(getattr(table, name)[rows] for name in MatchTable.__slots__))
