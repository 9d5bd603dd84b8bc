"""Words and sentences of a batch of text.

Legend: T bytes, B blocks, N tokens, S sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dedupe.arrays import I32, I64, U8, U32
from dedupe.kernels import characters as ch
from dedupe.kernels.bits import bytes_between, ones, trailing_zeros
from dedupe.kernels.disguises import MOST_READ, hash_room, lower_ascii, read_digits, spell
from dedupe.kernels.disguises import ROOM as FORM
from dedupe.kernels.hashing import (
    SEED,
    absorb,
    byte_at,
    eight_bytes,
    entry_at,
    finish,
    in_table,
    is_number,
    push,
    table_of,
)  # fmt: skip
from dedupe.kernels.jit import inlined, kernel
from dedupe.memory import Scratch

CAPITAL, HAS_DIGIT, QUOTED, FIRST, ALL_CAPITALS, DISGUISED = 1, 2, 4, 8, 16, 32

MIN_SENTENCE = 3
"""Words; shorter sentences are joined to the next."""
SOFT_SENTENCE = 32
"""Words from which a sentence may be cut: at the first word whose hash ends in four zero bits."""
MAX_SENTENCE = 64
"""Words; the longest sentence. Tables and lists without full stops would else be one window."""

_SPACES = np.uint64(0x2020202020202020)
"""Or-ed to eight bytes of an ASCII word it folds the case; digits and apostrophe have the bit."""

_LOWER_W, _COLON, _SLASH, _DOT, _AT, _QUOTE, _APOSTROPHE = 0x77, 0x3A, 0x2F, 0x2E, 0x40, 0x22, 0x27
_DOLLAR = 0x24

SEEN_CAPITAL, SEEN_SMALL, SEEN_DIGIT, SEEN_STYLED, SEEN_HIDDEN = 1, 2, 4, 8, 16

TILE = 32
"""Masks of 64 bytes whose words are found, then hashed while they are in the first cache."""
ROOM = 12
"""Words of 64 bytes that are written without asking how many there are; more are rare."""
EVENTS = 4
"""The same for the ends of sentences."""
SLACK = 64
"""Entries behind the last word that may be overwritten."""

_LETTER, _START, _EVENT, _ODD, _BEFORE = range(5)
MASKS = 5
"""Rows of the masks of `classify`."""

_NONE, _ONE, _TWO, _THREE, _SIX = (np.uint64(k) for k in (0, 1, 2, 3, 6))
_HALF, _LAST = np.uint64(32), np.uint64(63)
_ALL = np.uint64(2**64 - 1)
_DIGIT_BITS = np.uint64(0x1010101010101010)
_LETTER_BITS = np.uint64(0x4040404040404040)
"""Of eight bytes of a word: letters have the second, digits the first but not the second."""
_SCRIPTS = ch.LATIN | ch.FOREIGN


@inlined
def _hash_ascii(text, start, stop):
    """Hash of an ASCII word: the same as `_any_word` gives, eight bytes at a time."""
    state = SEED
    size = stop - start
    while stop - start >= 8:
        state = absorb(state, eight_bytes(text, start) | _SPACES)
        start += 8
    keep = (np.uint64(1) << np.uint64(8 * (stop - start))) - np.uint64(1)
    return finish(state, (eight_bytes(text, start) | _SPACES) & keep, size)


@inlined
def _ends_sentence(text, i, end, page, kind):
    """Whether a full stop just before byte i is followed by white space and no lower case.

    Closing quotes and brackets, and further terminators, may stand between.
    """
    spaces = 0
    while i < end:
        _, entry, size = entry_at(text, i, page, kind)
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
            _, entry, size = entry_at(text, i, page, kind)
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
def _any_word(text, i, end, page, kind, fold_start, fold_size, pool):
    """Read the word that begins at byte i, whatever its script.

    Returns the next byte to look at, the end of the word, its hash, its `SEEN_*` bits, and the bits
    of the scripts of its letters.
    """
    state, word, shift, length, seen = SEED, np.uint64(0), np.uint64(0), 0, 0
    scripts = np.uint8(0)
    stop = i
    at, entry, size = entry_at(text, i, page, kind)
    which = entry & ch.CLASS
    while True:
        scripts |= entry & _SCRIPTS
        if fold_start[at] == 0:
            for k in range(size):
                state, word, shift = push(state, word, shift, byte_at(text, i + k))
            length += size
        else:
            first = np.int64(fold_start[at]) - 1
            for k in range(fold_size[at]):
                state, word, shift = push(state, word, shift, byte_at(pool, first + k))
            length += fold_size[at]
            if size > 2 and entry & ch.LATIN and fold_size[at] == 1:
                seen |= SEEN_STYLED
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
        at, entry, size = entry_at(text, i, page, kind)
        which = entry & ch.CLASS
        hidden = 0
        while which == ch.IGNORABLE and i < end:
            hidden = SEEN_HIDDEN
            if size == 1:  # behind a character reference, at the end of a word too
                seen |= SEEN_HIDDEN
            i += size
            at, entry, size = entry_at(text, i, page, kind)
            which = entry & ch.CLASS
        if which == ch.APOSTROPHE:
            i += size
            at, entry, size = entry_at(text, i, page, kind)
            which = entry & ch.CLASS
            while which == ch.IGNORABLE and i < end:
                if size > 1:  # an apostrophe may be a reference, with its padding
                    hidden = SEEN_HIDDEN
                i += size
                at, entry, size = entry_at(text, i, page, kind)
                which = entry & ch.CLASS
            if i >= end or (which != ch.LETTER and which != ch.DIGIT):
                i = stop
                break
            state, word, shift = push(state, word, shift, 0x27)
            length += 1
        elif i >= end or (which != ch.LETTER and which != ch.DIGIT):
            break
        seen |= hidden
    return i, stop, finish(state, word, length), seen, scripts


@inlined
def _is_address(text, start, i):
    """Whether the word from `start` to the event at byte i begins a web or mail address."""
    byte = byte_at(text, i)
    if byte == _COLON:
        return byte_at(text, i + 1) == _SLASH and byte_at(text, i + 2) == _SLASH
    if byte == _AT:
        return byte_at(text, i + 1) | 0x20 >= 0x61
    if byte != _DOT or i - start != 3:
        return False
    for k in range(start, i):
        if byte_at(text, k) | 0x20 != _LOWER_W:
            return False
    return True


@inlined
def _part(chunk, start, stop):
    """Bits of a chunk of 64 bytes that stand for bytes start .. stop - 1; one or more are in it."""
    first = chunk << 6
    low, high = max(start - first, 0), min(stop - first, 64)
    return (_ALL << np.uint64(low)) & (_ALL >> np.uint64(64 - high))


@inlined
def _raise_bits(mask, start, stop):
    """Set the bits of a range of bytes."""
    for chunk in range(start >> 6, (stop + 63) >> 6):
        mask[np.uint64(chunk)] |= _part(chunk, start, stop)


@inlined
def _clear_bits(mask, start, stop):
    """Clear the bits of a range of bytes."""
    for chunk in range(start >> 6, (stop + 63) >> 6):
        mask[np.uint64(chunk)] &= ~_part(chunk, start, stop)


@inlined
def _has_bit(mask, i):
    """Whether the bit of byte i is set."""
    return (mask[np.uint64(i) >> _SIX] >> (np.uint64(i) & _LAST)) & _ONE != 0


@inlined
def _rank(starts, before, i):
    """Number of words that begin before byte i."""
    chunk = np.uint64(i) >> _SIX
    below = starts[chunk] & ((_ONE << (np.uint64(i) & _LAST)) - _ONE)
    return np.int64(before[chunk] + ones(below))


@inlined
def _word_start(letters, starts, stop):
    """First byte of the word that ends before byte `stop`."""
    i = stop - 1
    while not _has_bit(starts, i) and _has_bit(letters, i - 1):
        i -= 1
    return i


@inlined
def _parity(bits):
    """Each bit: whether the number of ones up to it is odd."""
    bits ^= bits << _ONE
    bits ^= bits << _TWO
    bits ^= bits << np.uint64(4)
    bits ^= bits << np.uint64(8)
    bits ^= bits << np.uint64(16)
    return bits ^ bits << _HALF


@inlined
def _classify_bytes(text, block_start, block_end, masks):
    """Write the masks of the text inside blocks as far as its bytes alone decide them."""
    letters, starts, events, odd = masks[_LETTER], masks[_START], masks[_EVENT], masks[_ODD]
    starts[:] = 0
    odd[:] = 0
    for block in range(len(block_start)):
        start, end = np.uint64(block_start[block]), np.uint64(block_end[block])
        odd[start >> _SIX] ^= _ONE << (start & _LAST)
        odd[end >> _SIX] ^= _ONE << (end & _LAST)
        starts[start >> _SIX] |= _ONE << (start & _LAST)
    one = np.uint8(1)
    before, apostrophes, carry, w_carry, outer = _NONE, _NONE, _NONE, _NONE, _NONE
    for chunk in range(np.uint64(len(text) >> 6)):
        i = np.int64(chunk << _SIX)
        inside = _parity(odd[chunk]) ^ outer  # between the edges of a block
        outer = _NONE - (inside >> _LAST)
        letter = inside & (
            bytes_between(text, i, np.uint8(0x41), np.uint8(26))
            | bytes_between(text, i, np.uint8(0x61), np.uint8(26))
            | bytes_between(text, i, np.uint8(0x30), np.uint8(10))
        )
        dot = bytes_between(text, i, np.uint8(_DOT), one)
        small_w = bytes_between(text, i, np.uint8(_LOWER_W), one)
        w = small_w | bytes_between(text, i, np.uint8(_LOWER_W - 32), one)
        events[chunk] = inside & (
            dot
            | bytes_between(text, i, np.uint8(0x21), np.uint8(2))
            | bytes_between(text, i, np.uint8(0x3F), one)
        )
        odd[chunk] = inside & (
            bytes_between(text, i, np.uint8(0x7F), one)
            | bytes_between(text, i, np.uint8(0xC0), np.uint8(0x40))
            | bytes_between(text, i, np.uint8(_AT), one)
            | bytes_between(text, i, np.uint8(_DOLLAR), one) & (letter << _ONE | before >> _LAST)
            | bytes_between(text, i, np.uint8(_COLON), one)
            & bytes_between(text, i + 1, np.uint8(_SLASH), one)
            | dot & (w << _ONE | w_carry)
        )
        w_carry = w >> _LAST
        if chunk > _NONE:  # the letter behind the last apostrophe of a chunk is in the next one
            between = apostrophes & (before << _ONE | carry) & (before >> _ONE | letter << _LAST)
            letters[chunk - _ONE] = before | between
            carry = before >> _LAST
        apostrophes = inside & bytes_between(text, i, np.uint8(_APOSTROPHE), one)
        before = letter
    letters[np.uint64(len(letters) - 1)] = before  # zeros


@inlined
def _read_signs(text, letters, start, i, end, known, room):
    """Read a word that goes on behind an @ or $ at byte i ("ca$h"): its end, its hash, its flags.

    The hash is 0 where no common word is spelled, or where a host follows.
    """
    nothing = np.uint32(0)
    if byte_at(text, i) != _AT and byte_at(text, i) != _DOLLAR:
        return i, nothing, 0
    stop = i + 1
    while stop < end and stop - start <= MOST_READ:
        byte = byte_at(text, stop)
        if byte != _AT and byte != _DOLLAR and not _has_bit(letters, stop):
            break
        stop += 1
    behind = byte_at(text, stop) if stop < end else np.uint8(0)
    if (
        behind >= 0x80
        or (behind == _DOT and _has_bit(letters, stop + 1))
        or stop - start > MOST_READ
        or not lower_ascii(text, start, stop, room)
    ):
        return i, nothing, 0
    value, sure = read_digits(room, stop - start, known)
    if not sure:
        return i, nothing, 0
    flags = DISGUISED | ALL_CAPITALS
    for k in range(start, stop):
        byte = byte_at(text, k)
        if byte >= 0x30 and byte <= 0x39:
            flags |= HAS_DIGIT
        if byte < 0x41 or byte > 0x5A:
            flags &= ~ALL_CAPITALS
    byte = byte_at(text, start)
    if byte >= 0x41 and byte <= 0x5A:
        flags |= CAPITAL
    return stop, value, flags


@kernel
def classify(
    text,
    block_start,
    block_end,
    page,
    kind,
    fold_start,
    fold_size,
    pool,
    look,
    twin,
    known,
    room,
    masks,
    odd_start,
    odd_hash,
    odd_flags,
):
    """Find where the words of every block are, 64 bytes at a time.

    A word is a run of letters, digits and inner apostrophes; a character of a script without
    spaces is a word of its own. Addresses (`http://...`, `www....`, e-mail) are no words. Bytes
    of ASCII are told apart by comparing vectors; what that leaves open, characters beyond ASCII
    and addresses, is found in the masks and looked at one by one.

    Parameters
    ----------
    text: u8 (T,), valid UTF-8, T a multiple of 64, with at least 64 zeros behind the last block
    block_start, block_end: i64 (B,)
    page, kind, fold_start, fold_size, pool, look, twin: the character table
    known: u32 (W,) sorted hashes of the words that may be read out of digits and signs
    room: u8 (FORM,) to work in
    masks: u64 (5, T / 64) written: one bit per byte that belongs to a word; that begins
        one; that may end a sentence or is a quotation mark; that is none of them or needed a
        closer look; in the last row, the number of words before each 64 bytes
    odd_start i32, odd_hash u32, odd_flags u8: written: the words that hold characters beyond
        ASCII; room for one per two bytes of text

    Returns the numbers of words and of such words.
    """
    _classify_bytes(text, block_start, block_end, masks)
    letters, starts, events, odd = masks[_LETTER], masks[_START], masks[_EVENT], masks[_ODD]
    odds, block, done = 0, 0, 0
    for chunk in range(len(text) >> 6):
        waiting = odd[np.uint64(chunk)]
        while waiting != 0:
            i = chunk << 6 | np.int64(trailing_zeros(waiting))
            waiting &= waiting - _ONE
            if i < done:
                continue
            while block_end[block] <= i:
                block += 1
            low, end = block_start[block], block_end[block]
            if byte_at(text, i) < 0x7F:
                if i == low or not _has_bit(letters, i - 1):
                    continue
                start = _word_start(letters, starts, i)
                stop, value, flags = _read_signs(text, letters, start, i, end, known, room)
                if value != 0:
                    odd_start[odds], odd_hash[odds], odd_flags[odds] = start, value, flags
                    odds += 1
                    _raise_bits(letters, start, stop)
                    _raise_bits(starts, start, start + 1)
                    done = stop
                    continue
                if not _is_address(text, start, i):
                    continue
                if byte_at(text, i) == _AT:  # first.last@host: the words before belong to it
                    while (
                        start > low + 1
                        and _joins_mail_name(byte_at(text, start - 1))
                        and _has_bit(letters, start - 2)
                    ):
                        start = _word_start(letters, starts, start - 1)
                done = _address_end(text, i, end, page, kind)
                _clear_bits(letters, start, done)
                _clear_bits(events, start, done)
                while odds > 0 and odd_start[odds - 1] >= start:
                    odds -= 1
                continue
            _, entry, size = entry_at(text, i, page, kind)
            which = entry & ch.CLASS
            done = i + size
            if which == ch.TERMINATOR or which == ch.OPENING_QUOTE or which == ch.CLOSING_QUOTE:
                events[np.uint64(chunk)] |= _ONE << np.uint64(i & 63)
                continue
            start = i
            if which == ch.OTHER or (which > ch.APOSTROPHE and which != ch.IGNORABLE):
                continue
            if which != ch.SINGLE:
                stop = i
                if i > low and byte_at(text, i - 1) == _APOSTROPHE:
                    stop -= 1
                if stop > low and not _has_bit(starts, stop) and _has_bit(letters, stop - 1):
                    start = _word_start(letters, starts, stop)
                elif which != ch.LETTER and which != ch.DIGIT:
                    continue
            behind, stop, value, seen, scripts = _any_word(
                text, start, end, page, kind, fold_start, fold_size, pool
            )
            if stop <= i:
                continue
            done = behind
            flags = 0
            mixed = scripts == _SCRIPTS
            if mixed or (seen & SEEN_DIGIT and scripts & ch.LATIN):
                size, otherwise = spell(
                    text, start, stop, page, kind, fold_start, fold_size, pool, look, twin, known,
                    room, mixed,
                )  # fmt: skip
                if otherwise:
                    value = hash_room(room, size)
                    flags = DISGUISED
                if seen & SEEN_DIGIT:
                    read, sure = read_digits(room, size, known)
                    value = read if read != 0 else value
                    flags = DISGUISED if sure else flags
            if scripts != 0 and seen & (SEEN_STYLED | SEEN_HIDDEN):
                flags = DISGUISED
            if seen & SEEN_DIGIT:
                flags |= HAS_DIGIT
            if seen & SEEN_CAPITAL:
                _, entry, _ = entry_at(text, start, page, kind)
                if entry & ch.UPPER:
                    flags |= CAPITAL
                if seen & SEEN_SMALL == 0 and stop - start > 1:
                    flags |= ALL_CAPITALS
            odd_start[odds], odd_hash[odds], odd_flags[odds] = start, value, flags
            odds += 1
            _raise_bits(letters, start, stop)
            _raise_bits(starts, start, start + 1)
            if which == ch.SINGLE:
                _raise_bits(starts, stop, stop + 1)
    words, carry = _NONE, _NONE
    for chunk in range(np.uint64(len(text) >> 6)):
        here = letters[chunk]
        starts[chunk] = here & (~(here << _ONE | carry) | starts[chunk])
        carry = here >> _LAST
        masks[_BEFORE, chunk] = words
        words += ones(starts[chunk])
    return np.int64(words), odds


@inlined
def _hash_words(text, start, end, parts, token_hash, token_flags):
    """Hash and flags of some words, taken to be ASCII.

    No branch but for words of 16 bytes or more: the first eight bytes of a word and its last
    (0 to 7 of them) are mixed in, and the first are left out again where there are less. Two
    loops, so that LLVM computes four words at once: 2.6 ns a word, else 6.5.
    """
    heads, tails, sizes = parts[0], parts[1], parts[2]
    longest = _NONE
    for k in range(np.uint64(len(start))):
        low = np.int64(start[k])
        size = np.int64(end[k]) - low
        heads[k], tails[k] = eight_bytes(text, low), eight_bytes(text, low + (size & 8))
        sizes[k] = size
        longest |= np.uint64(size)
    for k in range(len(token_hash)):
        size, head, tail = sizes[k], heads[k], tails[k]
        whole = _NONE - (size >> _THREE & _ONE)
        rest = (_ONE << (size << _THREE & _LAST)) - _ONE
        state = SEED ^ (absorb(SEED, head | _SPACES) ^ SEED) & whole
        token_hash[k] = finish(state, (tail | _SPACES) & rest, size)
        digits = (head & ~(head >> _TWO) & whole | tail & ~(tail >> _TWO) & rest) & _DIGIT_BITS
        small = ((~head | head << _ONE) & whole | (~tail | tail << _ONE) & rest) & _LETTER_BITS
        small |= np.uint64(size == _ONE)
        capital = (head >> _SIX) & ~(head >> np.uint64(5)) & _ONE
        token_flags[k] = np.uint8(
            capital | np.uint64(digits != 0) << _ONE | np.uint64(small == 0) << np.uint64(4)
        )
    if longest < np.uint64(16):
        return
    for k in range(np.uint64(len(start))):
        if sizes[k] >= np.uint64(16):
            low, stop = np.int64(start[k]), np.int64(end[k])
            token_hash[k] = _hash_ascii(text, low, stop)
            flags = token_flags[k] & np.uint8(CAPITAL) | np.uint8(ALL_CAPITALS)
            for i in range(low, stop):
                byte = byte_at(text, i)
                if byte < 0x3A and byte != _APOSTROPHE:
                    flags |= np.uint8(HAS_DIGIT)
                if byte < 0x41 or byte > 0x5A:
                    flags &= np.uint8(0xFF - ALL_CAPITALS)
            token_flags[k] = flags


@inlined
def _read_digits(text, start, end, known, room, token_hash, token_flags):
    """Read the words of ASCII whose digits may stand for letters.

    Few words hold a digit: 64 flags are looked at at once (SLACK covers the last ones). Most of
    them are numbers, which stay what they are.
    """
    count = len(token_hash) - SLACK
    for first in range(0, count, 64):
        waiting = bytes_between(token_flags, first, np.uint8(HAS_DIGIT), np.uint8(2))
        while waiting != 0:
            k = first + np.int64(trailing_zeros(waiting))
            waiting &= waiting - _ONE
            low, high = np.int64(start[k]), np.int64(end[k])
            if k < count and high - low <= MOST_READ and not is_number(text, low, high):
                tame = lower_ascii(text, low, high, room)
                value, sure = read_digits(room, high - low, known)
                token_hash[k] = value if value != 0 else token_hash[k]
                token_flags[k] |= np.uint8(DISGUISED * (sure and tame))


@inlined
def _find_words(
    text, masks, odd_start, odd_hash, odd_flags, odds, parts, start, end, token_hash, flags
):
    """Write place, hash and flags of every word."""
    letters, starts, before = masks[_LETTER], masks[_START], masks[_BEFORE]
    chunks = len(text) >> 6
    carry, ended, hashed = _NONE, _NONE, _NONE
    for tile in range(0, chunks, TILE):
        for chunk in range(np.uint64(tile), np.uint64(min(tile + TILE, chunks))):
            base = chunk << _SIX
            here, begins = letters[chunk], starts[chunk]
            ends = (here << _ONE | carry) & (~here | begins)
            carry = here >> _LAST
            n, m = before[chunk], ended
            ended += ones(ends)
            for k in range(np.uint64(ROOM)):
                start[n + k] = base | trailing_zeros(begins)
                begins &= begins - _ONE
                end[m + k] = base | trailing_zeros(ends)
                ends &= ends - _ONE
            n += np.uint64(ROOM)
            m += np.uint64(ROOM)
            while begins != 0:
                start[n] = base | trailing_zeros(begins)
                begins &= begins - _ONE
                n += _ONE
            while ends != 0:
                end[m] = base | trailing_zeros(ends)
                ends &= ends - _ONE
                m += _ONE
        _hash_words(
            text, start[hashed:ended], end[hashed:ended], parts, token_hash[hashed:ended],
            flags[hashed:ended],
        )  # fmt: skip
        hashed = ended
    for o in range(odds):
        k = _rank(starts, before, odd_start[o])
        token_hash[k], flags[k] = odd_hash[o], odd_flags[o]


@inlined
def _list_events(events, event):
    """List the bytes that may end a sentence or are quotation marks; their number.

    In one go: to look for them chunk by chunk between all else takes 1.5 ns a word longer.
    """
    count = _NONE
    for chunk in range(np.uint64(len(events))):
        base, waiting = chunk << _SIX, events[chunk]
        n = count
        count += ones(waiting)
        for k in range(np.uint64(EVENTS)):
            event[n + k] = base | trailing_zeros(waiting)
            waiting &= waiting - _ONE
        n += np.uint64(EVENTS)
        while waiting != 0:
            event[n] = base | trailing_zeros(waiting)
            waiting &= waiting - _ONE
            n += _ONE
    return np.int64(count)


@inlined
def _cut_long(token_hash, opened, n, sentence_first, sentences):
    """Cut what is too long of the words from `opened` to n; the new values of both counts."""
    k = opened + SOFT_SENTENCE
    while k <= n:
        if token_hash[k - 1] & np.uint32(15) == 0 or k - opened == MAX_SENTENCE:
            sentence_first[sentences] = opened
            sentences += 1
            opened = k
            k += SOFT_SENTENCE
        else:
            k += 1
    return opened, sentences


@inlined
def _quote(token_flags, first, last):
    """Mark the words between quotation marks."""
    for k in range(np.uint64(first), np.uint64(last)):
        token_flags[k] |= np.uint8(QUOTED)


@kernel
def split(
    text,
    masks,
    block_start,
    block_end,
    page,
    kind,
    abbreviations,
    odd_start,
    odd_hash,
    odd_flags,
    odds,
    parts,
    known,
    room,
    token_start,
    token_end,
    token_hash,
    token_flags,
    event,
    sentence_first,
    block_first,
):
    """Hash the words that `classify` has found, and cut the blocks into sentences.

    A word's hash is taken of its folded form, so case, width, ligatures, typographic apostrophes
    and invisible characters do not matter; what is spelled with letters of another script or with
    digits is read as it looks (`disguises`).

    Parameters
    ----------
    text ... odd_flags: as in `classify`, which has written them; odds: words that are odd
    parts: u64 (3, 64 TILE + 1) to work in; known, room: as in `classify`
    abbreviations: u32 (H,) `table_of` the hashes of words after which a full stop ends nothing
    token_start i32, token_end i32, token_hash u32, token_flags u8: (N + SLACK,) written
    event: i32 (T + EVENTS,) to work in
    sentence_first: i32 (N + 1,) written
    block_first: i32 (B + 1,) written: first sentence of each block

    Returns the number of sentences.
    """
    _find_words(
        text, masks, odd_start, odd_hash, odd_flags, odds, parts, token_start, token_end,
        token_hash, token_flags,
    )  # fmt: skip
    _read_digits(text, token_start, token_end, known, room, token_hash, token_flags)
    starts, events, before = masks[_START], masks[_EVENT], masks[_BEFORE]
    found = _list_events(events, event)
    sentences, n, e = 0, 0, 0
    for block in range(len(block_start)):
        block_first[block] = sentences
        low, end = block_start[block], block_end[block]
        opened = _rank(starts, before, low)
        quote = -1  # first token behind an opening quotation mark
        while e < found and event[e] < end:
            i = np.int64(event[e])
            e += 1
            n = _rank(starts, before, i)
            byte = byte_at(text, i)
            size, which = 1, ch.TERMINATOR
            if byte >= 0x7F or byte == _QUOTE:
                _, entry, size = entry_at(text, i, page, kind)
                which = entry & ch.CLASS
            if which == ch.TERMINATOR:
                opened, sentences = _cut_long(token_hash, opened, n, sentence_first, sentences)
                if n - opened >= MIN_SENTENCE and _ends_sentence(text, i + size, end, page, kind):
                    last = n - 1
                    abbreviated = (
                        byte == _DOT
                        and token_end[last] == i
                        and (
                            (i - token_start[last] == 1 and token_flags[last] & CAPITAL)
                            or in_table(abbreviations, token_hash[last])
                        )
                    )
                    if not abbreviated:
                        sentence_first[sentences] = opened
                        sentences += 1
                        opened = n
            elif which == ch.OPENING_QUOTE and (quote < 0 or byte != _QUOTE):
                if quote < 0:
                    quote = n
            elif quote >= 0:
                _quote(token_flags, quote, n)
                quote = -1
        n = _rank(starts, before, end)
        opened, sentences = _cut_long(token_hash, opened, n, sentence_first, sentences)
        if quote >= 0:
            _quote(token_flags, quote, n)
        words = n - opened
        # A rest of one or two words joins the last sentence.
        if words >= MIN_SENTENCE or (words > 0 and sentences == block_first[block]):
            sentence_first[sentences] = opened
            sentences += 1
    block_first[len(block_start)] = sentences
    sentence_first[sentences] = n
    for s in range(sentences):
        token_flags[sentence_first[s]] |= np.uint8(FIRST)
    return sentences


_SCRATCH = Scratch()


class Words(NamedTuple):
    """What `split` writes."""

    hash: U32
    start: I32
    end: I32
    flags: U8
    sentence: I32
    """(S + 1,)"""
    block: I32
    """(B + 1,)"""


def words_of(
    text: U8,
    block_start: I64,
    block_end: I64,
    abbreviations: U32,
    known: U32 | None = None,
) -> Words:
    """Words and sentences of some blocks of a text, for which `classify` has its conditions.

    known: sorted hashes of the words that digits may spell; by default those that are shipped
    """
    if known is None:
        known = ch.common_words()
    table = ch.character_table()
    masks = _SCRATCH.empty("masks", (MASKS, len(text) >> 6), np.uint64)
    room = len(text) // 2 + 1
    odd = (
        _SCRATCH.empty("odd start", room, np.int32),
        _SCRATCH.empty("odd hash", room, np.uint32),
        _SCRATCH.empty("odd flags", room, np.uint8),
    )
    form = _SCRATCH.empty("form", FORM, np.uint8)
    n, odds = classify(text, block_start, block_end, *table, known, form, masks, *odd)
    start, end = np.empty(n + SLACK, np.int32), np.empty(n + SLACK, np.int32)
    hashes, flags = np.empty(n + SLACK, np.uint32), np.empty(n + SLACK, np.uint8)
    sentence = _SCRATCH.empty("sentence", n + 1, np.int32)
    block = np.empty(len(block_start) + 1, np.int32)
    event = _SCRATCH.empty("event", len(text) + EVENTS, np.int32)
    parts = _SCRATCH.empty("parts", (3, 64 * TILE + 1), np.uint64)
    s = split(
        text, masks, block_start, block_end, table.page, table.kind, abbreviations, *odd, odds,
        parts, known, form, start, end, hashes, flags, event, sentence, block,
    )  # fmt: skip
    return Words(hashes[:n], start[:n], end[:n], flags[:n], sentence[: s + 1].copy(), block)


def hash_words(words: Sequence[str]) -> U32:
    """Hash (W,) of each word, exactly as `split` gives it: for word lists and tests.

    Raises ValueError for what is not exactly one word.
    """
    encoded = [word.encode() for word in words]
    sizes = np.array([len(word) for word in encoded], np.int64)
    ends = np.cumsum(sizes + 1) - 1  # one block per word
    starts = ends - sizes
    joined = b" ".join(encoded)
    text = np.zeros(len(joined) // 64 * 64 + 128, np.uint8)
    text[: len(joined)] = np.frombuffer(joined, np.uint8)
    found = words_of(text, starts, ends, table_of(np.empty(0, np.uint32)))
    if not np.array_equal(found.start, starts):
        counts = np.bincount(np.searchsorted(ends, found.start), minlength=len(words))
        wrong = int(np.flatnonzero(counts != 1)[0]) if (counts != 1).any() else 0
        raise ValueError(f"{words[wrong]!r} is {counts[wrong]} words, not one")
    return found.hash


def hash_word(word: str) -> int:
    """Hash of one word, as `hash_words` gives it."""
    return int(hash_words((word,))[0])
