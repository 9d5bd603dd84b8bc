from __future__ import annotations

from itertools import count, pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedupe.arrays import F32, I32, U32, U64
from dedupe.kernels.joining import (
    CROWD,
    LONGEST_PASSAGE,
    NEIGHBOURS,
    drop_settled,
    find_equal,
    group_equal,
    join_band,
    join_equal,
    mark_repeated,
    mark_shared,
    mark_within,
    pack_shared,
    part_crowds,
    prove,
    settle,
)
from tests import naive
from tests.strategies import edited_copies, token_lists

BITS = 16
MASK = np.uint64((1 << BITS) - 1)


def unpacked(pairs: U64) -> list[tuple[int, int]]:
    """Pairs of passages."""
    return [(pair >> 32, pair & 0xFFFFFFFF) for pair in pairs.tolist()]


class Bucket:
    """Passages of three words each, one behind another, with the pairs of both joins."""

    def __init__(
        self, words: list[list[int]], articles: list[int], *, inside: int = 0, accepted: int = -1
    ) -> None:
        self.token: U32 = np.array([word for part in words for word in part], np.uint32)
        self.length: I32 = np.array([len(part) for part in words], np.int32)
        self.start = np.cumsum([0, *self.length])[:-1].astype(np.int64)
        self.article = np.array(articles, np.int32)
        self.inside, self.accepted = inside, accepted

    def equal(
        self, content: list[int], room: int = 10_000, *, settled: bool = False
    ) -> tuple[int, U64, I32]:
        """Number of pairs, pairs written, representatives; content: the hashes."""
        count = len(content)
        representative = np.arange(count, dtype=np.int32)
        group, order = np.zeros((count, 2), np.int32), np.empty(count, np.int32)
        table, every = np.full(2 << count.bit_length(), -1, np.int32), np.arange(count)
        for some in np.array_split(every.astype(np.int32), 2):
            find_equal(
                some, np.array(content, np.uint64), self.token, self.start, self.length, table,
                representative, group,
            )  # fmt: skip
        grouped = group_equal(every.astype(np.int32), representative, group, order)
        out = np.zeros(room, np.uint64)
        pairs = join_equal(
            order[:grouped], group, np.full(count, settled), self.article, self.start,
            self.length, self.inside, self.accepted, np.empty(grouped, np.int32), out,
        )  # fmt: skip
        return int(pairs), out[:pairs], representative

    def band(self, keys: list[int], room: int = 200_000) -> tuple[U64, U64]:
        """The pairs with neighbours, and those of crowds with their leaders."""
        count = len(keys)
        values = np.array(keys, np.uint64) << np.uint64(32)
        order = np.sort(values | np.arange(count, dtype=np.uint64))
        place = np.stack([np.arange(count, dtype=np.int32), self.article], axis=1)
        out = np.zeros(room, np.uint64)
        entry, member, owner = np.empty((3, count), np.int32)
        own = (order, MASK, place, self.accepted, entry, member, owner)
        pairs = join_band(*own, out)
        too_few = np.zeros(pairs // 2, np.uint64)
        assert join_band(*own, too_few) == pairs
        assert (too_few == out[: len(too_few)]).all()
        crowds = np.zeros(pairs, np.uint64)
        others = part_crowds(out[:pairs], crowds)
        return out[:others], crowds[: pairs - others]


def of_one_word_each(
    count: int, articles: list[int] | None = None, *, inside: int = 0, accepted: int = -1
) -> Bucket:
    """Equal passages, of articles of their own unless told otherwise."""
    own = list(range(count)) if articles is None else articles
    return Bucket([[1]] * count, own, inside=inside, accepted=accepted)


def test_equal_passages_of_different_articles_are_paired() -> None:
    """Pairs and representatives of two groups of equals beside a passage of its own."""
    words = [[1, 2], [3, 4], [1, 2], [5, 6], [3, 4], [1, 2]]
    bucket = Bucket(words, [0, 1, 2, 3, 4, 5])
    count, pairs, representative = bucket.equal([9, 4, 9, 7, 4, 9])
    assert sorted(unpacked(pairs)) == [(0, 2), (0, 5), (1, 4), (2, 5)]
    assert count == 4
    assert representative.tolist() == [0, 1, 0, 3, 1, 0]


def test_different_words_with_one_hash_are_no_equals() -> None:
    """A collision of the content hash links nothing, and real equals behind it are found."""
    words = [[1, 2], [3, 4], [3, 4], [1, 2, 3], [3, 4]]
    count, pairs, representative = Bucket(words, [0, 1, 2, 3, 4]).equal([8] * 5)
    assert (0, 1) not in unpacked(pairs)
    assert sorted(unpacked(pairs))[:1] == [(1, 2)]
    assert count == len(pairs)
    for i, j in unpacked(pairs):
        assert words[i] == words[j]
    for i, head in enumerate(representative.tolist()):
        assert words[i] == words[head]


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=14),
    st.integers(0, 4),
)
def test_equal_pairs_against_all_pairs(passages: list[tuple[int, int]], inside: int) -> None:
    """Every pair is one of equal words from two articles, or inside one of those that count."""
    words = [[text] * (text + 1) for text, _ in passages]
    bucket = Bucket(words, [article for _, article in passages], inside=inside)
    _, pairs, representative = bucket.equal([text for text, _ in passages])
    count = len(passages)
    allowed = {
        (i, j)
        for i in range(count)
        for j in range(i + 1, count)
        if words[i] == words[j] and (passages[i][1] < inside or passages[i][1] != passages[j][1])
    }
    assert set(unpacked(pairs)) <= allowed
    assert representative.tolist() == [words.index(part) for part in words]
    if allowed and count <= NEIGHBOURS:
        assert set(unpacked(pairs)) == allowed


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_small_buckets_of_a_band_give_all_pairs(keys: list[int]) -> None:
    """Up to five members of a bucket, all from different articles, are paired completely."""
    pairs, crowds = of_one_word_each(len(keys)).band(keys)
    assert not len(crowds)
    wanted = naive.colliding([[key] for key in keys], [[0]])
    if max(keys.count(key) for key in keys) <= NEIGHBOURS + 1:
        assert sorted(unpacked(pairs)) == sorted(wanted)
    assert set(unpacked(pairs)) <= wanted


