from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe import pairings
from dedupe.kernels import pairing
from dedupe.rarity import stem_frequency
from tests import naive
from tests.strategies import SPREAD


def candidates(
    articles: list[list[int]], pool: Executor, owner: list[int] | None = None, accepted: int = -1
) -> dict[tuple[int, int], list[list[int]]]:
    """Boxes by pair of articles, places counted from the start of each article."""
    stem = np.array([word for article in articles for word in article], np.uint32) * SPREAD
    edges = np.cumsum([0, *map(len, articles)])
    numbers = np.arange(len(articles)) if owner is None else np.array(owner)
    frequency = stem_frequency(stem, edges, pool)
    found = pairings.candidates(stem, edges, numbers.astype(np.int32), frequency, pool, accepted)
    boxes: dict[tuple[int, int], list[list[int]]] = {}
    for (a, b), box in zip(found.partner.tolist(), found.box.tolist(), strict=True):
        base = [edges[a], edges[a], edges[b], edges[b]]
        boxes.setdefault((a, b), []).append([int(x - y) for x, y in zip(box, base, strict=True)])
    return boxes


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), max_size=80), max_size=6))
def test_boxes_hold_the_dense_hits(articles: list[list[int]]) -> None:
    """One box for each two articles with enough hits close together, from first to last."""
    holders = {word: sum(word in article for article in articles) for word in range(31)}
    kept = {word for word, count in holders.items() if count <= pairings.FEW}
    want = {}
    for pair, hits in naive.stem_hits(articles, kept, pairing.CAP, pairing.CHAINED).items():
        dense = naive.dense_hits(hits, pairing.FEWEST, pairing.NEAR)
        if dense:
            a, b = (list(places) for places in zip(*dense, strict=True))
            want[pair] = [[min(a), max(a) + 1, min(b), max(b) + 1]]
    with ThreadPoolExecutor(2) as pool:
        assert candidates(articles, pool) == want


def test_an_incoming_article_meets_all_accepted_ones(pool: Executor) -> None:
    """More than are linked in a chain; no two of them are paired, and others as ever."""
    shared, others = list(range(30)), [[number] * 3 for number in range(100, 200)]
    articles = [shared, others[0], shared, *[shared] * 40, *others[1:]]
    owner = [0, 1, 2, *[3] * 40, *[3] * (len(others) - 1)]
    found = set(candidates(articles, pool, owner, accepted=3))
    assert found == {(0, 2), *((a, b) for a in (0, 2) for b in range(3, 43))}


def repeats(articles: list[list[int]], pool: Executor, common: int = 0) -> list[list[list[int]]]:
    """Boxes of each article with itself, from its start; words below `common` do not tell."""
    stem = np.array([word for article in articles for word in article], np.uint32) * SPREAD
    edges = np.cumsum([0, *map(len, articles)])
    telling = np.ones(1 << 20, np.bool_)
    telling[(np.arange(common, dtype=np.uint32) * SPREAD) >> np.uint32(12)] = False
    owner = np.arange(len(articles), dtype=np.int32)
    found = pairings.repeats(stem, edges, owner, telling, pool)
    boxes: list[list[list[int]]] = [[] for _ in articles]
    for (a, b), box in zip(found.partner.tolist(), found.box.tolist(), strict=True):
        assert a == b
        boxes[a].append([int(place - edges[a]) for place in box])
    return boxes


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), max_size=80), min_size=1, max_size=4))
def test_boxes_of_an_article_hold_its_dense_hits(articles: list[list[int]]) -> None:
    """Every repeated pair with enough others beside it lies in a box, and no box is wider."""
    with ThreadPoolExecutor(2) as pool:
        found = repeats(articles, pool, common=4)
    for article, boxes in zip(articles, found, strict=True):
        hits = naive.repeated_hits(article, set(range(4, 31)))
        dense = naive.dense_hits(hits, pairing.FEWEST_AGAIN, pairing.NEAR_AGAIN)
        for a, b in dense:
            assert any(low <= a < end and first <= b < last for low, end, first, last in boxes)
        edges = {place for a, b in dense for place in (a, a + 1, b, b + 1)}
        assert all(edges.issuperset(box) for box in boxes)
        assert bool(boxes) == bool(dense)


