"""Classes of characters, and the table that gives them for every code point.

A class is the low five bits of a table entry; `UPPER` and `LOWER` are added for cased letters.
`fold_start` is 0 where a character folds to itself, else 1 + the place of its folded form, of
`fold_size` bytes, in `pool`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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
CLASS = 0x1F
UPPER = 0x40
LOWER = 0x20
TRANSPARENT_BYTE = 0x7F


class CharacterTable(NamedTuple):
    """Two-stage table over all code points; pages of 256."""

    page: NDArray[np.uint16]
    """(0x1100,) page number of each block of 256 code points"""
    kind: NDArray[np.uint8]
    """(pages * 256,) class and case bits"""
    fold_start: NDArray[np.uint32]
    fold_size: NDArray[np.uint8]
    pool: NDArray[np.uint8]


@cache
def character_table() -> CharacterTable:
    """The shipped table, built by `make_unicode`."""
    with np.load(Path(__file__).with_name("unicode.npz"), allow_pickle=False) as file:
        return CharacterTable(
            file["page"], file["kind"], file["fold_start"], file["fold_size"], file["pool"]
        )
