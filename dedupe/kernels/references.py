"""Character references of plain text that stand for a plain letter ("m&#111;ney").

Legend: T bytes of a batch, D articles, R references.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.bits import bytes_between, trailing_zeros
from dedupe.kernels.jit import inlined, kernel

LONGEST = 7
"""Digits of a reference that are looked at."""
_AMPERSAND, _HASH, _SEMICOLON, _X = 0x26, 0x23, 0x3B, 0x78
_ONE = np.uint64(1)


@inlined
def _is_letter(byte):
    return byte | 0x20 >= 0x61 and byte | 0x20 <= 0x7A


@inlined
def _digit(byte, base):
    """Value of a digit, -1 for any other byte."""
    if byte >= 0x30 and byte <= 0x39:
        return np.int64(byte) - 0x30
    if base == 16 and byte | 0x20 >= 0x61 and byte | 0x20 <= 0x66:
        return np.int64(byte | 0x20) - 0x57
    return np.int64(-1)


@inlined
def _read(text, i):
    """Code point of the reference at byte i and the end of it; 0 where there is none."""
    i += 2
    base = 10
    if text[i] | 0x20 == _X:
        base = 16
        i += 1
    code, first = np.int64(0), i
    while i - first < LONGEST and _digit(text[i], base) >= 0:
        code = code * base + _digit(text[i], base)
        i += 1
    if i == first or text[i] != _SEMICOLON:
        return np.int64(0), i
    return code, i + 1


@kernel
def find_references(text, start, end, found):
    """Find the references to ASCII letters and digits that stand in words.

    text: u8 (T,); start, end: i64 (D,) articles, which begin at multiples of 64 and have 64 bytes
    behind them; found: i64 (R, 3), filled with start, end and letter as far as it reaches. Returns
    how many there are, even if more than fit.
    """
    count = 0
    one = np.uint8(1)
    for article in range(len(start)):
        low, behind = start[article], end[article]
        for chunk in range(low, behind, 64):
            waiting = bytes_between(text, chunk, np.uint8(_AMPERSAND), one) & bytes_between(
                text, chunk + 1, np.uint8(_HASH), one
            )
            while waiting != 0:
                i = chunk + np.int64(trailing_zeros(waiting))
                waiting &= waiting - _ONE
                code, stop = _read(text, i)
                if stop > behind or not (
                    (code >= 0x30 and code <= 0x39) or (code < 0x80 and _is_letter(code))
                ):
                    continue
                before = text[i - 1] if i > low else np.uint8(0)
                if not (
                    _is_letter(before)
                    or before == _SEMICOLON
                    or _is_letter(text[stop])
                    or (text[stop] == _AMPERSAND and text[stop + 1] == _HASH)
                ):
                    continue
                if count < len(found):
                    found[count, 0], found[count, 1], found[count, 2] = i, stop, code
                count += 1
    return count
