from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedupe.arrays import F32, I32, U8, U32
from dedupe.kernels import scoring as kernel
from dedupe.tables import TOKEN_CAPITAL, TOKEN_DIGIT, TOKEN_FIRST, TOKEN_QUOTED, BlockKind

SLOTS = 1 << kernel.BITS
SCORED = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)
SCORED_ARRAY: U8 = np.array([kind in SCORED for kind in BlockKind], np.uint8)
WORDS: U32 = np.random.default_rng(7).integers(0, 2**32, 40, np.uint32)


@dataclass(frozen=True)
class Block:
    """Sentences of words with their flags, without `TOKEN_FIRST`."""

    kind: BlockKind
    article: int
    sentences: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def tokens(self) -> list[tuple[int, int]]:
        """Word and flags, the first of each sentence marked."""
        return [
            (word, flags | (TOKEN_FIRST if place == 0 else 0))
            for sentence in self.sentences
            for place, (word, flags) in enumerate(sentence)
        ]


def word_slot(word: int) -> int:
    """Slot of a word: its highest bits."""
    return word >> (32 - kernel.BITS)


def pair_slot(first: int, second: int) -> int:
    """Slot of two words."""
    mixed = first * kernel.MIX % 2**64 >> (64 - kernel.BITS)
    return word_slot(second) ^ mixed


def kept(word: int, flags: int, table: I32) -> bool:
    """Whether n-grams may hold a word."""
    name = flags & TOKEN_CAPITAL and not flags & TOKEN_FIRST
    return not (name or flags & (TOKEN_DIGIT | TOKEN_QUOTED) or table[word_slot(word)] < 0)


def ngrams(blocks: Sequence[Block], table: I32) -> list[int]:
    """Slots of the n-grams of a unit."""
    slots, seen = [], set()
    for block in blocks:
        before: tuple[int, int] | None = None
        for word, flags in block.tokens:
            good = kept(word, flags, table)
            if good and word_slot(word) not in seen:
                slots.append(word_slot(word))
            seen.add(word_slot(word))
            if good and before and not flags & TOKEN_FIRST and kept(*before, table):
                slots.append(pair_slot(before[0], word))
            before = word, flags
    return slots


def units(blocks: Sequence[Block]) -> list[list[int]]:
    """Places of the blocks that are scored together."""
    found: list[list[int]] = []
    for place, block in enumerate(blocks):
        previous = blocks[place - 1] if place else None
        if (
            previous
            and block.kind == previous.kind == BlockKind.LIST_ITEM
            and block.article == previous.article
        ):
            found[-1].append(place)
        else:
            found.append([place])
    return found


def stated(blocks: Sequence[Block], used: set[int]) -> int:
    """Names and numbers where they stand first in the article, and quotations."""
    facts, seen = 0, set(used)
    for block in blocks:
        quoted = 0
        for word, flags in block.tokens:
            name = flags & TOKEN_CAPITAL and not flags & TOKEN_FIRST
            if word_slot(word) not in seen:
                facts += bool(name) * kernel.NAME + bool(flags & TOKEN_DIGIT) * kernel.NUMBER
            seen.add(word_slot(word))
            facts += bool(flags & TOKEN_QUOTED and not quoted) * kernel.QUOTATION
            quoted = flags & TOKEN_QUOTED
    return facts


def expected_sums(blocks: Sequence[Block], table: I32) -> list[list[int]]:
    """The sums of every block, field by field from the definition."""
    rows: list[list[int]] = [[]] * len(blocks)
    used: set[int] = set()
    article = -1
    for unit in units(blocks):
        members = [blocks[place] for place in unit]
        if members[0].article != article:
            article, used = members[0].article, set()
        if members[0].kind not in SCORED:
            for place in unit:
                rows[place] = [0] * kernel.WORDS + [0]
            continue
        entries = [int(table[slot]) & 0xFFFFFFFF for slot in ngrams(members, table)]
        words = [word_slot(word) for block in members for word, _ in block.tokens]
        distinct = set(words)
        mass = {slot: (int(table[slot]) >> 24) & 0x7F for slot in distinct}
        row = [
            sum((entry & 0xFF) - kernel.BIAS for entry in entries),
            sum((entry >> 8 & 0xFF) - kernel.BIAS for entry in entries),
            sum(entry >> 16 & 0x7F for entry in entries),
            sum(mass[slot] for slot in distinct - used),
            sum(mass[slot] for slot in distinct & used),
            len(distinct),
            sum(value >= kernel.LEAST_SPECIFIC for value in mass.values()),
            sum(bool(table[slot] & kernel.COMMON_BIT) for slot in words),
            stated(members, used),
            len(words),
        ]
        used |= distinct
        for place in unit:
            rows[place] = row
    return rows


