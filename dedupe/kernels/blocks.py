"""Plain text into blocks: which of its lines belong together.

Legend: T bytes of a batch, D articles, L lines of one article, B blocks, O orphans.

Rules for plain text. Lines end with LF, CRLF or a lone CR; white space around a line is no part of
it. A blank line, or one made of rule characters alone (``---``, ``***``, ``===``), ends a block. In
order:

marker      ``#`` to ``######`` and ``**a whole line**`` are headings, ``>`` is a quotation;
            ``-``, ``*``, ``+``, a bullet, ``1.``, ``1)``, ``(a)`` or ``a)`` is a list item. A
            marker needs a space behind it, starts a block, and the block starts behind it. A line
            above a run of ``=`` or ``-`` is a heading.
hard wrap   A line was wrapped where the width of the article would not have taken the first word of
            the next line; that line is the same block. An article has a width when at least two
            thirds of the lines without a full stop that another line follows fill it, two at
            least. It is the longest of the lines up to 120 characters that have a neighbour, but
            for the longest fiftieth, and 40 at least.
lost link   A line that begins in the middle of a sentence, that is with a lower-case letter, with
            ``, . ; : ! ? ) ]``, a closing quotation mark or an apostrophe before a lower-case
            letter, goes on with the line above unless that one ends a sentence.
orphan      A line of at most four words between two such lines, where a link was lost: the line
            below begins in the middle of a sentence, the one above ends in the middle of one. It
            joins them and is remembered. A line above that looks like a heading and ends with a
            capitalised word is a heading: there the short line begins a paragraph.
list item   A line that is indented as far as the text of the item above belongs to it.
heading     A block of one line, at most 18 words and 120 characters (40 in scripts without spaces),
            that begins with a capital, a digit, a quotation mark or a letter of a script without
            capitals, and ends neither with ``. , ;``, an ellipsis or a dash nor with ``:``, unless
            behind at most four words, the last of them capitalised. With ``!`` or ``?`` it needs
            three words, no quotation mark before it, and a longer block behind it. Another block
            must follow, or it must be the first. Three such lines without a blank one between are
            verse or an address, and paragraphs.
title       The first block of an article, if it is a heading.
"""

from __future__ import annotations

import numpy as np

from dedupe.arrays import I64, U8, U16, Bool
from dedupe.kernels import characters as ch
from dedupe.kernels.bits import bytes_between, ones, trailing_zeros
from dedupe.kernels.jit import inlined, kernel

Int = int | np.int64 | np.uint8
"""A whole number; bytes of the text are widened before they are shifted."""
Bits = int | np.uint64
"""A mask with one bit per byte."""
Flag = bool | np.bool_

TITLE, HEADING, PARAGRAPH, LIST_ITEM, QUOTE, TABLE, CODE = range(7)
"""Kinds of a block, numbered as `tables.BlockKind`."""

BLOCK_KIND, BLOCK_START, BLOCK_END, BLOCK_ARTICLE = range(4)
"""Columns of a block."""
ORPHAN_START, ORPHAN_END, ORPHAN_BLOCK = range(3)
"""Columns of an orphan."""

_START, _END, _INDENT, _TEXT_COLUMN, _WIDTH, _FIRST_WORD, _WORDS, _FLAGS = range(8)
"""Columns of a line: first byte behind its marker, end, white space before it, column of its
first byte behind the marker, code points, code points of the first word, words, flags."""

_AFTER_GAP = 1
"""A blank line, a rule or the start of the article stands above."""
_ITEM = 2
_QUOTED = 4
_MARKED_HEADING = 8
_MARKERS = _ITEM | _QUOTED | _MARKED_HEADING
_GOES_ON = 16
"""Begins in the middle of a sentence."""
_SENTENCE_END = 32
_HEADLINE = 64
"""Could be a heading by its own look."""
_LOUD = 128
"""Ends with ! or ?."""
_OPEN_END = 256
"""The last word is a lower-case one or a short one such as "The"."""

_MAX_WIDTH = 120
_MIN_WIDTH = 40
_LONG_LINE = 4 * _MAX_WIDTH
"""Bytes beyond which a line is wider than any wrap and longer than any heading."""
_HEADING_WORDS = 18
_ORPHAN_WORDS = 4
_TAB = 4

