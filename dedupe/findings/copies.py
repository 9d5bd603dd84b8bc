"""Drafts of the DUP rules, from verified matches and their clusters.

Everything is counted and sorted in arrays; only what is reported becomes an object. Legend: R
regions, D articles, K counterparts.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from typing import NamedTuple

import numpy as np

from dedupe.findings.drafts import Counterparts, CounterpartTable, Draft
from dedupe.model import Evidence
from dedupe.tables import F64, I32, I64, Bool, Corpus, EditKind, MatchTable, RegionTable

LEAST_WHOLE = 0.5
"""Similarity from which two articles of a group duplicate each other without an alignment."""
LEAST_SHARED = 0.3
"""Share of a passage that must stand in another place for that to be named."""

Overlap = Callable[[I64, I64, I64, I64], F64]
"""Similarity of pairs of spans, share of a's shingles that stand in b, of b's in a (M, 3)."""


class _Counterparts(NamedTuple):
    """Other places of passages, side by side."""

    of: I64
    """(K,) the passage: a region, or an article"""
    article: I32
    start: I64
    end: I64
    similarity: F64
    containment: F64
    match: I64
    """(K,) row of the match that proves it, -1 where only a third copy connects the two"""

    def rows(self, rows: I64 | Bool) -> _Counterparts:
        """Some of them, in the order given."""
        return _Counterparts._make(column[rows] for column in self)

    def and_those_of(self, others: _Counterparts) -> _Counterparts:
        """These and others."""
        return _Counterparts._make(
            np.append(getattr(self, column), getattr(others, column)) for column in self._fields
        )

    def places(self) -> Counterparts:
        """All of them, as drafts hold them."""
        return Counterparts(CounterpartTable(*self[1:-1]))


def copy_drafts(
    corpus: Corpus, matches: MatchTable, regions: RegionTable, overlap: Overlap,
    document_share: float, max_matches: int,
) -> list[Draft]:  # fmt: skip
    """The findings on copies, DUP101 to DUP104, of all articles.

    matches: between different articles, those from which `regions` were made; and within
    articles, which make DUP103. Every similarity is that of the two places as they are reported.
    """
    across = np.flatnonzero(matches.a != matches.b)
    whole, group = _whole_articles(corpus, matches, across, document_share, overlap, max_matches)
    passages = _passages(corpus, matches, across, regions, group, overlap, max_matches)
    inside = np.flatnonzero(matches.a == matches.b)
    return [*whole, *passages, *_repeats(matches, inside, overlap)]


def _whole_articles(
    corpus: Corpus, matches: MatchTable, across: I64, share: float, overlap: Overlap,
    max_matches: int,
) -> tuple[list[Draft], I32]:  # fmt: skip
    """DUP101: the matches of an article with one other cover the share of the words of both.

    Articles that are linked so form a group; every member is compared with the first ones too.
    Returns the drafts, and the group (D,) of each article, -1 for none.
    """
    linked = _linked(corpus, matches, across, share)
    members, begin, size, group = _groups(corpus, linked)
    count, rank = len(corpus.path), corpus.rank
    keys = [linked]
    for k in range(min(max_matches + 1, int(size.max(initial=0)))):
        first = members[begin + np.minimum(k, size - 1)]
        other = first != members
        keys.append(np.minimum(first, members)[other] * count + np.maximum(first, members)[other])
    key = np.unique(np.concatenate(keys))
    a, b = np.divmod(key, max(count, 1))
    low, high = corpus.article_token[:-1], corpus.article_token[1:]
    shared = overlap(low[a], high[a], low[b], high[b])
    proven = np.isin(key, linked) | (shared[:, 0] >= LEAST_WHOLE)
    rejected = np.bincount(np.concatenate([a[~proven], b[~proven]]), minlength=count)
    a, b, shared = a[proven], b[proven], shared[proven]
    of, other = np.concatenate([a, b]), np.concatenate([b, a])
    order = np.lexsort((rank[other], of))
    others = _Counterparts(
        of, other.astype(np.int32), low[other], high[other], np.tile(shared[:, 0], 2),
        np.concatenate([shared[:, 1], shared[:, 2]]), np.full(len(of), -1),
    ).rows(order)  # fmt: skip
    bounds = np.searchsorted(others.of, [members, members + 1])
    original = rank[others.article[bounds[0]]] > rank[members]
    columns = (
        members, low[members], high[members], size - rejected[members], original, begin, size,
        *bounds,
    )  # fmt: skip
    parts, listed = others.places(), members.tolist()
    together: dict[int, frozenset[int]] = {}
    drafts = []
    for article, start, end, places, is_original, at, length, first, last in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        if at not in together:
            together[at] = frozenset(listed[at : at + length])
        drafts.append(
            Draft(
                rule="DUP101", article=article, start=start, end=end, members=places,
                counterparts=parts[first:last], original=is_original, group=together[at],
            )
        )  # fmt: skip
    return drafts, group


def _linked(corpus: Corpus, matches: MatchTable, rows: I64, share: float) -> I64:
    """Pairs of articles whose matches cover the share of the words of both, as a * D + b."""
    count = max(len(corpus.path), 1)
    key, pair = np.unique(
        matches.a[rows].astype(np.int64) * count + matches.b[rows], return_inverse=True
    )
    # Of the words that could be matched; but where most were left out, too few say nothing.
    words = np.diff(corpus.article_token)
    words = np.maximum(words - corpus.pieces.words_out(len(words)), words // 2)
    cut = bool(corpus.pieces.out.any())
    # A reworded article may be another filling of a template: that is no duplicate.
    copied = np.ones(len(rows)) if matches.edits is None else matches.edits.copied[rows]
    covered_a, covered_b = (
        _covered(pair, start[rows], end[rows], copied, len(key), cut=cut)
        for start, end in ((matches.a_start, matches.a_end), (matches.b_start, matches.b_end))
    )
    a, b = np.divmod(key, count)
    linked: I64 = key[(covered_a >= share * words[a]) & (covered_b >= share * words[b])]
    return linked


def _covered(pair: I64, start: I64, end: I64, copied: F64, count: int, *, cut: bool) -> F64:
    """Words that the spans of each of so many pairs cover.

    copied: share of the words of a span that count
    cut: text was left out, so one passage may have matches in several pieces of the other article
    """
    if not cut:
        return np.bincount(pair, (end - start) * copied, count).astype(np.float64)
    order = np.lexsort((start, pair))
    pair = pair[order]
    base = pair * (end.max(initial=0) + 1)
    start, end = start[order] + base, end[order] + base
    behind = np.append(0, np.maximum.accumulate(end))[: len(end)]
    fresh = np.maximum(end - np.maximum(start, behind), 0)
    return np.bincount(pair, fresh * copied[order], count).astype(np.float64)


def _groups(corpus: Corpus, linked: I64) -> tuple[I64, I64, I64, I32]:
    """Connected components of pairs of articles.

    Their members, group by group and the first to appear first; for each member where its group
    begins and the group's size; and the group (D,) of every article, -1 for none.
    """
    from dedupe.kernels.grouping import components

    count = len(corpus.path)
    a, b = np.divmod(linked, max(count, 1))
    label = np.empty(count, np.int32)
    components(a.astype(np.int32), b.astype(np.int32), label)
    members = np.unique(np.concatenate([a, b]))
    group = np.full(count, -1, np.int32)
    group[members] = label[members]
    members = members[np.lexsort((corpus.rank[members], label[members]))]
    begin = np.searchsorted(label[members], label[members])
    size = np.bincount(label[members], minlength=count)[label[members]]
    return members, begin, size, group


def _passages(
    corpus: Corpus, matches: MatchTable, across: I64, regions: RegionTable, group: I32,
    overlap: Overlap, max_matches: int,
) -> list[Draft]:  # fmt: skip
    """DUP102 and DUP104: one draft per region, with the places where it stands elsewhere.

    DUP104 where all that proves it are reworded places. Regions that stand only in articles which
    their article duplicates as a whole have none.
    """
    count, cluster = len(regions.article), regions.cluster
    if not count:
        return []
    rank = corpus.rank[regions.article]
    order = np.lexsort((regions.start, rank, cluster))
    size = np.bincount(cluster)[cluster]
    position = np.empty(count, np.int64)
    position[order] = np.arange(count) - np.searchsorted(cluster[order], cluster[order])

    # A region alone in its cluster was proven against a copy that belongs to another one.
    alone = size == 1
    own = group[regions.article]
    stranger_of = np.bincount(cluster, own != own[regions.original][cluster]) > 0
    at_home = (own >= 0) & (alone | ~stranger_of[cluster])
    x, y = regions.match_region.T
    strange = own[x] != own[y]
    meets = np.bincount(np.concatenate([x[strange], y[strange]]), minlength=count) > 0
    wanted = ~at_home | meets
    direct, other = _direct(matches, across, regions, wanted, overlap)
    known = np.bincount(direct.of, minlength=count)
    elsewhere = cluster[direct.of] != cluster[other]
    members = np.where(alone, known + 1, size + np.bincount(direct.of[elsewhere], minlength=count))
    older = corpus.rank[direct.article] <= rank[direct.of]
    original = np.where(alone, np.bincount(direct.of[older], minlength=count) == 0, position == 0)
    of, other = _far(regions, order, position, size, known, direct.of * count + other, max_matches)
    of, other = of[wanted[of]], other[wanted[of]]
    start, end = regions.start[other], regions.end[other]
    shared = overlap(regions.start[of], regions.end[of], start, end)
    far = _Counterparts(
        of, regions.article[other], start, end, shared[:, 0], shared[:, 1], np.full(len(of), -1)
    )
    parts = direct.and_those_of(far)
    reworded = _reworded(matches, parts.match)
    named = (parts.containment >= LEAST_SHARED) | reworded
    members -= np.bincount(parts.of[~named], minlength=count)
    parts = parts.rows(named)

    strangers = np.bincount(parts.of[group[parts.article] != own[parts.of]], minlength=count)
    absorbed = at_home & (strangers == 0)
    shown = ~absorbed & (np.bincount(parts.of, minlength=count) > 0)
    parts = parts.rows(shown[parts.of])
    first = np.where(alone, -1, regions.article[regions.original][cluster])
    elsewhere = parts.article != first[parts.of]
    parts = parts.rows(
        np.lexsort((parts.start, parts.article, -parts.similarity, elsewhere, parts.of))
    )
    copied = np.bincount(parts.of[~_reworded(matches, parts.match)], minlength=count) > 0
    chosen = order[shown[order]]
    columns = (
        regions.article[chosen], regions.start[chosen], regions.end[chosen],
        np.where(alone, -1, cluster)[chosen], members[chosen], original[chosen], copied[chosen],
        *np.searchsorted(parts.of, [chosen, chosen + 1]),
    )  # fmt: skip
    others, edits = parts.places(), _Edits(matches, parts.match)
    return [
        Draft(
            rule="DUP102" if is_copied else "DUP104", article=article, start=start, end=end,
            cluster=number, members=places, original=is_original,
            counterparts=others[low:high], evidence=edits.told(low, high),
        )
        for article, start, end, number, places, is_original, is_copied, low, high in zip(
            *(column.tolist() for column in columns), strict=True
        )
    ]  # fmt: skip


def _reworded(matches: MatchTable, rows: I64) -> Bool:
    """Whether some matches, -1 for none, are of text whose wording did not stay."""
    if matches.edits is None:
        return np.zeros(len(rows), np.bool_)
    kind = np.append(matches.edits.kind, np.uint8(EditKind.EDITED))
    reworded: Bool = kind[rows] >= EditKind.REORDERED
    return reworded


class _Edits:
    """What was done to the text of some matches, in a sentence each."""

    def __init__(self, matches: MatchTable, rows: I64) -> None:
        self._rows: list[int] = [] if matches.edits is None else rows.tolist()
        self._columns: tuple[list[float], ...] = ()
        if matches.edits is not None:
            edits = matches.edits
            columns = (edits.kind, edits.runs, edits.in_order, edits.evidence)
            self._columns = tuple(column.tolist() for column in columns)

    def told(self, low: int, high: int) -> tuple[Evidence, ...]:
        """Of the first of some counterparts that a match proves."""
        row = next((row for row in self._rows[low:high] if row >= 0), -1)
        if row < 0:
            return ()
        kind, runs, in_order, evidence = (column[row] for column in self._columns)
        text = (
            f"{EditKind(int(kind)).name.lower()}: {runs:.0%} of three-word runs shared, "
            f"{in_order:.0%} of common words in the same order"
        )
        told = [Evidence("fact", text)]
        if not isnan(evidence):
            told.append(Evidence("signal", "evidence of shared stems", None, round(evidence, 4)))
        return tuple(told)


def _direct(
    matches: MatchTable, across: I64, regions: RegionTable, wanted: Bool, overlap: Overlap
) -> tuple[_Counterparts, I64]:
    """Counterparts of wanted regions from a match of their own, and the regions they lie in.

    Of several matches of two regions the most similar one counts. A region that several matches
    share can be longer than each of them: only then is the similarity counted again.
    """
    x, y = regions.match_region.T.astype(np.int64)
    order = np.lexsort((-matches.similarity[across], y, x))
    pair = x[order] * len(regions.article) + y[order]
    best = order[np.flatnonzero(np.diff(pair, prepend=-1))]
    x, y, row = x[best], y[best], across[best]
    of, other = np.concatenate([x, y]), np.concatenate([y, x])
    own_start = np.concatenate([matches.a_start[row], matches.b_start[row]])
    own_end = np.concatenate([matches.a_end[row], matches.b_end[row]])
    parts = _Counterparts(
        of,
        np.concatenate([matches.b[row], matches.a[row]]),
        np.concatenate([matches.b_start[row], matches.a_start[row]]),
        np.concatenate([matches.b_end[row], matches.a_end[row]]),
        np.tile(matches.similarity[row], 2),
        np.concatenate([matches.containment_a[row], matches.containment_b[row]]),
        np.tile(row, 2),
    )
    chosen = wanted[of]
    of, other, own_start, own_end = (column[chosen] for column in (of, other, own_start, own_end))
    parts = parts.rows(chosen)
    longer = (own_start != regions.start[of]) | (own_end != regions.end[of])
    start, end = regions.start[of[longer]], regions.end[of[longer]]
    shared = overlap(start, end, parts.start[longer], parts.end[longer])
    parts.similarity[longer], parts.containment[longer] = shared[:, 0], shared[:, 1]
    return parts, other


def _far(
    regions: RegionTable, order: I64, position: I64, size: I64, known: I64, direct: I64,
    max_matches: int,
) -> tuple[I64, I64]:  # fmt: skip
    """Pairs of a region and another one of its cluster, to be named beside its direct matches.

    The original is named always, and as many others as there is room for.

    order: (R,) regions by cluster; position, size: (R,) place in the cluster, its members
    known: (R,) direct matches; direct: those, as region * R + other region
    """
    room = np.maximum(max_matches - known, 1)
    begin = np.searchsorted(regions.cluster[order], regions.cluster)
    keys = []
    for k in range(min(max(max_matches, 1) + 1, int(size.max()))):
        mine = np.flatnonzero((k < size) & (k != position) & (k - (k > position) < room))
        keys.append(mine * len(order) + order[begin[mine] + k])
    key = np.concatenate(keys)
    return np.divmod(key[~np.isin(key, direct)], len(order))


def _repeats(matches: MatchTable, rows: I64, overlap: Overlap) -> list[Draft]:
    """DUP103: a passage that stands earlier in the same article."""
    rows = rows[np.lexsort((matches.a_start[rows], matches.b_start[rows], matches.a[rows]))]
    start, end = matches.b_start[rows], np.maximum.accumulate(matches.b_end[rows])
    # Several earlier copies of one passage. Articles ascend, so no end reaches into the next one.
    new = np.flatnonzero(np.append(True, start[1:] >= end[:-1])[: len(rows)])
    size = np.diff(np.append(new, len(rows)))
    of = np.repeat(new, size)
    low, high = start[of], np.repeat(end[new + size - 1], size)
    parts = _Counterparts(
        of, matches.a[rows], matches.a_start[rows], matches.a_end[rows], matches.similarity[rows],
        matches.containment_b[rows], rows,
    )  # fmt: skip
    longer = (low != start) | (high != matches.b_end[rows])
    shared = overlap(low[longer], high[longer], parts.start[longer], parts.end[longer])
    parts.similarity[longer], parts.containment[longer] = shared[:, 0], shared[:, 1]
    others = parts.places()
    return [
        Draft(
            rule="DUP103", article=article, start=first, end=last, members=places + 1,
            counterparts=others[at : at + places],
        )
        for article, first, last, at, places in zip(
            *(column.tolist() for column in (parts.article[new], low[new], high[new], new, size)),
            strict=True,
        )
    ]  # fmt: skip
