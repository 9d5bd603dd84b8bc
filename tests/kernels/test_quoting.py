from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedupe.kernels.quoting import TRANSPARENT, quote, whole_sentences

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


def whole(data: bytes, words: list[tuple[int, int]], block: tuple[int, int], chosen: int) -> bytes:
    """The first or second of two sentences of one word, in plain Python."""
    start, end = words[chosen]
    while start > block[0] and data[start - 1] > 0x20:
        start -= 1
    if chosen == 1:
        return data[start : block[1]]
    gap = data[end : words[1][0]]
    kept = gap.rstrip()
    if len(kept) == len(gap):
        kept = gap[: max(gap.rfind(b" "), gap.rfind(b"\n"), 0)].rstrip()
    return data[start:end] + kept


@given(st.text(st.sampled_from('." \n\t(x/é'), max_size=8), st.text(st.sampled_from(". (/\n")))
@example(". (", "")
@example("...", " ")
@example("", "")
def test_sentences_have_their_marks(between: str, before: str) -> None:
    """Marks that touch a word belong to its sentence, and whatever stands up to the last blank."""
    data = f"{before}one{between}two!".encode()
    first = data.index(b"one")
    words = [(first, first + 3), (len(data) - 4, len(data) - 1)]
    edges = np.array(words, np.int32)
    start, end = np.empty((2, 2), np.int64)
    whole_sentences(
        np.frombuffer(data, np.uint8), edges[:, 0].copy(), edges[:, 1].copy(),
        np.array([0, 1, 2], np.int32), np.array([0, 2], np.int32),
        np.array([0]), np.array([len(data)]), np.array([0, 1]), np.array([0, 0]), start, end,
    )  # fmt: skip
    for chosen in (0, 1):
        want = whole(data, words, (0, len(data)), chosen)
        assert data[start[chosen] : end[chosen]] == want
