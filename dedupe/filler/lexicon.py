"""The words and phrases that the rules look for, as tables for kernels.

`phrases.toml` holds the lists. Words become an open-addressing table from the hash of a word to
its classes; phrases become one deterministic automaton over word hashes, in which alternatives
share their states: "(many|most|) (experts|critics) (say|argue)" is 3 states, not 12 phrases.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from msgspec import Struct

from dedupe.errors import InternalError
from dedupe.tables import I32, U32, U64

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


_PROSE_PHRASES = {
    "closing-cue": Mark.CLOSING,
    "closing-cue-comma": Mark.CLOSING_COMMA,
    "outlook-cue": Mark.OUTLOOK,
    "meta-announcement": Mark.META,
    "meta-opening": Mark.META_OPENING,
    "weasel": Mark.WEASEL,
    "stock-phrase": Mark.STOCK_PHRASE,
    "not-merely": Mark.NOT_MERELY,
    "site": Mark.SITE,
    "refer": Mark.REFER,
    "dummy-text": Mark.DUMMY_TEXT,
}
_PROSE_WORDS = {
    "field-word": Mark.FIELD,
    "source-word": Mark.SOURCE,
    "placeholder-word": Mark.PLACEHOLDER,
    "domain-ending": Mark.DOMAIN,
    "stock-word": Mark.STOCK,
}
_HEADING_PHRASES = {
    "whole-heading": HeadingMark.WHOLE,
    "frame-heading": HeadingMark.FRAME,
    "takeaway-heading": HeadingMark.TAKEAWAY,
    "closing-heading": HeadingMark.CLOSING,
    "instruction-heading": HeadingMark.INSTRUCTION,
}
_HEADING_WORDS = {
    "document-word": HeadingMark.DOCUMENT,
    "outline-word": HeadingMark.OUTLINE,
    "generic-word": HeadingMark.GENERIC,
    "stop-word": HeadingMark.STOP,
}


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
    return _build(_PROSE_PHRASES, _PROSE_WORDS)


@cache
def heading_lexicon() -> Lexicon:
    """Words and phrases of headings, marked with `HeadingMark`."""
    return _build(_HEADING_PHRASES, _HEADING_WORDS)


@cache
def entries(name: str) -> tuple[str, ...]:
    """The entries of all lists of a name, as they are written."""
    return tuple(
        entry for part in _lists() if part["name"] == name for entry in part.get("entries", ())
    )


@cache
def _lists() -> tuple[Mapping[str, str], ...]:
    source = Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(source)["list"])


def _build(phrases: Mapping[str, int], words: Mapping[str, int]) -> Lexicon:
    automaton = _Automaton(
        (_slots(entry), mark) for name, mark in phrases.items() for entry in entries(name)
    )
    marks: dict[str, int] = {}
    for name, mark in words.items():
        for word in entries(name):
            marks[word] = marks.get(word, 0) | mark
    values = {
        word: automaton.first.get(word, 0) << 16 | marks.get(word, 0)
        for word in marks | automaton.first
    }
    every = sorted(values.keys() | automaton.words)
    hashes = dict(zip(every, word_hashes(every).tolist(), strict=True))
    alone = [word for word in values if word in marks or automaton.marks[automaton.first[word]]]
    behind: dict[int, list[str]] = {}
    for state, word, _ in automaton.edges:
        behind.setdefault(state, []).append(word)
    pairs = [
        (hashes[word], hashes[second])
        for word, state in automaton.first.items()
        for second in behind.get(state, ())
    ]
    lexicon = _empty(len(values), len(automaton.edges), np.array(automaton.marks, np.uint32))
    _fill(
        lexicon,
        [(hashes[word], value) for word, value in values.items()],
        [hashes[word] for word in alone],
        pairs,
        [(state << 32 | hashes[word], target) for state, word, target in automaton.edges],
    )
    return lexicon


def _empty(words: int, edges: int, state_mark: U32) -> Lexicon:
    from dedupe.kernels.cues import PAIR_BITS

    # A quarter full at most: a miss, the usual case, ends at the first slot.
    word_slots = 1 << (4 * words).bit_length()
    edge_slots = 1 << (4 * edges).bit_length()
    return Lexicon(
        known=np.zeros((1 << FILTER_BITS) // 64, np.uint64),
        alone=np.zeros((1 << FILTER_BITS) // 64, np.uint64),
        pairs=np.zeros((1 << PAIR_BITS) // 64, np.uint64),
        word_key=np.zeros(word_slots, np.uint32),
        word_mark=np.zeros(word_slots, np.uint32),
        edge_key=np.zeros(edge_slots, np.uint64),
        edge_state=np.zeros(edge_slots, np.int32),
        state_mark=state_mark,
    )


def _fill(
    lexicon: Lexicon,
    words: Sequence[tuple[int, int]],
    alone: Sequence[int],
    pairs: Sequence[tuple[int, int]],
    edges: Sequence[tuple[int, int]],
) -> None:
    from dedupe.kernels.cues import fill_bits, fill_edges, fill_pairs, fill_words

    word = np.array(words, np.uint32).reshape(-1, 2)
    pair = np.array(pairs, np.uint32).reshape(-1, 2)
    edge = np.array(edges, np.uint64).reshape(-1, 2)
    fill_words(word[:, 0].copy(), word[:, 1].copy(), lexicon.word_key, lexicon.word_mark)
    fill_bits(word[:, 0].copy(), lexicon.known)
    fill_bits(np.array(alone, np.uint32), lexicon.alone)
    fill_pairs(pair[:, 0].copy(), pair[:, 1].copy(), lexicon.pairs)
    fill_edges(edge[:, 0].copy(), edge[:, 1].astype(np.int32), lexicon.edge_key, lexicon.edge_state)


def word_hashes(words: Sequence[str]) -> U32:
    """(W,) hash of each word as the tokeniser gives it.

    Raises `InternalError` for an entry that is not exactly one word.
    """
    from dedupe.kernels.words import words_of

    encoded = [word.encode() for word in words]
    starts = np.zeros(len(words), np.int64)  # one block per word
    ends = np.zeros(len(words), np.int64)
    sizes = np.array([len(word) for word in encoded], np.int64)
    np.cumsum(sizes[:-1] + 1, out=starts[1:])
    np.add(starts, sizes, out=ends)
    joined = b" ".join(encoded)
    text = np.zeros(len(joined) // 64 * 64 + 128, np.uint8)
    text[: len(joined)] = np.frombuffer(joined, np.uint8)
    found = words_of(text, starts, ends, np.zeros(0, np.uint32))
    if not np.array_equal(found.start, starts):
        wrong = next(word for word in words if len(re.findall(r"[\w']+", word)) != 1)
        raise InternalError(f"phrases.toml: {wrong!r} is not one word")
    return found.hash


_SLOT = re.compile(r"\(([^()]*)\)|([^\s()]+)")

Slot = tuple[tuple[str, ...], ...]
"""Alternatives, each a sequence of words; the empty one makes the slot optional."""


def _slots(entry: str) -> tuple[Slot, ...]:
    """The slots of an entry of `phrases.toml`."""
    return tuple(
        tuple(tuple(part.split()) for part in (found[1] or "").split("|"))
        if found[2] is None
        else ((found[2],),)
        for found in _SLOT.finditer(entry)
    )


class _Automaton:
    """Subset construction over the slots of phrases.

    A place is a number: where reading of some phrase stands. A state is a set of places.
    """

    def __init__(self, phrases: Iterable[tuple[tuple[Slot, ...], int]]) -> None:
        self._moves: list[list[tuple[str, int]]] = []
        self._skips: list[list[int]] = []
        self._ends: dict[int, int] = {}
        beginnings = [self._add(slots, mark) for slots, mark in phrases]
        self.first: dict[str, int] = {}
        """State behind each word that begins a phrase."""
        self.edges: list[tuple[int, str, int]] = []
        self.marks = [0]
        self.words: set[str] = set()
        self._determine(beginnings)

    def _place(self) -> int:
        self._moves.append([])
        self._skips.append([])
        return len(self._moves) - 1

    def _add(self, slots: Sequence[Slot], mark: int) -> int:
        """Lay out the places of one phrase; returns its beginning."""
        here = beginning = self._place()
        for slot in slots:
            behind = self._place()
            for alternative in slot:
                at = here
                for word in alternative[:-1]:
                    inner = self._place()
                    self._moves[at].append((word, inner))
                    at = inner
                if alternative:
                    self._moves[at].append((alternative[-1], behind))
                else:
                    self._skips[here].append(behind)
            here = behind
        self._ends[here] = self._ends.get(here, 0) | mark
        return beginning

    def _reached(self, places: Iterable[int]) -> frozenset[int]:
        """The places and those that optional slots lead on to."""
        reached = set(places)
        waiting = list(reached)
        while waiting:
            for place in self._skips[waiting.pop()]:
                if place not in reached:
                    reached.add(place)
                    waiting.append(place)
        return frozenset(reached)

    def _followers(self, places: frozenset[int]) -> Iterator[tuple[str, frozenset[int]]]:
        targets: dict[str, list[int]] = {}
        for place in sorted(places):
            for word, target in self._moves[place]:
                targets.setdefault(word, []).append(target)
        known: dict[tuple[int, ...], frozenset[int]] = {}
        for word, found in targets.items():
            key = tuple(found)
            if key not in known:
                known[key] = self._reached(found)
            yield word, known[key]

    def _determine(self, beginnings: Sequence[int]) -> None:
        start = self._reached(beginnings)
        numbers = {start: 0}
        waiting = [start]
        for places in waiting:  # grows while it is read
            state = numbers[places]
            for word, behind in self._followers(places):
                if behind not in numbers:
                    numbers[behind] = len(numbers)
                    waiting.append(behind)
                    self.marks.append(self._mark(behind))
                self.words.add(word)
                if state == 0:
                    self.first[word] = numbers[behind]
                else:
                    self.edges.append((state, word, numbers[behind]))

    def _mark(self, places: frozenset[int]) -> int:
        mark = 0
        for place in places:
            mark |= self._ends.get(place, 0)
        return mark
