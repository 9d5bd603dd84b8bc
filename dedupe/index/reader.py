"""A snapshot of an index: which articles share something with others, and their tables."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path, PurePath
from shlex import quote
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from dedupe.arrays import I64, U8, U32, U64, Bool, distinct, stretches
from dedupe.errors import IndexFolderError, UsageError
from dedupe.index import articles, manifest, postings
from dedupe.index.manifest import SEGMENTS, Entry, Manifest
from dedupe.index.parameters import Parameters
from dedupe.index.segment import Contents, Segment, merged, name_of
from dedupe.tables import AcceptedTable, PassageTable, Stems

MOST_ALIKE = 64
"""Articles, the first by digest, that one key of a passage leads to. Further ones hold the same
text, a disclaimer perhaps; of 1,646 windows of press releases with a partner this lost none."""
HITS, NEAR = 3, 60
"""Pairs of stems that an article shares with so many words in a row to be looked at."""
CAP, CHAINED, CHAIN = 16, 400, 2
"""Articles up to which a pair leads to all that hold it, and up to which it leads to the first few
by digest, almost as in `kernels.pairing`: to know paths takes a look at each article."""
_APART = 1000
"""Words by which pieces are apart, so that no hits of two are near each other."""
_ID = re.compile(r"[0-9a-f]{8,64}")
_TRIES = 20
_HALF = np.uint64(32)


class Info(Struct, frozen=True, kw_only=True):
    """What an index is, in numbers."""

    articles: int
    passages: int
    words: int
    segments: int
    dead_articles: int
    """Removed or replaced, and still in the files until `compact`"""
    size_bytes: int
    text_bytes: int
    """Of the articles"""
    text: bool
    """Whether the texts are kept as well"""
    digest: str
    generation: int
    parameters: Parameters


class Places(NamedTuple):
    """Where some articles are, by path."""

    path: list[bytes]
    segment: I64
    row: I64

    def __len__(self) -> int:
        return len(self.path)

    def take(self, rows: I64) -> Places:
        """Some of them, ascending."""
        return Places([self.path[row] for row in rows.tolist()], self.segment[rows], self.row[rows])

    def and_those_of(self, others: Places) -> Places:
        """These and others, each of them once."""
        held = {row: place for place, row in enumerate((*self.path, *others.path))}
        rows = np.array([held[path] for path in sorted(held)], np.int64)
        segment, row = np.append(self.segment, others.segment), np.append(self.row, others.row)
        return Places(sorted(held), segment[rows], row[rows])


class Index:
    """The articles of an index, as they were when it was opened; numbered by path."""

    def __init__(
        self, folder: Path, found: Manifest, segments: list[Segment], live: list[Bool]
    ) -> None:
        self.folder = folder
        self.manifest = found
        self.segments = segments
        self.live = live
        """Of each segment, which of its articles (A,) count"""

    @classmethod
    def open(
        cls, folder: Path, wanted: Parameters | None = None, *, scattered: bool = True
    ) -> Index:
        """Map the files of an index; nobody who changes it has to wait, or to be waited for.

        wanted: what a text that is looked up was read by; scattered: as in `Segment`
        Raises IndexFolderError where there is no index, or no use in it.
        """
        for left in reversed(range(_TRIES)):
            found = manifest.load(folder)
            if wanted is not None:
                _agree(folder, found.parameters, wanted)
            try:
                segments = [
                    Segment(folder / SEGMENTS / f"{entry.segment}.seg", scattered=scattered)
                    for entry in found.segments
                ]
                live = [_live(folder, entry) for entry in found.segments]
            except FileNotFoundError as error:
                # Somebody has just replaced what the manifest named: it names others now.
                if not left:
                    name = Path(error.filename).name
                    raise IndexFolderError(
                        f"the index {folder} is damaged: {name} is missing"
                    ) from error
                continue
            return cls(folder, found, segments, live)
        raise AssertionError

    def __len__(self) -> int:
        return self.manifest.articles

    def agree(self, other: Index) -> None:
        """Raise IndexFolderError where another index was made otherwise."""
        _agree(self.folder, self.manifest.parameters, other.manifest.parameters)
        if self.manifest.text != other.manifest.text:
            one, two = (self, other) if self.manifest.text else (other, self)
            raise IndexFolderError(
                f"the index {one.folder} holds texts, and {two.folder} does not; build one of them "
                f"anew, with or without --store-text"
            )

    @property
    def info(self) -> Info:
        """What the index is, in numbers."""
        found = self.manifest
        return Info(
            articles=found.articles,
            passages=found.passages,
            words=found.words,
            segments=len(found.segments),
            dead_articles=sum(entry.dead_articles for entry in found.segments),
            size_bytes=sum(entry.size_bytes for entry in found.segments),
            text_bytes=found.text_bytes,
            text=found.text,
            digest=found.digest,
            generation=found.generation,
            parameters=found.parameters,
        )

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The paths of all articles, ascending."""
        return tuple(str(path, "utf-8") for path in self.places.path)

    @cached_property
    def places(self) -> Places:
        """Where each article is."""
        first = [segment.paths()[:1] for segment in self.segments]
        numbers = sorted(range(len(first)), key=first.__getitem__)
        rows = [np.flatnonzero(self.live[number]) for number in numbers]
        paths: list[bytes] = []
        for number, chosen in zip(numbers, rows, strict=True):
            held = self.segments[number].paths()
            paths += [held[row] for row in chosen.tolist()]
        order = np.array(sorted(range(len(paths)), key=paths.__getitem__), np.int64)
        segment = np.repeat(np.array(numbers, np.int64), [len(chosen) for chosen in rows])
        row = np.concatenate([order[:0], *rows])
        return Places([paths[place] for place in order.tolist()], segment[order], row[order])

    def sharing(self, passages: PassageTable, stems: Stems | None) -> Places:
        """Articles that may share text with a batch of others.

        Those that hold a passage with the same words or a key of a band in common, and, with stems,
        those that hold several of its pairs of stems close to each other.
        """
        keys = distinct(postings.passage_keys(passages).key)
        asked, holder = self._find(keys, MOST_ALIKE, pairs=False)
        found = holder[_rank(asked) < MOST_ALIKE]
        if stems is not None:
            found = np.append(found, self._reworded(stems.stem, _piece(passages, len(stems.stem))))
        segment, row = _parted(distinct(found))
        path = [
            self.segments[s].path_of(r) for s, r in zip(segment.tolist(), row.tolist(), strict=True)
        ]
        by_path = np.array(sorted(range(len(path)), key=path.__getitem__), np.int64)
        return Places(path, segment, row).take(by_path)

    def _reworded(self, stem: U32, piece: I64) -> U64:
        """Holders, as in `_find`, of several pairs of stems of a stretch of words."""
        key, word = postings.pair_keys(stem, piece)
        # Each pair counts once in a piece, where it stands first.
        _, first = np.unique(piece[word].astype(np.uint64) << _HALF | key, return_index=True)
        key, place = key[first], (word + _APART * piece[word])[first]
        order = np.argsort(key, kind="stable")
        key, place = key[order], place[order]
        each, begins, times = np.unique(key, return_index=True, return_counts=True)
        asked, holder = self._find(each, CAP, pairs=True)
        held = np.bincount(asked, minlength=len(each))[asked]
        chosen = (held <= CAP) | (held <= CHAINED) & (_rank(asked) < CHAIN)
        asked, holder = asked[chosen], holder[chosen]
        rows = stretches(begins[asked], times[asked])
        holder, place = np.repeat(holder, times[asked]), place[rows]
        order = np.lexsort((place, holder))
        holder, place = holder[order], place[order]
        behind = HITS - 1
        near = place[behind:] - place[:-behind] <= NEAR
        found: U64 = holder[behind:][near & (holder[behind:] == holder[:-behind])]
        return found

    def _find(self, key: U64, few: int, *, pairs: bool) -> tuple[I64, U64]:
        """Which key, ascending, is held by which article: its segment above its row.

        Where more than a few hold a key, they are in the order of their digests, which does not
        depend on how articles are split among segments.
        """
        asked, holder = [np.empty(0, np.int64)], [np.empty(0, np.uint64)]
        for number, (segment, live) in enumerate(zip(self.segments, self.live, strict=True)):
            which, row = segment.find(key, pairs=pairs)
            alive = live[row]
            asked.append(which[alive])
            holder.append(np.uint64(number) << _HALF | row[alive].astype(np.uint64))
        which, who = np.concatenate(asked), np.concatenate(holder)
        many = np.flatnonzero(np.bincount(which, minlength=len(key))[which] > few)
        rank = np.zeros(len(who), np.uint64)
        rank[many] = self._first_digits(who[many])
        order = np.lexsort((rank, which))
        return which[order], who[order]

    def _first_digits(self, holder: U64) -> U64:
        """The first 64 bits of the digests of some articles."""
        segment, row = _parted(holder)
        found = np.empty(len(holder), np.uint64)
        for number in np.flatnonzero(np.bincount(segment)).tolist():
            mine = np.flatnonzero(segment == number)
            digest = self.segments[number].columns["digest"]
            found[mine] = np.ascontiguousarray(digest[row[mine], :8]).view(">u8")[:, 0]
        return found

    def number_of(self, name: str) -> int:
        """The article of a path, or of a prefix of its digest.

        Raises UsageError where there is none, or several.
        """
        path = PurePath(name).as_posix()
        place = bisect_left(self.places.path, path.encode("utf-8", "surrogateescape"))
        if self.paths[place : place + 1] == (path,):
            return place
        found = []
        if _ID.fullmatch(name):
            digests = self.digests(np.arange(len(self)))
            found = [n for n, row in enumerate(digests) if row.tobytes().hex().startswith(name)]
        if len(found) != 1:
            several = f"names {len(found)} articles" if found else "names no article"
            raise UsageError(f"{name} {several} of the index {self.folder}")
        return found[0]

    def digests(self, numbers: I64) -> U8:
        """Digests (k, 32) of some articles."""
        found = np.empty((len(numbers), 32), np.uint8)
        for segment, rows, mine in self._by_segment(self.places.take(numbers)):
            found[mine] = segment.columns["digest"][rows]
        return found

    def contents(self, numbers: I64) -> Contents:
        """All that is kept of some articles; ascending."""
        where = self.places.take(numbers)
        return merged([segment.contents(rows) for segment, rows, _ in self._by_segment(where)])

    def _by_segment(self, places: Places) -> Iterator[tuple[Segment, I64, I64]]:
        """Segments that hold some articles, the rows of those, and which they are."""
        for number in np.flatnonzero(np.bincount(places.segment)).tolist():
            mine = np.flatnonzero(places.segment == number)
            yield self.segments[number], places.row[mine], mine

    def load(self, places: Places) -> AcceptedTable:
        """The tables of some articles, by path."""
        parts, order = [articles.NONE], [np.empty(0, np.int64)]
        for segment, rows, mine in self._by_segment(places):
            parts.append(segment.load(rows))
            order.append(mine)
        back = np.argsort(np.concatenate(order))
        return articles.joined(parts).take(back).table(with_text=self.manifest.text)


