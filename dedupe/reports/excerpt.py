"""The first words of a passage under their line numbers, with marks on what matters in them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator

from dedupe.model import Finding
from dedupe.reports.options import ReportOptions
from dedupe.reports.painting import Line, Piece, wrap
from dedupe.reports.visible import visible
from dedupe.reports.wording import counted

_LINE_END = re.compile(r"\r\n|\n|\r")
_WHITE = re.compile(r"\s")
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


def gutter_width(finding: Finding) -> int:
    """Digits of the largest line number that the excerpt can show."""
    return len(str(finding.span.start.line + len(_LINE_END.findall(finding.excerpt))))


def excerpt_lines(
    finding: Finding, options: ReportOptions, bracketed: Container[str] = ("differs",)
) -> Iterator[Line]:
    """Rows ` 9 | text`; a wrapped row has no number. Nothing for a finding without excerpt.

    bracketed: styles of marks that stand in brackets where there is no colour
    """
    if not finding.excerpt.strip():
        return
    digits = gutter_width(finding)
    empty = Piece(" " * (digits + 2) + "|", "gutter")
    yield (empty,)
    pieces = [*_marked(finding, () if options.color else bracketed), *_remainder(finding)]
    for number, source_line in enumerate(_by_line(pieces), start=finding.span.start.line):
        harmless = [
            # White space first: a tab is no control character to be shown.
            Piece(visible(_WHITE.sub(" ", text), github=options.github), style)
            for text, style in source_line
        ]
        gutter = Piece(f" {number:>{digits}} |", "gutter")
        for row in wrap(harmless, options.width - digits - 4):
            yield (gutter, Piece(" "), *row)
            gutter = empty
    yield (empty,)


def _marked(finding: Finding, bracketed: Container[str]) -> Iterator[Piece]:
    """The excerpt in pieces; the marks of some styles are brackets."""
    excerpt, origin = finding.excerpt, finding.span.start.offset
    done = 0
    for start, end, style in _marks(finding):
        start, end = max(start - origin, 0), min(end - origin, len(excerpt))  # noqa: PLW2901
        if start < done or start >= end:
            continue
        yield Piece(excerpt[done:start])
        marked = excerpt[start:end]
        yield Piece(f"[{marked}]" if style in bracketed else marked, style)
        done = end
    yield Piece(excerpt[done:])


def _marks(finding: Finding) -> list[tuple[int, int, str]]:
    """Places of the evidence, in article offsets and reading order."""
    return sorted(
        (piece.start, piece.end, "differs" if piece.kind == "edit" else "phrase")
        for piece in finding.evidence
        if piece.start is not None and piece.end is not None
    )


def _remainder(finding: Finding) -> Iterator[Piece]:
    """How much of the passage the excerpt leaves out."""
    if finding.span.end.offset - finding.span.start.offset > len(finding.excerpt):
        left = finding.words - len(_WORD.findall(finding.excerpt))
        if left > 0:
            yield Piece(f" [... {counted(left, 'more word')}]", "dim")


def _by_line(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    line: list[Piece] = []
    for text, style in pieces:
        first, *others = _LINE_END.split(text)
        line.append(Piece(first, style))
        for part in others:
            yield line
            line = [Piece(part, style)]
    yield line
