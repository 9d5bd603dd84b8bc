"""Findings as JSON, from columns.

The lists of a finding are written first, for some findings at once, then lines that hold them.
Everything is copied 64 bytes at a time, however short it is: what was copied too much is written
over by what follows, or lies in the room behind the end.

Legend: F findings, E pieces of evidence, or edits, M matches, D articles, C clusters, L lines,
which are findings in any order: `rows`, i64 (L,).

A pool is the text, u8, that some columns point into, with 64 bytes behind what is used of it. So
is `constant`; constant parts are starts and ends in it. Scores, weights and similarities are
multiples of 0.0001 below 1e9, or NaN for none; other numbers are not negative.

All functions that write take `room`: bytes that an item takes at most beside its texts, and CHUNK;
`done`: lines that `out` holds already; `out`: u8; and `ends`: i64 (L,) written, the end of each
line in it. They write lines one behind the other while there is room, and return how many are done.
"""

from __future__ import annotations

import math

import numpy as np

from dedupe.kernels.bits import CHUNK, bytes_between, carry, trailing_zeros
from dedupe.kernels.jit import inlined, kernel

WIDEST_ESCAPE = 6
"""Bytes of the longest escape, `\\u0000`."""
WIDEST_NUMBER = 20
"""Bytes of the longest number: digits of 64 bits."""
MOST_NUMBERS = 12
"""Numbers in an item: in the line itself six of its place, and words, similarity, score, the two
of its name, the size of its cluster and matches."""
SEVERITIES = 3
"""Beginnings of a line for each rule."""
NUMBERS = 6
"""Line, column and offset of either end of a place."""

_QUOTE, _WEIGHT, _START, _END, _BEHIND = range(5)
"""Parts of a piece of evidence behind its text."""
_EDIT, _OTHER, _EDIT_START, _EDIT_END, _EDIT_BEHIND, _IN_ALL, _IN_ALL_BEHIND = range(7)
"""Parts of an edit before its values, and those around the number of all edits."""
_MATCH, _MATCH_LINE, _DATE, _MATCH_BEHIND = 0, 1, 7, 8
"""Parts of a match; behind its path stands its origin."""
(
    _PATH, _LINE, _WORDS, _SIMILARITY, _SCORE, _EXCERPT, _EVIDENCE, _CLUSTER, _MATCHES, _TOTAL,
    _ALSO, _MESSAGE, _CLOSING, _NULL,
) = 0, 1, *range(7, 19)  # fmt: skip
"""Parts of a line before values; the one at `_LINE` is followed by those of five more numbers."""
_ID, _SIZE, _ORIGINAL, _CLUSTER_BEHIND = range(4)
"""Parts of a cluster."""
_TEN, _UNITS = np.uint64(10), np.uint64(10_000)
_NIBBLE, _FOUR = np.uint64(0xF), np.uint64(4)
_BLANK, _MARK, _BACKSLASH = np.uint8(0x20), np.uint8(0x22), np.uint8(0x5C)
_ZERO, _ONE = np.uint8(0), np.uint8(1)
_MINUS, _DOT, _COLON = 0x2D, 0x2E, 0x3A
_LOWER_B, _LOWER_F, _LOWER_N, _LOWER_R, _LOWER_T, _LOWER_U = 0x62, 0x66, 0x6E, 0x72, 0x74, 0x75


@inlined
def _put_bytes(pool, start, end, out, size):
    """Write what stands in a pool as it is; the place behind it."""
    length = max(end - start, 0)
    for done in range(0, length, CHUNK):
        carry(pool, start + done, out, size + done)
    return size + length


@inlined
def _put(constant, part, out, size):
    """Write a constant part; the place behind it."""
    return _put_bytes(constant, part[0], part[1], out, size)


@inlined
def _hex_digit(value):
    """One digit of base 16, as a character."""
    return value + 0x30 if value < 10 else value + 0x57


@inlined
def _put_escape(byte, out, size):
    """Write a quotation mark, backslash or control character; the place behind it."""
    short = byte
    if byte == 0x08:
        short = _LOWER_B
    elif byte == 0x09:
        short = _LOWER_T
    elif byte == 0x0A:
        short = _LOWER_N
    elif byte == 0x0C:
        short = _LOWER_F
    elif byte == 0x0D:
        short = _LOWER_R
    out[size] = _BACKSLASH
    if short >= _BLANK:
        out[size + 1] = short
        return size + 2
    out[size + 1], out[size + 2], out[size + 3] = _LOWER_U, 0x30, 0x30
    out[size + 4], out[size + 5] = 0x30 + (byte >> 4), _hex_digit(byte & 0xF)
    return size + 6


