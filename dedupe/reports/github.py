"""Annotations of a pull request, as workflow commands of GitHub.

GitHub keeps ten annotations of each level of one step and drops the others in silence; so no more
are written, and a notice tells how many were left out.
"""

from __future__ import annotations

from collections import defaultdict
from typing import BinaryIO

from dedupe.model import SEVERITIES, Finding, Result, Severity
from dedupe.reports.options import ReportOptions
from dedupe.reports.rulebook import advice
from dedupe.reports.visible import one_line, visible
from dedupe.reports.wording import counted, listed_findings

_KEPT = 10
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def write(result: Result, stream: BinaryIO, options: ReportOptions) -> None:
    """Write one line for each of the first ten listed findings of every level."""
    found: dict[Severity, list[Finding]] = defaultdict(list)
    for finding in listed_findings(result, options):
        found[finding.severity].append(finding)
    cut = any(len(findings) > _KEPT for findings in found.values())
    left = 0
    for severity in reversed(SEVERITIES):
        # What tells of the rest is a notice as well.
        kept = _KEPT - 1 if cut and severity is Severity.NOTE else _KEPT
        for finding in found[severity][:kept]:
            stream.write(_command(finding).encode())
        left += max(len(found[severity]) - kept, 0)
    if left:
        more = f"{counted(left, 'more finding')}: see a report that holds all"
        stream.write(f"::notice title=dedupe::{more}\n".encode())


def _command(finding: Finding) -> str:
    start, end = finding.span.start, finding.span.end
    properties: dict[str, object] = {
        "title": f"{finding.rule} {finding.name}",
        "file": visible(finding.path),
        "line": start.line,
        "endLine": end.line,
    }
    if start.line == end.line:  # columns of several lines are refused
        properties |= {"col": start.column, "endColumn": end.column}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    # The older form of a command, ##[error], counts anywhere in a line.
    message = one_line(finding.message, github=True)
    text = _data(f"{message}\n{advice(finding.rule)}.")
    return f"::{_LEVELS[finding.severity]} {listed}::{text}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: object) -> str:
    return _data(str(value)).replace(":", "%3A").replace(",", "%2C")
