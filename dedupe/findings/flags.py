"""Drafts of the filler, template, keyword and link rules, from the flags of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np

from dedupe.findings.drafts import Draft
from dedupe.findings.lookup import locate, spans
from dedupe.model import Evidence, Flag
from dedupe.tables import I64, Reading


def draft_flags(reading: Reading, flags: Sequence[Flag], excerpt_words: int) -> list[Draft]:
    """Drafts of flags, complete with places and excerpts while the text is at hand.

    Articles and tokens are counted from the start of the batch.
    """
    tokens = reading.tokens
    article = np.array([flag.article for flag in flags], np.int64)
    edges = np.array([(flag.start, flag.end) for flag in flags], np.int64).reshape(-1, 2)
    first = np.searchsorted(tokens.end, edges[:, 0].astype(np.int32), side="right")
    behind = np.searchsorted(tokens.start, edges[:, 1].astype(np.int32), side="left")
    places = spans(*locate(reading, article, edges[:, 0], edges[:, 1]))
    columns = zip(
        flags, first.tolist(), behind.tolist(), places,
        _excerpts(reading, first, np.minimum(behind, first + excerpt_words)),
        _evidence(reading, flags, article), strict=True,
    )  # fmt: skip
    return [
        Draft(flag.rule, flag.article, low, high, span, excerpt, flag.score, flag.message, evidence)
        for flag, low, high, span, excerpt, evidence in columns
    ]


def _excerpts(reading: Reading, first: I64, behind: I64) -> list[str]:
    """The texts of stretches of words; nothing for those without a word."""
    some = behind > first
    low = reading.tokens.start[np.where(some, first, 0)]
    high = np.where(some, reading.tokens.end[np.where(some, behind, 1) - 1], low)
    text = reading.text.data.data
    return [str(text[a:b], "utf-8") for a, b in zip(low.tolist(), high.tolist(), strict=True)]


def _evidence(reading: Reading, flags: Sequence[Flag], article: I64) -> list[tuple[Evidence, ...]]:
    """The evidence of flags, with code points in place of bytes."""
    sizes = [len(flag.evidence) for flag in flags]
    items = [item for flag in flags for item in flag.evidence]
    placed = [n for n, item in enumerate(items) if item.start is not None]
    edges = np.array([(items[n].start, items[n].end) for n in placed], np.int64).reshape(-1, 2)
    owner = np.repeat(article, sizes)[placed]
    start, end = locate(reading, owner, edges[:, 0], edges[:, 1])
    for n, low, high in zip(placed, start[2].tolist(), end[2].tolist(), strict=True):
        item = items[n]
        items[n] = Evidence(item.kind, item.text, item.other, item.weight, low, high)
    return [tuple(items[a:b]) for a, b in pairwise(accumulate(sizes, initial=0))]
