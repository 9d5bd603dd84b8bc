"""What the figures of the filler scorer share: the model, its articles, findings by block.

The model is the shipped one or the file that `DEDUPE_MODEL` names, as in the program; models for
unseen prompts are trained by the recipe of the shipped one. These figures are made in process, and
the others by scans, because they change the model or the text.

Legend: B blocks.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Collection, Mapping
from functools import cache

import msgspec
import numpy as np

from benchmarks import corpora
from dedupe import make_model as recipe
from dedupe.arrays import F32, I64, Bool
from dedupe.config import Filler, FillerPreset
from dedupe.filler.modelfile import FillerModel
from dedupe.filler.rules import find_flags
from dedupe.filler.scorer import BUILTIN, load_model, score_blocks
from dedupe.filler.training import MIN_POST_BODY, Articles, train
from dedupe.model import RULES
from dedupe.tables import BlockScores

MODEL_VARIABLE = "DEDUPE_MODEL"
CUE = re.compile(
    r"\W*(?:in conclusion|to conclude|in summary|to sum up|in closing|to summari[sz]e)\b"
    r"[\s,:*_–—-]*",
    re.IGNORECASE,
)
"""The six cues, where a paragraph opens with one."""


@cache
def chosen_model() -> FillerModel:
    """The model that the program uses in this environment."""
    return load_model(os.environ.get(MODEL_VARIABLE, BUILTIN))


@cache
def essays() -> list[recipe.Document]:
    """Essays of language models."""
    return [row for row in _documents(recipe.ESSAYS) if row.kind == "essay"]


@cache
def posts() -> Articles:
    """Human posts; those of group 0 are fitted on, group 1 is the reference."""
    return recipe.posts_of(_documents(recipe.POSTS))


def _documents(file: str) -> list[recipe.Document]:
    if not (corpora.data_folder() / file).exists():
        raise FileNotFoundError(f"{file} is missing: set DEDUPE_DATA to the folder of data sets")
    return recipe.read_documents(corpora.data_folder() / file)


def scores_of(articles: Articles, model: FillerModel) -> BlockScores:
    """Scores of every block of some articles."""
    return score_blocks(articles.batch, articles.tokens, model)


def flagged(
    articles: Articles, model: FillerModel, rules: Collection[str], preset: FillerPreset = "default"
) -> Bool:
    """(B,) blocks that a finding of one of some rules covers."""
    batch, tokens = articles.batch, articles.tokens
    scores = scores_of(articles, model)
    flags = find_flags(batch, tokens, scores, model, Filler(threshold=preset))
    chosen = np.isin(flags.rule, [place for place, rule in enumerate(RULES) if rule in rules])
    first = np.searchsorted(batch.blocks.start, flags.start[chosen], "right") - 1
    behind = np.searchsorted(batch.blocks.start, flags.end[chosen])
    edges = np.zeros(len(batch.blocks.kind) + 1, np.int64)
    np.add.at(edges, first, 1)
    np.subtract.at(edges, behind, 1)
    covered: Bool = np.cumsum(edges)[:-1] > 0
    return covered


def block_texts(articles: Articles, blocks: I64) -> list[str]:
    """Text of some blocks."""
    raw, table = articles.batch.data.tobytes(), articles.batch.blocks
    return [raw[table.start[block] : table.end[block]].decode() for block in blocks.tolist()]


def with_limits(
    model: FillerModel, limits: Mapping[str, float], closing_limits: Mapping[str, float]
) -> FillerModel:
    """A model with other limits."""
    header = msgspec.structs.replace(
        model.header, limits=dict(limits), closing_limits=dict(closing_limits)
    )
    return dataclasses.replace(model, header=header)


@cache
def held_out_model(fold: int, *, split_models: bool) -> FillerModel:
    """A model that has seen one side of a `split`."""
    seen, _ = split(essays(), fold, split_models=split_models)
    return train(recipe.essays_of(seen), posts(), data={}, date="")


def split(
    documents: list[recipe.Document], fold: int, *, split_models: bool
) -> tuple[list[recipe.Document], list[recipe.Document]]:
    """Seen and unseen essays: of other prompts, or of other prompts by other models."""
    models = sorted({essay.model for essay in documents})
    sides: tuple[list[recipe.Document], list[recipe.Document]] = ([], [])
    for essay in documents:
        prompt = (essay.prompt_index + fold) % 2
        if not split_models or (models.index(essay.model) + fold) % 2 == prompt:
            sides[prompt].append(essay)
    return sides


@cache
def reference() -> I64:
    """Body paragraphs of the posts that nothing is fitted on."""
    blocks: I64 = posts().body[posts().group_of(posts().body) == 1]
    return blocks


@cache
def reference_ends() -> I64:
    """The last two body paragraphs of the reference posts that are long enough."""
    ending = (posts().from_end < 2) & (posts().body_size >= MIN_POST_BODY)
    blocks: I64 = posts().body[ending & (posts().group_of(posts().body) == 1)]
    return blocks


def highest_ends(model: FillerModel) -> F32:
    """z-value of the closing head, the higher of the last two paragraphs of each reference post."""
    return highest_of(reference_ends(), scores_of(posts(), model).closing)


def highest_of(blocks: I64, closing: F32) -> F32:
    """The highest value of some blocks of each post that has one."""
    highest = np.full(len(posts().batch.start), -np.inf, np.float32)
    np.maximum.at(highest, posts().batch.blocks.article[blocks], closing[blocks])
    return highest[highest > -np.inf]
