"""Endings of essays that the training did not see: the closing head, FIL301 and FIL302."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from benchmarks.figures import Figure, auc, share
from benchmarks.scoring import (
    CUE,
    block_texts,
    essays,
    flagged,
    held_out_model,
    highest_ends,
    posts,
    reference_ends,
    scores_of,
    split,
    with_limits,
)
from dedupe import make_model as recipe
from dedupe.arrays import Bool
from dedupe.filler.modelfile import HUMAN_SHARE, FillerModel
from dedupe.filler.training import MIN_BODY, MIN_POST_BODY

HUMAN_ENDINGS = 0.01
"""Share of human posts whose ending may be taken for one that adds nothing."""


def closings_figures() -> dict[str, Figure]:
    """Endings of essays that the training did not see, in two folds.

    `found` are endings over the limit that `HUMAN_ENDINGS` of the reference posts reach with one of
    their last two paragraphs. `named` are those with a finding: FIL302, at a limit at which it
    speaks of as many posts, or FIL301, which has more cues than the six. Both look at articles of
    `MIN_POST_BODY` body paragraphs and more, since FIL302 does.
    """
    figures = {}
    for name, split_models in (("", True), (" all", False)):
        folds = [_fold(fold, split_models=split_models) for fold in (0, 1)]
        areas = np.mean([[fold.auc, fold.auc_uncued] for fold in folds], axis=0).tolist()
        figures[f"closings/auc{name}"] = Figure(areas[0])
        figures[f"closings/auc no cue{name}"] = Figure(areas[1])
        for key, found in (("found", "over"), ("named", "named")):
            endings = [getattr(fold, found) for fold in folds]
            hits, every = sum(int(e.sum()) for e in endings), sum(map(len, endings))
            figures[f"closings/{key}{name}"] = share(hits, every)
        for key in ("body", "last"):
            parts = np.concatenate([getattr(fold, key) for fold in folds])
            figures[f"closings/{key}{name}"] = share(int(parts.sum()), len(parts))
    return figures


class _Fold(NamedTuple):
    """Figures of unseen essays."""

    auc: float
    """Of the closing head, last against other body paragraphs"""
    auc_uncued: float
    """The same of those that open with no cue"""
    over: Bool
    """Cue-less endings over the limit of the closing head"""
    named: Bool
    """Cue-less endings with FIL301 or FIL302"""
    body: Bool
    """Other body paragraphs over the default limit of the score"""
    last: Bool
    """Last ones"""


def _fold(fold: int, *, split_models: bool) -> _Fold:
    model = held_out_model(fold, split_models=split_models)
    articles = recipe.essays_of(split(essays(), fold, split_models=split_models)[1])
    scores = scores_of(articles, model)
    long = articles.body_size >= MIN_BODY
    blocks, last = articles.body[long], articles.from_end[long] == 0
    closing, score = scores.closing[blocks], scores.score[blocks]
    uncued = np.array([not CUE.match(text) for text in block_texts(articles, blocks)])
    ending = last & uncued & (articles.body_size[long] >= MIN_POST_BODY)
    limit = float(np.quantile(highest_ends(model), 1 - HUMAN_ENDINGS))
    named = flagged(articles, _limited_rule(model), ["FIL301", "FIL302"])
    over = score >= model.limits["default"]
    return _Fold(
        auc(closing[last].tolist(), closing[~last].tolist()),
        auc(closing[last & uncued].tolist(), closing[~last & uncued].tolist()),
        closing[ending] >= limit,
        named[blocks[ending]],
        over[~last],
        over[last],
    )


def _limited_rule(model: FillerModel) -> FillerModel:
    """The model with the least limit at which FIL302 speaks of `HUMAN_ENDINGS` of the posts."""
    article = posts().batch.blocks.article
    reference = np.unique(article[reference_ends()])
    low, high = 0.0, 8.0
    while high - low > 0.01:
        middle = (low + high) / 2
        found = flagged(posts(), _closing_limit(model, middle), ["FIL302"])
        share_found = np.isin(reference, article[found]).mean()
        low, high = (middle, high) if share_found > HUMAN_ENDINGS else (low, middle)
    return _closing_limit(model, high)


def _closing_limit(model: FillerModel, limit: float) -> FillerModel:
    return with_limits(model, model.limits, dict.fromkeys(HUMAN_SHARE, limit))
