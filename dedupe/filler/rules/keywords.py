"""Key phrases written for search engines: stuffed (KEY401), alone on their lines (KEY402)."""

from __future__ import annotations

import numpy as np

from dedupe.arrays import I64
from dedupe.filler.lexicon import heading_lexicon
from dedupe.filler.rules.reading import HEADING, RuleReading, Span
from dedupe.tables import EvidenceKind

LEAST_PER_THOUSAND = 5.0
LEAST_OCCURRENCES = 8
MOST_ORPHAN_WORDS = 4
LEAST_ORPHANS, LEAST_RECURRENCES = 2, 3
"""Orphan lines of the same words, or places of those words in the article."""


def find(reading: RuleReading) -> None:
    """Flag key phrases."""
    blocks = reading.batch.blocks
    starts = reading.tokens.start
    # Wider places would make NumPy widen all starts for them.
    first = np.searchsorted(starts, blocks.orphan_start.astype(starts.dtype))
    behind = np.searchsorted(starts, blocks.orphan_end.astype(starts.dtype))
    article = reading.article[blocks.orphan_block].astype(np.int64)
    named = _stuffed(reading, first, behind, article)
    if len(first):
        _orphans(reading, first, behind, article, named)


def _stuffed(reading: RuleReading, first: I64, behind: I64, article: I64) -> set[tuple[int, str]]:
    """KEY401 of pairs of words; returns the articles with their phrases, folded."""
    from dedupe.kernels.cues import stuffed_pairs

    heading = np.nonzero(reading.kind == HEADING)[0]
    line_first = np.concatenate([reading.block_token[heading], first])
    line_behind = np.concatenate([reading.block_token[heading + 1], behind])
    line_article = np.concatenate([reading.article[heading], article])
    order = np.argsort(line_article, kind="stable")
    articles = len(reading.article_block) - 1
    count, lines, place = (np.zeros(articles, np.int32) for _ in range(3))
    lexicon = heading_lexicon()
    stuffed_pairs(
        reading.tokens.hash, reading.block_token, reading.article_block,
        line_first[order].astype(np.int64), line_behind[order].astype(np.int64),
        line_article[order].astype(np.int64), order < len(heading),
        lexicon.known, lexicon.word_key, lexicon.word_mark, count, lines, place,
    )  # fmt: skip
    words = np.diff(reading.block_token[reading.article_block])
    often = (count >= LEAST_OCCURRENCES) & (1000 * count >= LEAST_PER_THOUSAND * words)
    named = set()
    for stuffed in np.nonzero(often)[0].tolist():
        token = int(place[stuffed])
        gap = reading.batch.prose[reading.tokens.end[token] : reading.tokens.start[token + 1]]
        if (gap > ord(" ")).any():  # "example.org" and "read-only" are one word
            continue
        span = (reading.start[token], reading.end[token + 1])
        phrase = _flag_stuffed(reading, stuffed, span, int(count[stuffed]), int(lines[stuffed]))
        named.add((stuffed, phrase.casefold()))
    return named


def _flag_stuffed(
    reading: RuleReading, article: int, span: tuple[int, int], count: int, lines: int
) -> str:
    """KEY401 at one place of a phrase, which is returned."""
    phrase = " ".join(reading.text(*span).split())
    total = int(np.diff(reading.block_token[reading.article_block[article : article + 2]])[0])
    density = 1000 * count / total
    message = (
        f'"{phrase}" stands {count} times in {total:,} words '
        f"({density:.1f} per 1,000), {lines} of them in headings or alone on a line."
    )
    start, end = np.array([span[0]]), np.array([span[1]])
    flag = reading.flags.add("KEY401", np.array([article]), start, end, (message,))
    weight = np.array([count], float)
    reading.flags.explain(flag, EvidenceKind.PHRASE, (phrase,), weight, start, end)
    for name, value in (("per 1,000 words", round(density, 2)), ("headings and lost lines", lines)):
        reading.flags.explain(flag, EvidenceKind.SIGNAL, (name,), np.array([value], float))
    return phrase


def _orphans(
    reading: RuleReading, first: I64, behind: I64, article: I64, named: set[tuple[int, str]]
) -> None:
    """KEY402 for each recurring orphan; KEY401 for a phrase that is stuffed as well.

    named: phrases, folded, that their article was flagged for already; the others are added
    """
    from dedupe.kernels.cues import orphan_counts

    lexicon = heading_lexicon()
    lines, occurrences = (np.zeros(len(first), np.int32) for _ in range(2))
    orphan_counts(
        reading.tokens.hash, reading.block_token, reading.article_block,
        first.astype(np.int64), behind.astype(np.int64), article, MOST_ORPHAN_WORDS,
        lexicon.known, lexicon.word_key, lexicon.word_mark, lines, occurrences,
    )  # fmt: skip
    blocks = reading.batch.blocks
    words = np.diff(reading.block_token[reading.article_block])
    recurs = (lines >= LEAST_ORPHANS) | ((lines > 0) & (occurrences >= LEAST_RECURRENCES))
    recurring = np.flatnonzero(recurs)
    spans: list[tuple[int, Span]] = []
    for orphan in recurring.tolist():
        span = (int(blocks.orphan_start[orphan]), int(blocks.orphan_end[orphan]))
        where = int(article[orphan])
        phrase = " ".join(reading.text(*span).split()).casefold()
        size = int(behind[orphan] - first[orphan])
        often = int(occurrences[orphan])
        if (
            size > 1
            and (where, phrase) not in named
            and often >= LEAST_OCCURRENCES
            and lines[orphan] >= LEAST_ORPHANS
            and 1000 * often >= LEAST_PER_THOUSAND * words[where]
        ):
            named.add((where, phrase))
            _flag_stuffed(reading, where, span, often, int(lines[orphan]))
        spans.append((int(blocks.orphan_block[orphan]), span))
    messages = [
        f'"{text}" stands alone on {count} line{"" if count == 1 else "s"} inside sentences, '
        f"{times} times in the article."
        for text, count, times in zip(
            reading.quoted([span for _, span in spans]), lines[recurring].tolist(),
            occurrences[recurring].tolist(), strict=True,
        )
    ]  # fmt: skip
    reading.flag_spans("KEY402", spans, messages, EvidenceKind.PHRASE)
