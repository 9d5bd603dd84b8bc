from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from dedupe import verify
from dedupe.arrays import U64
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


@pytest.mark.parametrize("chunk", [1, 5, 1 << 14])
def test_boxes_hold_all_proven_pairs(
    chunk: int, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The least box around known and proven pairs of two articles, whatever was not looked at."""
    monkeypatch.setattr(verify, "CHUNK", chunk)
    text = rng.integers(0, 2**32, 120).tolist()
    articles = []
    for _ in range(6):
        words = list(text)
        for at in rng.integers(0, 120, int(rng.integers(1, 12))).tolist():
            words[at] = int(rng.integers(0, 2**32))
        articles.append(words)
    token = np.array([word for words in articles for word in words], np.uint32)
    start = np.arange(0, 720 - 30, 10, dtype=np.int64)
    article = (start // 120).astype(np.int32)
    length = np.where(rng.random(len(start)) < 0.5, 20, 25).astype(np.int32)
    group = np.zeros((len(start), 2), np.int32)
    group[::7, 1] = 2
    close = [
        (i, j)
        for i in range(len(start))
        for j in range(i + 1, len(start))
        if article[i] != article[j] and abs(start[i] - start[j]) % 120 < 30
    ]
    packed: U64 = np.array([i << 32 | j for i, j in close], np.uint64)
    known, pairs = packed[::9], np.delete(packed, np.s_[::9])
    where = verify.Passages(article, start, length, group)
    with ThreadPoolExecutor(2) as pool:
        boxes, proven, related = verify.prove(
            known, pairs, verify.Limits(0.5, 0.25), token, where, pool
        )
        similarity = verify.similarities(pairs, token, start, length, pool)
    enough = set(pairs[similarity >= 0.5].tolist())
    assert set(pairs[similarity >= 0.25].tolist()) | enough <= set(related.tolist())
    assert set(proven.tolist()) <= enough
    grouped = {p for p in enough if group[p >> 32, 1] or group[p & 0xFFFFFFFF, 1]}
    assert grouped <= set(proven.tolist())
    want: dict[tuple[int, int], list[int]] = {}
    for pair in [*known.tolist(), *enough]:
        i, j = pair >> 32, pair & 0xFFFFFFFF
        size = int(max(length[i], length[j]))
        x, y = int(start[i]), int(start[j])
        low, high, other_low, other_high = want.get(
            (int(article[i]), int(article[j])), [x, x + size, y, y + size]
        )
        want[int(article[i]), int(article[j])] = [
            min(low, x), max(high, x + size), min(other_low, y), max(other_high, y + size)
        ]  # fmt: skip
    found = dict(zip(map(tuple, boxes.partner.tolist()), boxes.box.tolist(), strict=True))
    assert len(found) == len(boxes.box)
    assert found == want