def _agree(folder: Path, found: Parameters, wanted: Parameters) -> None:
    """Raise IndexFolderError that names how to mend it, where parameters differ."""
    different = found.differences(wanted)
    if not different:
        return
    says = "; ".join(
        f"{name.replace('_', '-')} is {_said(own)} there and {_said(other)} here"
        for name, (own, other) in different.items()
    )
    options = all(name.startswith("ignore_") for name in different)
    hint = "give the options that it was built with, or build" if options else "build"
    raise IndexFolderError(
        f"the index {folder} was made with other settings: {says}; {hint} it anew with: "
        f"dedupe index build {quote(str(folder))} PATHS --force"
    )


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value) or "none"


def _live(folder: Path, entry: Entry) -> Bool:
    """Which articles of a segment count. Raises FileNotFoundError, IndexFolderError."""
    if entry.dead is None:
        return np.ones(entry.articles, np.bool_)
    path = folder / SEGMENTS / f"{entry.dead}.del"
    content = path.read_bytes()
    dead = np.unpackbits(np.frombuffer(content, np.uint8))[: entry.articles].astype(np.bool_)
    if name_of(content) != entry.dead or len(dead) < entry.articles:
        raise IndexFolderError(f"{path} is damaged: its content does not belong to its name")
    return ~dead


def _piece(passages: PassageTable, words: int) -> I64:
    """Number (N,) of the piece that each word of a batch is in.

    A piece too short for a passage is counted with the one before.
    """
    first = np.flatnonzero(np.diff(passages.article, prepend=-1))
    starts = np.sort(passages.start[first].astype(np.int64))
    return np.searchsorted(starts, np.arange(words), side="right").astype(np.int64)


def _parted(holder: U64) -> tuple[I64, I64]:
    """Segments and rows of some articles."""
    return (holder >> _HALF).astype(np.int64), (holder & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _rank(ascending: I64) -> I64:
    """Which one, from 0, of its equals each value is."""
    place = np.arange(len(ascending))
    first = np.append(True, ascending[1:] != ascending[:-1])[: len(ascending)]
    return place - np.maximum.accumulate(np.where(first, place, 0))
