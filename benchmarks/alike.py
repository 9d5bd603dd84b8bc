"""Articles of made words, a third of which are pairs: one, and an edited copy of the whole of it.

What a deduplicator of documents has to find, and what it must not: the exact Jaccard similarity of
the 5-word shingles of a pair is just below one of `SIMILARITIES`, so that few are near the limits
.5 and .7 by which `benchmarks.peers` judges: 3 % are within .02. Half of the copies have single
words replaced, half whole sentences. Words are drawn independently by Zipf's law, so nothing but a
pair is alike. No data are needed, and the same size gives the same texts.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import msgspec

from tests import naive

SEED = 20261129
SIZES = (3, 30, 300)
"""Of the corpora, in MB of 10^6 bytes."""
SIMILARITIES = (0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95, 1.0)
ONE_IN = 5
"""Articles that are no copies, of which one is copied."""
VOCABULARY = 20_000
WORDS = range(400, 801)
"""Words of an article: 3 to 5 KB."""
SENTENCE, PARAGRAPH = range(8, 25), range(2, 7)

Sentences = list[list[str]]


class Pair(msgspec.Struct):
    """An article and its copy."""

    a: str
    b: str
    similarity: float
    """Exact Jaccard similarity of their 5-word shingles."""


class Made(NamedTuple):
    """Texts by id, and which of them are pairs."""

    texts: dict[str, str]
    pairs: list[Pair]


class _Writer:
    """Draws words and what is made of them."""

    def __init__(self) -> None:
        self.rng = random.Random(SEED)
        self.words = self._vocabulary()
        self.weights = list(accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))

    def _vocabulary(self) -> list[str]:
        """Different words, the frequent ones short."""
        syllables = [c + v + end for c in "bcdfghklmnprstvw" for v in "aeiou" for end in "  nrst"]
        words: dict[str, None] = {}
        while len(words) < VOCABULARY:
            count = 1 + (len(words) >= 100) + (len(words) >= 3000)
            words["".join(self.rng.choices(syllables, k=count)).replace(" ", "")] = None
        return list(words)

    def drawn(self, count: int) -> list[str]:
        return self.rng.choices(self.words, cum_weights=self.weights, k=count)

    def article(self) -> Sentences:
        least = self.rng.choice(WORDS)
        sentences: Sentences = []
        while sum(map(len, sentences)) < least:
            sentences.append(self.drawn(self.rng.choice(SENTENCE)))
        return sentences

    def copy(self, source: Sentences, wanted: float, *, whole: bool) -> tuple[Sentences, float]:
        """The source edited until it is no more alike than wanted, and how alike it is.

        Args:
            source: what is copied.
            wanted: the most Jaccard similarity.
            whole: replace sentences, not words.
        """
        other = [self.drawn(len(sentence)) for sentence in source]
        places = [
            (row, slice(None) if whole else slice(column, column + 1))
            for row, sentence in enumerate(source)
            for column in range(1 if whole else len(sentence))
        ]
        self.rng.shuffle(places)

        def edited(count: int) -> Sentences:
            result = [list(sentence) for sentence in source]
            for row, part in places[:count]:
                result[row][part] = other[row][part]
            return result

        count = bisect_left(
            range(len(places)), -wanted, key=lambda count: -_similarity(source, edited(count))
        )
        copy = edited(count)
        return copy, _similarity(source, copy)

    def text(self, sentences: Sentences) -> str:
        paragraphs, rest = [], [f"{' '.join(words).capitalize()}." for words in sentences]
        while rest:
            count = self.rng.choice(PARAGRAPH)
            paragraphs.append(" ".join(rest[:count]))
            rest = rest[count:]
        return "\n\n".join(paragraphs) + "\n"


def make(size_bytes: int) -> Made:
    """Articles of so many bytes together, or a few more, in an order that says nothing."""
    writer = _Writer()
    texts: list[str] = []
    pairs: list[tuple[int, float]] = []
    size = number = 0
    while size < size_bytes:
        source = writer.article()
        texts.append(writer.text(source))
        size += len(texts[-1])
        if number % ONE_IN == 0:
            turn, level = divmod(number // ONE_IN, len(SIMILARITIES))
            copy, similarity = writer.copy(source, SIMILARITIES[level], whole=turn % 2 == 1)
            pairs.append((len(texts), similarity))
            texts.append(writer.text(copy))
            size += len(texts[-1])
        number += 1
    order = writer.rng.sample(range(len(texts)), len(texts))
    names = [f"{place:06}" for place in order]
    return Made(
        dict(sorted(zip(names, texts, strict=True))),
        [Pair(names[at - 1], names[at], similarity) for at, similarity in pairs],
    )


def _similarity(a: Sequence[Sequence[str]], b: Sequence[Sequence[str]]) -> float:
    return naive.jaccard(*(naive.shingles([w for s in text for w in s], 5) for text in (a, b)))