@pytest.mark.parametrize(
    ("size", "each"), [(2, 1), (5, 4), (CROWD, NEIGHBOURS), (CROWD + 1, 1), (5000, 1)]
)
def test_buckets_give_a_bounded_number_of_pairs(size: int, each: int) -> None:
    """A passage is paired with four later ones, in a crowd with one: never with all."""
    bucket = of_one_word_each(size)
    want = sum(min(each, size - 1 - i) for i in range(size))
    for pairs in (bucket.band([3] * size)[0], bucket.equal([3] * size)[1]):
        assert len(pairs) == want
        assert len(set(pairs.tolist())) == want
        assert naive.components(size, unpacked(pairs)) == [0] * size


def naive_leader(articles: list[int], member: int) -> int | None:
    """The last of the passages in earlier articles whose article can be halved most often."""
    earlier = [x for x in range(member) if articles[x] != articles[member]]
    firsts = [x for x in earlier if articles.index(articles[x]) == x]

    def halvings(x: int) -> int:
        article = articles[x]
        return next(k for k in count() if article >> k & 1) if article else 64

    return max(firsts, key=lambda x: (halvings(x), x)) if firsts else None


@given(st.lists(st.integers(0, 3), min_size=CROWD + 1, max_size=CROWD + 40), st.integers(0, 40))
@settings(max_examples=20)
def test_members_of_a_crowd_meet_its_leaders(gaps: list[int], first: int) -> None:
    """One each, of an article before theirs; so few articles are met by all."""
    articles = np.cumsum([first, *gaps[1:]]).tolist()
    bucket, size = of_one_word_each(len(articles), articles), len(articles)
    leaders = {x: naive_leader(articles, x) for x in range(size)}
    wanted = sorted((leader, x) for x, leader in leaders.items() if leader is not None)
    assert sorted(unpacked(bucket.band([3] * size)[1])) == wanted
    assert sorted(unpacked(bucket.equal([3] * size)[1])) == wanted


