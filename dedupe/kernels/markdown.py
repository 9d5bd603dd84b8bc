"""Markdown into blocks and prose, by what the parser found.

Legend: T bytes of a batch, E bytes of a message, D articles, B blocks, R references, H tags.

Events of the parser come as one message in MessagePack, article by article: arrays, of any size, of
pairs ``[event, {"start": n, "end": n}]``. An event is a string, or a map of its only name to its
value; that of ``Start`` and ``End`` is a tag, again a string or a map of one name. Positions count
from the body of the article, behind its front matter.

Text is kept where it stands in `prose`, a copy of the batch; what lies between two pieces of text
is overwritten: by bytes that words pass over where letters stand on both sides and emphasis or the
end of a link between them, else by spaces. HTML blocks are read here, since the parser does not:
their text is kept, their tags separate blocks.
"""

from __future__ import annotations

import numpy as np

from dedupe.arrays import I64, U8
from dedupe.kernels.bits import bytes_between, trailing_zeros
from dedupe.kernels.blocks import (
    BLOCK_ARTICLE,
    BLOCK_END,
    BLOCK_KIND,
    BLOCK_START,
    CODE,
    HEADING,
    LIST_ITEM,
    PARAGRAPH,
    QUOTE,
    TABLE,
    TITLE,
)
from dedupe.kernels.jit import inlined, kernel

Int = int | np.int64 | np.uint8
"""A whole number; bytes of the text are widened before they are shifted."""
Bits = int | np.uint64
Flag = bool | np.bool_

_SPACE, _TRANSPARENT = np.uint8(0x20), np.uint8(0x7F)
_BRACE, _COLON, _ONE_BYTE = np.uint8(0x7B), np.uint8(0x3A), np.uint8(1)
_ZERO: Int = np.int64(0)
_NONE: Int = np.int64(-1)
"""To begin counting from: with a bare number Numba compiles every helper it is handed to twice."""
_ONE = np.uint64(1)

_BASIS, _PRIME = 0xCBF29CE484222325, 0x100000001B3
"""FNV-1a, by which names are compared."""
_HASH_BASIS: Bits = np.uint64(_BASIS)
_HASH_PRIME = np.uint64(_PRIME)


def _named(name: str) -> np.uint64:
    """Hash of a name, in lower case."""
    value = _BASIS
    for byte in name.lower().encode():
        value = (value ^ byte) * _PRIME % 2**64
    return np.uint64(value)


_TEXT, _CODE, _HTML, _START_OF, _END_OF = map(_named, ("Text", "Code", "Html", "Start", "End"))
_EMPHASIS, _STRONG, _STRIKETHROUGH, _LINK, _IMAGE = map(
    _named, ("Emphasis", "Strong", "Strikethrough", "Link", "Image")
)
_PARAGRAPH_TAG, _HEADING_TAG, _CODE_BLOCK, _CODE_TEXT, _HTML_BLOCK = map(
    _named, ("Paragraph", "Heading", "CodeBlock", "CodeText", "HtmlBlock")
)
_ITEM, _BLOCK_QUOTE, _FOOTNOTE = map(_named, ("Item", "BlockQuote", "FootnoteDefinition"))
_TABLE_HEAD, _TABLE_ROW, _TABLE_CELL = map(_named, ("TableHead", "TableRow", "TableCell"))
_SCRIPT, _STYLE, _PRE, _PLAIN_CODE = map(_named, ("script", "style", "pre", "code"))

_KIND_OF = {
    **dict.fromkeys("h1 h2 h3 h4 h5 h6".split(), HEADING),
    **dict.fromkeys("li dt dd".split(), LIST_ITEM),
    **dict.fromkeys("tr caption".split(), TABLE),
    "blockquote": QUOTE,
    **dict.fromkeys(
        "p div section article aside header footer nav main ul ol dl table thead tbody figure hr "
        "figcaption details summary form center address".split(),
        PARAGRAPH,
    ),
}
_TAGS = np.array([_named(name) for name in _KIND_OF])
"""(H,) tags of HTML that separate blocks"""
_TAG_KINDS = np.array(list(_KIND_OF.values()))
"""(H,) the kind of block that they begin"""

