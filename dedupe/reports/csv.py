"""A table for spreadsheets: one row per finding and other place."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from dedupe.model import Finding, Result
from dedupe.reports.options import ReportOptions
from dedupe.reports.visible import one_line, visible

_COLUMNS = (
    *("rule", "name", "severity", "status", "fingerprint"),
    *("path", "line", "column", "end_line", "end_column", "words", "similarity", "score"),
    *("match_path", "match_line", "match_similarity", "match_date", "matches_total"),
    *("message", "excerpt"),
)
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet compute a cell, also in full width. Tabs and returns are escapes."""


def write(result: Result, stream: BinaryIO, options: ReportOptions) -> None:
    """Write all findings, whatever their status; a byte-order mark with `csv_bom`."""
    if options.csv_bom:
        stream.write(codecs.BOM_UTF8)
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for finding in result.findings:
        writer.writerows(_rows(finding))
    text.detach()  # flushes; the stream is the caller's


def _rows(finding: Finding) -> Iterator[tuple[object, ...]]:
    start, end = finding.span.start, finding.span.end
    head = (
        finding.rule,
        finding.name,
        finding.severity.value,
        finding.status,
        finding.fingerprint,
        _cell(visible(finding.path)),
        *(start.line, start.column, end.line, end.column),
        finding.words,
        finding.similarity,
        finding.score,
    )
    tail = (
        finding.matches_total,
        _cell(one_line(finding.message)),
        _cell(one_line(finding.excerpt)),
    )
    for match in finding.matches:
        date = _cell(one_line(match.date or ""))
        place = (_cell(visible(match.path)), match.span.start.line, match.similarity, date)
        yield (*head, *place, *tail)
    if not finding.matches:
        yield (*head, "", "", "", "", *tail)


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
