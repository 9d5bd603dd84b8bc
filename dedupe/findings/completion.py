"""Copies as findings: places, excerpts, word edits, the other places, and a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import accumulate, pairwise
from typing import TypeVar

import numpy as np

from dedupe import config
from dedupe.findings.drafts import NOWHERE, Draft
from dedupe.findings.edits import first_edits
from dedupe.findings.lookup import Lookup
from dedupe.findings.precedence import hidden_rules
from dedupe.model import RULES, SEVERITIES, Cluster, Evidence, Finding, Match
from dedupe.tables import Corpus, Load, RegionTable

MAX_EDITS = 12
"""Word edits that are listed as evidence of one finding; how many there are is always said."""

_Item = TypeVar("_Item")


def look_up(drafts: Sequence[Draft], corpus: Corpus, load: Load, output: config.Output) -> None:
    """Complete drafts, which are made without the text, with places, excerpts and edits.

    All places and texts are noted first, then looked up at once.
    """
    edges = [(draft.article, draft.start, draft.end) for draft in drafts]
    article, start, end = np.array(edges, np.int64).reshape(-1, 3).T
    lookup = Lookup(corpus)
    places = lookup.all_tokens(article, start, end)
    excerpts = lookup.all_text(article, start, np.minimum(end, start + output.excerpt_words))
    edits = _Edits(corpus, drafts, lookup)
    matches = _Matches(drafts, output.max_matches, lookup)
    lookup.resolve(load)
    completed = zip(
        drafts, lookup.spans(places), lookup.pieces(excerpts), edits.collect(lookup),
        matches.collect(corpus, lookup), strict=True,
    )  # fmt: skip
    for draft, span, excerpt, edited, others in completed:
        draft.span, draft.excerpt, draft.matches = span, excerpt, others
        draft.evidence += edited


def _grouped(items: Sequence[_Item], sizes: Sequence[int]) -> Iterator[tuple[_Item, ...]]:
    """Cut a list into groups of some sizes."""
    for low, high in pairwise(accumulate(sizes, initial=0)):
        yield tuple(items[low:high])


class _Edits:
    """The word edits between copied passages and their first counterparts, as evidence."""

    def __init__(self, corpus: Corpus, drafts: Sequence[Draft], lookup: Lookup) -> None:
        self._count = len(drafts)
        rows = [
            (n, draft.start, draft.end, other.start, other.end, draft.article, other.article)
            for n, draft in enumerate(drafts)
            if draft.counterparts and draft.rule in ("DUP102", "DUP103")
            for other in draft.counterparts[:1]
        ]
        table = np.array(rows, np.int64).reshape(-1, 7)
        found = first_edits(corpus.token, table[:, 1:5], MAX_EDITS)
        self._owner, self._total = table[:, 0], found.total
        self._pair = found.pair
        low, high, other_low, other_high = found.runs.T
        article, other_article = table[found.pair, 5], table[found.pair, 6]
        self._ours, self._theirs = high > low, other_high > other_low
        ours, theirs = self._ours, self._theirs
        self._places = lookup.all_tokens(article[ours], low[ours], high[ours])
        self._texts = lookup.all_text(article[ours], low[ours], high[ours])
        self._other_texts = lookup.all_text(
            other_article[theirs], other_low[theirs], other_high[theirs]
        )

    def collect(self, lookup: Lookup) -> Iterator[tuple[Evidence, ...]]:
        edges = zip(*(edge.tolist() for edge in lookup.all_offsets(self._places)), strict=True)
        texts, other_texts = (
            iter(lookup.pieces(self._texts)),
            iter(lookup.pieces(self._other_texts)),
        )
        lists: list[tuple[Evidence, ...]] = [()] * self._count
        made: list[list[Evidence]] = [[] for _ in self._owner]
        for pair, ours, theirs in zip(
            self._pair.tolist(), self._ours.tolist(), self._theirs.tolist(), strict=True
        ):
            text, (start, end) = (next(texts), next(edges)) if ours else ("", (None, None))
            # Blank where the text of the other copy is not at hand.
            other = (next(other_texts).strip() or None) if theirs else ""
            made[pair].append(Evidence("edit", text, other, None, start, end))
        for owner, listed, total in zip(
            self._owner.tolist(), made, self._total.tolist(), strict=True
        ):
            if total > len(listed):
                listed.append(Evidence("fact", f"{total} word edits in all"))
            lists[owner] = tuple(listed)
        return iter(lists)


class _Matches:
    """The other places of copied passages, as many as are to be shown."""

    def __init__(self, drafts: Sequence[Draft], limit: int, lookup: Lookup) -> None:
        shown = [draft.counterparts[:limit] for draft in drafts]
        self._sizes = [len(parts) for parts in shown]
        self._parts = [part for parts in shown for part in parts]
        owner = np.repeat(
            np.fromiter((draft.article for draft in drafts), np.int64, len(drafts)), self._sizes
        )
        rows = [(part.article, part.start, part.end) for part in self._parts]
        article, start, end = np.array(rows, np.int64).reshape(-1, 3).T
        self._inside = (article == owner).tolist()
        self._tickets = lookup.all_tokens(article, start, end)

    def collect(self, corpus: Corpus, lookup: Lookup) -> Iterator[tuple[Match, ...]]:
        matches = [
            Match(
                corpus.path[part.article],
                "self" if inside else "index" if corpus.accepted[part.article] else "scan",
                round(part.similarity, 4), span, corpus.date[part.article],
            )
            for part, inside, span in zip(
                self._parts, self._inside, lookup.spans(self._tickets), strict=True
            )
        ]  # fmt: skip
        return _grouped(matches, self._sizes)


def finding(
    corpus: Corpus, clusters: Clusters, draft: Draft, fingerprint: str, also: int, severity: int
) -> Finding:
    """One finding, from a draft that is complete."""
    similarity = None
    if draft.counterparts:
        similarity = round(max(other.similarity for other in draft.counterparts), 4)
    return Finding(
        rule=draft.rule,
        name=RULES[draft.rule].name,
        severity=SEVERITIES[severity],
        fingerprint=fingerprint,
        path=corpus.path[draft.article],
        span=draft.span or NOWHERE,
        words=draft.end - draft.start,
        similarity=similarity,
        score=None,
        excerpt=draft.excerpt,
        evidence=draft.evidence,
        cluster=draft.family or (clusters.of(draft) if draft.counterparts else None),
        matches=draft.matches,
        matches_total=max(draft.members - 1, 0),
        also=hidden_rules(also) if also else (),
        message=draft.message or _copy_message(draft),
    )


class Clusters:
    """Names clusters of copies by the words of their originals."""

    def __init__(self, corpus: Corpus, regions: RegionTable) -> None:
        self._corpus, self._regions = corpus, regions
        self._names: dict[tuple[int, int], str] = {}

    def of(self, draft: Draft) -> Cluster | None:
        """The cluster of a copied passage or article."""
        corpus, regions = self._corpus, self._regions
        if draft.rule in ("DUP102", "DUP104") and draft.cluster >= 0:
            region = int(regions.original[draft.cluster])
            article = int(regions.article[region])
            edges = int(regions.start[region]), int(regions.end[region])
        elif draft.rule == "DUP101":
            article = draft.article if draft.original else draft.counterparts[0].article
            edges = int(corpus.article_token[article]), int(corpus.article_token[article + 1])
        else:
            return None
        name = self._names.get(edges)
        if name is None:
            words = corpus.token[slice(*edges)].tobytes()
            name = self._names[edges] = f"c-{blake2b(words, digest_size=4).hexdigest()}"
        return Cluster(name, draft.members, corpus.path[article])


def _copy_message(draft: Draft) -> str:
    """What a copy has to say, in one sentence."""
    other, matches = draft.counterparts[0], draft.matches
    place = f"{matches[0].path}:{matches[0].span.start.line}" if matches else "another article"
    words = draft.end - draft.start
    if draft.rule == "DUP103":
        line = f" at line {matches[0].span.start.line}" if matches else ""
        return f"This passage ({words} words) already stands{line} in the same article."
    more = draft.members - 2
    others = f" and {more:,} other place{'s' if more > 1 else ''}" if more > 0 else ""
    if draft.rule == "DUP104":
        return f"This passage ({words:,} words) stands in other words in {place}{others}."
    if draft.rule == "DUP105":
        place, others = matches[0].path if matches else place, others.replace("place", "article")
        return f"This passage ({words:,} words) sums up {place}{others}."
    percent = "100%" if other.containment >= 1 else f"{min(other.containment, 0.994):.0%}"
    if draft.rule == "DUP101":
        what, place = "article", matches[0].path if matches else place
    else:
        what = "passage"
    return f"{percent} of this {what} ({words:,} words) also appears in {place}{others}."
