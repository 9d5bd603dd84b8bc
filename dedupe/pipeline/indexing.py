"""`index`: the articles of an index, from the files that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import numpy as np

from dedupe import config, passages
from dedupe.index import Contents, Parameters, contents_of
from dedupe.index.postings import SAMPLE_BITS
from dedupe.pipeline.analysis import BANDING, Analysis, article_blocks
from dedupe.sources import SourceFile
from dedupe.tables import I32, I64, AcceptedTable, Reading, TextBatch, Texts
from dedupe.tokens import TEXT_MODEL


def parameters(settings: config.Config) -> Parameters:
    """What an index must have been made with to be used with these settings."""
    matching = settings.matching
    phrases = "\0".join(sorted(matching.ignore_phrases)).encode()
    return Parameters(
        text_model=TEXT_MODEL,
        bands=BANDING.bands,
        rows=BANDING.rows,
        windows=passages.WINDOW_SIZES,
        shortest_block=passages.SHORTEST_BLOCK,
        stem_sample=1 << SAMPLE_BITS,
        ignore_code=settings.sources.ignore_code,
        ignore_quotes=matching.ignore_quotes,
        ignore_sections=tuple(sorted(matching.ignore_sections)),
        ignore_phrases=sha256(phrases).hexdigest()[:16] if phrases else "",
    )


def accepted(analysis: Analysis, files: Sequence[SourceFile], *, text: bool) -> AcceptedTable:
    """The articles of a batch as an index holds them; the batch has its reading, and stems."""
    reading, stems = analysis.reading, analysis.stems
    if reading is None or stems is None:
        raise ValueError("a batch without its texts or its stems")
    batch, words = reading.text, reading.tokens
    before = _continuations(batch)
    start, end = (_points(reading, place, before) for place in (words.start, words.end))
    line, line_offset = _lines(batch, before)
    return AcceptedTable(
        path=tuple(files[number].path for number in analysis.file.tolist()),
        date=analysis.date,
        token=words.hash,
        stem=stems.stem,
        name=stems.name,
        word_start=start,
        word_end=end,
        sentence=words.sentence,
        block=words.block,
        block_kind=analysis.block_kind,
        block_unspaced=analysis.block_unspaced,
        article_block=article_blocks(batch),
        pieces=analysis.pieces,
        line=line,
        line_offset=line_offset,
        text=Texts(batch.data, batch.start, batch.end) if text else None,
    )


def contents(analysis: Analysis, files: Sequence[SourceFile], *, text: bool) -> Contents | None:
    """What an index keeps of a batch; None where it holds no article."""
    if not len(analysis.file) or analysis.passages is None or analysis.reading is None:
        return None
    batch = analysis.reading.text
    table = accepted(analysis, files, text=text)
    return contents_of(table, batch.end - batch.start, analysis.passages)


def _continuations(batch: TextBatch) -> I32:
    """Bytes (T + 1,) before each that continue a code point."""
    before = np.zeros(len(batch.data) + 1, np.int32)
    np.cumsum(batch.data & 0xC0 == 0x80, out=before[1:])
    return before


def _points(reading: Reading, place: I32, before: I32) -> I32:
    """Code points (N,) of the article before bytes of the batch, one for each word."""
    start = reading.text.start
    first = np.repeat(start - before[start], np.diff(reading.article_token))
    return (place - before[place] - first).astype(np.int32)


def _lines(batch: TextBatch, before: I32) -> tuple[I32, I64]:
    r"""Code points at which lines begin, and the first line (D + 1,) of each article.

    Lines end with ``\n``, ``\r\n`` or a lone ``\r``, as in `kernels.utf8.locate`.
    """
    data = batch.data
    ends = np.flatnonzero((data == 0x0A) | (data == 0x0D))
    ends = ends[(data[ends] == 0x0A) | (data[ends + 1] != 0x0A)] + 1
    article = np.searchsorted(batch.start, ends, side="right") - 1
    inside = ends <= batch.end[article]
    ends, article = ends[inside], article[inside]
    begins = np.sort(np.append(batch.start, ends))
    article = np.searchsorted(batch.start, begins, side="right") - 1
    base = batch.start[article]
    line = begins - before[begins] - (base - before[base])
    offset = np.searchsorted(article, np.arange(len(batch.start) + 1))
    return line.astype(np.int32), offset.astype(np.int64)
