"""Drafts of the DUP rules, from verified matches and their clusters."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

import numpy as np

from dedupe.findings.drafts import Counterpart, Draft
from dedupe.tables import I32, I64, Bool, Corpus, MatchTable, RegionTable

LEAST_WHOLE = 0.5
"""Similarity from which two articles of a group duplicate each other without an alignment."""
LEAST_SHARED = 0.3
"""Share of a passage that must stand in another place for that to be named."""

Overlap = Callable[[I64, I64, I64, I64], I32]
"""Counts the shingles of pairs of spans: of a, of b, of both (M, 3)."""


def copy_drafts(
    corpus: Corpus, matches: MatchTable, regions: RegionTable, overlap: Overlap,
    document_share: float, max_matches: int,
) -> list[Draft]:  # fmt: skip
    """DUP101, DUP102 and DUP103 of all articles.

    matches: between different articles, those from which `regions` were made; and within
    articles, which make DUP103. Every similarity is that of the two places as they are reported.
    """
    across = matches.a != matches.b
    whole = _whole_articles(corpus, matches, across, document_share, overlap, max_matches)
    passages = _passages(corpus, matches, across, regions, overlap, max_matches)
    articles = _cluster_articles(regions)
    kept = [draft for draft in passages if not _absorbed(draft, whole, articles)]
    repeats = _repeats(matches, ~across)
    _exact([(draft, part) for draft in repeats for part in draft.counterparts], overlap)
    return [*whole.values(), *kept, *repeats]


def _whole_articles(
    corpus: Corpus, matches: MatchTable, across: Bool, share: float, overlap: Overlap,
    max_matches: int,
) -> dict[int, Draft]:  # fmt: skip
    """DUP101 by article: its matches with one other cover the share of the words of both.

    Articles that are linked so form a group; every member is compared with the first ones too.
    """
    rows = np.flatnonzero(across)
    count = max(len(corpus.path), 1)
    key = matches.a[rows].astype(np.int64) * count + matches.b[rows]
    pairs, pair_of = np.unique(key, return_inverse=True)
    a, b = pairs // count, pairs % count
    words = np.diff(corpus.article_token)
    covered_a = np.bincount(pair_of, (matches.a_end - matches.a_start)[rows], len(pairs))
    covered_b = np.bincount(pair_of, (matches.b_end - matches.b_start)[rows], len(pairs))
    full = (covered_a >= share * words[a]) & (covered_b >= share * words[b])
    linked = set(zip(a[full].tolist(), b[full].tolist(), strict=True))
    groups = _groups(linked)
    direct = set(linked)
    for members in groups:
        members.sort(key=lambda article: int(corpus.rank[article]))
        for article in members:
            others = [other for other in members[: max_matches + 1] if other != article]
            linked.update((min(article, other), max(article, other)) for other in others)
    a, b = np.array(sorted(linked), np.int64).reshape(-1, 2).T
    first, last = corpus.article_token[:-1], corpus.article_token[1:]
    shared = overlap(first[a], last[a], first[b], last[b])
    partners: dict[int, list[Counterpart]] = defaultdict(list)
    rejected: Counter[int] = Counter()
    for x, y, (in_x, in_y, both) in zip(a.tolist(), b.tolist(), shared.tolist(), strict=True):
        similarity = both / max(in_x + in_y - both, 1)
        if (x, y) in direct or similarity >= LEAST_WHOLE:
            partners[x].append(_whole(corpus, y, similarity, both / max(in_x, 1)))
            partners[y].append(_whole(corpus, x, similarity, both / max(in_y, 1)))
        else:
            rejected.update((x, y))
    drafts = {}
    for members in groups:
        for article in members:
            proven = partners[article]
            proven.sort(key=lambda other: int(corpus.rank[other.article]))
            drafts[article] = Draft(
                "DUP101", article, int(first[article]), int(last[article]),
                counterparts=proven, members=len(members) - rejected[article],
                original=bool(corpus.rank[proven[0].article] > corpus.rank[article]),
                group=frozenset(members),
            )  # fmt: skip
    return drafts


def _groups(linked: set[tuple[int, int]]) -> list[list[int]]:
    """Connected components of pairs of articles."""
    neighbours: dict[int, list[int]] = defaultdict(list)
    for x, y in sorted(linked):
        neighbours[x].append(y)
        neighbours[y].append(x)
    seen: set[int] = set()
    groups = []
    for start in neighbours:
        if start in seen:
            continue
        seen.add(start)
        members = [start]
        for article in members:
            fresh = [other for other in neighbours[article] if other not in seen]
            seen.update(fresh)
            members += fresh
        groups.append(members)
    return groups


def _whole(corpus: Corpus, article: int, similarity: float, containment: float) -> Counterpart:
    start, end = corpus.article_token[article : article + 2].tolist()
    return Counterpart(article, start, end, similarity, containment)


def _cluster_articles(regions: RegionTable) -> list[set[int]]:
    """The articles of each cluster."""
    articles: list[set[int]] = [set() for _ in regions.original]
    for number, article in zip(regions.cluster.tolist(), regions.article.tolist(), strict=True):
        articles[number].add(article)
    return articles


def _absorbed(draft: Draft, whole: dict[int, Draft], articles: list[set[int]]) -> bool:
    """Whether all places of a passage lie in articles that its article duplicates."""
    if draft.article not in whole:
        return False
    there = {other.article for other in draft.counterparts}
    if draft.cluster >= 0:
        there |= articles[draft.cluster]
    return there <= whole[draft.article].group


def _passages(
    corpus: Corpus, matches: MatchTable, across: Bool, regions: RegionTable, overlap: Overlap,
    max_matches: int,
) -> list[Draft]:  # fmt: skip
    """DUP102: one draft per region, with the places where it stands elsewhere."""
    known = _direct(matches, across, regions)
    order = np.lexsort((regions.start, corpus.rank[regions.article], regions.cluster))
    bounds = np.searchsorted(regions.cluster[order], np.arange(len(regions.original) + 1))
    drafts: list[Draft] = []
    far: list[tuple[Draft, Counterpart]] = []
    for number in range(len(regions.original)):
        members = order[bounds[number] : bounds[number + 1]].tolist()
        for region in members:
            direct = known.get(region, {})
            draft = Draft(
                "DUP102", int(regions.article[region]), int(regions.start[region]),
                int(regions.end[region]), counterparts=list(direct.values()),
            )  # fmt: skip
            drafts.append(draft)
            if len(members) == 1:  # proven against a copy that belongs to another cluster
                draft.members = len(direct) + 1
                draft.original = all(
                    corpus.rank[other.article] > corpus.rank[draft.article]
                    for other in draft.counterparts
                )
                continue
            draft.cluster = number
            draft.members = len(members) + len(direct.keys() - set(members))
            draft.original = region == members[0]
            # The original is looked at always, and as many others as there is room for.
            room = max(max_matches - len(direct), 0)
            others = [other for other in members[: room + 2] if other != region]
            far += [
                (draft, _region(regions, other))
                for other in others[: max(room, 1)]
                if other not in direct
            ]
    for draft, part in far:
        draft.counterparts.append(part)
    _exact([(draft, part) for draft in drafts for part in draft.counterparts], overlap)
    for draft in drafts:
        first = int(regions.article[regions.original[draft.cluster]]) if draft.cluster >= 0 else -1
        draft.members -= sum(part.containment < LEAST_SHARED for part in draft.counterparts)
        draft.counterparts = sorted(
            (part for part in draft.counterparts if part.containment >= LEAST_SHARED),
            key=lambda part: (part.article != first, -part.similarity, part.article, part.start),
        )
    return [draft for draft in drafts if draft.counterparts]


def _region(regions: RegionTable, region: int) -> Counterpart:
    """A region as a counterpart whose similarity is not known yet."""
    return Counterpart(
        int(regions.article[region]), int(regions.start[region]), int(regions.end[region]), 0, 0
    )


def _direct(
    matches: MatchTable, across: Bool, regions: RegionTable
) -> dict[int, dict[int, Counterpart]]:
    """Counterparts that come from a match of their own, by region and other region."""
    known: dict[int, dict[int, Counterpart]] = defaultdict(dict)
    rows = np.flatnonzero(across)
    columns = (
        regions.match_region[:, 0], regions.match_region[:, 1], matches.a[rows],
        matches.b[rows], matches.a_start[rows], matches.a_end[rows], matches.b_start[rows],
        matches.b_end[rows], matches.similarity[rows], matches.containment_a[rows],
        matches.containment_b[rows],
    )  # fmt: skip
    listed: Iterable[tuple[int, ...]] = zip(*(column.tolist() for column in columns), strict=True)
    for x, y, a, b, a_start, a_end, b_start, b_end, similarity, in_a, in_b in listed:
        if x != y and (y not in known[x] or known[x][y].similarity < similarity):
            known[x][y] = Counterpart(b, b_start, b_end, similarity, in_a)
            known[y][x] = Counterpart(a, a_start, a_end, similarity, in_b)
    return known


def _exact(pairs: list[tuple[Draft, Counterpart]], overlap: Overlap) -> None:
    """Compute similarity and containment of passages and counterparts as they are reported.

    A passage that several matches share can be longer than each of them.
    """
    if not pairs:
        return
    places = np.array(
        [(draft.start, draft.end, part.start, part.end) for draft, part in pairs], np.int64
    )
    shared = overlap(*(places[:, column].copy() for column in range(4)))
    for (_, part), (ours, theirs, both) in zip(pairs, shared.tolist(), strict=True):
        part.similarity = both / max(ours + theirs - both, 1)
        part.containment = both / max(ours, 1)


def _repeats(matches: MatchTable, inside: Bool) -> list[Draft]:
    """DUP103: a passage that stands earlier in the same article."""
    drafts: list[Draft] = []
    rows = np.flatnonzero(inside)
    rows = rows[np.lexsort((matches.a_start[rows], matches.b_start[rows], matches.a[rows]))]
    for row in rows.tolist():
        start, end = int(matches.b_start[row]), int(matches.b_end[row])
        earlier = Counterpart(
            int(matches.a[row]), int(matches.a_start[row]), int(matches.a_end[row]),
            float(matches.similarity[row]), float(matches.containment_b[row]),
        )  # fmt: skip
        last = drafts[-1] if drafts else None
        if last and last.article == earlier.article and start < last.end:
            last.end = max(last.end, end)  # several earlier copies of one passage
            last.counterparts.append(earlier)
            last.members += 1
        else:
            drafts.append(
                Draft("DUP103", earlier.article, start, end, counterparts=[earlier], members=2)
            )
    return drafts
