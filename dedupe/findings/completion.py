"""Copies as findings: places, excerpts, word edits, the other places, and a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from hashlib import blake2b
from itertools import accumulate, pairwise
from math import isnan
from typing import NamedTuple

import numpy as np

from dedupe import config
from dedupe.findings.drafts import Counterparts, CounterpartTable, Draft, ragged
from dedupe.findings.edits import first_edits
from dedupe.findings.lookup import Lookup
from dedupe.findings.precedence import hidden_rules
from dedupe.model import RULES, SEVERITIES, Cluster, Evidence, Finding, Match, Span
from dedupe.tables import I64, Bool, Corpus, Load, RegionTable

MAX_EDITS = 12
"""Word edits that are listed as evidence of one finding; how many there are is always said."""


class Shown(NamedTuple):
    """What a draft shows of the text."""

    span: Span
    excerpt: str
    """How it begins"""
    edits: list[Evidence]
    matches: tuple[Match, ...]
    """The other places that are to be shown"""
    similarity: float
    """That of the most similar place; NaN where there is none"""
    containment: float
    """Share of its shingles that stand in the first place, too; NaN where there is none"""


class Completed:
    """What drafts, which are made without the text, show of it: places, excerpts and edits.

    All places and texts are noted first, then looked up at once; objects are made of them one
    draft at a time.
    """

    def __init__(
        self, drafts: Sequence[Draft], shown: Sequence[Draft], corpus: Corpus, load: Load,
        output: config.Output, pool: Executor,
    ) -> None:  # fmt: skip
        """Look it up for those that may be shown; each is told its place among them."""
        self.drafts = drafts
        for place, draft in enumerate(shown):
            draft.completed = place
        places = [(draft.article, draft.start, draft.end) for draft in shown]
        edges = np.array(places, np.int64).reshape(-1, 3)
        article, start, end = edges.T
        self._lookup = lookup = Lookup(corpus)
        self._spans = lookup.all_tokens(article, start, end)
        self._excerpts = lookup.all_text(
            article, start, np.minimum(end, start + output.excerpt_words)
        )
        others, edge = Counterparts.side_by_side([draft.counterparts for draft in shown])
        # All but a few have one; what is appended keeps `reduceat` within the column.
        most = np.maximum.reduceat(np.append(others.similarity, 0.0), edge[:-1])
        first = np.append(others.containment, 0.0)[edge[:-1]]
        self._similarity, self._containment = np.where(np.diff(edge) > 0, [most, first], np.nan)
        self._edits = _Edits(corpus, shown, edges, others, edge, lookup)
        self._matches = _Matches(corpus, article, others, edge, output.max_matches, lookup)
        lookup.resolve(load, pool)

    def places(self, drafts: Sequence[Draft]) -> I64:
        """Line, column and offset of either end of some drafts (6, F)."""
        rows = np.array([draft.completed for draft in drafts], np.int64)
        return self._lookup.places(self._spans, rows)

    def shown(self, drafts: Sequence[Draft]) -> Iterator[Shown]:
        """All that some drafts show; better for many at once."""
        rows = np.array([draft.completed for draft in drafts], np.int64)
        return map(
            Shown,
            self._lookup.spans(self._spans, rows),
            self._lookup.pieces(self._excerpts, rows),
            self._edits.of(rows),
            self._matches.of(rows),
            self._similarity[rows].tolist(),
            self._containment[rows].tolist(),
        )


class _Edits:
    """The word edits between copied passages and their first counterparts, as evidence."""

    def __init__(
        self, corpus: Corpus, drafts: Sequence[Draft], places: I64, others: CounterpartTable,
        edge: I64, lookup: Lookup,
    ) -> None:  # fmt: skip
        """places: article, first word and end of each draft; others, edge: its counterparts."""
        compared = np.array([draft.rule in {"DUP102", "DUP103"} for draft in drafts], np.bool_)
        rows = np.flatnonzero(compared & (np.diff(edge) > 0))
        ours, first = places[rows], edge[rows]
        table = np.column_stack((ours[:, 1:], others.start[first], others.end[first]))
        found = first_edits(corpus.token, table, MAX_EDITS)
        self._lookup, self._total = lookup, np.append(found.total, 0)
        self._row = np.full(len(drafts), -1)
        self._row[rows] = np.arange(len(rows))
        edge = np.searchsorted(found.pair, np.arange(len(table) + 1))
        self._edge, self._count = edge, np.diff(edge, append=edge[-1])
        low, high, other_low, other_high = found.runs.T
        article, other_article = ours[found.pair, 0], others.article[first][found.pair]
        added, taken = high > low, other_high > other_low
        self._ours, self._theirs = _ranks(added), _ranks(taken)
        self._places = lookup.all_tokens(article[added], low[added], high[added])
        self._texts = lookup.all_text(article[added], low[added], high[added])
        self._other_texts = lookup.all_text(
            other_article[taken], other_low[taken], other_high[taken]
        )

    def of(self, rows: I64) -> Iterator[list[Evidence]]:
        """Those of some drafts."""
        table = self._row[rows]
        of, edit = ragged(self._edge[table], np.where(table < 0, 0, self._count[table]))
        ours, theirs = self._ours[edit], self._theirs[edit]
        texts = iter(self._lookup.pieces(self._texts, ours[ours >= 0]))
        others = iter(self._lookup.pieces(self._other_texts, theirs[theirs >= 0]))
        edges = zip(
            *(edge.tolist() for edge in self._lookup.all_offsets(self._places, ours[ours >= 0])),
            strict=True,
        )
        made: list[list[Evidence]] = [[] for _ in rows]
        for row, here, there in zip(
            of.tolist(), (ours >= 0).tolist(), (theirs >= 0).tolist(), strict=True
        ):
            text, (start, end) = (next(texts), next(edges)) if here else ("", (None, None))
            # Blank where the text of the other copy is not at hand.
            other = (next(others).strip() or None) if there else ""
            made[row].append(Evidence("edit", text, other, None, start, end))
        for row in np.flatnonzero(
            (table >= 0) & (self._total[table] > self._count[table])
        ).tolist():
            made[row].append(Evidence("fact", f"{self._total[table[row]]} word edits in all"))
        return iter(made)


def _ranks(chosen: Bool) -> I64:
    """The number of each chosen row among the chosen, -1 for the others."""
    return np.where(chosen, np.cumsum(chosen) - 1, -1)


class _Matches:
    """The other places of copied passages, as many as are to be shown."""

    def __init__(
        self, corpus: Corpus, article: I64, others: CounterpartTable, edge: I64, limit: int,
        lookup: Lookup,
    ) -> None:  # fmt: skip
        """article: that of each draft; others, edge: its counterparts."""
        self._corpus, self._lookup = corpus, lookup
        size = np.minimum(np.diff(edge), limit)
        of, rows = ragged(edge[:-1], size)
        self._edge = np.append(0, np.cumsum(size))
        self._article = others.article[rows].astype(np.int64)
        self._similarity = others.similarity[rows]
        self._inside = self._article == article[of]
        self._accepted = corpus.accepted[self._article]
        self._tickets = lookup.all_tokens(self._article, others.start[rows], others.end[rows])

    def of(self, rows: I64) -> Iterator[tuple[Match, ...]]:
        """Those of some drafts."""
        size = self._edge[rows + 1] - self._edge[rows]
        _, part = ragged(self._edge[rows], size)
        path, date = self._corpus.path, self._corpus.date
        matches = [
            Match(
                path[article], "self" if inside else "index" if accepted else "scan",
                round(similarity, 4), span, date[article],
            )
            for inside, accepted, article, similarity, span in zip(
                self._inside[part].tolist(), self._accepted[part].tolist(),
                self._article[part].tolist(),
                self._similarity[part].tolist(), self._lookup.spans(self._tickets, part),
                strict=True,
            )
        ]  # fmt: skip
        edges = pairwise(accumulate(size.tolist(), initial=0))
        return (tuple(matches[low:high]) for low, high in edges)


def finding(
    corpus: Corpus, clusters: Clusters, draft: Draft, shown: Shown, fingerprint: str,
    also: int, severity: int,
) -> Finding:  # fmt: skip
    """One finding, from a draft whose text was looked up."""
    return Finding(
        rule=draft.rule,
        name=RULES[draft.rule].name,
        severity=SEVERITIES[severity],
        fingerprint=fingerprint,
        path=corpus.path[draft.article],
        span=shown.span,
        words=draft.end - draft.start,
        similarity=None if isnan(shown.similarity) else round(shown.similarity, 4),
        score=None,
        excerpt=shown.excerpt,
        evidence=(*draft.evidence, *shown.edits),
        cluster=draft.family or (clusters.of(draft) if draft.counterparts else None),
        matches=shown.matches,
        matches_total=max(draft.members - 1, 0),
        also=hidden_rules(also) if also else (),
        message=draft.message or _copy_message(draft, shown),
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


def _copy_message(draft: Draft, shown: Shown) -> str:
    """What a copy has to say, in one sentence."""
    matches = shown.matches
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
    percent = "100%" if shown.containment >= 1 else f"{min(shown.containment, 0.994):.0%}"
    if draft.rule == "DUP101":
        what, place = "article", matches[0].path if matches else place
    else:
        what = "passage"
    return f"{percent} of this {what} ({words:,} words) also appears in {place}{others}."
