from __future__ import annotations

import numpy as np
import pytest
from datasketch import MinHash

from dedupe.kernels.words import hash_words
from dedupe.minhash import minhashes
from dedupe.sketches import shingles

TEXT = "One two three four five six\nseven."


def test_sketches_are_those_of_the_runs_of_five_words() -> None:
    """Lines are joined, and case does not matter."""
    words = hash_words(["one", "two", "three", "four", "five", "six", "seven"])
    wanted = MinHash(num_perm=128, seed=1, hashfunc=int, scheme="affine32")
    for value in shingles(words)[:3].tolist():
        wanted.update(value)
    empty, found, short = minhashes(["", TEXT, "one two three four"])
    assert np.array_equal(found.hashvalues, wanted.hashvalues)
    assert found.jaccard(wanted) == 1
    nothing = MinHash(num_perm=128, seed=1, scheme="affine32")
    assert np.array_equal(empty.hashvalues, nothing.hashvalues)
    assert np.array_equal(short.hashvalues, nothing.hashvalues)


def test_none_and_one_text() -> None:
    """No text has no sketch; a string is not a list of texts."""
    assert minhashes([]) == []
    with pytest.raises(TypeError, match="not one text"):
        minhashes("one text")
