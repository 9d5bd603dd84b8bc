"""What `full` shows, beyond its golden file."""

from __future__ import annotations

import io

import msgspec
import pytest

from dedupe.model import Evidence, Finding, Gate, Result
from dedupe.reports import write
from dedupe.reports.excerpt import excerpt_lines
from dedupe.reports.options import ReportOptions
from dedupe.reports.painting import Piece, cell_width, line_width, painter, wrap
from tests.reports import samples


def _full(result: Result, *, max_findings: int = 0) -> str:
    stream = io.BytesIO()
    write("full", result, stream, ReportOptions(max_findings=max_findings))
    return stream.getvalue().decode()


def _excerpt(finding: Finding, options: ReportOptions | None = None) -> list[str]:
    paint = painter(color=False)
    return [paint(line) for line in excerpt_lines(finding, options or ReportOptions())]


def _finding(
    excerpt: str, *evidence: Evidence, words: int = 9, length: int | None = None
) -> Finding:
    return samples.finding(
        "DUP102",
        "a.md",
        samples.span(9, 100, len(excerpt) if length is None else length),
        excerpt,
        message="",
        words=words,
        similarity=0.9,
        evidence=evidence,
    )


def test_marks_are_placed_by_code_points() -> None:
    """Evidence counts code points of the article; the excerpt begins at the span."""
    finding = _finding(
        "\U0001f600 caf\u00e9 noir", Evidence("edit", "caf\u00e9", "the", start=102, end=106)
    )
    assert _excerpt(finding)[1] == " 9 | \U0001f600 [caf\u00e9] noir"


def test_marks_outside_the_excerpt_are_left_out() -> None:
    """An edit behind the cut, or before the passage, marks nothing; one across is clipped."""
    marks = (
        Evidence("edit", "x", "y", start=10, end=20),
        Evidence("edit", "x", "y", start=104, end=190),
        Evidence("edit", "x", "y", start=150, end=160),
    )
    assert _excerpt(_finding("one two", *marks))[1] == " 9 | one [two]"


def test_lines_are_numbered_as_in_the_file() -> None:
    """CRLF, LF and CR end a line; an empty line keeps its number for itself."""
    rows = _excerpt(_finding("one\r\ntwo\n\nfour\rfive"))
    assert rows[1:-1] == ["  9 | one", " 10 | two", " 12 | four", " 13 | five"]


def test_rest_of_the_passage_is_counted() -> None:
    """What the excerpt leaves out is said in words."""
    rows = _excerpt(_finding("It's a well-known tale", words=20, length=500))
    assert rows[1] == " 9 | It's a well-known tale [... 15 more words]"


@pytest.mark.parametrize("width", [20, 40, 80])
def test_rows_fit_the_width(width: int) -> None:
    """Wide characters count as two cells; a word longer than a line is cut."""
    text = "\u9577\u3044\u8a18\u4e8b " * 20 + "w" * 300 + " end"
    rows = _excerpt(_finding(text), ReportOptions(width=width))
    assert max(cell_width(row) for row in rows) <= width
    assert "".join("".join(row.split("| ")[-1].split()) for row in rows).count("w") == 300


def test_wrap_keeps_every_word_in_order() -> None:
    """Words glued together from several pieces stay together."""
    pieces = [Piece("one tw"), Piece("o", "differs"), Piece(", three "), Piece(" four")]
    lines = list(wrap(pieces, 8))
    assert ["".join(piece.text for piece in line) for line in lines] == [
        "one two,",
        "three",
        "four",
    ]
    assert all(line_width(line) <= 8 for line in lines)


def test_findings_are_limited_aloud() -> None:
    """A cut list says how many findings it leaves out."""
    text = _full(samples.result(), max_findings=1)
    assert "4 more: use -o jsonl:FILE" in text
    assert "Found 5 findings" in text


def test_nothing_found() -> None:
    """A clean result says so, and nothing of a gate."""
    base = samples.result()
    summary = msgspec.structs.replace(
        base.summary, findings={"new": 0}, severities={}, gate=Gate(False)
    )
    text = _full(msgspec.structs.replace(base, findings=(), summary=summary, skipped=()))
    assert text.startswith("No findings.\n")
    assert "Gate" not in text


def test_no_headers_without_order_by_path() -> None:
    """Findings sorted by severity do not repeat the header of their article."""
    base = samples.result()
    first, *rest = base.findings
    mixed = msgspec.structs.replace(base, findings=(*rest, first))
    assert "120 words: 43% duplicate" in _full(base)
    assert "120 words: 43% duplicate" not in _full(mixed)


def test_advice_is_given_once_per_rule_and_article() -> None:
    """A second finding of the same rule does not repeat the help line."""
    base = samples.result()
    first = base.findings[0]
    text = _full(msgspec.structs.replace(base, findings=(first, first)))
    assert text.count("= help:") == 1


def test_no_percentage_of_a_reworded_passage() -> None:
    """Other places are named with their date; lines end with a word, whatever the lists hold."""
    lines = _full(samples.result()).splitlines()
    (first,) = (n for n, line in enumerate(lines) if "= also in: articles/kilns.md:5" in line)
    assert lines[first].endswith("  2024-01-15, original")
    assert lines[first + 1].endswith("articles/ovens-of-the-north.md:30")
    assert "%" not in "".join(lines[first : first + 2])
