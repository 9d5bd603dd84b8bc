from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedupe.arrays import U8
from dedupe.kernels.utf8 import (
    HAS_INK,
    HAS_NUL,
    INVALID,
    NON_ASCII,
    clear_between,
    examine,
    locate,
)


def array(content: bytes) -> U8:
    """Bytes with the zeros behind that a batch has."""
    return np.frombuffer(content + bytes(64), np.uint8).copy()


def is_valid(content: bytes, size: int | None = None) -> bool:
    """Ask the kernel about the first `size` bytes."""
    out = np.zeros(1, np.uint8)
    end = len(content) if size is None else size
    examine(array(content), np.array([0]), np.array([end]), out)
    return not out[0] & INVALID


def decodes(content: bytes) -> bool:
    """Ask Python."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


BOUNDARIES = [
    b"\x7f",
    b"\x80",
    b"\xc1\xbf",
    b"\xc2\x80",
    b"\xdf\xbf",
    b"\xe0\x9f\xbf",
    b"\xe0\xa0\x80",
    b"\xed\x9f\xbf",
    b"\xed\xa0\x80",
    b"\xee\x80\x80",
    b"\xf0\x8f\xbf\xbf",
    b"\xf0\x90\x80\x80",
    b"\xf4\x8f\xbf\xbf",
    b"\xf4\x90\x80\x80",
    b"\xf5\x80\x80\x80",
    b"\xff",
]


@pytest.mark.parametrize("sequence", BOUNDARIES)
@pytest.mark.parametrize("before", [0, 1, 61, 62, 63, 64, 130])
def test_examine_knows_the_first_and_last_sequence_of_each_length(
    sequence: bytes, before: int
) -> None:
    """Every boundary of table 3-7 of the Unicode standard, wherever it falls in a step of 64."""
    content = b"x" * before + sequence + b"y" * 70
    assert is_valid(content) == decodes(content)


@pytest.mark.parametrize("sequence", [b"\xc2", b"\xe2\x80", b"\xf0\x9f\x98"])
def test_examine_refuses_a_sequence_cut_at_the_end(sequence: bytes) -> None:
    """What follows in the buffer is no part of the article, even where it would complete it."""
    content = b"x" * 63 + sequence
    assert not is_valid(content + b"\x80\x80", len(content))


@given(st.binary(max_size=200))
def test_examine_agrees_with_the_decoder(content: bytes) -> None:
    """Random bytes are valid exactly when Python decodes them."""
    assert is_valid(content) == decodes(content)


@given(st.text(max_size=100), st.integers(0, 100), st.integers(0, 255))
def test_examine_agrees_after_one_changed_byte(text: str, place: int, byte: int) -> None:
    """A text with one byte overwritten is judged as Python judges it."""
    content = bytearray(text.encode())
    if content:
        content[place % len(content)] = byte
    assert is_valid(bytes(content)) == decodes(bytes(content))


@pytest.mark.parametrize(
    ("content", "flags"),
    [
        (b"", 0),
        (b" \r\n\t", 0),
        (b"\x7f", 0),
        (b"word", HAS_INK),
        (b" " * 100 + b"w", HAS_INK),
        ("naïve".encode(), HAS_INK | NON_ASCII),
        (b"na\xefve", HAS_INK | NON_ASCII | INVALID),
        (b"a\0b", HAS_INK | HAS_NUL),
        (b"na\xefve" + b"a" * 64 + b"\0", HAS_INK | NON_ASCII | INVALID | HAS_NUL),
        (b"a" * 64 + b"\0" + b"b" * 64, HAS_INK | HAS_NUL),
        (b"a" * 130 + "é".encode(), HAS_INK | NON_ASCII),
    ],
)
def test_examine_sets_its_flags(content: bytes, flags: int) -> None:
    """Each flag alone and together, in the whole steps and in the rest."""
    out = np.zeros(1, np.uint8)
    examine(array(content), np.array([0]), np.array([len(content)]), out)
    assert out[0] == flags


def test_examine_keeps_articles_apart() -> None:
    """A broken article says nothing about its neighbours."""
    data = array(b"good".ljust(64, b"\0") + b"b\xffd".ljust(64, b"\0") + b"fine")
    out = np.zeros(3, np.uint8)
    examine(data, np.array([0, 64, 128]), np.array([4, 67, 132]), out)
    assert out.tolist() == [HAS_INK, HAS_INK | NON_ASCII | INVALID, HAS_INK]


def test_clear_between_writes_zeros_behind_contents_only() -> None:
    """The contents stay, everything else becomes zero."""
    data = np.full(256, 7, np.uint8)
    clear_between(data, np.array([0, 64]), np.array([3, 64]))
    assert data[:3].tolist() == [7, 7, 7]
    assert not data[3:].any()


def places(content: bytes, offsets: list[int], before: bytes = b"") -> list[tuple[int, int, int]]:
    """Code point, line and column of each offset, counted from the start of the content."""
    where = np.array([len(before) + offset for offset in offsets], np.int64)
    begins = np.full(len(offsets), len(before), np.int64)
    found = np.empty((len(offsets), 3), np.int64)
    locate(array(before + content + bytes(64)), begins, where, np.arange(len(offsets)), found)
    return [(point, line, column) for line, column, point in found.tolist()]


def test_locate_counts_code_points() -> None:
    """Columns and offsets count characters, not bytes."""
    content = "né 😀x".encode()
    assert places(content, [0, 1, 3, 4, 8]) == [
        (0, 1, 1),
        (1, 1, 2),
        (2, 1, 3),
        (3, 1, 4),
        (4, 1, 5),
    ]


def test_locate_knows_all_line_ends() -> None:
    """LF, CRLF and a lone CR end a line; the bytes of a line end are on the line they end."""
    content = b"a\nb\r\nc\rd"
    assert places(content, [0, 1, 2, 4, 5, 6, 7, 8]) == [
        (0, 1, 1),
        (1, 1, 2),
        (2, 2, 1),
        (4, 2, 3),
        (5, 3, 1),
        (6, 3, 2),
        (7, 4, 1),
        (8, 4, 2),
    ]


def test_locate_starts_at_its_article() -> None:
    """Lines of earlier articles are not counted."""
    assert places(b"x\ny", [0, 2], before=b"1\n2\n".ljust(64, b"\0")) == [(0, 1, 1), (2, 2, 1)]


def test_locate_knows_several_articles() -> None:
    """Each article is counted from its own start; places are written where they were asked for."""
    data = array(b"a\nbc".ljust(64, b"\0") + "é\nd".encode() + bytes(64))
    offsets, begins = np.array([0, 3, 66, 67]), np.array([0, 0, 64, 64])
    found = np.empty((4, 3), np.int64)
    locate(data, begins, offsets, np.array([3, 2, 1, 0]), found)
    assert found.tolist() == [[2, 1, 2], [1, 2, 1], [2, 2, 3], [1, 1, 0]]


@example(text="\r\n\r\r\n", cuts=[0, 1, 2, 3, 4, 5])
@given(
    st.text(st.sampled_from("ab é😀\r\n"), max_size=40),
    st.lists(st.integers(0, 40), max_size=8),
)
def test_locate_agrees_with_counting(text: str, cuts: list[int]) -> None:
    """Any sorted offsets, repeated ones too, agree with counting from the start each time."""
    points = sorted(min(cut, len(text)) for cut in cuts)
    offsets = [len(text[:point].encode()) for point in points]
    expected = []
    for point in points:
        line, column, at = 1, 1, 0
        while at < point:
            ends = text[at] == "\n" or (text[at] == "\r" and text[at + 1 : at + 2] != "\n")
            line, column = (line + 1, 1) if ends else (line, column + 1)
            at += 1
        expected.append((point, line, column))
    assert places(text.encode(), offsets) == expected