_ONE_ENTRY = 0x81
_RANGE_START = len(b"\x82\xa5start")
_RANGE_END = len(b"\xa3end")
_LEVEL = len(b"\x84\xa5level\xa2H")
"""Bytes of a message before the numbers of a range, and before the digit of a heading's level."""


@inlined
def _big_endian(message: U8, at: Int, size: Int) -> Int:
    value = _ZERO
    for place in range(at, at + size):
        value = value << 8 | np.int64(message[place])
    return value


@inlined
def _number(message: U8, at: Int) -> tuple[Int, Int]:
    """A number, none below zero, and the place behind it."""
    lead = np.int64(message[at])
    if lead < 0x80:
        return lead, at + 1
    size = 1 << (lead & 3)
    return _big_endian(message, at + 1, size), at + 1 + size


@inlined
def _count(message: U8, at: Int) -> tuple[Int, Int]:
    """Length of an array, and the place of its first value."""
    lead = np.int64(message[at])
    if lead < 0xA0:
        return lead & 15, at + 1
    size = 2 << (lead & 1)
    return _big_endian(message, at + 1, size), at + 1 + size


@inlined
def _string(message: U8, at: Int) -> tuple[Int, Int]:
    """Start and end of a string."""
    lead = np.int64(message[at])
    if lead < 0xC0:
        return at + 1, at + 1 + (lead & 31)
    size = 1 << (lead - 0xD9)
    return at + 1 + size, at + 1 + size + _big_endian(message, at + 1, size)


@inlined
def _skipped(message: U8, at: Int) -> Int:
    """Place behind a value of strings, whole numbers, truth values, arrays and maps."""
    left: Int = 1
    while left > 0:
        left -= 1
        lead = np.int64(message[at])
        if 0xA0 <= lead < 0xC0 or 0xD9 <= lead <= 0xDB:
            _, at = _string(message, at)
        elif lead < 0x80 or 0xCC <= lead <= 0xCF:
            _, at = _number(message, at)
        elif lead < 0x90:
            left += 2 * (lead & 15)
            at += 1
        elif lead < 0xA0 or lead >= 0xDC:
            count, at = _count(message, at)
            left += count << np.int64(lead >= 0xDE)
        else:
            at += 1
    return at


@inlined
def _is_letter(byte: Int) -> Flag:
    return 0x61 <= byte | 0x20 <= 0x7A


@inlined
def _is_letter_or_digit(byte: Int) -> Flag:
    return _is_letter(byte) or 0x30 <= byte <= 0x39


@inlined
def _name_between(text: U8, start: Int, end: Int) -> Bits:
    """Hash of a name of letters and digits, in lower case."""
    value = _HASH_BASIS
    for at in range(start, end):
        value = (value ^ np.uint64(text[at] | 0x20)) * _HASH_PRIME
    return value


@inlined
def _name(message: U8, at: Int) -> tuple[Bits, Int]:
    """Hash of a string, and the place behind it."""
    start, end = _string(message, at)
    return _name_between(message, start, end), end


@inlined
def _space_size(text: U8, at: Int) -> Int:
    """Bytes of the white space that begins at `at`, else 0; what `str.isspace` says."""
    lead = text[at]
    if lead < 0x80:
        return 1 if 0x09 <= lead <= 0x0D or 0x1C <= lead <= 0x20 else 0
    second = text[at + 1]
    if lead == 0xC2:
        return 2 if second == 0x85 or second == 0xA0 else 0
    if lead < 0xE1 or lead > 0xE3:
        return 0
    third = text[at + 2]
    if lead == 0xE1:
        return 3 if second == 0x9A and third == 0x80 else 0
    if lead == 0xE3:
        return 3 if second == 0x80 and third == 0x80 else 0
    if second == 0x81:
        return 3 if third == 0x9F else 0
    wide = third <= 0x8A or third == 0xA8 or third == 0xA9 or third == 0xAF
    return 3 if second == 0x80 and wide else 0


