"""TPL204: articles whose headings are those of articles on other subjects."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from itertools import pairwise

import numpy as np

from dedupe.findings.drafts import Counterpart, Counterparts, Draft
from dedupe.findings.lookup import Lookup
from dedupe.model import Cluster, Evidence
from dedupe.tables import Corpus, Load, OutlineTable


def outline_drafts(corpus: Corpus, table: OutlineTable, max_matches: int) -> list[Draft]:
    """One draft for each article with a recurring outline, at its first heading of it."""
    drafts: list[Draft] = []
    offset = table.offset.tolist()
    bounds = np.flatnonzero(np.diff(table.outline, prepend=-1, append=-1)).tolist()
    for first, behind in pairwise(bounds):
        rows = range(first, behind)
        articles, outline = table.article[rows].tolist(), int(table.outline[first])
        known = int(table.articles[outline])
        places = [
            Counterpart(
                article=article, start=int(table.start[low]), end=int(table.end[low]),
                similarity=_similarity(corpus, table, offset, first, row), containment=0.0,
            )
            for row, article in zip(rows, articles, strict=True)
            for low in [offset[row]]
        ]  # fmt: skip
        oldest = min(articles, key=corpus.rank.__getitem__)
        family = Cluster(_name(corpus, table, offset[first : first + 2]), known,
                         corpus.path[oldest])  # fmt: skip
        for k, row in enumerate(rows):
            others = places[: max_matches + 1]
            drafts.append(
                Draft(
                    rule="TPL204", article=articles[k], start=places[k].start, end=places[k].end,
                    cluster=row, members=len(places), family=family,
                    counterparts=Counterparts.of(
                        [place for place in others if place is not places[k]][:max_matches]
                    ),
                    message=f"{known:,} articles on {table.topics[outline]} topics have these "
                    f"{offset[row + 1] - offset[row]} headings in this order.",
                )
            )  # fmt: skip
    return drafts


def _similarity(
    corpus: Corpus, table: OutlineTable, offset: Sequence[int], a: int, b: int
) -> float:
    """Share of the headings of two articles that are the same, word for word."""
    names = [
        {corpus.token[low:high].tobytes() for low, high in zip(
            table.start[offset[row] : offset[row + 1]].tolist(),
            table.end[offset[row] : offset[row + 1]].tolist(), strict=True,
        )}
        for row in (a, b)
    ]  # fmt: skip
    return len(names[0] & names[1]) / len(names[0] | names[1])


def _name(corpus: Corpus, table: OutlineTable, rows: Sequence[int]) -> str:
    """Name of an outline: a hash of the words of its headings."""
    words = [
        corpus.token[low:high].tobytes()
        for low, high in zip(
            table.start[slice(*rows)].tolist(), table.end[slice(*rows)].tolist(), strict=True
        )
    ]
    return f"o-{blake2b(b'/'.join(words), digest_size=4).hexdigest()}"


def describe_outlines(
    drafts: Sequence[Draft], corpus: Corpus, table: OutlineTable, load: Load
) -> None:
    """Name the headings of each draft in their order."""
    rows = np.array([draft.cluster for draft in drafts], np.int64)
    size = np.diff(table.offset)[rows]
    article = np.repeat(table.article[rows], size)
    flat = np.concatenate(
        [np.empty(0, np.int64), *(np.arange(*table.offset[row : row + 2]) for row in rows)]
    )
    lookup = Lookup(corpus)
    texts = lookup.all_text(article, table.start[flat], table.end[flat])
    places = lookup.all_tokens(article, table.start[flat], table.end[flat])
    lookup.resolve(load)
    edges = zip(*(edge.tolist() for edge in lookup.all_offsets(places)), strict=True)
    headings = iter(
        [
            Evidence("phrase", text, None, None, low, high)
            for text, (low, high) in zip(lookup.pieces(texts), edges, strict=True)
        ]
    )
    for draft, count in zip(drafts, size.tolist(), strict=True):
        total = int(table.headings[draft.cluster])
        of = Evidence("fact", f"{count} of the {total} headings of this article")
        draft.evidence = (of, *(next(headings) for _ in range(count)))
