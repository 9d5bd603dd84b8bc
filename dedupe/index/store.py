"""Changing an index: files are written beside what is there, and one rename makes them count.

The order of the steps is what makes an index outlive a killed process and a power cut; each `sync`
is needed, as a model of lost writes shows. Readers need no lock: what they have opened stays.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

import numpy as np
from msgspec import structs

from dedupe.arrays import I64, Bool
from dedupe.errors import IndexFolderError, UsageError
from dedupe.index import lock, manifest
from dedupe.index.manifest import SEGMENTS, Entry, Manifest
from dedupe.index.parameters import FORMAT, Parameters
from dedupe.index.reader import Index
from dedupe.index.segment import (
    MOST_ARTICLES,
    MOST_WORDS,
    Contents,
    Segment,
    Totals,
    cuts,
    encode,
    merged,
    name_of,
    part_of,
)

_TEMPORARY = "tmp-"


class Part:
    """A segment of an index that is being changed."""

    def __init__(self, name: str, segment: Segment, live: Bool) -> None:
        self.name = name
        self.segment = segment
        self.live = live
        """(A,) articles that count"""

    @property
    def words(self) -> int:
        """Words of the articles that count."""
        return self.segment.totals(np.flatnonzero(~self.live)).words

    def digest(self, row: int) -> bytes:
        """That of an article."""
        return bytes(self.segment.columns["digest"][row])


class Writer:
    """A change of an index, which takes effect with `commit`, as a whole or not at all."""

    def __init__(self, index: Index) -> None:
        self.index = index
        """As it was before"""
        self.parts = [
            Part(entry.segment, segment, live.copy())
            for entry, segment, live in zip(
                index.manifest.segments, index.segments, index.live, strict=True
            )
        ]
        """Those of the index in its order, then those that were added"""
        self._waiting: list[Contents] = []

    @property
    def _folder(self) -> Path:
        return self.index.folder / SEGMENTS

    def remove(self, numbers: I64) -> None:
        """Let some articles, by their numbers in the index, count no more."""
        where = self.index.places
        for number in np.unique(where.segment[numbers]).tolist():
            mine = numbers[where.segment[numbers] == number]
            self.parts[number].live[where.row[mine]] = False

    def add(self, contents: Contents) -> None:
        """Write a segment. Articles of these paths must have been removed before."""
        content = encode(contents, self.index.manifest.parameters)
        name = name_of(content)
        for part in self.parts:
            if part.name == name:
                part.live[:] = True
                return
        path = self._folder / f"{name}.seg"
        _write(path, content)
        self.parts.append(Part(name, Segment(path), np.ones(len(contents.articles), np.bool_)))

    def adopt(self, segment: Segment) -> Part:
        """Take a segment of another index over; none of its articles counts yet.

        Raises IndexFolderError where it is damaged, or cannot be written here.
        """
        name = segment.path.stem
        for part in self.parts:
            if part.name == name:
                return part
        for fault in segment.faults():
            raise IndexFolderError(fault)
        path = self._folder / segment.path.name
        try:
            os.link(segment.path, path)
        except OSError:  # another file system, or one without links
            _write(path, segment.content())
        part = Part(name, Segment(path), np.zeros(segment.header.articles, np.bool_))
        self.parts.append(part)
        return part

    def append(self, contents: Contents) -> None:
        """Add articles that come by path; segments are written as they fill."""
        self._waiting.append(contents)
        words = sum(int(part.articles.words.sum()) for part in self._waiting)
        if words > MOST_WORDS or sum(len(part.articles) for part in self._waiting) > MOST_ARTICLES:
            self._waiting = [self._written()]

    def flush(self) -> None:
        """Write what was appended."""
        if self._waiting:
            self.add(self._written())
            self._waiting = []

    def _written(self) -> Contents:
        """What is left of the waiting articles after full segments have been written."""
        together = merged(self._waiting)
        *full, last = pairwise(cuts(together.articles.words))
        for low, high in full:
            self.add(part_of(together, np.arange(low, high)))
        return part_of(together, np.arange(*last))

    def commit(self) -> Manifest:
        """Let the change take effect, and delete the files that nobody needs any more."""
        parts = sorted((part for part in self.parts if part.live.any()), key=lambda p: p.name)
        entries = tuple(map(self._entry, parts))
        sync(self._folder)
        totals = [part.segment.totals(np.flatnonzero(~part.live)) for part in parts]
        total = Totals._make(map(sum, zip(Totals(0, 0, 0, 0, 0), *totals, strict=True)))
        before = self.index.manifest
        after = structs.replace(
            before,
            generation=before.generation + 1,
            articles=total.articles,
            words=total.words,
            passages=total.passages,
            text_bytes=total.text_bytes,
            digest=f"{total.digest % (1 << 256):064x}",
            segments=entries,
        )
        _write(self.index.folder / manifest.NAME, manifest.dump(after))
        sync(self.index.folder)
        _clean(self.index.folder, after)
        return after

    def _entry(self, part: Part) -> Entry:
        """What the manifest says of a segment; which articles are dead is written if need be."""
        dead = len(part.live) - int(part.live.sum())
        bits = None
        if dead:
            content = np.packbits(~part.live).tobytes()
            bits = name_of(content)
            _write(self._folder / f"{bits}.del", content)
        header, size_bytes = part.segment.header, part.segment.size_bytes
        return Entry(part.name, header.articles, header.words, size_bytes, bits, dead)


@contextmanager
def changing(
    folder: Path, timeout_seconds: float, wanted: Parameters | None = None
) -> Iterator[Writer]:
    """Change an index, alone; as `Index.open`. Raises IndexFolderError when it is locked."""
    manifest.load(folder)  # a folder that is no index gets no lock
    with lock.locked(folder, timeout_seconds):
        index = Index.open(folder, wanted, scattered=False)
        _clean(folder, index.manifest)
        yield Writer(index)


@contextmanager
def building(
    folder: Path, timeout_seconds: float, parameters: Parameters, *, text: bool, force: bool
) -> Iterator[Writer]:
    """Make an index, alone; `force` in place of one that is there, which counts until the end.

    Raises UsageError where there is one, or something else.
    """
    try:
        strange = sorted({entry.name for entry in folder.iterdir() if not _ours(entry)})
    except FileNotFoundError:
        strange = []
    except OSError as error:
        raise UsageError(f"cannot make the index {folder}: {error.strerror}") from error
    if strange:
        raise UsageError(f"{folder} is no index: it holds {strange[0]}")
    try:
        (folder / SEGMENTS).mkdir(parents=True, exist_ok=True)
        sync(folder.resolve().parent)
    except OSError as error:
        raise IndexFolderError(f"cannot write the index {folder}: {error.strerror}") from error
    with lock.locked(folder, timeout_seconds):
        if (folder / manifest.NAME).exists() and not force:
            raise UsageError(
                f"{folder} exists; change it with dedupe index add or update, or use --force"
            )
        empty = Manifest(FORMAT, 0, text, parameters, 0, 0, 0, 0, "0" * 64, ())
        yield Writer(Index(folder, empty, [], []))


def sync(folder: Path) -> None:
    """Let the names of files in a folder outlive a power cut."""
    if os.name == "nt":
        return  # folders cannot be opened there
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(path: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all. Raises IndexFolderError."""
    temporary = path.with_name(f"{_TEMPORARY}{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise IndexFolderError(
            f"cannot write {path}: {error.strerror}; the index is as it was"
        ) from error


def _ours(entry: Path) -> bool:
    """Whether a file in the folder of an index is of its making."""
    return entry.name in {manifest.NAME, lock.NAME, SEGMENTS} or entry.name.startswith(_TEMPORARY)


def _clean(folder: Path, state: Manifest) -> None:
    """Delete what does not belong to a state: of an earlier one, or of a writer that was killed."""
    files = state.files()
    held = [*folder.iterdir(), *(folder / SEGMENTS).iterdir()]
    stale = [entry for entry in held if entry.name.startswith(_TEMPORARY)]
    stale += [e for e in held if e.suffix in {".seg", ".del"} and e.name not in files]
    for entry in stale:
        with suppress(OSError):  # on Windows it may be open; the next writer tries again
            entry.unlink()
