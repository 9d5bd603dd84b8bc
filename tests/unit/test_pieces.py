from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import passages, pieces
from dedupe.arrays import Bool
from dedupe.config import Matching
from dedupe.pipeline.analysis import passages_of, reading_of
from dedupe.sources import text_batch
from dedupe.tables import Reading


def words_of(reading: Reading, chosen: Bool) -> str:
    """The chosen words of a reading, side by side."""
    words, data = reading.tokens, reading.text.data
    return " ".join(
        data[words.start[k] : words.end[k]].tobytes().decode()
        for k in np.flatnonzero(chosen).tolist()
    )


def out_of(*texts: str, markdown: bool = True, **settings: object) -> str:
    """The words of some articles that are left out."""
    reading = reading_of(text_batch(texts, markdown=markdown))
    found, *_ = passages_of(reading, Matching(**settings))  # type: ignore[arg-type]
    return words_of(reading, found.left_out())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('He said, "we were here before you," and left.', "we were here before you"),
        ("He said “we were here before you” and left.", "we were here before you"),
        ('The "so called four words" stay.', ""),
        ('He said "we never lost any money\n\nNext one.', "we never lost any money"),
        ('He said "one two three\n\n"four five six" said she.', ""),
        ("He said.\n\n> Only three words.\n\nShe left.", "Only three words"),
        ("> > Deep one.\n> - An item.\n\nEnd.", "Deep one"),
    ],
)
def test_quotations(text: str, expected: str) -> None:
    """Five words between marks, and every block quote; an open mark reaches to the block's end."""
    assert out_of(text, ignore_quotes=True) == expected
    assert not out_of(text)


PAGE = """# Top

One.

## Sources

Two.

### Deeper

Three.

About us
--------

Four.

## SOURCES #

Five.
"""


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("sources", "Sources Two Deeper Three SOURCES Five"),
        ("Deeper", "Deeper Three"),
        ("ABOUT  us", "About us Four"),
        ("Top", "Top One Sources Two Deeper Three About us Four SOURCES Five"),
        ("About", ""),
        ("", ""),
    ],
)
def test_sections(title: str, expected: str) -> None:
    """A section runs to the next heading of its level or above; another title is no error."""
    assert out_of(PAGE, ignore_sections=(title,)) == expected


def test_section_ends_with_its_article() -> None:
    """The next article begins anew, and a plain text has headings too."""
    texts = ("First title\n\nSome words stand here, and they end.\n\nSources\n\nA book of ours.\n",
             "Another title\n\nMore words stand here, and they end too.\n")  # fmt: skip
    assert out_of(*texts, markdown=False, ignore_sections=("sources",)) == "Sources A book of ours"


@pytest.mark.parametrize(
    ("phrases", "expected"),
    [
        (("All rights reserved.",), "all Rights reserved"),
        (("rights reserved all",), ""),
        (("a b a",), "A b a b a"),
        (("...", ""), ""),
        (("reserved", "one"), "reserved One"),
    ],
)
def test_phrases(phrases: tuple[str, ...], expected: str) -> None:
    """By folded words, within a block, overlapping ones too; a phrase without words is none."""
    text = "Here all *Rights* reserved, x.\n\nAll of it. One A b a b a."
    assert out_of(text, ignore_phrases=phrases) == expected


def test_a_phrase_is_read_as_the_article_is() -> None:
    """Code is no text of Markdown, and has words in a plain text."""
    phrase = "Run `make test` now."
    for markdown, expected in ((True, "Run now"), (False, "Run make test now")):
        text = f"We say: {phrase}"
        assert out_of(text, markdown=markdown, ignore_phrases=(phrase,)) == expected


sizes = st.lists(st.lists(st.integers(1, 30), max_size=4), min_size=1, max_size=4)


@given(sizes, st.data())
def test_no_shingle_crosses_the_edge_of_text_that_is_left_out(
    articles: list[list[int]], data: st.DataObject
) -> None:
    """Wherever text is cut: pieces cover everything, and sentences and blocks end with them."""
    texts = ["\n\n".join("Word " * size + "end." for size in blocks) for blocks in articles]
    reading = reading_of(text_batch(texts, markdown=True))
    words, count = reading.tokens, len(reading.tokens.hash)
    out = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)), np.bool_)
    cut, piece_block, found = pieces.cut(words, reading.article_token, out)
    assert found.left_out().tolist() == out.tolist()
    assert found.count_out(1, count - 1) == out[1 : count - 1].sum()
    assert found.words_out(len(texts)).sum() == out.sum()
    owner = np.repeat(np.arange(len(texts)), np.diff(reading.article_token))
    bounds = list(pairwise(found.token.tolist()))
    for (low, high), article in zip(bounds, found.article.tolist(), strict=True):
        assert low < high
        assert set(owner[low:high].tolist()) == {article}
    assert cut.sentence[cut.block[piece_block]].tolist() == found.token.tolist()
    for low, high in zip(*map(np.ndarray.tolist, passages.sentence_shingles(cut)), strict=True):
        for shingle in range(low, high):
            assert len(set(out[shingle : shingle + 5].tolist())) == 1
    assert set(words.sentence.tolist()) <= set(cut.sentence.tolist())


def test_whole_articles_are_pieces() -> None:
    """Where nothing is left out nothing is cut."""
    reading = reading_of(text_batch(["One two.", "Three."]))
    found, *_ = passages_of(reading, Matching())
    assert found.token is reading.article_token
    assert found.article.tolist() == [0, 1]
    assert not found.left_out().any()