@inlined
def _put_text(text, at, end, out, size):
    """Write a text with its escapes; the place behind it."""
    while at < end:
        escapes = (
            bytes_between(text, at, _ZERO, _BLANK)
            | bytes_between(text, at, _MARK, _ONE)
            | bytes_between(text, at, _BACKSLASH, _ONE)
        )
        carry(text, at, out, size)
        plain, rest = np.int64(trailing_zeros(escapes)), min(end - at, CHUNK)
        if plain >= rest:
            at += rest
            size += rest
        else:
            at += plain
            size = _put_escape(text[at], out, size + plain)
            at += 1
    return size


@inlined
def _put_number(number, out, size):
    """Write a whole number from 0 on; the place behind it."""
    value, limit, digits = np.uint64(number), _TEN, 1
    while value >= limit and digits < WIDEST_NUMBER:
        limit *= _TEN
        digits += 1
    for place in range(size + digits - 1, size - 1, -1):
        rest = value // _TEN
        out[place] = 0x30 + np.uint8(value - rest * _TEN)
        value = rest
    return size + digits


@inlined
def _put_decimal(number, out, size):
    """Write a multiple of 0.0001, with one decimal place at least; the place behind it."""
    if math.copysign(1.0, number) < 0:
        out[size] = _MINUS
        size += 1
    units = np.uint64(abs(number) * 10_000 + 0.5)
    size = _put_number(units // _UNITS, out, size)
    out[size] = _DOT
    fraction, digits = units % _UNITS, 4
    while digits > 1 and fraction % _TEN == 0:
        fraction //= _TEN
        digits -= 1
    for place in range(size + digits, size, -1):
        out[place] = 0x30 + np.uint8(fraction % _TEN)
        fraction //= _TEN
    return size + digits + 1


@inlined
def _put_number_or_null(number, constant, null, out, size):
    """Write a multiple of 0.0001, or what stands for none; the place behind it."""
    if math.isnan(number):
        return _put(constant, null, out, size)
    return _put_decimal(number, out, size)


@inlined
def _put_place(numbers, constant, parts, out, size):
    """Write the numbers of a place (6,), each behind its part (6, 2); the place behind them."""
    for number in range(NUMBERS):
        size = _put(constant, parts[number], out, size)
        size = _put_number(numbers[number], out, size)
    return size


@inlined
def _put_name(fingerprint, count, out, size):
    """Write 16 digits of base 16, a colon and a number; the place behind them."""
    for place in range(size + 15, size - 1, -1):
        out[place] = _hex_digit(np.uint8(fingerprint & _NIBBLE))
        fingerprint >>= _FOUR
    out[size + 16] = _COLON
    return _put_number(count, out, size + 17)


@kernel
def write_evidence(
    rows, offset, kind, text_pool, text_start, text_end, weight, start, end,
    constant, label, part, room, done, out, ends,
):  # fmt: skip
    """Write the evidence of findings, a comma behind each piece.

    offset: i64 (F + 1,) first piece of each finding; kind: u8 (E,); text_start, text_end: i64 (E,)
    in text_pool; weight: f64 (E,); start, end: i64 (E,), -1 is none. label: i64 (kinds, 2) the
    beginning of a piece, up to its text; part: i64 (5, 2) of it.
    """
    size = ends[done - 1] if done > 0 else 0
    for line in range(done, len(rows)):
        for piece in range(offset[rows[line]], offset[rows[line] + 1]):
            length = max(text_end[piece] - text_start[piece], 0)
            if size + room + WIDEST_ESCAPE * length > len(out):
                return line
            size = _put(constant, label[kind[piece]], out, size)
            size = _put_text(text_pool, text_start[piece], text_end[piece], out, size)
            size = _put(constant, part[_QUOTE], out, size)
            if not math.isnan(weight[piece]):
                size = _put(constant, part[_WEIGHT], out, size)
                size = _put_decimal(weight[piece], out, size)
            if start[piece] >= 0:
                size = _put(constant, part[_START], out, size)
                size = _put_number(start[piece], out, size)
            if end[piece] >= 0:
                size = _put(constant, part[_END], out, size)
                size = _put_number(end[piece], out, size)
            size = _put(constant, part[_BEHIND], out, size)
        ends[line] = size
    return len(rows)


@kernel
def write_edits(
    rows, offset, total, pool, text_start, text_end, other_start, other_end, start, end,
    constant, part, room, done, out, ends,
):  # fmt: skip
    """Write the word edits of findings as evidence, a comma behind each.

    offset: i64 (F + 1,) first edit of each finding; total: i64 (F,) edits of it, listed or not;
    text_start, text_end, other_start, other_end: i64 (E,) words here and there, in pool, a start
    of -1 is none there; start, end: i64 (E,) where it stands, -1 is nowhere. part: i64 (7, 2).
    """
    size = ends[done - 1] if done > 0 else 0
    for line in range(done, len(rows)):
        first, behind = offset[rows[line]], offset[rows[line] + 1]
        for edit in range(first, behind):
            length = max(text_end[edit] - text_start[edit], 0)
            length += max(other_end[edit] - other_start[edit], 0)
            if size + room + WIDEST_ESCAPE * length > len(out):
                return line
            size = _put(constant, part[_EDIT], out, size)
            size = _put_text(pool, text_start[edit], text_end[edit], out, size)
            if other_start[edit] >= 0:
                size = _put(constant, part[_OTHER], out, size)
                size = _put_text(pool, other_start[edit], other_end[edit], out, size)
            out[size] = _MARK
            size += 1
            if start[edit] >= 0:
                size = _put(constant, part[_EDIT_START], out, size)
                size = _put_number(start[edit], out, size)
                size = _put(constant, part[_EDIT_END], out, size)
                size = _put_number(end[edit], out, size)
            size = _put(constant, part[_EDIT_BEHIND], out, size)
        if total[rows[line]] > behind - first:
            if size + room > len(out):
                return line
            size = _put(constant, part[_IN_ALL], out, size)
            size = _put_number(total[rows[line]], out, size)
            size = _put(constant, part[_IN_ALL_BEHIND], out, size)
        ends[line] = size
    return len(rows)


@kernel
def write_matches(
    rows, offset, article, origin, similarity, place, path_pool, path_start, path_end,
    date_pool, date_start, date_end, constant, label, part, room, done, out, ends,
):  # fmt: skip
    """Write the matches of findings, a comma behind each.

    offset: i64 (F + 1,) first match of each finding; article: i64 (M,); origin: u8 (M,);
    similarity: f64 (M,); place: i64 (M, 6). Of the articles: path_start, path_end, date_start,
    date_end: i64 (D,) in their pools, dates as JSON. label: i64 (origins, 2) what stands behind
    the path; part: i64 (9, 2).
    """
    size = ends[done - 1] if done > 0 else 0
    for line in range(done, len(rows)):
        for match in range(offset[rows[line]], offset[rows[line] + 1]):
            other = article[match]
            length = max(path_end[other] - path_start[other], 0)
            length += max(date_end[other] - date_start[other], 0)
            if size + room + WIDEST_ESCAPE * length > len(out):
                return line
            size = _put(constant, part[_MATCH], out, size)
            size = _put_text(path_pool, path_start[other], path_end[other], out, size)
            size = _put(constant, label[origin[match]], out, size)
            size = _put_decimal(similarity[match], out, size)
            size = _put_place(place[match], constant, part[_MATCH_LINE:], out, size)
            size = _put(constant, part[_DATE], out, size)
            size = _put_bytes(date_pool, date_start[other], date_end[other], out, size)
            size = _put(constant, part[_MATCH_BEHIND], out, size)
        ends[line] = size
    return len(rows)


@kernel
def write_accounts(
    rows, counts, path_pool, path_start, path_end, constant, part, room, done, out, ends
):  # fmt: skip
    """Write the accounts of the words of articles; rows: of the articles.

    counts: i64 (6, D); path_start, path_end: i64 (D,) in path_pool. part: i64 (8, 2) what stands
    before the path, each number and behind the last.
    """
    size = ends[done - 1] if done > 0 else 0
    for line in range(done, len(rows)):
        own = rows[line]
        if size + room + WIDEST_ESCAPE * (path_end[own] - path_start[own]) > len(out):
            return line
        size = _put(constant, part[0], out, size)
        size = _put_text(path_pool, path_start[own], path_end[own], out, size)
        for number in range(len(counts)):
            size = _put(constant, part[number + 1], out, size)
            size = _put_number(counts[number, own], out, size)
        size = _put(constant, part[len(counts) + 1], out, size)
        ends[line] = size
    return len(rows)


@kernel
def write_lines(
    rows, severity, also, fingerprint, count, path_pool, path_start, path_end,
    rule, article, place, words, similarity, score, total,
    excerpt_pool, excerpt_start, excerpt_end, message_pool, message_start, message_end,
    cluster, cluster_size, id_pool, id_start, id_end, original,
    evidence, evidence_end, edits, edits_end, matches, matches_end,
    constant, lead, field, cluster_part, code, bit, room, done, out, ends,
):  # fmt: skip
    """Write findings.

    Of the lines: severity: u8 (L,); also: u32 (L,) bits of rules; fingerprint: u64 (L,); count:
    i64 (L,); evidence, edits, matches: u8, what stands in those lists, with a comma behind each
    item, line by line up to evidence_end, edits_end, matches_end: i64 (L,). Of the articles:
    path_start, path_end: i64 (D,) in path_pool.

    Of the findings: rule: u8 (F,); article: i64 (F,); place: i64 (F, 6); words: i64 (F,);
    similarity, score: f64 (F,); total: i64 (F,) matches; excerpt_start, excerpt_end, message_start,
    message_end: i64 (F,) in their pools; cluster, cluster_size: i64 (F,), -1 is none. Of the
    clusters: id_start, id_end: i64 (C,) in id_pool; original: i64 (C,) article.

    Constant parts: lead: i64 (3 * rules, 2) up to the fingerprint, of each severity of each rule;
    field: i64 (19, 2),
    cluster_part: i64 (4, 2), code: i64 (H, 2) of rules that are hidden, whose bits are in bit: u8
    (H,).
    """
    size = ends[done - 1] if done > 0 else 0
    for line in range(done, len(rows)):
        finding = rows[line]
        own, group = article[finding], cluster[finding]
        reasons = evidence_end[line - 1] if line > 0 else 0
        changes = edits_end[line - 1] if line > 0 else 0
        others = matches_end[line - 1] if line > 0 else 0
        length = max(path_end[own] - path_start[own], 0)
        length += max(excerpt_end[finding] - excerpt_start[finding], 0)
        length += max(message_end[finding] - message_start[finding], 0)
        if group >= 0:
            first = original[group]
            length += path_end[first] - path_start[first] + id_end[group] - id_start[group]
        lists = evidence_end[line] - reasons + edits_end[line] - changes
        lists += matches_end[line] - others
        if size + room + WIDEST_ESCAPE * length + lists > len(out):
            return line
        size = _put(constant, lead[rule[finding] * SEVERITIES + severity[line]], out, size)
        size = _put_name(fingerprint[line], count[line], out, size)
        size = _put(constant, field[_PATH], out, size)
        size = _put_text(path_pool, path_start[own], path_end[own], out, size)
        size = _put_place(place[finding], constant, field[_LINE:], out, size)
        size = _put(constant, field[_WORDS], out, size)
        size = _put_number(words[finding], out, size)
        size = _put(constant, field[_SIMILARITY], out, size)
        size = _put_number_or_null(similarity[finding], constant, field[_NULL], out, size)
        size = _put(constant, field[_SCORE], out, size)
        size = _put_number_or_null(score[finding], constant, field[_NULL], out, size)
        size = _put(constant, field[_EXCERPT], out, size)
        size = _put_text(excerpt_pool, excerpt_start[finding], excerpt_end[finding], out, size)
        size = _put(constant, field[_EVIDENCE], out, size)
        begin = size
        size = _put_bytes(evidence, reasons, evidence_end[line], out, size)
        size = _put_bytes(edits, changes, edits_end[line], out, size)
        if size > begin:
            size -= 1  # the comma behind the last piece
        size = _put(constant, field[_CLUSTER], out, size)
        if group < 0:
            size = _put(constant, field[_NULL], out, size)
        else:
            size = _put(constant, cluster_part[_ID], out, size)
            size = _put_text(id_pool, id_start[group], id_end[group], out, size)
            size = _put(constant, cluster_part[_SIZE], out, size)
            size = _put_number(cluster_size[finding], out, size)
            size = _put(constant, cluster_part[_ORIGINAL], out, size)
            first = original[group]
            size = _put_text(path_pool, path_start[first], path_end[first], out, size)
            size = _put(constant, cluster_part[_CLUSTER_BEHIND], out, size)
        size = _put(constant, field[_MATCHES], out, size)
        begin = size
        size = _put_bytes(matches, others, matches_end[line], out, size)
        if size > begin:
            size -= 1
        size = _put(constant, field[_TOTAL], out, size)
        size = _put_number(total[finding], out, size)
        size = _put(constant, field[_ALSO], out, size)
        begin = size
        if also[line] != 0:
            for hidden in range(len(bit)):
                if also[line] >> np.uint32(bit[hidden]) & np.uint32(1):
                    size = _put(constant, code[hidden], out, size)
        if size > begin:
            size -= 1
        size = _put(constant, field[_MESSAGE], out, size)
        size = _put_text(message_pool, message_start[finding], message_end[finding], out, size)
        size = _put(constant, field[_CLOSING], out, size)
        ends[line] = size
    return len(rows)