def test_place_that_is_repeated_is_a_candidate(rng: np.random.Generator, pool: Executor) -> None:
    """Its two places, and nothing of an article that says everything once."""
    texts = rng.permutation(3000)[:1200].reshape(2, 600)
    texts[0, 400:440] = texts[0, 100:140]
    (((low, end, first, last),), others) = repeats(texts.tolist(), pool)
    assert (100 <= low < 104, 132 < end <= 140) == (True, True)
    assert (400 <= first < 404, 432 < last <= 440) == (True, True)
    assert others == []


def test_three_places_are_two_candidates(rng: np.random.Generator, pool: Executor) -> None:
    """Each with the place before it, and not all in one box."""
    text = rng.permutation(3000)[:900]
    text[400:440] = text[700:740] = text[100:140]
    (boxes,) = repeats([text.tolist()], pool)
    assert [(low // 100, first // 100) for low, _, first, _ in boxes] == [(1, 4), (4, 7)]


def test_shuffled_passage_is_a_candidate(rng: np.random.Generator, pool: Executor) -> None:
    """Words that changed places with a neighbour leave no run of five, but enough pairs."""
    texts = rng.permutation(3000)[:900].reshape(3, 300)
    passage = texts[0, 100:160].copy()
    for at in range(0, 60, 2):
        passage[at : at + 2] = passage[at : at + 2][::-1]
    texts[1, 200:260] = passage
    found = candidates(texts.tolist(), pool)
    ((a_low, a_high, b_low, b_high),) = found.pop((0, 1))
    assert not found
    assert (98 <= a_low <= 110, 140 <= a_high <= 162) == (True, True)
    assert (198 <= b_low <= 210, 240 <= b_high <= 262) == (True, True)


def test_distant_passages_have_boxes_of_their_own(rng: np.random.Generator, pool: Executor) -> None:
    """A long article is not aligned as a whole because of its first and last paragraph."""
    texts = rng.permutation(9000)[:6000].reshape(2, 3000)
    texts[1, 1000:1040] = texts[0, 100:140]
    texts[1, 2500:2540] = texts[0, 2600:2640]
    boxes = candidates(texts.tolist(), pool)[0, 1]
    assert [box[0] // 1000 for box in boxes] == [0, 2]


def test_long_copies_are_cut(rng: np.random.Generator, pool: Executor) -> None:
    """Two books are aligned piece by piece, so the time does not grow with their square."""
    text = rng.permutation(5 * pairing.LONGEST) % 30_000
    boxes = candidates([text.tolist(), text.tolist()], pool)[0, 1]
    assert len(boxes) == 5
    assert all(high - low <= pairing.LONGEST + 100 for low, high, _, _ in boxes)


@pytest.mark.parametrize("copies", [pairing.CAP + 5, 200])
def test_passage_of_many_articles_is_chained(
    rng: np.random.Generator, pool: Executor, copies: int
) -> None:
    """Each copy meets the two before it, and no more: linear in the copies."""
    passage = rng.permutation(50) + 1
    others = rng.permutation(100_000)[: 20 * 3 * copies].reshape(3 * copies, 20) + 100
    texts = others.tolist()
    for number in range(copies):
        texts[number] += passage.tolist()
    found = candidates(texts, pool)
    assert len(found) <= 2 * copies
    assert naive.components(copies, found) == [0] * copies


def test_articles_of_one_owner_are_no_candidates(rng: np.random.Generator, pool: Executor) -> None:
    """Nor are articles that belong to no group."""
    text = rng.permutation(200).tolist()
    assert set(candidates([text] * 4, pool)) == {(a, b) for b in range(4) for a in range(b)}
    assert set(candidates([text] * 4, pool, [7, 7, 8, -1])) == {(0, 2), (1, 2)}


def test_nothing_of_nothing(pool: Executor) -> None:
    """No articles, one, and empty ones."""
    assert candidates([], pool) == {}
    assert candidates([[1, 2, 3]], pool) == {}
    assert candidates([[], [], []], pool) == {}
