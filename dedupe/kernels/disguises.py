"""A second look at words that may be spelled so that nothing finds them.

Letters of another script inside a word are read as the letters whose shape they have, and digits in
a word as letters. Few words come here: those that mix scripts, and those of ASCII that hold digits.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels import characters as ch
from dedupe.kernels.hashing import (
    SEED,
    byte_at,
    decode,
    finish,
    in_sorted,
    index_of,
    push,
)  # fmt: skip
from dedupe.kernels.jit import inlined

ROOM = 128
"""Bytes of the longest folded word that is looked at, and slack."""
LEAST_READ, MOST_READ = 4, 20
"""Letters of a word that is read out of digits and letters."""
MOST_ONES = 3
"""Digits 1 that are tried as i and as l."""
_LEAST_MIXED_GREEK = 5
"""Letters of a Greek word that may hold Latin ones; shorter ones are formulae."""
_AS_IT_IS, _LATIN, _TWIN = 0, 1, 2


@inlined
def _plain(code, at, fold_start, pool):
    """ASCII letter that a Latin letter is but for accents and style; its case is kept."""
    if code < 0x80:
        return np.int64(code)
    if fold_start[at] == 0:
        return np.int64(0)
    first = np.int64(byte_at(pool, np.int64(fold_start[at]) - 1))
    return first if first < 0x80 else np.int64(0)


@inlined
def _reading(text, start, stop, page, kind, fold_start, pool, look, twin):
    """How a word of mixed script is to be read.

    Returns that, the script of its foreign letters, and how many of them are symbols as well. It is
    read as Latin, when each foreign letter has a Latin shape; as foreign, when each Latin letter
    has a foreign shape; in doubt as most of its letters are. A word that has letters of both
    scripts which have no double is a compound, as is a run of capitals with an ending ("SMSка"); a
    capital I is the palochka of Chechen and its neighbours, as it is typed.
    """
    latin, foreign, bound_latin, bound_foreign, symbols = 0, 0, 0, 0, 0
    latin_small, foreign_small, latin_capitals, foreign_capitals = 0, 0, 0, 0
    row, switches, before, palochkas = -1, 0, 0, 0
    i = start
    while i < stop:
        code, size = decode(text, i)
        at = index_of(code, page)
        entry = kind[at]
        i += size
        script = entry & (ch.LATIN | ch.FOREIGN)
        if script == 0:
            continue
        switches += script != before and before != 0
        before = script
        if script == ch.FOREIGN:
            foreign += 1
            foreign_small += entry & ch.LOWER != 0
            foreign_capitals += entry & ch.UPPER != 0
            bound_foreign += look[at] == 0
            symbols += look[at] & ch.SYMBOL != 0
            if code < 0x400:
                row = ch.GREEK
            elif code < 0x530:
                row = ch.CYRILLIC
        else:
            latin += 1
            latin_small += entry & ch.LOWER != 0
            latin_capitals += entry & ch.UPPER != 0
            palochkas += code == 0x49
    if switches == 1 and (
        (latin_capitals == latin and latin > 1 and foreign_small == foreign)
        or (foreign_capitals == foreign and foreign > 1 and latin_small == latin)
    ):
        return _AS_IT_IS, row, symbols
    if row == ch.CYRILLIC and palochkas == latin and foreign > latin:
        return _AS_IT_IS, row, symbols
    if row < 0:
        bound_latin = latin
    else:
        i = start
        while i < stop:
            code, size = decode(text, i)
            at = index_of(code, page)
            if kind[at] & ch.LATIN:
                bound_latin += twin[row, _plain(code, at, fold_start, pool)] == 0
            i += size
    reading = _AS_IT_IS
    if bound_foreign == 0 and (bound_latin > 0 or latin >= foreign):
        reading = _LATIN
    elif bound_latin == 0:
        reading = _TWIN
        if row == ch.GREEK and (latin + foreign < _LEAST_MIXED_GREEK or foreign < 2 * latin):
            reading = _AS_IT_IS
    return reading, row, symbols


@inlined
def _first_size(byte):
    """Bytes of the character that begins with a byte."""
    return 1 if byte < 0x80 else 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4


@inlined
def hash_room(room, size):
    """Hash of a folded word."""
    state, word, shift = SEED, np.uint64(0), np.uint64(0)
    for k in range(size):
        state, word, shift = push(state, word, shift, byte_at(room, k))
    return finish(state, word, size)


@inlined
def spell(
    text, start, stop, page, kind, fold_start, fold_size, pool, look, twin, known, room, mixed
):
    """Write the folded form of a word, read as it looks where it mixes scripts.

    room: u8 (ROOM,) written. Returns the size of the form, 0 where it has no place or where it
    would be a word that nobody knows, and whether it is read otherwise than letter by letter.
    """
    reading, row, symbols = _AS_IT_IS, -1, 0
    if mixed:
        reading, row, symbols = _reading(
            text, start, stop, page, kind, fold_start, pool, look, twin
        )
    n = 0
    i = start
    while i < stop:
        code, size = decode(text, i)
        at = index_of(code, page)
        entry = kind[at]
        which = entry & ch.CLASS
        here, i = i, i + size
        if which == ch.IGNORABLE:
            continue
        if n + np.int64(fold_size[at]) + 8 > len(room):
            return 0, False
        if which == ch.APOSTROPHE:
            room[n] = 0x27
            n += 1
            continue
        # The first letter may be read as another one; accents behind it stay.
        rest, behind = 0, size
        folds = fold_start[at] != 0
        if folds:
            rest = np.int64(fold_start[at]) - 1
            behind = rest + np.int64(fold_size[at])
        letter = np.int64(0)
        if reading == _LATIN and entry & ch.FOREIGN:
            letter = np.int64(look[at] & 0x7F)
        elif reading == _TWIN and entry & ch.LATIN:
            letter = np.int64(twin[row, _plain(code, at, fold_start, pool)])
        if letter >= 0x80:
            room[n], room[n + 1] = 0xC0 | letter >> 6, 0x80 | letter & 0x3F
            n += 2
        elif letter > 0:
            room[n] = letter
            n += 1
        if letter > 0:
            rest += _first_size(byte_at(pool, rest)) if folds else size
        for k in range(rest, behind):
            room[n] = byte_at(pool, k) if folds else byte_at(text, here + k)
            n += 1
    if reading == _LATIN and symbols > 0 and not in_sorted(known, hash_room(room, n)):
        return 0, False
    return n, reading != _AS_IT_IS


@inlined
def letter_of(byte):
    """The letter that a digit or sign stands for; 1 may be an l as well. 0 for any other byte."""
    if byte == 0x30:
        return np.uint8(0x6F)
    if byte == 0x31:
        return np.uint8(0x69)
    if byte == 0x33:
        return np.uint8(0x65)
    if byte == 0x34 or byte == 0x40:
        return np.uint8(0x61)
    if byte == 0x35 or byte == 0x24:
        return np.uint8(0x73)
    if byte == 0x37:
        return np.uint8(0x74)
    return np.uint8(0)


@inlined
def _is_digit(byte):
    return byte >= 0x30 and byte <= 0x39


@inlined
def _may_be_read(room, size):
    """Whether the digits of a folded word stand as letters would.

    Digits stand between letters, alone or twice the same. At the end a number is honest ("step5",
    "plan3") but for 00 and 33, and for an o behind four letters; so it is at the beginning ("4all",
    "1st", "10am") but before four letters. With a digit inside, one more at an end counts.
    """
    if size < LEAST_READ or size > MOST_READ:
        return False
    letters, inner, i = 0, 0, 0
    head, tail = np.uint8(0), np.uint8(0)
    doubled = False
    while i < size:
        byte = byte_at(room, i)
        if byte >= 0x61 and byte <= 0x7A:
            letters += 1
            i += 1
            continue
        if letter_of(byte) == 0:
            return False
        run = 1
        while i + run < size and byte_at(room, i + run) == byte:
            run += 1
        ends = i + run == size
        if byte == 0x31 and run == 2 and size == LEAST_READ:  # a11y
            return False
        if run > 2 or (not ends and _is_digit(byte) and _is_digit(byte_at(room, i + run))):
            return False
        if i == 0:
            head = byte
            if run > 1:
                return False
        elif ends:
            tail, doubled = byte, run > 1
        else:
            inner += 1
        i += run
    if 2 * letters < size:
        return False
    if inner > 0:
        return True
    if head != 0 and (head == 0x31 or head == 0x34 or size <= LEAST_READ or tail != 0):
        return False
    if tail != 0:
        return (tail == 0x30 and (doubled or size > LEAST_READ)) or (tail == 0x33 and doubled)
    return head != 0


@inlined
def read_digits(room, size, known):
    """What a word of letters and digits is compared as, and whether it is a common word disguised.

    The texts that are compared are read alike, so every digit that may stand for a letter is read:
    that "m3" and "me" are one word hides no copy, and "th3" is found. Only what is surely spelled
    to deceive is told to readers.

    room: u8, the folded word; known: u32 (W,) sorted hashes of the words that count as common
    Returns the hash of the word, 0 where it is to be left as it is: a digit has no letter, or a
    letter is none of ASCII.
    """
    letters, ones = 0, 0
    for i in range(size):
        byte = byte_at(room, i)
        if byte > 0x7A or (_is_digit(byte) and letter_of(byte) == 0):
            return np.uint32(0), False
        letters += byte >= 0x61
        ones += byte == 0x31
    if letters == 0 or size > MOST_READ:
        return np.uint32(0), False
    for choice in range(1 << min(ones, MOST_ONES)):
        value = _hash_letters(room, size, choice)
        if in_sorted(known, value):
            return value, ones <= MOST_ONES and _may_be_read(room, size)
    return _hash_letters(room, size, 0), False


@inlined
def letter(byte, choice, one):
    """What a byte is read as, and the number of ones so far: each is an l by its bit, or an i."""
    if byte == 0x31:
        return np.uint8(0x6C) if choice >> one & 1 else np.uint8(0x69), one + 1
    read = letter_of(byte)
    return byte if read == 0 else read, one


@inlined
def _hash_letters(room, size, choice):
    """Hash of a folded word with letters for its digits."""
    state, word, shift, one = SEED, np.uint64(0), np.uint64(0), 0
    for i in range(size):
        byte, one = letter(byte_at(room, i), choice, one)
        state, word, shift = push(state, word, shift, byte)
    return finish(state, word, size)


@inlined
def read_letters(room, size, value):
    """Write the letters that digits of a folded word stand for, if so it has the hash `value`."""
    ones = 0
    for i in range(size):
        ones += byte_at(room, i) == 0x31
    for choice in range(1 << min(ones, MOST_ONES)):
        if _hash_letters(room, size, choice) == value:
            one = 0
            for i in range(size):
                room[np.uint64(i)], one = letter(byte_at(room, i), choice, one)
            return


@inlined
def lower_ascii(text, start, stop, room):
    """Write an ASCII word of at most `MOST_READ` bytes in small letters; whether its case is tame.

    Small, capital, or with one capital in front is how words are written.
    """
    letters, capitals, first = 0, 0, False
    for k in range(stop - start):
        byte = byte_at(text, start + k)
        if byte >= 0x41 and byte <= 0x5A:
            capitals += 1
            first = first or letters == 0
            byte |= 0x20
        letters += byte >= 0x61
        room[np.uint64(k)] = byte
    return letters > 0 and (capitals == 0 or capitals == letters or (capitals == 1 and first))
