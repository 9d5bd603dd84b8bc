"""Rows for people who analyse: every verified match, every block with its scores."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from math import isnan

import numpy as np

from dedupe.findings.lookup import Lookup
from dedupe.model import Finding, MatchRow, PassageRow, TextRange
from dedupe.pipeline.analysis import Judgement
from dedupe.tables import BlockKind, BlockScores, Corpus, EditKind, MatchTable, Reading


def matches(
    corpus: Corpus, table: MatchTable, load: Callable[[int], Reading]
) -> tuple[MatchRow, ...]:
    """All verified pairs of spans, sorted by the two articles and places."""
    lookup = Lookup(corpus)
    in_a = lookup.all_tokens(table.a.astype(np.int64), table.a_start, table.a_end)
    in_b = lookup.all_tokens(table.b.astype(np.int64), table.b_start, table.b_end)
    lookup.resolve(load)

    def ranges(article: np.ndarray, tickets: range) -> Iterable[TextRange]:
        start, end = lookup.all_offsets(tickets)
        paths = map(corpus.path.__getitem__, article.tolist())
        return map(TextRange, paths, start.tolist(), end.tolist())

    containment = np.maximum(table.containment_a, table.containment_b)
    return tuple(
        MatchRow(
            rule, round(similarity, 4), round(contained, 4), a, b
        )
        for rule, similarity, contained, a, b in zip(
            _rules(table), table.similarity.tolist(), containment.tolist(),
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


def passages(
    corpus: Corpus, judgements: Sequence[Judgement], found: Sequence[Finding],
    load: Callable[[int], Reading],
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
    lookup.resolve(lambda _: reading)
    edges = [edge.tolist() for edge in lookup.all_offsets(tickets)]
    names = ("generic", "closing", "information", "novelty")
    columns = [getattr(scores, name).tolist() for name in names]
    rows = []
    for b, (d, kind, words, score, start, end) in enumerate(
        zip(article.tolist(), blocks.kind.tolist(), scores.words.tolist(), scores.score.tolist(),
            *edges, strict=True)
    ):  # fmt: skip
        signals = {
            name: round(column[b], 4)
            for name, column in zip(names, columns, strict=True)
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
