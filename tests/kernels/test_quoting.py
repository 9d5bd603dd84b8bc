from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedupe.kernels.quoting import TRANSPARENT, quote

SPACES = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000"


def quoted(pieces: list[str], cut: int) -> list[str]:
    """The kernel's answer for pieces that stand one behind the other."""
    encoded = [piece.encode() for piece in pieces]
    end = np.cumsum([len(piece) for piece in encoded], dtype=np.int64)
    start = end - np.array([len(piece) for piece in encoded], np.int64)
    out, ends = np.empty(len(pieces) * (4 * cut + 4), np.uint8), np.empty(len(pieces), np.int64)
    text = np.frombuffer(b"".join(encoded) or b" ", np.uint8)
    quote(text, start, end, cut, out, ends)
    return [out[a:b].tobytes().decode() for a, b in pairwise([0, *ends.tolist()])]


def plain(text: str, cut: int) -> str:
    """The same in Python."""
    text = " ".join(text.replace(chr(TRANSPARENT), "").split())
    return text if len(text) <= cut else f"{text[: cut - 1].rstrip()}…"


@given(
    st.lists(st.text(st.sampled_from("ab é’😀中\x7f" + SPACES), max_size=30), max_size=4),
    st.integers(2, 20),
)
@example(["ab" * 30], 10)
@example(["a b c d e"], 4)
@example(["a b", "", " "], 2)
def test_quotes_are_split_joined_and_cut(pieces: list[str], cut: int) -> None:
    """Any texts agree with split, join and a slice of the text."""
    assert quoted(pieces, cut) == [plain(piece, cut) for piece in pieces]


@pytest.mark.parametrize("space", SPACES)
def test_all_white_space_is_known(space: str) -> None:
    """What Python splits at is one space."""
    assert quoted([f"a{space}{space}b"], 9) == ["a b"]
