"""Closing passages that add nothing: with a cue (FIL301) and without one (FIL302)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dedupe.arrays import F64, I32, I64, Bool
from dedupe.filler.lexicon import HeadingMark, Mark
from dedupe.filler.rules.headings import Words
from dedupe.filler.rules.overlap import NAMES, NUMBERS, seen_before
from dedupe.filler.rules.reading import PARAGRAPH, RuleReading
from dedupe.tables import TOKEN_QUOTED, EvidenceKind

LEAST_BODY_WORDS = 12
"""Words of a body paragraph; shorter blocks are by-lines, source lines, captions."""
LEAST_PARAGRAPHS_CUE = 3
LEAST_PARAGRAPHS = 5
"""Body paragraphs of an article that can have a conclusion at all: short news has none."""
LAST_QUARTER = 0.75
QUOTED_WORDS = 4
"""Words between quotation marks from which a passage quotes somebody."""
CLOSING_LEAD = 1.0
"""Standard deviations above the article's other paragraphs."""
OUTLOOK_LIMIT = 1.0
"""z-value that an outlook ("looking ahead") must reach as well."""

_CUE_MARKS = Mark.CLOSING | Mark.CLOSING_COMMA | Mark.OUTLOOK


class Ends(NamedTuple):
    """The last two body paragraphs of D articles."""

    paragraphs: I32
    last: I64
    mean: F64
    deviation: F64


def find(reading: RuleReading, headings: Words) -> None:
    """Flag closing passages of a batch."""
    body = body_paragraphs(reading)
    ends = _ends(reading, body)
    hits = _cues(reading, headings, body, ends)
    cued = reading.hit_block[hits]
    uncued = _uncued(reading, ends, cued)
    news = _news(reading, np.concatenate((cued, uncued)))
    nothing = (news.numbers == 0) & ~news.quotes
    _with_cue(reading, hits[(nothing & (news.names == 0))[: len(cued)]])
    _without_cue(reading, uncued[nothing[len(cued) :]], ends)


def body_paragraphs(reading: RuleReading) -> Bool:
    """(B,) paragraphs of running text that are no by-line, source line or list of links."""
    body: Bool = (reading.kind == PARAGRAPH) & (np.diff(reading.block_token) >= LEAST_BODY_WORDS)
    hits = reading.hits(Mark.SOURCE | Mark.FIELD)
    body[reading.hit_block[hits[_opens_block(reading, hits)]]] = False
    return body


def _opens_block(reading: RuleReading, hits: I64) -> Bool:
    """Which hits of the lexicon are the first words of their blocks."""
    opens: Bool = reading.hit_first[hits] == reading.block_token[reading.hit_block[hits]]
    return opens


def _ends(reading: RuleReading, body: Bool) -> Ends:
    from dedupe.kernels.cues import body_ends

    d = len(reading.article_block) - 1
    ends = Ends(np.zeros(d, np.int32), np.zeros((d, 2), np.int64), np.zeros(d), np.zeros(d))
    body_ends(body, reading.article_block, reading.scores.closing, *ends)
    return ends


def _cues(reading: RuleReading, headings: Words, body: Bool, ends: Ends) -> I64:
    """Hits of cues that open a block at a place for it, one for each block."""
    hits = reading.hits(_CUE_MARKS)
    block = reading.hit_block[hits]
    article = reading.article[block]
    closing = headings.block[(headings.begins & np.uint32(HeadingMark.CLOSING)) != 0]
    placed = (
        (_positions(reading, block) >= LAST_QUARTER)
        | (block == ends.last[article, 0])
        | np.isin(block, closing + 1)
    )
    chosen = (
        _opens_block(reading, hits)
        & body[block]
        & (ends.paragraphs[article] >= LEAST_PARAGRAPHS_CUE)
        & placed
        & _is_cue(reading, hits)
    )
    hits, block = hits[chosen], block[chosen]
    one_each: I64 = hits[np.diff(block, prepend=-1) > 0]
    return one_each