@dataclass
class Batch:
    """The arrays of some blocks."""

    hash: U32
    flags: U8
    sentence: I32
    block: I32
    kind: U8
    article: I32

    @classmethod
    def of(cls, blocks: Sequence[Block]) -> Batch:
        """Lay blocks out as the token stage does."""
        tokens = [token for block in blocks for token in block.tokens]
        sizes = [len(sentence) for block in blocks for sentence in block.sentences]
        numbers = [len(block.sentences) for block in blocks]
        return cls(
            np.array([word for word, _ in tokens], np.uint32),
            np.array([flags for _, flags in tokens], np.uint8),
            np.cumsum([0, *sizes]).astype(np.int32),
            np.cumsum([0, *numbers]).astype(np.int32),
            np.array([block.kind for block in blocks], np.uint8),
            np.array([block.article for block in blocks], np.int32),
        )


@dataclass
class Memory:
    """What outlives a batch."""

    seen: I32
    serial: int = 1


def run(
    blocks: Sequence[Block], table: I32, memory: Memory | None = None, text: bytes = b""
) -> tuple[F32, I32]:
    """Sums and counts of the kernel; every block spans the whole text."""
    batch = Batch.of(blocks)
    memory = memory or Memory(np.zeros(SLOTS, np.int32))
    sums = np.full((kernel.SUMS, len(blocks)), -1, np.float32)
    counts = np.full((kernel.COUNTS, len(blocks)), -1, np.int32)
    memory.serial = kernel.sum_blocks(
        np.frombuffer(text + bytes(64), np.uint8), batch.hash, batch.flags, batch.sentence,
        batch.block, batch.kind, batch.article, np.zeros(len(blocks), np.int64),
        np.full(len(blocks), len(text), np.int64), SCORED_ARRAY, table, memory.seen,
        memory.serial, np.zeros(kernel.SCRATCH, np.int32), sums, counts,
    )  # fmt: skip
    return sums, counts


@pytest.fixture(scope="module")
def table() -> I32:
    """Random values in every field; every tenth word is masked."""
    rng = np.random.default_rng(3)
    numbers = rng.integers(0, 2**31, SLOTS)
    return np.where(rng.random(SLOTS) < 0.1, numbers - 2**31, numbers).astype(np.int32)


_flags = st.sampled_from((0, 0, 0, TOKEN_CAPITAL, TOKEN_DIGIT, TOKEN_QUOTED, 5, 6))
_sentence = st.lists(
    st.tuples(st.sampled_from(WORDS.tolist()), _flags), min_size=1, max_size=70
).map(tuple)
_kinds = st.sampled_from(
    (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.LIST_ITEM, BlockKind.HEADING)
)


@st.composite
def block_lists(draw: st.DrawFn) -> list[Block]:
    """Blocks of several articles; some have no words."""
    article = 0
    blocks = []
    for _ in range(draw(st.integers(0, 8))):
        article += draw(st.sampled_from((0, 0, 1)))
        blocks.append(Block(draw(_kinds), article, tuple(draw(st.lists(_sentence, max_size=8)))))
    return blocks


def plain(words: Sequence[int], kind: BlockKind = BlockKind.PARAGRAPH, article: int = 0) -> Block:
    """A block of one sentence without flags."""
    return Block(kind, article, (tuple((word, 0) for word in words),) if words else ())


@given(block_lists())
@example([])
@example([plain([])])
@example([plain([int(WORDS[0])])])
@example([plain([int(word) for word in WORDS] * 13)])
def test_sums_equal_the_oracle(table: I32, blocks: list[Block]) -> None:
    """Every sum is that of the definition: lists, chunk edges, empty blocks, several articles."""
    sums, _ = run(blocks, table)
    found = sums[: kernel.WORDS + 1].T.astype(np.int64).tolist()
    assert found == expected_sums(blocks, table)


@given(block_lists(), block_lists())
def test_batches_do_not_see_each_other(table: I32, first: list[Block], second: list[Block]) -> None:
    """The sums of a batch are the same with the memory of another batch as with a fresh one."""
    memory = Memory(np.zeros(SLOTS, np.int32))
    run(first, table, memory)
    again, _ = run(second, table, memory)
    alone, _ = run(second, table)
    assert np.array_equal(again, alone)


