from __future__ import annotations

import msgspec
import pytest

from dedupe.reports.wording import counted, headline, likeness, lines_of, percent, similar
from tests.reports import samples


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 100, "0%"),
        (0, 0, "0%"),
        (1, 1000, "<1%"),
        (5, 1000, "<1%"),
        (6, 1000, "1%"),
        (999, 1000, "99%"),
        (1000, 1000, "100%"),
        (0.9412, 1, "94%"),
    ],
)
def test_percent_never_lies_at_the_ends(part: float, whole: float, text: str) -> None:
    """Something is never 0%, and not all is never 100%."""
    assert percent(part, whole) == text


def test_counted() -> None:
    """Singular, plural, thousands."""
    assert [counted(n, "word") for n in (0, 1, 1902)] == ["0 words", "1 word", "1,902 words"]


def test_similar() -> None:
    """Only equal shingle sets are identical."""
    assert [similar(1.0), similar(0.9999)] == ["identical", "99% similar"]


def test_lines_of() -> None:
    """One line, or the first and the last."""
    assert lines_of(samples.span(9, 0, 5)) == "9"
    assert lines_of(samples.span(9, 0, 5, last_line=12)) == "9-12"


def test_reworded_passages_tell_the_kind_of_edit() -> None:
    """Not their similarity, which is near 0 for all of them; without evidence the general word."""
    reordered = next(f for f in samples.findings() if f.rule == "DUP104")
    assert headline(reordered) == "reordered, 40 words, 3 articles"
    assert likeness(msgspec.structs.replace(reordered, evidence=())) == "reworded"
    copied, flagged = samples.findings()[:2]
    assert (likeness(copied), likeness(flagged)) == ("94% similar", None)
