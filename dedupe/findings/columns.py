"""Findings as columns, from which their lines of JSON are made.

Legend: F findings, E pieces of evidence, or edits, M matches, C clusters.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import msgspec
import numpy as np
from msgspec import Struct

from dedupe.arrays import F64, I64, U8
from dedupe.tables import EvidenceTable
from dedupe.texts import Strings, Texts


class WordEdits(Struct, frozen=True):
    """Words in which F passages differ from their first other places."""

    offset: I64
    """(F + 1,) first listed edit of each passage, then E"""
    total: I64
    """(F,) edits of each, listed or not"""
    text: Texts
    """(E,) words of the passage, empty where the other place has more"""
    other: Texts
    """(E,) words of the other place, in the same buffer; a start of -1 where they are not at hand
    """
    start: I64
    """(E,) offset in the article, -1 where the passage has no words"""
    end: I64

    @classmethod
    def none(cls, count: int) -> WordEdits:
        """No edits of so many passages."""
        nothing, texts = np.empty(0, np.int64), Texts.nothing(0)
        return cls(np.zeros(count + 1, np.int64), np.zeros(count, np.int64), texts, texts,
                   nothing, nothing)  # fmt: skip


class Matches(Struct, frozen=True):
    """The other places of F passages that are shown."""

    offset: I64
    """(F + 1,) first place of each passage, then M"""
    article: I64
    """(M,)"""
    origin: U8
    """(M,) place in `model.ORIGINS`"""
    similarity: F64
    """(M,) multiples of 0.0001"""
    place: I64
    """(M, 6) line, column and offset of either end"""

    @classmethod
    def none(cls, count: int) -> Matches:
        """No places of so many passages."""
        nothing = np.empty(0, np.int64)
        return cls(np.zeros(count + 1, np.int64), nothing, np.empty(0, np.uint8), np.empty(0),
                   nothing.reshape(0, 6))  # fmt: skip


class Clusters(NamedTuple):
    """The groups (C,) of copies to which F passages belong."""

    of: I64
    """(F,) number of the group, -1 for none"""
    size: I64
    """(F,) places in it that are told of the passage"""
    name: Texts
    """(C,)"""
    original: I64
    """(C,) article of the first place"""

    @classmethod
    def none(cls, count: int) -> Clusters:
        """No group of so many passages."""
        nothing = np.empty(0, np.int64)
        return cls(np.full(count, -1), np.zeros(count, np.int64), Texts.nothing(0), nothing)

    @classmethod
    def joined(cls, parts: Sequence[Clusters]) -> Clusters:
        """Those of several tables of passages, one behind the other."""
        base = accumulate((len(part.original) for part in parts), initial=0)
        of = [np.where(p.of < 0, -1, p.of + first) for p, first in zip(parts, base, strict=False)]
        return cls(
            np.concatenate(of),
            np.concatenate([part.size for part in parts]),
            Texts.joined([part.name for part in parts]),
            np.concatenate([part.original for part in parts]),
        )

    def rows(self, rows: I64) -> Clusters:
        """Those of some passages."""
        return self._replace(of=self.of[rows], size=self.size[rows])


class FindingTable(Struct, frozen=True):
    """Findings (F,) but for what is known when all have been settled."""

    rule: U8
    """(F,) place in `model.RULES`"""
    article: I64
    place: I64
    """(F, 6) line, column and offset of the start, then of the end"""
    words: I64
    similarity: F64
    """(F,) multiples of 0.0001, NaN where it has none"""
    score: F64
    excerpt: Texts
    evidence: EvidenceTable
    """Places are code points in the article"""
    edits: WordEdits
    """Evidence, too, behind all other"""
    cluster: Clusters
    matches: Matches
    total: I64
    """(F,) matches, shown or not"""
    message: Texts


class Articles(NamedTuple):
    """What lines say of articles, by their numbers."""

    path: Texts
    date: Texts
    """As JSON"""

    @classmethod
    def of(cls, path: Strings, date: Sequence[str | None]) -> Articles:
        """Those of paths without lone surrogates, and ISO dates."""
        days = sorted(set(date), key=str)
        number = {day: place for place, day in enumerate(days)}
        which = np.fromiter(map(number.__getitem__, date), np.int64, len(date))
        encoded = [str(msgspec.json.encode(day), "utf-8") for day in days]
        return cls(path.texts, Texts.of(encoded).take(which))

    def part(self, first: int, behind: int) -> Articles:
        """Those of a batch, by their numbers in it."""
        own = np.arange(first, behind)
        return Articles(self.path.take(own), self.date.take(own))


def rounded(values: F64) -> F64:
    """Numbers to four decimal places, as `round` gives them; NaN stays.

    What lies in the middle between two of them may have been rounded to there: `round` knows.
    """
    scaled = values * 10_000
    found = np.rint(scaled) / 10_000
    for place in np.flatnonzero(scaled - np.floor(scaled) == 0.5).tolist():
        found[place] = round(float(values[place]), 4)
    return found
