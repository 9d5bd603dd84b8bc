"""6,000 findings: what a service would drop in silence is left out aloud."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path

import jsonschema
import msgspec
import pytest

from dedupe.model import SEVERITIES, Position, Result, Span
from dedupe.reports import write
from dedupe.reports.options import ReportOptions
from tests.reports import samples

COUNT = 6000
MARKS = {
    "jsonl": '"kind":"finding"',
    "csv": ":1,incoming/",
    "gitlab": '"check_name"',
    "rdjson": '"severity"',
    "junit": ' line="',
    "concise": " [0000",
    "full": "--> incoming/",
}
"""What stands once with each finding, in formats that have no limit"""
SCHEMA = Path(__file__).with_name("sarif-2.1.0.schema.json")


@pytest.fixture(scope="module")
def many() -> Result:
    """Findings of all severities, each in a line of its own, notes first."""
    base = samples.result()
    found = []
    for number in range(COUNT):
        severity = SEVERITIES[number * len(SEVERITIES) // COUNT]
        place = Position(number + 1, 1, 10 * number)
        finding = msgspec.structs.replace(
            base.findings[number % len(base.findings)],
            severity=severity, span=Span(place, place), fingerprint=f"{number:016x}:1",
        )  # fmt: skip
        found.append(finding)
    severities = {level.value: COUNT // len(SEVERITIES) for level in SEVERITIES}
    counts = {"new": COUNT, "baselined": 0, "suppressed": 0}
    summary = msgspec.structs.replace(base.summary, findings=counts, severities=severities)
    return msgspec.structs.replace(base, findings=tuple(found), summary=summary)


def written(name: str, result: Result) -> str:
    """What a format writes."""
    stream = io.BytesIO()
    write(name, result, stream, ReportOptions())
    return stream.getvalue().decode()


def test_sarif(many: Result) -> None:
    """The 5,000 most severe, in that order; a notification tells of the rest."""
    document = json.loads(written("sarif", many))
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
    (run,) = document["runs"]
    levels = [result["level"] for result in run["results"]]
    assert Counter(levels) == {"error": 2000, "warning": 2000, "note": 1000}
    assert levels == sorted(levels, key=["error", "warning", "note"].index)
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "1,000 results left out" in told["message"]["text"]


def test_github(many: Result) -> None:
    """Ten of each level, of which the last notice tells of the rest."""
    lines = written("github", many).splitlines()
    assert Counter(line[2:].partition(" ")[0] for line in lines) == {
        "error": 10, "warning": 10, "notice": 10,
    }  # fmt: skip
    assert "5,971 more findings" in lines[-1]


def test_markdown(many: Result) -> None:
    """Below 1 MiB, above which GitHub drops the whole; every severity says what is left out."""
    text = written("markdown", many)
    assert len(text.encode()) < 1 << 20
    assert "| 3 | 1,060 |" in text


@pytest.mark.parametrize("name", MARKS)
def test_nothing_is_cut_elsewhere(many: Result, name: str) -> None:
    """Formats without a limit of their reader hold all."""
    text = written(name, many)
    mark = MARKS[name]
    rows = sum(max(len(finding.matches), 1) for finding in many.findings)
    assert text.count(mark) == (rows if name == "csv" else COUNT)
