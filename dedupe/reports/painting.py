"""Lines made of styled pieces, wrapping, and their way to a stream.

A style is a name of `STYLES`. Pieces hold text that is already harmless (see `visible`); no
markup is ever parsed in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import BinaryIO, NamedTuple

from dedupe.reports.options import ReportOptions

STYLES: Mapping[str, str] = {
    "error": "bold red",
    "warning": "bold yellow",
    "note": "bold cyan",
    "title": "bold",
    "dim": "bright_black",
    "gutter": "blue",
    "differs": "bold magenta",
    "phrase": "yellow underline",
    "removed": "red",
    "added": "green",
    "good": "green",
    "duplicate": "red",
    "template": "magenta",
    "filler": "yellow",
    "excluded": "bright_black",
    "unique": "green",
}


class Piece(NamedTuple):
    """Text in one style; the empty style is plain."""

    text: str
    style: str = ""


Line = Sequence[Piece]


def plain(text: str) -> Line:
    """A line without style."""
    return (Piece(text),)


def cell_width(text: str) -> int:
    """Cells that `text` takes on a terminal; wide characters take two."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def line_width(line: Line) -> int:
    """Cells that `line` takes on a terminal."""
    return sum(cell_width(piece.text) for piece in line)


def painter(*, color: bool) -> Callable[[Line], str]:
    """A function that turns a line into text, with colour codes or without."""
    if not color:
        return lambda line: "".join(piece.text for piece in line)

    # Style alone, not Console: nothing wraps, parses or measures the text a second time.
    from rich.color import ColorSystem
    from rich.style import Style

    styles = {name: Style.parse(definition) for name, definition in STYLES.items()}

    def paint(line: Line) -> str:
        parts = []
        for style, pieces in groupby(line, lambda piece: piece.style):
            text = "".join(piece.text for piece in pieces)
            if style:
                text = styles[style].render(text, color_system=ColorSystem.STANDARD)
            parts.append(text)
        return "".join(parts)

    return paint


def write_lines(lines: Iterable[Line], stream: BinaryIO, options: ReportOptions) -> None:
    """Write lines in blocks; a character that the encoding lacks becomes an escape."""
    paint = painter(color=options.color)
    ends = (paint(line) + "\n" for line in lines)
    while block := "".join(islice(ends, 4096)):
        stream.write(block.encode(options.encoding, "backslashreplace"))


def tokens(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Runs of pieces between white space; one run is never broken over two lines."""
    run: list[Piece] = []
    for text, style in pieces:
        words = text.split()
        if not words:
            if text and run:
                yield run
                run = []
            continue
        if text[0].isspace() and run:
            yield run
            run = []
        for word in words[:-1]:
            yield [*run, Piece(word, style)]
            run = []
        run.append(Piece(words[-1], style))
        if text[-1].isspace():
            yield run
            run = []
    if run:
        yield run


def wrap(pieces: Iterable[Piece], width: int) -> Iterator[list[Piece]]:
    """Lines of at most `width` cells; a run that is longer than a line is cut into several."""
    width = max(width, 8)
    pieces = [piece for piece in pieces if piece.text]
    if len(pieces) == 1 and pieces[0].text.isascii():
        text, style = pieces[0]
        words = text.split()
        if words and max(map(len, words)) <= width:
            yield from ([Piece(row, style)] for row in _rows(words, width))
            return
    line: list[Piece] = []
    used = 0
    for run in tokens(pieces):
        needed = line_width(run)
        if line and used + 1 + needed > width:
            yield line
            line, used = [], 0
        if line:
            # A space between two words of one style belongs to them: an unbroken underline.
            line.append(Piece(" ", line[-1].style if line[-1].style == run[0].style else ""))
            used += 1
        *full, rest = cut(run, width) if needed > width else [run]
        yield from full
        line.extend(rest)
        used += line_width(rest) if full else needed
    if line:
        yield line


def _rows(words: Iterable[str], width: int) -> Iterator[str]:
    """`wrap` for the most frequent case, five times faster: short ASCII words of one style."""
    row: list[str] = []
    used = -1
    for word in words:
        used += 1 + len(word)
        if used > width:
            yield " ".join(row)
            row, used = [], len(word)
        row.append(word)
    yield " ".join(row)


def cut(run: Iterable[Piece], width: int) -> list[list[Piece]]:
    """A run of characters in parts of at most `width` cells."""
    parts: list[list[Piece]] = [[]]
    used = 0
    for text, style in run:
        start = 0
        for position, character in enumerate(text):
            needed = cell_width(character)
            if used + needed > width:
                parts[-1].append(Piece(text[start:position], style))
                parts.append([])
                start, used = position, 0
            used += needed
        parts[-1].append(Piece(text[start:], style))
    return parts


def hanging(label: str, pieces: Iterable[Piece], width: int) -> Iterator[Line]:
    """Wrapped lines behind a label, the later ones indented to the end of the label."""
    lead = label
    for line in wrap(pieces, width - cell_width(label)):
        yield (Piece(lead, "dim"), *line)
        lead = " " * cell_width(label)
