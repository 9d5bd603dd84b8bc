"""Kernels over UTF-8 bytes: validity, the look of an article, places of byte offsets.

Legend: T bytes of a buffer, D articles, Q queried offsets.
"""

from __future__ import annotations

import numpy as np

from dedupe.arrays import I64, U8
from dedupe.kernels.bits import bytes_between, ones, trailing_zeros
from dedupe.kernels.jit import inlined, kernel

Int = int | np.int64 | np.uint8
"""A whole number; bytes of the text are widened before they are shifted."""
Bits = int | np.uint64
"""A mask with one bit per byte."""
Flag = bool | np.bool_

NON_ASCII = 1
"""The article holds a byte from 0x80 on."""
INVALID = 2
"""The article is not UTF-8."""
HAS_NUL = 4
"""The article holds a zero byte."""
HAS_INK = 8
"""The article holds something beside ASCII white space and control characters."""

_HALF = np.uint8(0x80)
_ZERO_BYTE, _ONE_BYTE = np.uint8(0), np.uint8(1)
_LINE_FEED, _RETURN = np.uint8(0x0A), np.uint8(0x0D)
_CONTINUATION, _CONTINUATIONS = np.uint8(0x80), np.uint8(0x40)
_FULL, _ONE = np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(1)
_SIZE = 64
"""Bytes that are looked at in one step."""


@inlined
def _is_sequence(lead: Int, second: Int, third: Int, fourth: Int) -> Flag:
    """Say whether bytes from a lead of at least 0xC2 on are one well-formed sequence.

    Table 3-7 of the Unicode standard: no overlong form, no surrogate, nothing above U+10FFFF.
    Bytes behind a shorter sequence do not matter.
    """
    if second & 0xC0 != 0x80:
        return False
    if lead < 0xE0:
        return True
    if third & 0xC0 != 0x80:
        return False
    if lead < 0xF0:
        return (lead != 0xE0 or second >= 0xA0) and (lead != 0xED or second <= 0x9F)
    if fourth & 0xC0 != 0x80 or lead > 0xF4:
        return False
    return (lead != 0xF0 or second >= 0x90) and (lead != 0xF4 or second <= 0x8F)


@kernel
def examine(
    data: U8,
    starts: I64,
    ends: I64,
    out: U8,
) -> None:
    """Describe every article, `starts[i]` to `ends[i]`, by four flags in out (D,).

    data: u8 (T,) with 64 bytes behind the last article
    The flags are NON_ASCII, INVALID, HAS_NUL and HAS_INK.
    """
    for article in range(len(starts)):
        start, end = starts[article], ends[article]
        seen, zeros = np.uint64(0), np.uint64(0)
        at: Int = start  # end of the last sequence
        flags = 0
        for chunk in range(start, end, _SIZE):
            inside = _FULL >> np.uint64(max(0, chunk + _SIZE - end))
            zeros |= bytes_between(data, chunk, _ZERO_BYTE, _ONE_BYTE) & inside
            others = bytes_between(data, chunk, _HALF, _HALF) & inside
            seen |= others
            if at > chunk:
                others &= _FULL << np.uint64(at - chunk)
            while others != 0:
                at = chunk + np.int64(trailing_zeros(others))
                lead = data[at]
                length: Int = 2 + np.int64(lead >= 0xE0) + np.int64(lead >= 0xF0)
                if (
                    lead < 0xC2
                    or at + length > end
                    or not _is_sequence(lead, data[at + 1], data[at + 2], data[at + 3])
                ):
                    flags = INVALID
                    length = 1
                at += length
                if at >= chunk + _SIZE:
                    break
                others &= _FULL << np.uint64(at - chunk)
        if seen != 0:
            flags |= NON_ASCII
        if zeros != 0:
            flags |= HAS_NUL
        for place in range(start, end):
            if data[place] > 0x20 and data[place] != 0x7F:
                flags |= HAS_INK
                break
        out[article] = flags


@kernel
def clear_between(data: U8, starts: I64, ends: I64) -> None:
    """Write zeros wherever none of D contents is, up to the end of `data` (T,)."""
    at = 0
    for content in range(len(starts) + 1):
        following = starts[content] if content < len(starts) else len(data)
        while at < following:
            data[at] = 0
            at += 1
        if content < len(starts):
            at = ends[content]


@inlined
def _ahead(data: U8, start: Int, stop: Int) -> tuple[Int, Int]:
    """Code points that begin, and lines that end, in a stretch of text."""
    points, breaks = np.int64(0), np.int64(0)
    for at in range(start, stop, 64):
        mask = _FULL
        if stop - at < 64:
            mask = (_ONE << np.uint64(stop - at)) - _ONE
        inside = bytes_between(data, at, _CONTINUATION, _CONTINUATIONS) & mask
        points += np.int64(ones(mask & ~inside))
        breaks += np.int64(ones(bytes_between(data, at, _LINE_FEED, _ONE_BYTE) & mask))
        returns = bytes_between(data, at, _RETURN, _ONE_BYTE) & mask
        while returns != 0:  # hardly ever
            place = at + np.int64(trailing_zeros(returns))
            breaks += data[place + 1] != 0x0A
            returns &= returns - _ONE
    return points, breaks


@kernel
def locate(
    data: U8, begins: I64, offsets: I64,
    order: I64, places: I64,
) -> None:  # fmt: skip
    r"""Turn byte offsets of articles into places for people.

    `offsets` (Q,) are positions in `data`, ascending, in the articles that begin at `begins`
    (Q,). Writes (Q, 3) to the rows `order` of `places`: the line and the column, both from 1,
    the column in code points, and the code points before the offset. Lines end with ``\n``,
    ``\r\n`` or a lone ``\r``; behind every article of a batch stands a zero, behind the last one
    64. Linear in the bytes from the start of an article to its last offset, however long a line is.
    """
    article_start = np.int64(-1)
    seen, line, line_start, previous = np.int64(0), np.int64(1), np.int64(0), np.int64(0)
    for query in range(len(offsets)):
        offset = offsets[query]
        if begins[query] != article_start:
            article_start = previous = begins[query]
            seen, line, line_start = np.int64(0), np.int64(1), np.int64(0)
        points, breaks = _ahead(data, previous, offset)
        seen += points
        if breaks > 0:
            line += breaks
            line_start = seen
            position = offset - 1
            while data[position] != 0x0A and (data[position] != 0x0D or data[position + 1] == 0x0A):
                line_start -= data[position] & 0xC0 != 0x80
                position -= 1
        row = order[query]
        places[row, 0] = line
        places[row, 1] = seen - line_start + 1
        places[row, 2] = seen
        previous = offset
