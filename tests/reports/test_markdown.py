from __future__ import annotations

import io
import re

import msgspec
import pytest
from markdown_it import MarkdownIt

from dedupe.model import Finding, Gate, Result
from dedupe.reports import write
from dedupe.reports.options import ReportOptions
from tests.reports import samples
from tests.reports.hostile import TEXT, hostile_result


def written(result: Result) -> str:
    """The summary."""
    stream = io.BytesIO()
    write("markdown", result, stream, ReportOptions())
    return stream.getvalue().decode()


def holding(*findings: Finding) -> Result:
    """The sample with other findings."""
    return msgspec.structs.replace(samples.result(), findings=findings)


def rendered(text: str) -> str:
    """HTML as GitHub makes it, with tables."""
    return str(MarkdownIt("gfm-like", {"linkify": False}).render(text))


def cells(text: str) -> list[int]:
    """Number of cells in each row of the tables of findings."""
    _, *tables = re.findall("<tbody>(.*?)</tbody>", rendered(text), flags=re.DOTALL)
    return [row.count("<td>") for table in tables for row in table.split("<tr>")[1:]]


def test_tables() -> None:
    """One row for each finding, in a table per severity, the most severe first."""
    text = written(samples.result())
    assert re.findall("^### .*", text, flags=re.MULTILINE) == ["### Errors (1)", "### Warnings (4)"]
    assert cells(text) == [5] * 5


HOSTILE = [
    *(TEXT, "a | b", "`x` | ``y``", "\\", "\\|", "*a* _b_", "[a](http://b)", "www.x.example"),
    *("https://x.example", "@somebody", "#12", "<img src=x>", "&copy;", "a@b.example", "|", "`"),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_no_markup(text: str) -> None:
    """Wherever it stands, it is a code span, and the row keeps its cells."""
    finding = msgspec.structs.replace(
        samples.findings()[1],
        path=text,
        message=text,
        excerpt=text,
        matches=(samples.match(text, 1, 1.0),),
        matches_total=1,
    )
    page = written(holding(finding))
    assert cells(page) == [5]
    row = rendered(page).split("<tbody>")[-1]
    # What is left behind the code spans and the table holds nothing of the text.
    rest = re.sub(r"<code>.*?</code>|</?t\w+>|</?tbody>|\s", "", row)
    assert rest == "FIL303"


def test_plain_text_stays_plain() -> None:
    """Messages without markup are no code."""
    assert "| score 0.81 (limit 0.65), 19 words |" in written(samples.result())


def test_hostile_result() -> None:
    """The formats' hostile sample has its two rows."""
    assert cells(written(hostile_result())) == [5, 5]


def test_size_limit() -> None:
    """Whole rows up to 900 KB; the rest is counted, and no later row slips in."""
    errors = [msgspec.structs.replace(samples.findings()[-1], path="p" * 1000)] * 1000
    result = holding(*errors, *[samples.findings()[0]] * 7)
    text = written(result)
    rows = text.count("| TPL205 |")
    assert 800 < rows < 1000
    assert len(text.encode()) < 901_000
    assert f"\n{1000 - rows} more left out.\n" in text
    assert text.endswith("\n7 more left out.\n")


def test_clean_run_and_known_findings() -> None:
    """The title gives the verdict; what is known is counted below the words."""
    base = samples.result()
    summary = msgspec.structs.replace(
        base.summary, findings={"new": 0, "baselined": 3, "suppressed": 1}, gate=Gate(failed=False)
    )
    text = written(msgspec.structs.replace(base, findings=(), summary=summary))
    assert text.startswith("## dedupe: no findings\n")
    assert "\n3 baselined; 1 suppressed.\n" in text
    assert written(base).startswith("## dedupe: failed, 5 findings\n")
