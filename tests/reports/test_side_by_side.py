"""Two texts in columns: in step, within the width, paragraph by paragraph."""

from __future__ import annotations

import pytest

from dedupe.model import Edit
from dedupe.reports.compare import side_by_side
from dedupe.reports.options import ReportOptions
from dedupe.reports.painting import line_width, painter


def rows(*edits: Edit, width: int = 72, encoding: str = "ascii") -> list[str]:
    """The rows of some edits without trailing spaces."""
    options = ReportOptions(width=width, encoding=encoding)
    lines = list(side_by_side(edits, options))
    assert all(line_width(line) <= width for line in lines)
    return [painter(color=False)(line).rstrip() for line in lines]


def test_paragraphs_and_items_begin_rows() -> None:
    """In both columns, and behind an edit that ends with its paragraph."""
    one = Edit(
        "equal", "One two.\r\n\r\n- three\n- four\nfive ", "One two.\n\n- three\n- four\nfive "
    )
    edits = (one, Edit("replace", "six\n\n", "seven.\n\n"), Edit("equal", "Eight", "Eight"))
    assert rows(*edits) == [
        "  One two.                          | One two.",
        "                                    |",
        "  - three                           | - three",
        "  - four five [-six-]               | - four five {+seven.+}",
        "                                    |",
        "  Eight                             | Eight",
    ]
    assert rows(*edits, width=40) == [
        "  One two.",
        "",
        "  - three",
        "  - four five [-six-] {+seven.+}",
        "",
        "  Eight",
    ]


def test_what_is_glued_stays_glued() -> None:
    """Quotation marks, and languages without spaces."""
    edits = (
        Edit("equal", 'He said "', 'He said "'),
        Edit("replace", "no", "yes"),
        Edit("equal", '" today', '" today'),
    )
    assert rows(*edits) == ['  He said "[-no-]" today            | He said "{+yes+}" today']


@pytest.mark.parametrize("width", [20, 39, 72, 73, 110])
def test_wide_characters_stay_within_their_column(width: int) -> None:
    """A text without spaces is cut, and both sides stay in step."""
    text = "東京都の古いパン屋は金曜日に十一年ぶりに窯に火を入れた。" * 4
    found = rows(Edit("equal", text, text), width=width, encoding="utf-8")
    columns = [row.split("\u2502") for row in found]
    assert "".join(column[0].strip() for column in columns) == text
    if width >= 72:
        assert "".join(column[1].strip() for column in columns) == text


def test_a_side_without_words() -> None:
    """What only one text has leaves the other column empty."""
    assert rows(Edit("delete", "gone now", ""), Edit("equal", "x", "x")) == [
        "  [-gone now-]x                     | x"
    ]
    assert rows(Edit("insert", "", "new")) == ["                                    | {+new+}"]
    assert rows() == []
