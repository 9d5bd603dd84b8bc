"""The attack on the bands hits the hashes and permutations that the program has now."""

import numpy as np

from benchmarks import collisions
from benchmarks.synthetic import texts
from dedupe.bands import choose
from tests import naive


def test_each_run_has_the_least_value_of_its_band() -> None:
    """A passage has some fifty shingles: at 1 / 2,000, one in twenty has a smaller one in a row.

    Where this fails the hash has changed: search again, and pin the digests.
    """
    runs = [run.split() for run in texts.RUNS.strip().splitlines()]
    hashes = [[naive.word_hash(word.encode()) for word in run] for run in runs]
    bands = choose(0.5, 0.1).bands
    values = collisions.values(np.array(hashes, np.uint32), bands)
    assert len(runs) == bands
    assert np.all(np.diagonal(values) < 2**32 / 2_000)
