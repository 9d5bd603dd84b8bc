from __future__ import annotations

import numpy as np

from dedupe import topics
from dedupe.arrays import I32
from tests.strategies import distinct_words
from tests.unit.test_templates import corpus_of


def unrelated(articles: list[list[list[int]]], leave: list[int], count: int) -> I32:
    """The topics of the first articles as one group."""
    return topics.unrelated(
        corpus_of(articles), np.array(leave, np.uint8), np.zeros(count, np.int64),
        np.arange(count, dtype=np.int32), 1,
    )  # fmt: skip


def test_articles_without_common_words_are_unrelated(rng: np.random.Generator) -> None:
    """Each has a topic of its own, but for two that say the same."""
    words = distinct_words(rng, 400).tolist()
    articles = [[words[at : at + 50]] for at in range(0, 300, 50)]
    assert unrelated(articles, [0] * 6, 6).tolist() == [6]
    assert unrelated([*articles, articles[0]], [0] * 7, 7).tolist() == [6]


def test_blocks_that_are_left_out_make_no_topic(rng: np.random.Generator) -> None:
    """A notice of twice the length of the articles' own text."""
    words = distinct_words(rng, 2000).tolist()
    notice = words[:80]
    articles = [[words[at : at + 40], notice] for at in range(80, 280, 40)]
    articles += [[words[at : at + 40]] for at in range(280, 2000, 40)]
    leave = [0] * (len(articles) + 5)
    assert unrelated(articles, leave, 5).tolist() == [1]
    assert unrelated(articles, [*[0, 1] * 5, *leave[10:]], 5).tolist() == [5]


def test_members_of_large_groups_are_evenly_spaced() -> None:
    """At most so many of each group, from its beginning to its end."""
    group = np.repeat([0, 3], [5, 100]).astype(np.int64)
    rows = np.flatnonzero(topics.spread(group, 10))
    assert rows[:5].tolist() == [0, 1, 2, 3, 4]
    assert (rows[5:] - 5).tolist() == list(range(0, 100, 10))
    assert not topics.spread(group[:0], 3).any()
