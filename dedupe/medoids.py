"""The most typical of some spans: those that are most similar to all others of their component."""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np

from dedupe.arrays import F64, I64, U32, distinct, order_of

_TASKS = 16


def medoids(token: U32, start: I64, end: I64, first: I64, width: int, pool: Executor) -> I64:
    """The medoid of each component of spans, as a row (C,); of equals the first.

    token: (N,) of the corpus; start, end: (R,) spans, component by component
    first: (C + 1,) first span of each component, then R; width: words of a shingle
    """
    score = _mean_overlap(token, start, end, first, width, pool)
    component = np.repeat(np.arange(len(first) - 1), np.diff(first))
    return order_of(component, -score)[first[:-1]]


def _mean_overlap(token: U32, start: I64, end: I64, first: I64, width: int, pool: Executor) -> F64:
    """How similar each span (R,) is to all of its component, in time linear in the text.

    With df(s) = members that hold shingle s, the mean overlap of i with all members is
    O(i) = sum of df(s) over i's shingles / members; the score O / (|i| + mean size - O) is the
    Jaccard similarity to the average member.
    """
    from dedupe.kernels.grouping import common_shingles

    words = np.append(0, np.cumsum(end - start))[first]
    found = np.empty((len(start), 2), np.int64)

    def count(low: int, high: int) -> None:
        here = slice(first[low], first[high])
        room = int(np.diff(words[low : high + 1]).max())
        slots = 4 << room.bit_length()
        common_shingles(
            token, start[here], end[here], first[low : high + 1] - first[low], width,
            np.empty(room, np.uint32), np.empty(room, np.int32), np.zeros(slots, np.uint64),
            np.empty((slots, 2), np.int32), found[here],
        )  # fmt: skip

    parts = np.linspace(0, words[-1], _TASKS + 1)[1:-1]
    edges = distinct(np.array([0, *np.searchsorted(words, parts), len(words) - 1]))
    list(pool.map(count, edges[:-1].tolist(), edges[1:].tolist()))
    shared, own = found.T
    members = np.diff(first)
    total = shared / np.repeat(members, members)
    mean = np.repeat(np.add.reduceat(own, first[:-1]) / members, members)
    score: F64 = np.round(total / np.maximum(own + mean - total, 1e-9), 9)
    return score
