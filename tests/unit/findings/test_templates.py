from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.findings import templates
from dedupe.findings.drafts import _covered, tabulate
from dedupe.findings.precedence import settle
from dedupe.model import PRECEDENCE
from tests.unit.findings.passages import Passage, drafts_of


def joined(parts: list[int | str], *texts: str) -> str:
    """A skeleton as text."""
    return templates._joined(parts, texts)


def test_runs_and_slots_stand_side_by_side() -> None:
    """Text, slots and optional parts in their order."""
    assert joined([0, "[1]", 1, "(...)?", 2], "This post by", "stands", "here.") == (
        "This post by [1] stands (...)? here."
    )


def test_long_skeletons_keep_their_longest_runs() -> None:
    """The shortest runs go first; what is left out side by side is left out once."""
    shown = joined([0, "...", 1, "(...)?", 2], "a" * 100, "b" * 60, "c" * 120)
    assert shown == f"{'a' * 100} ... {'c' * 120}"
    shown = joined([0, "[1]", 1, "[2]", 2, "[3]", 3], "a" * 110, "b" * 14, "c" * 14, "d" * 99)
    assert shown == f"{'a' * 110} [1] ... [3] {'d' * 99}"
    only = joined([0], "word " * 80)
    assert len(only) <= templates.SKELETON
    assert only.endswith("word ...")


def test_long_fillings_are_cut() -> None:
    """Forty characters, the dots among them."""
    assert templates._cut("x" * 40) == "x" * 40
    assert len(templates._cut("x y " * 30)) <= 40


spans = st.lists(st.integers(0, 80), min_size=2, max_size=12).map(sorted).map(
    lambda edges: list(zip(edges[::2], edges[1::2], strict=False))
)  # fmt: skip


@given(spans, st.tuples(st.integers(0, 80), st.integers(0, 80)).map(sorted))
def test_covered_words_are_counted(stretches: list[tuple[int, int]], span: list[int]) -> None:
    """Words of a span that lie in one of some stretches."""
    low, high = np.array(stretches, np.int64).reshape(-1, 2).T
    first, behind = span
    inside = {word for a, b in stretches for word in range(a, b)}
    found = _covered(low, high, np.array([first]), np.array([behind]))
    assert found.tolist() == [len(inside & set(range(first, behind)))]


@pytest.mark.parametrize(
    ("end", "above", "standing"),
    [
        (50, True, ["TPL201"]),
        (50, False, ["DUP102"]),
        (65, True, ["DUP102"]),
    ],
)
def test_templates_come_before_the_copies_in_them(
    end: int, above: bool, standing: list[str]
) -> None:
    """A copy that a template covers, and one that goes on behind it by more than a fifth."""
    passages = [
        Passage("DUP102", 0, 0, end),
        Passage("TPL201", 0, 0, 50, above_copies=above),
    ]
    table = tabulate(drafts_of(passages))
    stands, _ = settle(table)
    assert [passages[row].rule for row in table.row[stands].tolist()] == standing


def test_precedence_is_the_settled_chain() -> None:
    """Whole copies, passages, templates, then filler."""
    chain = ["DUP101", "DUP102", "TPL201", "FIL303", "FIL304"]
    assert [code for code in PRECEDENCE if code in chain] == chain
