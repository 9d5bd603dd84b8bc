"""The words and phrases that the rules look for, as tables for kernels.

`phrases.toml` holds the lists, `make_lexicon` makes tables of them. Words become an open-addressing
table from the hash of a word to its classes; phrases become one deterministic automaton over word
hashes, in which alternatives share their states: "(many|most|) (experts|critics) (say|argue)" is 3
states, not 12 phrases.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from msgspec import Struct

from dedupe.arrays import I32, U8, U32, U64

PATH = Path(__file__).with_name("lexicon.npz")
FILTER_BITS = 16
"""A word that is in no table is recognised by one bit of 2^16 in most cases."""


class Mark:
    """What a phrase or word says; one bit per list of `phrases.toml`.

    Plain numbers: the operators of an `IntFlag` take a microsecond each.
    """

    CLOSING = 1 << 0
    CLOSING_COMMA = 1 << 1
    OUTLOOK = 1 << 2
    META = 1 << 3
    META_OPENING = 1 << 4
    WEASEL = 1 << 5
    STOCK_PHRASE = 1 << 6
    NOT_MERELY = 1 << 7
    SITE = 1 << 8
    REFER = 1 << 9
    DUMMY_TEXT = 1 << 10
    FIELD = 1 << 11
    SOURCE = 1 << 12
    PLACEHOLDER = 1 << 13
    DOMAIN = 1 << 14
    STOCK = 1 << 15


class HeadingMark:
    """The same for headings, which have lists of their own."""

    WHOLE = 1 << 0
    FRAME = 1 << 1
    TAKEAWAY = 1 << 2
    CLOSING = 1 << 3
    INSTRUCTION = 1 << 4
    DOCUMENT = 1 << 5
    OUTLINE = 1 << 6
    GENERIC = 1 << 7
    STOP = 1 << 8
    TAIL = 1 << 9


class Lexicon(Struct, frozen=True):
    """Words and phrases as arrays; W slots of words, E slots of edges, Q states.

    Both tables use open addressing with linear probing; an empty slot has the value 0. State 0 is
    the beginning; no edge leads back to it.
    """

    known: U64
    """(2^FILTER_BITS / 64,) bit set: a word of this hash prefix may be in the table"""
    alone: U64
    """(2^FILTER_BITS / 64,) bit set: the word may say something without a phrase behind it"""
    pairs: U64
    """(2^PAIR_BITS / 64,) bit set: the two words may begin a phrase"""
    word_key: U32
    """(W,) hash of a word"""
    word_mark: U32
    """(W,) marks of the word in the low half, state behind it in the upper half"""
    edge_key: U64
    """(E,) state in the upper half, hash of the next word in the lower half"""
    edge_state: I32
    """(E,) the state that follows"""
    state_mark: U32
    """(Q,) marks of the phrases that end here"""


@cache
def prose_lexicon() -> Lexicon:
    """Words and phrases of running text, marked with `Mark`."""
    return _lexicon("prose")


@cache
def heading_lexicon() -> Lexicon:
    """Words and phrases of headings, marked with `HeadingMark`."""
    return _lexicon("heading")


@cache
def form_headings() -> U64:
    """Sorted hashes of headings that say only which part of an article stands below them."""
    return _arrays()["form_headings"]


@cache
def brace_words() -> frozenset[bytes]:
    """Words that stand in braces for something to be filled in."""
    words: U8 = _arrays()["brace_words"]
    return frozenset(words.tobytes().split())


def _lexicon(name: str) -> Lexicon:
    arrays = _arrays()
    return Lexicon(**{field: arrays[f"{name}_{field}"] for field in Lexicon.__struct_fields__})


@cache
def _arrays() -> dict[str, np.ndarray]:
    """All tables: to make them from the lists takes 0.07 s, to read them 0.01."""
    with np.load(PATH, allow_pickle=False) as file:
        return dict(file)
