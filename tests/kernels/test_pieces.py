from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.kernels.pieces import copy_pieces, put_back
from dedupe.texts import ALIGNMENT, Texts


@given(st.binary(max_size=300), st.lists(st.tuples(*[st.integers(0, 300)] * 2), max_size=8))
def test_pieces_are_copied_and_nothing_beside_them(
    data: bytes, edges: list[tuple[int, int]]
) -> None:
    """In any order, empty ones too, and some that end before they begin."""
    rows = [(min(a, len(data)), min(b, len(data))) for a, b in edges]
    start, end = np.array(rows, np.int64).reshape(-1, 2).T.copy()
    expected, place = bytearray(b"."), []
    for low, high in rows:
        place.append(len(expected))
        expected += data[low:high] + b"."
    out = np.full(len(expected), ord("."), np.uint8)
    order = np.arange(len(rows))[::-1].copy()
    copy_pieces(
        np.frombuffer(data + bytes(ALIGNMENT), np.uint8), start[order], end[order],
        np.array(place, np.int64)[order], out,
    )  # fmt: skip
    assert bytes(out) == bytes(expected)


@given(st.lists(st.text(max_size=80), max_size=5))
def test_copied_texts_stand_in_a_buffer_of_their_own(strings: list[str]) -> None:
    """One behind the other, with zeros behind the last."""
    texts = Texts.of(["before", *strings]).take(np.arange(len(strings), 0, -1))
    copied = texts.copied()
    assert copied.strings() == strings[::-1]
    assert bytes(copied.data) == "".join(strings[::-1]).encode() + bytes(ALIGNMENT)


@pytest.mark.parametrize("changed", [None, 0, 3])
def test_words_are_put_back_where_they_stand(changed: int | None) -> None:
    """The second and the fourth of four articles; one changed word is noticed."""
    token = np.arange(10, dtype=np.uint32)
    place, size = np.array([2, 7]), np.array([3, 2])
    found = token[[2, 3, 4, 7, 8]]
    if changed is not None:
        found[changed] += 1
    start, end = np.zeros((2, 10), np.int32)
    edges = np.arange(1, 6, dtype=np.int32)
    same = put_back(place, size, found, edges, 10 * edges, token, start, end)
    assert same == (changed is None)
    assert start.tolist() == [0, 0, 1, 2, 3, 0, 0, 4, 5, 0]
    assert end.tolist() == [0, 0, 10, 20, 30, 0, 0, 40, 50, 0]
