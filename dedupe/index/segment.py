"""A segment: some articles of an index in one file that never changes.

    0   magic, whose last byte is the format
    8   u32 bytes of the header, u32 CRC-32 of it, four zeros
    20  the header, JSON; then zeros up to a multiple of 64
    ..  columns, little-endian, each at a multiple of 64

The file is named by its SHA-256. Only what is looked at is read: columns are views of a map of it.
"""

from __future__ import annotations

import mmap
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from msgspec import Struct

from dedupe.arrays import I64, U8, U64, distinct
from dedupe.errors import IndexFolderError
from dedupe.index import articles, postings
from dedupe.index.articles import Articles
from dedupe.index.columns import Columns
from dedupe.index.parameters import FORMAT, Parameters
from dedupe.tables import AcceptedTable, PassageTable

MOST_WORDS = 1 << 23
"""Words of a segment, unless one article has more: some 60 MB of text, so that memory is bounded
whatever is added or merged."""
MOST_ARTICLES = 1 << 16
"""As many as `postings.pack` can tell apart."""
NAME_DIGITS = 24
_MAGIC = b"DDSEG\0\0"
_LEAD = struct.Struct("<8sII4x")
_ALIGNED = 64


class Totals(NamedTuple):
    """How much there is of what."""

    articles: int
    words: int
    passages: int
    text_bytes: int
    digest: int
    """Sum of the digests, not yet modulo 2 ** 256"""


class Contents(NamedTuple):
    """What a segment holds: articles by path, and their postings, ascending."""

    articles: Articles
    passages: U64
    pairs: U64


