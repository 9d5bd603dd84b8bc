"""What a template left behind: empty fields, placeholders, dummy text (TPL205)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dedupe.filler.lexicon import Mark, brace_words
from dedupe.filler.rules.reading import LIST_ITEM, RuleReading, Span

MOST_VALUE_WORDS = 8
"""Words of a block that may be the value of the field above it."""

_BRACES = re.compile(
    rb"(\{\{?)\s*([A-Za-z][A-Za-z0-9 _'-]{0,40}?)\s*(\}\}?)(?![\w}/])",
)
_BEFORE_CODE = tuple(b"$%#\\/{:="[i : i + 1] for i in range(8))
"""Bytes before an opening brace that make it code: `${name}`, `/users/{name}`."""
_ANGLES = re.compile(rb"<(?:insert|your)\s[^<>\n=\"]{1,60}>", re.IGNORECASE)
_BRACKETS = re.compile(rb"\[\s*[^\]\[\n]{1,80}\](?![(\[:])")
_DATE = re.compile(rb"xx[/.-]xx[/.-]xx", re.IGNORECASE)
_EMPTY = re.compile(rb"[ \t*_]*:[ \t\r*_]*$")
_NEXT_FIELD = re.compile(rb"[ \t*_]*[A-Z][A-Za-z ]{1,20}[*_]*:")
_WORD_OR_MARK = re.compile(rb"[\w#]")
"""Before a field: the line begins with something else, or is a Markdown heading."""


def find(reading: RuleReading) -> None:
    """Flag what was never filled in."""
    fields = list(_empty_fields(reading))
    names = [reading.text(*name) for _, _, name in fields]
    messages = [f"The field {name} is left empty." for name in names]
    reading.flag_spans("TPL205", [(block, span) for block, span, _ in fields], messages)
    spans = [*_braces(reading), *_brackets(reading), *_dummies(reading)]
    messages = [
        f"The placeholder {text} was never filled in."
        for text in reading.quoted([span for _, span in spans])
    ]
    reading.flag_spans("TPL205", spans, messages)


def _empty_fields(reading: RuleReading) -> Iterator[tuple[int, Span, Span]]:
    """`TAGS:` with nothing behind it, there or on the next line: block, place, its name."""
    data = reading.batch.data
    for hit in reading.hits(Mark.FIELD).tolist():
        block, token = int(reading.hit_block[hit]), int(reading.hit_first[hit])
        start, behind = reading.start[token], reading.end[token]
        line, line_end = reading.line(block, start)
        rest = data[behind:line_end].tobytes()
        if (
            _EMPTY.match(rest) is None
            or _WORD_OR_MARK.search(data[line:start].tobytes())
            or _is_filled_below(reading, block, line_end)
        ):
            continue
        yield block, (start, behind + len(rest.rstrip(b" \t\r*_"))), (start, behind)


def _is_filled_below(reading: RuleReading, block: int, line_end: int) -> bool:
    """Whether what follows a field may be its value: the next line, a list, a short block."""
    article = reading.article[block]
    if line_end < reading.batch.end[article]:
        start, end = reading.line(block, line_end + 1)
        line = reading.batch.data[start:end].tobytes().strip()
        if line:
            return _NEXT_FIELD.match(line) is None
    behind = block + 1
    if behind >= reading.article_block[article + 1]:
        return False
    if reading.kind[behind] == LIST_ITEM:
        return True
    start, end = reading.block_span(behind)
    short = reading.words(behind) <= MOST_VALUE_WORDS
    return short and _NEXT_FIELD.match(reading.batch.data[start:end].tobytes()) is None


def _braces(reading: RuleReading) -> Iterator[tuple[int, Span]]:
    """`{{anything}}`, `{city}` of a known word, `<insert ...>`.

    Looked for in the text, since Markdown blanks them in its prose.
    """
    known = brace_words()
    data = reading.batch.data
    for place in reading.marked_bytes:
        window = data[place : place + 80].tobytes()
        found = _BRACES.match(window)
        if found is not None:
            name = found[2].lower().replace(b"_", b"").replace(b" ", b"")
            if len(found[1]) != len(found[3]) or (len(found[1]) == 1 and name not in known):
                continue
        else:
            found = _ANGLES.match(window)
        block = reading.block_of(place) if found else None
        if found is not None and block is not None and not _is_code(reading, block, place):
            yield block, (place, place + found.end())


def _is_code(reading: RuleReading, block: int, place: int) -> bool:
    """Whether a brace belongs to code: `${name}`, `/users/{name}`, or a span of it."""
    line, _ = reading.line(block, place)
    before = reading.batch.data[line:place].tobytes()
    return before[-1:] in _BEFORE_CODE or before.count(b"`") % 2 == 1


def _brackets(reading: RuleReading) -> Iterator[tuple[int, Span]]:
    """`[insert name]`, `[your name]`, unless it is the text of a link."""
    for hit in reading.hits(Mark.PLACEHOLDER).tolist():
        start = reading.start[reading.hit_first[hit]] - 1
        found = _BRACKETS.match(reading.batch.data[start : start + 100].tobytes())
        if found:
            yield int(reading.hit_block[hit]), (start, start + found.end())


def _dummies(reading: RuleReading) -> Iterator[tuple[int, Span]]:
    for hit in reading.hits(Mark.DUMMY_TEXT).tolist():
        first, behind = int(reading.hit_first[hit]), int(reading.hit_behind[hit])
        start, end = reading.start[first], reading.end[behind - 1]
        text = reading.batch.data[start:end].tobytes()
        if text[:1] in b"lL" or _DATE.match(text):
            yield int(reading.hit_block[hit]), (start, end)