def _is_cue(reading: RuleReading, hits: I64) -> Bool:
    """Which hits are cues as they stand: some need a comma, or a closing that reads like one."""
    mark, behind = reading.hit_mark[hits], reading.tokens.end[reading.hit_behind[hits] - 1]
    comma = reading.batch.prose[behind] == ord(",")
    with np.errstate(invalid="ignore"):
        outlook = reading.scores.closing[reading.hit_block[hits]] >= OUTLOOK_LIMIT
    is_cue: Bool = (
        (mark & np.uint32(Mark.CLOSING) != 0)
        | ((mark & np.uint32(Mark.CLOSING_COMMA) != 0) & comma)
        | ((mark & np.uint32(Mark.OUTLOOK) != 0) & outlook)
    )
    return is_cue


def _positions(reading: RuleReading, blocks: I64) -> F64:
    """Share of the article's words that stand before each block."""
    article = reading.article[blocks]
    begin = reading.block_token[reading.article_block[article]]
    end = reading.block_token[reading.article_block[article + 1]]
    share: F64 = (reading.block_token[blocks] - begin) / np.maximum(end - begin, 1)
    return share


def _uncued(reading: RuleReading, ends: Ends, cued: I64) -> I64:
    """Blocks whose closing head stands out, at most one per article."""
    least = reading.model.closing_limit(reading.settings.threshold)
    with np.errstate(invalid="ignore"):
        stands_out = ends.mean + CLOSING_LEAD * ends.deviation
        limit = np.maximum(least, stands_out).astype(np.float32)
    long_enough = ends.paragraphs >= LEAST_PARAGRAPHS
    last = np.where(long_enough[:, None], ends.last, 0)
    closing = np.append(reading.scores.closing, np.float32(np.nan))
    with np.errstate(invalid="ignore"):
        over = (closing[last] >= limit[:, None]) & long_enough[:, None]
    chosen = over.any(axis=1) & ~np.isin(ends.last, cued).any(axis=1)
    blocks: I64 = np.where(over[:, 0], ends.last[:, 0], ends.last[:, 1])[chosen]
    return blocks


class _News(NamedTuple):
    """What C blocks add: numbers and names that do not stand earlier in the article; quotations."""

    numbers: I32
    names: I32
    quotes: Bool
    """(C,) blocks that add no number and quote somebody"""


def _news(reading: RuleReading, blocks: I64) -> _News:
    first, behind = reading.block_token[blocks], reading.block_token[blocks + 1]
    stretch = (
        first,
        behind,
        reading.block_token[reading.article_block[reading.article[blocks]]],
        first,
    )
    numbers, old_numbers = seen_before(reading, *stretch, NUMBERS)
    names, old_names = seen_before(reading, *stretch, NAMES)
    numbers, names = numbers - old_numbers, names - old_names
    flags, quotes = reading.tokens.flags, np.zeros(len(blocks), np.bool_)
    for place in np.flatnonzero((numbers == 0) & (reading.scores.quotes[blocks] > 0)).tolist():
        words = flags[first[place] : behind[place]]
        quotes[place] = np.count_nonzero(words & TOKEN_QUOTED) >= QUOTED_WORDS
    return _News(numbers, names, quotes)


def _with_cue(reading: RuleReading, hits: I64) -> None:
    blocks = reading.hit_block[hits]
    messages = [
        f'Opens with "{cue}" and adds no number, name or quotation to the article.'
        for cue in reading.cues(hits)
    ]
    flags = reading.flag_blocks("FIL301", blocks, blocks, messages)
    reading.show_hits(flags, EvidenceKind.CUE, hits)
    reading.show_signals(flags, blocks)


def _without_cue(reading: RuleReading, blocks: I64, ends: Ends) -> None:
    closing, mean = reading.scores.closing[blocks], ends.mean[reading.article[blocks]]
    messages = [
        f"Reads like a conclusion ({value:.1f} standard deviations above human paragraphs, "
        f"{others:.1f} on average in the rest of the article) and adds no number."
        for value, others in zip(closing.tolist(), mean.tolist(), strict=True)
    ]
    flags = reading.flag_blocks("FIL302", blocks, blocks, messages)
    reading.show_signal(flags, "closing", closing)
    reading.show_signals(flags, blocks)
    reading.show_phrases(flags, blocks, blocks)
