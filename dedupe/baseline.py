"""The baseline: a file of findings that are known, so that only new ones are reported.

A finding is known by its rule, its article and the folded words of its passage: not by its line,
nor by the other copies. So a copy of a known passage in another article is new, and the file
changes only when findings do.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from shlex import quote

import msgspec
import numpy as np
from msgspec import Struct

from dedupe.arrays import U32
from dedupe.errors import BaselineError
from dedupe.model import NORMALISER, BaselineEntry, Span

FORMAT = 1
NEAR_BITS = 12
"""Bits in which the SimHashes of a passage and of its edited form may differ.

One changed word of 15, 40 or 100 moves 6.8, 4.1 or 2.6 bits on average, and no more than 12 in 99,
100 and 100% of 926 passages (97, 100 and 100% of 638 others, by which nothing was chosen); of two
passages of one article 0.1% are that near (0.3%). If repeated words counted as often as they stand,
it would be 1.2% of those of 40 words and 46% of those of 400.
"""
_MIX_1, _MIX_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xFF51AFD7ED558CCD)
_ONE, _HALF = np.uint64(1), np.uint64(32)
_CONFLICT = re.compile(rb"^(<{7}|={7}|>{7})", re.MULTILINE)


class Passage:
    """What a finding is known by."""

    def __init__(self, rule: str, path: str, words: U32) -> None:
        self.rule = rule
        self.path = path
        self.words = words
        """Hashes of the folded words"""

    @cached_property
    def hash(self) -> str:
        """The blake2b of the words, 16 hexadecimal digits."""
        return blake2b(self.words.astype("<u4").tobytes(), digest_size=8).hexdigest()

    @cached_property
    def near(self) -> int:
        """The SimHash of the set of words, 64 bits: it moves little when a word changes."""
        mixed = (np.unique(self.words).astype(np.uint64) + _ONE) * _MIX_1
        mixed = (mixed ^ mixed >> _HALF) * _MIX_2
        mixed ^= mixed >> _HALF
        bits = np.unpackbits(mixed.astype(">u8").view(np.uint8).reshape(-1, 8), axis=1)
        return int.from_bytes(np.packbits(2 * bits.sum(axis=0) > len(bits)).tobytes(), "big")


class Matched:
    """What a baseline knows of some findings."""

    def __init__(self, passages: Sequence[Passage], entries: Sequence[BaselineEntry]) -> None:
        self._passages, self._entries = passages, entries
        self.known = [False] * len(passages)
        """Of each finding"""
        self.left = [entry.count for entry in entries]
        """Of each entry, how many more findings it would cover"""

    def cover_same(self) -> None:
        """Let entries cover the same passage of the same article."""
        places = {_key(entry): place for place, entry in enumerate(self._entries)}
        for finding, passage in enumerate(self._passages):
            place = places.get(_key(passage))
            if place is not None:
                self._cover(finding, place)

    def cover_moved(self, gone: Collection[str]) -> dict[str, str]:
        """Let entries of articles that are gone cover the same passage of one without entries.

        Returns where those articles have gone.
        """
        homeless: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for place in reversed(range(len(self._entries))):
            entry = self._entries[place]
            if entry.path in gone:
                homeless[entry.rule, entry.hash] += [place] * self.left[place]
        listed = {entry.path for entry in self._entries}
        homes: dict[str, str] = {}
        for finding, passage in enumerate(self._passages if homeless else ()):
            places = homeless.get((passage.rule, passage.hash))
            if places and passage.path not in listed:
                place = places.pop()
                self._cover(finding, place)
                homes.setdefault(self._entries[place].path, passage.path)
        return homes

    def cover_near(self, homes: Mapping[str, str]) -> None:
        """Let entries cover the nearest passage of the same rule and article, wherever that is."""
        stale = defaultdict(list)
        for place, entry in enumerate(self._entries):
            if self.left[place]:
                stale[homes.get(entry.path, entry.path), entry.rule].append(place)
        pairs = [
            (distance, finding, place)
            for finding, passage in enumerate(self._passages)
            if not self.known[finding]
            for place in stale.get((passage.path, passage.rule), ())
            if (distance := _distance(passage, self._entries[place])) <= NEAR_BITS
        ]
        for _, finding, place in sorted(pairs):
            self._cover(finding, place)

    def _cover(self, finding: int, place: int) -> None:
        if not self.known[finding] and self.left[place]:
            self.known[finding] = True
            self.left[place] -= 1


def match(
    passages: Sequence[Passage], entries: Sequence[BaselineEntry], gone: Collection[str]
) -> Matched:
    """Tell which findings are known; an entry covers as many as it counts.

    gone: paths of entries that exist no more
    """
    matched = Matched(passages, entries)
    matched.cover_same()
    matched.cover_near(matched.cover_moved(gone))
    return matched


def _key(passage: Passage | BaselineEntry) -> tuple[str, str, str]:
    """What identifies a passage, and sorts a file."""
    return passage.path, passage.rule, passage.hash


def _distance(passage: Passage, entry: BaselineEntry) -> int:
    """Bits in which two SimHashes differ."""
    return (passage.near ^ int(entry.near, 16)).bit_count()


def entries_of(passages: Iterable[Passage]) -> list[BaselineEntry]:
    """The entries that cover all of these findings, sorted."""
    alike: defaultdict[tuple[str, str, str], list[Passage]] = defaultdict(list)
    for passage in passages:
        alike[_key(passage)].append(passage)
    return [
        BaselineEntry(rule, path, digest, f"{some[0].near:016x}", len(some))
        for (path, rule, digest), some in sorted(alike.items())
    ]


# ------------------------------------------------------------------------------------------ file


class _Header(Struct):
    format: int
    normaliser: int


class _File(Struct, forbid_unknown_fields=True):
    format: int
    normaliser: int
    entries: list[BaselineEntry]


def load(path: str) -> list[BaselineEntry]:
    """Read a baseline. Raises BaselineError that names file, reason and remedy."""
    remedy = f"dedupe baseline create PATHS --baseline {quote(path)}"
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError as error:
        raise BaselineError(f"there is no baseline {path}; write it with: {remedy}") from error
    except OSError as error:
        raise BaselineError(f"cannot read the baseline {path}: {error.strerror}") from error
    return parse(content, path)


def parse(content: bytes, path: str) -> list[BaselineEntry]:
    """The content of a baseline. Raises BaselineError that names file, reason and remedy."""
    try:
        return _decode(content)
    except (ValueError, RecursionError) as error:
        remedy = f"dedupe baseline create PATHS --baseline {quote(path)} --force"
        raise BaselineError(
            f"cannot use the baseline {path}: {error}; write it anew with: {remedy}"
        ) from error


def lines_of(path: str) -> defaultdict[tuple[str, str, str], Span]:
    """The line of each entry by path, rule and hash; the first one where it stands otherwise.

    The entries may have been read in a commit, and the file be gone or another one here.
    """
    try:
        text = Path(path).read_text("utf-8", "replace")
    except OSError:
        text = ""
    spans = defaultdict(lambda: Span.of_line(text, 0))
    for line in re.finditer(r"^ *(\{.*\}),?$", text, re.MULTILINE):
        with contextlib.suppress(msgspec.DecodeError):
            entry = msgspec.json.decode(line[1], type=BaselineEntry)
            spans[_key(entry)] = Span.of_line(text, line.start())
    return spans


def _decode(content: bytes) -> list[BaselineEntry]:
    """The entries of a file. Raises ValueError."""
    if _CONFLICT.search(content):
        raise ValueError("it holds the markers of a merge conflict")
    header = msgspec.json.decode(content, type=_Header)
    for name, found, own in (
        ("format", header.format, FORMAT),
        ("normaliser", header.normaliser, NORMALISER),
    ):
        if found != own:
            raise ValueError(f"its {name} is {found}, that of this version {own}")
    entries = msgspec.json.decode(content, type=_File).entries
    twice = Counter(map(_key, entries))
    if len(twice) < len(entries):
        path, rule, _ = twice.most_common(1)[0][0]
        raise ValueError(f"it has an entry twice, of {rule} in {path}")
    return sorted(entries, key=_key)


def dump(entries: Iterable[BaselineEntry]) -> bytes:
    """The file of some entries: one a line, sorted, so that versions merge and differ by line."""
    ordered = map(msgspec.to_builtins, sorted(entries, key=_key))
    lines = (json.dumps(entry, ensure_ascii=False) for entry in ordered)
    listed = ",\n".join(f"    {line}" for line in lines)
    head = f'{{\n  "format": {FORMAT},\n  "normaliser": {NORMALISER},\n  "entries": ['
    return f"{head}\n{listed}\n  ]\n}}\n".encode()
