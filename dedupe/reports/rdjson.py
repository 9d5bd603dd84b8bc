"""The diagnostic format of reviewdog.

Its columns count bytes of UTF-8, for which the text of the line would be needed, so a place is
given by its lines alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from dedupe.model import Finding, Result, Severity
from dedupe.reports.options import ReportOptions
from dedupe.reports.visible import one_line, visible
from dedupe.reports.wording import listed_findings
from dedupe.rows import write_document

_LEVELS = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.NOTE: "INFO"}


def write(result: Result, stream: BinaryIO, options: ReportOptions) -> None:
    """Write the listed findings."""
    diagnostics = [_diagnostic(finding) for finding in listed_findings(result, options)]
    write_document({"source": {"name": "dedupe"}, "diagnostics": diagnostics}, stream)


def _diagnostic(finding: Finding) -> Mapping[str, object]:
    start, end = finding.span.start, finding.span.end
    return {
        "message": one_line(finding.message),
        "location": {
            "path": visible(finding.path),
            "range": {"start": {"line": start.line}, "end": {"line": end.line}},
        },
        "severity": _LEVELS[finding.severity],
        "code": {"value": finding.rule},
    }
