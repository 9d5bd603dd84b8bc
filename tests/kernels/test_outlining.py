from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dedupe import outlines
from dedupe.config import Sources
from dedupe.filler.lexicon import form_headings, heading_lexicon
from dedupe.pipeline.analysis import reading_of
from dedupe.sources import find_files, read_batch
from dedupe.tables import HeadingTable, WordTable


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def headings(folder: Path, *texts: str) -> HeadingTable:
    """The headings of some articles in Markdown."""
    for number, text in enumerate(texts):
        (folder / f"{number}.md").write_text(text)
    files = find_files(["."], Sources()).files
    reading = reading_of(read_batch(files, 0, Sources())[0])
    lexicon = heading_lexicon()
    words = WordTable(lexicon.known, lexicon.word_key, lexicon.word_mark)
    return outlines.headings(reading.text, reading.tokens, words, form_headings())


def test_levels_come_from_the_markup(folder: Path) -> None:
    """Hashes, underlines, and bold lines below all of them; bold words in a sentence are none."""
    found = headings(
        folder,
        "# Kettles\n\nText of it.\n\n## First **part**\n\nText.\n\nSecond part\n---\n\nText.\n\n"
        "Third part\n===\n\n**A bold line:**\n\nText with **bold** words.\n\n#### Deep\n\nText.\n",
    )
    assert found.level.tolist() == [1, 2, 2, 1, 7, 4]
    assert found.article.tolist() == [0] * 6


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1. What we know", "2. What we know"),
        ("Step 3: What we know", "What we know"),
        ("WHAT WE KNOW!", "What we know"),
        ("7 ways to begin", "9 ways to begin"),
        ("Why the Ostrey matters", "Why the Brenna matters"),
        ("What we know, 2023", "What we know"),
        ("Brenna: what we know", "What we know"),
    ],
)
def test_numbers_and_subjects_make_no_difference(folder: Path, one: str, other: str) -> None:
    """Two articles about two subjects, the one in the title."""
    text = "# {title}\n\nText.\n\n## {heading}\n\nText.\n"
    a, b = (
        text.format(title="The Ostrey and the Brenna", heading=heading) for heading in (one, other)
    )
    name = headings(folder, a, b).name.tolist()
    assert name[1] == name[3] != 0


@pytest.mark.parametrize(
    ("one", "other"),
    [("What we know", "What we think"), ("What we know", "We know what"), ("7 ways", "Ways")],
)
def test_other_words_and_another_order_are_another_heading(
    folder: Path, one: str, other: str
) -> None:
    """A number is left out in front and behind, and only there; the order of words counts."""
    text = "# Kettles\n\nText.\n\n## {}\n\nText.\n"
    name = headings(folder, text.format(one), text.format(other)).name.tolist()
    assert (name[1] == name[3]) == (one == "7 ways")


def test_headings_of_the_subject_or_of_numbers_alone_have_no_name(folder: Path) -> None:
    """The title itself, a year, and the subject again."""
    found = headings(folder, "# The kettle\n\nText.\n\n## 2023\n\nText.\n\n## Kettle\n\nText.\n")
    assert not found.name[[1, 2]].any()


def test_headings_of_any_article_are_not_specific(folder: Path) -> None:
    """In several languages, with or without a number."""
    parts = ("Introduction", "4. References", "FAQ", "Fazit", "Conclusión", "How it boils")
    found = headings(folder, "# Kettles\n\n" + "".join(f"## {p}\n\nText.\n\n" for p in parts))
    assert found.specific[1:].tolist() == [False] * 5 + [True]


def test_no_article_has_no_heading(folder: Path) -> None:
    """Text without any heading."""
    found = headings(folder, "Just a line of text that ends here.\n")
    assert found.name.dtype == np.uint64
    assert len(found.name) == 0
