"""Drafts of the DUP rules, from verified matches and their clusters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

import numpy as np

from dedupe.findings.drafts import Counterpart, Draft
from dedupe.tables import I32, I64, Bool, Corpus, MatchTable, RegionTable

Overlap = Callable[[I64, I64, I64, I64], I32]
"""Counts the shingles of pairs of spans: of a, of b, of both (M, 3)."""


def copy_drafts(
    corpus: Corpus,
    matches: MatchTable,
    regions: RegionTable,
    overlap: Overlap,
    document_share: float,
    max_matches: int,
) -> list[Draft]:
    """DUP101, DUP102 and DUP103 of all articles.

    matches: between different articles, those from which `regions` were made; and within
    articles, which make DUP103.
    """
    across = matches.a != matches.b
    whole = _whole_articles(corpus, matches, across, document_share, overlap)
    passages = _passages(corpus, matches, across, regions, overlap, max_matches)
    kept = [draft for draft in passages if not _absorbed(draft, whole)]
    return [*whole.values(), *kept, *_repeats(matches, ~across)]


def _whole_articles(
    corpus: Corpus, matches: MatchTable, across: Bool, share: float, overlap: Overlap
) -> dict[int, Draft]:
    """DUP101 by article: its matches with one other cover the share of the words of both."""
    rows = np.flatnonzero(across)
    key = matches.a[rows].astype(np.int64) * len(corpus.path) + matches.b[rows]
    pairs, pair_of = np.unique(key, return_inverse=True)
    a, b = pairs // max(len(corpus.path), 1), pairs % max(len(corpus.path), 1)
    words = np.diff(corpus.article_token)
    covered_a = np.bincount(pair_of, (matches.a_end - matches.a_start)[rows], minlength=len(pairs))
    covered_b = np.bincount(pair_of, (matches.b_end - matches.b_start)[rows], minlength=len(pairs))
    full = (covered_a >= share * words[a]) & (covered_b >= share * words[b])
    a, b = a[full], b[full]
    first, last = corpus.article_token[:-1], corpus.article_token[1:]
    shared = overlap(first[a], last[a], first[b], last[b])
    partners: dict[int, list[Counterpart]] = defaultdict(list)
    for x, y, (in_x, in_y, both) in zip(a.tolist(), b.tolist(), shared.tolist(), strict=True):
        similarity = both / max(in_x + in_y - both, 1)
        partners[x].append(_whole(corpus, y, similarity, both / max(in_x, 1)))
        partners[y].append(_whole(corpus, x, similarity, both / max(in_y, 1)))
    drafts = {}
    for article, others in partners.items():
        others.sort(key=lambda other: (corpus.rank[other.article], other.article))
        draft = Draft(
            "DUP101", article, int(first[article]), int(last[article]), counterparts=others,
            members=len(others) + 1,
        )  # fmt: skip
        draft.original = bool(corpus.rank[others[0].article] > corpus.rank[article])
        drafts[article] = draft
    return drafts


def _whole(corpus: Corpus, article: int, similarity: float, containment: float) -> Counterpart:
    start, end = corpus.article_token[article : article + 2].tolist()
    return Counterpart(article, start, end, similarity, containment)


def _absorbed(draft: Draft, whole: dict[int, Draft]) -> bool:
    """Whether all counterparts of a passage lie in articles that its article duplicates."""
    if draft.article not in whole:
        return False
    partners = {other.article for other in whole[draft.article].counterparts}
    return draft.members == len(draft.counterparts) + 1 and all(
        other.article in partners or other.article == draft.article for other in draft.counterparts
    )


def _passages(
    corpus: Corpus,
    matches: MatchTable,
    across: Bool,
    regions: RegionTable,
    overlap: Overlap,
    max_matches: int,
) -> list[Draft]:
    """DUP102: one draft per region, with the places where it stands elsewhere."""
    known = _direct(matches, across, regions)
    order = np.lexsort((regions.start, corpus.rank[regions.article], regions.cluster))
    bounds = np.searchsorted(regions.cluster[order], np.arange(len(regions.original) + 1))
    wanted: list[tuple[int, int]] = []
    drafts: list[tuple[Draft, int]] = []
    for number in range(len(regions.original)):
        members = order[bounds[number] : bounds[number + 1]].tolist()
        if len(members) < 2:
            continue
        for region in members:
            draft = Draft(
                "DUP102", int(regions.article[region]), int(regions.start[region]),
                int(regions.end[region]), cluster=number, members=len(members),
                original=region == members[0],
            )  # fmt: skip
            drafts.append((draft, region))
            # The original is always shown, and as many others as there is room for.
            missing = max(max_matches - len(known[region]), 0)
            for other in members[: missing + 2]:
                if (
                    other != region
                    and other not in known[region]
                    and (missing > 0 or other == members[0])
                ):
                    wanted.append((region, other))
                    missing -= 1
    _prove(wanted, regions, overlap, known)
    for draft, region in drafts:
        original = int(regions.original[draft.cluster])
        draft.counterparts = [
            part
            for other, part in sorted(
                known[region].items(),
                key=lambda item: (item[0] != original, -item[1].similarity, item[1].article),
            )
        ]
    return [draft for draft, _ in drafts if draft.counterparts]


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
        if x == y:
            continue
        if y not in known[x] or known[x][y].similarity < similarity:
            known[x][y] = Counterpart(b, b_start, b_end, similarity, in_a)
            known[y][x] = Counterpart(a, a_start, a_end, similarity, in_b)
    return known


def _prove(
    wanted: list[tuple[int, int]], regions: RegionTable, overlap: Overlap,
    known: dict[int, dict[int, Counterpart]],
) -> None:  # fmt: skip
    """Compute the exact similarity of members of a cluster that have no match of their own."""
    if not wanted:
        return
    x, y = np.array(wanted, np.int64).T
    shared = overlap(regions.start[x], regions.end[x], regions.start[y], regions.end[y])
    for (region, other), (in_x, in_y, both) in zip(wanted, shared.tolist(), strict=True):
        known[region][other] = Counterpart(
            int(regions.article[other]), int(regions.start[other]), int(regions.end[other]),
            both / max(in_x + in_y - both, 1), both / max(in_x, 1),
        )  # fmt: skip


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
