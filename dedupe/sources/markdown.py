"""Markdown to blocks, and to prose: a copy of the text in which all markup is blank.

Prose has the length of the text, so a place in it is a place in the text. Kept are the pieces of
text that the parser names; everything between them becomes spaces, or, where it stands inside a
word (``un**believ**able``), bytes that words pass over. An entity becomes its character, padded
with such bytes. Blank are also addresses, code, images with their descriptions, HTML tags, front
matter, shortcodes (``{{< x >}}``, ``{% x %}``) and directives (``:::``).
"""

from __future__ import annotations

import datetime as dt
import html
import re
from array import array
from collections.abc import Iterable, Mapping
from typing import Any, cast

import numpy as np
import pyromark
from pyromark import Options

from dedupe.tables import I64, TRANSPARENT, U8, BlockKind

_OPTIONS = (
    Options.ENABLE_TABLES
    | Options.ENABLE_FOOTNOTES
    | Options.ENABLE_STRIKETHROUGH
    | Options.ENABLE_TASKLISTS
    | Options.ENABLE_HEADING_ATTRIBUTES
    | Options.ENABLE_GFM
)
# Front matter is cut off here: to the parser any part between two rules is metadata.
_FRONT_MATTER = re.compile(
    rb"---[ \t]*\r?\n(?:[ \t]*\r?\n|#.*\n)*(?=[\w\"']|---|\.\.\.)(?s:.*?)^(?:---|\.\.\.)[ \t]*\r?$"
    rb"|\+\+\+[ \t]*\r?\n(?s:.*?)^\+\+\+[ \t]*\r?$",
    re.MULTILINE,
)
_FIELD = re.compile(rb"^[\w\"'-]+[ \t]*[:=]", re.MULTILINE)
_DATE = re.compile(rb"^[\"']?date[\"']?[ \t]*[:=][ \t]*[\"']?(\d{4}-\d\d-\d\d)", re.MULTILINE)
# Each expression begins with the plain text beside it, which is searched for first.
_SHORTCODES = (
    (b"{{", re.compile(rb"\{\{[^{}]*\}\}")),
    (b"{%", re.compile(rb"\{%(?:[^%{]|%(?!\}))*%\}")),
    (b":::", re.compile(rb"^[ \t]*:{3,}[^\r\n]*", re.MULTILINE)),
)
_HTML = re.compile(
    rb"<!--.*?(?:-->|\Z)"
    rb"|<(script|style|pre|code)\b.*?(?:</\1\s*>|\Z)"
    rb"|<(/?)([a-z][a-z0-9]*)[^<>]*>?|<[!?/][^<>]*>?"
    rb"|&(?:\#\d{1,7}|\#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});",
    re.DOTALL | re.IGNORECASE,
)
# Plain numbers: they go through lists of integers, one per block.
_TITLE, _HEADING, _PARAGRAPH = (
    int(BlockKind.TITLE),
    int(BlockKind.HEADING),
    int(BlockKind.PARAGRAPH),
)
_LIST_ITEM, _QUOTE, _TABLE = int(BlockKind.LIST_ITEM), int(BlockKind.QUOTE), int(BlockKind.TABLE)
_HTML_KINDS: Mapping[bytes, int] = {
    **dict.fromkeys((b"h1", b"h2", b"h3", b"h4", b"h5", b"h6"), _HEADING),
    **dict.fromkeys((b"li", b"dt", b"dd"), _LIST_ITEM),
    **dict.fromkeys((b"tr", b"caption"), _TABLE),
    b"blockquote": _QUOTE,
    **dict.fromkeys(
        (
            *(b"p", b"div", b"section", b"article", b"aside", b"header", b"footer", b"nav"),
            *(b"main", b"ul", b"ol", b"dl", b"table", b"thead", b"tbody", b"figure", b"hr"),
            *(b"figcaption", b"details", b"summary", b"form", b"center", b"address"),
        ),
        _PARAGRAPH,
    ),
}
_CONTAINERS: Mapping[str, int] = {
    "Item": _LIST_ITEM,
    "BlockQuote": _QUOTE,
    "FootnoteDefinition": _PARAGRAPH,
}
_INLINE = frozenset({"Emphasis", "Strong", "Strikethrough", "Link"})
_AMPERSAND = 0x26
_PADDING = bytes((TRANSPARENT,))

_Events = Iterable[tuple[Any, Mapping[str, int]]]
"""What the parser yields: a string, or a dictionary of one item; and its range in bytes."""


