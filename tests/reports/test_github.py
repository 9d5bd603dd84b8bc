from __future__ import annotations

import io
import re

import msgspec
import pytest

from dedupe.model import Finding, Result, Severity
from dedupe.reports import write
from dedupe.reports.options import ReportOptions
from tests.reports import samples
from tests.reports.hostile import hostile_result

COMMAND = re.compile(r"::(error|warning|notice) ((?:\w+=[^,:]+,?)+)::(.+)")


def commands(result: Result) -> list[tuple[str, dict[str, str], str]]:
    """Level, properties and text of each line; every line is a command."""
    stream = io.BytesIO()
    write("github", result, stream, ReportOptions())
    found = []
    for line in stream.getvalue().decode().splitlines():
        command = COMMAND.fullmatch(line)
        assert command, line
        pairs = (pair.split("=", 1) for pair in command[2].split(","))
        found.append((command[1], dict(pairs), command[3]))
    return found


def many(**numbers: int) -> Result:
    """So many findings of each severity, in turn."""
    findings: list[Finding] = []
    for severity, number in numbers.items():
        findings += [msgspec.structs.replace(samples.findings()[1], severity=Severity(severity))
                     ] * number  # fmt: skip
    return msgspec.structs.replace(samples.result(), findings=tuple(findings))


@pytest.mark.parametrize(
    ("numbers", "levels", "left"),
    [
        ({"error": 10, "warning": 10, "note": 10}, (10, 10, 10), 0),
        ({"error": 11, "warning": 10, "note": 10}, (10, 10, 10), 2),
        ({"note": 30, "warning": 2}, (0, 2, 10), 21),
        ({"warning": 12}, (0, 10, 1), 2),
        ({}, (0, 0, 0), 0),
    ],
)
def test_ten_of_each_level(numbers: dict[str, int], levels: tuple[int, ...], left: int) -> None:
    """GitHub drops the eleventh in silence; the notice that counts the rest is one of the ten."""
    found = commands(many(**numbers))
    names = [level for level, _, _ in found]
    assert tuple(names.count(level) for level in ("error", "warning", "notice")) == levels
    last = found[-1] if found else None
    if left:
        assert last is not None
        assert last[1] == {"title": "dedupe"}
        assert last[2].startswith(f"{left} more findings: ")
    else:
        assert last is None or last[1]["file"]


def test_columns_of_one_line_only() -> None:
    """GitHub refuses columns of a place with several lines."""
    places = {place["title"].split()[0]: place for _, place, _ in commands(samples.result())}
    assert (places["FIL303"]["col"], places["FIL303"]["endColumn"]) == ("1", "96")
    assert (places["DUP102"]["line"], places["DUP102"]["endLine"]) == ("3", "6")
    assert "col" not in places["DUP102"]


def test_hostile_articles_give_no_command() -> None:
    """One line for each finding, whatever is in the names and texts; also in the older form."""
    found = commands(hostile_result())
    assert [place["title"] for _, place, _ in found] == [
        "DUP102 near-duplicate-passage",
        "FIL303 low-information-passage",
    ]
    assert all("##[" not in text and "::" not in text for _, _, text in found)


def test_escapes() -> None:
    """Percent signs in texts; also colons and commas in properties."""
    finding = msgspec.structs.replace(
        samples.findings()[1], path="a,b:c%.md", message="100%0A, or: more"
    )
    result = msgspec.structs.replace(samples.result(), findings=(finding,))
    ((_, place, text),) = commands(result)
    assert place["file"] == "a%2Cb%3Ac%25.md"
    assert text.startswith("100%250A, or: more%0ADelete the passage")
