"""Words and sentences of a batch of text.

Legend: T bytes, B blocks, N tokens, S sentences.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedupe.kernels import characters as ch
from dedupe.kernels.bits import bytes_between, trailing_zeros
from dedupe.kernels.jit import inlined, kernel

CAPITAL, HAS_DIGIT, QUOTED, FIRST, ALL_CAPITALS = 1, 2, 4, 8, 16

MIN_SENTENCE = 3
"""Words; shorter sentences are joined to the next."""
SOFT_SENTENCE = 32
"""Words from which a sentence may be cut: at the first word whose hash ends in four zero bits."""
MAX_SENTENCE = 64
"""Words; the longest sentence. Tables and lists without full stops would else be one window."""

_SEED = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xFF51AFD7ED558CCD)
_MIX_2 = np.uint64(0xC4CEB9FE1A85EC53)
_EIGHT, _FULL, _HALF = np.uint64(8), np.uint64(64), np.uint64(32)
_TOP_BYTE, _SHIFT = np.uint64(56), np.uint64(29)
_SPACES = np.uint64(0x2020202020202020)
"""Or-ed to eight bytes of an ASCII word it folds the case; digits and apostrophe have the bit."""

_LOWER_W, _COLON, _SLASH, _DOT, _AT, _QUOTE, _APOSTROPHE = 0x77, 0x3A, 0x2F, 0x2E, 0x40, 0x22, 0x27

SEEN_CAPITAL, SEEN_SMALL, SEEN_DIGIT = 1, 2, 4

_LETTER, _CAPITAL, _DIGIT, _EVENT = range(4)
"""Rows of the masks: one bit per byte of text."""

_ONE, _SIX, _LAST, _ALL = np.uint64(1), np.uint64(6), np.uint64(63), np.uint64(2**64 - 1)


@inlined
def _byte(text, i):
    """Byte i; an unsigned index spares Numba's test for negative ones."""
    return text[np.uint64(i)]


@inlined
def _absorb(state, word):
    """Mix eight folded bytes into the state of a word's hash."""
    state = (state ^ word) * _MIX_1
    return state ^ (state >> _SHIFT)


@inlined
def _finish(state, word, size):
    """Hash of a word: its last bytes and its length mixed in, upper half kept."""
    state = _absorb(state, word ^ (np.uint64(size) << _TOP_BYTE))
    return np.uint32((state * _MIX_2) >> _HALF)


@kernel
def classify(text, masks):
    """Tell letters, capitals, digits and events of 64 bytes at a time from the rest.

    text: u8 (T,), T a multiple of 64
    masks: u64 (4, T / 64 + 1) written, one bit per byte: letters, digits and apostrophes between
        them; capital letters; digits; bytes that need a closer look (full stops, quotation
        marks, : and @ of addresses, bytes of characters beyond ASCII)
    """
    before, apostrophes, carry = np.uint64(0), np.uint64(0), np.uint64(0)
    chunks = len(text) >> 6
    for chunk in range(chunks):
        i = chunk << 6
        capital = bytes_between(text, i, np.uint8(0x41), np.uint8(26))
        digit = bytes_between(text, i, np.uint8(0x30), np.uint8(10))
        letter = capital | digit | bytes_between(text, i, np.uint8(0x61), np.uint8(26))
        masks[_CAPITAL, chunk] = capital
        masks[_DIGIT, chunk] = digit
        masks[_EVENT, chunk] = (
            bytes_between(text, i, np.uint8(0x7F), np.uint8(0x81))
            | bytes_between(text, i, np.uint8(0x21), np.uint8(2))
            | bytes_between(text, i, np.uint8(0x2E), np.uint8(1))
            | bytes_between(text, i, np.uint8(0x3F), np.uint8(2))
            | bytes_between(text, i, np.uint8(0x3A), np.uint8(1))
        )
        if chunk > 0:  # the letter behind the last apostrophe of a chunk stands in the next one
            between = apostrophes & (before << _ONE | carry) & (before >> _ONE | letter << _LAST)
            masks[_LETTER, chunk - 1] = before | between
            carry = before >> _LAST
        apostrophes = bytes_between(text, i, np.uint8(0x27), np.uint8(1))
        before = letter
    masks[_LETTER, chunks - 1] = before | (apostrophes & (before << _ONE | carry) & before >> _ONE)
    masks[:, chunks] = 0


@inlined
def _window(masks, row, i):
    """64 bits of a mask from byte i on."""
    chunk, shift = i >> 6, np.uint64(i & 63)
    low = masks[row, np.uint64(chunk)] >> shift
    return low | (masks[row, np.uint64(chunk + 1)] << _ONE) << (_LAST - shift)