def test_equals_of_what_is_settled_meet_one_leader() -> None:
    """Ten equal passages: nine pairs with the first, not thirty."""
    _, pairs, _ = of_one_word_each(10).equal([3] * 10, settled=True)
    assert sorted(unpacked(pairs)) == [(0, x) for x in range(1, 10)]


def test_pairs_of_the_settled_are_left_out() -> None:
    """Both have to be settled; passages of no pair are not."""
    pairs = np.array([0 << 32 | 1, 0 << 32 | 2, 2 << 32 | 3, 1 << 32 | 4], np.uint64)
    settled = np.zeros(5, np.bool_)
    settle(pairs[:1], settled)
    settle(pairs[3:], settled)
    assert settled.tolist() == [True, True, False, False, True]
    assert unpacked(pairs[: drop_settled(pairs, settled)]) == [(0, 2), (2, 3)]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2), st.integers(0, 12), st.integers(1, 6), st.booleans(), st.booleans()
        ),
        max_size=12,
    )
)
def test_passages_within_others(rows: list[tuple[int, int, int, bool, bool]]) -> None:
    """Only inside one article, and only those that are asked for."""
    rows = sorted(rows)
    article: I32 = np.array([row[0] for row in rows], np.int32)
    start = np.array([row[1] for row in rows], np.int64)
    length = np.array([row[2] for row in rows], np.int32)
    some, outer = (np.array([row[k] for row in rows], np.bool_) for k in (3, 4))
    found = np.zeros(len(rows), np.bool_)
    mark_within(article, start, length, some, outer, found)
    assert found.tolist() == [
        asked
        and any(
            holds and other == here and low <= at and at + size <= low + wide
            for other, low, wide, _, holds in rows
        )
        for here, at, size, asked, _ in rows
    ]


@pytest.mark.parametrize("incoming", [1, 3])
def test_a_passage_meets_all_accepted_articles(incoming: int) -> None:
    """However many hold it; these do not meet each other."""
    size = incoming + 64
    bucket = of_one_word_each(size, [min(i, incoming) for i in range(size)], accepted=incoming)
    wanted = {(i, j) for i in range(incoming) for j in range(i + 1, size)}
    for pairs in (bucket.band([3] * size)[0], bucket.equal([3] * size)[1]):
        assert len(pairs) == len(wanted)
        assert set(unpacked(pairs)) == wanted


def test_a_band_has_no_places() -> None:
    """Passages of one article are passed over by their articles alone; their numbers may be any."""
    many, far = 64, 1 << 30
    order = np.arange(many, dtype=np.uint64)
    place = np.stack([np.arange(far, far + many), np.arange(many) // 2], axis=1).astype(np.int32)
    out = np.zeros(4 * many, np.uint64)
    entry, member, owner = np.empty((3, many), np.int32)
    count = join_band(order, MASK, place, -1, entry, member, owner, out)
    pairs = unpacked(out[:count])
    assert len(pairs) > many
    assert all(far <= i < j < far + many and (i - far) // 2 != (j - far) // 2 for i, j in pairs)


def test_work_is_bounded_where_no_neighbour_counts() -> None:
    """A bucket of one article only gives no pair between articles, whatever its size."""
    pairs, crowds = of_one_word_each(5000, [0] * 5000).band([1] * 5000)
    assert not len(pairs)
    assert not len(crowds)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 3)), min_size=1, max_size=10))