_LINE_ENDS, _LINE_END_KINDS = np.uint8(0x0A), np.uint8(4)
_CONTINUATION, _CONTINUATIONS = np.uint8(0x80), np.uint8(0x40)
_INK, _INKS = np.uint8(0x21), np.uint8(0xDF)
_ONE = np.uint64(1)
_ZERO = np.int64(0)
"""To begin counting from: with a bare 0 Numba compiles every helper it is handed to twice."""
_BLANK, _RULE, _UNDERLINE = -1, -2, -3
"""In place of flags: lines without text."""

# Arrays are counted as they are handed on, which costs as much as the work on most lines. So the
# common line, a paragraph that begins with a letter and ends with a full stop, goes through
# `_find_lines` without a call that holds a loop; predicates take characters, not the text.


@inlined
def _point(data: U8, at: Int) -> Int:
    """Code point of the sequence at `at`; the text is valid UTF-8."""
    lead = np.int64(data[at])
    if lead < 0x80:
        return lead
    second = np.int64(data[at + 1]) & 0x3F
    if lead < 0xE0:
        return (lead & 0x1F) << 6 | second
    third = np.int64(data[at + 2]) & 0x3F
    if lead < 0xF0:
        return (lead & 0x0F) << 12 | second << 6 | third
    return (lead & 0x07) << 18 | second << 12 | third << 6 | np.int64(data[at + 3]) & 0x3F


@inlined
def _size(lead: Int) -> Int:
    """Bytes of the sequence with this first byte."""
    return 1 + np.int64(lead >= 0xC2) + np.int64(lead >= 0xE0) + np.int64(lead >= 0xF0)


@inlined
def _previous(data: U8, at: Int) -> Int:
    """Start of the character that ends at `at`."""
    at -= 1
    while data[at] & 0xC0 == 0x80:
        at -= 1
    return at


@inlined
def _kind(page: U16, kind: U8, point: Int) -> Int:
    return np.int64(kind[(np.int64(page[point >> 8]) << 8) + (point & 0xFF)])


@inlined
def _is_small(kind: Int, point: Int) -> Flag:
    """Say whether a letter is lower-case in a script whose sentences begin with a capital."""
    return kind & ch.LOWER != 0 and not 0x10D0 <= point <= 0x10FF  # Georgian


@inlined
def _is_letter_or_digit(kind: Int) -> Flag:
    group = kind & ch.CLASS
    return group == ch.LETTER or group == ch.DIGIT or group == ch.SINGLE


@inlined
def _is_ascii_letter(byte: Int) -> Flag:
    return 0x61 <= byte | 0x20 <= 0x7A


@inlined
def _wide_space(first: Int, second: Int, third: Int) -> Int:
    """Bytes of a space beyond ASCII: no-break, U+2000 to U+200B, ideographic; else 0."""
    if first == 0xC2:
        return 2 if second == 0xA0 else 0
    if first == 0xE2:
        return 3 if second == 0x80 and third <= 0x8B else 0
    return 3 if first == 0xE3 and second == 0x80 and third == 0x80 else 0


@inlined
def _space_at(data: U8, at: Int) -> Int:
    """Bytes of the white space that begins at `at`, else 0."""
    if data[at] <= 0x20:
        return 1
    return _wide_space(data[at], data[at + 1], data[at + 2]) if data[at] >= 0xC2 else 0


@inlined
def _space_before(data: U8, at: Int) -> Int:
    """Bytes of the white space that ends at `at`, else 0."""
    last = data[at - 1]
    if last <= 0x20:
        return 1
    if last < 0x80 or last > 0xA0:
        return 0
    if last == 0xA0 and data[at - 2] == 0xC2:
        return 2
    return _wide_space(data[at - 3], data[at - 2], last)


@inlined
def _is_rule_byte(byte: Int) -> Flag:
    """Say whether a byte is one of ``- = * _ ~ # +`` or white space."""
    return (
        byte <= 0x20
        or byte == 0x2D
        or byte == 0x3D
        or byte == 0x2A
        or byte == 0x5F
        or byte == 0x7E
        or byte == 0x23
        or byte == 0x2B
    )


@inlined
def _rule(data: U8, start: Int, end: Int) -> Int:
    """_UNDERLINE or _RULE for a line made of rule characters alone, else 0."""
    same = True
    for at in range(start, end):
        if not _is_rule_byte(data[at]):
            return 0
        same &= data[at] == data[start]
    if same and end - start > 1 and (data[start] == 0x2D or data[start] == 0x3D):
        return _UNDERLINE
    return _RULE