class Column(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """An array of a segment."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    offset: int
    crc32: int

    @property
    def size_bytes(self) -> int:
        """Bytes of it."""
        return prod(self.shape) * int(np.dtype(self.dtype).itemsize)


class Header(Struct, frozen=True, forbid_unknown_fields=True):
    """What a segment says about itself."""

    parameters: Parameters
    articles: int
    words: int
    passages: int
    text_bytes: int
    digest: str
    """Sum of the digests of the articles"""
    columns: tuple[Column, ...]

    @property
    def parts(self) -> int:
        """Parts of the keys of passages: the bands, and the words."""
        return self.parameters.bands + 1


# ----------------------------------------------------------------------------------------- contents


def contents_of(table: AcceptedTable, size: I64, passages: PassageTable) -> Contents:
    """What is kept of some articles.

    size: (D,) bytes of the texts; passages: of the pieces of the table
    """
    order = np.array(sorted(range(len(table.path)), key=table.path.__getitem__), np.int64)
    owner = table.pieces.article.astype(np.int64)
    count = np.bincount(owner[passages.article], minlength=len(order)).astype(np.int64)
    row = np.argsort(order)[owner]
    return Contents(
        articles.accepted(table, size, count).take(order),
        postings.of_passages(passages, row),
        postings.of_pairs(table, row),
    )


def merged(parts: list[Contents]) -> Contents:
    """The articles of all parts, by path; none stands in two."""
    together = articles.joined([part.articles for part in parts])
    paths = together.paths()
    order = np.array(sorted(range(len(paths)), key=paths.__getitem__), np.int64)
    row, first = np.argsort(order), np.cumsum([0, *(len(part.articles) for part in parts)])
    rows = [row[low:high] for low, high in pairwise(first.tolist())]

    def sorted_again(old: list[U64]) -> U64:
        return distinct(*map(postings.moved, old, rows))

    return Contents(
        together.take(order),
        sorted_again([part.passages for part in parts]),
        sorted_again([part.pairs for part in parts]),
    )


def part_of(contents: Contents, rows: I64) -> Contents:
    """Some of the articles; rows: (k,) ascending."""
    if len(rows) == len(contents.articles):
        return contents
    row = np.full(len(contents.articles), -1, np.int64)
    row[rows] = np.arange(len(rows))
    return Contents(
        contents.articles.take(rows),
        postings.moved(contents.passages, row),
        postings.moved(contents.pairs, row),
    )


def cuts(words: I64) -> list[int]:
    """Where to cut articles (A,) by path, so that each part may become a segment."""
    edges, total = [0], 0
    for row, count in enumerate(words.tolist()):
        if row > edges[-1] and (total + count > MOST_WORDS or row - edges[-1] == MOST_ARTICLES):
            edges.append(row)
            total = 0
        total += count
    return [*edges, len(words)]


# --------------------------------------------------------------------------------------------- file


def encode(contents: Contents, parameters: Parameters) -> bytes:
    """The file of a segment."""
    held = contents.articles
    arrays = (
        held.pack()
        | postings.pack("passage", contents.passages, parameters.bands + 1)
        | postings.pack("pair", contents.pairs, 1)
    )
    blocks = [np.ascontiguousarray(array).view(np.uint8).data for array in arrays.values()]

    def header(start: int) -> bytes:
        columns = []
        at = start
        for (name, array), block in zip(arrays.items(), blocks, strict=True):
            at += -at % _ALIGNED
            columns.append(Column(name, array.dtype.str, array.shape, at, zlib.crc32(block)))
            at += block.nbytes
        return msgspec.json.encode(
            Header(
                parameters, len(held), int(held.words.sum()), int(held.passages.sum()),
                int(held.size.sum()), f"{sum_of(held.digest):064x}", tuple(columns),
            )
        )  # fmt: skip

    # Offsets count from the end of the header, whose length depends on them.
    head = header(0)
    out = bytearray(_LEAD.pack(_MAGIC + bytes((FORMAT,)), len(head), zlib.crc32(head)))
    out += head
    out += bytes(-len(out) % _ALIGNED)
    for block in blocks:
        out += bytes(-len(out) % _ALIGNED)
        out += block
    return bytes(out)


def sum_of(digests: U8) -> int:
    """Sum modulo 2 ** 256 of digests (A, 32). An exclusive or would cancel pairs."""
    parts: list[int] = digests.reshape(-1, 32).view(">u4").sum(axis=0, dtype=np.uint64).tolist()
    return sum(part << 32 * (7 - place) for place, part in enumerate(parts)) % (1 << 256)


def name_of(content: bytes | memoryview | mmap.mmap) -> str:
    """The name of a file that has this content."""
    return sha256(content).hexdigest()[:NAME_DIGITS]


class Segment:
    """A segment that is read; its columns are views of the file."""

    def __init__(self, path: Path, *, scattered: bool = False) -> None:
        """Map a file; `scattered` where few pages of it are looked at.

        Raises FileNotFoundError, and IndexFolderError for what is no whole segment of this format.
        """
        self.path = path
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            if scattered and hasattr(mmap, "MADV_RANDOM"):
                self._map.madvise(mmap.MADV_RANDOM)  # else ten times as much is read
            self.header, base = _header(self._map)
            self.columns: Columns = {
                column.name: np.frombuffer(
                    self._map, column.dtype, prod(column.shape), base + column.offset
                ).reshape(column.shape)
                for column in self.header.columns
            }
        except FileNotFoundError:
            raise
        except OSError as error:
            raise IndexFolderError(f"cannot read {path}: {error.strerror}") from error
        except (ValueError, TypeError) as error:
            raise IndexFolderError(f"{path} is damaged: {error}") from error

    @property
    def size_bytes(self) -> int:
        """Bytes of the file."""
        return len(self._map)

    def content(self) -> bytes:
        """The whole file."""
        return self._map[:]

    @contextmanager
    def _trusting(self) -> Iterator[None]:
        """Take numbers of the file as they are. Raises IndexFolderError where they fit nothing.

        To compare checksums of all that a look-up may touch would read the whole file.
        """
        try:
            yield
        except (IndexError, ValueError, OverflowError, MemoryError) as error:
            raise IndexFolderError(f"{self.path} is damaged: {error}") from error

    def load(self, rows: I64) -> Articles:
        """Some of the articles, in the order given; each agrees with its digest.

        Raises IndexFolderError where the file is damaged.
        """
        with self._trusting():
            found = articles.unpack(self.columns, rows)
            digest = articles.digests(found.count, found.values)
        wrong = np.flatnonzero((digest != found.digest).any(axis=1))
        if len(wrong):
            raise IndexFolderError(
                f"{self.path} is damaged: {len(wrong):,} of {len(rows):,} articles that were read "
                "do not agree with their digests; build the index anew"
            )
        return found

    def contents(self, rows: I64) -> Contents:
        """Some of the articles with their postings; rows: (k,) ascending."""
        row = np.full(self.header.articles, -1, np.int64)
        row[rows] = np.arange(len(rows))
        with self._trusting():
            passages, pairs = (
                postings.moved(postings.unpack(self.columns, name, parts), row)
                for name, parts in (("passage", self.header.parts), ("pair", 1))
            )
            return Contents(articles.unpack(self.columns, rows), passages, pairs)

    def find(self, key: U64, *, pairs: bool) -> tuple[I64, I64]:
        """Look up keys of passages, or pairs of stems, as `postings.find` does."""
        name, parts = ("pair", 1) if pairs else ("passage", self.header.parts)
        with self._trusting():
            which, row = postings.find(self.columns, name, parts, key)
            if len(row) and row.max() >= self.header.articles:
                raise IndexError(f"article {row.max():,} of {self.header.articles:,}")
        return which, row

    def paths(self) -> list[bytes]:
        """The paths of the articles, ascending."""
        edges = self.columns["path_offset"].tolist()
        whole = self.columns["path"].tobytes()
        return [whole[low:high] for low, high in pairwise(edges)]

    def path_of(self, row: int) -> bytes:
        """The path of an article."""
        low, high = self.columns["path_offset"][row : row + 2].tolist()
        return self.columns["path"][low:high].tobytes()

    def words(self, rows: I64) -> I64:
        """Words (k,) of some articles."""
        offset = self.columns["word_offset"].astype(np.int64)
        return offset[rows + 1] - offset[rows]

    def totals(self, dead: I64) -> Totals:
        """What the segment holds without some articles."""
        header, column = self.header, self.columns
        return Totals(
            header.articles - len(dead),
            header.words - int(self.words(dead).sum()),
            header.passages - int(column["passages"][dead].sum()),
            header.text_bytes - int(column["size"][dead].sum()),
            int(header.digest, 16) - sum_of(column["digest"][dead]),
        )

    def faults(self) -> Iterator[str]:
        """What is wrong with the file; nothing where all of it is as it was written."""
        for column in self.header.columns:
            array = self.columns[column.name]
            if zlib.crc32(np.ascontiguousarray(array).view(np.uint8).data) != column.crc32:
                yield f"{self.path} is damaged: column {column.name} has another checksum"
        if name_of(self._map) != self.path.stem:
            yield f"{self.path} is damaged: its content does not belong to its name"


def _header(content: mmap.mmap) -> tuple[Header, int]:
    """The header, and where columns are counted from. Raises ValueError."""
    if len(content) < _LEAD.size:
        raise ValueError("it is cut short")
    magic, length, crc32 = _LEAD.unpack_from(content)
    if magic[:-1] != _MAGIC:
        raise ValueError("it is no segment of an index")
    if magic[-1] != FORMAT:
        raise ValueError(f"its format is {magic[-1]}, that of this version {FORMAT}")
    head = content[_LEAD.size : _LEAD.size + length]
    if zlib.crc32(head) != crc32:
        raise ValueError("its header has another checksum")
    header = msgspec.json.decode(head, type=Header)
    base = _LEAD.size + length
    base += -base % _ALIGNED
    end = max((column.offset + column.size_bytes for column in header.columns), default=0)
    if base + end != len(content):
        raise ValueError(f"it has {len(content):,} bytes instead of {base + end:,}")
    return header, base
