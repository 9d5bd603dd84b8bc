"""What kernels share to read characters and to hash words."""

from __future__ import annotations

import numpy as np

from dedupe.arrays import U32
from dedupe.kernels.jit import inlined

SEED = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xFF51AFD7ED558CCD)
_MIX_2 = np.uint64(0xC4CEB9FE1A85EC53)
_EIGHT, _FULL, _HALF = np.uint64(8), np.uint64(64), np.uint64(32)
_UPPER_HALVES, _DIGITS = np.uint64(0xF0F0F0F0F0F0F0F0), np.uint64(0x3030303030303030)
_TOP_BYTE, _SHIFT = np.uint64(56), np.uint64(29)


@inlined
def byte_at(text, i):
    """Byte i; an unsigned index spares Numba's test for negative ones."""
    return text[np.uint64(i)]


@inlined
def eight_bytes(text, i):
    """Bytes i to i + 7 as one number, first byte lowest; LLVM makes one load of it."""
    value = np.uint64(byte_at(text, i))
    for k in range(1, 8):
        value |= np.uint64(byte_at(text, i + k)) << np.uint64(8 * k)
    return value


@inlined
def is_number(text, start, stop):
    """Whether a word is one of at most seven digits and nothing else."""
    size = np.uint64(stop - start)
    if size >= _EIGHT:
        return False
    keep = (np.uint64(1) << (_EIGHT * size)) - np.uint64(1)
    return (eight_bytes(text, start) & _UPPER_HALVES ^ _DIGITS) & keep == 0


@inlined
def absorb(state, word):
    """Mix eight folded bytes into the state of a word's hash."""
    state = (state ^ word) * _MIX_1
    return state ^ (state >> _SHIFT)


@inlined
def finish(state, word, size):
    """Hash of a word: its last bytes and its length mixed in, upper half kept."""
    state = absorb(state, word ^ (np.uint64(size) << _TOP_BYTE))
    return np.uint32((state * _MIX_2) >> _HALF)


@inlined
def push(state, word, shift, byte):
    """Append one folded byte to the word that is being hashed."""
    word |= np.uint64(byte) << shift
    shift += _EIGHT
    if shift == _FULL:
        return absorb(state, word), np.uint64(0), np.uint64(0)
    return state, word, shift


@inlined
def decode(text, i):
    """Code point at byte i of valid UTF-8, and its number of bytes."""
    first = np.uint32(byte_at(text, i))
    if first < 0x80:
        return first, 1
    second = np.uint32(byte_at(text, i + 1)) & 0x3F
    if first < 0xE0:
        return (first & 0x1F) << 6 | second, 2
    third = np.uint32(byte_at(text, i + 2)) & 0x3F
    if first < 0xF0:
        return (first & 0x0F) << 12 | second << 6 | third, 3
    fourth = np.uint32(byte_at(text, i + 3)) & 0x3F
    return (first & 0x07) << 18 | second << 12 | third << 6 | fourth, 4


@inlined
def index_of(code, page):
    """Place of a code point in the columns of the character table."""
    return np.uint64(page[code >> np.uint32(8)]) << _EIGHT | np.uint64(code & np.uint32(0xFF))


@inlined
def entry_at(text, i, page, kind):
    """Table index, kind and size in bytes of the character at byte i."""
    code, size = decode(text, i)
    at = index_of(code, page)
    return at, kind[at], size


@inlined
def lower_bound(values, value, low, high):
    """The first place from `low` on of a sorted array whose value is not below one, else `high`."""
    while low < high:
        middle = (low + high) >> 1
        if values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@inlined
def in_sorted(values, value):
    """Whether a sorted array holds a value."""
    low = lower_bound(values, value, 0, len(values))
    return low < len(values) and values[low] == value


@inlined
def in_table(table, value):
    """Whether a table of `table_of` holds a number that is not 0."""
    last = np.uint64(len(table) - 1)
    slot = np.uint64(value) & last
    while table[slot] != 0:
        if table[slot] == value:
            return True
        slot = (slot + np.uint64(1)) & last
    return False


def table_of(hashes: U32) -> U32:
    """A hash table (H,) of distinct hashes (n,), none of them 0, for `in_table`.

    H is a power of two and 16 n at least: what is not among them is told by the first slot, nearly
    always, and so without the mispredicted branches of a search among sorted ones.
    """
    table = np.zeros(1 << (16 * len(hashes)).bit_length(), np.uint32)
    for value in hashes.tolist():
        slot = value & len(table) - 1
        while table[slot]:
            slot = slot + 1 & len(table) - 1
        table[slot] = value
    return table
