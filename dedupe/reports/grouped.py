"""Findings by article, one line each, in columns: place, severity, rule, message, fingerprint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from dedupe.model import Article, Finding, Result
from dedupe.reports.options import ReportOptions
from dedupe.reports.painting import Line, Piece, cell_width, write_lines
from dedupe.reports.summary import closing_lines, left_out_lines
from dedupe.reports.visible import one_line, visible
from dedupe.reports.wording import counted, listed_findings, percent, said

_WIDEST = 80
"""Cells of a message up to which the fingerprints of an article stand below each other."""


def write(result: Result, stream: BinaryIO, options: ReportOptions) -> None:
    """Write listed findings, the articles in the order of their first ones, and the totals."""
    write_lines(_lines(result, options), stream, options)


def _lines(result: Result, options: ReportOptions) -> Iterator[Line]:
    found = listed_findings(result, options)
    shown = found[: options.max_findings or None]
    accounts = {account.path: account for account in result.articles}
    groups: dict[str, list[Finding]] = {}
    for finding in shown:
        groups.setdefault(finding.path, []).append(finding)
    for path, findings in groups.items():
        yield _header(path, accounts.get(path), options)
        yield from _rows(findings, options)
        yield ()
    yield from left_out_lines(len(found) - len(shown))
    yield from closing_lines(result, options)


def _header(path: str, account: Article | None, options: ReportOptions) -> Line:
    name = Piece(visible(path, github=options.github), "title")
    if account is None:  # nothing could be read of it
        return (name,)
    unique = percent(account.unique_words, account.words)
    return name, Piece(f"  ({counted(account.words, 'word')}, {unique} unique)")


def _rows(findings: Sequence[Finding], options: ReportOptions) -> Iterator[Line]:
    starts = [finding.span.start for finding in findings]
    places = [f"{start.line}:{start.column}" for start in starts]
    texts = [one_line(said(finding), github=options.github) for finding in findings]
    left = max(map(len, places))
    right = min(max(map(cell_width, texts)), _WIDEST)
    for finding, place, text in zip(findings, places, texts, strict=True):
        severity = finding.severity.value
        yield (
            Piece(f"  {place:<{left}}  "),
            Piece(f"{severity:<7}", severity),
            Piece(f"  {finding.rule}  {text}{' ' * (right - cell_width(text))}"),
            Piece(f"  {finding.fingerprint[:8]}", "dim"),
        )
