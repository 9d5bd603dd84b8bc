from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.findings.drafts import Draft
from dedupe.findings.shares import FILLER_RULES, Shares, count
from dedupe.model import RULES

spans = st.tuples(st.sampled_from(sorted(RULES)), st.integers(0, 30), st.integers(0, 30)).map(
    lambda row: (row[0], min(row[1:]), max(row[1:]))
)


def drafts_of(rows: list[tuple[str, int, int]], first: int = 0) -> list[Draft]:
    """Rules on words counted from the article's first."""
    return [Draft(rule, 0, first + start, first + end) for rule, start, end in rows]


@given(st.lists(spans, max_size=8), st.integers(0, 100))
def test_shares_add_up_to_the_words(rows: list[tuple[str, int, int]], first: int) -> None:
    """Every word belongs to exactly one share, wherever the article stands in the corpus."""
    found = count(first, 30, drafts_of(rows, first))
    assert found.words == 30
    assert sum(found[1:]) + found.unique == 30
    assert found.unique >= 0
    kinds = ["unique"] * 30
    for name, chosen in (
        ("filler", FILLER_RULES), ("template", {c for c in RULES if c[:3] == "TPL"}),
        ("duplicate", {c for c in RULES if c[:3] == "DUP"}),
    ):  # fmt: skip
        for rule, start, end in rows:
            if rule in chosen:
                kinds[start:end] = [name] * (end - start)
    assert found.duplicate == kinds.count("duplicate")
    assert found.template == kinds.count("template")
    assert found.filler == kinds.count("filler")


def test_copies_come_before_templates_before_filler() -> None:
    """Words that several findings claim count for the gravest."""
    rows = [("FIL303", 0, 12), ("TPL207", 4, 10), ("DUP102", 8, 20)]
    assert count(0, 30, drafts_of(rows)) == Shares(30, 12, 4, 4)


def test_original_and_notes_claim_no_words() -> None:
    """The copy that came first is the article's own; a meta-announcement is not filler prose."""
    original = Draft("DUP102", 0, 0, 10, original=True)
    assert count(0, 20, [original]).unique == 20
    assert count(0, 20, drafts_of([("FIL306", 0, 5), ("LNK502", 5, 9)])).unique == 20


def test_also_does_not_count_again() -> None:
    """What a copy hides is part of the copy."""
    draft = Draft("DUP102", 0, 0, 10, also=["FIL303"])
    assert count(0, 20, [draft]) == Shares(20, 10, 0, 0)


@pytest.mark.parametrize(("words", "part", "percent"), [(0, 0, 0.0), (8, 2, 25.0), (3, 3, 100.0)])
def test_percent(words: int, part: int, percent: float) -> None:
    """Of an article without words nothing is 0 per cent."""
    assert Shares(words, part, 0, 0).percent(part) == percent
