"""Recurring templates: the same skeleton in blocks of several articles, with other fillings.

Families of blocks are found by runs of words that recur, not by similar sets of shingles: with its
slots filled, a template of which 80 % is fixed shares no more than that with another one. A
paragraph may hold two templates: it is cut where others begin or end. Legend: B blocks, which are
paragraphs or parts of them, by the order of their contents, M pairs of them, F families, R members.
"""

from __future__ import annotations

from concurrent.futures import Executor
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from dedupe.arrays import F32, F64, I32, I64, U8, U32, U64, Bool, distinct, order_of, packed
from dedupe.document_frequency import document_frequency
from dedupe.medoids import medoids
from dedupe.tables import BlockKind, Corpus, TemplateTable
from dedupe.topics import spread, unrelated

LEAST_WORDS = 12
"""Words of the shortest block that is looked at."""
LEAST_LETTERS, LETTERS = 14, 1.6
"""The same for scripts without spaces, where each letter is a word; and how many of those stand for
one word in all limits below."""
EDGE, EDGE_LETTERS = 12, 20
"""Words, or letters, by which the beginning or end of a block is recognised inside of others. With
eight words, phrases of stories became templates."""
LEAST_ARTICLES = 3
"""Under three articles there is no template."""
COVERED, LEAST_COVERED = 0.3, 8
"""Share of the longer of two blocks, and words, that their common runs must cover. At .35 a tenth
of the planted families of eight is lost, at .5 half of them."""
NARROWER = (0.5, 0.65)
"""The same for families that have little in common: several footers that share a phrase."""
HALF = 0.5
"""Share of its members' words from which a skeleton speaks for its family, and share of its words
that a member must hold."""
ROUNDS = 8
"""Families are taken out of a component at most this often."""
COMMON = 0.05
"""Share of the blocks that hold a word from which it says nothing alone between two slots."""
LEAST_FIXED, LEAST_SHARE, MOST_SHARE = 8, 0.35, 0.97
"""Words of a form's skeleton, and its share of the mean block."""
LEAST_INSIDE = 0.6
"""Share of all other words that stand in the slots of a form. Of copies with edits in a tenth of
their words three in four have a slot with different fillings; with this share one in four."""
LEAST_RUN, LEAST_NOTICE = 8, 0.5
"""Words of the longest run of a notice, and share of its skeleton."""
LINKED_WORDS = 30_000_000
"""Words of blocks whose links are held at once: 10 bytes each."""
CHUNK = 1 << 14
"""Pairs that one task proves."""


class _Blocks(NamedTuple):
    """Blocks that may hold a template, in the order of their contents."""

    start: I64
    """(B,) first token"""
    size: I32
    """(B,) words that are looked at"""
    article: I32
    row: I64
    """(B,) place among all blocks of the corpus; parts of one share it"""
    content: U64
    unspaced: Bool
    """(B,) whether each letter is a word"""


class _Edges(NamedTuple):
    """Pairs of blocks, the first before the second, with their common text."""

    a: I32
    b: I32
    share: F64
    """(M,) share of the longer block that common runs cover"""


class _Skeletons(NamedTuple):
    """What the kernel knows of F families."""

    word: U32
    length: I32
    gap: U8
    entropy: F32
    figures: F64


