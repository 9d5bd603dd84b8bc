"""Makes `lexicon.npz` of `phrases.toml`: `python -m dedupe.filler.make_lexicon`."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from dedupe.arrays import U32, U64
from dedupe.errors import InternalError
from dedupe.filler.archive import write_arrays
from dedupe.filler.lexicon import FILTER_BITS, PATH, HeadingMark, Lexicon, Mark
from dedupe.kernels.settling import mix
from dedupe.kernels.words import hash_words

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
    "tail-heading": HeadingMark.TAIL,
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


def main() -> None:
    """Write the tables."""
    arrays = tables()
    write_arrays(PATH, arrays)
    states = len(arrays["prose_state_mark"]) + len(arrays["heading_state_mark"])
    sys.stdout.write(f"{PATH.name}: {states} states\n")


def tables() -> dict[str, np.ndarray]:
    """All arrays of the file, by name."""
    lexicons = {
        "prose": build(_PROSE_PHRASES, _PROSE_WORDS),
        "heading": build(_HEADING_PHRASES, _HEADING_WORDS),
    }
    arrays: dict[str, np.ndarray] = {
        f"{name}_{field}": getattr(lexicon, field)
        for name, lexicon in lexicons.items()
        for field in Lexicon.__struct_fields__
    }
    arrays["brace_words"] = np.frombuffer("\n".join(entries("brace-word")).encode(), np.uint8)
    arrays["form_headings"] = _form_headings()
    return arrays


def _form_headings() -> U64:
    """Hashes of the words of whole headings, as `kernels.outlining` names them."""
    phrases = [entry.split() for entry in entries("form-heading")]
    hashes = _hashed([word for phrase in phrases for word in phrase])
    end = np.cumsum([len(phrase) for phrase in phrases], dtype=np.int64)
    names = np.zeros(len(phrases), np.uint64)
    mix(hashes, np.append(0, end[:-1]), end, names)
    return np.sort(names)


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


def build(phrases: Mapping[str, int], words: Mapping[str, int]) -> Lexicon:
    """The tables of some lists of phrases and words, given with their marks.

    Raises `InternalError` for an entry that is not made of single words.
    """
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
    hashes = dict(zip(every, _hashed(every).tolist(), strict=True))
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


def _hashed(words: Sequence[str]) -> U32:
    try:
        return hash_words(words)
    except ValueError as error:
        raise InternalError(f"phrases.toml: {error}") from error


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


if __name__ == "__main__":
    main()