@inlined
def _is_bullet(point: Int) -> Flag:
    """Say whether a character marks a list item: ``- * +``, dashes and bullets."""
    return (
        point == 0x2D
        or point == 0x2A
        or point == 0x2B
        or point == 0xB7
        or point == 0x2013
        or point == 0x2014
        or point == 0x2022
        or point == 0x2023
        or point == 0x2043
        or point == 0x2219
        or point == 0x25AA
        or point == 0x25CF
        or point == 0x25E6
    )


@inlined
def _list_marker(data: U8, start: Int, end: Int) -> Int:
    """Bytes of a list marker with one space behind it, 0 where there is none."""
    at = start
    if _is_bullet(_point(data, start)):
        at += _size(data[start])
    else:
        opened = data[start] == 0x28  # (
        if opened:
            at += 1
        first = at
        while at < end and at - first < 3 and 0x30 <= data[at] <= 0x39:
            at += 1
        numbered = at > first
        if not numbered and _is_ascii_letter(data[at]):
            at += 1
        if at == first or at >= end:
            return 0
        if data[at] != 0x29 and (opened or not numbered or data[at] != 0x2E):  # ) .
            return 0
        at += 1
    if at >= end:
        return 0
    space = _space_at(data, at)
    return at + space - start if space > 0 else 0


@inlined
def _is_bold(data: U8, start: Int, end: Int) -> Flag:
    """Say whether the line is one stretch of bold text."""
    mark = data[start]
    if end - start < 5 or end - start > _LONG_LINE or data[start + 1] != mark:
        return False
    if (mark != 0x2A and mark != 0x5F) or data[end - 1] != mark or data[end - 2] != mark:  # * _
        return False
    for at in range(start + 2, end - 2):
        if data[at] == mark and data[at + 1] == mark:
            return False
    return True


@inlined
def _marked(data: U8, start: Int, end: Int) -> tuple[Int, Int, Int]:
    """Flags of a line's markers, or _RULE or _UNDERLINE, and its text without them."""
    if _is_rule_byte(data[start]):
        rule = _rule(data, start, end)
        if rule != 0:
            return rule, start, end
    flags = 0
    while data[start] == 0x3E and data[start + 1] <= 0x20:  # >
        flags = _QUOTED
        start += 1
        while start < end and data[start] <= 0x20:
            start += 1
        if start == end:
            return _RULE, start, end
    at = start
    while data[at] == 0x23 and at - start < 6:  # #
        at += 1
    if at > start and data[at] <= 0x20:
        flags |= _MARKED_HEADING
        start = at
        while end > start and (data[end - 1] == 0x23 or data[end - 1] <= 0x20):
            end -= 1
    else:
        marker = _list_marker(data, start, end)
        if marker > 0:
            flags |= _ITEM
            start += marker
        elif _is_bold(data, start, end):
            flags |= _MARKED_HEADING
            start += 2
            end -= 2
    while start < end and _space_at(data, start) > 0:
        start += _space_at(data, start)
    return (flags if start < end else _RULE), start, end


@inlined
def _begins_inside(point: Int, kind: Int, next_point: Int, next_kind: Int) -> Flag:
    """Say whether a line whose first characters these are begins in the middle of a sentence."""
    if _is_small(kind, point):
        return True
    group = kind & ch.CLASS
    if group == ch.APOSTROPHE:
        return _is_small(next_kind, next_point)
    if point == 0x29 or point == 0x5D or group == ch.CLOSING_QUOTE:  # ) ]
        return True
    # , . ; : ! ? but neither ".NET" nor "..."
    if (
        point == 0x2C
        or point == 0x2E
        or point == 0x3B
        or point == 0x3A
        or point == 0x21
        or point == 0x3F
    ):
        return not _is_letter_or_digit(next_kind) and next_point != point
    return False


@inlined
def _is_closer(point: Int, kind: Int) -> Flag:
    """Say whether a character may stand behind the full stop: brackets, quotes, emphasis."""
    group = kind & ch.CLASS
    return (
        group == ch.CLOSER
        or group == ch.CLOSING_QUOTE
        or group == ch.APOSTROPHE
        or point == 0x22  # "
        or point == 0x29  # )
        or point == 0x5D  # ]
        or point == 0x2A  # *
        or point == 0x5F  # _
    )


