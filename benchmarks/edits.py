"""How the filler score of a paragraph changes when its article is edited."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import msgspec
import numpy as np

from benchmarks.figures import Figure, share
from benchmarks.scoring import CUE, block_texts, chosen_model, essays, scores_of
from dedupe import make_model as recipe
from dedupe.arrays import F32, I64
from dedupe.filler.scorer import score_blocks
from dedupe.filler.training import Articles
from dedupe.sources import text_batch
from dedupe.tokens import tokenise

FACTS = (
    " In March 1987 the harbour office in Tallinn counted 4,212 ships."
    " Ingrid Solberg measured a drift of 3.7 metres a year."
    " The Carnegie Trust paid 61,000 dollars for the survey, which took 19 days."
)
MOST_FALL = 0.2
"""Share of its score that an ending may owe to its cue."""
UNCHANGED = 0.05
"""Change of a score that no reader would call one: names carry information, other ones another."""
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}\b")


def edits_figures() -> dict[str, Figure]:
    """How the score of a paragraph changes when its article is edited.

    `cue`: endings that open with one of the six cues, without it. `facts`: of each essay the
    highest paragraph over the default limit, with three sentences full of facts behind it.
    `names`: paragraphs over the default limit, with all names of the essay exchanged.
    """
    articles = recipe.essays_of(essays())
    score = scores_of(articles, chosen_model()).score
    over = articles.body[score[articles.body] >= chosen_model().limits["default"]]
    return {
        "edits/cue": _without_cues(articles, score),
        "edits/names": _under_other_names(articles, score, over),
        **_with_facts(articles, score, over),
    }


def _without_cues(articles: Articles, score: F32) -> Figure:
    cued = _cued_endings(articles)
    texts = [_without_cue(text) for text in block_texts(articles, cued)]
    fall = (score[cued] - _scores_after(articles, cued, texts)) / score[cued]
    fall = fall[~np.isnan(fall)]
    return share(int((fall < MOST_FALL).sum()), len(fall), f"largest {fall.max():.3f}")


def _under_other_names(articles: Articles, score: F32, over: I64) -> Figure:
    """Of the paragraphs `over` that hold a name."""
    texts = _with_other_names([essay.text for essay in essays()])
    pairs = zip(essays(), texts, strict=True)
    renamed = recipe.essays_of([msgspec.structs.replace(essay, text=t) for essay, t in pairs])
    assert len(renamed.batch.blocks.kind) == len(score)
    both = zip(block_texts(articles, over), block_texts(renamed, over), strict=True)
    named = over[[before != after for before, after in both]]
    change = np.abs(scores_of(renamed, chosen_model()).score - score)[named]
    note = f"median {np.median(change):.4f}, largest {change.max():.3f}"
    return share(int((change < UNCHANGED).sum()), len(change), note)


def _with_facts(articles: Articles, score: F32, over: I64) -> dict[str, Figure]:
    highest = _highest_of_article(articles, score, over)
    texts = [text.rstrip() + FACTS for text in block_texts(articles, highest)]
    after = _scores_after(articles, highest, texts)
    passing = after < chosen_model().limits["default"]
    return {
        "edits/facts": share(int((after < score[highest]).sum()), len(highest)),
        "edits/facts below limit": share(int(passing.sum()), len(highest)),
    }


def _cued_endings(articles: Articles) -> I64:
    """Last body paragraphs that open with one of the six cues."""
    last = articles.body[articles.from_end == 0]
    cued: I64 = last[[bool(CUE.match(text)) for text in block_texts(articles, last)]]
    return cued


def _without_cue(text: str) -> str:
    rest = CUE.sub("", text, count=1)
    return rest[:1].upper() + rest[1:]


def _highest_of_article(articles: Articles, score: F32, blocks: I64) -> I64:
    """Of some blocks the highest one of each article."""
    article = articles.batch.blocks.article
    ordered = blocks[np.lexsort((-score[blocks], article[blocks]))]
    highest: I64 = ordered[np.unique(article[ordered], return_index=True)[1]]
    return highest


def _scores_after(articles: Articles, blocks: I64, texts: Sequence[str]) -> F32:
    """Scores of some blocks, one of an article each, after they were replaced by other texts."""
    raw, table = articles.batch.data.tobytes(), articles.batch.blocks
    edited, before = [], []
    for block, text in zip(blocks.tolist(), texts, strict=True):
        article = table.article[block]
        head = raw[articles.batch.start[article] : table.start[block]].decode()
        tail = raw[table.end[block] : articles.batch.end[article]].decode()
        edited.append(head + text + tail)
        before.append(block - int(np.searchsorted(table.article, article)))
    batch = text_batch(edited, markdown=True)
    first = np.searchsorted(batch.blocks.article, np.arange(len(edited)))
    scores: F32 = score_blocks(batch, tokenise(batch), chosen_model()).score[first + before]
    return scores


def _with_other_names(texts: Sequence[str]) -> list[str]:
    """Texts whose names are exchanged, one for one, for names of any of the texts.

    A name is a capitalised word inside a sentence that its text never writes in lower case.
    """
    own = [_names(text) for text in texts]
    every = sorted(set().union(*own))
    edited = []
    for number, (text, names) in enumerate(zip(texts, own, strict=True)):
        others = random.Random(number).sample(every, len(names))
        other = dict(zip(sorted(names), others, strict=True))
        parts = re.split(r"([^\W\d_]+)", text)
        edited.append("".join(other.get(part, part) for part in parts))
    return edited


def _names(text: str) -> set[str]:
    words = set(re.findall(r"[a-z]+", text))
    return {name for name in _NAME.findall(text) if name.lower() not in words}
