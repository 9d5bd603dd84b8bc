"""Merging overlapping spans, and components of a graph."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.hashing import lower_bound
from dedupe.kernels.jit import inlined, kernel
from dedupe.kernels.joining import shingles_of, slot_of
from dedupe.kernels.sketching import SHINGLE

SAMPLED = 1 << 19
"""Runs of words of a component from which a half, a fourth and so on of them is enough: they say
who is typical of 7,000 versions of an article as well, and a table of all fits in no cache."""

_FACTOR, _SHIFT = np.uint32(0x9E3779B1), np.uint32(15)


@kernel
def merge_spans(article, start, end, alike, region, low, high):
    """Join spans of one article that overlap by half of the shorter one, or of the longer one.

    article i32, start, end: i64 (M,), sorted by (article, start, end)
    alike: bool (M,) whether half of the longer one is needed, the same for all of an article
    region: i32 (M,) written: number of the region that each span belongs to
    low, high: i64 (M,) written: first token and end of each region
    Returns the number of regions, which are in the order of their articles and first tokens.
    """
    count, open_regions = 0, 0
    waiting = np.empty(len(article), np.int32)  # regions that reach beyond the start of a span
    for m in range(len(article)):
        if m > 0 and article[m] != article[m - 1]:
            open_regions = 0
        still, joined = 0, -1
        for k in range(open_regions):
            r = waiting[k]
            if high[r] > start[m]:
                waiting[still] = r
                still += 1
                ours, theirs = end[m] - start[m], high[r] - low[r]
                needed = max(ours, theirs) if alike[m] else min(ours, theirs)
                if 2 * (min(high[r], end[m]) - start[m]) >= needed:
                    joined = r
        open_regions = still
        if joined < 0:
            joined = count
            low[joined], high[joined] = start[m], end[m]
            waiting[open_regions] = joined
            open_regions += 1
            count += 1
        high[joined] = max(high[joined], end[m])
        region[m] = joined
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
def components_at(first, low, high, root, article, place, trimmed, out):
    """The components of the regions that hold some places: the last ones that begin before them.

    first: i64 (D + 1,) first region of each article; low, high: i64 (R,) of regions, whose first
    tokens ascend in an article; root: i32 (R,) of `components`
    article: i32 (Q,), place: i64 (Q, 2) first token and end; trimmed: words that may lie outside
    out: i32 (Q,) written, -1 where no region holds the place
    """
    for q in range(len(article)):
        begins, ends = first[article[q]], first[article[q] + 1]
        inner = min(place[q, 0] + trimmed, place[q, 1])
        region = lower_bound(low, inner + 1, begins, ends) - 1
        held = region >= begins and high[region] + trimmed >= place[q, 1]
        out[q] = root[region] if held else -1


@inlined
def _runs_of(token, start, width, out):
    """Hash every run of `width` words from a place on."""
    if width == SHINGLE:
        shingles_of(token, start, out)
        return
    for k in range(len(out)):
        h = np.uint32(width)
        for x in range(start + k, start + k + width):
            h = np.uint32(np.uint32(h ^ token[x]) * _FACTOR)
            h ^= h >> _SHIFT
        out[k] = h


@kernel
def common_shingles(token, start, end, first, width, shingles, place, table, count, out):
    """How many members of its component hold the shingles of each span.

    token: u32 (N,); start, end: i64 (R,) spans, component by component
    first: i64 (C + 1,) ragged offsets of the components; width: words of a shingle
    shingles: u32 (L,), as long as the longest span; place: i32 (K,), as long as all spans of the
    largest component, of which no more is touched than what is counted
    table: u64 of zeros, a power of two above 1.5 K; count: i32 (table, 2); written
    out: i64 (R, 2) written: the sum over its distinct shingles, and how many those are; where the
    component has many, over those with the lowest hashes
    """
    for c in range(len(first) - 1):
        total = 0
        for r in range(first[c], first[c + 1]):
            total += max(end[r] - start[r] - width + 1, 0)
        lowest = np.uint64(1 << 32)
        while total > SAMPLED:
            total, lowest = total // 2, lowest >> np.uint64(1)
        slots = 64
        while 2 * slots < 3 * total:
            slots *= 2
        part, stamp = table[:slots], np.uint64(c + 1)
        at, used = 0, 0
        for r in range(first[c], first[c + 1]):
            begun = at
            size = max(end[r] - start[r] - width + 1, 0)
            own = shingles[:size]
            _runs_of(token, start[r], width, own)
            for k in range(size):
                if np.uint64(own[k]) >= lowest:
                    continue
                slot = slot_of(part, stamp, own[k])
                if part[slot] >> np.uint64(32) != stamp:
                    if 3 * used > 2 * slots:  # words that were chosen for their hashes
                        continue
                    used += 1
                    part[slot] = stamp << np.uint64(32) | np.uint64(own[k])
                    count[slot, 0], count[slot, 1] = 0, -1
                if count[slot, 1] != r:
                    count[slot, 0] += 1
                    count[slot, 1] = r
                    place[at] = slot
                    at += 1
            out[r, 1] = at - begun
        at = 0
        for r in range(first[c], first[c + 1]):
            out[r, 0] = 0
            for _ in range(out[r, 1]):
                out[r, 0] += count[place[at], 0]
                at += 1