@inlined
def _without_closers(data: U8, start: Int, end: Int, page: U16, kind: U8) -> Int:
    """End of a line before its closing brackets, quotation marks and emphasis."""
    while end > start:
        last = _previous(data, end)
        point = _point(data, last)
        if not _is_closer(point, _kind(page, kind, point)):
            break
        end = last
    return end


@inlined
def _ending(point: Int, kind: Int) -> Int:
    """Flags _SENTENCE_END and _LOUD of a last character."""
    if point == 0x21 or point == 0x3F or point == 0xFF01 or point == 0xFF1F:  # ! ?
        return _SENTENCE_END | _LOUD
    if point == 0x2E or point == 0x3A or point == 0x3B or point == 0xFF1A:  # . : ;
        return _SENTENCE_END
    return _SENTENCE_END if kind & ch.CLASS == ch.TERMINATOR else 0


@inlined
def _may_end_heading(point: Int, ending: Int, words: Int, open_end: Flag) -> Flag:
    """Say whether a last character is one that a heading may have."""
    if point == 0x3A or point == 0xFF1A:  # :
        return words <= _ORPHAN_WORDS and not open_end
    if ending & _LOUD != 0:
        return words > 2
    dash = point == 0x2D or 0x2012 <= point <= 0x2015
    return ending == 0 and point != 0x2C and not dash  # ,


@inlined
def _may_begin_heading(point: Int, kind: Int, loud: bool) -> Flag:
    """Say whether a first character is one that a heading may have."""
    if _is_letter_or_digit(kind):
        return not _is_small(kind, point)
    group = kind & ch.CLASS
    return not loud and (group == ch.OPENING_QUOTE or group == ch.APOSTROPHE or point == 0x22)


@inlined
def _heading_look(
    data: U8,
    start: Int,
    end: Int,
    words: Int,
    page: U16,
    kind: U8,
) -> Int:
    """Flags _HEADLINE and _OPEN_END of a line of few words, its closers already cut off."""
    flags = 0
    at = end
    while at > start and data[at - 1] > 0x20:
        at -= 1
    point = _point(data, at)
    if _is_small(_kind(page, kind, point), point):
        flags |= _OPEN_END
    elif end - at <= 3:
        second = _point(data, at + _size(data[at]))
        if end - at == 1 or _is_small(_kind(page, kind, second), second):
            flags |= _OPEN_END
    # Words of scripts without spaces are not counted; their letters have three bytes.
    if data[start] >= 0xE3 and end - start > _MAX_WIDTH:
        return flags
    first = _point(data, start + (data[start] == 0x2F))  # a stray / before a title
    last = _point(data, _previous(data, end))
    ending = _ending(last, _kind(page, kind, last))
    if _may_begin_heading(
        first, _kind(page, kind, first), ending & _LOUD != 0
    ) and _may_end_heading(last, ending, words, flags != 0):
        flags |= _HEADLINE
    return flags


@inlined
def _masked(mask: Bits, size: Int) -> Bits:
    """Mask of the first `size` bits."""
    return mask if size >= 64 else mask & ((_ONE << np.uint64(size)) - _ONE)


@inlined
def _width(data: U8, start: Int, end: Int) -> Int:
    """Code points of a line, at most one more than the widest wrap."""
    points = end - start
    for at in range(start, end, 64):
        inner = _masked(bytes_between(data, at, _CONTINUATION, _CONTINUATIONS), end - at)
        points -= np.int64(ones(inner))
    return min(points, _MAX_WIDTH + 1)


@inlined
def _count_words(data: U8, start: Int, end: Int) -> Int:
    """Words between white space."""
    words: Int = 0
    carry = np.uint64(0)
    for at in range(start, end, 64):
        ink = _masked(bytes_between(data, at, _INK, _INKS), end - at)
        words += np.int64(ones(ink & ~(ink << _ONE | carry)))
        carry = ink >> np.uint64(63)
    return words


@inlined
def _first_word(data: U8, start: Int, end: Int) -> Int:
    """Code points that the line above would have had to take; one where any letter may break."""
    if 0xE3 <= data[start] <= 0xE9:  # kana and Han
        return 1
    end = min(end, start + 64)
    ink = bytes_between(data, start, _INK, _INKS)
    size = min(end - start, np.int64(trailing_zeros(~ink)))
    inner = _masked(bytes_between(data, start, _CONTINUATION, _CONTINUATIONS), size)
    return size - np.int64(ones(inner))


