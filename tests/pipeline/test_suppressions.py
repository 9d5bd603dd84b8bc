"""Suppressed findings beside those that they would hide."""

from __future__ import annotations

import pytest

from tests.pipeline.farm import Folder, Writer, of_rule

IGNORE = "<!-- dedupe: ignore[DUP102] -- agreed -->"


@pytest.mark.parametrize("directive", ["", IGNORE])
def test_the_template_speaks_where_the_copy_is_suppressed(
    folder: Folder, writer: Writer, directive: str
) -> None:
    """As it does where DUP102 is not selected; the shares of the article stay what they were."""
    notice = writer.prose(30)
    for number in range(4):
        folder.write(f"{number}.md", writer.prose(70), directive, notice)
    result = folder.scan()
    copies, templates = of_rule(result, "DUP102"), of_rule(result, "TPL201")
    assert [f.status for f in copies] == ["suppressed" if directive else "new"] * 3
    assert [f.also for f in copies] == [() if directive else ("TPL201",)] * 3
    surfacing = [f for f in templates if f.path != "0.md"]  # where the passage is original
    assert [(f.status, f.span) for f in surfacing] == [("new", f.span) for f in copies if directive]
    assert all(f.excerpt.startswith(notice.split()[0]) and f.matches for f in surfacing)
    assert [article.duplicate_words for article in result.articles] == [0, 30, 30, 30]


def test_an_original_has_no_use_for_a_directive(folder: Folder, writer: Writer) -> None:
    """It has no finding; the copies have, whatever it says."""
    passage = writer.prose(40)
    folder.write("a.md", writer.prose(70), IGNORE, passage)
    folder.write("b.md", writer.prose(70), passage)
    found = [(f.path, f.rule, f.status) for f in folder.scan().findings]
    assert found == [("a.md", "SUP701", "new"), ("b.md", "DUP102", "new")]


def test_part_of_a_passage(folder: Folder, writer: Writer) -> None:
    """A directive on a third of it is not enough; one on each of two paragraphs is."""
    paragraphs = [writer.prose(30) for _ in range(3)]
    folder.write("a.md", writer.prose(70), *paragraphs)
    folder.write("b.md", writer.prose(70), IGNORE, *paragraphs)
    folder.write("c.md", writer.prose(70), IGNORE, paragraphs[0], IGNORE, *paragraphs[1:])
    result = folder.scan()
    found = [(f.path, f.status) for f in of_rule(result, "DUP102")]
    assert found == [("b.md", "new"), ("c.md", "suppressed")]
    assert [f.path for f in of_rule(result, "SUP701")] == ["b.md"]
