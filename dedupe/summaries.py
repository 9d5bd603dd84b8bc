"""Passages that sum up a whole other article, at depth `deep`.

They stand in the candidates of the reworded channel, where both texts share pairs of stems, but
are no passage of the other article: what they tell comes from all over it (`kernels.summarizing`).
Words alone cannot tell a summary from a text that happens to tell the same: it is a note.

Legend: Q candidates, R passages.
"""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np

from dedupe.arrays import F32, F64, I32, I64, U32, order_of, packed
from dedupe.tables import MatchTable, Pieces, SummaryTable

RARE_STEMS = 25
"""Shared stems of more than one nat that a summary has at least."""
ISLAND = 0.4
"""How much more of a summary than of the words around it the other article explains; an article on
the same topic explains those as well. Limits of .3 and .35 find more, and as many false ones."""
MOST_SENTENCES = 600
"""Of the longest article that is looked at as a whole: all of its sentences are compared with all
of a box."""
_CHUNK = 256
_ROOM = 1 << 14


def find(
    partner: I32, box: I64, known: MatchTable, stem: U32, sentence: I64, rarity: F32,
    pieces: Pieces, pool: Executor,
) -> SummaryTable:  # fmt: skip
    """Find the passages that sum up an article.

    partner: (Q, 2) pieces, each two once; box: (Q, 4) first sentence and end, in either
    known: what is copied or reworded, of pieces
    stem: (N,); sentence: (S + 1,) first token of each sentence, then N
    rarity: (2 ** k,) information of a stem in nats, by its upper bits
    """
    from dedupe.kernels.summarizing import find_summaries

    edges = np.searchsorted(sentence, pieces.token)
    # Either of the two may hold the summary.
    article, source = np.concatenate([partner, partner[:, ::-1]]).T
    bounds = np.empty((len(article), 4), np.int64)
    bounds[:, :2] = np.concatenate([box[:, :2], box[:, 2:]])
    bounds[:, 2], bounds[:, 3] = edges[source], edges[source + 1]
    fits = bounds[:, 3] - bounds[:, 2] <= MOST_SENTENCES
    article, source, bounds = article[fits], source[fits], bounds[fits]
    match, match_range = _known(known, article, source)

    def one(at: int) -> tuple[I64, I64, F64]:
        part = slice(at, at + _CHUNK)
        rows, seeds = _CHUNK, _ROOM
        while True:
            owner, span = np.empty(rows, np.int64), np.empty((rows, 2), np.int64)
            facts = np.empty((rows, 3))
            count = find_summaries(
                stem, sentence, bounds[part], rarity, match, match_range[part], RARE_STEMS,
                ISLAND, seeds, owner, span, facts,
            )  # fmt: skip
            if count < 0:
                seeds *= 4
            elif count > rows:
                rows = count
            else:
                return owner[:count] + at, span[:count], facts[:count]

    none = np.empty(0, np.int64), np.empty((0, 2), np.int64), np.empty((0, 3))
    parts = [none, *pool.map(one, range(0, len(bounds), _CHUNK))]
    owner, span, facts = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = order_of(span[:, 0], source[owner])
    owner, span, facts = owner[order], span[order], facts[order]
    start, end = span.T.copy()
    explained, around, rare = facts.T.copy()
    whole = source[owner]
    return SummaryTable(
        pieces.article[article[owner]], start, end, pieces.article[whole], pieces.token[whole],
        pieces.token[whole + 1], explained, around, rare,
    )  # fmt: skip


def _known(known: MatchTable, article: I32, source: I32) -> tuple[I64, I64]:
    """The spans (M, 4) of matches by pairs of pieces, in both directions, and those of each pair.

    Returns them, the side of the article first, and where those of each pair begin and end (Q, 2).
    """
    there = packed(known.a, known.b)
    back = packed(known.b, known.a)
    key = np.concatenate([there, back])
    order = order_of(key)
    match = np.concatenate([known.spans, known.spans[:, [2, 3, 0, 1]]])[order]
    wanted = packed(article, source)
    edges = [np.searchsorted(key[order], wanted, side) for side in ("left", "right")]
    return np.ascontiguousarray(match), np.stack(edges, axis=1)
