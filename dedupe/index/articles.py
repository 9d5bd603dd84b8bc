"""Articles as an index keeps them: ragged columns that can be chosen from, joined and packed.

Legend: A articles. A *dimension* is what an article has several of: words, sentences, lines. Every
column belongs to one, and holds the rows of all articles side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import chain, pairwise

import numpy as np
from msgspec import Struct

from dedupe.arrays import I64, U8, stretches
from dedupe.index.columns import (
    Array,
    Bits,
    Columns,
    Nibbles,
    Packing,
    Plain,
    Small,
    Words,
    paired,
    unpaired,
)
from dedupe.tables import AcceptedTable, Pieces
from dedupe.texts import ALIGNMENT, Texts

_PACKINGS: Mapping[str, Mapping[tuple[str, ...], Packing]] = {
    "path": {("path",): Plain("<u1")},
    "date": {("date",): Plain("<u1")},
    "word": {("word", "length"): Words(), ("name",): Bits(), ("gap",): Nibbles()},
    "sentence": {("sentence_words",): Small("<u1")},
    "block": {
        ("block_sentences",): Small("<u1"),
        ("block_kind",): Plain("<u1"),
        ("block_unspaced",): Bits(),
    },
    "piece": {("piece_words",): Plain("<u4"), ("piece_out",): Bits()},
    "line": {("line_step",): Small("<u2")},
    "text": {("text",): Plain("<u1")},
}
"""Dimensions with their columns: `word` is the word above its stem, `gap` the code points before a
word, `length` its own, `line_step` those since the line before."""

_DIMENSION = {
    name: dimension
    for dimension, packings in _PACKINGS.items()
    for columns in packings
    for name in columns
}
"""Of each column."""

_DTYPES = {
    "path": "<u1", "date": "<u1", "word": "<u8", "name": "?", "gap": "<i4", "length": "<i4",
    "sentence_words": "<i4", "block_sentences": "<i4", "block_kind": "<u1", "block_unspaced": "?",
    "piece_words": "<u4", "piece_out": "?", "line_step": "<i4", "text": "<u1",
}  # fmt: skip
"""What the columns are made of until they are packed; the digest of an article is that of them."""


class Articles(Struct, frozen=True):
    """Some articles of an index."""

    count: dict[str, I64]
    """(A,) rows of each article, by dimension"""
    values: dict[str, Array]
    """Rows of all articles, by column"""
    size: I64
    """(A,) bytes of text"""
    passages: I64
    """(A,) how many there are"""
    digest: U8
    """(A, 32) SHA-256 of all columns of an article"""

    def __len__(self) -> int:
        return len(self.size)

    @property
    def words(self) -> I64:
        """(A,) words of each."""
        return self.count["word"]

    def paths(self) -> list[bytes]:
        """The paths, in UTF-8: in the order of code points, as strings are."""
        return _strings(self.values["path"], self.count["path"])

    def take(self, rows: I64) -> Articles:
        """Some of the articles (k,), in the order given."""
        chosen = {name: _rows(count, rows) for name, count in self.count.items()}
        values = {name: part[chosen[_DIMENSION[name]]] for name, part in self.values.items()}
        count = {dimension: count[rows] for dimension, count in self.count.items()}
        return Articles(count, values, self.size[rows], self.passages[rows], self.digest[rows])

    def table(self, *, with_text: bool) -> AcceptedTable:
        """The articles as others see them."""
        count, values = self.count, self.values
        token, stem = unpaired(values["word"])
        end = _restarted(values["gap"] + values["length"], count["word"])
        text_end = np.cumsum(count["text"])
        data = np.append(values["text"], np.zeros(ALIGNMENT, np.uint8))
        return AcceptedTable(
            path=tuple(str(path, "utf-8") for path in self.paths()),
            date=tuple(
                str(date, "ascii") or None for date in _strings(values["date"], count["date"])
            ),
            token=token,
            stem=stem,
            name=values["name"],
            word_start=(end - values["length"]).astype(np.int32),
            word_end=end.astype(np.int32),
            sentence=_offsets(values["sentence_words"]).astype(np.int32),
            block=_offsets(values["block_sentences"]).astype(np.int32),
            block_kind=values["block_kind"],
            block_unspaced=values["block_unspaced"],
            article_block=_offsets(count["block"]).astype(np.int32),
            pieces=Pieces(
                _offsets(values["piece_words"]),
                np.repeat(np.arange(len(self), dtype=np.int32), count["piece"]),
                values["piece_out"],
            ),
            line=_restarted(values["line_step"], count["line"]).astype(np.int32),
            line_offset=_offsets(count["line"]),
            text=Texts(data, text_end - count["text"], text_end) if with_text else None,
        )

    def pack(self) -> dict[str, Array]:
        """The arrays of a segment."""
        arrays: dict[str, Array] = {
            "size": self.size.astype("<u8"),
            "passages": self.passages.astype("<u4"),
            "digest": self.digest,
        }
        for dimension, packings in _PACKINGS.items():
            offset = _offsets(self.count[dimension])
            arrays[f"{dimension}_offset"] = offset.astype("<u8" if offset[-1] >> 32 else "<u4")
            for names, packing in packings.items():
                arrays |= packing.pack(names[0], *(self.values[name] for name in names))
        return arrays


def accepted(table: AcceptedTable, size: I64, passages: I64) -> Articles:
    """Articles that are to be kept. size, passages: (A,) bytes of their texts, and passages."""
    token = table.article_token
    path = [path.encode() for path in table.path]
    date = [(date or "").encode() for date in table.date]
    first = np.searchsorted(table.pieces.article, np.arange(len(path) + 1))
    text = table.text
    count = {
        "path": _lengths(path),
        "date": _lengths(date),
        "word": np.diff(token),
        "sentence": np.diff(table.block[table.article_block]).astype(np.int64),
        "block": np.diff(table.article_block).astype(np.int64),
        "piece": np.diff(first).astype(np.int64),
        "line": np.diff(table.line_offset),
        "text": np.zeros(len(path), np.int64) if text is None else text.end - text.start,
    }
    before = np.append(np.int32(0), table.word_end[:-1]) if len(table.token) else table.word_end
    before[token[:-1][count["word"] > 0]] = 0
    values: dict[str, Array] = {
        "path": np.frombuffer(b"".join(path), np.uint8),
        "date": np.frombuffer(b"".join(date), np.uint8),
        "word": paired(table.token, table.stem),
        "name": table.name,
        "gap": table.word_start - before,
        "length": table.word_end - table.word_start,
        "sentence_words": np.diff(table.sentence),
        "block_sentences": np.diff(table.block),
        "block_kind": table.block_kind,
        "block_unspaced": table.block_unspaced,
        "piece_words": np.diff(table.pieces.token),
        "piece_out": table.pieces.out,
        "line_step": _steps(table.line, count["line"]),
        "text": np.empty(0, np.uint8) if text is None else _gathered(text),
    }
    values = {name: values[name].astype(dtype, copy=False) for name, dtype in _DTYPES.items()}
    return Articles(count, values, size, passages, digests(count, values))


def joined(parts: Sequence[Articles]) -> Articles:
    """The articles of all parts, side by side; of one part at least."""
    return Articles(
        {name: np.concatenate([part.count[name] for part in parts]) for name in parts[0].count},
        {name: np.concatenate([part.values[name] for part in parts]) for name in parts[0].values},
        np.concatenate([part.size for part in parts]),
        np.concatenate([part.passages for part in parts]),
        np.concatenate([part.digest for part in parts]),
    )


def unpack(columns: Columns, rows: I64) -> Articles:
    """Some articles (k,) of a segment, in the order given."""
    count: dict[str, I64] = {}
    values: dict[str, Array] = {}
    for dimension, packings in _PACKINGS.items():
        offset = columns[f"{dimension}_offset"]
        first = offset[rows].astype(np.int64)
        count[dimension] = offset[rows + 1].astype(np.int64) - first
        chosen = stretches(first, count[dimension])
        for names, packing in packings.items():
            values |= zip(names, packing.unpack(columns, names[0], chosen), strict=True)
    size, passages = (columns[name][rows].astype(np.int64) for name in ("size", "passages"))
    return Articles(count, values, size, passages, columns["digest"][rows])


def digests(count: Mapping[str, I64], values: Columns) -> U8:
    """SHA-256 (A, 32) of each article."""
    parts = []
    for name in _DTYPES:
        rows = np.ascontiguousarray(values[name])
        edges = (_offsets(count[_DIMENSION[name]]) * rows.itemsize).tolist()
        view = rows.view(np.uint8).data
        parts.append([view[low:high] for low, high in pairwise(edges)])
    counts = np.stack([count[own] for own in _PACKINGS], axis=1).astype("<u8")
    found = [
        sha256(b"".join(chain((head.data,), pieces))).digest()
        for head, *pieces in zip(counts, *parts, strict=True)
    ]
    return np.frombuffer(b"".join(found), np.uint8).reshape(-1, 32)


NONE = Articles(
    {dimension: np.empty(0, np.int64) for dimension in _PACKINGS},
    {name: np.empty(0, dtype) for name, dtype in _DTYPES.items()},
    np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, 32), np.uint8),
)  # fmt: skip
"""No articles."""


def _offsets(count: Array) -> I64:
    offsets: I64 = np.append(0, np.cumsum(count, dtype=np.int64))
    return offsets


def _rows(count: I64, rows: I64) -> I64:
    """Rows of a dimension that belong to some articles."""
    return stretches((np.cumsum(count) - count)[rows], count[rows])


def _restarted(steps: Array, count: I64) -> I64:
    """Sums of steps that begin again with each article."""
    total: I64 = np.cumsum(steps, dtype=np.int64)
    before = np.append(0, total)[np.cumsum(count) - count]
    restarted: I64 = total - np.repeat(before, count)
    return restarted


def _steps(values: Array, count: I64) -> I64:
    """The steps of `_restarted`."""
    steps = np.diff(values, prepend=0).astype(np.int64)
    first = (np.cumsum(count) - count)[count > 0]
    steps[first] = values[first]
    return steps


def _strings(data: Array, count: I64) -> list[bytes]:
    edges = _offsets(count).tolist()
    whole = data.tobytes()
    return [whole[low:high] for low, high in pairwise(edges)]


def _lengths(strings: Sequence[bytes]) -> I64:
    return np.fromiter(map(len, strings), np.int64, len(strings))


def _gathered(text: Texts) -> U8:
    return text.data[stretches(text.start, text.end - text.start)]
