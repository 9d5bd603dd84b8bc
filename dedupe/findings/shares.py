"""The account of an article's words: each belongs to exactly one share."""

from __future__ import annotations

import numpy as np
from msgspec import Struct, structs

from dedupe.arrays import F64, I64, U8, Bool
from dedupe.findings.drafts import DraftTable
from dedupe.model import RULES
from dedupe.tables import Pieces

FILLER_RULES = frozenset(("FIL301", "FIL302", "FIL303", "FIL304", "FIL305"))

_FILLER, _TEMPLATE, _DUPLICATE = 1, 2, 3


def _layer(code: str) -> int:
    if code in FILLER_RULES:
        return _FILLER
    if RULES[code].whole_article:
        return 0
    if code == "DUP105":  # in words of its own
        return 0
    return {"TPL": _TEMPLATE, "DUP": _DUPLICATE}.get(code[:3], 0)


_LAYER = np.array([_layer(code) for code in RULES], np.uint8)


class Shares(Struct, frozen=True):
    """Words of D articles by what was found about them."""

    words: I64
    duplicate: I64
    template: I64
    filler: I64
    excluded: I64

    @property
    def unique(self) -> I64:
        """Words that are the article's own."""
        return self.words - self.duplicate - self.template - self.filler - self.excluded

    def total(self) -> Shares:
        """All articles as one."""
        return Shares(*(column.sum(keepdims=True) for column in structs.astuple(self)))

    def rows(self, chosen: Bool) -> Shares:
        """Those of some articles."""
        return Shares(*(column[chosen] for column in structs.astuple(self)))

    def percent(self, count: I64) -> F64:
        """Counts (D,) of words as percentages of all."""
        percent: F64 = 100.0 * count / np.maximum(self.words, 1)
        return percent


def no_shares() -> Shares:
    """The account of no article."""
    return Shares(*(np.zeros(0, np.int64) for _ in range(5)))


def count(
    table: DraftTable, stands: Bool, article_token: I64, pieces: Pieces | None = None
) -> Shares:
    """Count the words of all articles; article_token: (D + 1,) first token of each.

    A word that is left out of matching counts as excluded, whatever a finding says of it. One that
    several findings claim counts as duplicate, else as template, else as filler. What a finding
    hides does not count again, and the copy that came first is the article's own.
    """
    from dedupe.kernels.settling import count_layers

    words = np.diff(article_token)
    excluded = np.zeros(len(words), np.int64)
    if pieces is not None and pieces.out.any():
        excluded = pieces.words_out(len(words))
        table, of = table.within(pieces)
        stands = stands[of]
    edges = table.edges()
    article = table.article[edges[:-1]]
    layer: U8 = np.where(stands & ~table.original, _LAYER[table.rule], np.uint8(0))
    counts = np.empty((len(article), 3), np.int64)
    paint = np.zeros(int(words[article].max(initial=0)), np.uint8)
    count_layers(edges, article_token[article], layer, table.start, table.end, paint, counts)
    filler, template, duplicate = (np.zeros(len(words), np.int64) for _ in range(3))
    filler[article], template[article], duplicate[article] = counts.T
    return Shares(words, duplicate, template, filler, excluded)
