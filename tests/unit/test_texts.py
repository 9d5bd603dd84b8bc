from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.texts import ALIGNMENT, Strings, Texts

strings = st.lists(st.text(max_size=5), max_size=5)


@given(strings, strings)
def test_texts_come_back(one: list[str], other: list[str]) -> None:
    """As strings, in another order, and side by side in one buffer."""
    texts = Texts.of(one)
    assert texts.strings() == one
    rows = np.arange(len(one))[::-1]
    assert texts.take(rows).strings() == one[::-1]
    joined = Texts.joined([texts, Texts.of(other)])
    assert joined.strings() == one + other
    assert all(end + ALIGNMENT <= len(joined.data) for end in joined.end.tolist())


def test_lone_surrogate_is_replaced() -> None:
    """It has no UTF-8."""
    assert Texts.of(["é\ud800", "a"]).strings() == ["é?", "a"]
    assert Texts.joined([]).strings() == []


@given(st.lists(st.text(st.characters(exclude_characters="\0"), max_size=5)), st.data())
def test_strings_come_back(strings: list[str], data: st.DataObject) -> None:
    """One by one, all of them, some in another order, and as a buffer with zeros."""
    held = Strings.of(strings)
    assert list(held) == strings
    assert [held[place] for place in range(len(held))] == strings
    assert list(held[1:3]) == strings[1:3]
    rows = data.draw(st.lists(st.sampled_from(range(len(strings))))) if strings else []
    taken = held.take(np.array(rows, np.int64))
    assert list(taken) == [strings[row] for row in rows]
    for some in (held, held[1:3], taken):
        ended = "".join(string + "\0" for string in some)
        assert some.ended().tobytes().rstrip(b"\0") == ended.encode().rstrip(b"\0")
    assert held.ending_with(b".md").tolist() == [s.lower().endswith(".md") for s in strings]


def test_strings_of_names_that_are_no_text() -> None:
    """Lone surrogates stand for their bytes."""
    assert list(Strings.of(["caf\udce9", "\ud800", ""])) == ["caf\udce9", "\ud800", ""]


@pytest.mark.parametrize("name", ["a.md", "A.MD", ".md", "md", "x.mdx", "a.Md"])
def test_endings(name: str) -> None:
    """Their case does not matter."""
    found = Strings.of(["x", name]).ending_with(b".md")
    assert found.tolist() == [False, name.lower().endswith(".md")]