@inlined
def _is_space(text: U8, start: Int, end: Int) -> Flag:
    """Say whether a text, which is not empty, is all white space."""
    while start < end:
        size = _space_size(text, start)
        if size == 0:
            return False
        start += size
    return True


@inlined
def _is_same(message: U8, start: Int, end: Int, data: U8, at: Int, size: Int) -> Flag:
    """Say whether a text of the message is that of the article."""
    if end - start != size:
        return False
    for k in range(size):
        if message[start + k] != data[at + k]:
            return False
    return True


@inlined
def _is_word_byte(byte: Int) -> Flag:
    return byte >= 0x80 or _is_letter_or_digit(byte) or byte == 0x27  # '


@inlined
def _is_emphasis(byte: Int) -> Flag:
    r"""Say whether a byte is one of ``* _ ~ [ \``, which leave no space where they vanish."""
    return byte == 0x2A or byte == 0x5F or byte == 0x7E or byte == 0x5B or byte == 0x5C


@inlined
def _blank_gap(data: U8, prose: U8, start: Int, after: Int, before: Int) -> None:
    """Blank what stands between two pieces of text; none is above where `after` is the start."""
    filler = _SPACE
    if start < after < before and _is_word_byte(data[after - 1]) and _is_word_byte(data[before]):
        at = after
        while at < before and _is_emphasis(data[at]):
            at += 1
        if at < before and data[at] == 0x5D:  # ] and the address behind it
            if data[at + 1] == 0x28 or data[at + 1] == 0x5B or at + 1 == before:
                at = before
        if at == before:
            filler = _TRANSPARENT
    for at in range(after, before):
        prose[at] = filler


@inlined
def _put_block(blocks: I64, count: Int, kind: Int, start: Int, end: Int, article: Int) -> None:
    blocks[count, BLOCK_KIND] = kind
    blocks[count, BLOCK_START] = start
    blocks[count, BLOCK_END] = end
    blocks[count, BLOCK_ARTICLE] = article


@inlined
def _reference_end(data: U8, at: Int, end: Int) -> Int:
    """End of the character reference that begins with the ampersand at `at`, else `at`."""
    first, least, most = at + 1, 2, 32
    numeric = data[first] == 0x23  # #
    hexadecimal = numeric and data[first + 1] | 0x20 == 0x78  # x
    if numeric:
        first += 2 if hexadecimal else 1
        least, most = 1, 6 if hexadecimal else 7
    elif not _is_letter(data[first]):
        return at
    stop = first
    while stop < end and _is_letter_or_digit(data[stop]):
        if numeric and data[stop] > 0x39 and (not hexadecimal or data[stop] | 0x20 > 0x66):
            return at
        stop += 1
    fits = least <= stop - first <= most
    return stop + 1 if fits and stop < end and data[stop] == 0x3B else at  # ;


@inlined
def _comment_end(data: U8, at: Int, end: Int) -> Int:
    """End of the comment whose text begins at `at`."""
    while at + 2 < end:
        if data[at] == 0x2D and data[at + 1] == 0x2D and data[at + 2] == 0x3E:  # -->
            return at + 3
        at += 1
    return end


@inlined
def _raw_end(data: U8, name: Int, at: Int, end: Int) -> Int:
    """End of the element with the name at `name` to `at`, in which no tag counts but its own."""
    size = at - name
    while at + size + 2 < end:
        if data[at] == 0x3C and data[at + 1] == 0x2F:  # </
            stop = at + 2
            while stop < at + 2 + size and data[stop] | 0x20 == data[name + stop - at - 2] | 0x20:
                stop += 1
            if stop == at + 2 + size:
                while stop < end and _is_html_space(data[stop]):
                    stop += 1
                if stop < end and data[stop] == 0x3E:  # >
                    return stop + 1
        at += 1
    return end


