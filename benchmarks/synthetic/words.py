"""The words of made articles, by rank, and the mixing function that everything is drawn by."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]

SEED = 20261129
GOLDEN = np.uint64(0x9E3779B97F4A7C15)

# Measured: `python -m benchmarks.posts`, digitalgov and the essays of slopscore.
ZIPF_Q, ZIPF_R = 2, 11_000
"""The word of rank r has a frequency of 1 / ((r + Q) (r + R)), up to a factor."""
NAME, NUMBER = 13, 4
"""In 100 words of the vocabulary beyond the most frequent ones, which are half of a text."""
LETTERS = {1_000: 30, 10_000: 65, 1 << 16: 85}
"""Below each rank, the words in 100 of three syllables, not two: 6.5, 7.5 and 8.1 letters."""

VOCABULARY = 1 << 16
COMMON = """
the of and to in a is that for it as was with be by on not he his but at are this have from or had
an they which one you were all her she there would their we him been has when who will no more if
out so up what its about than into them can only other time new some could these two may first
then do any like my now over such our man me even most made after also did many off before must
well back through years much where your way down should because long each just state those people
too how
"""
ONSETS = "b c d f g h l m n p r s t v b c d f l m n p r s t br ch cl dr fl gr pr sh st th tr"
VOWELS = "a e i o u a e i o ea ou"
CODAS = "      n r l s"


def mix(values: U64) -> U64:
    """The finaliser of splitmix64: every bit of the result depends on every bit of the value."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def draw(key: U64, purpose: int, below: int) -> I64:
    """A number from 0 to below - 1 for each key, independent of those for other purposes.

    Purposes are numbered through the package, as are the first arguments of `key_of`.
    """
    mixed = mix(key + key_of(purpose)) >> np.uint64(33)
    return (mixed * np.uint64(below) >> np.uint64(31)).astype(np.int64)


@cache
def key_of(*parts: int) -> np.uint64:
    """A key that stands for some numbers."""
    key = np.array([SEED], np.uint64)
    for part in parts:
        key = mix(key * GOLDEN + np.uint64(part))
    return np.uint64(key[0])


class Vocabulary(NamedTuple):
    """Written forms as ragged bytes; a word by rank, then the same with a capital."""

    text: NDArray[np.uint8]
    start: I64
    size: I64
    table: NDArray[np.int32]
    """Rank by the upper 20 bits of a draw."""


@cache
def vocabulary() -> Vocabulary:
    """The words and their frequencies; words too rare for 20 bits are never drawn."""
    words = dict.fromkeys(COMMON.split())
    keys = mix(np.arange(4 * VOCABULARY, dtype=np.uint64) * GOLDEN + np.uint64(SEED)).tolist()
    for at, key in enumerate(keys):
        kind, rank = key % 100, len(words)
        if rank == VOCABULARY:
            break
        if kind < NUMBER:
            words[str(at % 3_000)] = None
        else:
            long = next(share for below, share in LETTERS.items() if rank < below)
            word = "".join(_syllables(key >> 8, 3 if (key >> 56) % 100 < long else 2))
            words[word.capitalize() if kind < NUMBER + NAME and rank >= 100 else word] = None
    forms = [word.encode() for word in words] + [f"{w[0].upper()}{w[1:]}".encode() for w in words]
    size = np.array([len(form) for form in forms])
    ranks = np.arange(1, VOCABULARY + 1, dtype=np.int64)
    total = np.cumsum((1 << 44) // ((ranks + ZIPF_Q) * (ranks + ZIPF_R)))
    table = np.searchsorted(total, np.arange(1 << 20) * (int(total[-1]) >> 20), side="right")
    text = np.frombuffer(b"".join(forms), np.uint8)
    return Vocabulary(text, np.cumsum(size) - size, size, table.astype(np.int32))


def _syllables(key: int, count: int) -> Iterator[str]:
    syllable = [letters.split(" ") for letters in (ONSETS, VOWELS, CODAS)]
    for _ in range(count):
        for letters in syllable:
            yield letters[key % len(letters)]
            key //= len(letters)


AFTER = [b"", "\u2019s".encode(), b"**"]
LINKS = len(AFTER)
AFTER += [b"](https://example.org/%d)" % number for number in range(64)]
BETWEEN = [b" ", b", ", " \u2014 ".encode(), b". ", b".\n\n", b"\n\n", b".\n"]
SPACE, COMMA_SPACE, DASHED, STOP, BLANK, UNDER_HEADING, LAST = range(7)
TRAILING = np.array([1, 1, 1, 1, 2, 2, 1])
"""White space at the end of each."""
BEFORE = [b"", b"**", b"[", b"# ", b"## "]


class Pieces(NamedTuple):
    """All that can stand in a text, as ragged bytes: words, what follows, what comes before."""

    text: NDArray[np.uint8]
    start: I64
    size: I64
    chars: I64
    after: int
    """First of what follows: `AFTER` x `BETWEEN`."""
    before: int


@cache
def pieces() -> Pieces:
    """The one table of pieces."""
    words = vocabulary()
    others = [after + between for after in AFTER for between in BETWEEN] + BEFORE
    size = np.concatenate([words.size, [len(piece) for piece in others]])
    chars = np.concatenate([words.size, [len(piece.decode()) for piece in others]])
    text = np.concatenate([words.text, np.frombuffer(b"".join(others), np.uint8)])
    after = len(words.size)
    start = np.cumsum(size) - size
    return Pieces(text, start, size, chars, after, after + len(AFTER) * len(BETWEEN))


def gathered(table: Pieces, flat: I64) -> NDArray[np.uint8]:
    """The bytes of some pieces, one behind the other."""
    size = table.size[flat]
    shift = (table.start[flat] - (np.cumsum(size) - size)).astype(np.int32)
    at = np.repeat(shift, size)
    at += np.arange(len(at), dtype=np.int32)
    return table.text[at]
