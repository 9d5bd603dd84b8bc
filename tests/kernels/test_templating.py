from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedupe.arrays import F64, I32, I64, U8, U32
from dedupe.kernels import templating
from dedupe.kernels.templating import LONGEST, TERM_BITS
from tests import naive
from tests.strategies import distinct_words, edited_copies, token_lists

Texts = list[list[int]]
TERMS = 1 << TERM_BITS


def side_by_side(texts: Texts) -> tuple[U32, I64, I32]:
    """Words of all texts, and the first word and size of each."""
    size = [len(words) for words in texts]
    start = np.cumsum([0, *size])[:-1].astype(np.int64)
    token = np.array([word for words in texts for word in words], np.uint32)
    return token, start, np.array(size, np.int32)


# ------------------------------------------------------------------------------------- candidates

blocks = st.lists(token_lists(30, 3).filter(lambda words: len(words) >= 4), max_size=8)


@given(blocks)
@example([])
@example([[1] * 4] * 3)
@example([[1] * 6])
def test_recurring_grams_are_listed(texts: Texts) -> None:
    """Every gram that stands in three places is listed with the numbers of its blocks."""
    token, start, size = side_by_side(texts)
    number, out = np.arange(len(texts), dtype=np.int32)[::-1].copy(), np.empty(300, np.uint64)
    count = templating.recurring_grams(token, start, size, number, np.zeros(1 << 14, np.uint8), out)
    found = out[:count].tolist()
    want = naive.recurring(texts, templating.GRAM, 3)
    blocks = {len(texts) - 1 - (key & 0xFFFFFFFF) for key in found}
    assert blocks == {block for _, block in want}
    assert len(set(found)) == len(want)


@given(st.integers(0, 2**31), st.integers(templating.SAMPLED, templating.SAMPLED + 20))
def test_long_blocks_agree_on_half_of_their_grams(seed: int, size: int) -> None:
    """Wherever the same words stand, the same grams of them are listed."""
    common = np.random.default_rng(seed).integers(1, 2**32, size).tolist()
    token, start, sizes = side_by_side([common, [1, 2, *common], [*common, 3]])
    number, out = np.arange(3, dtype=np.int32), np.empty(300, np.uint64)
    count = np.zeros(1 << 16, np.uint8)
    found = out[: templating.recurring_grams(token, start, sizes, number, count, out)]
    listed = [set((found[found & 0xFFFFFFFF == block] >> 32).tolist()) for block in range(3)]
    assert listed[0] == listed[1] == listed[2]
    assert size / 5 < len(listed[0]) < size * 4 / 5


def test_recurring_grams_count_what_does_not_fit() -> None:
    """The number of grams is right where the room is not."""
    token, start, size = side_by_side([[1, 2, 3, 4, 5]] * 3)
    count, number = np.zeros(64, np.uint8), np.arange(3, dtype=np.int32)
    room = np.empty(1, np.uint64)
    assert templating.recurring_grams(token, start, size, number, count, room) == 6


edged = st.lists(
    st.tuples(token_lists(30, 2).filter(lambda words: len(words) >= 8), st.sampled_from([4, 8])),
    max_size=8,
)


@given(edged, st.integers(0, 8))
@example([([1] * 8, 8), ([1] * 24, 8)], 1)
@example([([1, 2, 3, 4] * 2, 4), ([1, 2, 3, 4] * 5, 4)], 2)
def test_blocks_are_cut_where_others_begin_or_end(
    blocks: list[tuple[list[int], int]], edges_of: int
) -> None:
    """The parts are those of the oracle, whatever blocks the edges are taken from."""
    texts = [words for words, _ in blocks]
    width = np.array([words for _, words in blocks], np.int64)
    token, start, size = side_by_side(texts)
    places = token, start, size.astype(np.int64), width
    edges = np.empty((2, len(texts)), np.uint64)
    templating.block_edges(*places, edges)
    some = np.unique(edges[:, :edges_of])
    out = np.empty(int((size // width).sum()), np.int64)
    count = templating.block_cuts(*places, some, np.zeros(1024, np.uint8), out)
    beginnings: set[naive.Shingle] = {tuple(words[:wide]) for words, wide in blocks[:edges_of]}
    ends: set[naive.Shingle] = {tuple(words[-wide:]) for words, wide in blocks[:edges_of]}
    assert out[:count].tolist() == [
        int(first) + at
        for first, (words, wide) in zip(start, blocks, strict=True)
        for at in naive.cuts(words, wide, beginnings, ends)
    ]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 14)), max_size=60))
