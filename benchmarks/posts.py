"""Measure what `synthetic` imitates: `python -m benchmarks.posts` prints its constants.

Real posts are digitalgov (Markdown of people) and the essays of slopscore (Markdown of language
models). Figures are taken in each and averaged, so that the larger set does not decide alone.
Exit code 2 where data are absent.
"""

from __future__ import annotations

import argparse
import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, product
from math import log

from benchmarks import corpora, planting

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
RANKS = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000)
CLASSES = (0, 10, 100, 1_000, 10_000, 50_000)
"""Ranks at which the letters of a word are told."""
FIRST = 500
"""Words of an article among which different ones are counted."""


class Posts:
    """The texts of one data set, and their prose by sentence."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.words = [word for text in texts for word in WORD.findall(text)]
        self.ranked = Counter(word.lower() for word in self.words).most_common()
        self.sentences: list[str] = []
        self.paragraphs: list[int] = []
        for text in texts:
            found = [s for s in planting.split_sentences(text) if s.prose]
            self.sentences += [text[s.start : s.end] for s in found]
            self.paragraphs += Counter(s.block for s in found).values()

    def sentence_words(self) -> list[float]:
        """Words of a sentence: quantiles in steps of a sixteenth, from 1/32 on."""
        return _quantiles([len(WORD.findall(sentence)) for sentence in self.sentences])

    def paragraph_sentences(self) -> list[float]:
        """Sentences of a paragraph, in the same quantiles."""
        return _quantiles(self.paragraphs)

    def frequencies(self) -> list[float]:
        """Share of all words that the word of each of `RANKS` has."""
        return [self.ranked[rank - 1][1] / len(self.words) for rank in RANKS]

    def letters(self) -> list[float]:
        """Mean letters of the words between two of `CLASSES`."""
        return [
            statistics.mean(len(word) for word, _ in self.ranked[first:last])
            for first, last in pairwise(CLASSES)
        ]

    def distinct(self) -> list[float]:
        """Different words among the first `FIRST` of an article."""
        articles = [WORD.findall(text.lower())[:FIRST] for text in self.texts]
        return [statistics.mean(len(set(words)) for words in articles if len(words) == FIRST)]

    def shares(self) -> list[float]:
        """Per word: comma or dash behind it, capital inside a sentence, digit, beyond ASCII."""
        inner = [word for sentence in self.sentences for word in WORD.findall(sentence)[1:]]
        prose = sum(len(WORD.findall(sentence)) for sentence in self.sentences)
        return [
            sum(sentence.count(",") for sentence in self.sentences) / prose,
            sum(len(re.findall("—|–| - ", sentence)) for sentence in self.sentences) / prose,
            sum(word[0].isupper() for word in inner) / len(inner),
            sum(any(char.isdigit() for char in word) for word in inner) / len(inner),
            sum(not word.isascii() for word in inner) / len(inner),
        ]

    def markup(self) -> list[float]:
        """Links and emphases per word, headings per paragraph."""
        whole = "\n\n".join(self.texts)
        links = len(re.findall(r"\]\(|<a ", whole))
        marked = len(re.findall(r"\*\*[^*\n]+\*\*|(?<![\w*])[*_][^*_\n]+[*_]", whole))
        headings = len(re.findall(r"^#+ ", whole, re.MULTILINE))
        words = len(self.words)
        return [links / words, marked / words, headings / len(self.paragraphs)]


def _quantiles(values: Sequence[float]) -> list[float]:
    cuts = statistics.quantiles(values, n=32, method="inclusive")
    return cuts[::2]


def fit(frequencies: Sequence[float]) -> tuple[int, int]:
    """Q and R for which the frequency of rank r is nearest to 1 / ((r + Q) (r + R)), by logarithms.

    Zipf and Mandelbrot have no R; real frequencies fall faster beyond some thousand words.
    """

    def error(q: int, r: int) -> float:
        off = [log(f) + log(k + q) + log(k + r) for k, f in zip(RANKS, frequencies, strict=True)]
        return statistics.pvariance(off)

    return min(product(range(10), range(500, 20_001, 500)), key=lambda qr: error(*qr))


MEASURES: tuple[tuple[str, Callable[[Posts], list[float]]], ...] = (
    ("words of a sentence", Posts.sentence_words),
    ("sentences of a paragraph", Posts.paragraph_sentences),
    (f"frequency of ranks {RANKS}", Posts.frequencies),
    (f"letters between ranks {CLASSES}", Posts.letters),
    (f"different words of {FIRST}", Posts.distinct),
    ("per word: comma, dash, capital, digit, beyond ASCII", Posts.shares),
    ("links and emphases per word, headings per paragraph", Posts.markup),
)


def averages(sets: Sequence[Posts]) -> Iterator[tuple[str, list[float]]]:
    """Every measure, averaged over the data sets."""
    for name, measure in MEASURES:
        rows = [measure(posts) for posts in sets]
        yield name, [statistics.mean(column) for column in zip(*rows, strict=True)]


def main() -> None:
    """Print every measure, and the two constants of the frequencies."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.posts", description=main.__doc__)
    parser.parse_args()
    try:
        blog = [row.text for row in corpora.read_table("digitalgov/docs", corpora.Document)]
        rows = corpora.read_table("slopscore/docs", corpora.Document)
    except FileNotFoundError as error:
        parser.exit(2, f"{error}\n")
    essays = [row.text for row in rows if row.kind == "essay"]
    for name, values in averages([Posts(blog), Posts(essays)]):
        print(f"{name}: {', '.join(f'{value:.4g}' for value in values)}")
        if name.startswith("frequency"):
            print("Q, R: {}, {}".format(*fit(values)))


if __name__ == "__main__":
    main()