@inlined
def _is_html_space(byte: Int) -> Flag:
    return byte == 0x20 or 0x09 <= byte <= 0x0D


@inlined
def _token(data: U8, at: Int, end: Int) -> tuple[Int, Bits]:
    """End of the token of HTML that begins with the ``<`` or ``&`` at `at`; `at` for none.

    The second value is the hash of the name of a tag. Comments, declarations, and elements whose
    content is no prose have none.
    """
    if data[at] == 0x26:  # &
        return _reference_end(data, at, end), _HASH_BASIS
    second = data[at + 1] if at + 1 < end else _SPACE
    if second == 0x21 and at + 3 < end and data[at + 2] == 0x2D and data[at + 3] == 0x2D:  # !--
        return _comment_end(data, at + 4, end), _HASH_BASIS
    closing = second == 0x2F  # /
    first = at + 2 if closing else at + 1
    stop = first
    name = _HASH_BASIS
    if first < end and _is_letter(data[first]):
        while stop < end and _is_letter_or_digit(data[stop]):
            stop += 1
        name = _name_between(data, first, stop)
        raw = name == _SCRIPT or name == _STYLE or name == _PRE or name == _PLAIN_CODE
        if raw and not closing and (stop == end or data[stop] != 0x5F):  # _
            return _raw_end(data, first, stop, end), _HASH_BASIS
    elif closing or second == 0x21 or second == 0x3F:  # ! ?
        stop = at + 2
    else:
        return at, name
    while stop < end and data[stop] != 0x3C and data[stop] != 0x3E:  # < >
        stop += 1
    return stop + np.int64(stop < end and data[stop] == 0x3E), name


@inlined
def _kind_of(name: Bits) -> Int:
    """Kind of block that a tag begins, _NONE where it separates nothing."""
    for tag in range(len(_TAGS)):
        if _TAGS[tag] == name:
            return np.int64(_TAG_KINDS[tag])
    return _NONE


@inlined
def _read_html(
    data: U8,
    prose: U8,
    at: Int,
    end: Int,
    around: Int,
    article: Int,
    origin: Int,
    after: Int,
    blocks: I64,
    block_count: Int,
    references: I64,
    reference_count: Int,
) -> tuple[Int, Int, Int]:
    """Read an HTML block, `at` to `end`, for `read_events`.

    around: kind of the blocks where it stands
    origin, after: start of the article, and end of the last piece of text
    Returns the new end of the last piece of text, and the new numbers of blocks and references.
    """
    kind = around
    first, last = _NONE, _ZERO  # the block that is open
    piece = at
    ink = False
    while at <= end:
        stop, name = at, _HASH_BASIS
        if at < end:
            if data[at] == 0x3C or data[at] == 0x26:  # < &
                stop, name = _token(data, at, end)
            if stop == at:
                ink |= not _is_html_space(data[at])
                at += 1
                continue
        reference = at < end and data[at] == 0x26
        if ink or reference:
            piece = piece if ink else at
            _blank_gap(data, prose, origin, after, piece)
            first = piece if first < 0 else first
            after = last = stop if reference else at
        if reference:
            references[reference_count, 0] = at
            references[reference_count, 1] = stop
            reference_count += 1
        begun = np.int64(PARAGRAPH) if at == end else _kind_of(name)
        if begun >= 0:
            if first >= 0:
                _put_block(blocks, block_count, kind, first, last, article)
                block_count += 1
                first = _NONE
            if begun != PARAGRAPH:
                kind = around if data[at + 1] == 0x2F else begun  # /
        if at == end:
            break
        at = piece = stop
        ink = False
    return after, block_count, reference_count


@inlined
def _is_inline(tag: Bits) -> Flag:
    return tag == _EMPHASIS or tag == _STRONG or tag == _STRIKETHROUGH or tag == _LINK