def test_blocks_are_linked_with_the_next_ones_of_other_articles(
    postings: list[tuple[int, int]],
) -> None:
    """Each block of a gram in three blocks or more: the next three of the eight behind it."""
    keys = np.array(sorted({gram << 32 | block for gram, block in postings}), np.uint64)
    article = np.arange(15, dtype=np.int32) // 2
    out = np.empty(3 * len(keys), np.uint64)
    count = templating.link_blocks(keys, article, 0, 15, out)
    want = []
    for gram in range(5):
        held = sorted({block for other, block in postings if other == gram})
        if len(held) < 3:
            continue
        for at, block in enumerate(held):
            behind = [b for b in held[at + 1 : at + 9] if article[b] != article[block]]
            want += [block << 32 | other for other in behind[:3]]
    assert out[:count].tolist() == want
    parts = []
    for low, high in ((0, 4), (4, 15)):
        count = templating.link_blocks(keys, article, low, high, out)
        parts += out[:count].tolist()
    assert sorted(parts) == sorted(want)


def test_links_are_counted_where_they_do_not_fit() -> None:
    """The number of links is right where the room is not."""
    keys, article = np.arange(4, dtype=np.uint64), np.arange(4, dtype=np.int32)
    assert templating.link_blocks(keys, article, 0, 4, np.empty(2, np.uint64)) == 6


def test_a_pair_needs_two_links_and_more_when_it_is_long() -> None:
    """Two links for blocks of 160 words, three for one of 161; four short ones of letters."""
    links = np.array(sorted([1, 1, 2, 2, 2, 1 << 32 | 2, 3, 3]), np.uint64)
    size = np.array([12, 160, 240, 161], np.int32)
    spaced = np.zeros(4, np.bool_)
    out = np.empty((4, 2), np.int32)
    for unspaced in (spaced, ~spaced):
        assert templating.candidate_pairs(links, size, unspaced, out) == 2
        assert out[:2].tolist() == [[0, 1], [0, 2]]
    short = np.array([12, 40, 63, 12], np.int32)
    assert templating.candidate_pairs(links, short, spaced, out) == 3
    assert templating.candidate_pairs(links, short, ~spaced, out) == 0
    assert templating.candidate_pairs(links[:0], size, spaced, out) == 0


# ------------------------------------------------------------------------------------------ proof


def coverage(a: list[int], b: list[int], *, unspaced: bool = False) -> int:
    """The kernel's coverage of a pair."""
    token, start, size = side_by_side([a, b])
    out = np.empty(1, np.int32)
    one, other = np.array([0], np.int32), np.array([1], np.int32)
    templating.run_coverage(token, start, size, np.full(2, unspaced), one, other, out)
    return int(out[0])


@given(token_lists(40, 2), token_lists(40, 2))
@example([1, 1, 1, 1], [1, 1, 1])
@example([1, 2, 3, 4, 5, 6], [4, 5, 6, 1, 2, 3])
@example([1, 2, 3, 4, 5, 2, 3, 4, 6], [1, 2, 3, 4, 6])
@example([], [1, 2, 3])
def test_run_coverage_of_repetitive_texts_is_that_of_the_oracle(a: list[int], b: list[int]) -> None:
    """Texts of three words, where runs overlap in every way."""
    assert coverage(a, b) == naive.run_coverage(a, b, templating.RUN)
    assert coverage(a, b, unspaced=True) == naive.run_coverage(a, b, templating.RUN + 1)


@given(edited_copies())
def test_run_coverage_of_copies_is_that_of_the_oracle(pair: tuple[list[int], list[int]]) -> None:
    """Edited copies, where runs are long."""
    assert coverage(*pair) == naive.run_coverage(*pair, templating.RUN)


@given(st.lists(token_lists(25, 3), min_size=2, max_size=5))
def test_run_coverage_of_many_pairs_is_that_of_each(texts: Texts) -> None:
    """What was indexed for one pair leaves no trace in the next."""
    token, start, size = side_by_side(texts)
    pairs = [(a, b) for a in range(len(texts)) for b in range(len(texts))]
    a, b = np.array(pairs, np.int32).T.copy()
    out = np.empty(len(pairs), np.int32)
    templating.run_coverage(token, start, size, np.zeros(len(texts), np.bool_), a, b, out)
    assert out.tolist() == [
        naive.run_coverage(texts[i], texts[j], templating.RUN) for i, j in pairs
    ]


def test_run_coverage_of_the_longest_blocks(rng: np.random.Generator) -> None:
    """Blocks of as many words as are looked at, the same ones and others."""
    words = distinct_words(rng, 2 * LONGEST).tolist()
    assert coverage(words[:LONGEST], words[:LONGEST]) == LONGEST
    assert coverage(words[:LONGEST], words[LONGEST:]) == 0