@inlined
def copied(rows: I64, count: Int, room: Int) -> I64:
    """Copy the first `count` rows to an array of `room`, by loops: slices compile for seconds."""
    copy = np.empty((room, rows.shape[1]), np.int64)
    for row in range(count):
        for column in range(rows.shape[1]):
            copy[row, column] = rows[row, column]
    return copy


@inlined
def _may_be_underlined(line: I64) -> Flag:
    """Say whether a line above a rule is a heading and not the end of a paragraph."""
    flags = line[_FLAGS]
    ends = flags & (_SENTENCE_END | _LOUD) == _SENTENCE_END
    alone = flags & (_MARKERS | _AFTER_GAP) == _AFTER_GAP
    return alone and not ends and line[_WORDS] <= _HEADING_WORDS


@kernel
def find_lines(
    data: U8,
    starts: I64,
    ends: I64,
    page: U16,
    kind: U8,
    first_line: I64,
) -> I64:
    """Describe the lines with text of articles of plain text.

    data: u8 (T,) valid UTF-8, 64 bytes at least behind the last article
    starts, ends: i64 (D,) the articles; a zero or the rest of its last line stands behind each end
    page, kind: the table of `characters`
    first_line: i64 (D + 1,) written: first line of each article, then L
    Returns i64 (L, 8) for `join_lines`.
    """
    lines = np.empty((256, 8), np.int64)
    count = _ZERO
    for article in range(len(starts)):
        start, end = starts[article], ends[article]
        first_line[article] = count
        gap = _AFTER_GAP
        line_start, line_end = start, start - 1
        chunk = start
        mask = np.uint64(0)
        while line_end < end:
            line_start = line_end + 1
            line_end = end
            while chunk < end or mask != 0:
                if mask == 0:
                    mask = bytes_between(data, chunk, _LINE_ENDS, _LINE_END_KINDS)
                    chunk += 64
                    continue
                at = chunk - 64 + np.int64(trailing_zeros(mask))
                mask &= mask - _ONE
                if data[at] == 0x0A or data[at] == 0x0D:  # and no tab or page break of a line
                    line_end = at
                    break

            text, stop = line_start, line_end
            indent: Int = 0
            while text < stop:
                space = _space_at(data, text)
                if space == 0:
                    break
                indent += _TAB if data[text] == 0x09 else 1
                text += space
            if text == stop:
                # The LF of a CRLF closes an empty line that is none.
                if not (line_start > start and data[text] == 0x0A and data[line_start - 1] == 0x0D):
                    gap = _AFTER_GAP
                continue
            while _space_before(data, stop) > 0:
                stop -= _space_before(data, stop)

            flags: Int = 0
            begin, bare = text, stop
            if not _is_ascii_letter(data[text]) or data[text + 1] == 0x29:  # a)
                flags, begin, bare = _marked(data, text, stop)
                if flags < 0:
                    if flags == _UNDERLINE and gap == 0 and _may_be_underlined(lines[count - 1]):
                        lines[count - 1, _FLAGS] |= _MARKED_HEADING
                    gap = _AFTER_GAP
                    continue
            stop = bare

            point = _point(data, begin)
            first_kind = _kind(page, kind, point)
            if _is_letter_or_digit(first_kind):
                inside = _is_small(first_kind, point)
            else:
                following = _point(data, begin + _size(data[begin])) if stop - begin > 1 else 0x20
                inside = _begins_inside(point, first_kind, following, _kind(page, kind, following))
            if inside:
                flags |= _GOES_ON
            last: Int = np.int64(data[stop - 1])
            if last != 0x2E and not _is_ascii_letter(last):
                bare = _without_closers(data, begin, stop, page, kind)
                last = _point(data, _previous(data, bare)) if bare > begin else 0x20
            flags |= _ending(last, _kind(page, kind, last))

            if count == len(lines):
                lines = copied(lines, count, 2 * count)
            width: Int = _MAX_WIDTH + 1
            words: Int = _HEADING_WORDS + 1
            if line_end - line_start <= _LONG_LINE:
                width = _width(data, line_start, stop)
                if width <= _MAX_WIDTH:
                    words = _count_words(data, begin, stop)
                    if words <= _HEADING_WORDS and bare > begin:
                        flags |= _heading_look(data, begin, bare, words, page, kind)
            line = lines[count]
            line[_START] = begin
            line[_END] = stop
            line[_INDENT] = indent
            line[_TEXT_COLUMN] = indent + begin - text
            line[_WIDTH] = width
            line[_FIRST_WORD] = _first_word(data, text, stop)
            line[_WORDS] = words
            line[_FLAGS] = flags | gap
            gap = 0
            count += 1
    first_line[len(starts)] = count
    return copied(lines, count, count)


