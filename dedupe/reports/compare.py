"""Two articles side by side: the passages they share, with the words that differ.

Where a terminal is wide enough the two texts stand in columns, row by row in step; else the diff
runs through one text. Words only in a are `[-so-]`, words only in b `{+so+}`, or coloured. What
stands in one of the two only is folded to a number of words.

No table of a library: it would wrap each side by itself, and the sides would fall out of step.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import BinaryIO, NamedTuple

from dedupe.model import MOVED, AlignedPassage, Comparison, Edit
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
from dedupe.rows import write_value

_BREAK = re.compile(r"(\n[^\S\n]*\n\s*|\n(?=[^\S\n]*(?:[-*+]|\d+[.)])\s))")
"""Between paragraphs, and in front of the items of a list."""
_COLUMNS_FROM = 72
"""Cells from which two columns are readable."""


def write_json(comparison: Comparison, stream: BinaryIO) -> None:
    """Write one JSON object."""
    write_value("comparison", comparison, stream)


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
        columns.add((one and _Word(one), two and _Word(two)))
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
    if passage.edit in MOVED:  # hardly a shingle is left, so the shares of them say nothing
        return f"{passage.edit}, {passage.words_a:,} and {passage.words_b:,} words"
    kind = "" if passage.edit is None else f"{passage.edit}, "
    return (
        f"{kind}{similar(passage.similarity)}, {passage.words_a:,} and {passage.words_b:,} words; "
        f"{percent(passage.containment_a)} of {one} stands in {other}, "
        f"{percent(passage.containment_b)} of {other} in {one}"
    )


def side_by_side(edits: Iterable[Edit], options: ReportOptions) -> Iterator[Line]:
    """Two texts in columns, or in one where those would be too narrow."""
    return (_columns if options.width >= _COLUMNS_FROM else _inline)(edits, options)


class _Word(NamedTuple):
    """A word of one text."""

    piece: Piece
    opens: int = 0
    """Rows that must have ended in front of it: 1 at an item of a list, 2 at a paragraph."""
    glued: bool = False
    """No space stands in front of it."""

    def cells(self) -> int:
        """Cells that it takes behind another word."""
        return cell_width(self.piece.text) + (not self.glued)


class _Side:
    """Makes words of the edits of one text; without colour they carry the marks."""

    def __init__(self, style: str, marks: tuple[str, str], options: ReportOptions) -> None:
        self._style, self._options = style, options
        self._marks = ("", "") if options.color else marks
        self._opens, self._glued = 0, False

    def words(self, text: str, *, equal: bool) -> list[_Word]:
        """The words of the next edit."""
        found = []
        for number, part in enumerate(_BREAK.split(text)):
            if number % 2:
                self._opens = 2 if part.count("\n") > 1 else 1
                continue
            for word in part.split():
                glued = self._glued and not text[0].isspace()
                harmless = visible(word, github=self._options.github)
                found.append(
                    _Word(Piece(harmless, "" if equal else self._style), self._opens, glued)
                )
                self._opens, self._glued = 0, False
        if text:
            self._glued = bool(found) and not text[-1].isspace()
        if found and not equal:
            for place, (opening, closing) in (
                (0, (self._marks[0], "")),
                (-1, ("", self._marks[1])),
            ):
                piece = found[place].piece
                marked = piece._replace(text=f"{opening}{piece.text}{closing}")
                found[place] = found[place]._replace(piece=marked)
        return found


def _sides(
    edits: Iterable[Edit], options: ReportOptions
) -> Iterator[tuple[Edit, list[_Word], list[_Word]]]:
    """Each edit with its words on either side."""
    a, b = _Side("removed", ("[-", "-]"), options), _Side("added", ("{+", "+}"), options)
    for edit in edits:
        equal = edit.kind == "equal"
        yield edit, a.words(edit.a, equal=equal), b.words(edit.b, equal=equal)


def _inline(edits: Iterable[Edit], options: ReportOptions) -> Iterator[Line]:
    """One text: what is equal as it stands in a, else the words of a, then those of b."""
    pieces: list[Piece] = []
    for edit, left, right in _sides(edits, options):
        for word in left if edit.kind == "equal" else [*left, *right]:
            if word.opens and pieces:
                yield from _wrapped(pieces, options)
                yield from [()] * (word.opens - 1)
                pieces = []
            if not word.glued:
                pieces.append(Piece(" "))
            pieces.append(word.piece)
    yield from _wrapped(pieces, options)


def _wrapped(pieces: list[Piece], options: ReportOptions) -> Iterator[Line]:
    for row in wrap(pieces, options.width - 2):
        yield (Piece("  "), *row)


class _Columns:
    """Fills two columns in step: when a word fits in no more, both begin a new row."""

    def __init__(self, options: ReportOptions) -> None:
        self.cells = (options.width - 5) // 2
        self.line = "\u2502" if options.has_boxes else "|"
        self.sides: tuple[list[Piece], list[Piece]] = ([], [])

    def fits(self, words: tuple[_Word | None, _Word | None]) -> bool:
        return all(
            word is None or not side or line_width(side) + word.cells() <= self.cells
            for side, word in zip(self.sides, words, strict=True)
        )

    def add(self, words: tuple[_Word | None, _Word | None]) -> None:
        for side, word in zip(self.sides, words, strict=True):
            if word is not None:
                if side and not word.glued:
                    side.append(Piece(" "))
                side.append(word.piece)

    def row(self) -> Line:
        """The filled row; the columns are empty afterwards."""
        left, right = self.sides
        self.sides = ([], [])
        padding = " " * max(self.cells - line_width(left), 0)
        between = (Piece(f"{padding} "), Piece(self.line, "gutter"), Piece(" " if right else ""))
        return (Piece("  "), *left, *between, *right)


def _columns(edits: Iterable[Edit], options: ReportOptions) -> Iterator[Line]:
    columns = _Columns(options)
    for _, left, right in _sides(edits, options):
        for words in zip_longest(_cut(left, columns.cells), _cut(right, columns.cells)):
            opens = max(word.opens for word in words if word is not None)
            if any(columns.sides) and (opens or not columns.fits(words)):
                yield from (columns.row() for _ in range(max(opens, 1)))
            columns.add(words)
    if any(columns.sides):
        yield columns.row()


def _cut(words: list[_Word], cells: int) -> Iterator[_Word]:
    """Words of which none is wider than a column: a text without spaces would be one word."""
    for word in words:
        for number, (part,) in enumerate(cut([word.piece], cells)):
            yield _Word(part, glued=True) if number else word._replace(piece=part)