def find(corpus: Corpus, pool: Executor) -> TemplateTable:
    """The recurring templates of a corpus and all places where they stand."""
    from dedupe.kernels.templating import place_skeletons

    blocks = _blocks(corpus)
    edges = _edges(corpus.token, blocks, pool)
    common = _common_words(corpus.token, blocks)
    label = _families(corpus.token, blocks, edges, COVERED, pool)
    label, found = _settled(corpus, blocks, edges, label, common, pool)
    block = np.flatnonzero(label >= 0).astype(np.int32)
    leader, family = np.unique(label[block], return_inverse=True)
    order = order_of(family, block)
    block, family = block[order], family[order].astype(np.int32)
    length, figures = found.length, found.figures
    offset = np.cumsum(np.append(0, length[family]), dtype=np.int64)
    place = np.empty(offset[-1], np.int32)
    place_skeletons(
        corpus.token, blocks.start, blocks.size, block, family, found.word, length, offset, place
    )
    alike = np.zeros(len(corpus.block_kind), np.uint8)
    alike[blocks.row[block]] = 1
    held = np.diff(np.append(0, np.cumsum(place >= 0))[offset])
    kept = (held >= HALF * length[family]) | (block == leader[family])
    block, family, offset = block[kept], family[kept], offset[:-1][kept]
    articles = _articles(blocks, block, family, len(leader))
    share = length / np.maximum(figures[:, 0], 1)
    topics = _topics(corpus, blocks, block, family, length, figures[:, 0], alike)
    letters = np.where(blocks.unspaced[leader], LETTERS, 1)
    form, notice = _classes(articles, topics, length / letters, share, figures, letters)
    chosen = form | notice
    rows = chosen[family]
    return TemplateTable(
        start=blocks.start[block[rows]],
        size=blocks.size[block[rows]],
        article=blocks.article[block[rows]],
        template=(np.cumsum(chosen) - 1)[family[rows]].astype(np.int32),
        offset=offset[rows],
        place=place,
        articles=articles[chosen].astype(np.int32),
        medoid=np.flatnonzero((block == leader[family])[rows]),
        length=length[chosen],
        form=form[chosen],
        topics=topics[chosen],
        share=share[chosen],
        concentration=figures[chosen, 1],
        run=figures[chosen, 2].astype(np.int32),
        gap=found.gap[chosen],
        entropy=found.entropy[chosen],
        alike=alike,
    )


def _blocks(corpus: Corpus) -> _Blocks:
    """Paragraphs and list items of some length, or parts of them, by the hash of their words."""
    from dedupe.kernels.templating import LONGEST, block_contents

    words = np.diff(corpus.block_token)
    kind = corpus.block_kind
    prose = (kind == BlockKind.PARAGRAPH) | (kind == BlockKind.LIST_ITEM)
    least = np.where(corpus.block_unspaced, LEAST_LETTERS, LEAST_WORDS)
    row = np.flatnonzero(prose & (words >= least))
    first = corpus.block_token[row]
    start = distinct(first, _cuts(corpus, row))
    row = row[np.searchsorted(first, start, side="right") - 1]
    end = np.minimum(np.append(start[1:], len(corpus.token)), corpus.block_token[row + 1])
    size = np.minimum(end - start, LONGEST).astype(np.int32)
    content = np.empty(len(row), np.uint64)
    block_contents(corpus.token, start, size, content)
    article = np.searchsorted(corpus.article_token, start, side="right") - 1
    # The same words in two articles: by what else stands there, not by the names of files.
    whole = np.zeros(len(corpus.path), np.uint64)
    np.add.at(whole, article, content)
    order = order_of(content, whole[article])
    return _Blocks(
        start[order], size[order], article[order].astype(np.int32), row[order], content[order],
        corpus.block_unspaced[row[order]],
    )  # fmt: skip


