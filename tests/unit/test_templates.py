from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from dedupe import pieces, templates
from dedupe.tables import BlockKind, Corpus, TemplateTable
from dedupe.texts import Strings
from tests.strategies import distinct_words

Article = list[list[int]]
"""Paragraphs as lists of words."""


def corpus_of(
    articles: list[Article], kind: BlockKind = BlockKind.PARAGRAPH, *, unspaced: bool = False
) -> Corpus:
    """A corpus of some articles, the first of which came first."""
    blocks = [block for article in articles for block in article]
    words = [sum(map(len, article)) for article in articles]
    article_token = np.cumsum([0, *words]).astype(np.int64)
    return Corpus(
        path=Strings.of(f"{number:03}.txt" for number in range(len(articles))),
        date=(None,) * len(articles),
        accepted=np.zeros(len(articles), np.bool_),
        rank=np.arange(len(articles), dtype=np.int32),
        token=np.array([word for block in blocks for word in block], np.uint32),
        article_token=article_token,
        block_token=np.cumsum([0, *map(len, blocks)]).astype(np.int64),
        block_kind=np.full(len(blocks), kind, np.uint8),
        block_unspaced=np.full(len(blocks), unspaced, np.bool_),
        pieces=pieces.whole(article_token),
        batch_article=np.array([0, len(articles)], np.int64),
    )


def found(
    articles: list[Article], kind: BlockKind = BlockKind.PARAGRAPH, *, unspaced: bool = False
) -> TemplateTable:
    """The templates of some articles."""
    with ThreadPoolExecutor(2) as pool:
        return templates.find(corpus_of(articles, kind, unspaced=unspaced), pool)


class Author:
    """Writes words that nobody has used before."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._words = distinct_words(rng, 60_000).tolist()

    def words(self, count: int) -> list[int]:
        """As many fresh words."""
        return [self._words.pop() for _ in range(count)]

    def member(self, parts: list[list[int]]) -> list[int]:
        """Fixed parts with one to five fresh words behind each but the last."""
        made = list(parts[0])
        for part in parts[1:]:
            made += self.words(int(self._rng.integers(1, 6))) + part
        return made

    def edited(self, words: list[int], share: float) -> list[int]:
        """A copy in which some words are replaced, anywhere."""
        fresh = self._rng.random(len(words)) < share
        return [self.words(1)[0] if new else word for word, new in zip(words, fresh, strict=True)]


@pytest.fixture
def author(rng: np.random.Generator) -> Author:
    """Somebody who never says the same twice."""
    return Author(rng)


@pytest.mark.parametrize("members", [5, 8, 40])
def test_a_form_is_found_with_its_places(author: Author, members: int) -> None:
    """A skeleton of 18 words with two slots, among text of its articles' own."""
    parts = [author.words(size) for size in (7, 6, 5)]
    articles = [[author.words(40), author.member(parts), author.words(30)] for _ in range(members)]
    table = found(articles)
    assert (table.form.tolist(), table.length.tolist()) == ([True], [18])
    assert table.articles.tolist() == [members]
    assert table.topics[0] == members
    assert sorted(table.article.tolist()) == list(range(members))
    assert np.flatnonzero(table.gap[0, :19]).tolist() == [7, 13]
    skeleton = [word for part in parts for word in part]
    token = corpus_of(articles).token
    for row in range(members):
        place = table.place[table.offset[row] : table.offset[row] + 18]
        assert token[table.start[row] + place].tolist() == skeleton


def test_a_notice_needs_unrelated_articles(author: Author) -> None:
    """The same 30 words: in articles that have nothing else in common, or in those of one topic."""
    notice, topic = author.words(30), author.words(60)
    apart = [[author.words(60), notice] for _ in range(3)]
    table = found(apart)
    assert (table.form.tolist(), table.topics.tolist()) == ([False], [3])
    together = [[topic[k:] + topic[:k], notice] for k in range(3)]
    assert not len(found(together).start)


def test_two_articles_have_no_template(author: Author) -> None:
    """Whatever two articles share, and whatever one repeats."""
    notice = author.words(30)
    assert not len(found([[author.words(60), notice], [author.words(60), notice]]).start)
    assert not len(found([[notice, author.words(60), notice, notice]]).start)
    assert not len(found([]).start)
    assert not len(found([[author.words(60)]]).start)