@inlined
def _next_start(masks, i, end):
    """First byte from i on that begins a word or is an event; `end` or beyond when there is none.

    The byte before i is known to belong to no word.
    """
    shift = np.uint64(i & 63)
    chunk = i >> 6
    bits = ((masks[_LETTER, np.uint64(chunk)] | masks[_EVENT, np.uint64(chunk)]) >> shift) << shift
    while bits == 0:
        chunk += 1
        if chunk << 6 >= end:
            return end
        bits = masks[_LETTER, np.uint64(chunk)] | masks[_EVENT, np.uint64(chunk)]
    return chunk << 6 | np.int64(trailing_zeros(bits))


@inlined
def _eight_bytes(text, i):
    """Bytes i to i + 7 as one number, first byte lowest; LLVM makes one load of it."""
    value = np.uint64(_byte(text, i))
    for k in range(1, 8):
        value |= np.uint64(_byte(text, i + k)) << np.uint64(8 * k)
    return value


@inlined
def _hash_ascii(text, start, stop):
    """Hash of an ASCII word: the same as `_any_word` gives, eight bytes at a time."""
    state = _SEED
    size = stop - start
    while stop - start >= 8:
        state = _absorb(state, _eight_bytes(text, start) | _SPACES)
        start += 8
    keep = (np.uint64(1) << np.uint64(8 * (stop - start))) - np.uint64(1)
    return _finish(state, (_eight_bytes(text, start) | _SPACES) & keep, size)


@inlined
def _decode(text, i):
    """Code point at byte i of valid UTF-8, and its number of bytes."""
    first = np.uint32(_byte(text, i))
    if first < 0x80:
        return first, 1
    second = np.uint32(_byte(text, i + 1)) & 0x3F
    if first < 0xE0:
        return (first & 0x1F) << 6 | second, 2
    third = np.uint32(_byte(text, i + 2)) & 0x3F
    if first < 0xF0:
        return (first & 0x0F) << 12 | second << 6 | third, 3
    fourth = np.uint32(_byte(text, i + 3)) & 0x3F
    return (first & 0x07) << 18 | second << 12 | third << 6 | fourth, 4


@inlined
def _entry(text, i, page, kind):
    """Table index, kind and size in bytes of the character at byte i."""
    code, size = _decode(text, i)
    at = np.uint64(page[code >> np.uint32(8)]) << _EIGHT | np.uint64(code & np.uint32(0xFF))
    return at, kind[at], size


@inlined
def _ends_sentence(text, i, end, page, kind):
    """Whether a full stop just before byte i is followed by white space and no lower case.

    Closing quotes and brackets, and further terminators, may stand between.
    """
    spaces = 0
    while i < end:
        _, entry, size = _entry(text, i, page, kind)
        which = entry & ch.CLASS
        if which == ch.SPACE or which == ch.NEWLINE:
            spaces += 1
        elif spaces == 0:
            if not (
                which == ch.CLOSER
                or which == ch.CLOSING_QUOTE
                or which == ch.TERMINATOR
                or which == ch.APOSTROPHE
                or which == ch.IGNORABLE
                or text[i] == _QUOTE
            ):
                return which == ch.SINGLE
        elif which == ch.LETTER:
            return entry & ch.LOWER == 0
        elif which == ch.DIGIT or which == ch.SINGLE:
            return True
        i += size
    return True


@inlined
def _address_end(text, i, end, page, kind):
    """First byte behind an address: it holds ASCII but space, <, > and ", and letters beyond."""
    while i < end:
        byte = text[i]
        size = 1
        if byte <= 0x20 or byte == 0x3C or byte == 0x3E or byte == _QUOTE:
            break
        if byte >= 0x80:
            _, entry, size = _entry(text, i, page, kind)
            which = entry & ch.CLASS
            if which != ch.LETTER and which != ch.DIGIT:
                break
        i += size
    return i


@inlined
def _joins_mail_name(byte):
    """Whether a byte may stand between the words of the name in front of an @."""
    return byte == _DOT or byte == 0x5F or byte == 0x2D or byte == 0x2B


@inlined
def in_sorted(values, value):
    """Whether a sorted array holds a value."""
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) >> 1
        if values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low < len(values) and values[low] == value


