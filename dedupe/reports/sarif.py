"""SARIF 2.1.0, within the limits of GitHub code scanning.

GitHub shows the 5,000 most severe results of a run, demands all four numbers of a region, and
refuses empty texts. It computes `primaryLocationLineHash` itself, from the line in which a result
begins: two results of one rule in one line are one alert there, so the first tells of the others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import BinaryIO
from urllib.parse import quote

from dedupe.model import REWORDED_RULES, RULES, Finding, Match, Result, Severity, Span
from dedupe.reports.options import ReportOptions
from dedupe.reports.rulebook import page
from dedupe.reports.visible import one_line
from dedupe.reports.wording import counted, listed_findings, similar
from dedupe.rows import write_document

_RELATED_LOCATIONS = 20
_DESCRIPTION_CHARACTERS = 1024
_BRACKET = re.compile(r"[\[\]]")
_PROBLEM = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "recommendation",
}


def write(result: Result, stream: BinaryIO, options: ReportOptions) -> None:
    """Write one run with the listed findings, most severe first, at most `sarif_max` of them."""
    found = sorted(listed_findings(result, options), key=lambda finding: -finding.severity.rank)
    in_line = Counter(map(_line, found))
    first = list({_line(finding): finding for finding in reversed(found)}.values())[::-1]
    shown = first[: options.sarif_max]
    codes = [code for code in RULES if code in {finding.rule for finding in shown}]
    invocation: dict[str, object] = {"executionSuccessful": True}
    if len(shown) < len(first):
        left = f"{counted(len(first) - len(shown), 'result')} left out, see --sarif-max"
        notification = {"level": "note", "message": {"text": f"{left}."}}
        invocation["toolExecutionNotifications"] = [notification]
    run = {
        "tool": {
            "driver": {
                "name": "dedupe",
                "semanticVersion": result.run.version,
                "rules": [_rule(code) for code in codes],
            }
        },
        "automationDetails": {"id": f"dedupe/{result.run.command}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The working directory"}}},
        "invocations": [invocation],
        "results": [_result(finding, codes, in_line[_line(finding)] - 1) for finding in shown],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    write_document({"$schema": schema, "version": "2.1.0", "runs": [run]}, stream)


def _line(finding: Finding) -> tuple[str, str, int]:
    """What GitHub tells results apart by."""
    return finding.rule, finding.path, finding.span.start.line


def _rule(code: str) -> Mapping[str, object]:
    rule, text = RULES[code], page(code)
    what, fix = (" ".join(part.replace("`", "").split()) for part in (text.what, text.fix))
    return {
        "id": code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": what[:_DESCRIPTION_CHARACTERS]},
        "help": {
            "text": fix,
            "markdown": f"{text.what}\n\n## How to fix it\n\n{text.fix}\n\n"
            f"## How to silence it\n\n{text.silence}",
        },
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {"tags": ["content"], "problem.severity": _PROBLEM[rule.severity]},
    }


def _result(finding: Finding, codes: Sequence[str], others: int) -> Mapping[str, object]:
    """A finding; `others` of its rule begin in the same line."""
    text = _linked(finding)
    if others:
        text += f" {counted(others, 'finding')} more of this rule in this line."
    cluster = finding.cluster
    properties = {
        "words": finding.words,
        "similarity": finding.similarity,
        "score": finding.score,
        "cluster": cluster and cluster.id,
        "articles_in_cluster": cluster and cluster.size,
    }
    return {
        **_status(finding),
        "ruleId": finding.rule,
        "ruleIndex": codes.index(finding.rule),
        "level": finding.severity.value,
        "message": {"text": text},
        "locations": [{"physicalLocation": _location(finding.path, finding.span)}],
        "relatedLocations": [
            {
                "id": number,
                "message": {"text": _about(finding, match)},
                "physicalLocation": _location(match.path, match.span),
            }
            for number, match in enumerate(finding.matches[:_RELATED_LOCATIONS], start=1)
        ],
        "partialFingerprints": {"dedupeFinding/v1": finding.fingerprint},
        "properties": {key: value for key, value in properties.items() if value is not None},
    }


def _status(finding: Finding) -> Mapping[str, object]:
    """What GitHub does not know, so that it would open these results: for other viewers."""
    if finding.status == "baselined":
        return {"baselineState": "unchanged"}
    said = finding.suppression
    if said is None:
        return {}
    reason = {"justification": one_line(said.reason)} if said.reason else {}
    kind = "inSource" if said.by == "directive" else "external"
    return {"suppressions": [{"kind": kind, "status": "accepted", **reason}]}


def _linked(finding: Finding) -> str:
    """The message, in which the first place that it names links to the related location."""
    text = _without_links(finding.message)
    for match in finding.matches[:1]:
        for place in (f"{match.path}:{match.span.start.line}", match.path):
            name = _without_links(place)
            if name in text:
                label = _BRACKET.sub(r"\\\g<0>", name)
                return text.replace(name, f"[{label}](1)", 1)
    return text


def _about(finding: Finding, match: Match) -> str:
    alike = "in other words" if finding.rule in REWORDED_RULES else similar(match.similarity)
    return _without_links(f"{match.date}, {alike}") if match.date else alike


def _without_links(text: str) -> str:
    """`[text](address)` of an article must not become a link."""
    return one_line(text).replace("](", "] (")


def _location(path: str, span: Span) -> Mapping[str, object]:
    return {
        "artifactLocation": _artifact(path),
        "region": {
            "startLine": span.start.line,
            "startColumn": span.start.column,
            "endLine": span.end.line,
            "endColumn": span.end.column,
        },
    }


def _artifact(path: str) -> Mapping[str, str]:
    """A path as a URI: relative to the working directory, unless it is absolute."""
    uri = quote(path, errors="backslashreplace")
    if path.startswith("/"):
        return {"uri": f"file://{uri}"}
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}
