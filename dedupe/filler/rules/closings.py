"""Closing passages that add nothing: with a cue (FIL301) and without one (FIL302)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from dedupe.filler.lexicon import HeadingMark, Mark
from dedupe.filler.rules.headings import Words
from dedupe.filler.rules.overlap import NAMES, NUMBERS, seen_before
from dedupe.filler.rules.passages import phrase_evidence, signals
from dedupe.filler.rules.reading import PARAGRAPH, Reading
from dedupe.model import Evidence, Flag
from dedupe.tables import F64, I32, I64, TOKEN_QUOTED, Bool

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

_CUES = Mark.CLOSING | Mark.CLOSING_COMMA | Mark.OUTLOOK


class Ends(NamedTuple):
    """The last two body paragraphs of D articles."""

    paragraphs: I32
    last: I64
    mean: F64
    deviation: F64


def find(reading: Reading, headings: Words) -> Iterator[Flag]:
    """Flags of the closing passages of a batch."""
    body = body_paragraphs(reading)
    ends = _ends(reading, body)
    cued = _cued(reading, headings, body, ends)
    uncued = _uncued(reading, ends, {block for block, _ in cued})
    blocks = np.array([block for block, _ in cued] + uncued, np.int64)
    if not len(blocks):
        return
    news = _news(reading, blocks)
    for (block, hit), new in zip(cued, news[: len(cued)], strict=True):
        if new.numbers == 0 and new.names == 0 and new.quoted < QUOTED_WORDS:
            yield _with_cue(reading, block, hit)
    empty = [
        block
        for block, new in zip(uncued, news[len(cued) :], strict=True)
        if new.numbers == 0 and new.quoted < QUOTED_WORDS
    ]
    phrased = phrase_evidence(reading, [(block, block) for block in empty])
    for block, found in zip(empty, phrased, strict=True):
        yield _without_cue(reading, block, ends, found)


def body_paragraphs(reading: Reading) -> Bool:
    """(B,) paragraphs of running text that are no by-line, source line or list of links."""
    body: Bool = (reading.kind == PARAGRAPH) & (np.diff(reading.block_token) >= LEAST_BODY_WORDS)
    for hit in reading.hits(Mark.SOURCE | Mark.FIELD).tolist():
        block = int(reading.hit_block[hit])
        if reading.hit_first[hit] == reading.block_token[block]:
            body[block] = False
    return body


def _ends(reading: Reading, body: Bool) -> Ends:
    from dedupe.kernels.cues import body_ends

    d = len(reading.article_block) - 1
    ends = Ends(np.zeros(d, np.int32), np.zeros((d, 2), np.int64), np.zeros(d), np.zeros(d))
    body_ends(body, reading.article_block, reading.scores.closing, *ends)
    return ends


def _cued(reading: Reading, headings: Words, body: Bool, ends: Ends) -> list[tuple[int, int]]:
    """Blocks that open with a cue at a place for it, as (block, hit)."""
    closing = headings.block[(headings.begins & np.uint32(HeadingMark.CLOSING)) != 0]
    under = set((closing + 1).tolist())
    found: list[tuple[int, int]] = []
    for hit in reading.hits(_CUES).tolist():
        block = int(reading.hit_block[hit])
        if (
            reading.hit_first[hit] != reading.block_token[block]
            or not body[block]
            or (found and found[-1][0] == block)
        ):
            continue
        article = int(reading.article[block])
        late = _position(reading, block) >= LAST_QUARTER or block in ends.last[article, :1]
        long_enough = ends.paragraphs[article] >= LEAST_PARAGRAPHS_CUE
        if long_enough and (late or block in under) and _is_cue(reading, hit, block):
            found.append((block, hit))
    return found


def _is_cue(reading: Reading, hit: int, block: int) -> bool:
    mark = int(reading.hit_mark[hit])
    if mark & Mark.CLOSING:
        return True
    behind = reading.end[reading.hit_behind[hit] - 1]
    if mark & Mark.CLOSING_COMMA and reading.batch.prose[behind] == ord(","):
        return True
    return bool(mark & Mark.OUTLOOK and reading.scores.closing[block] >= OUTLOOK_LIMIT)


def _position(reading: Reading, block: int) -> float:
    """Share of the article's words that stand before a block."""
    first, behind = reading.article_block[reading.article[block] :][:2]
    begin, end = reading.block_token[first], reading.block_token[behind]
    return float(reading.block_token[block] - begin) / float(end - begin)


def closing_limit(reading: Reading) -> float:
    """The z-value of the closing head that few human closings reach, for the chosen preset."""
    threshold = reading.settings.threshold
    return reading.model.closing_limits[threshold if isinstance(threshold, str) else "default"]


def _uncued(reading: Reading, ends: Ends, cued: set[int]) -> list[int]:
    """Blocks whose closing head stands out, at most one per article."""
    with np.errstate(invalid="ignore"):
        limit = np.maximum(
            closing_limit(reading), ends.mean + CLOSING_LEAD * ends.deviation
        ).astype(np.float32)
    found = []
    long_enough = ends.paragraphs >= LEAST_PARAGRAPHS
    last = np.where(long_enough[:, None], ends.last, 0)
    closing = np.append(reading.scores.closing, np.float32(np.nan))
    with np.errstate(invalid="ignore"):
        over = (closing[last] >= limit[:, None]) & long_enough[:, None]
    for article in np.nonzero(over.any(axis=1))[0].tolist():
        pair = ends.last[article]
        if cued.isdisjoint(pair.tolist()):
            found.append(int(pair[0] if over[article, 0] else pair[1]))
    return found


class _New(NamedTuple):
    numbers: int
    names: int
    quoted: int


def _news(reading: Reading, blocks: I64) -> list[_New]:
    """Numbers and names of blocks that do not stand earlier in their article; quoted words."""
    first, behind = reading.block_token[blocks], reading.block_token[blocks + 1]
    stretch = (
        first,
        behind,
        reading.block_token[reading.article_block[reading.article[blocks]]],
        first,
    )
    numbers, old_numbers = seen_before(reading, *stretch, NUMBERS)
    names, old_names = seen_before(reading, *stretch, NAMES)
    flags = reading.tokens.flags
    return [
        _New(int(n), int(m), int(np.count_nonzero(flags[a:b] & TOKEN_QUOTED)))
        for n, m, a, b in zip(numbers - old_numbers, names - old_names, first, behind, strict=True)
    ]


def _with_cue(reading: Reading, block: int, hit: int) -> Flag:
    cue = reading.cue(hit)
    message = f'Opens with "{cue.text}" and adds no number, name or quotation to the article.'
    return reading.flag_block("FIL301", block, message, (cue, *signals(reading, block)))


def _without_cue(reading: Reading, block: int, ends: Ends, phrased: tuple[Evidence, ...]) -> Flag:
    article = int(reading.article[block])
    closing = float(reading.scores.closing[block])
    message = (
        f"Reads like a conclusion ({closing:.1f} standard deviations above human paragraphs, "
        f"{ends.mean[article]:.1f} on average in the rest of the article) and adds no number."
    )
    evidence = (
        Evidence("signal", "closing", weight=round(closing, 2)),
        *signals(reading, block),
        *phrased,
    )
    return reading.flag_block("FIL302", block, message, evidence)
