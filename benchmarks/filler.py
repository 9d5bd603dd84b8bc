"""Figures of the filler scorer: held-out essays, human posts, labelled paragraphs, speed.

`python -m benchmarks.filler [--model FILE] [--quick]`. Models for held-out figures are trained
here, by the recipe of the shipped one. Labelled paragraphs are for a last look: nothing of the
recipe may be chosen by them.

Legend: D articles, B blocks.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks import corpora
from benchmarks.figures import auc, overlap
from benchmarks.labels import CLEAR, FILLER_LABELS, Label
from dedupe import make_model as recipe
from dedupe.filler.modelfile import HUMAN_SHARE, FillerModel
from dedupe.filler.scorer import load_model, score_blocks
from dedupe.filler.training import MIN_BODY, MIN_POST_BODY, Articles, train
from dedupe.sources import text_batch
from dedupe.tables import BlockScores, TextBatch, TokenTable
from dedupe.tokens import tokenise

BATCH_CHARACTERS = 2_000_000


def scores_of(articles: Articles, model: FillerModel) -> BlockScores:
    """Scores of every block of some articles."""
    return score_blocks(articles.batch, articles.tokens, model)


def held_out(essays: list[recipe.Document], posts: Articles) -> Iterator[str]:
    """Essays whose prompts, or prompts and models, the training did not see; in two folds."""
    for name, split_models in (("prompts held out", False), ("models and prompts held out", True)):
        folds = []
        for fold in (0, 1):
            seen, unseen = _split(essays, fold, split_models=split_models)
            model = train(recipe.essays_of(seen), posts, data={}, date="")
            folds.append(_essay_figures(recipe.essays_of(unseen), model))
        area, *rows = np.mean(folds, axis=0).reshape(-1, 4)
        yield f"essays, {name}: AUC of the closing head {area[0]:.3f}"
        for preset, (body, last, end, next_to_end) in zip(HUMAN_SHARE, rows, strict=True):
            yield (
                f"  {preset:8} flagged: body {body:.3f}, last {last:.3f}; "
                f"over the closing limit: last {end:.3f}, next to last {next_to_end:.3f}"
            )


def _split(
    essays: list[recipe.Document], fold: int, *, split_models: bool
) -> tuple[list[recipe.Document], list[recipe.Document]]:
    models = sorted({essay.model for essay in essays})
    sides: tuple[list[recipe.Document], list[recipe.Document]] = ([], [])
    for essay in essays:
        prompt = (essay.prompt_index + fold) % 2
        if not split_models or (models.index(essay.model) + fold) % 2 == prompt:
            sides[prompt].append(essay)
    return sides


def _essay_figures(essays: Articles, model: FillerModel) -> list[float]:
    """AUC of the closing head (four times), then for each preset four shares.

    They are: body and last paragraphs flagged, last and next to last over the closing limit.
    """
    scores = scores_of(essays, model)
    chosen = essays.body_size >= MIN_BODY
    blocks, from_end = essays.body[chosen], essays.from_end[chosen]
    last = from_end == 0
    closing, score = scores.closing[blocks], scores.score[blocks]
    figures = [auc(closing[last].tolist(), closing[~last].tolist())] * 4
    for preset in HUMAN_SHARE:
        flagged, ends = score >= model.limits[preset], closing >= model.closing_limits[preset]
        shares = (flagged[~last], flagged[last], ends[last], ends[from_end == 1])
        figures += [float(share.mean()) for share in shares]
    return figures


def human(posts: Articles, model: FillerModel) -> Iterator[str]:
    """Share of human paragraphs over a limit that the other half of them sets."""
    reference = posts.body[posts.group_of(posts.body) == 1]
    raw = scores_of(posts, model).raw
    half = posts.batch.blocks.article[reference] // 2 % 2 == 0
    halves = [raw[reference[half]], raw[reference[~half]]]
    yield f"posts: {len(reference):,} paragraphs in two halves, limit of one, share of the other"
    for preset, share in HUMAN_SHARE.items():
        shares = [
            float(np.mean(b >= np.nanquantile(a, 1 - share))) for a, b in (halves, halves[::-1])
        ]
        limit = model.limits[preset]
        yield f"  {preset:8} score {limit:.3f}  {shares[0]:.4f} {shares[1]:.4f}"
    fitted = posts.body[posts.group_of(posts.body) == 0]
    over = scores_of(posts, model).score[fitted] >= model.limits["default"]
    yield f"  paragraphs that were fitted on, at default: {over.mean():.4f}"


def endings(posts: Articles, model: FillerModel) -> Iterator[str]:
    """Limits of the closing head, and the share of the reference posts that reach them."""
    ending = (posts.from_end < 2) & (posts.body_size >= MIN_POST_BODY)
    blocks = posts.body[ending & (posts.group_of(posts.body) == 1)]
    article = posts.batch.blocks.article[blocks]
    closing = scores_of(posts, model).closing[blocks]
    highest = np.array([closing[article == one].max() for one in np.unique(article)])
    yield f"closing head: highest of the last two body paragraphs of {len(highest)} posts"
    for preset, limit in model.closing_limits.items():
        yield f"  {preset:8} {limit:.2f}, reached by {(highest >= limit).mean():.3f}"


def gold(model: FillerModel) -> Iterator[str]:
    """AUC on labelled paragraphs, each an article of its own (so every word is new)."""
    rows = corpora.read_table("filler_gold/public", corpora.FillerText)
    batch = text_batch([row.text for row in rows], markdown=True)
    scores = score_blocks(batch, tokenise(batch), model)
    raw: dict[str, list[float]] = {"filler": [], "template": [], "substantive": []}
    abstained = 0
    for article, row in enumerate(rows):
        own = scores.raw[batch.blocks.article == article]
        if row.label in raw and len(own) and not np.all(np.isnan(own)):
            raw[row.label].append(float(np.nanmax(own)))
        elif row.label in raw:
            abstained += 1
    yield (
        f"filler_gold: AUC of filler {auc(raw['filler'], raw['substantive']):.3f} "
        f"({len(raw['filler'])} against {len(raw['substantive'])}), "
        f"of templates {auc(raw['template'], raw['substantive']):.3f}, abstained {abstained}"
    )


class Unit(NamedTuple):
    """A labelled paragraph with its scores."""

    name: str
    filler: bool
    clear: bool
    score: float
    raw: float


def seed_units(model: FillerModel) -> list[Unit]:
    """Labelled paragraphs of the real articles, each with the block that overlaps it most."""
    folder = corpora.shared_seeds()
    labels = corpora.read_rows(folder / "gold.jsonl", Label)
    units = []
    for file in sorted({label.file for label in labels}):
        text = (folder / file).read_bytes().decode("utf-8")
        batch = text_batch([text])
        scores = score_blocks(batch, tokenise(batch), model)
        places = _code_points(text, batch)
        for label in labels:
            wanted = label.label in FILLER_LABELS or label.label == "substantive"
            if label.file != file or label.unit != "paragraph" or not wanted:
                continue
            shared = [overlap(label.start, label.end, *place) for place in places]
            block = int(np.argmax(shared))
            units.append(
                Unit(
                    f"{file[:3]}:{label.start}",
                    label.label in FILLER_LABELS,
                    label.confidence >= CLEAR,
                    float(scores.score[block]),
                    float(scores.raw[block]),
                )
            )
    return units


def _code_points(text: str, batch: TextBatch) -> list[tuple[int, int]]:
    """Start and end of every block as offsets in the text of the only article."""
    first = int(batch.start[0])
    raw = batch.data.tobytes()

    def offset(place: int) -> int:
        return len(raw[first:place].decode())

    assert offset(int(batch.end[0])) == len(text)
    blocks = batch.blocks
    return [(offset(a), offset(b)) for a, b in zip(blocks.start, blocks.end, strict=True)]


def seeds(model: FillerModel) -> Iterator[str]:
    """Figures on the labelled real articles."""
    units = seed_units(model)
    scored = [unit for unit in units if not np.isnan(unit.raw)]

    def area(chosen: Sequence[Unit]) -> float:
        return auc([u.raw for u in chosen if u.filler], [u.raw for u in chosen if not u.filler])

    clear = area([unit for unit in scored if unit.clear])
    yield (
        f"seeds 000, 002, 003: AUC {area(scored):.3f}, of clear labels {clear:.3f}, "
        f"abstained {len(units) - len(scored)}"
    )
    for preset, limit in model.limits.items():
        found = [unit.score >= limit for unit in units if unit.filler]
        wrong = [unit.name for unit in units if not unit.filler and unit.score >= limit]
        total = sum(not unit.filler for unit in units)
        yield (
            f"  {preset:8} filler found {sum(found)} of {len(found)}, "
            f"substantive flagged {len(wrong)} of {total} {' '.join(wrong)}"
        )


def speed(documents: list[recipe.Document], model: FillerModel) -> str:
    """Core-nanoseconds per word of `score_blocks`, best of nine passes over the essays."""
    batches: list[tuple[TextBatch, TokenTable]] = []
    texts: list[str] = []
    for document in documents:
        texts.append(document.text)
        if sum(map(len, texts)) > BATCH_CHARACTERS:
            batch = text_batch(texts)
            batches.append((batch, tokenise(batch)))
            texts = []
    words = sum(len(tokens.hash) for _, tokens in batches)
    best = float("inf")
    for _ in range(9):
        start = time.thread_time()
        for batch, tokens in batches:
            score_blocks(batch, tokens, model)
        best = min(best, time.thread_time() - start)
    return f"score_blocks: {best / words * 1e9:.2f} ns per word, {len(batches)} batches"


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.filler", description=main.__doc__)
    parser.add_argument("--model", default="builtin", help="a model file")
    parser.add_argument("--quick", action="store_true", help="without training held-out models")
    options = parser.parse_args()
    model = load_model(options.model)
    essays = recipe.read_documents(corpora.data_folder() / recipe.ESSAYS)
    essays = [document for document in essays if document.kind == "essay"]
    posts = recipe.posts_of(recipe.read_documents(corpora.data_folder() / recipe.POSTS))
    print(model.name)
    print(speed(essays, model))
    parts: list[Callable[[], Iterator[str]]] = [
        lambda: human(posts, model),
        lambda: endings(posts, model),
        lambda: gold(model),
        lambda: seeds(model),
    ]
    if not options.quick:
        parts.insert(0, lambda: held_out(essays, posts))
    for part in parts:
        for line in part():
            print(line, flush=True)


if __name__ == "__main__":
    main()
