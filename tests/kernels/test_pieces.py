from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedupe.kernels.pieces import copy_pieces
from dedupe.tables import ALIGNMENT, Texts


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
