from __future__ import annotations

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH

from dedupe.arrays import U32
from dedupe.minhash import to_datasketch
from dedupe.sketches import (
    PERMUTATIONS,
    permutations,
    shingles,
    sketch_ranges,
)


def peer(values: list[int], count: int = 128) -> MinHash:
    """Datasketch's MinHash of some hash values."""
    sketch = MinHash(num_perm=count, seed=1, hashfunc=int, scheme="affine32")
    for value in values:
        sketch.update(value)
    return sketch


def whole(values: U32, count: int = PERMUTATIONS) -> U32:
    """Sketch of one set."""
    ends = np.array([0], np.int32), np.array([len(values)], np.int32)
    row: U32 = sketch_ranges(values, *ends, count)[0]
    return row


def test_permutations_are_those_of_datasketch() -> None:
    """Both parameters of all 128 permutations are drawn as datasketch draws them."""
    a, b = permutations()
    theirs = peer([]).permutations
    assert np.array_equal(a, np.asarray(theirs[0], np.uint32))
    assert np.array_equal(b, np.asarray(theirs[1], np.uint32))
    assert (a & 1).all()


def test_fewer_permutations_are_the_first_ones() -> None:
    """Sixteen columns of a scan are the first sixteen of an exported sketch."""
    a, b = permutations(16)
    assert np.array_equal(a, permutations()[0][:16])
    assert np.array_equal(b, permutations()[1][:16])


@pytest.mark.parametrize("count", [0, -1, 129])
def test_permutations_beyond_the_family_are_refused(count: int) -> None:
    """The message names the number and the range."""
    with pytest.raises(ValueError, match=rf"{count} is not in 1\.\.128"):
        permutations(count)


def test_sketch_equals_datasketch() -> None:
    """The sketch of a set of shingles is that of datasketch, also for the empty set."""
    values = np.random.randint(0, 2**32, 500, np.uint32)
    for part in (values, values[:1], values[:0]):
        want = peer(part.tolist()).hashvalues.astype(np.uint32)
        assert np.array_equal(whole(part), want)
    assert (whole(values[:0]) == 2**32 - 1).all()


def test_sketch_can_be_handed_to_an_index_of_datasketch() -> None:
    """An exported sketch estimates, merges and is found in datasketch's own LSH."""
    values = np.random.randint(0, 2**32, 300, np.uint32)
    ours, theirs = to_datasketch(whole(values[:250])), peer(values[50:].tolist())
    assert ours.jaccard(theirs) == peer(values[:250].tolist()).jaccard(theirs)
    index = MinHashLSH(threshold=0.5, num_perm=128)
    index.insert("theirs", theirs)
    assert index.query(ours) == ["theirs"]
    ours.merge(theirs)
    assert np.array_equal(ours.hashvalues, peer(values.tolist()).hashvalues)


def test_shingles_of_short_texts() -> None:
    """A text of fewer than five words has none; its entries mean nothing."""
    words = np.arange(1, 8, dtype=np.uint32)
    assert len(shingles(words)) == 7
    assert len(set(shingles(words)[:3].tolist())) == 3
    assert len(shingles(words[:4])) == 4
    assert len(shingles(words[:0])) == 0
