"""The words in which two copies of a passage differ."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np

from dedupe.arrays import I32, I64, U8, U32

MAX_DIFFERENCES = 120
"""Differing words up to which two passages are compared word by word."""
MOST_DIFFERENCES = 2000
"""The same where somebody looks at the two: 32 MB of memory, and at most some milliseconds."""


CHUNK = 1024
"""Pairs that are compared at once."""


class Edits(NamedTuple):
    """Runs of differing words of P pairs of passages."""

    total: I32
    """(P,) runs of each pair; none where more than `MAX_DIFFERENCES` words differ"""
    pair: I64
    """(E,) pair of each listed run"""
    runs: I64
    """(E, 4) tokens of the corpus: from, to in the first, from, to in the second passage; either
    stretch may be empty"""


def first_edits(
    token: U32, spans: I64, limit: int, differences: int = MAX_DIFFERENCES,
    pool: Executor | None = None,
) -> Edits:  # fmt: skip
    """The first `limit` runs of differing words of each pair; spans: (P, 4) as `Edits.runs`.

    differences: differing words up to which a pair is compared; pool: compares, if there is one
    """
    from dedupe.kernels.diffing import edits

    total = np.zeros(len(spans), np.int32)
    spans = np.ascontiguousarray(spans)  # one type of arguments, one compilation

    def one(at: int) -> tuple[I64, I64]:
        part = slice(at, at + CHUNK)
        longest = int((spans[part, 1::2] - spans[part, ::2]).max(initial=0))
        room = _room(longest, differences)
        runs = np.empty((len(spans[part]), limit, 4), np.int32)
        edits(token, spans[part], differences, *room, runs, total[part])
        pair, place = np.nonzero(np.arange(limit) < total[part, None])
        return pair + at, runs[pair, place] + spans[part][pair][:, (0, 0, 2, 2)]

    made = (map if pool is None else pool.map)(one, range(0, len(spans), CHUNK))
    pairs, runs = zip((np.empty(0, np.int64), np.empty((0, 4), np.int64)), *made, strict=True)
    return Edits(total, np.concatenate(pairs), np.concatenate(runs))


def word_edits(ours: U32, theirs: U32) -> list[tuple[int, int, int, int]]:
    """All runs of differing words of two passages: from, to on our side, from, to on theirs.

    One run of all words where more than `MOST_DIFFERENCES` differ.
    """
    if np.array_equal(ours, theirs):
        return []
    spans = np.array([(0, len(ours), len(ours), len(ours) + len(theirs))], np.int64)
    for differences in (MAX_DIFFERENCES, MOST_DIFFERENCES):
        found = first_edits(np.concatenate((ours, theirs)), spans, differences + 1, differences)
        if found.total[0]:
            return [(a, b, c - len(ours), d - len(ours)) for a, b, c, d in found.runs.tolist()]
    return [(0, len(ours), 0, len(theirs))]


def _room(longest: int, differences: int) -> tuple[I32, I32, U8, I32]:
    """Scratch memory of the kernel for passages of some words."""
    width = 2 * differences + 3
    return (
        np.empty(width, np.int32),
        np.empty((differences + 1, width), np.int32),
        np.empty((2, longest), np.uint8),
        np.empty((differences + 1, 4), np.int32),
    )
