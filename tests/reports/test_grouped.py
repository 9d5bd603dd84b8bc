from __future__ import annotations

import io

import msgspec

from dedupe.model import Result
from dedupe.reports import write
from dedupe.reports.options import ReportOptions
from tests.reports import samples


def lines(result: Result, options: ReportOptions = ReportOptions()) -> list[str]:  # noqa: B008 - frozen
    """What is printed."""
    stream = io.BytesIO()
    write("grouped", result, stream, options)
    return stream.getvalue().decode().splitlines()


def test_articles_stand_once_in_any_order() -> None:
    """Sorted by something else, they come in the order of their first findings."""
    base = samples.result()
    findings = sorted(base.findings, key=lambda finding: -finding.severity.rank)
    printed = lines(msgspec.structs.replace(base, findings=tuple(findings)))
    heads = [line for line in printed if line.startswith("incoming/")]
    assert [head.partition("  ")[0] for head in heads] == ["incoming/cake.md", "incoming/bread.md"]


def test_findings_on_files_that_are_no_articles() -> None:
    """They have no account."""
    base = samples.result()
    finding = msgspec.structs.replace(base.findings[0], path="x.json")
    printed = lines(msgspec.structs.replace(base, findings=(finding,)))
    assert printed[0] == "x.json"


def test_what_is_left_out_is_told() -> None:
    """As in `full`, and the totals are of all."""
    printed = lines(samples.result(), ReportOptions(max_findings=1))
    assert sum(line.startswith("  ") for line in printed[:2]) == 1
    assert "4 more: use -o jsonl:FILE, or --max-findings 0 to see all here." in printed
    assert any(line.startswith("Found 5 findings") for line in printed)
