"""One line per finding, `path:line:column: severity CODE message [fingerprint]`, never wrapped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from dedupe.model import Finding, Result
from dedupe.reports.options import ReportOptions
from dedupe.reports.painting import Line, Piece, write_lines
from dedupe.reports.visible import one_line, visible
from dedupe.reports.wording import listed_findings, said


def write(result: Result, stream: BinaryIO, options: ReportOptions) -> None:
    """Write the first `options.max_findings` listed findings (all for 0)."""
    shown = listed_findings(result, options)[: options.max_findings or None]
    write_lines(_lines(shown, options), stream, options)


def _lines(findings: Sequence[Finding], options: ReportOptions) -> Iterator[Line]:
    for finding in findings:
        start = finding.span.start
        path = visible(finding.path, github=options.github)
        message = one_line(said(finding), github=options.github)
        yield (
            Piece(f"{path}:{start.line}:{start.column}: "),
            Piece(finding.severity.value, finding.severity.value),
            Piece(f" {finding.rule} {message}"),
            Piece(f" [{finding.fingerprint[:8]}]", "dim"),
        )
