"""Clusters of passages: who belongs together, which copy came first, which is most typical."""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np

from dedupe.arrays import I32, I64, U32, distinct, order_of
from dedupe.medoids import medoids
from dedupe.tables import EditKind, Isolation, MatchTable, Overlap, RegionTable

ROUNDS = 8
"""Families are taken out of a component at most this often; what is left stays alone."""
MEMBER = 0.5
"""Share of the shorter one's shingles that a member has in common with the medoid."""
TRIMMED = 12
"""Words by which a window may reach beyond the region that it led to: a match is trimmed to where
both sides agree."""


def regions(matches: MatchTable) -> tuple[I32, I64, I64, I32]:
    """Merge the spans of all matches to regions: article, start, end (R,), and (V, 2) regions.

    Spans of copied and of reworded text are merged apart, and reworded ones only with those that
    are hardly longer: a reworded match may span a whole article, and a region as long as that has
    nothing in common with a paragraph of it that stands elsewhere.
    """
    from dedupe.kernels.grouping import merge_spans

    count = len(matches)
    kind = 2 * np.concatenate([matches.a, matches.b])
    if matches.edits is not None:
        kind += np.tile(matches.edits.kind >= EditKind.REORDERED, 2)
    start = np.concatenate([matches.a_start, matches.b_start])
    end = np.concatenate([matches.a_end, matches.b_end])
    order = order_of(kind, start, end)
    kind, region = kind[order], np.empty(2 * count, np.int32)
    low, high = np.empty_like(start), np.empty_like(end)
    total = merge_spans(kind, start[order], end[order], kind & 1 == 1, region, low, high)
    article = np.empty(total, np.int32)
    article[region] = kind >> 1
    of_match = np.empty(2 * count, np.int32)
    of_match[order] = region
    both = np.stack([of_match[:count], of_match[count:]], axis=1)
    return article, low[:total], high[:total], both


def components_of(matches: MatchTable, article: I32, place: I64) -> I32:
    """Which component of the regions of some matches holds each of some places (Q,); -1 for none.

    article, place: (Q,), (Q, 2) of windows, of which `TRIMMED` words may lie outside
    """
    from dedupe.kernels.grouping import components, components_at

    owner, low, high, edge = regions(matches)
    root, found = np.empty(len(owner), np.int32), np.empty(len(article), np.int32)
    components(edge[:, 0].copy(), edge[:, 1].copy(), root)
    first = np.append(0, np.cumsum(np.bincount(owner, minlength=int(article.max(initial=0)) + 1)))
    components_at(first, low, high, root, article, place, TRIMMED, found)
    return found


def cluster(
    matches: MatchTable, token: U32, rank: I32, overlap: Overlap, pool: Executor,
    isolation: Isolation | None = None,
) -> RegionTable:  # fmt: skip
    """Group the regions of proven matches into clusters.

    token: (N,) of the corpus; rank: (D,) which article came first (accepted, date, path);
    isolation: articles that no cluster may join.
    Components of proven matches only propose; in each the medoid is found by overlap
    counts, its members are those that share half of their shingles with it or have a proven
    match with it, and the rest is grouped again.
    """
    article, start, end, of_match = regions(matches)
    total = len(article)
    label = np.full(total, -1, np.int32)
    medoid_of = np.full(total, -1, np.int32)
    edge_a, edge_b = of_match[:, 0], of_match[:, 1]
    for _ in range(ROUNDS):
        alive = (label[edge_a] < 0) & (label[edge_b] < 0) & (edge_a != edge_b)
        if not alive.any():
            break
        _take_families(of_match[alive], token, start, end, overlap, pool, label, medoid_of)
    rest = np.flatnonzero(label < 0)  # not near any medoid: alone, with its direct matches
    label[rest] = medoid_of[rest] = rest
    if isolation is not None:
        for folder in isolation.folder:
            strange = _strange(folder[article], label, rank[article])
            label[strange] = medoid_of[strange] = strange
    nested = _nested(article, start, end, label)
    label[nested] = medoid_of[nested] = nested
    # Numbered by the original: the member that came first.
    order = order_of(label, rank[article], start)
    begins = np.diff(label[order], prepend=-2) != 0
    number = np.empty(total, np.int32)
    number[order] = np.cumsum(begins) - 1
    original = order[begins].astype(np.int32)
    return RegionTable(article, start, end, number, original, medoid_of[original], of_match)


