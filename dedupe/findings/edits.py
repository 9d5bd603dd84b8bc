"""The words in which two copies of a passage differ."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dedupe.tables import I32, I64, U8, U32

MAX_DIFFERENCES = 120
"""Differing words up to which two passages are compared word by word."""


class Edits(NamedTuple):
    """Runs of differing words of P pairs of passages."""

    total: I32
    """(P,) runs of each pair; none where more than `MAX_DIFFERENCES` words differ"""
    pair: I64
    """(E,) pair of each listed run"""
    runs: I64
    """(E, 4) tokens of the corpus: from, to in the first, from, to in the second passage; either
    stretch may be empty"""


def first_edits(token: U32, spans: I64, limit: int) -> Edits:
    """The first `limit` runs of differing words of each pair; spans: (P, 4) as `Edits.runs`."""
    from dedupe.kernels.diffing import edits

    total = np.zeros(len(spans), np.int32)
    runs = np.empty((len(spans), limit, 4), np.int32)
    longest = int((spans[:, 1::2] - spans[:, ::2]).max(initial=0))
    furthest, trace, same, found = _room(longest)
    edits(token, spans, MAX_DIFFERENCES, furthest, trace, same, found, runs, total)
    pair, place = np.nonzero(np.arange(limit) < total[:, None])
    return Edits(total, pair, runs[pair, place] + spans[pair][:, (0, 0, 2, 2)])


def word_edits(ours: U32, theirs: U32) -> list[tuple[int, int, int, int]]:
    """All runs of differing words of two passages: from, to on our side, from, to on theirs."""
    spans = np.array([(0, len(ours), len(ours), len(ours) + len(theirs))], np.int64)
    found = first_edits(np.concatenate((ours, theirs)), spans, MAX_DIFFERENCES + 1)
    return [(a, b, c - len(ours), d - len(ours)) for a, b, c, d in found.runs.tolist()]


def _room(longest: int) -> tuple[I32, I32, U8, I32]:
    """Scratch memory of the kernel for passages of some words."""
    width = 2 * MAX_DIFFERENCES + 3
    return (
        np.empty(width, np.int32),
        np.empty((MAX_DIFFERENCES + 1, width), np.int32),
        np.empty((2, longest), np.uint8),
        np.empty((MAX_DIFFERENCES + 1, 4), np.int32),
    )
