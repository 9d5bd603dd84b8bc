"""Short answers that students wrote with, and without, a source to copy from.

Clough, Stevenson: Developing a Corpus of Plagiarised Short Answers, Language Resources and
Evaluation 45, 2011. An answer is *found* when a match joins it with its source.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from benchmarks import corpora, results
from benchmarks.figures import Figure

NAMES = {"non": "none", "same-topic-independent": "same topic"}


class AnswerPair(msgspec.Struct):
    """Two texts, and what the writer of the first was told to do."""

    a: str
    b: str
    level: str


def answer_figures(*, reuse: bool = False) -> tuple[dict[str, Figure], str]:
    """Pairs with a match, by what the writer was told; counts, not shares."""
    corpus = corpora.materialise("clough_stevenson")
    outputs = results.scan(corpus.folder, corpus.name, reuse=reuse)
    matched = {
        frozenset((corpus.id_of(row.a.path), corpus.id_of(row.b.path))) for row in outputs.matches()
    }
    found: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for pair in corpora.read_table("clough_stevenson/pairs", AnswerPair):
        name = NAMES.get(pair.level, pair.level)
        every[name] += 1
        found[name] += frozenset((pair.a, pair.b)) in matched
    figures = {
        f"short answers/{name}": Figure(found[name], f"{found[name]} of {count}")
        for name, count in every.items()
    }
    return figures, outputs.command
