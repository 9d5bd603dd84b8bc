from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.tables import ALIGNMENT, Strings, Texts, distinct, order_of

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


@given(st.lists(st.integers(0, 9), max_size=9), st.lists(st.integers(0, 9), max_size=9))
def test_distinct_values_of_arrays(one: list[int], other: list[int]) -> None:
    """Ascending, once each; the arrays stay as they are."""
    a, b = np.array(one, np.int64), np.array(other, np.int64)
    assert distinct(a, b).tolist() == sorted({*one, *other})
    assert distinct(a).dtype == np.int64
    assert a.tolist() == one


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


@given(
    st.lists(
        st.tuples(
            st.integers(-(2**63), 2**63 - 1) | st.integers(-2, 2),
            st.integers(0, 2**64 - 1) | st.integers(0, 1),
            st.sampled_from([-0.5, -0.0, 0.0, 1e300, -1e300, 0.25]),
            st.booleans(),
        )
    ),
    st.permutations(range(4)),
)
def test_rows_are_ordered_as_by_numpy(
    rows: list[tuple[int, int, float, bool]], turn: list[int]
) -> None:
    """However long the keys are, whatever their signs, and where they are equal."""
    types = (np.int64, np.uint64, np.float64, np.bool_)
    columns = [np.array([row[k] for row in rows], types[k]) for k in turn]
    assert order_of(*columns).tolist() == np.lexsort(columns[::-1]).tolist()