def test_passages_of_one_article_are_paired_where_they_do_not_overlap(
    spans: list[tuple[int, int]],
) -> None:
    """`inside` pairs equal windows of one article, but none that share a word."""
    bucket = of_one_word_each(len(spans), [0] * len(spans), inside=1)
    bucket.token = np.ones(12, np.uint32)
    bucket.start = np.array([start for start, _ in spans], np.int64)
    bucket.length = np.array([length for _, length in spans], np.int32)
    _, pairs, _ = bucket.equal([length for _, length in spans])
    wanted = set()
    for i, (low, size) in enumerate(spans):
        for j in range(i + 1, len(spans)):
            other, length = spans[j]
            apart = low + size <= other or other + length <= low
            if size == length and apart:
                wanted.add((i, j))
    assert set(unpacked(pairs)) <= wanted
    if len(spans) <= NEIGHBOURS + 1:
        assert set(unpacked(pairs)) == wanted


@given(
    st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)), max_size=20),
    st.integers(5, 31),
)
@example([(2**32 - 1, 2**32 - 1)], 31)
def test_entry_holds_key_next_key_and_number(keys: list[tuple[int, int]], bits: int) -> None:
    """The key stands above, the number below, and as much of the next key as fits between."""
    own, following = np.array(keys, np.uint32).reshape(-1, 2).T.copy()
    use = np.arange(0, len(keys), 2, dtype=np.int32)
    passage, article = use + np.int32(5), np.arange(65, 70 + len(keys), dtype=np.int32)
    out, place = np.empty(len(use) + 1, np.uint64), np.empty((len(use) + 1, 2), np.int32)
    every = np.full(2, 2**64 - 1, np.uint64)
    total = pack_shared(own, following, use, passage, article, 100, every, bits, 1, out, place)
    assert total == len(use) + 1
    want = [keys[i][0] << 32 | keys[i][1] >> bits << bits | e for e, i in enumerate(use, 1)]
    assert out[1:].tolist() == want
    assert place[1:].tolist() == [[105 + i, 70 + i] for i in use.tolist()]


@given(
    st.lists(st.lists(st.integers(0, 40), max_size=8), max_size=8),
    st.sampled_from([0, 3, 6]),
    st.integers(0, 3),
)
def test_keys_of_several_articles_are_marked(
    articles: list[list[int]], words_log: int, cut: int
) -> None:
    """Every key of two articles is packed, and of the others those that share its bit."""
    keys = np.array([key << 20 for part in articles for key in part], np.uint32)
    article = np.repeat(np.arange(len(articles), dtype=np.int32), [len(part) for part in articles])
    seen, shared = np.zeros((2, 1 << words_log), np.uint64)
    bounds = [0, sum(len(part) for part in articles[:cut]), len(keys)]
    parts = [
        (keys[low:high], article[low:high], np.arange(high - low, dtype=np.int32), low)
        for low, high in pairwise(bounds)
    ]
    for part, owner, use, _ in parts:
        mark_shared(part, use, use, owner, seen, shared)
    out, place = np.empty(len(keys), np.uint64), np.empty((len(keys), 2), np.int32)
    total = 0
    for part, owner, use, low in parts:
        total = pack_shared(part, part, use, use, owner, low, shared, 31, total, out, place)
    wanted = naive.shared_keys([[key << 20 >> 26 - words_log for key in part] for part in articles])
    assert place[:total, 0].tolist() == wanted


@given(st.lists(st.integers(0, 511), max_size=30), st.sampled_from([0, 2, 6]), st.integers(0, 2))
def test_hashes_that_occur_twice_are_listed(
    values: list[int], words_log: int, part_bits: int
) -> None:
    """Every repeated hash of a part, and of the others those that share the bit of another one."""
    content = np.array([value << 55 for value in values], np.uint64)
    bits = [(value << 55 << part_bits & 2**64 - 1) >> 58 - words_log for value in values]
    parts = [value >> 9 - part_bits for value in values]
    for part in range(1 << part_bits):
        seen, repeated = np.zeros((2, 1 << words_log), np.uint64)
        out = np.empty(len(values) + 1, np.int32)
        count = mark_repeated(content, part, part_bits, seen, repeated, out)
        own = [bit for bit, its in zip(bits, parts, strict=True) if its == part]
        assert out[:count].tolist() == [
            i
            for i, (bit, its) in enumerate(zip(bits, parts, strict=True))
            if its == part and own.count(bit) > 1
        ]


