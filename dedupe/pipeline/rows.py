"""Rows for people who analyse: every match, every member of a cluster, every block with scores."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import isnan
from typing import Literal

import numpy as np
from msgspec import structs

from dedupe.arrays import F64, I32, I64, Bool, order_of, packed, ragged
from dedupe.findings import Drafts
from dedupe.findings.columns import rounded
from dedupe.findings.lookup import Lookup
from dedupe.model import RULE_NUMBER, Finding, MatchRow, MemberRow, PassageRow, TextRange
from dedupe.pipeline.analysis import Judgement
from dedupe.tables import (
    SIGNALS,
    BlockKind,
    BlockScores,
    Corpus,
    EditKind,
    Load,
    MatchTable,
    Overlap,
    Reading,
    SummaryTable,
)

_COPIED = [RULE_NUMBER[code] for code in ("DUP101", "DUP102", "DUP104")]
"""Rules on copies that make clusters."""
_EDGES: tuple[Literal["left", "right"], ...] = ("left", "right")


def matches(
    corpus: Corpus, table: MatchTable, summaries: SummaryTable | None, overlap: Overlap,
    load: Load,
) -> tuple[MatchRow, ...]:  # fmt: skip
    """All verified pairs of spans, sorted by the two articles and places.

    A passage that sums up an article is a pair with the whole of that; matches of the two that meet
    it are parts of it, and no rows.
    """
    if summaries is None:
        return _match_rows(corpus, table, _rules(table), load)
    kept = table.rows(~_inside(table, summaries))
    rules = [*_rules(kept), *["DUP105"] * len(summaries.start)]
    pairs = structs.replace(kept, edits=None).and_those_of(_pairs(summaries, overlap))
    order = order_of(pairs.a, pairs.b, pairs.a_start, pairs.b_start)
    return _match_rows(corpus, pairs.rows(order), [rules[row] for row in order.tolist()], load)


def _pairs(summaries: SummaryTable, overlap: Overlap) -> MatchTable:
    """Summaries and what they sum up as pairs of spans, the smaller article first."""
    article = summaries.article, summaries.source
    start, end = (summaries.start, summaries.source_start), (summaries.end, summaries.source_end)
    turned = summaries.article > summaries.source
    (a, b), (a_start, b_start), (a_end, b_end) = (
        (np.where(turned, second, first), np.where(turned, first, second))
        for first, second in (article, start, end)
    )
    shared = overlap(a_start, a_end, b_start, b_end).T
    return MatchTable(a, b, a_start, a_end, b_start, b_end, *shared)


def _inside(table: MatchTable, summaries: SummaryTable) -> Bool:
    """Which matches (V,) of a summary and its source meet the summary."""
    inside = np.zeros(len(table), np.bool_)
    key = packed(summaries.article, summaries.source)
    order = np.argsort(key, kind="stable")
    sides = (
        (table.a, table.b, table.a_start, table.a_end),
        (table.b, table.a, table.b_start, table.b_end),
    )
    for article, source, start, end in sides:
        own = packed(article, source)
        low, high = (np.searchsorted(key[order], own, side) for side in _EDGES)
        of, place = ragged(low, high - low)
        which = order[place]
        meets = (start[of] < summaries.end[which]) & (end[of] > summaries.start[which])
        inside[of[meets]] = True
    return inside


def _match_rows(
    corpus: Corpus, table: MatchTable, rules: Sequence[str], load: Load
) -> tuple[MatchRow, ...]:
    lookup = Lookup(corpus)
    in_a = lookup.all_tokens(table.a.astype(np.int64), table.a_start, table.a_end)
    in_b = lookup.all_tokens(table.b.astype(np.int64), table.b_start, table.b_end)
    lookup.resolve(load)

    def ranges(article: I32, tickets: range) -> Iterable[TextRange]:
        start, end = lookup.all_offsets(tickets)
        paths = map(corpus.path.__getitem__, article.tolist())
        return map(TextRange, paths, start.tolist(), end.tolist())

    containment = np.maximum(table.containment_a, table.containment_b)
    return tuple(
        MatchRow(
            rule, round(similarity, 4), round(contained, 4), a, b
        )
        for rule, similarity, contained, a, b in zip(
            rules, table.similarity.tolist(), containment.tolist(),
            ranges(table.a, in_a), ranges(table.b, in_b), strict=True,
        )
    )  # fmt: skip


def _rules(table: MatchTable) -> list[str]:
    """The rule that speaks of each match."""
    reworded = np.zeros(len(table), np.bool_)
    if table.edits is not None:
        reworded = table.edits.kind >= EditKind.REORDERED
    rules: list[str] = np.select(
        [table.a == table.b, reworded], ["DUP103", "DUP104"], "DUP102"
    ).tolist()
    return rules


def members(corpus: Corpus, drafts: Drafts, load: Load) -> tuple[MemberRow, ...]:
    """All members of clusters of copies, flagged or not: the original first, then by path."""
    drafts = drafts.rows(np.flatnonzero((drafts.cluster.of >= 0) & np.isin(drafts.rule, _COPIED)))
    cluster = drafts.cluster
    original, names = cluster.original[cluster.of], cluster.name.take(cluster.of).strings()
    lookup = Lookup(corpus)
    tickets = lookup.all_tokens(drafts.article, drafts.start, drafts.end)
    lookup.resolve(load)
    columns = (
        drafts.article, drafts.original, original, _similarity(drafts, original),
        drafts.end - drafts.start, *lookup.all_offsets(tickets),
    )  # fmt: skip
    rows = [
        MemberRow(
            name, None, corpus.path[article], "original" if first else "duplicate", first,
            corpus.path[there], None if isnan(similarity) else similarity, words, low, high,
        )
        for name, article, first, there, similarity, words, low, high in zip(
            names, *(column.tolist() for column in columns), strict=True
        )
    ]  # fmt: skip
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                row.representative, row.cluster_id, not row.keep, row.path, row.span_start,
            ),
        )
    )  # fmt: skip


def _similarity(drafts: Drafts, original: I64) -> F64:
    """That of each passage (F,) to the one in its original; NaN where it was not compared."""
    of = np.repeat(np.arange(len(drafts)), np.diff(drafts.offset))
    there = np.flatnonzero(drafts.others.article == original[of])
    compared, first = np.unique(of[there], return_index=True)
    similarity = np.full(len(drafts), np.nan)
    similarity[compared] = rounded(drafts.others.similarity[there[first]])
    similarity[drafts.original] = 1.0
    return similarity


def passages(
    corpus: Corpus, judgements: Sequence[Judgement], found: Sequence[Finding],
    load: Load,
) -> tuple[PassageRow, ...]:  # fmt: skip
    """Every block of every article with its scores; empty unless scores were kept."""
    if all(judgement.scores is None for judgement in judgements):
        return ()
    flagged: dict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        flagged[finding.path].append(finding)
    rows: list[PassageRow] = []
    for number, judgement in enumerate(judgements):
        if judgement.scores is not None:
            first = int(corpus.batch_article[number])
            rows += _batch_passages(corpus, first, load(number), judgement.scores, flagged)
    return tuple(rows)


def _batch_passages(
    corpus: Corpus, first: int, reading: Reading, scores: BlockScores,
    flagged: dict[str, list[Finding]],
) -> list[PassageRow]:  # fmt: skip
    lookup = Lookup(corpus)
    blocks = reading.text.blocks
    article = blocks.article.astype(np.int64) + first
    tickets = lookup.all_bytes(article, blocks.start, blocks.end)
    lookup.resolve(lambda *_: reading)
    edges = [edge.tolist() for edge in lookup.all_offsets(tickets)]
    columns = [getattr(scores, name).tolist() for name in SIGNALS]
    rows = []
    for b, (d, kind, words, score, start, end) in enumerate(
        zip(article.tolist(), blocks.kind.tolist(), scores.words.tolist(), scores.score.tolist(),
            *edges, strict=True)
    ):  # fmt: skip
        signals = {
            name: round(column[b], 4)
            for name, column in zip(SIGNALS, columns, strict=True)
            if not isnan(column[b])
        }
        rows.append(
            PassageRow(
                corpus.path[d], start, end, BlockKind(kind).name.lower(), words,
                None if isnan(score) else round(score, 4), signals,
                _rules_at(flagged.get(corpus.path[d], []), start, end),
            )
        )  # fmt: skip
    return rows


def _rules_at(found: list[Finding], start: int, end: int) -> tuple[str, ...]:
    """Rules of the findings that overlap a block; findings are sorted by their start."""
    behind = bisect_left(found, end, key=lambda finding: finding.span.start.offset)
    return tuple(sorted({f.rule for f in found[:behind] if f.span.end.offset > start}))