def split_markdown(data: U8, prose: U8, start: int, end: int) -> tuple[I64, str | None]:
    """Parse one article, `data[start:end]`, and blank its markup in `prose`, a copy of `data`.

    Returns its blocks, rows (B, 4) of kind, start, end and a free column, and the date of the
    front matter. Raises whatever the parser raises; `prose` is not touched then.
    """
    from dedupe.kernels.blocks import blank_markup

    raw = data[start:end].tobytes()
    body, date = _front_matter(raw)
    raw = raw[body:]
    parser = _Parser(raw)
    parser.run()
    keeps = np.asarray(parser.keeps).reshape(-1, 2)
    blank_markup(data, start, start + body, end, keeps, prose)
    start += body
    view = prose.data
    for first, last, text in parser.entities:
        view[start + first : start + last] = text.ljust(last - first, _PADDING)
    for mark, shortcode in _SHORTCODES:
        if mark in raw:
            for match in shortcode.finditer(raw):
                first, last = match.span()
                view[start + first : start + last] = b" " * (last - first)
    rows = np.empty((len(parser.blocks) // 3, 4), np.int64)
    rows[:, :3] = np.asarray(parser.blocks).reshape(-1, 3)
    rows[:, 1:3] += start
    return rows, date


def with_prose(data: U8, prose: U8, rows: I64) -> I64:
    """Rows (B, 4) of blocks in which something is left to read, without white space around."""
    from dedupe.kernels.blocks import trim_blocks

    trimmed = rows.copy()
    trim_blocks(data, prose, trimmed)
    kept = trimmed[:, 1] < trimmed[:, 2]
    return trimmed[kept]


def _front_matter(raw: bytes) -> tuple[int, str | None]:
    """Bytes of the front matter, and its date as YYYY-MM-DD."""
    match = _FRONT_MATTER.match(raw) if raw[:3] in {b"---", b"+++"} else None
    if match is None or not _FIELD.search(match[0]):
        return 0, None
    found = _DATE.search(match[0])
    if found is None:
        return match.end(), None
    try:
        return match.end(), dt.date.fromisoformat(found[1].decode()).isoformat()
    except ValueError:  # the 31st of February
        return match.end(), None


class _Parser:
    """Reads the events of one article; positions are bytes of the article."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.keeps = array("q")
        """start, end, start, end ... of the text that is kept, ascending"""
        self.blocks = array("q")
        """kind, start, end, kind, start, end ..."""
        self.entities: list[tuple[int, int, bytes]] = []
        self.containers = [_PARAGRAPH]
        self.leaf: int | None = None
        """Kind of the heading or table row that is open."""
        self.html: list[int] = []

    # One loop: a call per event would cost as much as the work on most of them.
    def run(self) -> None:  # noqa: C901, PLR0912, PLR0915
        """Fill `keeps`, `blocks` and `entities`."""
        raw, keep = self.raw, self.keeps.append
        events = cast("_Events", pyromark.events_with_range(raw.decode(), options=_OPTIONS))
        open_kind: int | None = None
        first = last = 0
        markup = -1  # where inline markup before the first text of a block begins
        muted = 0  # end of an image or code block
        for event, span in events:
            if event.__class__ is str:  # breaks and rules: nothing is kept of them
                continue
            start = span["start"]
            if start < muted:
                continue
            name, value = event.popitem()  # the only one, and the fastest way to it
            if name == "Text":
                last = span["end"]
                if open_kind is None:
                    first = start if markup < 0 else markup
                    open_kind = self.containers[-1] if self.leaf is None else self.leaf
                if raw[start] == _AMPERSAND and last - start > 2:
                    self.add_text(start, last, value)
                else:
                    keep(start)
                    keep(last)
                continue
            if name == "Start" or name == "End":  # noqa: PLR1714 - two comparisons, no hash
                tag = value if value.__class__ is str else next(iter(value))
                if tag in _INLINE:
                    if open_kind is not None:
                        last = max(last, span["end"]) if name == "End" else last
                    elif name == "End":
                        markup = -1
                    elif markup < 0:
                        markup = start
                elif tag == "Image":
                    muted = span["end"]
                elif tag != "TableCell":
                    if open_kind is not None:
                        self.blocks.extend((open_kind, first, last))
                        open_kind = None
                    markup = -1
                    if tag == "Paragraph":
                        continue
                    if name == "End":
                        self.leave(tag)
                    elif tag == "CodeBlock":
                        muted = span["end"]
                    else:
                        self.enter(tag, value)
            elif name == "Code":
                if open_kind is not None:
                    last = span["end"]
                elif markup < 0:
                    markup = start
            elif name == "Html":
                self.html += (start, span["end"])
        if open_kind is not None:
            self.blocks.extend((open_kind, first, last))

    def enter(self, tag: str, value: object) -> None:
        """Open a block or a container of blocks."""
        if tag == "Heading":
            level = cast("Mapping[str, Mapping[str, str]]", value)["Heading"]["level"]
            first = level == "H1" and not self.blocks
            self.leaf = _TITLE if first else _HEADING
        elif tag in {"TableHead", "TableRow"}:
            self.leaf = _TABLE
        elif tag in _CONTAINERS:
            self.containers.append(_CONTAINERS[tag])

    def leave(self, tag: str) -> None:
        """Close a block or a container of blocks."""
        if tag in {"Heading", "TableHead", "TableRow"}:
            self.leaf = None
        elif tag in _CONTAINERS:
            self.containers.pop()
        elif tag == "HtmlBlock" and self.html:
            self.add_html(self.html[0], self.html[-1])
            self.html = []

    def add_text(self, start: int, end: int, text: str) -> None:
        """Keep a piece of text that may be an entity; one that is a space is blank like markup."""
        encoded = text.encode()
        if encoded == self.raw[start:end]:
            self.keeps.extend((start, end))
        elif len(encoded) <= end - start and not text.isspace():
            self.keeps.extend((start, end))
            self.entities.append((start, end, encoded))

    def add_html(self, start: int, end: int) -> None:
        """Keep the text of an HTML block; its tags separate blocks."""
        container = kind = self.containers[-1]
        first = last = -1
        at = start
        for match in _HTML.finditer(self.raw, start, end):
            token, name = match[0], (match[3] or b"").lower()
            if not self.raw[at : match.start()].isspace() and at < match.start():
                self.keeps.extend((at, match.start()))
                first = at if first < 0 else first
                last = match.start()
            at = match.end()
            if token[0] == _AMPERSAND:
                self.add_text(match.start(), at, html.unescape(token.decode()))
                first = match.start() if first < 0 else first
                last = at
            elif name in _HTML_KINDS:
                if first >= 0:
                    self.blocks.extend((kind, first, last))
                    first = -1
                if _HTML_KINDS[name] != _PARAGRAPH:
                    kind = container if match[2] else _HTML_KINDS[name]
        if at < end and not self.raw[at:end].isspace():
            self.keeps.extend((at, end))
            first = at if first < 0 else first
            last = end
        if first >= 0:
            self.blocks.extend((kind, first, last))
