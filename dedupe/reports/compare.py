"""Two articles side by side: the passages they share, with the words that differ.

Where a terminal is wide enough the two texts stand in columns, row by row in step; else the diff
runs through one text. Words only in a are `[-so-]`, words only in b `{+so+}`, or coloured. What
stands in one of the two only is folded to a number of words.

No table of a library: it would wrap each side by itself, and the sides would fall out of step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import BinaryIO

import msgspec

from dedupe.model import SCHEMA, AlignedPassage, Comparison, Edit
from dedupe.reports.options import ReportOptions
from dedupe.reports.painting import (
    Line,
    Piece,
    cell_width,
    cut,
    hanging,
    line_width,
    plain,
    wrap,
    write_lines,
)
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
    reached = 0
    for passage in comparison.passages:
        yield ()
        yield from _folded(passage.skipped_a, passage.skipped_b, options)
        yield from _heading(passage, options, moved=passage.b.start.offset < reached)
        yield from side_by_side(passage.edits, options)
        reached = max(reached, passage.b.start.offset)
    if comparison.rest_a or comparison.rest_b:
        yield ()
        yield from _folded(comparison.rest_a, comparison.rest_b, options)


def _folded(words_a: int, words_b: int, options: ReportOptions) -> Iterator[Line]:
    """How many words of either text belong to no passage."""
    left, right = (counted(n, "word") if n else "" for n in (words_a, words_b))
    if options.width < _COLUMNS_FROM:
        sides = [f"{text} of {name}" for text, name in ((left, "a"), (right, "b")) if text]
        if sides:
            yield (Piece(f"  ... {', '.join(sides)} ...", "dim"),)
    elif left or right:
        columns = _Columns(options)
        one, two = (Piece(f"... {text} ...", "dim") if text else None for text in (left, right))
        columns.add((one, two))
        yield columns.row()


def _heading(passage: AlignedPassage, options: ReportOptions, *, moved: bool) -> Iterator[Line]:
    text = f", {alike(passage, 'a', 'b')}"
    if moved:
        text += "; in b it stands before the passage above"
    title = Piece(f"a:{lines_of(passage.a)} and b:{lines_of(passage.b)}", "title")
    yield from hanging("", (title, Piece(text)), options.width)


def alike(passage: AlignedPassage, one: str, other: str) -> str:
    """How similar the sides of a passage are, in numbers."""
    if passage.similarity >= 1 and passage.words_a == passage.words_b:
        return f"identical, {counted(passage.words_a, 'word')}"
    return (
        f"{similar(passage.similarity)}, {passage.words_a:,} and {passage.words_b:,} words; "
        f"{percent(passage.containment_a)} of {one} stands in {other}, "
        f"{percent(passage.containment_b)} of {other} in {one}"
    )


def side_by_side(edits: Iterable[Edit], options: ReportOptions) -> Iterator[Line]:
    """Two texts in columns, or in one where those would be too narrow."""
    return (_columns if options.width >= _COLUMNS_FROM else _inline)(edits, options)


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

    def __init__(self, options: ReportOptions) -> None:
        self.cells = (options.width - 5) // 2
        self.line = "\u2502" if options.has_boxes else "|"
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
        between = (Piece(f"{padding} "), Piece(self.line, "gutter"), Piece(" " if right else ""))
        return (Piece("  "), *left, *between, *right)


def _columns(edits: Iterable[Edit], options: ReportOptions) -> Iterator[Line]:
    columns = _Columns(options)
    for edit in edits:
        # A text without spaces is one word, and wider than its column.
        left, right = (
            [part for word in side for (part,) in cut([word], columns.cells)]
            for side in _sides(edit, options)
        )
        for words in zip_longest(left, right):
            if not columns.fits(words):
                yield columns.row()
            columns.add(words)
    if any(columns.sides):
        yield columns.row()
