"""Key phrases written for search engines: stuffed (KEY401), alone on their lines (KEY402)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dedupe.filler.lexicon import heading_lexicon
from dedupe.filler.rules.reading import HEADING, Reading
from dedupe.model import Evidence, Flag
from dedupe.tables import I64

LEAST_PER_THOUSAND = 5.0
LEAST_OCCURRENCES = 8
MOST_ORPHAN_WORDS = 4
LEAST_ORPHANS, LEAST_RECURRENCES = 2, 3
"""Orphan lines of the same words, or places of those words in the article."""


def find(reading: Reading) -> Iterator[Flag]:
    """Flags of key phrases."""
    blocks = reading.batch.blocks
    starts = reading.tokens.start
    first = np.searchsorted(starts, blocks.orphan_start)
    behind = np.searchsorted(starts, blocks.orphan_end)
    article = reading.article[blocks.orphan_block].astype(np.int64)
    named = set()
    for flag in _stuffed(reading, first, behind, article):
        named.add((flag.article, flag.evidence[0].text.casefold()))
        yield flag
    if len(first):
        yield from _orphans(reading, first, behind, article, named)


def _stuffed(reading: Reading, first: I64, behind: I64, article: I64) -> Iterator[Flag]:
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
    for stuffed in np.nonzero(often)[0].tolist():
        token = int(place[stuffed])
        gap = reading.batch.prose[reading.tokens.end[token] : reading.tokens.start[token + 1]]
        if (gap > ord(" ")).any():  # "example.org" and "read-only" are one word
            continue
        span = (reading.start[token], reading.end[token + 1])
        yield _stuffed_flag(reading, stuffed, span, 2, int(count[stuffed]), int(lines[stuffed]))


def _stuffed_flag(
    reading: Reading, article: int, span: tuple[int, int], words: int, count: int, lines: int
) -> Flag:
    """KEY401 at one place of a phrase of some words."""
    phrase = " ".join(reading.text(*span).split())
    total = int(np.diff(reading.block_token[reading.article_block[article : article + 2]])[0])
    density = 1000 * count / total
    evidence = (
        Evidence("phrase", phrase, weight=float(count), start=span[0], end=span[1]),
        Evidence("signal", "per 1,000 words", weight=round(density, 2)),
        Evidence("signal", "headings and lost lines", weight=float(lines)),
    )
    message = (
        f'"{phrase}" stands {count} times in {total:,} words '
        f"({density:.1f} per 1,000), {lines} of them in headings or alone on a line."
    )
    return Flag(
        rule="KEY401",
        article=article,
        start=span[0],
        end=span[1],
        words=words,
        message=message,
        evidence=evidence,
    )


def _orphans(
    reading: Reading, first: I64, behind: I64, article: I64, named: set[tuple[int, str]]
) -> Iterator[Flag]:
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
    for orphan in np.nonzero(recurs)[0].tolist():
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
            yield _stuffed_flag(reading, where, span, size, often, int(lines[orphan]))
        message = (
            f'"{reading.quoted(*span)}" stands alone on {lines[orphan]} '
            f"line{'' if lines[orphan] == 1 else 's'} inside sentences, "
            f"{occurrences[orphan]} times in the article."
        )
        yield reading.flag_span(
            "KEY402", int(blocks.orphan_block[orphan]), span, message, kind="phrase"
        )
