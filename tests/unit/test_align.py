from __future__ import annotations

from concurrent.futures import Executor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import align
from dedupe.arrays import I64, U32
from dedupe.tables import Boxes, MatchTable
from tests import naive
from tests.strategies import distinct_words


def corpus_of(articles: list[list[int]]) -> tuple[U32, I64]:
    """Words of all articles, and where each begins."""
    token = np.array([word for words in articles for word in words], np.uint32)
    return token, np.cumsum([0, *map(len, articles)]).astype(np.int64)


def boxes_of(rows: list[tuple[int, int, int, int, int]]) -> Boxes:
    """Boxes given as a, b, token of a, token of b, words."""
    a, b, a_token, b_token, length = np.array(rows, np.int64).reshape(-1, 5).T
    box = np.stack([a_token, a_token + length, b_token, b_token + length], axis=1)
    return Boxes(np.stack([a, b], axis=1).astype(np.int32), box)


@pytest.fixture
def articles(rng: np.random.Generator) -> list[list[int]]:
    """Three articles: a passage of 40 words in all of them, another one in two."""
    words = distinct_words(rng, 300).tolist()
    one, two, rest = words[:40], words[40:70], words[70:]
    return [
        rest[:20] + one + rest[20:50] + two,
        one + rest[50:70],
        two + rest[70:100] + one[:20] + rest[100:101] + one[21:],
    ]


def rows_of(table: MatchTable) -> list[tuple[int, ...]]:
    """Articles and spans."""
    columns = (table.a, table.a_start, table.a_end, table.b, table.b_start, table.b_end)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_matches_of_three_articles(articles: list[list[int]], pool: Executor) -> None:
    """Spans are counted from the start of the corpus, and rows are sorted by articles and place."""
    token, place = corpus_of(articles)
    boxes = boxes_of([(0, 1, 20, 120, 40), (0, 2, 90, 180, 30), (1, 2, 120, 240, 40)])
    table = align.align(boxes, token, place, 12, pool)
    assert rows_of(table) == [
        (0, 20, 60, 1, 120, 160),
        (0, 20, 60, 2, 240, 280),
        (0, 90, 120, 2, 180, 210),
        (1, 120, 160, 2, 240, 280),
    ]
    assert table.similarity.tolist()[0] == 1.0


def test_similarities_are_exact(articles: list[list[int]], pool: Executor) -> None:
    """Jaccard similarity and both containments equal those of the spans' sets of shingles."""
    token, place = corpus_of(articles)
    boxes = boxes_of([(0, 1, 20, 120, 40), (0, 2, 20, 240, 40), (1, 2, 120, 240, 40)])
    table = align.align(boxes, token, place, 12, pool)
    words = token.tolist()
    for row, (_, low, high, _, other_low, other_high) in enumerate(rows_of(table)):
        a = naive.shingles(words[low:high], 5)
        b = naive.shingles(words[other_low:other_high], 5)
        assert table.similarity[row] == naive.jaccard(a, b)
        assert table.containment_a[row] == len(a & b) / len(a)
        assert table.containment_b[row] == len(a & b) / len(b)


def test_order_of_boxes_does_not_matter(
    articles: list[list[int]], pool: Executor, rng: np.random.Generator
) -> None:
    """Boxes shuffled and repeated give the same table."""
    token, place = corpus_of(articles)
    rows = [(0, 1, 20, 120, 40), (0, 2, 20, 240, 40), (0, 2, 90, 180, 30), (1, 2, 120, 240, 40)]
    want = rows_of(align.align(boxes_of(rows), token, place, 12, pool))
    for _ in range(10):
        shuffled = rows + rows[:2]
        rng.shuffle(shuffled)
        assert rows_of(align.align(boxes_of(shuffled), token, place, 12, pool)) == want


def test_no_seeds_give_no_matches(pool: Executor) -> None:
    """An empty table has all its columns."""
    token, place = corpus_of([[1, 2, 3], [4, 5]])
    table = align.align(boxes_of([]), token, place, 12, pool)
    assert len(table) == 0
    assert len(table.similarity) == len(table.containment_a) == 0


