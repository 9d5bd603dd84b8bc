from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given

from dedupe.kernels.diffing import diff
from dedupe.tables import U8
from tests import naive
from tests.strategies import edited_copies, token_lists


def marks(a: list[int], b: list[int], limit: int) -> tuple[bool, U8, U8]:
    """The kernel's answer; the marks are filled with rubbish before."""
    same_a, same_b = np.full(len(a), 7, np.uint8), np.full(len(b), 7, np.uint8)
    words_a, words_b = np.array(a, np.uint32), np.array(b, np.uint32)
    return bool(diff(words_a, words_b, limit, same_a, same_b)), same_a, same_b


def assert_longest(a: list[int], b: list[int]) -> None:
    """The marked words are one common subsequence, and none is longer."""
    found, same_a, same_b = marks(a, b, len(a) + len(b))
    assert found
    kept_a = [word for word, same in zip(a, same_a.tolist(), strict=True) if same == 1]
    kept_b = [word for word, same in zip(b, same_b.tolist(), strict=True) if same == 1]
    assert set(same_a.tolist()) | set(same_b.tolist()) <= {0, 1}
    assert kept_a == kept_b
    assert len(kept_a) == naive.longest_common_subsequence(a, b)


@given(token_lists(30, 3), token_lists(30, 3))
@example([], [])
@example([1], [])
@example([], [1, 2])
@example([1], [2])
@example([1, 2, 3], [3, 2, 1])
def test_marks_are_a_longest_common_subsequence_of_any_texts(a: list[int], b: list[int]) -> None:
    """On texts of few different words, where many subsequences compete."""
    assert_longest(a, b)


@given(edited_copies())
def test_marks_are_a_longest_common_subsequence_of_copies(
    pair: tuple[list[int], list[int]],
) -> None:
    """On copies with words replaced, put in and left out."""
    assert_longest(*pair)


@pytest.mark.parametrize(
    ("a", "b", "differences"),
    [("abcd", "abcd", 0), ("abcd", "abxcd", 1), ("abcd", "xbyd", 4), ("abc", "", 3), ("", "", 0)],
)
def test_limit_is_the_number_of_differing_words(a: str, b: str, differences: int) -> None:
    """Texts with exactly as many differences as allowed are compared; one more is refused."""
    words_a, words_b = [ord(c) for c in a], [ord(c) for c in b]
    assert marks(words_a, words_b, differences)[0]
    if differences:
        found, same_a, same_b = marks(words_a, words_b, differences - 1)
        assert not found
        assert not same_a.any()
        assert not same_b.any()
