"""Copies as findings: places, excerpts, word edits, the other places, and a sentence.

All places and texts are noted first, then looked up at once. Legend: F drafts that may be shown, K
their counterparts, E edits.
"""

from __future__ import annotations

from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np

from dedupe import config, memory
from dedupe.arrays import I64, Bool, ragged
from dedupe.findings.columns import Articles, FindingTable, Matches, WordEdits, rounded
from dedupe.findings.drafts import Drafts
from dedupe.findings.edits import first_edits
from dedupe.findings.families import Families, NotedFamilies
from dedupe.findings.lookup import Lookup
from dedupe.findings.messages import messages
from dedupe.model import ORIGINS, RULES
from dedupe.tables import Corpus, Load
from dedupe.texts import Texts

MAX_EDITS = 12
"""Word edits that are listed as evidence of one finding; how many there are is always said."""
_COMPARED = np.array([code in {"DUP102", "DUP103"} for code in RULES])
_SCAN, _INDEX, _SELF = (np.uint8(ORIGINS.index(name)) for name in ("scan", "index", "self"))


class Completed(NamedTuple):
    """Drafts (R,), which are made without the text, and what some of them show of it."""

    drafts: Drafts
    shown: I64
    """(F,) the drafts of which the text was looked up"""
    row: I64
    """(R,) place of each draft among those, -1 for none"""
    table: FindingTable
    articles: Articles


def complete_drafts(
    drafts: Drafts, shown: I64, families: Families | None, corpus: Corpus, load: Load,
    output: config.Output, pool: Executor,
) -> Completed:  # fmt: skip
    """Look up the text of those that may be shown.

    shown: (F,) numbers of those; families: from which some drafts were made
    """
    row = np.full(len(drafts), -1)
    row[shown] = np.arange(len(shown))
    told = drafts.rows(shown)
    lookup = Lookup(corpus)
    spans = lookup.all_tokens(told.article, told.start, told.end)
    excerpts = lookup.all_text(
        told.article, told.start, np.minimum(told.end, told.start + output.excerpt_words)
    )
    noted_edits = _Edits(corpus, told, lookup, pool)
    noted_matches = _Matches(corpus, told, output.max_matches, lookup)
    noted = None if families is None else NotedFamilies(told, corpus, families, lookup)
    lookup.resolve(load, pool)
    told = told if noted is None else noted.told(told, lookup)
    # All but a few have one; what is appended keeps `reduceat` within the column.
    some = np.diff(told.offset) > 0
    most = np.maximum.reduceat(np.append(told.others.similarity, 0.0), told.offset[:-1])
    first = np.append(told.others.containment, 0.0)[told.offset[:-1]]
    matches = noted_matches.found(lookup)
    articles = Articles.of(corpus.path, corpus.date)
    table = FindingTable(
        rule=told.rule,
        article=told.article,
        place=lookup.places(spans),
        words=told.end - told.start,
        similarity=rounded(np.where(some, most, np.nan)),
        score=np.full(len(shown), np.nan),
        excerpt=lookup.texts(excerpts),
        evidence=told.evidence,
        edits=noted_edits.found(lookup),
        cluster=told.cluster,
        matches=matches,
        total=np.maximum(told.members - 1, 0),
        message=messages(told, np.where(some, first, 0.0), matches, articles.path),
    )
    return Completed(drafts, shown, row, table, articles)


class _Edits:
    """The word edits between copied passages and their first counterparts."""

    def __init__(self, corpus: Corpus, drafts: Drafts, lookup: Lookup, pool: Executor) -> None:
        others = drafts.others
        rows = np.flatnonzero(_COMPARED[drafts.rule] & (np.diff(drafts.offset) > 0))
        first = drafts.offset[rows]
        spans = (drafts.start[rows], drafts.end[rows], others.start[first], others.end[first])
        found = first_edits(corpus.token, np.column_stack(spans), MAX_EDITS, pool=pool)
        self._total = np.zeros(len(drafts), np.int64)
        self._total[rows] = found.total
        count = np.zeros(len(drafts), np.int64)
        count[rows] = np.bincount(found.pair, minlength=len(rows))
        self._offset = np.append(0, np.cumsum(count))
        low, high, other_low, other_high = found.runs.T
        article, other_article = drafts.article[rows][found.pair], others.article[first][found.pair]
        self._added, self._taken = added, taken = high > low, other_high > other_low
        self._places = lookup.all_tokens(article[added], low[added], high[added])
        self._texts = lookup.all_text(article[added], low[added], high[added])
        self._other_texts = lookup.all_text(
            other_article[taken], other_low[taken], other_high[taken]
        )

    def found(self, lookup: Lookup) -> WordEdits:
        """All of them, when all was looked up."""
        text, other = lookup.texts(self._texts), lookup.texts(self._other_texts)
        # No word begins with a blank: the text of the other copy is not at hand.
        blank = other.data[other.start] <= ord(" ")
        there = other._replace(start=np.where(blank, -1, other.start))
        start, end = lookup.all_offsets(self._places)
        return WordEdits(
            self._offset, self._total, _spread(text, self._added), _spread(there, self._taken),
            _column(start, self._added, -1), _column(end, self._added, -1),
        )  # fmt: skip


def _spread(texts: Texts, chosen: Bool) -> Texts:
    """Texts at the chosen rows, nothing at the others."""
    return Texts(texts.data, _column(texts.start, chosen, 0), _column(texts.end, chosen, 0))


def _column(values: I64, chosen: Bool, default: int) -> I64:
    """Values at the chosen rows."""
    column = np.full(len(chosen), default)
    column[chosen] = values
    return column


class _Matches:
    """The other places of copied passages, as many as are to be shown."""

    def __init__(self, corpus: Corpus, drafts: Drafts, limit: int, lookup: Lookup) -> None:
        others = drafts.others
        size = np.minimum(np.diff(drafts.offset), limit)
        of, rows = ragged(drafts.offset[:-1], size)
        self._offset = np.append(0, np.cumsum(size))
        self._article = article = memory.kept(others.article[rows])
        self._similarity = memory.kept(rounded(others.similarity[rows]))
        elsewhere = np.where(corpus.accepted[article], _INDEX, _SCAN)
        self._origin = np.where(article == drafts.article[of], _SELF, elsewhere)
        self._tickets = lookup.all_tokens(article, others.start[rows], others.end[rows])

    def found(self, lookup: Lookup) -> Matches:
        """All of them, when all was looked up."""
        return Matches(
            self._offset, self._article, self._origin, self._similarity,
            lookup.places(self._tickets),
        )  # fmt: skip
