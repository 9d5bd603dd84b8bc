"""Findings as JSON, from columns.

Everything is copied 64 bytes at a time, however short it is: what was copied too much is written
over by what follows, or lies in the room behind the end.

Legend: F flags, E pieces of evidence, L lines; a pool is the text that some columns point into.
"""

from __future__ import annotations

import math

import numpy as np

from dedupe.kernels.bits import bytes_between, trailing_zeros
from dedupe.kernels.jit import inlined, instruction, kernel

CHUNK = 64
"""Bytes that are copied in one step."""
WIDEST_ESCAPE = 6
"""Bytes of the longest escape, `\\u0000`."""
WIDEST_NUMBER = 20
"""Bytes of the longest number: digits of 64 bits."""
FIELDS = 14
"""Parts of a line between its values, behind its lead."""
QUOTE, WEIGHT, START, END, BEHIND, NULL = range(6)
"""Parts of a piece of evidence behind its text, and what stands for no number."""

_PATH, _LINE, _SCORE, _EXCERPT, _EVIDENCE, _ALSO, _MESSAGE = 0, 1, 8, 9, 10, 11, 12
"""Parts before values; the one at `_LINE` is followed by those of five more numbers and `words`."""
_TEN, _UNITS = np.uint64(10), np.uint64(10_000)
_NIBBLE, _FOUR = np.uint64(0xF), np.uint64(4)
_BLANK, _QUOTE, _BACKSLASH = np.uint8(0x20), np.uint8(0x22), np.uint8(0x5C)
_ZERO, _ONE = np.uint8(0), np.uint8(1)
_MINUS, _DOT, _COLON = 0x2D, 0x2E, 0x3A
_LOWER_B, _LOWER_F, _LOWER_N, _LOWER_R, _LOWER_T, _LOWER_U = 0x62, 0x66, 0x6E, 0x72, 0x74, 0x75


@instruction
def carry(typing_context, source, start, target, place):
    """Copy `source[start : start + 64]` to `target[place : place + 64]`; 64.

    With slices, or loops over the bytes, in its place the whole takes seven times as long.
    """
    from numba import types

    def build(context, builder, signature, arguments):
        from llvmlite import ir

        byte, vector = ir.IntType(8), ir.VectorType(ir.IntType(8), CHUNK)
        source, target = (
            context.make_array(signature.args[n])(context, builder, arguments[n]).data
            for n in (0, 2)
        )
        loaded = builder.load(
            builder.gep(source, [arguments[1]], source_etype=byte), typ=vector, align=1
        )
        address = builder.gep(target, [arguments[3]], source_etype=byte)
        builder.store(loaded, builder.bitcast(address, vector.as_pointer()), align=1)
        return ir.Constant(ir.IntType(64), CHUNK)

    return types.uint64(source, types.int64, target, types.int64), build


@inlined
def _put(constant, part, out, size):
    """Write a constant part, given as its start and end; the place behind it."""
    length = part[1] - part[0]
    for done in range(0, length, CHUNK):
        carry(constant, part[0] + done, out, size + done)
    return size + length


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
            | bytes_between(text, at, _QUOTE, _ONE)
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
def _put_name(fingerprint, count, out, size):
    """Write 16 digits of base 16, a colon and a number; the place behind them."""
    for place in range(size + 15, size - 1, -1):
        out[place] = _hex_digit(np.uint8(fingerprint & _NIBBLE))
        fingerprint >>= _FOUR
    out[size + 16] = _COLON
    return _put_number(count, out, size + 17)


