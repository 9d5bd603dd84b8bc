"""Short pieces of text on one line, for messages and evidence."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.jit import inlined, kernel

TRANSPARENT = 0x7F
ELLIPSIS = (0xE2, 0x80, 0xA6)


@inlined
def _space(text, at, behind):
    """Bytes of the white space character at a place; 0 where none stands there."""
    first = text[at]
    if first == 0x20 or 0x09 <= first <= 0x0D or 0x1C <= first <= 0x1F:
        return 1
    if first == 0xC2 and at + 1 < behind:
        return 2 * (text[at + 1] == 0x85 or text[at + 1] == 0xA0)
    if not 0xE1 <= first <= 0xE3 or at + 2 >= behind:
        return 0
    second, third = text[at + 1], text[at + 2]
    space = (
        (first == 0xE1 and second == 0x9A and third == 0x80)
        or (first == 0xE2 and second == 0x80 and (third <= 0x8A or 0xA8 <= third <= 0xA9))
        or (first == 0xE2 and second == 0x80 and third == 0xAF)
        or (first == 0xE2 and second == 0x81 and third == 0x9F)
        or (first == 0xE3 and second == 0x80 and third == 0x80)
    )
    return 3 * space


@kernel
def quote(text, start, end, cut, out, ends):
    """Write stretches of a text with single spaces, cut to so many characters.

    text: u8 (T,) valid UTF-8; start, end: i64 (Q,) stretches of it; out: u8 (Q * (4 * cut + 4),)
    written from the front; ends: i64 (Q,) written: the end of each in `out`. Bytes of
    `TRANSPARENT` are left out.
    """
    size = np.int64(0)
    for piece in range(len(start)):
        at, behind = start[piece], end[piece]
        first, count = size, np.int64(0)
        last = size  # where an ellipsis would follow
        gap = False
        while at < behind and count <= cut:
            skipped = _space(text, at, behind)
            if skipped:
                gap = size > first
                at += skipped
                continue
            byte = text[at]
            at += 1
            if byte == TRANSPARENT:
                continue
            if gap:
                out[size] = 0x20
                size += 1
                count += 1
                gap = False
            if count > cut:
                break
            out[size] = byte
            size += 1
            while at < behind and text[at] & 0xC0 == 0x80:
                out[size] = text[at]
                size += 1
                at += 1
            count += 1
            if count < cut:
                last = size
        if count > cut:
            out[last], out[last + 1], out[last + 2] = ELLIPSIS
            size = last + 3
        ends[piece] = size


@inlined
def _is_blank(byte):
    return byte == 0x20 or 0x09 <= byte <= 0x0D


@kernel
def whole_sentences(
    data, token_start, token_end, sentence, block, block_start, block_end, sentences, blocks,
    start, end,
):  # fmt: skip
    """Find where sentences begin and end, with the marks and quotation marks around them.

    data: u8 (T,); token_start, token_end: i32 (N,), sentence: i32 (S + 1,), block: i32 (B + 1,),
    block_start, block_end: i64 (B,): the tables of a batch; sentences, blocks: i64 (C,) sentences
    and their blocks; start, end: i64 (C,) written. An address is no word: what stands up to the
    last white space in front of the next sentence belongs to the sentence.
    """
    for place in range(len(sentences)):
        chosen, own = sentences[place], blocks[place]
        first, behind = sentence[chosen], sentence[chosen + 1]
        low, high = np.int64(token_start[first]), np.int64(token_end[behind - 1])
        while low > block_start[own] and data[low - 1] > 0x20:
            low -= 1
        start[place] = low
        if chosen + 1 == block[own + 1]:
            end[place] = block_end[own]
            continue
        stop = np.int64(token_start[behind])
        if stop > high and not _is_blank(data[stop - 1]):
            stop -= 1
            while stop > high and data[stop] != 0x20 and data[stop] != 0x0A:
                stop -= 1
        while stop > high and _is_blank(data[stop - 1]):
            stop -= 1
        end[place] = stop
