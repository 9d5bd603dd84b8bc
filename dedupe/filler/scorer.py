"""Filler scores: how much of a paragraph would stand under any topic.

Legend: N tokens, B blocks, G slots of the table of n-grams.

    raw = z(wording) - z(information) - z(novelty) / 2 - (z(facts) + z(specific)) * 3 / 4
    score = 1 / (1 + exp(-(offset + slope * raw)))

Wording is the sum of two logistic regressions on binary TF-IDF of words and bigrams, "empty prose"
and "closing paragraph", that do not see names, numbers, quotations and closing cues. Information
is the mean over the distinct words of how few topics use them, words that the article has used
counting half; novelty is the share of that information which is new to the article. Facts are the
names, numbers and quotations that are new to it, as `ln(1 + 20 * (names + 1.5 * numbers + 2 *
quotations) / words)`. Specific are the words that few topics use, as `ln(1 + their number)`: a long
paragraph that has many of them says something, names or not. Every z-value is relative to
paragraphs that people wrote.
"""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dedupe.arrays import F32, F64, I32, I64, U8
from dedupe.filler.modelfile import FillerModel, Reference, load
from dedupe.tables import BlockKind, BlockScores, TextBatch, TokenTable

BUILTIN = "builtin"
MIN_WORDS = 25
MIN_COMMON = 0.2
"""Share of words that nearly every English topic uses; below, a text is not English."""
MAX_FOREIGN = 0.1
"""Share of non-Latin characters."""
WEIGHTS = np.array((1.0, -1.0, -0.5, -0.75, -0.75), np.float32)
"""Of wording, information, novelty, facts and specific words. On paragraphs that were labelled by
`docs/annotation.md` the AUC lies within .006 for all weights near these; without novelty it is
.005 higher, but learners who write on one topic are flagged more often."""
KNOWN_WEIGHT = 0.5
"""Weight of the information of a word that the article has used before."""
SCORED_KINDS = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.QUOTE)

_LAST_SERIAL = 2**31 - 1


class _Memory(threading.local):
    """Arrays of one thread that outlive a batch."""

    def __init__(self) -> None:
        from dedupe.kernels import scoring

        # Which block used a word last; never cleared between batches.
        self.seen: I32 = np.zeros(1 << scoring.BITS, np.int32)
        self.scratch: I32 = np.zeros(scoring.SCRATCH, np.int32)
        self.serial = 1
        self.rows = scoring.SUMS
        self.room: F32 = np.empty(0, np.float32)

    def sums(self, blocks: int) -> F32:
        """Room for the sums of a batch; fresh memory would cost a tenth of the scoring."""
        if blocks * self.rows > len(self.room):
            self.room = np.empty(2 * blocks * self.rows, np.float32)
        return self.room[: blocks * self.rows].reshape(self.rows, blocks)

    def take(self, blocks: int) -> int:
        """First of the serial numbers of a batch, all above those in the table."""
        if self.serial > _LAST_SERIAL - blocks:
            self.seen[:] = 0
            self.serial = 1
        first = self.serial
        self.serial += blocks
        return first


@cache
def _memory() -> _Memory:
    return _Memory()


def load_model(name_or_path: str = BUILTIN) -> FillerModel:
    """The shipped model (`builtin`), or one that `dedupe train` has written.

    Raises `ModelFileError` for a file that is no model or does not fit this program.
    """
    return _builtin() if name_or_path == BUILTIN else load(Path(name_or_path))


@cache
def _builtin() -> FillerModel:
    return load(Path(__file__).with_name("en.npz"))


def block_sums(batch: TextBatch, tokens: TokenTable, model: FillerModel) -> tuple[F32, I32]:
    """Sums (SUMS, B) and counts (COUNTS, B) of every block, as `kernels.scoring` names them.

    The sums are overwritten by the next batch of the same thread.
    """
    from dedupe.kernels import scoring

    blocks = batch.blocks
    memory = _memory()
    sums = memory.sums(len(blocks.kind))
    counts = np.empty((scoring.COUNTS, len(blocks.kind)), np.int32)
    scoring.sum_blocks(
        batch.prose,
        tokens.hash,
        tokens.flags,
        tokens.sentence,
        tokens.block,
        blocks.kind,
        blocks.article,
        blocks.start,
        blocks.end,
        _scored_kinds(),
        model.table,
        memory.seen,
        memory.take(len(blocks.kind)),
        memory.scratch,
        sums,
        counts,
    )
    return sums, counts


@cache
def _scored_kinds() -> U8:
    """1 for every kind of block that is scored, by its number."""
    scored = np.zeros(len(BlockKind), np.uint8)
    scored[list(SCORED_KINDS)] = 1
    return scored