def test_copies_with_edits_are_no_form(author: Author) -> None:
    """Edits stand anywhere, so that they are no slots; inside one topic nothing is claimed."""
    passage, topic = author.words(60), author.words(80)
    for share in (0.04, 0.1):
        copies = [[topic, author.edited(passage, share)] for _ in range(8)]
        assert not found(copies).form.any()


def test_headings_and_short_blocks_are_not_looked_at(author: Author) -> None:
    """Eleven words are too few, and a heading is no paragraph."""
    short, long = author.words(11), author.words(20)
    assert not len(found([[author.words(40), short] for _ in range(5)]).start)
    assert not len(found([[long]] * 5, BlockKind.HEADING).start)


def test_footers_that_share_a_phrase_are_two_templates(author: Author) -> None:
    """Eight common words in front of two different notices of 18 words."""
    phrase, first, second = author.words(9), author.words(14), author.words(14)
    articles = [[author.words(50), phrase + (first if k % 2 else second)] for k in range(12)]
    table = found(articles)
    assert table.articles.tolist() == [6, 6]
    assert table.length.tolist() == [23, 23]


def test_a_paragraph_may_hold_two_templates(author: Author) -> None:
    """Notices that stand alone, glued to each other or to the end of an article are found apart."""
    first, second = author.words(20), author.words(30)
    own = [author.words(40) for _ in range(3)]
    glued = [[first], [second], [first, second], [second, first]] * 3 + [[x, second] for x in own]
    articles = [[author.words(50), [word for part in parts for word in part]] for parts in glued]
    table = found(articles)
    assert sorted(table.length.tolist()) == [20, 30]
    token = corpus_of(articles).token
    for template, length in enumerate(table.length.tolist()):
        notice = first if length == 20 else second
        rows = np.flatnonzero(table.template == template).tolist()
        assert sorted(table.article[rows].tolist()) == [
            number for number, parts in enumerate(glued) if notice in parts
        ]
        for row in rows:
            assert token[table.start[row] : table.start[row] + length].tolist() == notice


@pytest.mark.parametrize(("letters", "held"), [(19, 6), (20, 12)])
def test_more_letters_than_words_cut_a_block(author: Author, letters: int, held: int) -> None:
    """What stands alone in six articles is a part of six others from 20 letters on."""
    notice = author.words(letters)
    alone = [[author.words(60), notice] for _ in range(6)]
    inside = [[author.words(60), author.words(90) + notice] for _ in range(6)]
    assert len(found(alone + inside, unspaced=True).start) == held


def test_templates_do_not_depend_on_the_order_of_articles(
    author: Author, rng: np.random.Generator
) -> None:
    """The same articles in another order have the same templates at the same places."""
    parts = [author.words(size) for size in (6, 9, 5)]
    notice = author.words(30)
    articles = [[author.words(40), author.member(parts)] for _ in range(9)]
    articles += [[author.words(40), author.edited(notice, 0.03)] for _ in range(9)]
    articles += [[author.words(40) + notice + author.member(parts)] for _ in range(9)]
    order = rng.permutation(len(articles)).tolist()
    table, other = found(articles), found([articles[k] for k in order])
    assert other.length.tolist() == table.length.tolist()
    assert [order[k] for k in other.article.tolist()] == table.article.tolist()
    assert other.place.tolist() == table.place.tolist()


def test_links_in_parts_make_no_difference(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large corpora are linked part by part."""
    parts = [author.words(size) for size in (6, 9, 5)]
    articles = [[author.words(40), author.member(parts)] for _ in range(12)]
    table = found(articles)
    monkeypatch.setattr(templates, "LINKED_WORDS", 100)
    other = found(articles)
    assert other.place.tolist() == table.place.tolist()
    assert len(other.start) == 12


def test_a_notice_in_many_articles_is_one_template(author: Author) -> None:
    """A thousand places, one template; every place is named once."""
    notice = author.words(25)
    table = found([[author.words(30), author.edited(notice, 0.02)] for _ in range(1000)])
    assert len(table.length) == 1
    assert len(table.start) == len(set(table.article.tolist())) > 990


def test_letters_are_less_than_words(author: Author) -> None:
    """Twelve common words are a notice; of letters that many are chance, twenty are not."""
    for size, words, letters in ((12, 1, 0), (22, 1, 1)):
        notice = author.words(size)
        articles = [[author.words(60), notice] for _ in range(5)]
        articles = [[own, shared + author.words(3)] for own, shared in articles]
        assert len(found(articles).length) == words
        assert len(found(articles, unspaced=True).length) == letters
