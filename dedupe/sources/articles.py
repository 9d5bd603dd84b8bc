"""Contents of a buffer to articles: decoded, checked, split into blocks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from dedupe.arrays import I64, U8, Bool
from dedupe.sources.decoding import SIGNATURES, decode, is_utf8
from dedupe.sources.reading import Buffer, clear_gaps, filled_buffer, place_content
from dedupe.sources.text import block_table, letter_references, split_text
from dedupe.tables import TRANSPARENT, Directive, TextBatch
from dedupe.texts import ALIGNMENT

if TYPE_CHECKING:
    from dedupe.sources.directives import Lines
    from dedupe.sources.parsing import Parse

_IS_SUSPECT = np.zeros(256, np.bool_)
_IS_SUSPECT[[signature[0] for signature in SIGNATURES]] = True
_LONGEST = max(map(len, SIGNATURES))
_MARKER = re.compile(b"dedupe:")


@dataclass(slots=True)
class Articles:
    """Valid UTF-8 in a buffer, with what was found out on the way."""

    buffer: Buffer
    slots: list[int]
    """Slots of the buffer that hold an article, ascending"""
    faults: dict[int, str] = field(default_factory=dict)
    """Why the other slots are left out"""
    guessed: dict[int, str] = field(default_factory=dict)
    """Encodings that had to be guessed"""


def articles_of(
    buffer: Buffer, faults: Mapping[int, str], outgrown: Mapping[int, bytes], encoding: str
) -> Articles:
    """Decode the contents of a buffer where they are not UTF-8 as they stand.

    `faults`: slots without content, and why; `outgrown`: contents that did not fit.
    """
    from dedupe.kernels.utf8 import HAS_INK, HAS_NUL, INVALID, examine

    utf8 = is_utf8(encoding)
    clear_gaps(buffer)
    flags = np.empty(len(buffer.start), np.uint8)
    examine(buffer.data, buffer.start, buffer.end, flags)
    plain = flags & np.uint8(INVALID | HAS_NUL | HAS_INK) == HAS_INK
    plain &= utf8
    for slot in np.flatnonzero(plain & _IS_SUSPECT[buffer.data[buffer.start]]).tolist():
        start = buffer.start[slot]
        plain[slot] = not buffer.data[start : start + _LONGEST].tobytes().startswith(SIGNATURES)
    articles = Articles(buffer, [], dict(faults))
    replaced: dict[int, bytes] = {}
    for slot in np.flatnonzero(~plain).tolist():
        if slot in faults:
            continue
        raw = outgrown.get(slot)
        if raw is None:
            raw = buffer.data[buffer.start[slot] : buffer.end[slot]].tobytes()
        decoded = decode(raw, encoding)
        if decoded.reason is not None:
            articles.faults[slot] = decoded.reason
        else:
            if decoded.guessed is not None:
                articles.guessed[slot] = decoded.guessed
            if decoded.text != raw or slot in outgrown:
                replaced[slot] = decoded.text
    articles.slots = [slot for slot in range(len(plain)) if slot not in articles.faults]
    _replace(articles, replaced)
    return articles


def _replace(articles: Articles, texts: Mapping[int, bytes]) -> None:
    """Put decoded texts into their slots, or into a new buffer where one does not fit."""
    buffer = articles.buffer
    limits = [*buffer.start[1:].tolist(), len(buffer.data) - ALIGNMENT]
    for slot in articles.faults:
        buffer.end[slot] = buffer.start[slot]
    if any(buffer.start[slot] + len(text) >= limits[slot] for slot, text in texts.items()):
        contents = [
            buffer.data.data[start:end] for start, end in zip(buffer.start, buffer.end, strict=True)
        ]
        articles.buffer = filled_buffer(
            [texts.get(slot, contents[slot]) for slot in range(len(contents))]
        )
        return
    view = buffer.data.data
    for slot, text in texts.items():
        place_content(buffer, view, slot, text)
    if articles.faults or texts:
        clear_gaps(buffer)


def batch_of(
    articles: Articles, markdown: Bool, first: int, *, code: bool = False,
    lines: bool = False, date_field: str = "date", parse: Parse | None = None,
) -> TextBatch:  # fmt: skip
    """Split articles into blocks.

    `markdown` (D,) says what each of them is; `first` is the place of slot 0 in the file list;
    `code` keeps the code in Markdown; `lines` takes directives from plain text; `date_field` is the
    key of dates in the front matter; `parse` makes the events of Markdown, this process by default.
    """
    slots = np.array(articles.slots, np.int64)
    data = articles.buffer.data
    start, end = articles.buffer.start[slots], articles.buffer.end[slots]
    date: list[str | None] = [None] * len(slots)
    marked = np.flatnonzero(markdown)
    plain = np.ones(len(slots), np.bool_)
    prose, rows, lost = data, np.empty((0, 4), np.int64), np.empty((0, 3), np.int64)
    if len(marked):
        from dedupe.sources import parsing
        from dedupe.sources.markdown import lost_links, split_markdown

        prose = data.copy()
        rows, dates = split_markdown(
            data, prose, start[marked], end[marked], code=code, date_field=date_field,
            parse=parse or parsing.parse,
        )  # fmt: skip
        lost = lost_links(data, prose, rows)
        rows[:, 3] = marked[rows[:, 3]]
        for article, found in zip(marked[list(dates)].tolist(), dates.values(), strict=True):
            plain[article] = False
            date[article] = found
    texts = np.flatnonzero(plain)
    directives: list[Directive] = []
    told: Lines = {}
    addressed = _addressed(data, start) if lines or len(texts) < len(plain) else texts[:0]
    if len(addressed):
        from dedupe.sources.directives import blank_lines, markdown_directives, text_directives

        directives = markdown_directives(data, start, end, addressed[~plain[addressed]])
        if lines and plain[addressed].any():
            prose = data.copy() if prose is data else prose
            told = blank_lines(data, prose, start, end, addressed[plain[addressed]])
    text_rows, orphans = split_text(prose, start[texts], end[texts])
    text_rows[:, 3] = texts[text_rows[:, 3]]
    if told:
        directives = sorted(directives + text_directives(told, text_rows, end))
    lost[:, 2] += len(text_rows)
    references = letter_references(data, start[texts], end[texts])
    if len(references) and prose is data:
        prose = data.copy()
    for first_byte, behind, letter in references.tolist():
        prose[first_byte] = letter
        prose[first_byte + 1 : behind] = TRANSPARENT
    return TextBatch(
        data=data,
        prose=prose,
        start=start,
        end=end,
        blocks=block_table(np.concatenate((text_rows, rows)), np.concatenate((orphans, lost))),
        file=(slots + first).astype(np.int32),
        date=tuple(date),
        directives=tuple(directives),
    )


def _addressed(data: U8, start: I64) -> I64:
    """The articles (D,) that hold the marker of a directive, of those that begin at `start`."""
    found = np.array([match.start() for match in _MARKER.finditer(data.data)], np.int64)
    return np.unique(np.searchsorted(start, found, side="right") - 1)