# --------------------------------------------------------------------------------------- skeletons


def placed(ref: list[int], member: list[int]) -> list[int]:
    """Where the kernel finds the words of a skeleton."""
    token, start, size = side_by_side([member])
    word = np.zeros((1, LONGEST), np.uint32)
    word[0, : len(ref)] = ref
    out = np.empty(len(ref), np.int32)
    one = np.zeros(1, np.int32)
    templating.place_skeletons(
        token, start, size, one, one, word, np.array([len(ref)], np.int32),
        np.array([0, len(ref)], np.int64), out,
    )  # fmt: skip
    places: list[int] = out.tolist()
    return places


def score(places: list[int]) -> int:
    """What an alignment earns."""
    matched = sum(at >= 0 for at in places)
    return 10 * matched + 3 * sum(x >= 0 and y == x + 1 for x, y in pairwise(places))


@given(token_lists(20, 3), token_lists(20, 3))
@example([], [1])
@example([1, 2], [1, 9, 1, 2])
def test_alignment_is_the_best_one(ref: list[int], member: list[int]) -> None:
    """Equal words in order; between what both begin and end with, no alignment earns more."""
    places = placed(ref, member)
    held = [at for at in places if at >= 0]
    assert held == sorted(set(held))
    assert all(at < 0 or member[at] == word for word, at in zip(ref, places, strict=True))
    head = 0
    while head < min(len(ref), len(member)) and ref[head] == member[head]:
        head += 1
    tail = 0
    while tail < min(len(ref), len(member)) - head and ref[-1 - tail] == member[-1 - tail]:
        tail += 1
    middle = ref[head : len(ref) - tail], member[head : len(member) - tail]
    assert places[:head] == list(range(head))
    assert score(places[head : len(ref) - tail]) == naive.alignment_score(*middle, 10, 3)


def skeleton(
    texts: Texts, medoid: int = 0, common: tuple[int, ...] = ()
) -> tuple[list[int], list[int], F64]:
    """Words, gaps and figures of the skeleton of one family."""
    token, start, size = side_by_side(texts)
    usual: U8 = np.zeros(TERMS, np.uint8)
    usual[np.array(common, np.uint32) >> np.uint32(32 - TERM_BITS)] = 1
    word, length = np.empty((1, LONGEST), np.uint32), np.empty(1, np.int32)
    gap, entropy = np.empty((1, LONGEST + 1), np.uint8), np.empty((1, LONGEST + 1), np.float32)
    out = np.empty((1, 4))
    templating.skeletons(
        token, start, size, np.zeros(len(texts), np.bool_), np.array([0, len(texts)], np.int64),
        np.arange(len(texts), dtype=np.int32), np.array([medoid], np.int32), usual,
        word, length, gap, entropy, out,
    )  # fmt: skip
    count = int(length[0])
    return word[0, :count].tolist(), gap[0, : count + 1].tolist(), out[0]


def filled(parts: list[list[int]], words: list[int], sizes: list[int]) -> list[int]:
    """Fixed parts with fresh words between them."""
    made: list[int] = []
    for part, size in zip(parts, [*sizes, 0], strict=True):
        made += part
        made += [words.pop() for _ in range(size)]
    return made


