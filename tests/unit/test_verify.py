from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from dedupe import verify
from tests import naive


@pytest.mark.parametrize("chunk", [1, 3, 1 << 14])
def test_similarities_do_not_depend_on_the_chunks(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pairs are proven in pieces by several threads; every piece is exact."""
    monkeypatch.setattr(verify, "CHUNK", chunk)
    token = np.random.randint(0, 3, 300).astype(np.uint32)
    start = np.arange(0, 250, 10, dtype=np.int64)
    length = np.full(len(start), 40, np.int32)
    packed = [i << 32 | j for i in range(len(start)) for j in range(i + 1, len(start))]
    pairs = np.array(packed, np.uint64)
    with ThreadPoolExecutor(3) as pool:
        found = verify.similarities(pairs, token, start, length, pool)
    words = token.tolist()
    sets = [naive.shingles(words[low : low + 40], 5) for low in start.tolist()]
    want = [naive.jaccard(sets[p >> 32], sets[p & 0xFFFFFFFF]) for p in packed]
    assert found.tolist() == np.array(want, np.float32).tolist()


def test_no_pairs() -> None:
    """Nothing to prove gives nothing."""
    with ThreadPoolExecutor(1) as pool:
        none = np.zeros(0, np.uint64)
        found = verify.similarities(
            none, np.zeros(9, np.uint32), np.zeros(0, np.int64), np.zeros(0, np.int32), pool
        )
    assert len(found) == 0
