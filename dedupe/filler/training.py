"""Train the filler model: two logistic regressions, a table of information, a human reference.

Legend: D articles, B blocks, N tokens, U training paragraphs, G slots of the table of n-grams.

- The closing head learns position: the last body paragraph of an essay against its other
  paragraphs and against posts that people wrote.
- The generic head learns from a teacher without labels of filler: essay paragraphs of little
  information and few names, numbers and quotations, against the opposite and against posts.
- The information of a word is `ln((topics + 1) / (1 + topics that use it))`.
- One half of the posts is for fitting, the other is the reference of every z-value and limit.

The paragraphs are those that the scorer sees, their n-grams come from its kernels, and the idf
is rounded as the table stores it before anything is fitted: serving cannot differ from training.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression

from dedupe.arrays import F32, F64, I32, I64, U64, Bool, ragged
from dedupe.filler import scorer
from dedupe.filler.modelfile import (
    HUMAN_SHARE,
    SCORED_SHARE,
    FillerModel,
    Header,
    Reference,
    pack,
)
from dedupe.kernels import scoring
from dedupe.kernels.words import hash_word
from dedupe.tables import BlockKind, TextBatch, TokenTable

CLOSING_CUES = (
    *("conclusion", "conclusions", "conclude", "concludes", "concluded", "concluding"),
    *("summary", "summarize", "summarise", "summarized", "summarised", "summing", "sum"),
    *("closing", "ultimately", "overall", "finally", "lastly", "essay", "essays", "count"),
)
"""Words that no n-gram may hold: the cue rules find them, the heads learn the rest. "Essay" and
"count" (as in "word count") are traces of the prompts."""

MIN_BODY = 4
"""Body paragraphs from which an essay has an ending to learn from."""
MIN_POST_BODY = 5
"""Body paragraphs from which an article can have a closing restatement."""
CLOSING_STRENGTH, GENERIC_STRENGTH = 3.0, 1.0
"""`C` of the regressions."""
WEIGHTS = (2.0, 1.0, 1.0)
"""Total weights of positives, negatives among the essays, and posts."""
TEACHER_SHARE = 0.4
"""Share of the essay paragraphs that are positives, and that are negatives."""
COMMON_SHARE = 0.95
"""Share of topics that use a common word."""
MIN_PHRASE_TOPICS = 8
MAX_PHRASES = 4000
"""Learned phrases are kept as text if many topics use them: they are to explain scores."""
CONTRIBUTION_QUANTILE = 0.9995
OFFSET, SLOPE = -2.27, 0.435
"""Of the score: `python -m benchmarks.filler` fits them to 288 paragraphs of essays and posts that
were drawn at random and labelled by `docs/annotation.md`. A score is the share of filler among
paragraphs like them, of which three in ten are filler; the heads had not seen them."""
REFERENCE_SHARES = (0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.002, 0.001)

_REFERENCES = re.compile(
    r"\W*(references|works cited|bibliography|sources|reference list|further reading|notes)\W*",
    re.IGNORECASE,
)
_NOT_BODY = re.compile(
    r"\W*(word count|approximate word|total word|note:|disclaimer|okay|of course|sure[,!]|"
    r"certainly|here is|here's|below is|this essay is|approx)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Articles:
    """Tokenised articles of one kind."""

    batch: TextBatch
    tokens: TokenTable
    group: I64
    """(D,) essays: number of the topic, from 0; posts: 0 for fitting, 1 for the reference"""

    @cached_property
    def words(self) -> I64:
        """(B,) words of every block."""
        return np.diff(self.tokens.sentence[self.tokens.block]).astype(np.int64)

    @cached_property
    def body(self) -> I64:
        """Blocks that are body paragraphs: long enough, before any list of references."""
        blocks, raw = self.batch.blocks, self.batch.data.tobytes()
        long = (blocks.kind == BlockKind.PARAGRAPH) & (self.words >= scorer.MIN_WORDS)
        body, ended = [], -1
        for block in range(len(blocks.kind)):
            article = int(blocks.article[block])
            if article == ended:
                continue
            text = raw[blocks.start[block] : blocks.end[block]][:80].decode(errors="ignore")
            if len(text) < 40 and _REFERENCES.fullmatch(text):
                ended = article
            elif long[block] and not _NOT_BODY.match(text):
                body.append(block)
        return np.array(body, np.int64)

    @cached_property
    def body_size(self) -> I64:
        """(len(body),) number of body paragraphs of the same article."""
        article = self.batch.blocks.article[self.body]
        return np.bincount(article, minlength=len(self.batch.start))[article]

    @cached_property
    def from_end(self) -> I64:
        """(len(body),) 0 for the last body paragraph of an article, 1 for the one before, ..."""
        article = self.batch.blocks.article[self.body]
        behind_last = np.searchsorted(article, article, side="right")
        return behind_last - 1 - np.arange(len(article))

    def group_of(self, blocks: I64) -> I64:
        """Group of the articles of some blocks."""
        return self.group[self.batch.blocks.article[blocks]]


@dataclass(frozen=True)
class Ngrams:
    """The n-grams of every block of some articles."""

    slots: I32
    tokens: I32
    """Last token, inverted (~) for two words."""
    offsets: I32
    """(B + 1,)"""

    @classmethod
    def of(cls, articles: Articles, table: I32) -> Ngrams:
        """List them; `table` says which words are masked."""
        tokens = articles.tokens
        slots, ends = (np.empty(2 * len(tokens.hash), np.int32) for _ in range(2))
        offsets = np.empty(len(tokens.block), np.int32)
        seen = np.zeros(1 << scoring.BITS, np.int32)
        count = scoring.list_ngrams(
            tokens.hash, tokens.flags, tokens.sentence, tokens.block, table, seen, 1,
            slots, ends, offsets,
        )  # fmt: skip
        return cls(slots[:count], ends[:count], offsets)

    def rows(self, blocks: I64) -> tuple[I64, I64]:
        """Of some blocks: row (0 ...) of every n-gram, and its place in the arrays."""
        offset = self.offsets.astype(np.int64)
        return ragged(offset[blocks], np.diff(offset)[blocks])

    def matrix(self, blocks: I64, idf: F64) -> csr_matrix:
        """TF-IDF of some blocks, (U, G), divided as the scorer divides it."""
        row, place = self.rows(blocks)
        slots = self.slots[place]
        norm = np.sqrt(np.maximum(np.bincount(row, idf[slots] ** 2, len(blocks)), 1.0))
        return csr_matrix((idf[slots] / norm[row], (row, slots)), (len(blocks), len(idf)))


def train(essays: Articles, posts: Articles, *, data: Mapping[str, str], date: str) -> FillerModel:
    """Fit a model on essays of many topics and on posts that people wrote.

    `data` names the files with their SHA-256; `date` is the day of the recipe.
    """
    masked = masked_slots(CLOSING_CUES)
    steps, step, common = information_table(essays)
    nothing = np.zeros(len(masked), np.int64)
    plain = pack(nothing, nothing, nothing, steps, common, masked)
    essay_ngrams, post_ngrams = Ngrams.of(essays, plain), Ngrams.of(posts, plain)
    learned_from = essays.body_size >= MIN_BODY
    rows = essays.body[learned_from]
    fitted, reference = (posts.body[posts.group_of(posts.body) == half] for half in (0, 1))

    squares = squared_idf(((essay_ngrams, rows), (post_ngrams, fitted)))
    idf = np.sqrt(squares.astype(np.float64))
    examples = Examples(
        vstack((essay_ngrams.matrix(rows, idf), post_ngrams.matrix(fitted, idf))).tocsr(),
        human=np.arange(len(rows) + len(fitted)) >= len(rows),
        reference=post_ngrams.matrix(reference, idf),
    )
    last = np.zeros(len(examples.human), np.bool_)
    last[: len(rows)] = (essays.from_end == 0)[learned_from]
    closing = examples.fit(last, ~last & ~examples.human, CLOSING_STRENGTH)
    emptiness = _emptiness(essays, posts, _unscaled(plain, step), rows, fitted)
    low, high = np.quantile(emptiness[: len(rows)], (TEACHER_SHARE, 1 - TEACHER_SHARE))
    generic = examples.fit(
        ~examples.human & (emptiness >= high),
        ~examples.human & (emptiness <= low),
        GENERIC_STRENGTH,
    )
    wording = closing.weights / closing.deviation + generic.weights / generic.deviation
    wording_steps, wording_step = _quantised(wording * idf)
    closing_steps, closing_step = _quantised(closing.weights * idf)
    table = pack(wording_steps, closing_steps, squares, steps, common, masked)
    model = FillerModel(
        msgspec.structs.replace(
            _unscaled(table, step).header,
            date=date,
            data=dict(sorted(data.items())),
            wording_scale=wording_step,
            closing_scale=closing_step,
        ),
        table,
        *_learned_phrases(essays, essay_ngrams, rows, table),
    )
    return _calibrated(model, posts, reference)


def recalibrate(
    model: FillerModel, accepted: Articles, *, data: Mapping[str, str], date: str
) -> FillerModel:
    """The same weights, relative to some accepted articles instead of the shipped human reference.

    Every body paragraph is the reference, so group 1 of the articles. Then a preset flags its share
    of *these* paragraphs: what is usual in this house is not filler here.
    """
    one = Reference(0.0, 1.0)
    header = msgspec.structs.replace(
        model.header, wording=one, closing=one, information=one, novelty=one, facts=one,
        specific=one, date=date, data=dict(sorted(data.items())),
    )  # fmt: skip
    plain = dataclasses.replace(model, header=header)
    return _calibrated(plain, accepted, accepted.body)


def masked_slots(words: Sequence[str]) -> Bool:
    """(G,) slots of words that no n-gram may hold."""
    masked = np.zeros(1 << scoring.BITS, np.bool_)
    masked[[hash_word(word) >> (32 - scoring.BITS) for word in words]] = True
    return masked


def masking_table(words: Sequence[str]) -> I32:
    """A table of n-grams (G,) that knows nothing but the words that no n-gram may hold."""
    nothing = np.zeros(1 << scoring.BITS, np.int64)
    return pack(nothing, nothing, nothing, nothing, nothing > 0, masked_slots(words))


def information_table(essays: Articles) -> tuple[I64, float, Bool]:
    """Information of every word in whole steps (G,), the step, and the common words (G,)."""
    slots = (essays.tokens.hash >> np.uint32(32 - scoring.BITS)).astype(np.int64)
    topic = np.repeat(essays.group[essays.batch.blocks.article], essays.words)
    topics = int(essays.group.max()) + 1
    used = np.zeros((topics, 1 << scoring.BITS), np.bool_)
    used[topic, slots] = True
    using = used.sum(axis=0)
    information = np.log((topics + 1) / (1 + using))
    step = float(np.log(topics + 1)) / 127
    return np.rint(information / step).astype(np.int64), step, using >= COMMON_SHARE * topics


def squared_idf(parts: Sequence[tuple[Ngrams, I64]]) -> I64:
    """(G,) `(ln((1 + n) / (1 + df)) + 1) ** 2` over the blocks of all parts, as whole numbers."""
    found, total = np.zeros(1 << scoring.BITS, np.int64), 0
    for ngrams, blocks in parts:
        row, place = ngrams.rows(blocks)
        distinct = np.unique(row << scoring.BITS | ngrams.slots[place])
        found += np.bincount(distinct & (len(found) - 1), minlength=len(found))
        total += len(blocks)
    idf = np.log((1 + total) / (1 + found)) + 1
    squares: I64 = np.clip(np.rint(idf**2), 1, 127).astype(np.int64)
    return squares


@dataclass(frozen=True)
class Head:
    """A fitted regression."""

    weights: F64
    """(G,)"""
    deviation: float
    """Standard deviation of its value over the human reference."""


@dataclass(frozen=True)
class Examples:
    """What the regressions learn from."""

    features: csr_matrix
    """(U, G)"""
    human: Bool
    """(U,) paragraphs of posts; negatives of every head"""
    reference: csr_matrix
    """Features of the human reference, which is not learned from."""

    def fit(self, positive: Bool, negative: Bool, strength: float) -> Head:
        """Fit positives against negatives and posts, at the total weights `WEIGHTS`."""
        weight = np.zeros(len(self.human))
        for group, share in zip((positive, negative, self.human), WEIGHTS, strict=True):
            weight[group] = share / group.sum()
        used = weight > 0
        weight *= used.sum() / weight.sum()
        # Of the solvers this one gives the same bits in every run, and takes seconds.
        regression = LogisticRegression(
            C=strength, solver="liblinear", tol=1e-4, max_iter=500, random_state=0
        )
        regression.fit(self.features[used], positive[used], sample_weight=weight[used])
        weights: F64 = regression.coef_[0].astype(np.float64)
        return Head(weights, float(np.std(self.reference @ weights)))


def _emptiness(
    essays: Articles, posts: Articles, plain: FillerModel, rows: I64, fitted: I64
) -> F64:
    """(U,) the teacher: little information, few new names, numbers and quotations."""
    values = []
    for articles, blocks in ((essays, rows), (posts, fitted)):
        scores = scorer.score_blocks(articles.batch, articles.tokens, plain)
        values.append(np.stack((scores.information, scores.facts))[:, blocks].astype(np.float64))
    human = values[1]
    mean, deviation = human.mean(axis=1, keepdims=True), human.std(axis=1, keepdims=True)
    deviation[deviation == 0] = 1  # articles without any name or number
    total: F64 = -((np.concatenate(values, axis=1) - mean) / deviation).sum(axis=0)
    return total


def _quantised(contributions: F64) -> tuple[I64, float]:
    """Contributions in whole steps of -127 ... 127, and the step.

    The few largest are cut off: no single n-gram may decide a score.
    """
    step = float(np.quantile(np.abs(contributions), CONTRIBUTION_QUANTILE)) / 127
    return np.clip(np.rint(contributions / step), -127, 127).astype(np.int64), step


def _learned_phrases(
    essays: Articles, ngrams: Ngrams, rows: I64, table: I32
) -> tuple[U64, tuple[str, ...]]:
    """Keys and texts of the n-grams that raise the wording most and that most topics use."""
    row, place = ngrams.rows(rows)
    ends = ngrams.tokens[place]
    last = np.where(ends < 0, ~ends, ends)
    words = essays.tokens.hash.astype(np.uint64)
    keys = words[last] | np.where(ends < 0, words[last - 1] << np.uint64(32), np.uint64(0))
    keys, where, number = np.unique(keys, return_index=True, return_inverse=True)
    topics = int(essays.group.max()) + 1
    pairs = np.unique(number * topics + essays.group_of(rows)[row])
    using = np.bincount(pairs // topics, minlength=len(keys))
    ends, last, slots = ends[where], last[where], ngrams.slots[place][where]
    gain = (table[slots] & 0xFF) - scoring.BIAS
    common = table[essays.tokens.hash >> np.uint32(32 - scoring.BITS)] & scoring.COMMON_BIT != 0
    telling = ~common[last] | ((ends < 0) & ~common[last - 1])
    merit = np.where(
        telling & (gain > 0) & (using >= MIN_PHRASE_TOPICS), gain * np.sqrt(using), 0.0
    )
    best = np.sort(np.argsort(-merit, kind="stable")[:MAX_PHRASES])
    best = best[merit[best] > 0]
    raw = essays.batch.prose.tobytes()

    def text(token: int) -> str:
        return raw[essays.tokens.start[token] : essays.tokens.end[token]].decode().lower()

    texts = tuple(
        f"{text(~end - 1)} {text(~end)}" if end < 0 else text(end) for end in ends[best].tolist()
    )
    return keys[best], texts


def _unscaled(table: I32, information_step: float) -> FillerModel:
    """A model whose signals are plain values, not z-values, and that has no limits."""
    one = Reference(0.0, 1.0)
    header = Header(
        date="",
        data={},
        wording_scale=1.0,
        closing_scale=1.0,
        information_scale=information_step,
        wording=one,
        closing=one,
        information=one,
        novelty=one,
        facts=one,
        specific=one,
        offset=OFFSET,
        slope=SLOPE,
        limits={},
        human_raw=[0.0],
        human_share=[1.0],
        closing_limits={},
    )
    return FillerModel(header, table, np.zeros(0, np.uint64), ())


def _calibrated(model: FillerModel, posts: Articles, reference: I64) -> FillerModel:
    """The same model with z-values, limits and shares that refer to some human paragraphs."""
    plain = scorer.score_blocks(posts.batch, posts.tokens, model)

    def measured(values: F32) -> Reference:
        chosen = values[reference].astype(np.float64)
        return Reference(float(chosen.mean()), float(chosen.std()) or 1.0)

    header = msgspec.structs.replace(
        model.header,
        # Already a sum of two z-values.
        wording=Reference(measured(plain.generic).mean, 1.0),
        closing=measured(plain.closing),
        information=measured(plain.information),
        novelty=measured(plain.novelty),
        facts=measured(plain.facts),
        specific=measured(plain.specific),
    )
    model = dataclasses.replace(model, header=header)
    scores = scorer.score_blocks(posts.batch, posts.tokens, model)
    raw = scores.raw[reference]
    raw = raw[~np.isnan(raw)]
    limits = np.quantile(raw, [1 - SCORED_SHARE * share for share in HUMAN_SHARE.values()])
    scores_of_limits = scorer.calibrated(limits.astype(np.float32), model).tolist()
    header = msgspec.structs.replace(
        header,
        limits=dict(zip(HUMAN_SHARE, scores_of_limits, strict=True)),
        human_raw=np.quantile(raw, [1 - share for share in REFERENCE_SHARES]).tolist(),
        human_share=list(REFERENCE_SHARES),
        closing_limits=_closing_limits(posts, scores.closing),
    )
    return dataclasses.replace(model, header=header)


def _closing_limits(posts: Articles, closing: F32) -> dict[str, float]:
    """z-value of the last two body paragraphs that the shares of the presets of posts reach."""
    ending = (posts.from_end < 2) & (posts.body_size >= MIN_POST_BODY)
    blocks = posts.body[ending & (posts.group_of(posts.body) == 1)]
    highest = np.full(len(posts.batch.start), -np.inf)
    np.maximum.at(highest, posts.batch.blocks.article[blocks], closing[blocks])
    highest = highest[highest > -np.inf]
    return {preset: float(np.quantile(highest, 1 - share)) for preset, share in HUMAN_SHARE.items()}
