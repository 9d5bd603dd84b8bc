"""Headings of articles in a form in which they can be compared.

Legend: T bytes of a batch, N tokens, B blocks, D articles, C headings.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.blocks import HEADING, LIST_ITEM, PARAGRAPH, TITLE
from dedupe.kernels.cues import STOP, _word_mark
from dedupe.kernels.jit import inlined, kernel
from dedupe.kernels.words import HAS_DIGIT

MOST_WORDS, MOST_BOLD, MOST_TITLE = 32, 12, 40
"""Words of a heading, of a bold line that stands for one, and of a title."""
BOLD = 7
"""Level of a bold line: below all headings."""

_MIX, _HALF = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)
_NUMBER, _SUBJECT = np.uint32(1), np.uint32(2)
"""What stands for a word with a digit, and for a word of the title."""
_HASH, _STAR, _SPACE, _LINE, _EQUALS, _DASH, _COLON = 35, 42, 32, 10, 61, 45, 58


@inlined
def _level(data, start, end):
    """Level of a heading from its markup; 2 where there is none."""
    at = start - 1
    while at >= 0 and (data[at] == _SPACE or data[at] == _STAR):
        at -= 1
    level = 0
    while at >= 0 and data[at] == _HASH:
        at, level = at - 1, level + 1
    if level > 0:
        return min(level, 6)
    at = end
    while at < len(data) and data[at] != _LINE and data[at] != 0:
        at += 1
    return 1 if at + 1 < len(data) and data[at + 1] == _EQUALS else 2


@inlined
def _is_bold(data, start, end):
    """Whether a block is one bold line, with or without a colon behind it."""
    low, high, before, behind = start, end, 0, 0
    while low > 0 and data[low - 1] == _STAR:
        low, before = low - 1, before + 1
    at = start
    while at < end and data[at] == _STAR:
        at, before = at + 1, before + 1
    while high < len(data) and (data[high] == _STAR or data[high] == _COLON):
        behind += data[high] == _STAR
        high += 1
    at = end - 1
    while at > start and (data[at] == _STAR or data[at] == _COLON):
        behind += data[at] == _STAR
        at -= 1
    opens = low == 0 or data[low - 1] == _LINE or data[low - 1] == 0
    closes = high >= len(data) or data[high] == _LINE or data[high] == 0
    return before >= 2 and behind >= 2 and opens and closes


@kernel
def comparable_headings(
    data, token, flags, block_token, kind, start, end, article_block,
    known, word_key, word_mark, numbering, row, name,
):  # fmt: skip
    """Find the headings of articles and name them by their words.

    data: u8 (T,); token: u32 (N,), flags: u8 (N,); block_token: i64 (B + 1,) first token; kind: u8,
    start, end: i64 (B,) blocks; article_block: i64 (D + 1,) first block
    known, word_key, word_mark: words of headings; numbering: u32 words before a number, as "step"
    row: i64 (C, 4) written: article, first token, end, level; name: u64 (C,) written: hash of the
    words, 0 where none remains. Returns the number of headings; room for B is enough.

    A number in front is dropped, other numbers are alike, and so are the words of the title but for
    stop words; neither counts at the edges, and stop words alone do not then.
    """
    words = np.empty(MOST_WORDS, np.uint32)
    count = 0
    for d in range(len(article_block) - 1):
        first_block = article_block[d]
        title_low = title_high = np.int64(0)
        if first_block < article_block[d + 1] and kind[first_block] != LIST_ITEM:
            title_low, title_high = block_token[first_block], block_token[first_block + 1]
            if title_high - title_low > MOST_TITLE:
                title_high = title_low
        for b in range(first_block, article_block[d + 1]):
            low, high = block_token[b], block_token[b + 1]
            size = high - low
            if size == 0 or size > MOST_WORDS:
                continue
            if kind[b] == HEADING or kind[b] == TITLE:
                level = _level(data, start[b], end[b])
            elif kind[b] == PARAGRAPH and size <= MOST_BOLD and _is_bold(data, start[b], end[b]):
                level = BOLD
            else:
                continue
            at = low
            if at + 1 < high and flags[at + 1] & HAS_DIGIT:
                for word in numbering:
                    if word == token[at]:
                        at += 1
                        break
            while at < high and flags[at] & HAS_DIGIT:
                at += 1
            kept = 0
            for i in range(at, high):
                word = token[i]
                if flags[i] & HAS_DIGIT:
                    word = _NUMBER
                else:
                    for k in range(title_low, title_high):
                        if token[k] == word:
                            mark = _word_mark(word, known, word_key, word_mark)
                            if mark & np.uint32(STOP) == 0:
                                word = _SUBJECT
                            break
                words[kept] = word
                kept += 1
            begin = 0
            while begin < kept and words[begin] <= _SUBJECT:
                begin += 1
            while kept > begin and words[kept - 1] <= _SUBJECT:
                kept -= 1
            says = kept - begin == high - at
            for k in range(begin, kept):
                if not says and words[k] > _SUBJECT:
                    mark = _word_mark(words[k], known, word_key, word_mark)
                    says = mark & np.uint32(STOP) == 0
            mixed = np.uint64(0)
            for k in range(begin, kept if says else begin):
                mixed = (mixed ^ np.uint64(words[k])) * _MIX
                mixed ^= mixed >> _HALF
            row[count, 0], row[count, 1], row[count, 2], row[count, 3] = d, low, high, level
            name[count] = mixed
            count += 1
    return count
