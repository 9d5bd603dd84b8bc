from __future__ import annotations

import numpy as np
import pytest

from dedupe import outlines
from dedupe.tables import HeadingTable, OutlineTable
from tests.strategies import distinct_words
from tests.unit.test_templates import corpus_of

Headings = list[str]


def found(
    articles: list[Headings], rng: np.random.Generator, *, form: str = "", same: bool = False
) -> OutlineTable:
    """The outlines of articles whose headings are single letters.

    form: headings that fit any article; same: whether all articles have one topic
    """
    words = distinct_words(rng, 60 * len(articles) + 100).tolist()
    texts = [words[60 * k : 60 * k + 60] for k in range(len(articles))]
    corpus = corpus_of([[texts[0] if same else text] for text in texts])
    rows = [
        (number, 60 * number + at, ord(name)) for number, names in enumerate(articles)
        for at, name in enumerate(names)
    ]  # fmt: skip
    article, start, name = np.array(rows, np.int64).reshape(-1, 3).T
    table = HeadingTable(
        article, start, start + 1, np.full(len(rows), 2, np.uint8), name.astype(np.uint64),
        np.array([chr(n) not in form for n in name.tolist()], np.bool_),
    )  # fmt: skip
    return outlines.find(corpus, table, np.zeros(len(articles), np.uint8))


def shown(articles: list[Headings], table: OutlineTable) -> dict[int, str]:
    """The headings of the outline of each article that has one."""
    return {
        int(table.article[row]): "".join(
            articles[int(table.article[row])][at % 60]
            for at in table.start[table.offset[row] : table.offset[row + 1]].tolist()
        )
        for row in range(len(table.article))
    }


def test_the_same_headings_in_order_are_an_outline(rng: np.random.Generator) -> None:
    """In three articles, with a heading of their own in between; one lacks the order."""
    articles = [list("abxc"), list("aybc"), list("abc"), list("cba")]
    table = found(articles, rng)
    assert shown(articles, table) == {0: "abc", 1: "abc", 2: "abc"}
    assert table.articles[table.outline].tolist() == [3, 3, 3]
    assert table.headings.tolist() == [4, 4, 3]


@pytest.mark.parametrize(
    "articles",
    [
        [list("abc"), list("abc")],
        [list("ab")] * 4,
        [list("abcdefghijk"), list("abclmnopqrs"), list("abctuvwxyz1")],
        [],
    ],
    ids=["two articles", "two headings", "a third of the headings", "nothing"],
)
def test_less_is_no_outline(articles: list[Headings], rng: np.random.Generator) -> None:
    """Two articles, two headings, or too small a part of each article."""
    assert not len(found(articles, rng).article)


def test_headings_of_any_article_do_not_make_one(rng: np.random.Generator) -> None:
    """Two specific headings need half of the article, one is never enough."""
    articles = [list("ixyc"), list("ixyc"), list("ixyc")]
    assert len(found(articles, rng, form="ic").article) == 3
    assert not len(found(articles, rng, form="ixc").article)
    longer = [list(f"ixyc{own}") for own in ("defgh", "jklmn", "opqrs")]
    assert not len(found(longer, rng, form="ic").article)
    assert len(found(longer, rng, form="i").article) == 3


def test_one_topic_is_no_outline(rng: np.random.Generator) -> None:
    """Answers to one question may well have the same parts."""
    assert not len(found([list("abc")] * 5, rng, same=True).article)


def test_the_commonest_outline_is_that_of_the_series(rng: np.random.Generator) -> None:
    """Three of eight articles go on in the same way; all eight have one outline."""
    articles = [list("abcd")] * 3 + [list("abc")] * 5
    table = found(articles, rng)
    assert set(shown(articles, table).values()) == {"abc"}
    assert len(table.article) == 8


def test_deeper_headings_do_not_count() -> None:
    """Headings down to the level at which an article has three of them, each once."""
    level = np.array([1, 2, 3, 2, 3, 2, 1, 5, 5, 5, 5], np.uint8)
    article = np.array([0] * 7 + [1] * 4)
    name = np.array([1, 2, 3, 4, 5, 6, 1, 7, 7, 0, 8], np.uint64)
    table = HeadingTable(article, article, article, level, name, name > 0)
    assert outlines._top(table).tolist() == [0, 1, 3, 5, 7, 10]