@inlined
def _wrap_width(lines: I64, begin: Int, end: Int, histogram: I64) -> Int:
    """Width to which the article with lines begin to end was wrapped, 0 where it was not."""
    for width in range(_MAX_WIDTH + 1):
        histogram[width] = 0
    total = 0
    for i in range(begin, end):
        below = i + 1 < end and lines[i + 1, _FLAGS] & _AFTER_GAP == 0
        if (below or lines[i, _FLAGS] & _AFTER_GAP == 0) and lines[i, _WIDTH] <= _MAX_WIDTH:
            histogram[lines[i, _WIDTH]] += 1
            total += 1
    if total < 3:
        return 0
    width = _MAX_WIDTH
    longer = histogram[width]
    while width > 0 and longer * 50 <= total:
        width -= 1
        longer += histogram[width]
    if width < _MIN_WIDTH:
        return 0
    pairs = 0
    full: Int = 0
    for i in range(begin, end - 1):
        flags, following = lines[i, _FLAGS], lines[i + 1, _FLAGS]
        if (
            following & (_AFTER_GAP | _ITEM | _MARKED_HEADING) == 0
            and flags & (_SENTENCE_END | _MARKED_HEADING) == 0
        ):
            pairs += 1
            full += _fills(lines[i, _WIDTH], lines[i + 1, _FIRST_WORD], width)
    return width if full > 1 and 3 * full >= 2 * pairs else 0


@inlined
def _fills(line: Int, next_word: Int, width: Int) -> Flag:
    """Say whether a line is too long to take the first word of the next one."""
    return line <= _MAX_WIDTH and line + 1 + next_word > width


@inlined
def _is_orphan(words: Int, flags: Int, above: Int, below: Int) -> Flag:
    """Say whether a line is a short one inside a sentence, by its flags and those around it."""
    return (
        words <= _ORPHAN_WORDS
        and flags & (_SENTENCE_END | _GOES_ON) == 0
        and below & (_AFTER_GAP | _MARKERS) == 0
        and below & _GOES_ON != 0
        and above & _SENTENCE_END == 0
        and (above & _HEADLINE == 0 or above & _OPEN_END != 0)
    )


@inlined
def _starts_block(flags: Int, above: Int) -> Flag:
    """Say whether a line starts a block by its own marker or the one above."""
    return (
        flags & (_AFTER_GAP | _ITEM | _MARKED_HEADING) != 0
        or above & _MARKED_HEADING != 0
        or (flags & _QUOTED != 0 and above & _QUOTED == 0)
    )


@inlined
def _first_kind(flags: Int) -> Int:
    """Kind of a block by its first line's marker."""
    if flags & _MARKED_HEADING != 0:
        return HEADING
    if flags & _ITEM != 0:
        return LIST_ITEM
    return QUOTE if flags & _QUOTED != 0 else PARAGRAPH


@inlined
def _is_heading(flags: Int, size: Int, first: bool, following: Int) -> Flag:
    """Say whether a block of one line is a heading; `following`: bytes of the next block or 0."""
    if flags & (_HEADLINE | _MARKERS) != _HEADLINE:
        return False
    if flags & _LOUD != 0:
        return following > size
    return first or following > 0


