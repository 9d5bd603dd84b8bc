from __future__ import annotations

import codecs
import csv
import io

import msgspec
import pytest

from dedupe.model import Finding, Result
from dedupe.reports import write
from dedupe.reports.options import ReportOptions
from tests.reports import samples
from tests.reports.hostile import hostile_result


def written(result: Result, *, bom: bool = False) -> bytes:
    """The table as it is written."""
    stream = io.BytesIO()
    write("csv", result, stream, ReportOptions(csv_bom=bom))
    assert not stream.closed
    return stream.getvalue()


def rows(result: Result) -> list[dict[str, str]]:
    """The table as it is read."""
    return list(csv.DictReader(io.StringIO(written(result).decode(), newline=""), strict=True))


def holding(*findings: Finding) -> Result:
    """The sample with other findings."""
    return msgspec.structs.replace(samples.result(), findings=findings)


def test_row_for_each_finding_and_place() -> None:
    """A finding without other places has one row."""
    table = rows(samples.result())
    assert [row["rule"] for row in table] == [
        *("DUP102", "DUP102", "FIL303", "FIL308", "DUP104", "DUP104", "TPL205")
    ]
    assert [row["match_path"] for row in table][:3] == [
        *("articles/bakery.md", "articles/ovens-of-the-north.md", "")
    ]
    assert (table[0]["similarity"], table[0]["matches_total"]) == ("0.9412", "4")


def test_header_without_findings() -> None:
    """The header is always there."""
    assert written(holding()).startswith(b"rule,name,severity,")
    assert written(holding()).count(b"\n") == 1


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\uff1d", "\t=", "\r="])
def test_no_cell_is_a_formula(start: str) -> None:
    """What a spreadsheet would compute is text."""
    path, text = f"{start}cmd().md", f"{start}HYPERLINK(A1)"
    finding = msgspec.structs.replace(
        samples.findings()[0],
        path=path,
        message=text,
        excerpt=text,
        matches=(samples.match(path, 1, 0.9, text),),
    )
    (row,) = rows(holding(finding))
    for name in ("path", "message", "excerpt", "match_path", "match_date"):
        assert row[name][0] in "'\\"
        assert row[name].endswith(("cmd().md", "HYPERLINK(A1)"))


def test_hostile_text_stays_in_its_cell() -> None:
    """A line per row, whatever quotes and line ends an article has."""
    content = written(hostile_result()).decode()
    assert len(content.splitlines()) == 3
    assert {len(row) for row in csv.reader(io.StringIO(content), strict=True)} == {20}


def test_byte_order_mark() -> None:
    """On request, once."""
    assert written(samples.result(), bom=True) == codecs.BOM_UTF8 + written(samples.result())
