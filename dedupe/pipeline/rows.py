"""Rows for people who analyse: every verified match, every block with its scores."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Sequence
from math import isnan

import numpy as np

from dedupe.findings.lookup import Lookup
from dedupe.model import Finding, MatchRow, PassageRow, TextRange
from dedupe.pipeline.analysis import Judgement
from dedupe.tables import BlockKind, BlockScores, Corpus, MatchTable, Reading


def matches(
    corpus: Corpus, table: MatchTable, load: Callable[[int], Reading]
) -> tuple[MatchRow, ...]:
    """All verified pairs of spans, sorted by the two articles and places."""
    lookup = Lookup(corpus)
    tickets = [
        (lookup.tokens(a, a_start, a_end), lookup.tokens(b, b_start, b_end))
        for a, a_start, a_end, b, b_start, b_end in zip(
            table.a.tolist(), table.a_start.tolist(), table.a_end.tolist(),
            table.b.tolist(), table.b_start.tolist(), table.b_end.tolist(), strict=True,
        )
    ]  # fmt: skip
    lookup.resolve(load)
    # The four digits that are written are those of single precision.
    similarity = table.similarity.astype(np.float32)
    containment = np.maximum(table.containment_a, table.containment_b).astype(np.float32)

    def place(article: int, ticket: int) -> TextRange:
        return TextRange(corpus.path[article], *lookup.offsets(ticket))

    return tuple(
        MatchRow(
            "DUP103" if a == b else "DUP102", round(similar, 4), round(contained, 4),
            place(a, in_a), place(b, in_b),
        )
        for a, b, similar, contained, (in_a, in_b) in zip(
            table.a.tolist(), table.b.tolist(), similarity.tolist(), containment.tolist(),
            tickets, strict=True,
        )
    )  # fmt: skip


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
    article = (blocks.article + first).tolist()
    tickets = [
        lookup.bytes(d, start, end)
        for d, start, end in zip(article, blocks.start.tolist(), blocks.end.tolist(), strict=True)
    ]
    lookup.resolve(lambda _: reading)
    names = ("generic", "closing", "information", "novelty")
    columns = [getattr(scores, name).tolist() for name in names]
    rows = []
    for b, (d, kind, words, score) in enumerate(
        zip(article, blocks.kind.tolist(), scores.words.tolist(), scores.score.tolist(),
            strict=True)
    ):  # fmt: skip
        start, end = lookup.offsets(tickets[b])
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