@inlined
def _container(tag: Bits) -> Int:
    """Kind of the blocks in a container of blocks, _NONE for any other tag."""
    if tag == _ITEM:
        return np.int64(LIST_ITEM)
    if tag == _BLOCK_QUOTE:
        return np.int64(QUOTE)
    return np.int64(PARAGRAPH) if tag == _FOOTNOTE else _NONE


# One loop over the events, and state in plain variables: every array that is handed on is counted,
# and a call per event would cost as much as the work on most of them.
@kernel
def read_events(
    message: U8,
    message_ends: I64,
    data: U8,
    starts: I64,
    bodies: I64,
    ends: I64,
    containers: U8,
    prose: U8,
    blocks: I64,
    references: I64,
) -> tuple[Int, Int]:
    """Find the blocks of articles of Markdown, and blank their markup.

    message: u8 (E,), message_ends: i64 (D,) end of the events of each article
    data: u8 (T,), starts, bodies, ends: i64 (D,) the articles, and where their front matter ends
    containers: scratch, longer than the longest article, which bounds the depth of quotations
    prose: u8 (T,) a copy of data, written
    blocks: i64 (E // 4 + 1, 4), written: kind, start, end, article. A block of HTML, ``a<p>``, has
        four bytes of the message, any other more
    references: i64 (E // 4 + 1, 2), written: start and end of the character references in HTML
        blocks, which are left as they are
    Returns the numbers of blocks and references.
    """
    block_count, reference_count = _ZERO, _ZERO
    at = _ZERO
    for article in range(len(starts)):
        body = bodies[article]
        after = starts[article]
        first_block = block_count
        containers[0] = PARAGRAPH
        depth = 0
        leaf = _NONE  # kind of the heading or table row that is open
        kind = _NONE  # of the block that is open
        first, last = _ZERO, _ZERO
        markup = _NONE  # where inline markup before the first text of a block begins
        muted = _ZERO  # end of an image or code block
        html_start, html_end = _NONE, _NONE
        left = _ZERO
        while left > 0 or at < message_ends[article]:
            if left == 0:
                left, at = _count(message, at)
                continue
            left -= 1
            at += 1
            single = message[at] != _ONE_ENTRY  # breaks and rules: nothing is kept of them
            name, value = _name(message, at + np.int64(not single))
            at = (value if single else _skipped(message, value)) + _RANGE_START
            start, at = _number(message, at)
            end, at = _number(message, at + _RANGE_END)
            start += body
            end += body
            if start < muted:
                continue
            if name == _TEXT:
                last = end
                if kind < 0:
                    first = start if markup < 0 else markup
                    kind = np.int64(containers[depth]) if leaf < 0 else leaf
                if data[start] == 0x26 and end - start > 2:  # & and maybe a character reference
                    text, stop = _string(message, value)
                    if not _is_same(message, text, stop, data, start, end - start):
                        if stop - text > end - start or _is_space(message, text, stop):
                            continue
                        for place in range(start, end):
                            prose[place] = _TRANSPARENT
                        for place in range(stop - text):
                            prose[start + place] = message[text + place]
                _blank_gap(data, prose, starts[article], after, start)
                after = end
            elif name == _START_OF or name == _END_OF:
                opens = name == _START_OF
                tag, inner = _name(message, value + np.int64(message[value] == _ONE_ENTRY))
                if _is_inline(tag):
                    if kind >= 0:
                        last = last if opens else max(last, end)
                    elif not opens:
                        markup = _NONE
                    elif markup < 0:
                        markup = start
                    continue
                if tag == _IMAGE:
                    muted = end
                    continue
                if tag == _TABLE_CELL:
                    continue
                if kind >= 0:
                    _put_block(blocks, block_count, kind, first, last, article)
                    block_count += 1
                    kind = _NONE
                markup = _NONE
                if tag == _PARAGRAPH_TAG:
                    continue
                if tag == _CODE_BLOCK:
                    muted = end if opens else muted
                elif tag == _HEADING_TAG:
                    leaf = _NONE
                    if opens:
                        title = message[inner + _LEVEL] == 0x31 and block_count == first_block
                        leaf = np.int64(TITLE if title else HEADING)
                elif tag == _TABLE_HEAD or tag == _TABLE_ROW:
                    leaf = np.int64(TABLE) if opens else _NONE
                elif tag == _CODE_TEXT:  # a code block that is to be kept
                    leaf = np.int64(CODE) if opens else _NONE
                elif _container(tag) >= 0:
                    depth += 1 if opens else -1
                    if opens:
                        containers[depth] = _container(tag)
                elif tag == _HTML_BLOCK and not opens and html_start >= 0:
                    after, block_count, reference_count = _read_html(
                        data,
                        prose,
                        html_start,
                        html_end,
                        np.int64(containers[depth]),
                        article,
                        starts[article],
                        after,
                        blocks,
                        block_count,
                        references,
                        reference_count,
                    )
                    html_start = _NONE
            elif name == _CODE:
                if kind >= 0:
                    last = end
                elif markup < 0:
                    markup = start
            elif name == _HTML:
                html_start = start if html_start < 0 else html_start
                html_end = end
        if kind >= 0:
            _put_block(blocks, block_count, kind, first, last, article)
            block_count += 1
        for place in range(after, ends[article]):
            prose[place] = _SPACE
    return block_count, reference_count


