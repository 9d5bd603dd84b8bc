"""Markdown to blocks, and to prose: a copy of the text in which all markup is blank.

Prose has the length of the text, so a place in it is a place in the text. Kept are the pieces of
text that the parser names; everything between them becomes spaces, or, where it stands inside a
word (``un**believ**able``), bytes that words pass over. An entity becomes its character, padded
with such bytes. Blank are also addresses, code, images with their descriptions, HTML tags, front
matter, shortcodes (``{{< x >}}``, ``{% x %}``) and directives (``:::``).
"""

from __future__ import annotations

import datetime as dt
import functools
import html
import re

import numpy as np

from dedupe.arrays import I64, U8
from dedupe.sources.parsing import FAILED, Parse
from dedupe.sources.text import split_text
from dedupe.tables import TRANSPARENT

_FENCES = (b"---", b"+++")
# Front matter is cut off here: to the parser any part between two rules is metadata.
_FRONT_MATTER = re.compile(
    rb"---[ \t]*\r?\n(?:[ \t]*\r?\n|#.*\n)*(?=[\w\"']|---|\.\.\.)(?s:.*?)^(?:---|\.\.\.)[ \t]*\r?$"
    rb"|\+\+\+[ \t]*\r?\n(?s:.*?)^\+\+\+[ \t]*\r?$",
    re.MULTILINE,
)
_FIELD = re.compile(rb"^[\w\"'-]+[ \t]*[:=]", re.MULTILINE)
_PADDING = bytes((TRANSPARENT,))
_LINE_BEFORE = re.compile(rb"[^\\\s][ \t]?\r?\n[ \t]*\Z")
_LINE_END = re.compile(rb"[ \t]?\r?\n")
"""What stands around a plain line: no mark, and no break by two spaces or a backslash."""
_REACH = 80
"""Bytes around such a line that are looked at."""


def split_markdown(
    data: U8, prose: U8, start: I64, end: I64, *, code: bool = False, date_field: str = "date",
    parse: Parse,
) -> tuple[I64, dict[int, str | None]]:  # fmt: skip
    """Split articles of Markdown into blocks, and blank their markup in `prose`, a copy of `data`.

    data (T,) is valid UTF-8 with 64 bytes behind the last article, start and end (D,). Returns
    rows (B, 4) of kind, start, end, article, and the dates of the front matter. An article that the
    parser fails on is missing among the dates, and untouched. `code` keeps the words of code;
    `date_field` is the key of the dates; `parse` makes the events of the parser.
    """
    from dedupe.kernels.markdown import read_events, trim_blocks

    view = data.data
    places, dates = [], []
    for first, last in zip(start.tolist(), end.tolist(), strict=True):
        header, found = front_matter(view[first:last], date_field)
        places.append((first + header, last))
        dates.append(found)
    message, message_end = parse(view, places, code=code)
    read = [article for article, behind in enumerate(message_end) if behind != FAILED]
    date = {article: dates[article] for article in read}
    body = [places[article][0] for article in read]
    parsed = np.array(read, np.int64)
    start, end, bodies = start[parsed], end[parsed], np.array(body, np.int64)
    rows = np.empty((len(message) // 4 + 1, 4), np.int64)
    references = np.empty((len(message) // 4 + 1, 2), np.int64)
    count, reference_count = read_events(
        np.frombuffer(message, np.uint8),
        np.array(message_end, np.int64)[parsed],
        data,
        start,
        bodies,
        end,
        np.empty(int((end - start).max(initial=0)) + 1, np.uint8),
        prose,
        rows,
        references,
    )
    rows = rows[:count]
    _resolve(view, prose.data, references[:reference_count])
    trim_blocks(data, prose, bodies, end, rows)
    rows = rows[rows[:, 1] < rows[:, 2]]
    rows[:, 3] = parsed[rows[:, 3]]
    return rows, date


def lost_links(data: U8, prose: U8, rows: I64) -> I64:
    """Lines inside sentences where a link was lost: start, end and block (O, 3), as in plain text.

    data, prose: (T,) as `split_markdown` leaves them; rows (B, 4) its blocks. A line of markup has
    lost nothing, and one that the author broke off on purpose belongs to a poem or an address.
    """
    from dedupe.kernels.blocks import hold_short_lines

    found = np.empty(len(rows), np.bool_)
    hold_short_lines(data, rows, found)
    blocks = np.flatnonzero(found)
    lines, orphans = split_text(data, rows[blocks, 1].copy(), rows[blocks, 2].copy())
    orphans[:, 2] = blocks[lines[orphans[:, 2], 3]]
    view = data.data
    plain = [
        _LINE_BEFORE.search(view[max(0, start - _REACH) : start]) is not None
        and _LINE_END.match(view[end : end + _REACH]) is not None
        and np.array_equal(data[start:end], prose[start:end])
        for start, end, _ in orphans.tolist()
    ]
    return orphans[np.array(plain, np.bool_)]


def front_matter(raw: memoryview, date_field: str = "date") -> tuple[int, str | None]:
    """Bytes of the front matter, and its date as YYYY-MM-DD."""
    match = _FRONT_MATTER.match(raw) if bytes(raw[:3]) in _FENCES else None
    if match is None or not _FIELD.search(match[0]):
        return 0, None
    found = _date_of(date_field).search(match[0])
    if found is None:
        return match.end(), None
    try:
        return match.end(), dt.date.fromisoformat(str(found[1], "ascii")).isoformat()
    except ValueError:  # the 31st of February
        return match.end(), None


@functools.cache
def _date_of(field: str) -> re.Pattern[bytes]:
    """The line of the front matter that holds the date."""
    name = re.escape(field.encode())
    return re.compile(
        rb"^[\"']?%b[\"']?[ \t]*[:=][ \t]*[\"']?(\d{4}-\d\d-\d\d)" % name, re.MULTILINE
    )


def _resolve(text: memoryview, prose: memoryview, references: I64) -> None:
    """Put characters in place of the references to them; one that is a space is blank."""
    for start, end in references.tolist():
        char = html.unescape(str(text[start:end], "ascii"))
        encoded = char.encode()
        if char.isspace() or len(encoded) > end - start:
            encoded = b" " * (end - start)
        prose[start:end] = encoded.ljust(end - start, _PADDING)