@pytest.mark.parametrize("members", [3, 5, 8, 20, 32])
def test_fixed_text_and_slots_are_found(rng: np.random.Generator, members: int) -> None:
    """The skeleton is what all share, with a slot wherever each has words of its own."""
    words = distinct_words(rng, 1000).tolist()
    parts = [[words.pop() for _ in range(size)] for size in (5, 8, 4)]
    texts = [filled(parts, words, rng.integers(1, 6, 2).tolist()) for _ in range(members)]
    found, gap, figures = skeleton(texts, medoid=members // 2)
    assert found == [word for part in parts for word in part]
    assert [k for k, kind in enumerate(gap) if kind] == [5, 13]
    mean, inside, run, different = figures
    assert mean == pytest.approx(np.mean([len(text) for text in texts]))
    assert (inside, run, different) == (1, 8, 2)


def test_words_of_the_medoid_alone_are_dropped_and_those_of_the_others_added(
    rng: np.random.Generator,
) -> None:
    """One typo in the medoid: its word goes, the word that all others have comes."""
    words = distinct_words(rng, 200).tolist()
    fixed = [words.pop() for _ in range(14)]
    texts = [[*fixed[:6], *fixed[6:]] for _ in range(8)]
    texts[0][7] = words.pop()
    found, gap, _ = skeleton(texts)
    assert found == fixed
    assert not any(gap)


def test_a_common_word_between_two_slots_belongs_to_them(rng: np.random.Generator) -> None:
    """With three members a shared "and" is chance; a rare word there stays."""
    words = distinct_words(rng, 400).tolist()
    parts = [[words.pop() for _ in range(size)] for size in (6, 1, 6)]
    texts = [filled(parts, words, [2, 2]) for _ in range(4)]
    (middle,) = parts[1]
    assert skeleton(texts)[0] == parts[0] + parts[1] + parts[2]
    found, gap, _ = skeleton(texts, common=(middle,))
    assert found == parts[0] + parts[2]
    assert [k for k, kind in enumerate(gap) if kind] == [6]


def test_a_part_that_some_have_is_optional(rng: np.random.Generator) -> None:
    """The same clause in half of the members is a part, not a slot."""
    words = distinct_words(rng, 200).tolist()
    fixed, clause = [words.pop() for _ in range(20)], [words.pop() for _ in range(4)]
    texts = [fixed[:9] + (clause if k % 2 else []) + fixed[9:] for k in range(8)]
    found, gap, _ = skeleton(texts)
    assert found == fixed
    assert {k: kind for k, kind in enumerate(gap) if kind} == {9: templating.OPTIONAL}


# ------------------------------------------------------------------------------------------ topics


@given(st.lists(st.dictionaries(st.integers(0, 5), st.integers(1, 4), min_size=1), max_size=9))
def test_leaders_are_those_of_the_oracle(rows: list[dict[int, int]]) -> None:
    """Members in their order; each that is near to no earlier leader is one itself."""
    vectors = []
    for row in rows:
        length = float(np.sqrt(sum(x * x for x in row.values())))
        vectors.append({t: float(np.float32(x / length)) for t, x in row.items()})
    bounds = np.cumsum([0, *map(len, vectors)]).astype(np.int64)
    term = np.array([t for row in vectors for t in row], np.int32)
    value = np.array([x for row in vectors for x in row.values()], np.float32)
    out, dense = np.empty(1, np.int32), np.zeros(TERMS, np.float32)
    templating.leaders(
        np.array([0, len(rows)], np.int64), np.arange(len(rows), dtype=np.int32), 0.3,
        bounds, term, value, dense, np.empty(len(rows), np.bool_), out,
    )  # fmt: skip
    assert out[0] == naive.leaders(vectors, 0.3)
    assert not dense.any()


def test_topics_leave_out_what_is_shared() -> None:
    """A block of a template does not count, unless the article is hardly anything else."""
    shift = np.uint32(32 - TERM_BITS)
    own, shared = [(k + 1) << 20 for k in range(40)], [(k + 100) << 20 for k in range(20)]
    token, start, size = side_by_side([own, shared, shared])
    edge = np.append(start, start[-1] + size[-1]).astype(np.int64)
    first, leave = np.array([0, 2, 3], np.int64), np.array([0, 1, 1], np.uint8)
    bounds = np.empty(3, np.int64)
    term, value = np.empty(80, np.int32), np.empty(80, np.float32)
    templating.topics(
        token, edge, first, leave, np.array([0, 1], np.int32), 1000,
        np.ones(TERMS, np.float32), np.zeros(TERMS, np.int32), term, value, bounds,
    )  # fmt: skip
    assert bounds.tolist() == [0, 40, 60]
    assert term[:40].tolist() == (np.array(own, np.uint32) >> shift).tolist()
    assert term[40:60].tolist() == (np.array(shared, np.uint32) >> shift).tolist()
    assert np.square(value[:40]).sum() == pytest.approx(1, abs=1e-5)


def test_contents_depend_on_the_words_alone(rng: np.random.Generator) -> None:
    """The same words at another place have the same number, other words another one."""
    words = distinct_words(rng, 40).tolist()
    token, start, size = side_by_side([words[:20], words[20:], words[:20]])
    out = np.empty(3, np.uint64)
    templating.block_contents(token, start, size, out)
    assert out[0] == out[2] != out[1]


def test_words_that_touch_are_letters() -> None:
    """A block is without spaces when half of its words touch the next one."""
    start, end = (
        np.array([0, 3, 6, 10, 20, 25], np.int32),
        np.array([3, 6, 9, 12, 24, 27], np.int32),
    )
    out = np.empty(3, np.bool_)
    templating.unspaced_blocks(start, end, np.array([0, 3, 6, 6], np.int64), out)
    assert out.tolist() == [True, False, False]
