"""From the passages of all batches to verified matches and their clusters."""

from __future__ import annotations

from concurrent.futures import Executor
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from msgspec import Struct, structs

from dedupe import (
    align,
    bands,
    candidates,
    clusters,
    config,
    memory,
    pairings,
    rewordings,
    summaries,
    verify,
)
from dedupe.arrays import F32, I32, I64, U8, U32, U64, Bool
from dedupe.passages import SHORTEST_BLOCK
from dedupe.pipeline import crowds
from dedupe.pipeline.analysis import BANDING, WINDOW_SIMILARITY
from dedupe.pipeline.owners import Owners
from dedupe.rarity import RARE, rarity, stem_frequency
from dedupe.tables import (
    Boxes,
    Corpus,
    EditTable,
    Isolation,
    MatchTable,
    Overlap,
    RegionTable,
    Stems,
    SummaryTable,
)

BLOCK_WORDS = SHORTEST_BLOCK
"""Words from which a match counts when it is a whole block, or several, on both sides."""

LIMITS = verify.Limits(WINDOW_SIMILARITY, related=0.25)
"""Of passages: what proves a copy, and what tells that both are of one family."""

SHORT_WORDS, SHORT_SIMILARITY = 40, 0.6
"""Shorter matches of two articles must be more similar: two sentences that share half of their
words are a set phrase as often as a copy."""


class CorpusPassages(Struct, frozen=True):
    """The passages of all batches side by side; tokens from the start of the corpus."""

    start: I64
    length: I32
    article: I32
    """The number of the piece of an article, which is what matching compares"""
    kind: U8
    content: U64
    keys: tuple[U32, ...]
    """(bands, K) of those of each batch whose kind is not 0, which are too large to be copied"""
    sizes: tuple[int, ...]
    """Passages of each batch"""


class Matched(NamedTuple):
    """What articles have in common."""

    table: MatchTable
    summaries: SummaryTable | None = None
    """At depth `deep`"""


def match_copies(
    corpus: Corpus, passages: CorpusPassages, owners: Owners, settings: config.Matching,
    pool: Executor,
) -> MatchTable:  # fmt: skip
    """All verified pairs of spans of text that was copied and perhaps edited, of pieces."""
    owner = owners.number[corpus.pieces.article]
    if (owner < 0).any():
        passages = _select(passages, owner[passages.article] >= 0)
    each = np.array_equal(owner, np.arange(len(owner)))
    places = candidates.Passages(
        passages.article if each else owner[passages.article], passages.start, passages.length
    )
    led, others = _alike(corpus, passages, places, owners, pool)

    def aligned(boxes: Boxes) -> MatchTable:
        # Not before: of equal passages the first one takes part for all, also for isolated ones.
        compared = boxes.rows(owners.together(boxes.partner, corpus.pieces.article))
        least = min(BLOCK_WORDS, settings.min_words)
        matches = align.align(compared, corpus.token, corpus.pieces.token, least, pool)
        return matches.rows(_substantial(matches, corpus, settings))

    if owners.accepted >= 0:  # an incoming article is to be compared with all that the index gives
        return aligned(Boxes.joined([led, others]))
    return crowds.align(aligned, led, others)


def _alike(
    corpus: Corpus,
    passages: CorpusPassages,
    places: candidates.Passages,
    owners: Owners,
    pool: Executor,
) -> tuple[Boxes, Boxes]:
    """Pieces with alike passages, and where these are: leaders of crowds, and others.

    A pair of pieces may occur several times. Passages of crowds are compared with their leaders
    first: those that belong to a family then need no other ones of it.
    """
    equals = candidates.equals_of(passages.content, corpus.token, places, pool)
    use = bands.usable(passages.kind, equals.representative, equals.order)
    batches = bands.parts(passages.keys, passages.sizes, passages.kind, use, places.article, pool)
    workspace = bands.Workspace(sum(len(part.use) for part in batches))
    bits = bands.index_bits(len(use))
    crowds, others = candidates.band_pairs(
        lambda band: bands.colliding(batches, band, bits, workspace),
        BANDING.bands,
        pool,
        owners.accepted,
    )
    where = verify.Passages(passages.article, passages.start, passages.length, equals.group)
    prove = partial(verify.prove, limits=LIMITS, token=corpus.token, passages=where, pool=pool)
    none = crowds[:0]
    # A leader from which an article is isolated would settle what has no other match.
    led = prove(none, crowds if owners.isolation is None else none)
    settled = candidates.settled_by(led.related, len(use))
    led_too = pool.submit(
        candidates.within, candidates.settled_by(led.proven, len(use)), passages.kind == 0, places
    )
    equal = candidates.equal_pairs(
        equals, places, settled, inside=owners.inside, accepted=owners.accepted
    )
    others = candidates.unsettled(others, settled)
    rest = prove(candidates.unsettled(equal, led_too.result()), others)
    proven = np.sort(np.concatenate([led.proven, rest.proven]))
    spread = candidates.spread(proven, equals, settled, places.article, owners.accepted)
    beside = prove(spread, none)
    return led.boxes, Boxes.joined([rest.boxes, beside.boxes])


