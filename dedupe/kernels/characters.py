"""Classes of characters, and the table that gives them for every code point.

A class is the low four bits of a table entry; `UPPER` and `LOWER` are added for cased letters, and
`LATIN` or `FOREIGN` for the letters of scripts that can be mistaken for each other.
`fold_start` is 0 where a character folds to itself, else 1 + the place of its folded form, of
`fold_size` bytes, in `pool`.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dedupe.arrays import U8, U16, U32

OTHER = 0
LETTER = 1
DIGIT = 2
SINGLE = 3
"""A word of its own: scripts that are written without spaces."""
APOSTROPHE = 4
TERMINATOR = 5
SPACE = 6
NEWLINE = 7
IGNORABLE = 8
"""Invisible; dropped inside words."""
OPENING_QUOTE = 9
CLOSING_QUOTE = 10
CLOSER = 11
CLASS = 0x0F
LATIN = 0x10
LOWER = 0x20
UPPER = 0x40
FOREIGN = 0x80
"""A letter of a script that has letters of the shape of Latin ones."""
SYMBOL = 0x80
"""Of a look: the letter is also a symbol that honestly stands beside Latin letters (TNFα)."""
CYRILLIC, GREEK = 0, 1
"""Rows of `twin`"""
TRANSPARENT_BYTE = 0x7F


class CharacterTable(NamedTuple):
    """Two-stage table over all code points; pages of 256."""

    page: U16
    """(0x1100,) page number of each block of 256 code points"""
    kind: U8
    """(pages * 256,) class and case bits"""
    fold_start: U32
    fold_size: U8
    pool: U8
    look: U8
    """(pages * 256,) the Latin letter that a foreign one looks like, with SYMBOL; else 0"""
    twin: U16
    """(2, 128) the small Cyrillic or Greek letter that a Latin one looks like, else 0"""


@cache
def character_table() -> CharacterTable:
    """The shipped table, built by `make_unicode`."""
    with np.load(Path(__file__).with_name("unicode.npz"), allow_pickle=False) as file:
        return CharacterTable(**{name: file[name] for name in CharacterTable._fields})


@cache
def common_words() -> U32:
    """Sorted hashes (W,) of the words as which a word with digits may be read; see `make_words`."""
    with np.load(Path(__file__).with_name("words.npz"), allow_pickle=False) as file:
        return np.cumsum(file["gaps"], dtype=np.uint32)


def _place(char: str) -> int:
    return int(character_table().page[ord(char) >> 8]) << 8 | ord(char) & 0xFF


@cache
def kind_of(char: str) -> int:
    """Class, case and script bits of a character."""
    return int(character_table().kind[_place(char)])


def folded_form(char: str) -> bytes:
    """What is hashed of a character of a word."""
    table, place = character_table(), _place(char)
    first = int(table.fold_start[place]) - 1
    return (
        char.encode() if first < 0 else table.pool[first : first + table.fold_size[place]].tobytes()
    )


def latin_look(char: str) -> str:
    """The Latin letter that a foreign one looks like, in its case; nothing for others."""
    letter = chr(character_table().look[_place(char)] & 0x7F)
    return _as_cased(letter, char)


def foreign_look(row: int, char: str) -> str:
    """The Cyrillic or Greek letter that a Latin one looks like, in its case."""
    base = unicodedata.normalize("NFD", char)[0]
    return _as_cased(chr(character_table().twin[row, ord(base)]) if base.isascii() else "\0", char)


def _as_cased(letter: str, char: str) -> str:
    """A letter with the accents and the case of a character; nothing for none."""
    if letter == "\0":
        return ""
    cased = letter.upper() if kind_of(char) & UPPER else letter
    return unicodedata.normalize("NFC", cased + unicodedata.normalize("NFD", char)[1:])


def is_small_capital(char: str) -> bool:
    """Whether a character is a small capital or another Latin shape without a language."""
    return (
        kind_of(char) & LATIN != 0
        and len(folded_form(char)) == 1
        and (
            "\u0250" <= char <= "\u02af"
            or "\u1d00" <= char <= "\u1d22"
            or "\ua730" <= char <= "\ua731"
        )
    )
