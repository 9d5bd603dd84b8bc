"""Merging overlapping spans, and components of a graph."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.jit import inlined, kernel


@kernel
def merge_spans(article, start, end, region):
    """Join spans of one article that overlap by half of the shorter one.

    article i32, start, end: i64 (M,), sorted by (article, start, end)
    region: i32 (M,) written: number of the region that each span belongs to, ascending.
    Returns the number of regions.
    """
    count = 0
    low, high = np.int64(0), np.int64(0)
    for m in range(len(article)):
        shared = min(high, end[m]) - start[m]
        fresh = count == 0 or article[m] != article[m - 1]
        if fresh or 2 * shared < min(high - low, end[m] - start[m]):
            count += 1
            low, high = start[m], end[m]
        else:
            high = max(high, end[m])
        region[m] = count - 1
    return count


@inlined
def _root(parent, i):
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@kernel
def components(a, b, label):
    """Connected components: union-find with the lowest member as the root.

    a, b: i32 (E,) edges; label: i32 (R,) written: lowest member of each node's component
    """
    for i in range(len(label)):
        label[i] = i
    for e in range(len(a)):
        x, y = _root(label, a[e]), _root(label, b[e])
        if x < y:
            label[y] = x
        elif y < x:
            label[x] = y
    for i in range(len(label)):
        label[i] = _root(label, i)


@kernel
def span_shingles(token, start, end, first, hashes):
    """Write the shingle hashes of spans one behind another.

    start, end: i64 (R,); first: i64 (R + 1,) where each span's hashes begin; hashes u32 written
    """
    for r in range(len(start)):
        at = first[r]
        for k in range(start[r], end[r] - 4):
            h = np.uint64(token[k]) * np.uint64(0x9E3779B97F4A7C15)
            for x in range(1, 5):
                h = (h ^ np.uint64(token[k + x])) * np.uint64(0xFF51AFD7ED558CCD)
                h ^= h >> np.uint64(32)
            hashes[at] = np.uint32(h)
            at += 1
