from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from dedupe.document_frequency import document_frequency

BITS = 10
words = st.integers(0, 4 << 22)


@given(st.lists(st.lists(words, max_size=8), max_size=8), st.integers(0, 3))
@example([], 0)
@example([[5 << 22, 5 << 22, 9 << 22], [9 << 22], [], [5 << 22 | 1]], 0)
def test_stretches_are_counted_by_the_upper_bits_of_words(
    texts: list[list[int]], left_out: int
) -> None:
    """Each stretch once, however often it says a word, and without what is beyond its size."""
    word = np.array([word for text in texts for word in text], np.uint32)
    start = np.cumsum([0, *map(len, texts)], dtype=np.int64)[:-1]
    size = np.array([max(len(text) - left_out, 0) for text in texts], np.int64)
    expected = np.zeros(1 << BITS, np.int32)
    for text, kept in zip(texts, size.tolist(), strict=True):
        for place in {word >> 32 - BITS for word in text[:kept]}:
            expected[place] += 1
    assert np.array_equal(document_frequency(word, start, size, BITS), expected)