@pytest.mark.parametrize("room", [0, 1, 3])
def test_pairs_without_room_are_counted_and_not_written(room: int) -> None:
    """The number of pairs is told even where they do not fit, so that the caller can come again."""
    bucket = of_one_word_each(4)
    assert bucket.equal([1] * 4, room)[0] == 6


def exact(words: list[list[int]], pairs: list[tuple[int, int]], least: float = 0) -> F32:
    """The kernel's similarities of passages given by their words."""
    token = np.array([word for part in words for word in part], np.uint32)
    length = np.array([len(part) for part in words], np.int32)
    start = np.cumsum([0, *length])[:-1].astype(np.int64)
    packed = np.array([i << 32 | j for i, j in pairs], np.uint64)
    out = np.full(len(pairs), np.nan, np.float32)
    none, alone = np.empty(0, np.int32), np.zeros((len(words), 2), np.int32)
    article = np.zeros(len(words), np.int32)
    boxes = prove(
        packed[:0], packed, least, least, token, article, start, length, alone, none, alone,
        np.empty((0, 4), np.int64), out,
    )  # fmt: skip
    assert boxes == 0
    return out


def similarity(one: list[int], other: list[int]) -> np.float32:
    """The oracle's, in the precision of the kernel."""
    return np.float32(naive.jaccard(naive.shingles(one, 5), naive.shingles(other, 5)))


@given(st.lists(token_lists(70, 2), min_size=2, max_size=6))
@example([[1, 2, 3, 4], [1, 2, 3, 4]])
@example([[1] * 60, [1] * 5])
@example([[], []])
def test_jaccard_equals_the_oracle_exactly(words: list[list[int]]) -> None:
    """Of texts whose shingles repeat; too short ones are 0. All pairs in one call."""
    pairs = [(i, j) for i in range(len(words)) for j in range(i + 1, len(words))]
    want = [similarity(words[i], words[j]) for i, j in pairs]
    assert exact(words, pairs).tolist() == [float(value) for value in want]


@given(edited_copies(min_size=5))
def test_jaccard_of_edited_copies_equals_the_oracle(pair: tuple[list[int], list[int]]) -> None:
    """Of copies with edits, and the same from both sides."""
    one, other = pair
    forth, back = exact([one, other, one], [(0, 1), (1, 2)]).tolist()
    assert forth == back == float(similarity(one, other))


@given(st.lists(token_lists(40, 2), min_size=2, max_size=6), st.sampled_from([0.3, 0.5, 0.8, 1]))
def test_pairs_are_given_up_only_below_the_limit(words: list[list[int]], least: float) -> None:
    """What is similar enough is told exactly, the rest exactly or as 0."""
    pairs = [(i, j) for i in range(len(words)) for j in range(i + 1, len(words))]
    for (i, j), found in zip(pairs, exact(words, pairs, least).tolist(), strict=True):
        want = float(similarity(words[i], words[j]))
        assert found == want or (found == 0 and want < least)


def test_jaccard_of_the_longest_passages(rng: np.random.Generator) -> None:
    """The table holds the shingles of the longest passage that is allowed."""
    one = rng.integers(0, 2**32, LONGEST_PASSAGE).tolist()
    other = one[:300] + rng.integers(0, 2**32, LONGEST_PASSAGE - 300).tolist()
    assert exact([one, other], [(0, 1)])[0] == similarity(one, other)


def test_jaccard_of_shingles_that_share_a_slot() -> None:
    """Thousands of pairs in one call: tables that are not cleared must not remember."""
    words = [[(i * 7 + k) % 11 for k in range(12 + i % 5)] for i in range(60)]
    pairs = [(i, j) for i in range(60) for j in range(i + 1, 60)]
    want = [float(similarity(words[i], words[j])) for i, j in pairs]
    assert exact(words, pairs).tolist() == want
