"""Drafts of some passages, without what only some rules know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from msgspec import structs

from dedupe.findings.drafts import CounterpartTable, Drafts
from dedupe.model import RULE_NUMBER


class Passage(NamedTuple):
    """A rule on some words of an article."""

    rule: str
    article: int
    start: int
    end: int
    original: bool = False
    above_copies: bool = False


def drafts_of(passages: Sequence[Passage]) -> Drafts:
    """The drafts of some passages that stand nowhere else."""
    rule, *places, original, above = zip(*passages, strict=True) if passages else [()] * 6
    none, shares = np.empty(0, np.int64), np.empty(0)
    article, start, end = (np.array(column, np.int64) for column in places)
    drafts = Drafts.of(
        np.array([RULE_NUMBER[code] for code in rule], np.uint8), article, start, end,
        np.ones(len(passages), np.int64), CounterpartTable(none, none, none, shares, shares),
        np.zeros(len(passages) + 1, np.int64),
    )  # fmt: skip
    return structs.replace(
        drafts, original=np.array(original, np.bool_), above_copies=np.array(above, np.bool_)
    )
