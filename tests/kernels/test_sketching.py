from __future__ import annotations

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import example, given
from hypothesis import strategies as st

from dedupe.arrays import I32, U32, U64
from dedupe.kernels.lanes import BANDS, LANES
from dedupe.kernels.sketching import (
    EMPTY,
    POLYNOMIAL,
    fill_passages,
    prefix_hashes,
    shingle_hashes,
    windows,
)
from dedupe.passages import _powers
from dedupe.sketches import permutations, sketch_ranges
from tests import naive
from tests.strategies import token_lists

hashes = st.lists(st.integers(0, 2**32 - 1), max_size=40)
SIZES = (12, 25, 50)
FACTORS = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1)


def sketch_of(values: list[int], count: int = 128) -> U32:
    """The kernel's sketch of one set."""
    ends = np.array([0], np.int32), np.array([len(values)], np.int32)
    row: U32 = sketch_ranges(np.array(values, np.uint32), *ends, count)[0]
    return row


@given(st.lists(st.integers(0, 2**32 - 1), max_size=30))
@example([])
@example([0, 0, 0, 0])
@example([2**32 - 1] * 5)
def test_shingle_hashes_are_the_linear_form(words: list[int]) -> None:
    """Each hash is the sum of five products modulo 2^32, and the last four places are left."""
    out = np.full(len(words), 77, np.uint32)
    shingle_hashes(np.array(words, np.uint32), out)
    runs = [words[i : i + 5] for i in range(len(words) - 4)]
    want = [sum(w * f for w, f in zip(run, FACTORS, strict=True)) % 2**32 for run in runs]
    assert out.tolist() == want + [77] * min(len(words), 4)


@given(hashes)
@example([])
@example([0])
@example([2**32 - 1])
@example([5, 5, 5, 5, 5])
def test_sketch_equals_datasketch_bit_for_bit(values: list[int]) -> None:
    """The sketch of any set is that of datasketch's MinHash, which mixes the hashes itself."""
    peer = MinHash(num_perm=128, seed=1, hashfunc=int, scheme="affine32")
    for value in values:
        peer.update(value)
    assert np.array_equal(sketch_of(values), peer.hashvalues.astype(np.uint32))


@given(hashes)
@example([])
def test_sketch_equals_the_oracle(values: list[int]) -> None:
    """Sixteen columns, computed with big integers."""
    a, b = permutations(16)
    assert sketch_of(values, 16).tolist() == naive.signature(values, a.tolist(), b.tolist())


@given(hashes, hashes)
def test_sketch_of_a_union_is_the_minimum(one: list[int], other: list[int]) -> None:
    """Sketches of sentences make those of windows."""
    both = np.minimum(sketch_of(one), sketch_of(other))
    assert np.array_equal(sketch_of(one + other), both)


@pytest.mark.parametrize("size", range(10))
def test_sets_of_one_call_do_not_touch_each_other(size: int) -> None:
    """Ranges may overlap, be empty or touch the end; each row is the sketch of its own."""
    values = list(range(1000, 1000 + size))
    places = [(low, high) for low in range(size + 1) for high in range(low, size + 1)]
    first, last = np.array(places, np.int32).T.copy()
    out = sketch_ranges(np.array(values, np.uint32), first, last, 16)
    for row, (low, high) in zip(out, places, strict=True):
        assert np.array_equal(row, sketch_of(values[low:high], 16))


def prefix_of(words: list[int], sizes: list[int]) -> U64:
    """The kernel's rolling hash at the ends of sentences."""
    out = np.empty(len(sizes) + 1, np.uint64)
    prefix_hashes(np.array(words, np.uint32), np.cumsum([0, *sizes]).astype(np.int32), out)
    return out


@given(st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=11), max_size=6))
def test_prefix_hashes_equal_big_integers(sentences: list[list[int]]) -> None:
    """The rolling hash wraps modulo 2^64, and a word of hash 0 counts."""
    state, want = 0, [0]
    for sentence in sentences:
        for word in sentence:
            state = (state * int(POLYNOMIAL) + word + 1) % 2**64
        want.append(state)
    words = [word for sentence in sentences for word in sentence]
    assert prefix_of(words, [len(sentence) for sentence in sentences]).tolist() == want


articles_of_sizes = st.lists(
    st.lists(st.lists(st.integers(1, 66), max_size=6), max_size=4), min_size=1, max_size=3
)
"""Words of the sentences of the blocks of some articles."""