@pytest.mark.parametrize("size", [kernel.CHUNK - 1, kernel.CHUNK, kernel.CHUNK + 1])
def test_bigram_across_a_chunk(table: I32, size: int) -> None:
    """The last word of one chunk and the first of the next are a bigram."""
    block = plain([int(WORDS[i % 17]) for i in range(size + 1)])
    sums, _ = run([block], table)
    assert sums[: kernel.WORDS + 1, 0].tolist() == expected_sums([block], table)[0]


@given(block_lists())
def test_ngrams_are_those_of_the_sums(table: I32, blocks: list[Block]) -> None:
    """The list of n-grams of every block is that of the definition, in the order of the text."""
    batch = Batch.of(blocks)
    slots, ends = (np.empty(2 * len(batch.hash), np.int32) for _ in range(2))
    offsets = np.empty(len(blocks) + 1, np.int32)
    count = kernel.list_ngrams(
        batch.hash, batch.flags, batch.sentence, batch.block, table,
        np.zeros(SLOTS, np.int32), 1, slots, ends, offsets,
    )  # fmt: skip
    assert count == offsets[-1]
    for place, block in enumerate(blocks):
        own = slots[offsets[place] : offsets[place + 1]].tolist()
        assert own == ngrams([block], table)
    for slot, end in zip(slots[:count].tolist(), ends[:count].tolist(), strict=True):
        word = int(batch.hash[max(end, ~end)])
        assert slot == (word_slot(word) if end >= 0 else pair_slot(int(batch.hash[~end - 1]), word))


def test_counts_of_names_numbers_and_quotations(table: I32) -> None:
    """A capital that opens a sentence is no name; adjacent quoted words are one quotation."""
    quoted, capital, digit = TOKEN_QUOTED, TOKEN_CAPITAL, TOKEN_DIGIT
    first = tuple(zip(WORDS.tolist(), (capital, capital, 0, digit, quoted, quoted), strict=False))
    second = tuple(zip(WORDS.tolist(), (0, quoted, 0, capital | digit), strict=False))
    _, counts = run([Block(BlockKind.HEADING, 0, (first, second))], table)
    assert counts[:, 0].tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("", 0),
        ("plain text, naïve façade, “quoted” — dash…", 0),
        ("мир" * 50, 150),
        ("中文" + "a" * 70 + "字", 3),
        ("ά", 1),
    ],
)
def test_foreign_characters(table: I32, text: str, foreign: int) -> None:
    """Letters from Greek upwards count once each; Latin letters and typography do not."""
    sums, _ = run([plain([int(WORDS[0])])], table, text=text.encode())
    assert sums[kernel.FOREIGN, 0] == foreign
    assert sums[kernel.BYTES, 0] == len(text.encode())


def test_phrases_are_learned_ones_merged() -> None:
    """Overlapping learned n-grams are one phrase with the sum of their gains; no others."""
    a, b, c, d = (int(word) for word in WORDS[:4])
    table = np.full(SLOTS, 1 << 16 | kernel.BIAS << 8 | kernel.BIAS, np.int32)
    for slot, gain in ((word_slot(a), 5), (pair_slot(a, b), 7), (word_slot(d), 9)):
        table[slot] += gain
    keys = np.array(sorted((a, a << 32 | b)), np.uint64)
    words = np.array([c, a, b, d, a], np.uint32)
    spans, gains = np.zeros((5, 2), np.int32), np.zeros(5, np.int32)
    slots, known = kernel.index_phrases(keys)
    count, squares = kernel.find_phrases(
        words, np.array([TOKEN_FIRST, 0, 0, 0, 0], np.uint8), table, slots, known,
        np.zeros(SLOTS, np.int32), 1, np.empty((6, 3), np.int32), spans, gains,
    )  # fmt: skip
    assert (count, squares) == (1, 8)
    assert (spans[0].tolist(), gains[0]) == ([1, 3], 12)


@given(st.lists(st.integers(1, 2**40), unique=True, max_size=300), st.integers(1, 2**40))
def test_index_of_phrases_holds_them(keys: list[int], other: int) -> None:
    """The table holds every key once, where a search finds it, and the bit set every key."""
    slots, known = kernel.index_phrases(np.array(sorted(keys), np.uint64))
    assert sorted(slots[slots > 0].tolist()) == sorted(keys)
    assert len(slots) >= 4 * len(keys)
    for key in {*keys, other}:
        slot = (key * kernel.MIX % 2**64) >> (65 - len(slots).bit_length())
        while slots[slot] not in (0, key):
            slot = (slot + 1) % len(slots)
        assert (slots[slot] == key) == (key in keys)
        place = (key * kernel.MIX % 2**64) >> 48
        assert key not in keys or int(known[place >> 6]) >> (place & 63) & 1
