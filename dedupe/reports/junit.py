"""JUnit XML: a suite per article, a case per finding.

An article without findings has one case that passes, so that a clean run is no empty one. Cases
fail where the gate would (`--fail-on`); other findings pass and say what they are.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePosixPath
from typing import BinaryIO
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from dedupe.model import SEVERITIES, Finding, Result
from dedupe.reports.options import ReportOptions
from dedupe.reports.visible import one_line, visible

_OUTCOMES = ("failure", "error", "skipped")


def write(result: Result, stream: BinaryIO, options: ReportOptions) -> None:
    """Write all findings; what is not new is skipped. There is no time and no host in it."""
    del options  # a machine format has one appearance
    level = result.run.settings.get("output.fail-on", "never")
    failing = [severity for severity in SEVERITIES if level in SEVERITIES[: severity.rank + 1]]
    found: dict[str, list[Finding]] = defaultdict(list)
    for article in result.articles:
        found[article.path] = []
    for finding in result.findings:
        found[finding.path].append(finding)
    root = Element("testsuites", name="dedupe")
    for path, findings in found.items():
        suite = SubElement(root, "testsuite", name=visible(path))
        for finding in findings:
            _add_case(suite, finding, fails=finding.severity in failing)
        if not findings:
            SubElement(suite, "testcase", classname=_class(path), name="no findings")
    budgets = [reason for reason in result.summary.gate.reasons if reason != "fail-on"]
    if budgets:
        suite = SubElement(root, "testsuite", name="gate")
        for budget in budgets:
            case = SubElement(suite, "testcase", classname="gate", name=one_line(budget))
            SubElement(
                case, "failure", type="gate", message=f"the gate --{one_line(budget)} failed"
            )
    for element in (*root, root):
        _count(element)
    indent(root)
    ElementTree(root).write(stream, encoding="utf-8", xml_declaration=True)
    stream.write(b"\n")


def _add_case(suite: Element, finding: Finding, *, fails: bool) -> None:
    start = finding.span.start
    case = SubElement(
        suite,
        "testcase",
        classname=_class(finding.path),
        name=f"{finding.rule} {finding.name} ({start.line}:{start.column})",
        file=visible(finding.path),
        line=str(start.line),
    )
    message = one_line(finding.message)
    if finding.status != "new":
        SubElement(case, "skipped", message=finding.status)
    elif fails:
        failure = SubElement(case, "failure", type=finding.rule, message=message)
        failure.text = one_line(finding.excerpt)
    else:
        SubElement(case, "system-out").text = f"{finding.severity.value}: {message}"


def _class(path: str) -> str:
    """Viewers make a tree of the parts between dots."""
    return ".".join(PurePosixPath(visible(path)).with_suffix("").parts)


def _count(element: Element) -> None:
    element.set("tests", str(sum(1 for _ in element.iter("testcase"))))
    for outcome in _OUTCOMES:
        name = outcome if outcome == "skipped" else f"{outcome}s"
        element.set(name, str(sum(1 for _ in element.iter(outcome))))