class Passages:
    """Passages that the kernel cuts from articles given as sizes of their sentences."""

    def __init__(
        self, articles: list[list[list[int]]], sketches: U32, words: list[int] | None = None
    ) -> None:
        blocks = [block for article in articles for block in article]
        sizes = [size for block in blocks for size in block]
        sentence: I32 = np.cumsum([0, *sizes]).astype(np.int32)
        block_first: I32 = np.cumsum([0, *map(len, blocks)]).astype(np.int32)
        article_block: I32 = np.cumsum([0, *map(len, articles)]).astype(np.int32)
        room = 4 * len(sizes)
        first, last, article = (np.empty(room, np.int32) for _ in range(3))
        kind = np.empty(room, np.uint8)
        count = windows(
            sentence, block_first, article_block, np.array(SIZES, np.int32), 12, 49,
            first, last, article, kind,
        )  # fmt: skip
        start, length = np.empty(count, np.uint32), np.empty(count, np.uint32)
        self.content = np.empty(count, np.uint64)
        bands = sketches.shape[1] // 2
        self.keys = np.empty((bands, count), np.uint32)
        rows = np.zeros((len(sketches), 2, BANDS), np.uint32)
        rows[:, 0, :bands], rows[:, 1, :bands] = sketches[:, ::2], sketches[:, 1::2]
        fill_passages(
            sentence, rows.reshape(-1, LANES), _powers(),
            prefix_of(list(range(sum(sizes))) if words is None else words, sizes),
            np.empty(BANDS, np.uint32), first[:count], last[:count],
            start, length, kind[:count], self.content, self.keys,
        )  # fmt: skip
        columns = (start, length, article[:count], kind[:count])
        self.rows = list(zip(*(column.tolist() for column in columns), strict=True))


def expected(articles: list[list[list[int]]]) -> list[tuple[int, int, int, int]]:
    """Start, length, article and kind of all passages, in the order of the contract."""
    rows = []
    token = 0
    for number, blocks in enumerate(articles):
        sizes = [size for block in blocks for size in block]
        found: dict[tuple[int, int], int] = {}  # a larger size takes the place of a smaller one
        for kind, words in enumerate(SIZES):
            found |= dict.fromkeys(naive.sentence_windows(sizes, words), kind)
        place = np.cumsum([0, *sizes]).tolist()
        for (first, last), kind in sorted(found.items()):
            rows.append((token + place[first], place[last] - place[first], number, kind))
        at = token
        for block in blocks:
            if 12 <= sum(block) <= 49:
                rows.append((at, sum(block), number, len(SIZES)))
            at += sum(block)
        token = at
    return rows


@given(articles_of_sizes)
@example([[]])
@example([[[12]]])
@example([[[66]], [[66]]])
@example([[[11], [1], [11]]])
@example([[[3] * 6, [3] * 6, [3] * 6]])
def test_passages_are_those_of_the_oracle(articles: list[list[list[int]]]) -> None:
    """Windows of all sizes from every sentence over whole sentences, and the short blocks."""
    count = sum(len(block) for article in articles for block in article)
    filled = np.zeros((count, 16), np.uint32)
    assert Passages(articles, filled).rows == expected(articles)


def test_passage_without_shingles_is_joined_by_equality_only() -> None:
    """Where no sentence of a window holds a shingle, its sketch means nothing and the kind is 0."""
    empty = np.full((4, 16), EMPTY, np.uint32)
    assert {row[3] for row in Passages([[[13, 13, 13, 13]]], empty).rows} == {0}
    empty[3] = 1  # windows of the first sentences still have none
    kinds = {row[:2]: row[3] for row in Passages([[[13, 13, 13, 13]]], empty).rows}
    assert kinds == {
        (0, 13): 0, (0, 26): 0, (0, 52): 2, (13, 13): 0, (13, 26): 0,
        (26, 13): 0, (26, 26): 1, (39, 13): 0,
    }  # fmt: skip


@pytest.mark.parametrize("bands", [1, 8, 9, BANDS])
def test_key_is_made_of_the_minima_of_two_rows(bands: int) -> None:
    """A band's key is the mixed form of the minima of its two columns over the sentences."""
    sketches = np.random.randint(0, 2**32, (4, 2 * bands), np.uint32)
    passages = Passages([[[10, 10, 10, 10]]], sketches)
    assert passages.rows[0] == (0, 20, 0, 0)
    assert passages.rows[1] == (0, 30, 0, 1)
    minima = sketches[:3].min(axis=0).tolist()
    for band in range(bands):
        low, high = minima[2 * band : 2 * band + 2]
        key = naive.fmix32(low * FACTORS[0] % 2**32 ^ high)
        assert passages.keys[band, 1] == key


@given(token_lists(120, 2), st.integers(1, 9))
def test_content_is_equal_exactly_where_the_words_are(words: list[int], size: int) -> None:
    """Over sentences of one size, the content hash tells passages apart as their words do."""
    sizes = [size] * (len(words) // size)
    passages = Passages([[sizes]], np.zeros((len(sizes), 16), np.uint32), words)
    by_words: dict[tuple[int, ...], int] = {}
    for (start, length, _, _), content in zip(
        passages.rows, passages.content.tolist(), strict=True
    ):
        run = tuple(words[start : start + length])
        assert by_words.setdefault(run, content) == content
    assert len(set(by_words.values())) == len(by_words)


def test_content_of_passages_longer_than_the_table_of_powers() -> None:
    """The same 300 words at two places have one content hash."""
    words = [*range(100, 400), 7, *range(100, 400)]
    passages = Passages([[[300]], [[1]], [[300]]], np.zeros((3, 16), np.uint32), words)
    assert [row[:2] for row in passages.rows] == [(0, 300), (301, 300)]
    assert passages.content[0] == passages.content[1]
