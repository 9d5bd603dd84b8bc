"""The files that a run would read, and why the rest is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from dedupe.model import Skipped
from dedupe.reports.options import ReportOptions
from dedupe.reports.painting import Line, Piece, plain, write_lines
from dedupe.reports.visible import one_line, visible


def write(
    paths: Iterable[str], skipped: Sequence[Skipped], stream: BinaryIO, options: ReportOptions
) -> None:
    """Write one path per line; with `options.verbose` the skipped files and their reasons too."""
    write_lines(_lines(paths, skipped if options.verbose else (), options), stream, options)


def _lines(
    paths: Iterable[str], skipped: Sequence[Skipped], options: ReportOptions
) -> Iterator[Line]:
    for path in paths:
        yield plain(visible(path, github=options.github))
    for entry in skipped:
        path = visible(entry.path, github=options.github)
        reason = one_line(entry.reason, github=options.github)
        yield (Piece(path), Piece(f"  skipped: {reason}", "dim" if entry.deliberate else "warning"))
