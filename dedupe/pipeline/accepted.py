"""Accepted articles of an index as one more batch of a corpus.

Their texts are not at hand, or only as they were: places come from what the index holds of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dedupe import outlines, stems
from dedupe.arrays import I32, U8, U32
from dedupe.findings import no_flags
from dedupe.pipeline.analysis import Analysis, Judgement, passages_of_pieces
from dedupe.sources import contents_batch
from dedupe.tables import AcceptedTable, Reading, Stems, TokenTable

_BLANK, _LINE_END = b" \n"


def analysis_of(table: AcceptedTable, first: int, *, recurring: bool) -> Analysis:
    """What a scan would know of accepted articles, but for their headings.

    first: number of the first one among all files; recurring: whether more than copies is wanted
    """
    words = _words(table.token, table.matched_sentence, table.matched_block)
    judgement = Judgement(no_flags(), None)
    return Analysis(
        file=np.arange(first, first + len(table.path), dtype=np.int32),
        date=table.date,
        token=table.token,
        article_token=table.article_token,
        block_token=table.sentence[table.block].astype(np.int64),
        block_kind=table.block_kind,
        block_unspaced=table.block_unspaced,
        headings=outlines.no_headings() if recurring else None,
        pieces=table.pieces,
        passages=passages_of_pieces(table.pieces, words, table.piece_block),
        stems=Stems(table.stem, table.name, stems.units(words.sentence)) if recurring else None,
        suppressions=[],
        reading=None,
        judgement=lambda: judgement,
        skipped=[],
        doubtful=[],
        accepted=True,
    )


def reading_of(table: AcceptedTable, articles: I32) -> Reading:
    """A reading of some accepted articles (k,), without blocks.

    Where the index holds no texts, a code point is a blank, or the end of its line.
    """
    contents = list(_contents(table, articles))
    batch = contents_batch(contents)
    start, end = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    token, words = [np.empty(0, np.uint32)], [0]
    edges = table.article_token
    for content, article, low in zip(contents, articles.tolist(), batch.start, strict=True):
        here = slice(*edges[article : article + 2].tolist())
        # First byte of each code point, and the end.
        byte = np.append(np.flatnonzero(content & 0xC0 != 0x80), len(content)) + low
        start.append(byte[table.word_start[here]])
        end.append(byte[table.word_end[here]])
        token.append(table.token[here])
        words.append(here.stop - here.start)
    tokens = _words(np.concatenate(token), np.zeros(1, np.int32), np.zeros(1, np.int32))
    tokens.start[:], tokens.end[:] = np.concatenate(start), np.concatenate(end)
    return Reading(batch, tokens, np.cumsum(words).astype(np.int64))


def _contents(table: AcceptedTable, articles: I32) -> Iterator[U8]:
    """The text of each article, or blanks in its place."""
    edges = table.article_token
    for article in articles.tolist():
        if table.text is not None:
            yield table.text.data[table.text.start[article] : table.text.end[article]]
            continue
        line = table.line[table.line_offset[article] : table.line_offset[article + 1]]
        last = table.word_end[edges[article] : edges[article + 1]].max(initial=0)
        blank = np.full(max(last, line.max(initial=0)), _BLANK, np.uint8)
        blank[line[line > 0] - 1] = _LINE_END
        yield blank


def _words(token: U32, sentence: I32, block: I32) -> TokenTable:
    """Words of which nobody knows how they were written."""
    start, end = np.zeros((2, len(token)), np.int32)
    return TokenTable(token, start, end, np.zeros(len(token), np.uint8), sentence, block)
