from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from dedupe.arrays import I64
from dedupe.findings.columns import Matches
from dedupe.findings.messages import messages
from dedupe.texts import Texts
from tests.unit.findings.passages import Passage, drafts_of


class Copy(NamedTuple):
    """A passage, and the first other place that is shown."""

    rule: str
    words: int
    members: int
    containment: float
    path: str | None = None
    line: int = 0
    message: str = ""


def said(*copies: Copy) -> list[str]:
    """The messages of some copies."""
    drafts = drafts_of([Passage(copy.rule, 0, 5, 5 + copy.words) for copy in copies])
    shown = [copy for copy in copies if copy.path is not None]
    offset: I64 = np.cumsum([0, *(copy.path is not None for copy in copies)])
    place = np.ones((len(shown), 6), np.int64)
    place[:, 0] = [copy.line for copy in shown]
    matches = Matches(
        offset, np.arange(len(shown)), np.zeros(len(shown), np.uint8), np.ones(len(shown)), place
    )
    drafts = structs.replace(
        drafts,
        members=np.array([copy.members for copy in copies], np.int64),
        message=Texts.of([copy.message for copy in copies]),
    )
    containment = np.array([copy.containment for copy in copies], np.float64)
    paths = Texts.of([str(copy.path) for copy in shown] or ["a"])
    return messages(drafts, containment, matches, paths).strings()


def expected(copy: Copy) -> str:
    """The same, of one copy, as it was when copies were objects."""
    if copy.message:
        return copy.message
    place = "another article" if copy.path is None else f"{copy.path}:{copy.line}"
    if copy.rule == "DUP103":
        line = "" if copy.path is None else f" at line {copy.line}"
        return f"This passage ({copy.words} words) already stands{line} in the same article."
    more = copy.members - 2
    others = f" and {more:,} other place{'s' if more > 1 else ''}" if more > 0 else ""
    if copy.rule == "DUP104":
        return f"This passage ({copy.words:,} words) stands in other words in {place}{others}."
    if copy.rule == "DUP105":
        place, others = copy.path or place, others.replace("place", "article")
        return f"This passage ({copy.words:,} words) sums up {place}{others}."
    percent = "100%" if copy.containment >= 1 else f"{min(copy.containment, 0.994):.0%}"
    what = "passage"
    if copy.rule == "DUP101":
        what, place = "article", copy.path or place
    return f"{percent} of this {what} ({copy.words:,} words) also appears in {place}{others}."


codes = st.sampled_from(["DUP101", "DUP102", "DUP103", "DUP104", "DUP105"])
copies = st.one_of(
    st.builds(
        Copy, codes, st.integers(1, 10**7), st.integers(1, 10**7) | st.integers(1, 4),
        st.floats(0, 1) | st.integers(0, 200).map(lambda share: share / 200),
        st.none() | st.text(min_size=1, max_size=8), st.integers(1, 10**6), st.just(""),
    ),
    st.builds(
        Copy, st.just("TPL201"), st.integers(1, 9), st.integers(1, 9), st.just(1.0), st.none(),
        st.just(0), st.text("aé", min_size=1, max_size=99),
    ),
)  # fmt: skip


@given(st.lists(copies, max_size=6))
def test_messages_are_those_of_one_copy_after_the_other(copies: list[Copy]) -> None:
    """Rules in any order, with and without another place; those of other rules stay."""
    assert said(*copies) == list(map(expected, copies))


@pytest.mark.parametrize(
    ("copy", "message"),
    [
        (
            Copy("DUP101", 1_103, 2, 0.8812, "b.md", 3),
            "88% of this article (1,103 words) also appears in b.md.",
        ),
        (
            Copy("DUP102", 67, 3, 0.999, "b.md", 23),
            "99% of this passage (67 words) also appears in b.md:23 and 1 other place.",
        ),
        (
            Copy("DUP102", 7, 253, 1.0),
            "100% of this passage (7 words) also appears in another article and 251 other places.",
        ),
        (
            Copy("DUP103", 1_200, 2, 1.0, "a.md", 4),
            "This passage (1200 words) already stands at line 4 in the same article.",
        ),
        (
            Copy("DUP104", 74, 3, 0.2, "b.md", 1),
            "This passage (74 words) stands in other words in b.md:1 and 1 other place.",
        ),
        (
            Copy("DUP105", 74, 4, 0.2, "b.md", 1),
            "This passage (74 words) sums up b.md and 2 other articles.",
        ),
    ],
)
def test_what_each_rule_says(copy: Copy, message: str) -> None:
    """A sentence that names how much, and where it stands."""
    assert said(copy) == [message]
