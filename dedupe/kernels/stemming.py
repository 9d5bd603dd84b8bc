"""Stems: the first letters of words, which inflection and derivation leave alone.

Cutting a word to five letters is as good as Porter's rules (plagdet .917 with either) in any
language that inflects at the end. Legend: N tokens, D articles.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.disguises import read_letters, spell
from dedupe.kernels.hashing import SEED, byte_at, eight_bytes, finish, is_number, push
from dedupe.kernels.jit import inlined, kernel
from dedupe.kernels.words import CAPITAL, DISGUISED, FIRST, HAS_DIGIT

LETTERS = 5
"""Code points of a stem."""

_EIGHT, _ONE = np.uint64(8), np.uint64(1)
_SPACES = np.uint64(0x2020202020202020)
_HIGH = np.uint64(0x8080808080808080)
_QUOTES = np.uint64(0x2727272727272727)
_PADS = np.uint64(0x7F7F7F7F7F7F7F7F)
_ONES = np.uint64(0x0101010101010101)


@inlined
def _holds(word, bytes_):
    """Whether one of eight bytes equals the byte that `bytes_` repeats; at times also if not."""
    other = word ^ bytes_
    return (other - _ONES) & ~other & _HIGH


@inlined
def _is_ascii(text, low, high):
    for i in range(low, high):
        if byte_at(text, i) >= 0x80:
            return False
    return True


@inlined
def _hash_stem(room, size):
    """Hash of the first letters of a folded word.

    The 's of a possessive is no part of the stem, nor is any other last letter behind an
    apostrophe.
    """
    state, word, shift, length, letters = SEED, np.uint64(0), np.uint64(0), 0, 0
    for i in range(size):
        byte = byte_at(room, i)
        if byte & 0xC0 != 0x80:  # a character begins
            if letters == LETTERS or (byte == 0x27 and i + 2 >= size):
                break
            letters += 1
        state, word, shift = push(state, word, shift, byte)
        length += 1
    return finish(state, word, length)


@kernel
def stem_words(
    text, start, end, token, flags, page, kind, fold_start, fold_size, pool, look, twin, known,
    room, out,
):  # fmt: skip
    """Hash of the stem of every word.

    text: u8 (T,), with 8 bytes behind the last word; start, end: i32, token: u32, flags: u8 (N,)
    page ... twin: of `characters.CharacterTable`; known: u32 (W,) of `characters.common_words`
    room: u8 (ROOM,), scratch
    out: u32 (N,) written: the hash that `words.split` would give to the stem as a word
    """
    for k in range(np.uint64(len(start))):
        low, high = np.int64(start[k]), np.int64(end[k])
        word = eight_bytes(text, low)
        keep = (_ONE << (_EIGHT * np.uint64(min(high - low, LETTERS + 1)))) - _ONE
        here = word & keep
        disguised = flags[k] & DISGUISED != 0
        read = disguised or (flags[k] & HAS_DIGIT != 0 and not is_number(text, low, high))
        if read or here & _HIGH or _holds(here, _QUOTES) or _holds(here, _PADS):
            mixed = disguised and not _is_ascii(text, low, high)
            size, _ = spell(
                text, low, high, page, kind, fold_start, fold_size, pool, look, twin, known, room,
                mixed,
            )  # fmt: skip
            if size == 0:  # as long as no word is: it is its own stem
                out[k] = token[k]
                continue
            if read:
                read_letters(room, size, token[k])
            out[k] = _hash_stem(room, size)
        else:
            length = min(high - low, LETTERS)
            keep = (_ONE << (_EIGHT * np.uint64(length))) - _ONE
            out[k] = finish(SEED, (word | _SPACES) & keep, length)


@kernel
def mark_names(flags, article_token, most, named):
    """Mark the words of articles that are written as names: a capital letter within a sentence.

    flags: u8 (N,); article_token: i64 (D + 1,); most: share of the words within the sentences of an
    article above which none of them is a name; named: bool (N,) written
    """
    for d in range(len(article_token) - 1):
        low, high = np.uint64(article_token[d]), np.uint64(article_token[d + 1])
        within, names = 0, 0
        for t in range(low, high):
            within += flags[t] & FIRST == 0
            names += flags[t] & (CAPITAL | FIRST) == CAPITAL
        sparing = names <= most * within
        for t in range(low, high):
            named[t] = sparing & (flags[t] & (CAPITAL | FIRST) == CAPITAL)