def score_blocks(batch: TextBatch, tokens: TokenTable, model: FillerModel) -> BlockScores:
    """Score every block of a batch; the items of one list are scored together.

    `score` and `raw` are NaN where the scorer abstains: headings, tables, fewer than `MIN_WORDS`
    words, text that is not English. The other values are NaN only for blocks without a word and
    for kinds of blocks that are never scored.
    """
    from dedupe.kernels import scoring

    header = model.header
    sums, counts = block_sums(batch, tokens, model)
    words = sums[scoring.WORDS]
    with np.errstate(invalid="ignore", divide="ignore"):
        mass = sums[scoring.NEW] + sums[scoring.KNOWN]
        # An empty norm (every word is a name or a number) says nothing about the wording.
        norm = np.sqrt(np.maximum(sums[scoring.SQUARES], np.float32(1)))
        norm[words == 0] = np.nan
        generic = _z(sums[scoring.WORDING] / norm, header.wording, header.wording_scale)
        closing = _z(sums[scoring.CLOSING] / norm, header.closing, header.closing_scale)
        weighed = sums[scoring.NEW] + np.float32(KNOWN_WEIGHT) * sums[scoring.KNOWN]
        distinct = np.maximum(sums[scoring.DISTINCT], np.float32(1))
        information = _z(weighed / distinct, header.information, header.information_scale)
        information[words == 0] = np.nan
        # No information at all is no news either.
        novelty = _z(sums[scoring.NEW] / np.maximum(mass, np.float32(1)), header.novelty)
        novelty[words == 0] = np.nan
        facts = _z(_density(sums), header.facts)
        specific = _z(np.log1p(sums[scoring.SPECIFIC]), header.specific)
        raw = raw_score(generic, information, novelty, facts, specific)
        # A foreign character has two bytes or more.
        characters = sums[scoring.BYTES] - sums[scoring.FOREIGN]
        abstains = (
            ~(words >= MIN_WORDS)
            | (sums[scoring.USUAL] < np.float32(MIN_COMMON) * words)
            | (sums[scoring.FOREIGN] > np.float32(MAX_FOREIGN) * characters)
        )
    raw[abstains] = np.nan
    return BlockScores(
        words=np.diff(tokens.sentence[tokens.block]),
        score=calibrated(raw, model),
        raw=raw,
        generic=generic,
        closing=closing,
        information=information,
        novelty=novelty,
        facts=facts,
        specific=specific,
        capitals=counts[scoring.CAPITALS],
        digits=counts[scoring.DIGITS],
        quotes=counts[scoring.QUOTES],
    )


def raw_score(*signals: F32) -> F32:
    """The weighted sum of the signals (B,), which the score maps to [0, 1]."""
    parts = [weight * signal for weight, signal in zip(WEIGHTS, signals, strict=True)]
    raw: F32 = sum(parts[1:], start=parts[0])
    return raw


def _density(sums: F32) -> F32:
    """How densely names, numbers and quotations stand that are new to the article."""
    from dedupe.kernels import scoring

    names = sums[scoring.FACTS] / np.float32(scoring.NAME)
    density: F32 = np.log1p(np.float32(20) * names / sums[scoring.WORDS])
    return density


class Phrase(NamedTuple):
    """A learned phrase in a text."""

    first: int
    """First token"""
    last: int
    """Last token, exclusive"""
    weight: float
    """Its share of the wording's z-value"""


def _z(values: F32, reference: Reference, scale: float = 1.0) -> F32:
    """z-values against the human reference, of values in steps of `scale`."""
    slope = np.float32(scale / reference.deviation)
    return values * slope - np.float32(reference.mean / reference.deviation)


def calibrated(raw: F32, model: FillerModel) -> F32:
    """Scores in [0, 1] of raw scores; strictly monotone, NaN stays."""
    header = model.header
    exponent = np.float32(header.offset) + np.float32(header.slope) * raw
    score: F32 = np.float32(1) / (np.float32(1) + np.exp(-exponent))
    return score


class Phrases(NamedTuple):
    """The learned phrases of R stretches of words, at most L each, heaviest first."""

    counts: I32
    """(R,) phrases of each stretch"""
    spans: I32
    """(R, L, 2) first and last token of each, end exclusive"""
    weights: F64
    """(R, L) their shares of the wording's z-value"""


def heaviest_phrases(
    tokens: TokenTable, first: I64, last: I64, model: FillerModel, limit: int
) -> Phrases:
    """The learned phrases of stretches of words that raise their score most.

    first, last: (R,) tokens, end exclusive. Only n-grams count whose own words were learned, not
    those that merely share a slot. Overlapping ones are merged, and their weights added; a phrase
    that recurs is named once.
    """
    from dedupe.kernels import scoring

    count = len(first)
    spans, gains = np.empty((count, limit, 2), np.int32), np.empty((count, limit), np.int32)
    counts, squares = np.empty(count, np.int32), np.empty(count, np.int32)
    memory = _memory()
    scoring.heaviest_phrases(
        tokens.hash, tokens.flags, model.table, *model.phrase_index, memory.seen,
        memory.take(max(count, 1)), first, last, spans, gains, counts, squares,
    )  # fmt: skip
    step = model.header.wording_scale / model.header.wording.deviation
    return Phrases(counts, spans, gains * (step / np.sqrt(np.maximum(squares, 1)))[:, None])


def phrases(
    tokens: TokenTable, first: I64, last: I64, model: FillerModel, limit: int = 5
) -> list[list[Phrase]]:
    """The heaviest phrases of stretches of words, as `heaviest_phrases` finds them."""
    found = heaviest_phrases(tokens, first, last, model, limit)
    return [
        [
            Phrase(low, high, weight)
            for (low, high), weight in zip(spans[:count], weights[:count], strict=True)
        ]
        for count, spans, weights in zip(*(column.tolist() for column in found), strict=True)
    ]
