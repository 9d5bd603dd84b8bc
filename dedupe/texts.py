"""Many pieces of text in one buffer, where objects would take four times the memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, overload

import numpy as np

from dedupe.arrays import I32, I64, U8, Bool

ALIGNMENT = 64
"""Every article starts at a multiple of this in a batch, zero-filled behind its end."""


class Texts(NamedTuple):
    """Pieces of UTF-8 text in one buffer; n pieces, which may overlap."""

    data: U8
    """(T,) with `ALIGNMENT` bytes behind the last piece, for kernels that read so many at once"""
    start: I64
    """(n,) first byte of each piece"""
    end: I64
    """(n,) end"""

    @classmethod
    def of(cls, strings: Sequence[str]) -> Texts:
        """The texts of some strings; a lone surrogate becomes a question mark."""
        whole = "".join(strings)
        encoded: Sequence[str | bytes] = strings
        if not whole.isascii():
            encoded = [string.encode("utf-8", "replace") for string in strings]
        size = np.fromiter(map(len, encoded), np.int64, len(strings))
        end = np.cumsum(size)
        data = whole.encode("utf-8", "replace") + bytes(ALIGNMENT)
        return cls(np.frombuffer(data, np.uint8), end - size, end)

    @classmethod
    def nothing(cls, count: int) -> Texts:
        """So many empty pieces."""
        none = np.zeros(count, np.int64)
        return cls(np.zeros(ALIGNMENT, np.uint8), none, none)

    @classmethod
    def joined(cls, parts: Sequence[Texts]) -> Texts:
        """The pieces of several buffers, one behind the other, in one."""
        base = np.cumsum([0, *(len(part.data) for part in parts)])
        return cls(
            np.concatenate([np.empty(0, np.uint8), *(part.data for part in parts)]),
            np.concatenate([_NO_PLACES, *(p.start + b for p, b in zip(parts, base, strict=False))]),
            np.concatenate([_NO_PLACES, *(p.end + b for p, b in zip(parts, base, strict=False))]),
        )

    def take(self, rows: I64) -> Texts:
        """Some of the pieces, in the same buffer."""
        return Texts(self.data, self.start[rows], self.end[rows])

    def copied(self) -> Texts:
        """The same pieces in a buffer of their own, one behind the other."""
        from dedupe.kernels.pieces import copy_pieces

        edge = np.append(0, np.cumsum(np.maximum(self.end - self.start, 0)))
        data = np.empty(edge[-1] + ALIGNMENT, np.uint8)
        data[edge[-1] :] = 0
        copy_pieces(self.data, self.start, self.end, edge, data)
        return Texts(data, edge[:-1], edge[1:])

    def strings(self) -> list[str]:
        """The pieces as strings."""
        view, edges = self.data.data, zip(self.start.tolist(), self.end.tolist(), strict=True)
        return [str(view[low:high], "utf-8") for low, high in edges]


class Strings(Sequence[str]):
    """Strings in one buffer: each takes up its bytes and 16 more, an object 60.

    Lone surrogates, as in names of files that are no text, come back as they were.
    """

    def __init__(self, texts: Texts) -> None:
        """texts: (n,) with a zero behind each."""
        self.texts = texts
        """UTF-8 unless there are lone surrogates"""

    @classmethod
    def of(cls, strings: Iterable[str]) -> Strings:
        """The strings; a zero stands behind each, so none may hold one."""
        data = "\0".join((*strings, "")).encode("utf-8", "surrogatepass") + bytes(ALIGNMENT)
        buffer = np.frombuffer(data, np.uint8)
        end = np.flatnonzero(buffer[:-ALIGNMENT] == 0)
        return cls(Texts(buffer, np.append(0, end + 1)[: len(end)], end))

    def __len__(self) -> int:
        return len(self.texts.start)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Strings: ...
    def __getitem__(self, place: int | slice) -> str | Strings:
        data, start, end = self.texts
        if isinstance(place, slice):
            return Strings(Texts(data, start[place], end[place]))
        return str(data.data[start[place] : end[place]], "utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        data, start, end = self.texts
        view, edges = data.data, zip(start.tolist(), end.tolist(), strict=True)
        return (str(view[low:high], "utf-8", "surrogatepass") for low, high in edges)

    def ended(self) -> U8:
        """The strings, one behind the other, with a zero behind each."""
        data, start, end = self.texts
        if (start[1:] == end[:-1] + 1).all():
            return data[start[:1].sum() : (end[-1:] + 1).sum()]
        return Texts(data, start, end + 1).copied().data

    def take(self, rows: I64 | I32) -> Strings:
        """Some of them, in the same buffer."""
        return Strings(Texts(self.texts.data, self.texts.start[rows], self.texts.end[rows]))

    def ending_with(self, ending: bytes) -> Bool:
        """(n,) which strings end with some letters, in lower case, be they upper case there."""
        data, start, end = self.texts
        rows = np.flatnonzero(end - start >= len(ending))
        for place, letters in enumerate(zip(ending[::-1], ending[::-1].upper(), strict=True), 1):
            there = data[end[rows] - place]
            rows = rows[(there == letters[0]) | (there == letters[1])]
        found = np.zeros(len(self), np.bool_)
        found[rows] = True
        return found


_NO_PLACES = np.empty(0, np.int64)
