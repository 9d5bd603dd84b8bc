"""What the filler scorer says of texts that people wrote: a blog, answers of students."""

from __future__ import annotations

import re

import msgspec
import numpy as np

from benchmarks import corpora
from benchmarks.figures import Figure, share
from benchmarks.labels import FILLER_WARNINGS
from benchmarks.scoring import (
    block_texts,
    chosen_model,
    flagged,
    highest_of,
    posts,
    reference,
    reference_ends,
    scores_of,
    with_limits,
)
from dedupe.arrays import F32, Bool
from dedupe.config import FillerPreset
from dedupe.filler.modelfile import HUMAN_SHARE, SCORED_SHARE, FillerModel
from dedupe.filler.scorer import calibrated, score_blocks
from dedupe.sources import text_batch
from dedupe.tokens import tokenise

PRESETS: tuple[FillerPreset, ...] = ("default", "strict")


class RecurringParagraph(msgspec.Struct):
    """A paragraph that several posts hold."""

    text: str


class Answer(msgspec.Struct):
    """A short answer that a student wrote, or the source (`orig`)."""

    text: str
    category: str


def halves_figures() -> dict[str, Figure]:
    """Human paragraphs with a FIL warning, at limits that the other half of the posts sets.

    All of the reference, which nothing was fitted on; without paragraphs that recur in the blog
    (disclaimers, series notes, authors).
    """
    model, articles = chosen_model(), posts()
    half = articles.batch.blocks.article // 2 % 2
    recurring = {
        _words(row.text)
        for row in corpora.read_table("digitalgov/template_paras", RecurringParagraph)
    }
    own = [_words(text) not in recurring for text in block_texts(articles, reference())]
    judged = reference()[own]
    figures = {}
    for preset in PRESETS:
        limited = [_limits_of(model, half != side) for side in (0, 1)]
        found = {}
        for rule in sorted(FILLER_WARNINGS):
            sides = [flagged(articles, limits, [rule], preset)[judged] for limits in limited]
            found[rule] = np.where(half[judged] == 0, *sides)
        warned = np.logical_or.reduce(list(found.values()))
        figures[f"halves/{preset}"] = share(int(warned.sum()), len(judged))
        for rule, hits in found.items():
            figures[f"halves/{preset} {rule}"] = share(int(hits.sum()), len(judged))
    return figures


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _limits_of(model: FillerModel, chosen: Bool) -> FillerModel:
    """The model with the limits that the reference paragraphs of some blocks (B,) set."""
    scores = scores_of(posts(), model)
    raw = scores.raw[reference()[chosen[reference()]]]
    highest = highest_of(reference_ends()[chosen[reference_ends()]], scores.closing)
    shares = np.array(list(HUMAN_SHARE.values()))
    reached = np.nanquantile(raw, 1 - SCORED_SHARE * shares).astype(np.float32)
    limits = calibrated(reached, model).tolist()
    closing_limits = np.quantile(highest, 1 - shares).tolist()
    return with_limits(
        model,
        dict(zip(HUMAN_SHARE, limits, strict=True)),
        dict(zip(HUMAN_SHARE, closing_limits, strict=True)),
    )


def students_figures() -> dict[str, Figure]:
    """Paragraphs over the default limit: answers of students, encyclopedia, human posts."""
    model = chosen_model()
    texts: dict[str, list[str]] = {"students": [], "sources": []}
    for row in corpora.read_table("clough_stevenson/docs", Answer):
        texts["sources" if row.category == "orig" else "students"].append(row.text)
    figures = {}
    for kind, found in texts.items():
        batch = text_batch(found)
        figures[f"students/{kind}"] = _over(score_blocks(batch, tokenise(batch), model).score)
    figures["students/posts"] = _over(scores_of(posts(), model).score[reference()])
    return figures


def _over(score: F32) -> Figure:
    scored = score[~np.isnan(score)]
    return share(int((scored >= chosen_model().limits["default"]).sum()), len(scored))