def _nested(article: I32, start: I64, end: I64, label: I32) -> I64:
    """Regions that overlap another one of their article and cluster: no place is its own copy.

    The medoid, which gives the cluster its label, stays, then the longest.
    """
    member = label != np.arange(len(label))
    order = order_of(label, article, member, start - end)
    same = (np.diff(label[order]) == 0) & (np.diff(article[order]) == 0)
    found: list[int] = []
    kept: list[tuple[int, int]] = []
    begun = -1
    for at in np.flatnonzero(same).tolist():
        if at != begun:  # the first of its article and cluster
            kept = [(int(start[order[at]]), int(end[order[at]]))]
        begun = at + 1
        region = int(order[begun])
        low, high = int(start[region]), int(end[region])
        if any(low < last and first < high for first, last in kept):
            found.append(region)
        else:
            kept.append((low, high))
    return np.array(found, np.int64)


def _strange(folder: I32, label: I32, rank: I32) -> I64:
    """Regions of which the articles are isolated from others of their cluster.

    Those of one folder stay: of the medoid's, which gives the cluster its label, else of the one
    that holds most, else of the one that came first. The others have their direct matches.
    folder: (R,) that of an isolated group, -1 for none
    """
    rows = np.flatnonzero(folder >= 0)
    each, of, count = np.unique(
        np.stack([label[rows], folder[rows]]), axis=1, return_inverse=True, return_counts=True
    )
    of = of.reshape(-1)
    medoid = np.bincount(of, label[rows] == rows, len(count)) > 0
    first = np.full(len(count), len(rank) + rank.max(initial=0), np.int64)
    np.minimum.at(first, of, rank[rows])
    order = order_of(each[0], ~medoid, -count, first)
    stays = np.zeros(len(count), np.bool_)
    stays[order[np.flatnonzero(np.diff(each[0][order], prepend=-1))]] = True
    strange: I64 = rows[~stays[of]]
    return strange


def _take_families(
    edge: I32, token: U32, start: I64, end: I64, overlap: Overlap, pool: Executor, label: I32,
    medoid_of: I32,
) -> None:  # fmt: skip
    """One round: find the medoid of every component and label the members of its family."""
    from dedupe.kernels.grouping import components
    from dedupe.kernels.sketching import SHINGLE

    edge_a, edge_b = edge.T.copy()
    root = np.empty(len(label), np.int32)
    components(edge_a, edge_b, root)
    nodes = distinct(edge_a, edge_b)
    size = np.bincount(root[nodes], minlength=len(label))
    medoid = np.arange(len(label), dtype=np.int32)  # a pair's medoid is its first member
    large = nodes[size[root[nodes]] > 2]
    if len(large):
        large = large[order_of(root[large])]
        first = np.append(np.flatnonzero(np.diff(root[large], prepend=-1)), len(large))
        leaders = large[medoids(token, start[large], end[large], first, SHINGLE, pool)]
        medoid[root[leaders]] = leaders
    member = np.zeros(len(label), bool)
    member[medoid[root[nodes]]] = True
    member[edge_b[edge_a == medoid[root[edge_a]]]] = True
    member[edge_a[edge_b == medoid[root[edge_b]]]] = True
    others = nodes[~member[nodes]]
    if len(others):
        others = others[order_of(root[others])]  # those of a leader side by side
        leader = medoid[root[others]]
        shared = overlap(start[leader], end[leader], start[others], end[others])
        member[others] = shared[:, 1:].max(axis=1) >= MEMBER
    chosen = nodes[member[nodes]]
    label[chosen] = medoid[root[chosen]]
    medoid_of[chosen] = medoid[root[chosen]]
