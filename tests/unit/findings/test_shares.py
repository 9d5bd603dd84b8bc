from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.findings import shares
from dedupe.findings.drafts import tabulate
from dedupe.findings.shares import FILLER_RULES, Shares
from dedupe.model import RULES
from dedupe.tables import Pieces
from tests.unit.findings.passages import Passage, drafts_of

spans = st.tuples(st.sampled_from(sorted(RULES)), st.integers(0, 30), st.integers(0, 30)).map(
    lambda row: (row[0], min(row[1:]), max(row[1:]))
)


def passages(rows: list[tuple[str, int, int]], first: int = 0) -> list[Passage]:
    """Rules on words counted from the article's first."""
    return [Passage(rule, 0, first + start, first + end) for rule, start, end in rows]


def count(first: int, words: int, drafts: list[Passage]) -> tuple[int, ...]:
    """Words, duplicate, template, filler, excluded and unique words when all drafts stand."""
    table = tabulate(drafts_of(drafts))
    stands = np.ones(len(drafts), np.bool_)
    found = shares.count(table, stands, np.array([first, first + words], np.int64))
    columns = (found.words, found.duplicate, found.template, found.filler, found.excluded)
    return tuple(int(column[0]) for column in (*columns, found.unique))


@given(st.lists(spans, max_size=8), st.integers(0, 100))
def test_shares_add_up_to_the_words(rows: list[tuple[str, int, int]], first: int) -> None:
    """Every word belongs to exactly one share, wherever the article stands in the corpus.

    The words of a summary are the article's own.
    """
    words, duplicate, template, filler, excluded, unique = count(first, 30, passages(rows, first))
    assert words == 30
    assert duplicate + template + filler + excluded + unique == 30
    assert unique >= 0
    kinds = ["unique"] * 30
    templates = {c for c in RULES if c[:3] == "TPL" and not RULES[c].whole_article}
    for name, chosen in (
        ("filler", FILLER_RULES), ("template", templates),
        ("duplicate", {c for c in RULES if c[:3] == "DUP"} - {"DUP105"}),
    ):  # fmt: skip
        for rule, start, end in rows:
            if rule in chosen:
                kinds[start:end] = [name] * (end - start)
    assert duplicate == kinds.count("duplicate")
    assert template == kinds.count("template")
    assert filler == kinds.count("filler")


def test_copies_come_before_templates_before_filler() -> None:
    """Words that several findings claim count for the gravest."""
    rows = [("FIL303", 0, 12), ("TPL207", 4, 10), ("DUP102", 8, 20)]
    assert count(0, 30, passages(rows)) == (30, 12, 4, 4, 0, 10)


def test_original_and_notes_claim_no_words() -> None:
    """The copy that came first is the article's own; a meta-announcement is not filler prose."""
    original = Passage("DUP102", 0, 0, 10, original=True)
    assert count(0, 20, [original])[-1] == 20
    assert count(0, 20, passages([("FIL306", 0, 5), ("LNK502", 5, 9)]))[-1] == 20


def test_what_does_not_stand_does_not_count() -> None:
    """What a copy hides is part of the copy."""
    table = tabulate(drafts_of(passages([("DUP102", 0, 10), ("FIL303", 0, 14)])))
    found = shares.count(table, np.array([True, False]), np.array([0, 20], np.int64))
    assert (found.duplicate.tolist(), found.filler.tolist()) == ([10], [0])


def test_articles_are_counted_apart() -> None:
    """An article without drafts, between two that have some."""
    drafts = [
        Passage("FIL303", 0, 2, 6),
        Passage("DUP102", 2, 25, 30),
        Passage("FIL301", 2, 20, 27),
    ]
    table = tabulate(drafts_of(drafts))
    found = shares.count(table, np.ones(3, np.bool_), np.array([0, 10, 20, 30], np.int64))
    assert found.duplicate.tolist() == [0, 0, 5]
    assert found.filler.tolist() == [4, 0, 5]
    assert found.unique.tolist() == [6, 10, 0]


@pytest.mark.parametrize(("words", "part", "percent"), [(0, 0, 0.0), (8, 2, 25.0), (3, 3, 100.0)])
def test_percent(words: int, part: int, percent: float) -> None:
    """Of an article without words nothing is 0 per cent."""
    counts = (np.array([number], np.int64) for number in (words, part, 0, 0, 0))
    assert Shares(*counts).percent(np.array([part], np.int64)).tolist() == [percent]


def test_left_out_words_are_excluded_whatever_is_said_of_them() -> None:
    """Two pieces of an article with six left-out words between them, and a second article."""
    token, article = np.array([0, 7, 13, 20, 30]), np.array([0, 0, 0, 1], np.int32)
    pieces = Pieces(token, article, np.array([False, True, False, False]))
    table = tabulate(
        drafts_of([
            Passage("DUP102", 0, 5, 15), Passage("FIL303", 0, 12, 18), Passage("FIL303", 1, 20, 24)
        ])
    )  # fmt: skip
    found = shares.count(table, np.ones(3, np.bool_), np.array([0, 20, 30]), pieces)
    assert found.excluded.tolist() == [6, 0]
    assert found.duplicate.tolist() == [4, 0]
    assert found.filler.tolist() == [3, 4]
    assert found.unique.tolist() == [7, 6]
    parts, of = table.within(pieces)
    rows = zip(of.tolist(), parts.start.tolist(), parts.end.tolist(), strict=True)
    assert list(rows) == [(0, 5, 7), (0, 13, 15), (1, 13, 18), (2, 20, 24)]