def _cuts(corpus: Corpus, row: I64) -> I64:
    """Where some blocks are cut: at the words with which blocks of several articles begin or end.

    row: (B,) places of the blocks among all. What belongs to a template is a run of text: a
    paragraph may glue two notices together, or one to the last sentence of its article.
    """
    from dedupe.kernels.templating import block_cuts, block_edges

    start, end = corpus.block_token[row], corpus.block_token[row + 1]
    width = np.where(corpus.block_unspaced[row], EDGE_LETTERS, EDGE)
    long = end - start >= width
    start, size, width = start[long], (end - start)[long], width[long]
    key = np.empty((2, len(start)), np.uint64)
    block_edges(corpus.token, start, size, width, key)
    article = np.searchsorted(corpus.article_token, start, side="right") - 1
    edges = _in_articles(key.ravel(), np.tile(article, 2))
    seen = np.zeros(1 << (1024 + 16 * len(edges)).bit_length(), np.uint8)
    cut = np.empty(int((size // width).sum()), np.int64)
    return cut[: block_cuts(corpus.token, start, size, width, edges, seen, cut)]


def _in_articles(key: U64, article: I64) -> U64:
    """The keys (K,) that stand in enough articles, which ascend for each key."""
    # One in thirty stands so often at all; to bring the others in order takes eight times as long.
    held = np.sort(key)
    often = held[LEAST_ARTICLES - 1 :][held[LEAST_ARTICLES - 1 :] == held[: 1 - LEAST_ARTICLES]]
    seen = np.zeros(1024 << len(often).bit_length(), np.bool_)
    last_bit, wrap = np.uint64(1), np.uint64(len(seen) - 1)  # which tells beginnings from ends
    seen[often >> last_bit & wrap] = True
    some = seen[key >> last_bit & wrap]
    key, article = key[some], article[some]
    order = order_of(key)
    key, article = key[order], article[order]
    new = (np.diff(key, prepend=key[:1]) != 0) | (np.diff(article, prepend=-1) != 0)
    found, count = np.unique(key[new], return_counts=True)
    return found[count >= LEAST_ARTICLES]


def _edges(token: U32, blocks: _Blocks, pool: Executor) -> _Edges:
    """Pairs of blocks whose common runs cover enough of both."""
    from dedupe.kernels.templating import LINKS, candidate_pairs, link_blocks, recurring_grams

    words = int(blocks.size.sum())
    seen = np.zeros(1 << max(10, (words // 4).bit_length()), np.uint8)
    keys = np.empty(words // 3 + 1024, np.uint64)
    number = order_of(blocks.start).astype(np.int32)
    places = blocks.start[number], blocks.size[number], number
    while (found := recurring_grams(token, *places, seen, keys)) > len(keys):
        seen[:], keys = 0, np.empty(found, np.uint64)
    keys = keys[:found]
    keys.sort()
    keys = keys[np.append(True, keys[1:] != keys[:-1])[: len(keys)]]  # a block may say it twice
    parts = words // LINKED_WORDS + 1
    bounds = [len(blocks.start) * part // parts for part in range(parts + 1)]
    links = np.empty(LINKS * len(keys) // parts + 1024, np.uint64)
    proposed = [np.empty((0, 2), np.int32)]
    for low, high in pairwise(bounds):
        while (found := link_blocks(keys, blocks.article, low, high, links)) > len(links):
            links = np.empty(found, np.uint64)
        own = links[:found]
        own.sort()
        pairs = np.empty((len(own) // 2, 2), np.int32)
        count = candidate_pairs(own, blocks.size, blocks.unspaced, pairs)
        proposed.append(pairs[:count].copy())
    a, b = np.concatenate(proposed).T.copy()
    return _proven(token, blocks, a, b, COVERED, pool)


def _proven(token: U32, blocks: _Blocks, a: I32, b: I32, least: float, pool: Executor) -> _Edges:
    """Those of some pairs whose common runs cover enough of the longer block."""
    from dedupe.kernels.templating import run_coverage

    covered = np.empty(len(a), np.int32)

    def one(at: int) -> None:
        part = slice(at, at + CHUNK)
        run_coverage(
            token, blocks.start, blocks.size, blocks.unspaced, a[part], b[part], covered[part]
        )

    list(pool.map(one, range(0, len(a), CHUNK)))
    share = covered / np.maximum(np.maximum(blocks.size[a], blocks.size[b]), 1)
    enough = LEAST_COVERED * np.where(blocks.unspaced[a], LETTERS, 1)
    proven = (covered >= enough) & (share >= least)
    return _Edges(a[proven], b[proven], share[proven])


def _families(token: U32, blocks: _Blocks, edges: _Edges, least: float, pool: Executor) -> I32:
    """The medoid (B,) of each block's family, -1 for those that have none.

    Components of proven pairs only propose. In each the medoid is found by exact counts of common
    runs, its members are proven against it, and the rest is grouped again. A member that is nearer
    to the medoid of another family, of which it has a neighbour, goes there.
    """
    label = np.full(len(blocks.start), -1, np.int32)
    share = np.zeros(len(label))
    for _ in range(ROUNDS):
        alive = (label[edges.a] < 0) & (label[edges.b] < 0)
        if not alive.any():
            break
        a, b = edges.a[alive], edges.b[alive]
        nodes, medoid = _leaders(token, blocks, a, b, pool)
        others = nodes[nodes != medoid[nodes]]
        order = order_of(medoid[others])
        members = _proven(token, blocks, medoid[others][order], others[order], least, pool)
        heads = np.unique(medoid[nodes])
        label[heads], share[heads] = heads, 1
        label[members.b], share[members.b] = members.a, members.share
    x, y = np.append(edges.a, edges.b), np.append(edges.b, edges.a)
    abroad = (label[y] >= 0) & (label[x] != label[y]) & (label[x] != x)
    pair = distinct(packed(label[y][abroad], x[abroad]))
    moved = _proven(
        token, blocks, (pair >> 32).astype(np.int32), (pair & 0xFFFFFFFF).astype(np.int32),
        least, pool,
    )  # fmt: skip
    nearer = moved.share > share[moved.b] + 1e-9
    a, b, near = moved.a[nearer], moved.b[nearer], moved.share[nearer]
    order = order_of(b, -np.round(near, 9), a)
    order = order[np.flatnonzero(np.diff(b[order], prepend=-1))]
    label[b[order]] = a[order]
    return label


def _leaders(token: U32, blocks: _Blocks, a: I32, b: I32, pool: Executor) -> tuple[I32, I32]:
    """The blocks of some pairs, and for each block (B,) the medoid of its component."""
    from dedupe.kernels.grouping import components
    from dedupe.kernels.templating import RUN

    root = np.empty(len(blocks.start), np.int32)
    components(a, b, root)
    nodes = np.unique(np.append(a, b))
    nodes = nodes[order_of(root[nodes])]
    first = np.append(np.flatnonzero(np.diff(root[nodes], prepend=-1)), len(nodes))
    start, leader = blocks.start[nodes], np.arange(len(root), dtype=np.int32)
    rows = medoids(token, start, start + blocks.size[nodes], first, RUN, pool)
    leader[nodes] = np.repeat(nodes[rows], np.diff(first))
    return nodes, leader


def _settled(
    corpus: Corpus, blocks: _Blocks, edges: _Edges, label: I32, common: U8, pool: Executor
) -> tuple[I32, _Skeletons]:
    """The families in enough articles, parted where they have little in common, with skeletons."""
    token = corpus.token
    label = _wide(blocks, label)
    found = _skeletons(token, blocks, label, common, pool)
    for least in NARROWER:
        leader = distinct(label[label >= 0])
        short = found.length < HALF * found.figures[:, 0]
        if not short.any():
            break
        apart = np.isin(label, leader[short])
        chosen = apart[edges.a] & (label[edges.a] == label[edges.b]) & (edges.share >= least)
        parts = _families(token, blocks, _Edges(*(c[chosen] for c in edges)), least, pool)
        parts = _wide(blocks, parts)
        # Taken where they hold half of the members.
        size = np.bincount(label[apart], minlength=len(label))
        held = np.bincount(label[(parts >= 0) & apart], minlength=len(label))
        taken = apart & (2 * held >= size)[np.maximum(label, 0)]
        if not taken.any():
            continue
        label = np.where(taken, parts, label)
        found = _skeletons(token, blocks, label, common, pool)
    return label, found


def _wide(blocks: _Blocks, label: I32) -> I32:
    """The families that stand in enough articles."""
    block = np.flatnonzero(label >= 0)
    pair = distinct(packed(label[block], blocks.article[block]))
    articles = np.bincount(pair >> 32, minlength=len(label))
    return np.where((label >= 0) & (articles[label] >= LEAST_ARTICLES), label, np.int32(-1))


def _one_each(article: I32, family: I64 | I32) -> I64:
    """The first member of each family in each article; members by family and content."""
    _, first = np.unique(packed(family, article), return_index=True)
    return np.sort(first)


def _skeletons(token: U32, blocks: _Blocks, label: I32, common: U8, pool: Executor) -> _Skeletons:
    """The skeletons of all families, from one block of each of some articles."""
    from dedupe.kernels.templating import LONGEST, SAMPLE, skeletons

    block = np.flatnonzero(label >= 0)
    leader, family = np.unique(label[block], return_inverse=True)
    order = order_of(family, block)
    block, family = block[order], family[order]
    rows = _one_each(blocks.article[block], family)
    block, family = block[rows], family[rows]
    rows = np.flatnonzero(spread(family, SAMPLE))
    block, family = block[rows].astype(np.int32), family[rows]
    count = len(leader)
    offset = np.searchsorted(family, np.arange(count + 1)).astype(np.int64)
    made = _Skeletons(
        np.empty((count, LONGEST), np.uint32), np.empty(count, np.int32),
        np.empty((count, LONGEST + 1), np.uint8), np.empty((count, LONGEST + 1), np.float32),
        np.empty((count, 4)),
    )  # fmt: skip

    def one(at: int) -> None:
        part = slice(at, at + 64)
        skeletons(
            token, blocks.start, blocks.size, blocks.unspaced, offset[at : at + 65], block,
            leader[part], common, *(column[part] for column in made),
        )  # fmt: skip

    list(pool.map(one, range(0, count, 64)))
    return made


def _common_words(token: U32, blocks: _Blocks) -> U8:
    """Which words (2^TERM_BITS,) stand in so many blocks that they say nothing alone."""
    from dedupe.kernels.templating import TERM_BITS

    step = np.uint64(len(blocks.start) // 20_000 + 1)
    some = np.flatnonzero(blocks.content % step == 0)
    size = blocks.size[some].astype(np.int64)
    count = document_frequency(token, blocks.start[some], size, TERM_BITS)
    return (count >= max(COMMON * len(some), 2)).astype(np.uint8)


def _articles(blocks: _Blocks, block: I32, family: I32, count: int) -> I64:
    """In how many articles each family stands."""
    rows = _one_each(blocks.article[block], family)
    return np.bincount(family[rows], minlength=count)


def _topics(
    corpus: Corpus, blocks: _Blocks, block: I32, family: I32, length: I32, mean: F64, leave: U8
) -> I32:
    """How many articles (F,) of a family are unrelated to each other, where it matters; else 0."""
    wanted = (length >= LEAST_FIXED) & (length >= LEAST_SHARE * mean)
    rows = _one_each(blocks.article[block], family)
    rows = rows[wanted[family[rows]]]
    article = blocks.article[block[rows]]
    return unrelated(corpus, leave, family[rows].astype(np.int64), article, len(length))


def _classes(
    articles: I64, topics: I32, length: F64, share: F64, figures: F64, letters: F64
) -> tuple[Bool, Bool]:
    """Which families are forms to be filled in, and which are notices.

    A form has slots that most members fill, each in its own way, and its members differ mostly
    there: copies with edits differ everywhere. A notice is a long run of the same words in
    articles that have nothing else in common; inside one topic it is a copied passage.
    """
    inside, run, different = figures[:, 1], figures[:, 2] / letters, figures[:, 3]
    slots = (different >= 1) & (inside >= LEAST_INSIDE) & (length >= LEAST_FIXED)
    fixed = (share >= LEAST_SHARE) & (share < MOST_SHARE)
    several = (topics >= LEAST_ARTICLES) | ((different >= 2) & (length >= 2 * LEAST_FIXED))
    form = slots & fixed & ((articles >= 5) | ((articles == 4) & (run >= 6) & several))
    notice = ~form & (topics >= LEAST_ARTICLES) & (run >= LEAST_RUN) & (share >= LEAST_NOTICE)
    return form, notice
