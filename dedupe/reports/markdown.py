"""The summary of a job on GitHub, also good for a comment.

GitHub drops a summary above 1 MiB as a whole, so the rows end at 900 KB, and what is left out is
counted. What could act stands in a code span, where nothing is markup, mention or address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from dedupe.model import SEVERITIES, Finding, Result
from dedupe.reports.options import ReportOptions
from dedupe.reports.visible import one_line
from dedupe.reports.wording import (
    SHARES,
    counted,
    headline,
    lines_of,
    listed_findings,
    percent,
    word_counts,
)

_MOST_BYTES = 900_000
_EXCERPT_WORDS = 12
_PLAIN = re.compile(r"(?!.*(?:www\.|://))(?:[^\W_]|[ .,;:()%/'\"-])*")
"""A line without markup, mention and address"""


def write(result: Result, stream: BinaryIO, options: ReportOptions) -> None:
    """Write the word counts, and a table of the listed findings of each severity."""
    used = _write("".join(f"{line}\n" for line in _head(result)), stream)
    found = listed_findings(result, options)
    for severity in reversed(SEVERITIES):
        findings = [finding for finding in found if finding.severity is severity]
        if not findings:
            continue
        title = f"### {severity.value.capitalize()}s ({len(findings):,})"
        columns = "| where | rule | finding | passage | also in |\n|---|---|---|---|---|"
        used += _write(f"\n{title}\n\n{columns}\n", stream)
        for number, finding in enumerate(findings):
            row = f"| {' | '.join(_cells(finding))} |\n"
            if used + len(row.encode()) > _MOST_BYTES:
                used = _MOST_BYTES  # a short row further on must not slip in
                _write(f"\n{len(findings) - number:,} more left out.\n", stream)
                break
            used += _write(row, stream)


def _write(text: str, stream: BinaryIO) -> int:
    return stream.write(text.encode())


def _head(result: Result) -> Iterator[str]:
    summary = result.summary
    failed = "failed, " if summary.gate.failed else ""
    new = summary.findings.get("new", 0)
    yield f"## dedupe: {failed}{counted(new, 'finding') if new else 'no findings'}"
    yield ""
    yield f"| articles | words | {' | '.join(SHARES)} |"
    yield f"|{'---:|' * (2 + len(SHARES))}"
    shares = " | ".join(percent(words, summary.words) for words in word_counts(summary))
    yield f"| {summary.articles:,} | {summary.words:,} | {shares} |"
    parts = [
        f"{summary.findings[status]:,} {status}"
        for status in ("baselined", "suppressed")
        if summary.findings.get(status)
    ]
    if summary.gate.reasons:
        parts.append(f"over the limit: {', '.join(map(_text, summary.gate.reasons))}")
    if parts:
        yield ""
        yield f"{'; '.join(parts).capitalize()}."


def _cells(finding: Finding) -> Iterator[str]:
    yield _code(f"{finding.path}:{lines_of(finding.span)}")
    yield finding.rule
    yield _text(headline(finding))
    words = finding.excerpt.split()
    cut = " ..." if len(words) > _EXCERPT_WORDS else ""
    yield _code(" ".join(words[:_EXCERPT_WORDS]) + cut)
    places = [_code(f"{match.path}:{lines_of(match.span)}") for match in finding.matches[:1]]
    left = finding.matches_total - len(places)
    yield " and ".join([*places, *([f"{left:,} more"] if left > 0 else [])])


def _text(text: str) -> str:
    text = one_line(text)
    return text if _PLAIN.fullmatch(text) else _code(text)


def _code(text: str) -> str:
    """A code span; what would end it, or its cell of the table, is an escape."""
    harmless = one_line(text).replace("`", "\\x60").replace("|", "\\x7c")
    return f"`{harmless}`" if harmless else ""
