from __future__ import annotations

import numpy as np
import pytest

from dedupe.findings import edits
from dedupe.tables import U32


def words(*numbers: int) -> U32:
    """Hashes of words."""
    return np.array(numbers, np.uint32)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (words(), words(), []),
        (words(1, 2, 3), words(1, 2, 3), []),
        (words(1, 2, 3), words(1, 9, 8, 3), [(1, 2, 1, 3)]),
        (words(1, 2), words(1, 2, 3), [(2, 2, 2, 3)]),
        (words(1, 2, 3), words(2, 3), [(0, 1, 0, 0)]),
        (words(1), words(2), [(0, 1, 0, 1)]),
        (words(1), words(), [(0, 1, 0, 0)]),
    ],
)
def test_word_edits(ours: U32, theirs: U32, expected: list[tuple[int, int, int, int]]) -> None:
    """Runs of differing words: from, to on our side, from, to on theirs."""
    assert edits.word_edits(ours, theirs) == expected


@pytest.mark.parametrize("count", [edits.MAX_DIFFERENCES // 2, edits.MAX_DIFFERENCES + 7, 900])
def test_many_edits(count: int) -> None:
    """More differences than a finding lists are found one by one as well."""
    ours = np.arange(3 * count, dtype=np.uint32)
    theirs = ours.copy()
    theirs[1::3] += 100_000
    expected = [(k, k + 1, k, k + 1) for k in range(1, 3 * count, 3)]
    assert edits.word_edits(ours, theirs) == expected


def test_texts_without_a_word_in_common() -> None:
    """Where too much differs all of it is one run, never none."""
    ours = np.arange(edits.MOST_DIFFERENCES, dtype=np.uint32)
    assert edits.word_edits(ours, ours + np.uint32(len(ours))) == [(0, len(ours), 0, len(ours))]
