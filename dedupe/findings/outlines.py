"""TPL204: articles whose headings are those of articles on other subjects."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from itertools import islice, pairwise

import numpy as np
from msgspec import structs

from dedupe.arrays import ragged
from dedupe.findings.columns import Clusters
from dedupe.findings.drafts import CounterpartTable, Drafts, evidence_of
from dedupe.findings.isolation import isolated
from dedupe.findings.lookup import Lookup
from dedupe.model import RULE_NUMBER, Evidence
from dedupe.tables import Corpus, EvidenceTable, Isolation, OutlineTable
from dedupe.texts import Texts


def outline_drafts(
    corpus: Corpus, table: OutlineTable, max_matches: int, isolation: Isolation | None
) -> Drafts:
    """One draft for each article with a recurring outline, at its first heading of it."""
    count = len(table.article)
    other: list[int] = []
    similarity: list[float] = []
    size, names, oldest = [], [], []
    bounds = np.flatnonzero(np.diff(table.outline, prepend=-1, append=-1))
    for first, behind in pairwise(bounds.tolist()):
        articles = table.article[first:behind].tolist()
        oldest.append(min(articles, key=corpus.rank.__getitem__))
        names.append(_name(corpus, table, first))
        shown = range(first, min(first + max_matches + 1, behind))
        alike = [_similarity(corpus, table, first, row) for row in shown]
        for row in range(first, behind):
            places = [place for place in shown if place != row][:max_matches]
            size.append(len(places))
            other += places
            similarity += [alike[place - first] for place in places]
    members = np.diff(bounds)
    group = np.repeat(np.arange(len(members)), members)
    start, end = (column[table.offset[:-1]] for column in (table.start, table.end))
    named = np.array(other, np.int64)
    others = CounterpartTable(
        table.article[named], start[named], end[named], np.array(similarity, np.float64),
        np.zeros(len(named)),
    )  # fmt: skip
    drafts = Drafts.of(
        np.full(count, RULE_NUMBER["TPL204"], np.uint8), table.article, start, end,
        members[group], others, np.cumsum([0, *size]),
    )  # fmt: skip
    cluster = Clusters(
        group, table.articles[table.outline].astype(np.int64), Texts.of(names),
        np.array(oldest, np.int64),
    )  # fmt: skip
    drafts = structs.replace(drafts, source=np.arange(count), cluster=cluster)
    if isolation is None:
        return drafts
    drafts, compared = isolated(drafts, group, isolation)
    return drafts.rows(np.flatnonzero(compared))


def _similarity(corpus: Corpus, table: OutlineTable, a: int, b: int) -> float:
    """Share of the headings of two articles that are the same, word for word."""
    ours, theirs = (set(_headings(corpus, table, row)) for row in (a, b))
    return len(ours & theirs) / len(ours | theirs)


def _name(corpus: Corpus, table: OutlineTable, row: int) -> str:
    """Name of an outline: a hash of the words of its headings in an article."""
    words = b"/".join(_headings(corpus, table, row))
    return f"o-{blake2b(words, digest_size=4).hexdigest()}"


def _headings(corpus: Corpus, table: OutlineTable, row: int) -> Iterator[bytes]:
    """The words of each heading of an article."""
    here = slice(*table.offset[row : row + 2])
    for low, high in zip(table.start[here].tolist(), table.end[here].tolist(), strict=True):
        yield corpus.token[low:high].tobytes()


class NotedOutlines:
    """The headings of outlines in their order, noted to be looked up."""

    def __init__(self, drafts: Drafts, table: OutlineTable, lookup: Lookup) -> None:
        """Note those of some drafts, TPL204 in any number and order, made from `table`."""
        self._table, self._rows = table, drafts.source
        self._size = np.diff(table.offset)[self._rows]
        _, flat = ragged(table.offset[self._rows], self._size)
        headings = (
            np.repeat(table.article[self._rows], self._size),
            table.start[flat],
            table.end[flat],
        )
        self._texts, self._places = lookup.all_text(*headings), lookup.all_tokens(*headings)

    def found(self, lookup: Lookup) -> tuple[EvidenceTable, Texts]:
        """The evidence and the message of each draft, when all was looked up."""
        table = self._table
        edges = zip(*(edge.tolist() for edge in lookup.all_offsets(self._places)), strict=True)
        headings = iter(
            [
                Evidence("phrase", text, None, None, low, high)
                for text, (low, high) in zip(
                    lookup.texts(self._texts).strings(), edges, strict=True
                )
            ]
        )
        reasons, messages = [], []
        for row, count in zip(self._rows.tolist(), self._size.tolist(), strict=True):
            outline, total = table.outline[row], table.headings[row]
            of = Evidence("fact", f"{count} of the {total} headings of this article")
            reasons.append((of, *islice(headings, count)))
            messages.append(
                f"{table.articles[outline]:,} articles on {table.topics[outline]} topics have "
                f"these {count} headings in this order."
            )
        return evidence_of(reasons), Texts.of(messages)
