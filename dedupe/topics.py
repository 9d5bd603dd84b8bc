"""Topics of articles: how many members of a group have nothing to do with each other."""

from __future__ import annotations

import numpy as np

from dedupe.arrays import I32, I64, U8, Bool
from dedupe.document_frequency import document_frequency
from dedupe.tables import Corpus

NEAR = 0.3
"""Cosine of weighted words from which two articles are about one topic."""
MEMBERS = 40
"""Articles of a group whose topics are compared at most."""
HEAD_WORDS = 400
"""First words of an article from which the frequency of words is counted."""
TOPIC_WORDS = 1000
"""Words of an article of which its topic is made."""


def spread(group: I64, most: int) -> Bool:
    """At most so many members (R,) of each group, evenly spaced; groups stand side by side."""
    first = np.searchsorted(group, group)
    size = np.searchsorted(group, group, side="right") - first
    place = np.arange(len(group)) - first
    step = np.maximum(size, most)
    chosen: Bool = (place * most // step) != ((place - 1) * most // step)
    return chosen


def unrelated(corpus: Corpus, leave: U8, group: I64, article: I32, groups: int) -> I32:
    """How many articles of each group (groups,) are unrelated to each other, up to `MEMBERS`.

    leave: (B,) blocks that do not count for the topic of their article, since what a group has in
    common would make all of it alike; group, article: (R,) members, group by group

    An article opens a topic when its cosine to all that did so before is below `NEAR`. Components
    would chain: a notice in 157 unrelated articles became one topic.
    """
    from dedupe.kernels.templating import TERM_BITS, leaders, topics

    out = np.zeros(groups, np.int32)
    rows = np.flatnonzero(spread(group, MEMBERS))
    if not len(rows):
        return out
    every, member = np.unique(article[rows], return_inverse=True)
    words = np.diff(corpus.article_token)
    heads = np.minimum(words, HEAD_WORDS)
    count = document_frequency(corpus.token, corpus.article_token[:-1], heads, TERM_BITS)
    weight = np.log((len(words) + 1) / np.maximum(count, 1)).astype(np.float32)
    room = int(np.minimum(words[every], TOPIC_WORDS).sum())
    bounds = np.empty(len(every) + 1, np.int64)
    term, value = np.empty(room, np.int32), np.empty(room, np.float32)
    first = np.searchsorted(corpus.block_token, corpus.article_token)
    topics(
        corpus.token, corpus.block_token, first, leave, every, TOPIC_WORDS, weight,
        np.zeros(1 << TERM_BITS, np.int32), term, value, bounds,
    )  # fmt: skip
    offset = np.searchsorted(group[rows], np.arange(groups + 1))
    leaders(
        offset, member.astype(np.int32), NEAR, bounds, term, value,
        np.zeros(1 << TERM_BITS, np.float32), np.empty(len(rows), np.bool_), out,
    )  # fmt: skip
    return out
