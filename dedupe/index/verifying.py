"""Whether the files of an index are as they were written, and say the same."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from dedupe.index import articles, postings
from dedupe.index.reader import Index
from dedupe.index.segment import Segment, sum_of


def faults(index: Index) -> Iterator[str]:
    """What is wrong with an index."""
    damaged = False
    for segment in index.segments:
        found = list(segment.faults()) or list(_contradictions(segment))
        damaged |= bool(found)
        yield from found
    if damaged:
        return  # what follows would only say so again
    told = index.manifest
    where = index.places
    if len(where.path) != told.articles:
        yield f"the manifest counts {told.articles:,} articles, and there are {len(where.path):,}"
    for one, other in pairwise(where.path):
        if one == other:
            yield f"{str(one, 'utf-8')} stands twice in the index"
    if f"{sum_of(index.digests(np.arange(len(where.path)))):064x}" != told.digest:
        yield "the digest of the manifest is not that of the articles"


def _contradictions(segment: Segment) -> Iterator[str]:
    """Where the columns of a segment do not belong together."""
    contents = segment.contents(np.arange(segment.header.articles))
    held = contents.articles
    paths = held.paths()
    if any(one >= other for one, other in pairwise(paths)):
        yield f"{segment.path}: its articles are not in the order of their paths"
    wrong = np.flatnonzero((articles.digests(held.count, held.values) != held.digest).any(axis=1))
    for row in wrong.tolist():
        yield f"{segment.path}: {str(paths[row], 'utf-8')} has another digest"
    table = held.table(with_text=False)
    pairs = postings.of_pairs(table, table.pieces.article.astype(np.int64))
    if not np.array_equal(pairs, contents.pairs):
        yield f"{segment.path}: its pairs of stems are not those of its words"
