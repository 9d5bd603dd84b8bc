"""How the columns of a segment are packed: small, and readable at any row without the others.

Legend: n rows of a column. A packing writes one or more arrays under names that begin with that of
the column, and reads the rows of an index (k,) back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from dedupe.tables import I32, I64, U32, U64, Bool

Array = NDArray[Any]
Columns = Mapping[str, Array]

_HALF = np.uint64(32)


class Packing(Protocol):
    """How a column is kept."""

    def pack(self, name: str, values: Array) -> dict[str, Array]:
        """The arrays of a column (n,)."""

    def unpack(self, columns: Columns, name: str, rows: I64) -> Array:
        """Some rows (k,) of it."""


class Plain(NamedTuple):
    """As it is."""

    dtype: str

    def pack(self, name: str, values: Array) -> dict[str, Array]:
        """One array."""
        return {name: values.astype(self.dtype)}

    def unpack(self, columns: Columns, name: str, rows: I64) -> Array:
        """Its rows."""
        rows_of: Array = columns[name][rows]
        return rows_of


class Bits(NamedTuple):
    """Truth values, eight in a byte."""

    def pack(self, name: str, values: Array) -> dict[str, Array]:
        """One array of (n + 7) // 8 bytes."""
        return {name: np.packbits(values.astype(np.bool_))}

    def unpack(self, columns: Columns, name: str, rows: I64) -> Bool:
        """Bits, the highest of a byte first."""
        byte = columns[name][rows >> 3].astype(np.uint8)
        bits: Bool = (byte >> (7 - (rows & 7)).astype(np.uint8) & 1).astype(np.bool_)
        return bits


class Small(NamedTuple):
    """Numbers that are mostly small; the others stand in a list, with their rows."""

    dtype: str

    def pack(self, name: str, values: Array) -> dict[str, Array]:
        """The numbers, or the largest of the type where one is in the list."""
        numbers = values.astype(np.int64)
        most = np.iinfo(self.dtype).max
        wide = np.flatnonzero((numbers < 0) | (numbers >= most))
        small = numbers.astype(self.dtype)
        small[wide] = most
        return {
            name: small,
            f"{name}_wide": wide.astype("<u4"),
            f"{name}_value": numbers[wide].astype("<i4"),
        }

    def unpack(self, columns: Columns, name: str, rows: I64) -> I32:
        """The numbers, i32."""
        small = columns[name][rows]
        numbers = small.astype(np.int32)
        wide = np.flatnonzero(small == np.iinfo(self.dtype).max)
        if len(wide):
            place = np.searchsorted(columns[f"{name}_wide"], rows[wide])
            numbers[wide] = columns[f"{name}_value"][place]
        return numbers


class Words(NamedTuple):
    """Pairs of two hashes, as numbers in a vocabulary; the rarest may stand in a list instead.

    0.2 % of the words of 240 MB of press releases are in the list, which has 117,000 distinct ones.
    """

    dtype: str = "<u2"

    def pack(self, name: str, values: Array) -> dict[str, Array]:
        """The most frequent pairs in ascending order, their numbers, and the list.

        values: u64 (n,), the first hash above the second
        """
        distinct, count = _counted(np.sort(values.astype(np.uint64)))
        most = np.iinfo(self.dtype).max
        if len(distinct) > most:
            kept = np.sort(np.argsort(-count, kind="stable")[:most])
            distinct = distinct[kept]
        place = np.searchsorted(distinct, values)
        rare = np.flatnonzero(distinct[np.minimum(place, len(distinct) - 1)] != values)
        code = place.astype(self.dtype)
        code[rare] = most
        return {
            name: code,
            f"{name}_known": distinct,
            f"{name}_wide": rare.astype("<u4"),
            f"{name}_value": values[rare].astype("<u8"),
        }

    def unpack(self, columns: Columns, name: str, rows: I64) -> U64:
        """The pairs, u64."""
        code = columns[name][rows]
        known = columns[f"{name}_known"]
        most = np.iinfo(self.dtype).max
        rare = np.flatnonzero(code == most)
        values = np.empty(len(rows), np.uint64)
        if len(rare):
            common = np.flatnonzero(code != most)
            values[common] = known[code[common]]
            place = np.searchsorted(columns[f"{name}_wide"], rows[rare])
            values[rare] = columns[f"{name}_value"][place]
        elif len(code):
            values[:] = known[code]
        return values


def paired(one: U32, other: U32) -> U64:
    """Two hashes as one number."""
    return one.astype(np.uint64) << _HALF | other


def unpaired(values: U64) -> tuple[U32, U32]:
    """The two hashes of `paired`."""
    return (values >> _HALF).astype(np.uint32), values.astype(np.uint32)


def _counted(ascending: U64) -> tuple[U64, I64]:
    """The distinct values, and how often each stands there."""
    first = np.ones(len(ascending), np.bool_)
    np.not_equal(ascending[1:], ascending[:-1], out=first[1:])
    places = np.flatnonzero(first)
    return ascending[places], np.diff(places, append=len(ascending))
