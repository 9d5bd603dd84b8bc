from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedupe.tables import ALIGNMENT, Texts, distinct

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