@kernel
def write(
    rows, severity, also, fingerprint, count, path_pool, path_start, path_end,
    rule, article, place, words, score,
    excerpt_pool, excerpt_start, excerpt_end, message_pool, message_start, message_end,
    offset, kind, text_pool, text_start, text_end, weight, start, end,
    constant, lead, field, label, part, code, bit, room, done, out, ends,
):  # fmt: skip
    """Write the JSON of flags, one behind the other, as long as there is room.

    Of the lines: rows: i64 (L,) their flags; severity: u8 (L,); also: u32 (L,) bits of rules;
    fingerprint: u64 (L,); count: i64 (L,). Of the articles: path_start, path_end: i64 in path_pool.
    Of the flags: rule: u8 (F,); article: i64 (F,); place: i64 (6, F); words: i64 (F,); score: f64
    (F,), NaN is null; excerpt_start, excerpt_end, message_start, message_end: i64 (F,) in their
    pools; offset: i64 (F + 1,) first piece of evidence of each. Of the evidence: kind: u8 (E,);
    text_start, text_end: i64 (E,) in text_pool; weight: f64 (E,), NaN is none; start, end: i64
    (E,), -1 is none.

    Constant parts are starts and ends in constant: lead: i64 (rules, severities, 2), field: i64
    (FIELDS, 2), label: i64 (kinds, 2), part: i64 (6, 2), code: i64 (C, 2) of rules that are hidden,
    whose bits are in bit: u8 (C,).

    All pools and constant are u8, with 64 bytes behind what is used of them. Scores and weights are
    multiples of 0.0001 below 1e9; other numbers are not negative. room: bytes that a line with one
    piece of evidence takes at most beside its texts, and CHUNK. done: lines that out: u8 holds
    already, ends: i64 (L,) written: the end of each line in it. Returns how many lines are done.
    """
    size = ends[done - 1] if done > 0 else 0
    for line in range(done, len(rows)):
        flag = rows[line]
        own = article[flag]
        message = max(message_end[flag] - message_start[flag], 0)
        length = max(path_end[own] - path_start[own], 0)
        length += max(excerpt_end[flag] - excerpt_start[flag], 0) + message
        if size + room + WIDEST_ESCAPE * length > len(out):
            return line
        size = _put(constant, lead[rule[flag], severity[line]], out, size)
        size = _put_name(fingerprint[line], count[line], out, size)
        size = _put(constant, field[_PATH], out, size)
        size = _put_text(path_pool, path_start[own], path_end[own], out, size)
        for number in range(6):
            size = _put(constant, field[_LINE + number], out, size)
            size = _put_number(place[number, flag], out, size)
        size = _put(constant, field[_LINE + 6], out, size)
        size = _put_number(words[flag], out, size)
        size = _put(constant, field[_SCORE], out, size)
        if math.isnan(score[flag]):
            size = _put(constant, part[NULL], out, size)
        else:
            size = _put_decimal(score[flag], out, size)
        size = _put(constant, field[_EXCERPT], out, size)
        size = _put_text(excerpt_pool, excerpt_start[flag], excerpt_end[flag], out, size)
        size = _put(constant, field[_EVIDENCE], out, size)
        for piece in range(offset[flag], offset[flag + 1]):
            length = max(text_end[piece] - text_start[piece], 0) + message
            if size + room + WIDEST_ESCAPE * length > len(out):
                return line
            size = _put(constant, label[kind[piece]], out, size)
            size = _put_text(text_pool, text_start[piece], text_end[piece], out, size)
            size = _put(constant, part[QUOTE], out, size)
            if not math.isnan(weight[piece]):
                size = _put(constant, part[WEIGHT], out, size)
                size = _put_decimal(weight[piece], out, size)
            if start[piece] >= 0:
                size = _put(constant, part[START], out, size)
                size = _put_number(start[piece], out, size)
            if end[piece] >= 0:
                size = _put(constant, part[END], out, size)
                size = _put_number(end[piece], out, size)
            size = _put(constant, part[BEHIND], out, size)
        if offset[flag + 1] > offset[flag]:
            size -= 1  # the comma behind the last piece
        size = _put(constant, field[_ALSO], out, size)
        first = size
        if also[line] != 0:
            for hidden in range(len(bit)):
                if also[line] >> np.uint32(bit[hidden]) & np.uint32(1):
                    size = _put(constant, code[hidden], out, size)
        if size > first:
            size -= 1
        size = _put(constant, field[_MESSAGE], out, size)
        size = _put_text(message_pool, message_start[flag], message_end[flag], out, size)
        size = _put(constant, field[FIELDS - 1], out, size)
        ends[line] = size
    return len(rows)
