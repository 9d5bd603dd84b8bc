from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedupe.kernels.references import find_references
from tests import naive

_piece = st.one_of(
    st.sampled_from(
        ("&#97;", "&#x61;", "&#X6f;", "&#48;", "&#233;", "&#32;", "&#0000097;", "&#97")
    ),
    st.sampled_from(("&", "#", ";", "&#", "&#;", "&#x;", "&amp;", "&#00000097;", "&#xg;")),
    st.text("ab1 ;", max_size=3),
)
_text = st.lists(_piece, max_size=40).map("".join)


def kernel(texts: list[str], room: int = 1000) -> tuple[list[list[tuple[int, int, str]]], int]:
    """The kernel's references of some articles, with places inside them; and how many it counts."""
    sizes = np.array([len(text) for text in texts], np.int64)
    start = np.concatenate(([0], np.cumsum((sizes + 64) & -64)))
    data = np.zeros(int(start[-1]) + 64, np.uint8)
    for text, first in zip(texts, start.tolist(), strict=False):
        data[first : first + len(text)] = np.frombuffer(text.encode(), np.uint8)
    found = np.empty((room, 3), np.int64)
    count = find_references(data, start[:-1].copy(), start[:-1] + sizes, found)
    rows: list[list[tuple[int, int, str]]] = [[] for _ in texts]
    for low, high, letter in found[: min(count, room)].tolist():
        article = int(np.searchsorted(start, low, "right")) - 1
        base = int(start[article])
        rows[article].append((low - base, high - base, chr(letter)))
    return rows, count


@given(_text, _text)
@example("", "")
@example("m&#111;ney and &#102;&#114;&#101;&#101;", "a&#97")
@example("&#97;", "x" * 64 + "&#97;")
def test_references_are_those_of_the_oracle(first: str, second: str) -> None:
    """Whatever is malformed, alone, or at the edge of an article."""
    assert kernel([first, second])[0] == [naive.letter_references(text) for text in (first, second)]


@pytest.mark.parametrize("offset", range(60, 70))
def test_place_in_the_grid_does_not_matter(offset: int) -> None:
    """Nor does a reference that lies across 64 bytes."""
    text = " " * offset + "b&#97;nk"
    assert kernel([text])[0] == [[(offset + 1, offset + 6, "a")]]


def test_more_than_fit_are_counted() -> None:
    """The caller makes room and asks again."""
    found, count = kernel(["b&#97;nk " * 9], room=4)
    assert (len(found[0]), count) == (4, 9)