@inlined
def _shortcode_end(data: U8, at: Int, end: Int) -> Int:
    """End of ``{{...}}`` or ``{%...%}`` without such braces inside, at `at`, else `at`."""
    percent = data[at + 1] == 0x25
    if not percent and data[at + 1] != 0x7B:
        return at
    stop = at + 2
    while stop + 1 < end and data[stop] != 0x7B:
        if data[stop + 1] == 0x7D and data[stop] == (0x25 if percent else 0x7D):  # }
            return stop + 2
        if not percent and data[stop] == 0x7D:
            return at
        stop += 1
    return at


@inlined
def _directive_start(data: U8, body: Int, at: Int) -> Int:
    """Start of the line that begins with the ``:::`` at `at`, -1 where it does not."""
    if data[at + 1] != 0x3A or data[at + 2] != 0x3A:
        return _NONE
    while at > body and (data[at - 1] == 0x20 or data[at - 1] == 0x09):
        at -= 1
    return at if at == body or data[at - 1] == 0x0A else _NONE


@kernel
def trim_blocks(
    data: U8,
    prose: U8,
    bodies: I64,
    ends: I64,
    rows: I64,
) -> None:
    """Blank shortcodes and directives, then cut white space off both ends of blocks.

    data, prose: u8 (T,); bodies, ends: i64 (D,) the articles without their front matter
    rows: i64 (B, 4), written; a block without prose becomes empty
    """
    for article in range(len(bodies)):
        body, end = bodies[article], ends[article]
        for chunk in range(body, end, 64):
            mask = bytes_between(data, chunk, _BRACE, _ONE_BYTE)
            mask |= bytes_between(data, chunk, _COLON, _ONE_BYTE)
            while mask != 0:
                at = chunk + np.int64(trailing_zeros(mask))
                mask &= mask - _ONE
                if at >= end:
                    break
                if data[at] == _BRACE:
                    first: Int = at
                    stop: Int = _shortcode_end(data, at, end)
                else:
                    first = _directive_start(data, body, at)
                    stop = at
                    if first < 0:
                        continue
                    while stop < end and data[stop] != 0x0A and data[stop] != 0x0D:
                        stop += 1
                for place in range(first, stop):
                    prose[place] = _SPACE
    for row in range(len(rows)):
        start, end = rows[row, BLOCK_START], rows[row, BLOCK_END]
        at = start
        while at < end and (prose[at] <= _SPACE or prose[at] == _TRANSPARENT):
            at += 1
        if at == end:
            end = start
        while start < end and data[start] <= _SPACE:
            start += 1
        while start < end and data[end - 1] <= _SPACE:
            end -= 1
        rows[row, BLOCK_START] = start
        rows[row, BLOCK_END] = end
