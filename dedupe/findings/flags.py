"""Flags of the filler rules, located: what remains of them when the text of their batch is gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct, structs

from dedupe.arrays import F64, I64, U8
from dedupe.findings.columns import Clusters, FindingTable, Matches, WordEdits
from dedupe.findings.lookup import Lookup, locate
from dedupe.model import RULE_NUMBER
from dedupe.tables import Corpus, EvidenceKind, EvidenceTable, FlagTable, Load, Reading
from dedupe.texts import Texts


class LocatedFlags(Struct, frozen=True):
    """F flags of a batch; articles and tokens are counted from the start of the batch."""

    rule: U8
    """(F,) place of the rule in `model.RULES`"""
    article: I64
    first: I64
    """(F,) first word"""
    behind: I64
    """(F,) word behind it; `first` for a line without words"""
    place: I64
    """(F, 6) line, column and offset of the start, then of the end"""
    score: F64
    """(F,) NaN where it has none"""
    excerpt: Texts
    message: Texts
    evidence: EvidenceTable
    """Places are code points in the article"""

    def findings(self) -> FindingTable:
        """All of them as findings."""
        count = len(self.rule)
        return FindingTable(
            rule=self.rule,
            article=self.article,
            place=self.place,
            words=self.behind - self.first,
            similarity=np.full(count, np.nan),
            score=self.score,
            excerpt=self.excerpt,
            evidence=self.evidence,
            edits=WordEdits.none(count),
            cluster=Clusters.none(count),
            matches=Matches.none(count),
            total=np.zeros(count, np.int64),
            message=self.message,
        )


def no_flags() -> LocatedFlags:
    """The flags of a batch that nobody judges."""
    none, texts = np.empty(0, np.int64), Texts.nothing(0)
    return LocatedFlags(
        np.empty(0, np.uint8), none, none, none, np.empty((0, 6), np.int64), np.empty(0), texts,
        texts, EvidenceTable.none(0),
    )  # fmt: skip


def locate_flags(reading: Reading, flags: FlagTable, excerpt_words: int) -> LocatedFlags:
    """Find the words, lines and first words of flags while the text is at hand."""
    tokens, evidence = reading.tokens, flags.evidence
    first = np.searchsorted(tokens.end, flags.start.astype(np.int32), side="right")
    behind = np.searchsorted(tokens.start, flags.end.astype(np.int32), side="left")
    placed = np.flatnonzero(evidence.start >= 0)
    owner = np.repeat(flags.article, np.diff(evidence.offset))[placed]
    count = len(flags.rule)
    places = locate(
        reading, np.concatenate((flags.article, owner)),
        np.concatenate((flags.start, evidence.start[placed])),
        np.concatenate((flags.end, evidence.end[placed])),
    )  # fmt: skip
    evidence_start, evidence_end = np.full((2, len(evidence.kind)), -1)
    evidence_start[placed], evidence_end[placed] = places[count:, 2], places[count:, 5]
    return LocatedFlags(
        rule=flags.rule,
        article=flags.article,
        first=first,
        behind=np.maximum(behind, first),
        place=places[:count],
        score=flags.score,
        excerpt=_excerpts(reading, first, np.minimum(behind, first + excerpt_words)),
        message=flags.message,
        evidence=structs.replace(evidence, start=evidence_start, end=evidence_end),
    )


def flag_articles(
    rule: str, articles: I64, messages: Sequence[str], signal: tuple[str, F64], corpus: Corpus,
    load: Load, excerpt_words: int,
) -> LocatedFlags:  # fmt: skip
    """Flags of one rule on whole articles; all numbers are those of the corpus.

    signal: the name of the plain number that explains each flag, and its values
    """
    count = len(articles)
    first, behind = corpus.article_token[articles], corpus.article_token[articles + 1]
    lookup = Lookup(corpus)
    spans = lookup.all_tokens(articles, first, behind)
    excerpts = lookup.all_text(articles, first, np.minimum(behind, first + excerpt_words))
    lookup.resolve(load)
    name, weight = signal
    nowhere = np.full(count, -1)
    return LocatedFlags(
        rule=np.full(count, RULE_NUMBER[rule], np.uint8),
        article=articles,
        first=first,
        behind=behind,
        place=lookup.places(spans),
        score=np.full(count, np.nan),
        excerpt=lookup.texts(excerpts),
        message=Texts.of(messages),
        evidence=EvidenceTable(
            np.arange(count + 1), np.full(count, EvidenceKind.SIGNAL, np.uint8),
            Texts.of((name,)).take(np.zeros(count, np.int64)), weight, nowhere, nowhere,
        ),
    )  # fmt: skip


def _excerpts(reading: Reading, first: I64, behind: I64) -> Texts:
    """The texts of stretches of words, copied; nothing for those without a word."""
    some = np.flatnonzero(behind > first)
    start, end = np.zeros((2, len(first)), np.int64)
    start[some] = reading.tokens.start[first[some]]
    end[some] = reading.tokens.end[behind[some] - 1]
    return Texts(reading.text.data, start, end).copied()


class Flagged(NamedTuple):
    """The flags of all batches side by side, as far as they decide something."""

    rule: U8
    """(F,) place of the rule in `model.RULES`"""
    article: I64
    start: I64
    """(F,) first word, from the start of the corpus"""
    end: I64
    batch: I64
    """(F,) number of the batch"""
    row: I64
    """(F,) place among the flags of the batch"""


def side_by_side(batches: Sequence[LocatedFlags], corpus: Corpus) -> Flagged:
    """Count the articles and words of the flags of all batches from the start of the corpus."""
    sizes = [len(flags.rule) for flags in batches]
    article_base = np.repeat(corpus.batch_article[:-1], sizes)
    token_base = np.repeat(corpus.article_token[corpus.batch_article[:-1]], sizes)
    return Flagged(
        rule=np.concatenate([np.empty(0, np.uint8), *(flags.rule for flags in batches)]),
        article=_concatenated([flags.article for flags in batches]) + article_base,
        start=_concatenated([flags.first for flags in batches]) + token_base,
        end=_concatenated([flags.behind for flags in batches]) + token_base,
        batch=np.repeat(np.arange(len(batches)), sizes),
        row=_concatenated([np.arange(size) for size in sizes]),
    )


def _concatenated(parts: Sequence[I64]) -> I64:
    return np.concatenate([np.empty(0, np.int64), *parts])