@inlined
def _push(state, word, shift, byte):
    """Append one folded byte to the word that is being hashed."""
    word |= np.uint64(byte) << shift
    shift += _EIGHT
    if shift == _FULL:
        return _absorb(state, word), np.uint64(0), np.uint64(0)
    return state, word, shift


@inlined
def _any_word(text, i, end, page, kind, fold_start, fold_size, pool):
    """Read the word that begins at byte i, whatever its script.

    Returns the next byte to look at, the end of the word, its hash, and its `SEEN_*` bits.
    """
    state, word, shift, length, seen = _SEED, np.uint64(0), np.uint64(0), 0, 0
    stop = i
    at, entry, size = _entry(text, i, page, kind)
    which = entry & ch.CLASS
    while True:
        if fold_start[at] == 0:
            for k in range(size):
                state, word, shift = _push(state, word, shift, _byte(text, i + k))
            length += size
        else:
            first = np.int64(fold_start[at]) - 1
            for k in range(fold_size[at]):
                state, word, shift = _push(state, word, shift, _byte(pool, first + k))
            length += fold_size[at]
        if entry & ch.UPPER:
            seen |= SEEN_CAPITAL
        elif which == ch.DIGIT:
            seen |= SEEN_DIGIT
        else:
            seen |= SEEN_SMALL
        i += size
        stop = i
        if which == ch.SINGLE:
            break
        at, entry, size = _entry(text, i, page, kind)
        which = entry & ch.CLASS
        while which == ch.IGNORABLE and i < end:
            i += size
            at, entry, size = _entry(text, i, page, kind)
            which = entry & ch.CLASS
        if which == ch.APOSTROPHE:
            i += size
            at, entry, size = _entry(text, i, page, kind)
            which = entry & ch.CLASS
            while which == ch.IGNORABLE and i < end:
                i += size
                at, entry, size = _entry(text, i, page, kind)
                which = entry & ch.CLASS
            if i >= end or (which != ch.LETTER and which != ch.DIGIT):
                i = stop
                break
            state, word, shift = _push(state, word, shift, 0x27)
            length += 1
        elif i >= end or (which != ch.LETTER and which != ch.DIGIT):
            break
    return i, stop, _finish(state, word, length), seen


@inlined
def _is_address(text, start, i):
    """Whether the word from `start` to the event at byte i begins a web or mail address."""
    byte = _byte(text, i)
    if byte == _COLON:
        return _byte(text, i + 1) == _SLASH and _byte(text, i + 2) == _SLASH
    if byte == _AT:
        return _byte(text, i + 1) | 0x20 >= 0x61
    if byte != _DOT or i - start != 3:
        return False
    for k in range(start, i):
        if _byte(text, k) | 0x20 != _LOWER_W:
            return False
    return True


