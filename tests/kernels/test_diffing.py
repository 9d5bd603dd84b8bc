from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given

from dedupe.findings.edits import first_edits
from dedupe.kernels.diffing import edits
from tests import naive
from tests.strategies import edited_copies, token_lists


def marks(a: list[int], b: list[int], limit: int) -> tuple[bool, list[bool], list[bool]]:
    """Whether the texts were compared, and which words are outside of the runs that differ."""
    room = np.full((limit + 1, 2 * limit + 3), 7, np.int32)
    spans = np.array([(0, len(a), len(a), len(a) + len(b))], np.int64)
    runs, total = np.empty((1, limit + 1, 4), np.int32), np.empty(1, np.int32)
    same = np.full((2, max(len(a), len(b))), 7, np.uint8)
    edits(
        np.array(a + b, np.uint32), spans, limit, room[0].copy(), room, same,
        np.empty((limit + 1, 4), np.int32), runs, total,
    )  # fmt: skip
    same_a, same_b = [True] * len(a), [True] * len(b)
    behind = (-1, -1)
    for low, high, other_low, other_high in runs[0, : total[0]].tolist():
        assert (low, other_low) > behind
        assert high > low or other_high > other_low
        same_a[low:high] = [False] * (high - low)
        same_b[other_low:other_high] = [False] * (other_high - other_low)
        behind = (high, other_high)
    return bool(total[0]) or a == b, same_a, same_b


def assert_longest(a: list[int], b: list[int]) -> None:
    """The marked words are one common subsequence, and none is longer."""
    found, same_a, same_b = marks(a, b, len(a) + len(b))
    assert found
    kept_a = [word for word, same in zip(a, same_a, strict=True) if same]
    kept_b = [word for word, same in zip(b, same_b, strict=True) if same]
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
        assert not marks(words_a, words_b, differences - 1)[0]


def test_pairs_are_listed_apart_and_as_far_as_there_is_room() -> None:
    """Each pair has its own runs; how many there are is said where some are left out."""
    words = [1, 2, 3, 4, 5, 6, 1, 9, 3, 8, 5, 6, 7]
    spans = [(0, 6, 6, 12), (0, 3, 0, 3), (0, 6, 6, 13)]
    found = first_edits(np.array(words, np.uint32), np.array(spans, np.int64), 2)
    assert found.total.tolist() == [2, 0, 3]
    assert found.pair.tolist() == [0, 0, 2, 2]
    first = [(1, 2, 7, 8), (3, 4, 9, 10)]
    assert list(map(tuple, found.runs.tolist())) == first * 2
