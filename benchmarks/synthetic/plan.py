"""Which sentences an article has: its own, and those that are planted, as columns of keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.synthetic.words import GOLDEN, I64, U64, draw, key_of, mix

# Measured: `python -m benchmarks.posts`, digitalgov and the essays of slopscore.
SENTENCE_WORDS = np.array((6, 10, 12, 14, 16, 17, 19, 20, 22, 24, 25, 28, 30, 33, 38, 48))
"""Words of a sentence, sixteen quantiles."""
PARAGRAPH_SENTENCES = np.array((1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 5, 5, 7))
"""Sentences of a paragraph, sixteen quantiles."""
PER_HEADING = 6
"""Paragraphs; real ones have 12, but here the first half of an article has none."""

ARTICLE_WORDS = range(480, 700)
MOST_SENTENCES = 96
PER_TOPIC = 50
"""Articles on one topic."""
SIMILARITIES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)
COPIED_SENTENCES = 10
WITHIN_FIRST = 11
"""Own sentences at the beginning, from which a copy is taken: no article has fewer, and nothing is
planted between them but copies in hosts, which are no donors."""
FORMS, NOTICES = 25, 40
SLOT = 8
"""Words of a form for each slot."""
ONE_IN = 10
"""Articles for each host, for each with a form, and for each two with a notice."""


@dataclass(frozen=True)
class Kind:
    """What distinguishes a corpus."""

    markdown: bool = False
    planted: bool = True
    one_article: bool = False
    """Every article is the first one ..."""
    changed: int = 0
    """... with so many words in 1,000 changed."""
    paragraph: bool = False
    """One paragraph stands in every article."""
    framed: bool = False
    """Every sentence begins and ends with the same words."""
    colliding: bool = False
    """Every sentence begins with one of the runs that share a key (`texts.RUNS`)."""
    one_line: bool = False
    """All articles are one line of one file."""
    word: bytes = b""
    """The only word there is."""

    @property
    def suffix(self) -> str:
        """Of its files."""
        return ".md" if self.markdown else ".txt"


NORMAL = Kind()
BARE = Kind(planted=False)
KINDS = {
    "plain": NORMAL,
    "markdown": Kind(markdown=True),
    "mutants": replace(BARE, one_article=True, changed=40),
    "paragraph": replace(BARE, paragraph=True),
    "equal": replace(BARE, one_article=True),
    "line": replace(BARE, one_line=True),
    "framed": replace(BARE, framed=True),
    "collisions": replace(BARE, colliding=True),
    "word": replace(BARE, word=b"content"),
}


class Sentences(NamedTuple):
    """Sentences of a batch in the order of the text; columns of shape (S,)."""

    article: I64
    """Row of the batch."""
    position: I64
    """Order within the article."""
    key: U64
    topic: U64
    fill: U64
    """Key of the words that are changed."""
    step: I64
    """Words that are changed, in 65,536."""
    phase: I64
    words: I64
    opens: NDArray[np.bool_]
    """Begins a paragraph."""
    closes: NDArray[np.bool_]
    heading: NDArray[np.bool_]
    run: I64
    """Planted run it belongs to, by `COPY`, `FORM`, `NOTICE`; 0 for none."""


OWN, COPY, FORM, NOTICE = range(4)


def article_words(keys: U64) -> I64:
    """Words that the own sentences of an article come up to, at most."""
    return ARTICLE_WORDS.start + draw(keys, 1, len(ARTICLE_WORDS))


def _sentence_words(keys: U64) -> I64:
    words: I64 = SENTENCE_WORDS[draw(keys, 2, len(SENTENCE_WORDS))]
    return words


def plan(numbers: I64, articles: int, kind: Kind) -> tuple[Sentences, dict[int, I64]]:
    """The sentences of some articles, and for hosts the donor, first sentence, count, level.

    Args:
        numbers: of the articles, shape (A,).
        articles: how many the corpus has.
        kind: what is made of them.
    """
    same = np.zeros_like(numbers) if kind.one_article else numbers
    keys = mix(same.astype(np.uint64) * GOLDEN + key_of(1))
    rows = np.arange(len(numbers))
    parts = [_own(rows, numbers, keys, articles, kind)]
    copies: dict[int, I64] = {}
    if kind.planted:
        hosts = np.flatnonzero(numbers % ONE_IN == ONE_IN - 1)
        part, copies = _copied(hosts, keys[hosts], articles)
        formed = np.flatnonzero(draw(keys, 20, ONE_IN) == 0)
        noticed = np.flatnonzero(draw(keys, 21, ONE_IN) < 2)
        parts += [part, _form(formed, keys[formed]), _notice(noticed, keys[noticed], NOTICES)]
    if kind.paragraph:
        parts.append(_notice(rows, keys, 1, at=10 * SPREAD))
    table = _joined(parts)
    order = np.lexsort((table.position, table.article))
    table = Sentences._make(column[order] for column in table)
    table.opens[1:] |= table.closes[:-1]
    return table, copies


SPREAD = 64
"""Positions between two own sentences, so that others can stand there."""


def _columns(article: I64, position: I64, key: U64, topic: U64, run: int) -> Sentences:
    """Sentences that are as their keys say, inside a paragraph."""
    step, phase, runs = np.zeros((3, len(article)), np.int64)
    opens, closes, heading = np.zeros((3, len(article)), bool)
    runs += run
    words = _sentence_words(key)
    return Sentences(
        article, position, key, topic, key, step, phase, words, opens, closes, heading, runs
    )


def _joined(parts: Iterable[Sentences]) -> Sentences:
    return Sentences._make(np.concatenate(columns) for columns in zip(*parts, strict=True))


def _topics(numbers: I64, articles: int) -> U64:
    topics = articles // PER_TOPIC + 1
    keys = mix(numbers.astype(np.uint64) * GOLDEN + key_of(2))
    return mix(draw(keys, 3, topics).astype(np.uint64) * GOLDEN + key_of(3))


def _own(rows: I64, numbers: I64, keys: U64, articles: int, kind: Kind) -> Sentences:
    """Title, headings and the sentences that are the article's own."""
    grid = mix(keys[:, None] + np.arange(1, MOST_SENTENCES + 1, dtype=np.uint64) * GOLDEN)
    total = np.cumsum(_sentence_words(grid), axis=1)
    kept = total <= article_words(keys)[:, None]
    starts = np.cumsum(PARAGRAPH_SENTENCES[draw(grid, 4, len(PARAGRAPH_SENTENCES))], axis=1)
    opens = np.zeros((len(rows), MOST_SENTENCES + 1), bool)
    opens[np.arange(len(rows))[:, None], np.minimum(starts, MOST_SENTENCES)] = True
    opens[:, 0] = True
    opens = opens[:, :-1]
    row, column = np.nonzero(kept)
    topics = _topics(numbers * (not kind.one_article), articles)
    own = _columns(rows[row], (column + 1) * SPREAD, grid[kept], topics[row], OWN)
    own.opens[:] = opens[kept]
    if kind.changed:
        fill = mix(grid[kept] ^ (numbers[row].astype(np.uint64) * GOLDEN))
        step = np.full(len(row), kind.changed * 65_536 // 1_000)
        own = own._replace(fill=fill, step=step, phase=draw(fill, 5, 65_536))
    headed = own.opens & (draw(own.key, 6, PER_HEADING) == 0) & (column >= WITHIN_FIRST)
    article = np.concatenate([rows, own.article[headed]])
    position = np.concatenate([np.zeros(len(rows), np.int64), own.position[headed] - 1])
    key = mix(np.concatenate([keys, own.key[headed]]) ^ key_of(4))
    headings = _columns(article, position, key, topics[article - rows[0]], OWN)
    headings.words[:] = 3 + draw(key, 7, 6)
    headings.heading[:] = headings.opens[:] = headings.closes[:] = True
    return _joined([own, headings])


def _copied(rows: I64, keys: U64, articles: int) -> tuple[Sentences, dict[int, I64]]:
    """Runs of other articles, and by row: donor, first sentence, sentences, level of similarity."""
    tens = max(articles // ONE_IN, 1)
    donor = draw(keys, 8, tens) * ONE_IN + draw(keys, 9, ONE_IN - 1)
    count = 1 + draw(keys, 10, COPIED_SENTENCES)
    first = draw(keys, 11, 1 << 20) % (WITHIN_FIRST + 1 - count)
    level = draw(keys, 12, len(SIMILARITIES))
    each = np.repeat(np.arange(len(rows)), count)
    nth = np.arange(len(each)) - np.repeat(np.cumsum(count) - count, count)
    donor_keys = mix(donor.astype(np.uint64) * GOLDEN + key_of(1))
    key = mix(donor_keys[each] + (first[each] + nth + 1).astype(np.uint64) * GOLDEN)
    place = (1 + draw(keys, 13, WITHIN_FIRST - 1)) * SPREAD
    run = _columns(rows[each], place[each] + 1 + nth, key, _topics(donor, articles)[each], COPY)
    # A changed word takes five shingles with it: J = s / (2 - s), where s is what is left of them.
    steps = np.array([int((1 - 2 * j / (1 + j)) / 5 * 65_536) for j in SIMILARITIES])
    fill = mix(key ^ keys[each])
    alone = draw(keys, 14, 2) == 0
    run.opens[:] = alone[each] & (nth == 0)
    run.closes[:] = alone[each] & (nth == count[each] - 1)
    run = run._replace(fill=fill, step=steps[level][each], phase=draw(fill, 5, 65_536))
    truth = np.stack([donor, first, count, level], axis=1)
    return run, dict(zip(rows.tolist(), truth, strict=True))


def _form(rows: I64, keys: U64) -> Sentences:
    """A form in each article: three sentences with a slot in every `SLOT` words."""
    return _planted(
        rows, keys, draw(keys, 22, FORMS), 3, FORM, (WITHIN_FIRST + draw(keys, 23, 6)) * SPREAD
    )


def _notice(rows: I64, keys: U64, notices: int, at: int = 1 << 20) -> Sentences:
    """A notice of three sentences in each article, by default at its end."""
    return _planted(rows, keys, draw(keys, 24, notices), 3, NOTICE, np.full(len(rows), at))


def _planted(rows: I64, keys: U64, family: I64, count: int, run: int, at: I64) -> Sentences:
    each = np.repeat(np.arange(len(rows)), count)
    nth = np.tile(np.arange(count), len(rows))
    key = mix((family[each] * count + nth).astype(np.uint64) * GOLDEN + key_of(5, run))
    # A form's topic is its own, so that its fixed words are the same everywhere.
    table = _columns(rows[each], at[each] + 20 + nth, key, key, run)
    table.opens[:] = nth == 0
    table.closes[:] = nth == count - 1
    if run == FORM:
        table.step[:] = 65_536 // SLOT
        table = table._replace(fill=mix(key ^ keys[each]))
    return table
