"""Two articles side by side: the passages they share, with the words that differ.

Where a terminal is wide enough the two texts stand in columns, row by row in step; else the diff
runs through one text. Words only in a are `[-so-]`, words only in b `{+so+}`, or coloured.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import BinaryIO

import msgspec

from dedupe.model import SCHEMA, AlignedPassage, Comparison, Edit
from dedupe.reports.options import ReportOptions
from dedupe.reports.painting import Line, Piece, cell_width, line_width, plain, wrap, write_lines
from dedupe.reports.visible import visible
from dedupe.reports.wording import counted, lines_of, percent, similar
from dedupe.rows import encode

_COLUMNS_FROM = 72
"""Cells from which two columns are readable."""


class ComparisonRow(msgspec.Struct, frozen=True, tag_field="kind", tag="comparison"):
    """A comparison as it is written in JSON."""

    schema: str
    comparison: Comparison


def write_json(comparison: Comparison, stream: BinaryIO) -> None:
    """Write one JSON object."""
    stream.write(encode(ComparisonRow(SCHEMA, comparison)) + b"\n")


def write(comparison: Comparison, stream: BinaryIO, options: ReportOptions) -> None:
    """Write the comparison as text."""
    write_lines(_lines(comparison, options), stream, options)


def _lines(comparison: Comparison, options: ReportOptions) -> Iterator[Line]:
    name_a = visible(comparison.path_a, github=options.github)
    name_b = visible(comparison.path_b, github=options.github)
    widest = max(cell_width(name_a), cell_width(name_b))
    for side, name, words in (("a", name_a, comparison.words_a), ("b", name_b, comparison.words_b)):
        padding = " " * (widest - cell_width(name) + 2)
        yield (Piece(f"{side}  "), Piece(name, "title"), Piece(padding + counted(words, "word")))
    yield plain(
        f"Whole articles: {similar(comparison.similarity)}; "
        f"{percent(comparison.containment_a)} of a stands in b, "
        f"{percent(comparison.containment_b)} of b stands in a."
    )
    if not comparison.passages:
        yield plain("No passage of one stands in the other.")
        return
    yield plain(f"{counted(len(comparison.passages), 'passage')} in both.")
    for passage in comparison.passages:
        yield ()
        yield _heading(passage)
        if options.width >= _COLUMNS_FROM:
            yield from _columns(passage.edits, options)
        else:
            yield from _inline(passage.edits, options)


def _heading(passage: AlignedPassage) -> Line:
    words = f"{passage.words_a:,} and {passage.words_b:,} words"
    return (
        Piece(f"a:{lines_of(passage.a)}  b:{lines_of(passage.b)}", "title"),
        Piece(f"  {similar(passage.similarity)}, {words}, "),
        Piece(f"{percent(passage.containment_a)} of a's side in b's, "),
        Piece(f"{percent(passage.containment_b)} of b's in a's"),
    )


def _marked(text: str, side: str, options: ReportOptions) -> list[Piece]:
    """Words of one side of an edit; without colour the first and last carry the mark."""
    words = [visible(word, github=options.github) for word in text.split()]
    if not words or side == "equal":
        return [Piece(word) for word in words]
    if not options.color:
        opening, closing = ("[-", "-]") if side == "a" else ("{+", "+}")
        words[0] = opening + words[0]
        words[-1] += closing
    style = "removed" if side == "a" else "added"
    return [Piece(word, style) for word in words]


def _sides(edit: Edit, options: ReportOptions) -> tuple[list[Piece], list[Piece]]:
    if edit.kind == "equal":
        return _marked(edit.a, "equal", options), _marked(edit.b, "equal", options)
    return _marked(edit.a, "a", options), _marked(edit.b, "b", options)


def _inline(edits: Iterable[Edit], options: ReportOptions) -> Iterator[Line]:
    pieces: list[Piece] = []
    for edit in edits:
        left, right = _sides(edit, options)
        for piece in left if edit.kind == "equal" else [*left, *right]:
            pieces += (piece, Piece(" "))
    for row in wrap(pieces, options.width - 2):
        yield (Piece("  "), *row)


class _Columns:
    """Fills two columns in step: when a word fits in no more, both begin a new row."""

    def __init__(self, cells: int) -> None:
        self.cells = cells
        self.sides: tuple[list[Piece], list[Piece]] = ([], [])

    def fits(self, words: tuple[Piece | None, Piece | None]) -> bool:
        return all(
            word is None or not side or line_width(side) + 1 + cell_width(word.text) <= self.cells
            for side, word in zip(self.sides, words, strict=True)
        )

    def add(self, words: tuple[Piece | None, Piece | None]) -> None:
        for side, word in zip(self.sides, words, strict=True):
            if word is not None:
                if side:
                    side.append(Piece(" "))
                side.append(word)

    def row(self) -> Line:
        """The filled row; the columns are empty afterwards."""
        left, right = self.sides
        self.sides = ([], [])
        padding = " " * max(self.cells - line_width(left), 0)
        return (Piece("  "), *left, Piece(f"{padding} "), Piece("| ", "gutter"), *right)


def _columns(edits: Iterable[Edit], options: ReportOptions) -> Iterator[Line]:
    columns = _Columns((options.width - 5) // 2)
    for edit in edits:
        for words in zip_longest(*_sides(edit, options)):
            if not columns.fits(words):
                yield columns.row()
            columns.add(words)
    if any(columns.sides):
        yield columns.row()
