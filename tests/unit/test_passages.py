from __future__ import annotations

import numpy as np

from dedupe import passages, sketches
from dedupe.kernels.lanes import LANES
from dedupe.tables import PassageTable, TextBatch
from dedupe.tokens import tokenise
from tests import naive
from tests.strategies import block_batch


def sentence(number: int, words: int) -> str:
    """A sentence whose words stand in no other one."""
    return "S" + " ".join(f"x{number}y{word}" for word in range(words)) + ". "


def cut(*blocks: list[int]) -> tuple[TextBatch, PassageTable, list[int]]:
    """Passages of one article whose blocks hold sentences of the given sizes; and its hashes."""
    numbers = iter(range(1000))
    batch, _ = block_batch(["".join(sentence(next(numbers), n) for n in block) for block in blocks])
    tokens = tokenise(batch)
    first, last = passages.sentence_shingles(tokens)
    minima = sketches.band_sketches(sketches.shingles(tokens.hash), first, last, 9)
    article_block = np.array([0, len(blocks)], np.int32)
    return batch, passages.cut(tokens, article_block, minima, 9), tokens.hash.tolist()


def test_passages_of_a_small_article() -> None:
    """A title, a short block and three sentences, with what is cut of them by hand."""
    _, table, _ = cut([4], [14], [10, 20, 30])
    rows = list(zip(table.start.tolist(), table.length.tolist(), table.kind.tolist(), strict=True))
    assert rows == [
        (0, 18, 0), (0, 28, 1),  # from the title on
        (4, 14, 0), (4, 44, 1),  # from the short block on
        (18, 30, 1),  # 12 words and 25 end with the same sentence
        (28, 20, 0), (28, 50, 1),
        (48, 30, 1),
        (4, 14, 2),  # the short block
    ]  # fmt: skip
    assert table.article.tolist() == [0] * len(rows)


def test_shingles_belong_to_the_sentence_in_which_they_start() -> None:
    """They run into the next sentence, but not into the next block."""
    batch, _ = block_batch([sentence(0, 6) + sentence(1, 7), sentence(2, 5), sentence(3, 3)])
    first, last = passages.sentence_shingles(tokenise(batch))
    assert first.tolist() == [0, 6, 13, 18]
    assert last.tolist() == [6, 9, 14, 18]


def test_keys_of_a_passage_are_those_of_its_shingles() -> None:
    """The minimum over sentences equals the sketch of all shingles that start in the window."""
    _, table, words = cut([10, 20, 30])
    a, b = (values.tolist() for values in sketches.permutations(18))
    hashes = sketches.shingles(np.array(words, np.uint32)).tolist()
    for at in np.flatnonzero(table.kind > 0).tolist():
        start, length = int(table.start[at]), int(table.length[at])
        inside = hashes[start : min(start + length, len(words) - 4)]
        values = naive.signature(inside, a, b)
        for band in range(9):
            low, high = values[2 * band : 2 * band + 2]
            key = naive.fmix32(low * 0x9E3779B1 % 2**32 ^ high)
            assert table.keys[band, at] == key


def test_articles_of_a_batch_do_not_touch_each_other() -> None:
    """The last windows of one article do not run into the next."""
    batch, _ = block_batch([sentence(0, 20), sentence(1, 20), sentence(0, 20)])
    tokens = tokenise(batch)
    minima = np.zeros((3, LANES), np.uint32)
    table = passages.cut(tokens, np.array([0, 1, 3], np.int32), minima, 9)
    columns = (table.article, table.start, table.length)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == [
        (0, 0, 20), (0, 0, 20), (1, 20, 20), (1, 20, 40), (1, 40, 20), (1, 20, 20), (1, 40, 20)
    ]  # fmt: skip
    same = table.content[[0, 4]]
    assert same[0] == same[1]


def test_article_without_words() -> None:
    """Nothing is cut of nothing."""
    _, table, _ = cut([])
    assert len(table.start) == 0
    assert table.keys.shape == (9, 0)