@kernel
def split(
    text,
    masks,
    block_start,
    block_end,
    page,
    kind,
    fold_start,
    fold_size,
    pool,
    abbreviations,
    token_hash,
    token_start,
    token_end,
    token_flags,
    sentence_first,
    block_first,
):
    """Find and hash the words of every block, and cut the blocks into sentences.

    A word is a run of letters, digits and inner apostrophes; a character of a script without
    spaces is a word of its own. Its hash is taken of its folded form, so case, width, ligatures,
    typographic apostrophes and invisible characters do not matter. Addresses (`http://...`,
    `www....`, e-mail) are no words.

    Parameters
    ----------
    text: u8 (T,), valid UTF-8 with at least 64 zero bytes behind the last block
    masks: u64 (4, T / 64 + 1) of `classify`, the last column zero
    block_start, block_end: i64 (B,)
    page, kind, fold_start, fold_size, pool: the character table
    abbreviations: u32 (A,) sorted hashes of words after which a full stop ends nothing
    token_hash u32, token_start i32, token_end i32, token_flags u8, sentence_first i32:
        written; each must hold one entry per two bytes of text and one more
    block_first: i32 (B + 1,) written: first sentence of each block

    Returns the numbers of tokens and of sentences.
    """
    n, sentences = 0, 0
    for block in range(len(block_start)):
        block_first[block] = sentences
        i, end = block_start[block], block_end[block]
        opened = n  # first token of the sentence
        sentence_first[sentences] = n
        quoted = 0
        while True:
            i = _next_start(masks, i, end)
            if i >= end:
                break
            letters = _window(masks, _LETTER, i)
            size = 1
            which = ch.TERMINATOR
            word = letters & _ONE != 0
            if not word and (_byte(text, i) >= 0x7F or _byte(text, i) == _QUOTE):
                _, entry, size = _entry(text, i, page, kind)
                which = entry & ch.CLASS
                word = which == ch.LETTER or which == ch.DIGIT or which == ch.SINGLE
            if word:
                start = i
                length = np.int64(trailing_zeros(~letters))
                behind = i + length
                plain = _byte(text, behind) < 0x7F and not (
                    _byte(text, behind) == _APOSTROPHE and _byte(text, behind + 1) >= 0x7F
                )
                if 0 < length < 64 and plain:
                    inside = _ALL >> np.uint64(64 - length)
                    capitals = _window(masks, _CAPITAL, i) & inside
                    flags = quoted | np.int64(capitals & _ONE) * CAPITAL
                    if capitals == inside and length > 1:
                        flags |= ALL_CAPITALS
                    if _window(masks, _DIGIT, i) & inside:
                        flags |= HAS_DIGIT
                    i = min(i + length, end)
                    stop = i
                    value = _hash_ascii(text, start, stop)
                else:
                    i, stop, value, seen = _any_word(
                        text, start, end, page, kind, fold_start, fold_size, pool
                    )
                    flags = quoted
                    if seen & SEEN_DIGIT:
                        flags |= HAS_DIGIT
                    if seen & SEEN_CAPITAL:
                        _, entry, _ = _entry(text, start, page, kind)
                        if entry & ch.UPPER:
                            flags |= CAPITAL
                        if seen & SEEN_SMALL == 0 and stop - start > 1:
                            flags |= ALL_CAPITALS
                if n == opened:
                    flags |= FIRST
                token_hash[n] = value
                token_start[n] = start
                token_end[n] = stop
                token_flags[n] = flags
                n += 1
                words = n - opened
                if words >= MAX_SENTENCE or (words >= SOFT_SENTENCE and value & 15 == 0):
                    sentences += 1
                    sentence_first[sentences] = n
                    opened = n
                continue
            if n > opened and token_end[n - 1] == i and _is_address(text, token_start[n - 1], i):
                n -= 1
                if _byte(text, i) == _AT:  # first.last@host: the words before belong to it
                    while n > opened and token_end[n - 1] + 1 == token_start[n]:
                        if not _joins_mail_name(_byte(text, token_end[n - 1])):
                            break
                        n -= 1
                i = _address_end(text, i, end, page, kind)
                continue
            if _byte(text, i) == _COLON or _byte(text, i) == _AT:
                i += 1
                continue
            i += size
            if which == ch.TERMINATOR:
                if n - opened >= MIN_SENTENCE and _ends_sentence(text, i, end, page, kind):
                    last = n - 1
                    abbreviated = (
                        text[i - 1] == _DOT
                        and token_end[last] == i - 1
                        and (
                            (
                                token_end[last] - token_start[last] == 1
                                and token_flags[last] & CAPITAL
                            )
                            or in_sorted(abbreviations, token_hash[last])
                        )
                    )
                    if not abbreviated:
                        sentences += 1
                        sentence_first[sentences] = n
                        opened = n
            elif which == ch.OPENING_QUOTE:
                quoted = 0 if quoted and _byte(text, i - size) == _QUOTE else QUOTED
            elif which == ch.CLOSING_QUOTE:
                quoted = 0
        words = n - opened
        if words >= MIN_SENTENCE or (words > 0 and sentences == block_first[block]):
            sentences += 1
        elif words > 0:
            token_flags[opened] &= ~np.uint8(FIRST)  # a rest of one or two words joins the last
    block_first[len(block_start)] = sentences
    sentence_first[sentences] = n
    return n, sentences


def hash_word(word: str) -> int:
    """Hash of one word, exactly as `split` gives it: for phrase lists and tests."""
    encoded = word.encode()
    text = np.zeros(len(encoded) // 64 * 64 + 128, np.uint8)
    text[: len(encoded)] = np.frombuffer(encoded, np.uint8)
    masks = np.zeros((4, len(text) // 64 + 1), np.uint64)
    classify(text, masks)
    hashes: NDArray[np.uint32] = np.zeros(len(text), np.uint32)
    starts, ends, firsts = (np.zeros(len(text), np.int32) for _ in range(3))
    count, _ = split(
        text,
        masks,
        np.array([0], np.int64),
        np.array([len(encoded)], np.int64),
        *ch.character_table(),
        np.zeros(0, np.uint32),
        hashes,
        starts,
        ends,
        np.zeros(len(text), np.uint8),
        firsts,
        np.zeros(2, np.int32),
    )
    if count != 1:
        raise ValueError(f"{word!r} is {count} words, not one")
    return int(hashes[0])