@inlined
def _name_headings(lines: I64, count: Int, blocks: I64, begin: Int, end: Int) -> None:
    """Tell the headings of an article, blocks begin to end, from its paragraphs.

    `count`: end of the article's lines. BLOCK_ARTICLE holds the first line of each block.
    """
    following, next_line = _ZERO, count
    crowd = 0
    for block in range(end - 1, begin - 1, -1):
        line = blocks[block, BLOCK_ARTICLE]
        size = blocks[block, BLOCK_END] - blocks[block, BLOCK_START]
        crowded = next_line < count and lines[next_line, _FLAGS] & _AFTER_GAP == 0
        if (
            blocks[block, BLOCK_KIND] == PARAGRAPH
            and next_line == line + 1
            and _is_heading(lines[line, _FLAGS], size, block == begin, following)
        ):
            blocks[block, BLOCK_KIND] = HEADING
            crowd = crowd + 1 if crowded else 1
            if crowd >= 3:
                for member in range(block, block + crowd):
                    blocks[member, BLOCK_KIND] = PARAGRAPH
        else:
            crowd = 0
        following, next_line = size, line
    if end > begin and blocks[begin, BLOCK_KIND] == HEADING:
        blocks[begin, BLOCK_KIND] = TITLE


@kernel
def join_lines(lines: I64, first_line: I64) -> tuple[I64, I64]:
    """Join the lines of `find_lines`, i64 (L, 8) and (D + 1,), to blocks.

    Returns i64 (B, 4): kind, start, end, article; and i64 (O, 3): start, end, block.
    """
    blocks = np.empty((256, 4), np.int64)
    orphans = np.empty((16, 3), np.int64)
    histogram = np.empty(_MAX_WIDTH + 1, np.int64)
    block_count, orphan_count = _ZERO, _ZERO
    for article in range(len(first_line) - 1):
        begin, end = first_line[article], first_line[article + 1]
        width = _wrap_width(lines, begin, end, histogram)
        first_block = block_count
        item_column = _ZERO
        above = np.int64(_AFTER_GAP)
        for i in range(begin, end):
            flags = lines[i, _FLAGS]
            begins: Flag = True
            orphan: Flag = False
            if not _starts_block(flags, above):
                begins = not (
                    (flags & _GOES_ON != 0 and above & _SENTENCE_END == 0)
                    or (width > 0 and _fills(lines[i - 1, _WIDTH], lines[i, _FIRST_WORD], width))
                    or 0 < item_column <= lines[i, _INDENT]
                )
                if begins and i + 1 < end:
                    orphan = _is_orphan(lines[i, _WORDS], flags, above, lines[i + 1, _FLAGS])
                    begins = not orphan
            if begins:
                if block_count == len(blocks):
                    blocks = copied(blocks, block_count, 2 * block_count)
                item_column = lines[i, _TEXT_COLUMN] if flags & _ITEM != 0 else _ZERO
                blocks[block_count, BLOCK_KIND] = _first_kind(flags)
                blocks[block_count, BLOCK_START] = lines[i, _START]
                # The line for now: headings are named when the next block is known.
                blocks[block_count, BLOCK_ARTICLE] = i
                block_count += 1
            elif orphan:
                if orphan_count == len(orphans):
                    orphans = copied(orphans, orphan_count, 2 * orphan_count)
                orphans[orphan_count, ORPHAN_START] = lines[i, _START]
                orphans[orphan_count, ORPHAN_END] = lines[i, _END]
                orphans[orphan_count, ORPHAN_BLOCK] = block_count - 1
                orphan_count += 1
            blocks[block_count - 1, BLOCK_END] = lines[i, _END]
            above = flags
        _name_headings(lines, end, blocks, first_block, block_count)
        for block in range(first_block, block_count):
            blocks[block, BLOCK_ARTICLE] = article
    return (
        copied(blocks, block_count, block_count),
        copied(orphans, orphan_count, orphan_count),
    )


@kernel
def hold_short_lines(data: U8, blocks: I64, found: Bool) -> None:
    """Say which paragraphs have a line as short as an orphan between two others.

    data: u8 (T,); blocks: i64 (B, 4); found: bool (B,) written
    """
    for block in range(len(blocks)):
        found[block] = False
        if blocks[block, BLOCK_KIND] != PARAGRAPH:
            continue
        start, end = blocks[block, BLOCK_START], blocks[block, BLOCK_END]
        line = end  # where the line begins; what stands before the first line end is none
        for chunk in range(start, end, 64):
            mask = _masked(bytes_between(data, chunk, _LINE_ENDS, _LINE_END_KINDS), end - chunk)
            while mask != 0:
                at = chunk + np.int64(trailing_zeros(mask))
                mask &= mask - _ONE
                if 0 < at - line <= _LONG_LINE:
                    found[block] |= 0 < _count_words(data, line, at) <= _ORPHAN_WORDS
                line = at + 1
