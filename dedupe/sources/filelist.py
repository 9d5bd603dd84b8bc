"""Lists of files, in columns: a million objects take up 400 MB, their columns 80."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import overload

import numpy as np
from msgspec import Struct

from dedupe.arrays import I32, I64
from dedupe.model import Skipped
from dedupe.texts import Strings


class SourceFile(Struct, frozen=True):
    """One file that is to be read."""

    path: str
    """As displayed: relative as the user typed it, POSIX separators, printable."""
    location: str
    """For `open`."""
    size: int
    """Bytes when it was listed."""
    content: bytes | None = None
    """Of what does not stand on the disk as it is to be read."""
    date: str | None = None
    """When it was first added, in UTC as in ISO 8601, where git is asked and knows it."""


class FileTable(Sequence[SourceFile]):
    """Files (D,), of which each column is one of `SourceFile`."""

    def __init__(
        self, path: Strings, location: Strings, size: I64,
        content: Mapping[str, bytes] | None = None, date: Sequence[str | None] | None = None,
    ) -> None:  # fmt: skip
        """content: by path as displayed; date: None where no file has one."""
        self.path, self.location, self.size = path, location, size
        self.content = {} if content is None else content
        self.date = date

    @classmethod
    def of(cls, files: Iterable[SourceFile]) -> FileTable:
        """Files that are objects."""
        files = list(files)
        return cls(
            Strings.of(file.path for file in files),
            Strings.of(file.location for file in files),
            np.array([file.size for file in files], np.int64),
            {file.path: file.content for file in files if file.content is not None},
            [file.date for file in files] if any(file.date for file in files) else None,
        )

    def __len__(self) -> int:
        return len(self.size)

    @overload
    def __getitem__(self, place: int) -> SourceFile: ...
    @overload
    def __getitem__(self, place: slice) -> FileTable: ...
    def __getitem__(self, place: int | slice) -> SourceFile | FileTable:
        if isinstance(place, slice):
            dates = None if self.date is None else self.date[place]
            return FileTable(
                self.path[place], self.location[place], self.size[place], self.content, dates
            )
        path, date = self.path[place], None if self.date is None else self.date[place]
        return SourceFile(
            path, self.location[place], int(self.size[place]), self.content.get(path), date
        )

    def __iter__(self) -> Iterator[SourceFile]:
        return (self[place] for place in range(len(self)))

    def rows(self, rows: I64 | I32) -> FileTable:
        """Some of them, in the order given."""
        date = None if self.date is None else [self.date[row] for row in rows.tolist()]
        return FileTable(
            self.path.take(rows), self.location.take(rows), self.size[rows], self.content, date
        )

    def with_dates(self, date: Sequence[str | None]) -> FileTable:
        """The same files with these dates."""
        return FileTable(self.path, self.location, self.size, self.content, date)


class FileList(Struct, frozen=True):
    """The files of a run, ascending by path, and what was left out."""

    files: FileTable
    skipped: tuple[Skipped, ...]


class Changes(Struct, frozen=True):
    """What was changed; paths are relative to the working directory."""

    files: tuple[SourceFile, ...]
    """Added, changed and renamed files"""
    gone: frozenset[str]
    """Paths as displayed that are no more: of deleted files, and of renamed ones before"""
