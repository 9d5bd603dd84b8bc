"""Drafts of the DUP rules, from verified matches and their clusters.

Legend: R regions, D articles, K counterparts, F drafts.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from msgspec import structs

from dedupe.arrays import F64, I32, I64, Bool, among, distinct, order_of, packed
from dedupe.findings.columns import Clusters, rounded
from dedupe.findings.drafts import CounterpartTable, Drafts
from dedupe.findings.isolation import met
from dedupe.model import RULE_NUMBER
from dedupe.tables import (
    Corpus,
    EditKind,
    EvidenceKind,
    EvidenceTable,
    Isolation,
    MatchTable,
    Overlap,
    RegionTable,
)
from dedupe.texts import Texts

_COPIED, _REWORDED = np.uint8(RULE_NUMBER["DUP102"]), np.uint8(RULE_NUMBER["DUP104"])

LEAST_WHOLE = 0.5
"""Similarity from which two articles of a group duplicate each other without an alignment."""
LEAST_SHARED = 0.3
"""Share of a passage that must stand in another place for that to be named."""
MOST = 0.5
"""Share of a passage that must stand in an older place for that to be where it comes from."""


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

    def of_drafts(self, passages: I64, *keys: I32 | I64 | F64 | Bool) -> tuple[_Counterparts, I64]:
        """Those of each passage (F,) side by side, and where each one's begin (F + 1,).

        keys: (K,) what sorts those of one passage, the first key first
        """
        count = len(passages)
        place = np.full(max(self.of.max(initial=-1), passages.max(initial=-1)) + 1, count)
        place[passages] = np.arange(count)
        of = place[self.of]
        order = order_of(of, *keys)
        offset = np.searchsorted(of[order], np.arange(count + 1))
        return self.rows(order[: offset[-1]]), offset

    def table(self) -> CounterpartTable:
        """All of them, as drafts hold them."""
        return CounterpartTable(self.article.astype(np.int64), *self[2:-1]).kept()


def copy_drafts(
    corpus: Corpus, matches: MatchTable, regions: RegionTable, overlap: Overlap,
    document_share: float, max_matches: int, isolation: Isolation | None = None,
) -> Drafts:  # fmt: skip
    """The findings on copies, DUP101 to DUP104, of all articles.

    matches: between different articles, those from which `regions` were made; and within
    articles, which make DUP103. Every similarity is that of the two places as they are reported.
    isolation: articles that no match joins, though a third one may be a duplicate of both
    """
    across = np.flatnonzero(matches.a != matches.b)
    linked = _linked(corpus, matches, across, document_share)
    whole, group = _whole_articles(corpus, linked, overlap, max_matches, isolation)
    passages = _passages(corpus, matches, across, regions, group, overlap, max_matches)
    inside = np.flatnonzero(matches.a == matches.b)
    return Drafts.joined([whole, passages, _repeats(matches, inside, overlap)])


def _whole_articles(
    corpus: Corpus, linked: I64, overlap: Overlap, max_matches: int, isolation: Isolation | None
) -> tuple[Drafts, I32]:
    """DUP101: the matches of an article with one other cover the share of the words of both.

    Articles that are linked so, by `_linked`, form a group; every member is compared with the first
    ones too. Articles from which it is isolated are no places of it.
    Returns the drafts, and the group (D,) of each article, -1 for none.
    """
    members, begin, size, group = _groups(corpus, linked)
    count, rank = len(corpus.path), corpus.rank
    keys = [linked]
    for k in range(min(max_matches + 1, int(size.max(initial=0)))):
        first = members[begin + np.minimum(k, size - 1)]
        other = first != members
        keys.append(np.minimum(first, members)[other] * count + np.maximum(first, members)[other])
    key = distinct(*keys)
    proven = among(key, linked)
    a, b = np.divmod(key, max(count, 1))
    if isolation is not None:
        near = ~isolation.apart(a, b)
        proven, a, b = proven[near], a[near], b[near]
        kind, apart = isolation.kinds()
        size = met(begin, kind[members], apart)[begin, kind[members]]
    low, high = corpus.article_token[:-1], corpus.article_token[1:]
    shared = overlap(low[a], high[a], low[b], high[b])
    proven |= shared[:, 0] >= LEAST_WHOLE
    rejected = np.bincount(np.concatenate([a[~proven], b[~proven]]), minlength=count)
    a, b, shared = a[proven], b[proven], shared[proven]
    of, other = np.concatenate([a, b]), np.concatenate([b, a])
    others = _Counterparts(
        of, other.astype(np.int32), low[other], high[other], np.tile(shared[:, 0], 2),
        np.concatenate([shared[:, 1], shared[:, 2]]), np.full(len(of), -1),
    )  # fmt: skip
    parts, offset = others.of_drafts(members, rank[other])
    original = rank[parts.article[offset[:-1]]] > rank[members]
    first = np.where(original, members, parts.article[offset[:-1]])
    places = size - rejected[members]
    drafts = Drafts.of(
        np.full(len(members), RULE_NUMBER["DUP101"], np.uint8), members, low[members],
        high[members], places, parts.table(), offset,
    )  # fmt: skip
    cluster = _clusters(corpus, first, low[first], high[first], places)
    return structs.replace(drafts, original=original, cluster=cluster), group


def _clusters(corpus: Corpus, article: I64, start: I64, end: I64, size: I64) -> Clusters:
    """Clusters, named by the words of the first of all places, of passages (F,).

    article: of the original of each passage, -1 for none; start, end: of the first place of its
    cluster; size: places that are told
    """
    some = np.flatnonzero(article >= 0)
    order = order_of(start[some], end[some], article[some])
    key = np.stack((start, end, article))[:, some[order]]
    new = np.append(True, (np.diff(key) != 0).any(axis=0))[: len(order)]
    first = some[order[new]]
    which = np.empty(len(order), np.int64)
    which[order] = np.cumsum(new) - 1
    of = np.full(len(article), -1)
    of[some] = which
    names = [
        f"c-{blake2b(corpus.token[low:high].data, digest_size=4).hexdigest()}"
        for low, high in zip(start[first].tolist(), end[first].tolist(), strict=True)
    ]
    return Clusters(of, size, Texts.of(names), article[first])


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
    order = order_of(pair, start)
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
    members = distinct(a, b)
    group = np.full(count, -1, np.int32)
    group[members] = label[members]
    members = members[order_of(label[members], corpus.rank[members])]
    begin = np.searchsorted(label[members], label[members])
    size = np.bincount(label[members], minlength=count)[label[members]]
    return members, begin, size, group


class _Placed(NamedTuple):
    """How regions (R,) stand in their clusters."""

    order: I64
    """Their numbers by cluster, each original first"""
    size: I64
    position: I64
    """0 for the original"""
    alone: Bool
    """Was proven against a copy that belongs to another cluster"""
    own: I32
    """The group of its article, -1 for none"""
    at_home: Bool
    """Stands, in its cluster, in articles of its group only"""
    wanted: Bool
    """Stands in articles of other groups too"""


def _placed(regions: RegionTable, rank: I32, group: I32) -> _Placed:
    """Look at each region beside those of its cluster. rank: (R,) of their articles."""
    count, cluster = len(regions.article), regions.cluster
    order = order_of(cluster, rank, regions.start)
    size = np.bincount(cluster)[cluster]
    position = np.empty(count, np.int64)
    position[order] = np.arange(count) - np.searchsorted(cluster[order], cluster[order])
    alone, own = size == 1, group[regions.article]
    stranger_of = np.bincount(cluster, own != own[regions.original][cluster]) > 0
    at_home = (own >= 0) & (alone | ~stranger_of[cluster])
    x, y = regions.match_region.T
    strange = own[x] != own[y]
    meets = np.bincount(np.concatenate([x[strange], y[strange]]), minlength=count) > 0
    return _Placed(order, size, position, alone, own, at_home, ~at_home | meets)


def _passages(
    corpus: Corpus, matches: MatchTable, across: I64, regions: RegionTable, group: I32,
    overlap: Overlap, max_matches: int,
) -> Drafts:  # fmt: skip
    """DUP102 and DUP104: one draft per region, with the places where it stands elsewhere.

    DUP104 where all that proves it are reworded places. Regions that stand only in articles which
    their article duplicates as a whole have none.
    """
    count, cluster = len(regions.article), regions.cluster
    if not count:
        return Drafts.none()
    rank = corpus.rank[regions.article]
    order, size, position, alone, own, at_home, wanted = _placed(regions, rank, group)
    direct, other, own_span = _direct(matches, across, regions, wanted, overlap)
    known = np.bincount(direct.of, minlength=count)
    elsewhere = cluster[direct.of] != cluster[other]
    members = np.where(alone, known + 1, size + np.bincount(direct.of[elsewhere], minlength=count))
    of, other = _far(regions, order, position, size, known, direct.of * count + other, max_matches)
    of, other = of[wanted[of]], other[wanted[of]]
    start, end = regions.start[other], regions.end[other]
    shared = overlap(regions.start[of], regions.end[of], start, end)
    far = _Counterparts(
        of, regions.article[other], start, end, shared[:, 0], shared[:, 1], np.full(len(of), -1)
    )
    parts = direct.and_those_of(far)
    del direct, far, of, other, start, end, shared  # as much as all that is kept of them
    reworded = _reworded(matches, parts.match)
    parts, start, end, members, original, source = _owed(
        corpus.rank, regions, parts, own_span, reworded, members, overlap
    )
    strangers = np.bincount(parts.of[group[parts.article] != own[parts.of]], minlength=count)
    absorbed = at_home & (strangers == 0)
    shown = ~absorbed & (np.bincount(parts.of, minlength=count) > 0)
    copied = np.bincount(parts.of[~_reworded(matches, parts.match)], minlength=count) > 0
    chosen = order[shown[order]]
    parts, offset = parts.of_drafts(
        chosen, parts.article != source[parts.of], -parts.similarity, parts.start
    )
    drafts = Drafts.of(
        np.where(copied[chosen], _COPIED, _REWORDED), regions.article[chosen].astype(np.int64),
        start[chosen], end[chosen], members[chosen], parts.table(), offset,
    )  # fmt: skip
    family = regions.original[cluster][chosen]
    return structs.replace(
        drafts,
        original=original[chosen],
        cluster=_clusters(
            corpus,
            np.where(alone, -1, source)[chosen],
            regions.start[family],
            regions.end[family],
            drafts.members,
        ),
        evidence=_told(matches, parts.match, offset),
    )


class _Owed(NamedTuple):
    """What regions (R,) owe to other places."""

    parts: _Counterparts
    """Those that are named"""
    start: I64
    end: I64
    members: I64
    """Places, its own and those that nobody compared as well"""
    original: Bool
    """Owes nothing to an older one"""
    source: I64
    """The article that it comes from; its own for an original"""


def _owed(
    rank: I32, regions: RegionTable, parts: _Counterparts, own_span: I64, reworded: Bool,
    members: I64, overlap: Overlap,
) -> _Owed:  # fmt: skip
    """Tell where regions come from, and how much of them.

    Of what no older place holds most of, the finding is on what older ones do hold.

    rank: (D,) which article came first; own_span: (K', 2) the stretches that the first K' of the
    places are about; reworded: (K,) places whose wording did not stay; members: (R,)
    """
    count = len(regions.article)
    older = rank[parts.article] < rank[regions.article][parts.of]
    most = (parts.containment >= MOST) | reworded
    held = np.bincount(parts.of[older & most], minlength=count) > 0
    some = np.flatnonzero(older[: len(own_span)] & ~held[parts.of[: len(own_span)]])
    lent = parts.of[some]
    start, end = _hulls(regions, lent, own_span[some])
    narrower = (start != regions.start) | (end != regions.end)
    again = narrower[parts.of]
    of = parts.of[again]
    shared = overlap(start[of], end[of], parts.start[again], parts.end[again])
    parts.similarity[again], parts.containment[again] = shared[:, 0], shared[:, 1]
    most[again] |= shared[:, 1] >= MOST
    named = (parts.containment >= LEAST_SHARED) | reworded
    members = members - np.bincount(parts.of[~named], minlength=count)
    parts, older, most = parts.rows(named), older[named], most[named]
    members[narrower] = np.bincount(parts.of, minlength=count)[narrower] + 1
    held[parts.of[older & most]] = held[lent] = True
    source = _first(rank, parts, older & most, older, regions.article)
    return _Owed(parts, start, end, members, ~held, source)


def _hulls(regions: RegionTable, of: I64, span: I64) -> tuple[I64, I64]:
    """Where each region (R,) begins and ends, or what some spans of it have between them.

    of: (Q,) regions of the spans (Q, 2)
    """
    start, end = regions.start.copy(), regions.end.copy()
    start[of], end[of] = regions.end[of], regions.start[of]
    np.minimum.at(start, of, span[:, 0])
    np.maximum.at(end, of, span[:, 1])
    return start, end


def _first(rank: I32, parts: _Counterparts, best: Bool, other: Bool, own: I32) -> I64:
    """The article (R,) of the first of the best places of each region, else of other ones.

    rank: (D,) of the articles; best, other: (K,) among the places; own: (R,), where there is none
    """
    by_rank = order_of(rank)
    found = own.astype(np.int64)
    for which in (other, best):
        first = np.full(len(own), len(rank))
        np.minimum.at(first, parts.of[which], rank[parts.article[which]])
        some = np.flatnonzero(first < len(rank))
        found[some] = by_rank[first[some]]
    return found


def _reworded(matches: MatchTable, rows: I64) -> Bool:
    """Whether some matches, -1 for none, are of text whose wording did not stay."""
    if matches.edits is None:
        return np.zeros(len(rows), np.bool_)
    kind = np.append(matches.edits.kind, np.uint8(EditKind.EDITED))
    reworded: Bool = kind[rows] >= EditKind.REORDERED
    return reworded


def _told(matches: MatchTable, rows: I64, offset: I64) -> EvidenceTable:
    """What was done to the text of drafts, in a sentence each: of the first match of their own.

    rows: (K,) matches that prove their counterparts, -1 for none; offset: (F + 1,) those of each
    """
    if matches.edits is None:
        return EvidenceTable.none(len(offset) - 1)
    own = np.flatnonzero(rows >= 0)
    place = np.searchsorted(own, offset)
    some = np.flatnonzero(place[1:] > place[:-1])
    edits = matches.edits.rows(rows[own[place[some]]])
    runs, in_order = np.rint(100 * np.stack((edits.runs, edits.in_order))).astype(np.int64)
    said, which = np.unique(
        edits.kind.astype(np.int64) << 32 | runs << 16 | in_order, return_inverse=True
    )
    texts = [
        f"{EditKind(key >> 32).name.lower()}: {key >> 16 & 0xFFFF}% of three-word runs shared, "
        f"{key & 0xFFFF}% of common words in the same order"
        for key in said.tolist()
    ]
    # Behind the sentence stands a number, where there is one.
    numbered = ~np.isnan(edits.evidence)
    size = np.zeros(len(offset) - 1, np.int64)
    size[some] = 1 + numbered
    first = np.append(0, np.cumsum(size))
    at, behind = first[some], first[some[numbered]] + 1
    kind = np.full(first[-1], EvidenceKind.SIGNAL, np.uint8)
    kind[at] = EvidenceKind.FACT
    text, weight = np.full(first[-1], len(texts)), np.full(first[-1], np.nan)
    text[at], weight[behind] = which, rounded(edits.evidence[numbered])
    nowhere = np.full(first[-1], -1)
    return EvidenceTable(
        first, kind, Texts.of([*texts, "evidence of shared stems"]).take(text), weight, nowhere,
        nowhere,
    )  # fmt: skip


def _direct(
    matches: MatchTable, across: I64, regions: RegionTable, wanted: Bool, overlap: Overlap
) -> tuple[_Counterparts, I64, I64]:
    """Counterparts of wanted regions from a match of their own, and the regions they lie in.

    Also (K, 2) the stretch of each wanted region that its match is about.

    Of several matches of two regions the most similar one counts. A region that several matches
    share can be longer than each of them: only then is the similarity counted again.
    """
    x, y = regions.match_region.T.astype(np.int64)
    pair = packed(x, y)
    order = order_of(pair, -matches.similarity[across])
    best = order[np.flatnonzero(np.diff(pair[order], prepend=-1))]
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
    return parts, other, np.stack((own_start, own_end), axis=1)


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
    key = np.sort(np.concatenate(keys))  # pairs with the same region are compared at once
    return np.divmod(key[~among(key, np.sort(direct))], len(order))


def _repeats(matches: MatchTable, rows: I64, overlap: Overlap) -> Drafts:
    """DUP103: a passage that stands earlier in the same article."""
    rows = rows[order_of(matches.a[rows], matches.b_start[rows], matches.a_start[rows])]
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
    return Drafts.of(
        np.full(len(new), RULE_NUMBER["DUP103"], np.uint8), parts.article[new].astype(np.int64),
        low[new], high[new], size + 1, parts.table(), np.append(new, len(rows)),
    )  # fmt: skip
