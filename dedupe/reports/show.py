"""One finding with all of its text: each copy beside the passage, or the passage with its marks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from dedupe.model import Copy, Finding, Shown
from dedupe.reports.compare import alike, side_by_side
from dedupe.reports.excerpt import excerpt_lines, gutter_width
from dedupe.reports.full import head_lines, reason_lines
from dedupe.reports.options import ReportOptions
from dedupe.reports.painting import Line, Piece, hanging, plain, write_lines
from dedupe.reports.visible import one_line, visible
from dedupe.reports.wording import lines_of
from dedupe.rows import write_value


def write_json(shown: Shown, stream: BinaryIO) -> None:
    """Write one JSON object."""
    write_value("shown", shown, stream)


def write(shown: Shown, stream: BinaryIO, options: ReportOptions) -> None:
    """Write the finding as text."""
    write_lines(_lines(shown, options), stream, options)


def _lines(shown: Shown, options: ReportOptions) -> Iterator[Line]:
    finding = shown.finding
    yield from head_lines(finding, options)
    if not shown.copies:
        yield from excerpt_lines(finding, options, ("differs", "phrase"))
    yield from reason_lines(finding, options, advise=True, copies=False)
    indent = " " * (gutter_width(finding) + 2)
    yield (Piece(f"{indent}= fingerprint: ", "dim"), Piece(one_line(finding.fingerprint)))
    for number, copy in enumerate(shown.copies, start=1):
        yield ()
        yield from _copy(finding, copy, f"{number} of {len(shown.copies)}", options)
    left = finding.matches_total - len(shown.copies)
    if left > 0 and shown.copies:
        yield ()
        copies = f"{left:,} more {'copy is' if left == 1 else 'copies are'} known"
        yield from hanging("", plain(f"{copies}, but not named: see --max-matches."), options.width)


def _copy(finding: Finding, copy: Copy, number: str, options: ReportOptions) -> Iterator[Line]:
    path = visible(copy.path, github=options.github)
    date = one_line(copy.date or "", github=options.github)
    about = [part for part in (date, "original" if copy.original else "") if part]
    if copy.path == finding.path:
        about.append("the same article")
    yield from hanging(
        f"{number}: ",
        (
            Piece(f"{path}:{lines_of(copy.passage.b)}", "title"),
            Piece(f" ({', '.join(about)})" if about else ""),
        ),
        options.width,
    )
    yield from hanging("  ", plain(alike(copy.passage, "this", "the copy")), options.width)
    yield from side_by_side(copy.passage.edits, options)
