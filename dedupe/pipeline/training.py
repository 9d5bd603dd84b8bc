"""`train`: a filler model for one's own articles."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from dedupe import config
from dedupe.errors import NothingToAnalyseError
from dedupe.filler.modelfile import FillerModel
from dedupe.filler.scorer import load_model
from dedupe.filler.training import Articles, recalibrate, train
from dedupe.model import Skipped, Trained
from dedupe.sources import find_files, read_batch
from dedupe.tokens import tokenise

LEAST_PARAGRAPHS = 400
"""Accepted body paragraphs from which the strictest limit, 1 in 200, is more than one of them."""
LEAST_FILLER = 40
"""Articles of filler from which the heads can be learned at all."""


def train_model(
    accepted: Sequence[str], filler: Sequence[str], settings: config.Config, date: str
) -> tuple[FillerModel, Trained]:
    """Fit a model to accepted articles; with articles of filler also its heads.

    accepted, filler: files and folders; date: of the model, ISO
    Without filler the shipped heads stay, and what is usual is measured on the accepted articles.
    With it every article of filler is a topic of its own, and half of the accepted articles are
    learned from, the other half being the reference.

    Raises UsageError for a path that does not exist, NothingToAnalyseError for too few articles,
    ModelFileError where `settings` name a model that cannot be read.
    """
    theirs, skipped = _articles(accepted, settings.sources)
    paragraphs = len(theirs.body)
    if paragraphs < LEAST_PARAGRAPHS:
        raise NothingToAnalyseError(
            f"{paragraphs:,} accepted paragraphs of 25 words or more are too few: limits are set "
            f"from {LEAST_PARAGRAPHS} on"
        )
    data = {"accepted": _digest(theirs)}
    shipped = load_model(settings.filler.model)
    if filler:
        examples, more = _articles(filler, settings.sources)
        skipped += more
        if len(examples.group) < LEAST_FILLER:
            raise NothingToAnalyseError(
                f"{len(examples.group):,} articles of filler are too few to learn from: "
                f"{LEAST_FILLER} are the least"
            )
        examples = Articles(examples.batch, examples.tokens, np.arange(len(examples.group)))
        halves = Articles(theirs.batch, theirs.tokens, np.arange(len(theirs.group)) % 2)
        model = train(examples, halves, data=data | {"filler": _digest(examples)}, date=date)
    else:
        model = recalibrate(shipped, theirs, data=data, date=date)
    return model, Trained(
        model.name, len(theirs.group), paragraphs, dict(model.limits), shipped.name,
        dict(shipped.limits), tuple(skipped),
    )  # fmt: skip


def _articles(paths: Sequence[str], sources: config.Sources) -> tuple[Articles, list[Skipped]]:
    """The articles under some paths, each in group 1, and what could not be read."""
    listing = find_files(paths, sources)
    batch, skipped, _ = read_batch(listing.files, 0, sources)
    skipped += listing.skipped
    group = np.ones(len(batch.start), np.int64)
    return Articles(batch, tokenise(batch), group), [s for s in skipped if not s.deliberate]


def _digest(articles: Articles) -> str:
    """SHA-256 of the texts of some articles."""
    digest = hashlib.sha256()
    edges = zip(articles.batch.start.tolist(), articles.batch.end.tolist(), strict=True)
    for start, end in edges:
        digest.update(articles.batch.data[start:end].data)
        digest.update(b"\0")
    return digest.hexdigest()
