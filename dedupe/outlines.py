"""Recurring outlines: the same headings in the same order, in articles on unrelated subjects.

Legend: C headings, D articles, F outlines, R articles that have one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from itertools import chain

import numpy as np

from dedupe.arrays import I64, U8, U32, U64, order_of
from dedupe.tables import Corpus, HeadingTable, OutlineTable, TextBatch, TokenTable, WordTable
from dedupe.topics import unrelated

NUMBERING = ("step", "part", "chapter", "section", "day", "week", "tip", "phase", "lesson", "rule")
"""Words before the number of a heading."""
LEAST = 3
"""Headings of an outline, articles in which it stands, and articles of those that are unrelated."""
NEIGHBOURS = 4
"""Later articles with the same two headings with which an article is compared."""
STRICT, LOOSE = (3, 0.35), (2, 0.5)
"""Specific headings, and share of the article's headings: either is enough. Any three headings in
common would flag a third of the essays that have some, for "Introduction" and "Conclusion"."""

_Names = tuple[int, ...]


@cache
def _numbering_hashes() -> U32:
    from dedupe.kernels.words import hash_words

    return hash_words(NUMBERING)


def headings(text: TextBatch, tokens: TokenTable, words: WordTable, form: U64) -> HeadingTable:
    """The headings of a batch, named by their words.

    words: stop words among others; form: sorted names of headings that fit any article
    """
    from dedupe.kernels.outlining import comparable_headings

    blocks = text.blocks
    row, name = np.empty((len(blocks.kind), 4), np.int64), np.empty(len(blocks.kind), np.uint64)
    count = comparable_headings(
        text.data, tokens.hash, tokens.flags, tokens.sentence[tokens.block].astype(np.int64),
        blocks.kind, blocks.start, blocks.end,
        np.searchsorted(blocks.article, np.arange(len(text.start) + 1)),
        words.known, words.word_key, words.word_mark, _numbering_hashes(), row, name,
    )  # fmt: skip
    row, name = row[:count], name[:count].copy()
    return HeadingTable(
        article=row[:, 0].copy(),
        start=row[:, 1].copy(),
        end=row[:, 2].copy(),
        level=row[:, 3].astype(np.uint8),
        name=name,
        specific=np.searchsorted(form, name, "left") == np.searchsorted(form, name, "right"),
    )


def no_headings() -> HeadingTable:
    """The headings of a batch whose text is not at hand."""
    none, kind = np.empty(0, np.int64), np.empty(0, np.uint8)
    return HeadingTable(none, none, none, kind, np.empty(0, np.uint64), np.empty(0, np.bool_))


def gather(tables: Sequence[HeadingTable], corpus: Corpus) -> HeadingTable:
    """The headings of all batches; articles and tokens from the start of the corpus."""
    sizes = [len(table.name) for table in tables]
    articles = np.repeat(corpus.batch_article[:-1], sizes)
    tokens = np.repeat(corpus.article_token[corpus.batch_article[:-1]], sizes)
    names = HeadingTable.__struct_fields__
    whole = HeadingTable(
        *(np.concatenate([getattr(table, name) for table in tables]) for name in names)
    )
    return HeadingTable(
        whole.article + articles, whole.start + tokens, whole.end + tokens, whole.level,
        whole.name, whole.specific,
    )  # fmt: skip


def find(corpus: Corpus, table: HeadingTable, leave: U8) -> OutlineTable:
    """The recurring outlines, at most one for each article.

    leave: (B,) blocks that belong to recurring templates
    """
    rows = _top(table)
    article, name = table.article[rows], table.name[rows]
    total = np.bincount(article, minlength=len(corpus.path))
    _, of, df = np.unique(name, return_inverse=True, return_counts=True)
    kept = (df >= LEAST)[of]
    rows, article, name = rows[kept], article[kept], name[kept]
    members: dict[int, dict[int, int]] = defaultdict(dict)
    for row, a, n in zip(rows.tolist(), article.tolist(), name.tolist(), strict=True):
        members[a][n] = row
    specific = set(table.name[rows][table.specific[rows]].tolist())
    sequences = {a: tuple(held) for a, held in members.items() if len(held) >= LEAST}
    found = _supported(_proposed(sequences), sequences, total.tolist(), specific)
    # The most headings in the most articles: one series stays one outline.
    outlines = sorted(
        found, key=lambda outline: (-len(outline) * len(found[outline]), -len(outline), outline)
    )
    pairs = [(f, a) for f, outline in enumerate(outlines) for a in found[outline]]
    group, member = np.array(pairs, np.int64).reshape(-1, 2).T
    leave = leave.copy()
    leave[np.searchsorted(corpus.block_token, table.start[rows], side="right") - 1] = 1
    topics = unrelated(corpus, leave, group, member.astype(np.int32), len(outlines))
    best: dict[int, int] = {}
    for f, a in pairs:
        if topics[f] >= LEAST:
            best.setdefault(a, f)
    ranked = sorted((f, a) for a, f in best.items())
    headings_of = [[members[a][n] for n in outlines[f]] for f, a in ranked]
    flat = np.array(list(chain.from_iterable(headings_of)), np.int64)
    return OutlineTable(
        outline=np.array([f for f, _ in ranked], np.int64),
        article=np.array([a for _, a in ranked], np.int64),
        headings=total[np.array([a for _, a in ranked], np.int64)],
        offset=np.cumsum([0, *map(len, headings_of)]).astype(np.int64),
        start=table.start[flat],
        end=table.end[flat],
        articles=np.array([len(found[outline]) for outline in outlines], np.int64),
        topics=topics,
    )


def _top(table: HeadingTable) -> I64:
    """Headings down to the level at which an article has enough, each name once."""
    some = np.flatnonzero(table.name != 0)
    order = some[order_of(table.article[some], table.name[some])]
    article, name = table.article[order], table.name[order]
    again = np.append(False, (np.diff(article) == 0) & (np.diff(name) == 0))[: len(order)]
    some = np.sort(order[~again])
    article, level = table.article[some], table.level[some]
    behind = np.searchsorted(article, article, side="right")
    third = np.minimum(np.searchsorted(article, article) + LEAST, behind) - 1
    by_level = order_of(article, level)
    top: I64 = some[level <= level[by_level][third]]
    return top


def _proposed(sequences: dict[int, _Names]) -> set[_Names]:
    """Common subsequences of articles that share two headings in order."""
    distinct: dict[_Names, int] = {}
    for names in sequences.values():
        distinct[names] = distinct.get(names, 0) + 1
    postings: dict[tuple[int, int], list[_Names]] = defaultdict(list)
    for names in sorted(distinct):
        for k, first in enumerate(names):
            for second in names[k + 1 : k + 3]:
                postings[first, second].append(names)
    pairs = {(names, names) for names, count in distinct.items() if count > 1}
    for posting in postings.values():
        for k, names in enumerate(posting):
            pairs.update((names, other) for other in posting[k + 1 : k + 1 + NEIGHBOURS])
    common = {_common(a, b) for a, b in pairs}
    return {names for names in common if len(names) >= LEAST}


def _common(a: _Names, b: _Names) -> _Names:
    """The longest common subsequence of two sequences that name nothing twice."""
    if a == b:
        return a
    places = {name: k for k, name in enumerate(b)}
    shared = [name for name in a if name in places]
    best: list[_Names] = []
    for k, name in enumerate(shared):
        before = [run for run, last in zip(best, shared[:k], strict=True)
                  if places[last] < places[name]]  # fmt: skip
        best.append((*max(before, key=len, default=()), name))
    return max(best, key=len, default=())


def _supported(
    outlines: set[_Names], sequences: dict[int, _Names], total: Sequence[int], specific: set[int]
) -> dict[_Names, list[int]]:
    """The articles that have each outline, where they are enough."""
    holders: dict[int, set[int]] = defaultdict(set)
    for a, names in sequences.items():
        for name in names:
            holders[name].add(a)
    found = {}
    for outline in outlines:
        own = sum(name in specific for name in outline)
        if own < LOOSE[0]:
            continue
        least = STRICT[1] if own >= STRICT[0] else LOOSE[1]
        articles = set.intersection(*(holders[name] for name in outline))
        rows = [
            a
            for a in sorted(articles)
            if len(outline) >= least * total[a] and _holds(sequences[a], outline)
        ]
        if len(rows) >= LEAST:
            found[outline] = rows
    return found


def _holds(names: _Names, outline: _Names) -> bool:
    """Whether the headings of an outline stand in this order; all of them do stand there."""
    rest = iter(names)
    return all(name in rest for name in outline)
