from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from dedupe.arrays import U32
from dedupe.findings import edits


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


@pytest.mark.parametrize("chunk", [1, 2, 1024])
def test_pairs_are_compared_in_threads(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many at once, each pair has its own runs."""
    monkeypatch.setattr(edits, "CHUNK", chunk)
    token = words(1, 2, 3, 1, 9, 3, 4)
    spans = np.array([(0, 3, 3, 6), (0, 3, 0, 3), (0, 3, 3, 7)], np.int64)
    with ThreadPoolExecutor(2) as pool:
        found = edits.first_edits(token, spans, 12, pool=pool)
    assert found.total.tolist() == [1, 0, 2]
    assert found.pair.tolist() == [0, 2, 2]
    assert found.runs.tolist() == [[1, 2, 4, 5], [1, 2, 4, 5], [3, 3, 6, 7]]