@pytest.mark.parametrize("chunk", [1, 2, 256])
def test_chunks_do_not_matter(
    articles: list[list[int]], pool: Executor, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same table however the pairs are dealt to threads."""
    token, place = corpus_of(articles)
    boxes = boxes_of([(0, 1, 20, 120, 40), (0, 2, 20, 240, 40), (1, 2, 120, 240, 40)])
    want = rows_of(align.align(boxes, token, place, 12, pool))
    monkeypatch.setattr(align, "CHUNK", chunk)
    assert rows_of(align.align(boxes, token, place, 12, pool)) == want


def test_more_matches_than_room(pool: Executor, rng: np.random.Generator) -> None:
    """Thirty matches of one pair are all found, though room is made for twenty."""
    words = distinct_words(rng, 30 * 60).tolist()
    parts = [words[at : at + 20] for at in range(0, 600, 20)]
    rest = words[600:]
    a = [w for k, part in enumerate(parts) for w in part + rest[k * 20 : k * 20 + 20]]
    b = [w for k, part in enumerate(parts) for w in part + rest[600 + k * 20 : 620 + k * 20]]
    token, place = corpus_of([a, b])
    table = align.align(boxes_of([(0, 1, 0, 1200, 1200)]), token, place, 12, pool)
    assert len(table) == 30
    assert (table.a_end - table.a_start == 20).all()


def test_overlap_of_spans(pool: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compared in pieces by several threads, in the order asked."""
    monkeypatch.setattr(align, "CHUNK", 3)
    token = np.random.randint(0, 3, 200).astype(np.uint32)
    low = np.arange(0, 100, 10, dtype=np.int64)
    found = align.shingle_overlap(token, low, low + 40, low + 50, low + 90, pool)
    words = token.tolist()
    for row, at in zip(found.tolist(), low.tolist(), strict=True):
        a = naive.shingles(words[at : at + 40], 5)
        b = naive.shingles(words[at + 50 : at + 90], 5)
        both = len(a & b)
        assert row == [both / len(a | b), both / len(a), both / len(b)]


def test_select_keeps_rows_in_the_order_given(articles: list[list[int]], pool: Executor) -> None:
    """By number or by mask, all columns together."""
    token, place = corpus_of(articles)
    boxes = boxes_of([(0, 1, 20, 120, 40), (1, 2, 120, 240, 40)])
    table = align.align(boxes, token, place, 12, pool)
    assert rows_of(table.rows(np.array([1, 0]))) == rows_of(table)[::-1]
    assert rows_of(table.rows(table.a == 0)) == rows_of(table)[:1]


@pytest.mark.parametrize("place_of_box", [0, 900, 1175])
def test_match_is_followed_over_the_words_around(
    rng: np.random.Generator, pool: Executor, place_of_box: int
) -> None:
    """A copy of 1,200 words, every twelfth changed, is found whole from one window of it."""
    words = distinct_words(rng, 1_700).tolist()
    copied, rest = words[:1_200], words[1_200:]
    changed = [rest.pop() if k % 12 == 6 else word for k, word in enumerate(copied)]
    token, place = corpus_of([rest[:300] + copied + rest[300:350], changed + rest[350:]])
    box = (0, 1, 300 + place_of_box, int(place[1]) + place_of_box, 25)
    ((a, a_start, a_end, b, b_start, b_end),) = rows_of(
        align.align(boxes_of([box]), token, place, 12, pool)
    )
    behind = int(place[1])
    assert (a, a_start, a_end) == (0, 300, 1_500)
    assert (b, b_start, b_end) == (1, behind, behind + 1_200)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2), st.integers(3, 5), st.integers(0, 30), st.integers(0, 30),
            st.integers(1, 9),
        )
    )
)  # fmt: skip
def test_boxes_of_a_pair_become_one(rows: list[tuple[int, int, int, int, int]]) -> None:
    """It begins where the first one does and ends where the last one does, in either article."""
    expected: dict[tuple[int, int], list[int]] = {}
    for a, b, a_low, b_low, words in rows:
        around = expected.setdefault((a, b), [a_low, 0, b_low, 0])
        around[0::2] = min(around[0], a_low), min(around[2], b_low)
        around[1::2] = max(around[1], a_low + words), max(around[3], b_low + words)
    partner, box = align.merged(boxes_of(rows))
    found = zip(map(tuple, partner.tolist()), box.tolist(), strict=True)
    assert list(found) == sorted(expected.items())
