"""The Code Quality report of GitLab: an array of issues, told apart by their fingerprints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from dedupe.model import Finding, Result, Severity, Span
from dedupe.reports.options import ReportOptions
from dedupe.reports.visible import one_line, visible
from dedupe.reports.wording import listed_findings
from dedupe.rows import write_document

_LEVELS = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def write(result: Result, stream: BinaryIO, options: ReportOptions) -> None:
    """Write the listed findings."""
    write_document([_issue(finding) for finding in listed_findings(result, options)], stream)


def _issue(finding: Finding) -> Mapping[str, object]:
    return {
        "description": one_line(finding.message),
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": _LEVELS[finding.severity],
        "location": _location(finding.path, finding.span),
        "other_locations": [_location(match.path, match.span) for match in finding.matches],
    }


def _location(path: str, span: Span) -> Mapping[str, object]:
    return {
        "path": visible(path),
        "lines": {"begin": span.start.line, "end": span.end.line},
    }