def match_rewordings(
    copied: MatchTable, corpus: Corpus, stems: Stems | None, owners: Owners,
    settings: config.Matching, pool: Executor,
) -> Matched:  # fmt: skip
    """What was copied, and what was reworded or summed up, of articles.

    copied: of `match_copies`; stems: where reworded text is searched
    """
    memory.release()
    matches, found = copied, None
    if stems is not None:
        owner = owners.number[corpus.pieces.article]
        owner = np.where(corpus.pieces.out, np.int32(-1), owner)
        pieces = corpus.pieces.token
        frequency = stem_frequency(stems.stem, pieces, pool)
        here = rewordings.rarity_here(frequency, len(pieces) - 1)
        where = pairings.candidates(stems.stem, pieces, owner, frequency, pool, owners.accepted)
        where = where.rows(owners.together(where.partner, corpus.pieces.article))
        proposed = where
        if owners.inside:
            owner = np.where(owner < owners.inside, owner, np.int32(-1))
            telling = rarity() > RARE
            repeats = pairings.repeats(stems.stem, pieces, owner, telling, pool)
            proposed = Boxes.joined([where, repeats])
        proposed = proposed.rows(~rewordings.inside_copies(*proposed, copied))
        proposed = proposed.rows(rewordings.promising(*proposed, stems, pieces, here, pool))
        matches = _with_reworded(copied, proposed, corpus, stems, here, pool)
        if settings.depth == "deep":
            found = _summaries(matches, where, corpus, stems, here, pool)
    return Matched(align.of_articles(matches, corpus.pieces.article), found)


def _with_reworded(
    copied: MatchTable, where: Boxes, corpus: Corpus, stems: Stems, here: F32,
    pool: Executor,
) -> MatchTable:  # fmt: skip
    """Matches of copied and of reworded text, joined, and what was done to the text."""
    found = rewordings.align(*where, stems, corpus.pieces.token, here, pool)
    itself, twice = copied.a == copied.b, found.partner[:, 0] == found.partner[:, 1]
    again, inner = found.rows(twice), copied.rows(itself)
    shares = rewordings.edits(corpus.token, stems.stem, again.span, pool)
    again = again.rows(rewordings.repeated(again, shares, inner))
    joined = rewordings.join(copied.rows(~itself), found.rows(~twice))
    partner, span = (
        np.append(getattr(joined, column), getattr(again, column), axis=0)
        for column in ("partner", "span")
    )
    matches = align.measured(partner, span, corpus.token, pool).and_those_of(inner)
    shares = rewordings.edits(corpus.token, stems.stem, matches.spans, pool)
    runs, in_order = shares.T
    evidence = np.concatenate([joined.evidence, again.evidence, np.full(len(inner), np.nan)])
    words = np.concatenate([joined.copied, np.zeros(len(again.evidence)), np.ones(len(inner))])
    edits = EditTable(rewordings.kinds(shares), runs, in_order, evidence, words)
    return align.ordered(structs.replace(matches, edits=edits))


def _summaries(
    known: MatchTable, where: Boxes, corpus: Corpus, stems: Stems, here: F32,
    pool: Executor,
) -> SummaryTable:  # fmt: skip
    """Passages that sum up an article; known: what is copied or reworded, of pieces."""
    piece_token = corpus.pieces.token
    partner, box = align.merged(where)
    box = rewordings.padded(partner, box, stems.unit, piece_token, pool)
    return summaries.find(partner, box, known, stems.stem, stems.unit, here, corpus.pieces, pool)


def _select(passages: CorpusPassages, chosen: Bool) -> CorpusPassages:
    bounds = np.cumsum([0, *passages.sizes]).tolist()
    parts = [(passages.kind[low:high], chosen[low:high]) for low, high in pairwise(bounds)]
    return CorpusPassages(
        passages.start[chosen], passages.length[chosen], passages.article[chosen],
        passages.kind[chosen], passages.content[chosen],
        tuple(
            keys.compress(which[kind > 0], axis=1)
            for keys, (kind, which) in zip(passages.keys, parts, strict=True)
        ),
        tuple(int(np.count_nonzero(which)) for _, which in parts),
    )  # fmt: skip


def _substantial(matches: MatchTable, corpus: Corpus, settings: config.Matching) -> Bool:
    """Which matches are similar enough, and long enough or whole blocks on both sides."""
    words = np.minimum(matches.a_end - matches.a_start, matches.b_end - matches.b_start)
    long = words >= settings.min_words
    some = np.flatnonzero(~long & (words >= BLOCK_WORDS))
    long[some] = _whole_blocks(
        matches.a_start[some], matches.a_end[some], corpus.block_token
    ) & _whole_blocks(matches.b_start[some], matches.b_end[some], corpus.block_token)
    short = (words < SHORT_WORDS) & (matches.a != matches.b)
    least = np.where(short, SHORT_SIMILARITY, 0.0)
    enough: Bool = long & (matches.similarity >= np.maximum(settings.min_similarity, least))
    return enough


def _whole_blocks(start: I64, end: I64, block_token: I64) -> Bool:
    """Whether spans begin where a block begins and end where one ends, to within one word."""
    begins = np.searchsorted(block_token, start + 1, side="right") - 1
    at_start = start - block_token[begins] <= 1
    ends = np.searchsorted(block_token, end - 1, side="left")
    whole: Bool = at_start & (block_token[np.minimum(ends, len(block_token) - 1)] - end <= 1)
    return whole


def group(
    corpus: Corpus, matches: MatchTable, overlap: Overlap, pool: Executor,
    isolation: Isolation | None = None,
) -> RegionTable:  # fmt: skip
    """The clusters of the matches between different articles."""
    across = matches.rows(matches.a != matches.b)
    return clusters.cluster(across, corpus.token, corpus.rank, overlap, pool, isolation)
