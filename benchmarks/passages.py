"""Labelled paragraphs, each in its article: what a filler scorer is judged by.

Three sets: the real articles, `filler_gold`, and development labels, JSON Lines below
`benchmarks/labelled/`. A row of those names a paragraph, `essay:DOC#N` or `blog:DOC#N`, or holds
its `text`, and has a `label` and perhaps a `confidence`. `docs/annotation.md` says how to label.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from benchmarks import corpora
from benchmarks.figures import Figure, auc, calibration
from benchmarks.labels import CLEAR, FILLER_LABELS, Label
from benchmarks.scoring import chosen_model
from dedupe.arrays import F32, Bool
from dedupe.filler.modelfile import FillerModel
from dedupe.filler.scorer import score_blocks
from dedupe.sources import text_batch
from dedupe.tokens import tokenise

DEVELOPMENT = Path(__file__).with_name("labelled")
TABLES = {"essay": "slopscore/docs", "blog": "digitalgov/docs"}
KINDS = {"filler": True, "substantive": False, **dict.fromkeys(FILLER_LABELS, True)}
"""Whether a label says filler; paragraphs of other labels are left out."""
_BLANK = re.compile(r"\n\s*\n")


class Passage(NamedTuple):
    """A labelled paragraph."""

    article: str
    start: int
    """First code point in the article"""
    end: int
    filler: bool
    confidence: float
    last: bool
    """Whether it is the last paragraph of its article"""

    @property
    def text(self) -> str:
        """The paragraph alone."""
        return self.article[self.start : self.end]

    @property
    def clear(self) -> bool:
        """Whether two editors would agree on it."""
        return self.confidence >= CLEAR


@dataclass(frozen=True)
class LabelledSet:
    """Labelled paragraphs of one kind of article."""

    name: str
    passages: Sequence[Passage]
    markdown: bool


class DevelopmentLabel(msgspec.Struct):
    """A row of a file of development labels: `id` or `text`."""

    label: str
    id: str = ""
    text: str = ""
    confidence: float = 1.0


def seeds() -> LabelledSet:
    """Paragraphs of the real articles."""
    folder, passages = corpora.shared_seeds(), []
    rows = [r for r in corpora.read_rows(folder / "gold.jsonl", Label) if r.unit == "paragraph"]
    end = {row.file: max(r.end for r in rows if r.file == row.file) for row in rows}
    for row in rows:
        if row.label in KINDS:
            text = (folder / row.file).read_bytes().decode("utf-8")
            filler, last = KINDS[row.label], row.end == end[row.file]
            passages.append(Passage(text, row.start, row.end, filler, row.confidence, last))
    return LabelledSet("seeds", passages, markdown=False)


def gold() -> LabelledSet:
    """Paragraphs of `filler_gold`, each an article of its own."""
    rows = corpora.read_table("filler_gold/public", corpora.FillerText)
    passages = [
        Passage(row.text, 0, len(row.text), KINDS[row.label], 1.0, row.pos == "last")
        for row in rows
        if row.label in KINDS
    ]
    return LabelledSet("gold", passages, markdown=True)


def development_sets() -> list[LabelledSet]:
    """Every file of development labels.

    Raises FileNotFoundError where there is none.
    """
    files = sorted(DEVELOPMENT.glob("*.jsonl"))
    if not files:
        raise FileNotFoundError(f"no labels in {DEVELOPMENT}")
    return [development(path) for path in files]


def development(path: Path) -> LabelledSet:
    """The paragraphs of one file of labels.

    Raises KeyError for a document, IndexError for a paragraph that does not exist.
    """
    rows = corpora.read_rows(path, DevelopmentLabel)
    passages = [_passage(row) for row in rows if row.label in KINDS]
    return LabelledSet(path.stem, passages, markdown=True)


def _passage(row: DevelopmentLabel) -> Passage:
    filler = KINDS[row.label]
    if row.text:
        return Passage(row.text, 0, len(row.text), filler, row.confidence, last=False)
    table, document = row.id.split(":", 1)
    document, number = document.rsplit("#", 1)
    article = _texts(TABLES[table])[document]
    spans = paragraph_spans(article)
    start, end = spans[int(number)]
    return Passage(article, start, end, filler, row.confidence, int(number) == len(spans) - 1)


@cache
def _texts(table: str) -> dict[str, str]:
    return {row.id: row.text for row in corpora.read_table(table, corpora.Document)}


def paragraph_spans(text: str) -> list[tuple[int, int]]:
    r"""Start and end of the parts between blank lines that are not empty; numbers count them.

    >>> paragraph_spans("\n\none\ntwo\n \nthree")
    [(2, 9), (12, 17)]
    """
    gaps = [match.span() for match in _BLANK.finditer(text)]
    starts = [0, *(end for _, end in gaps)]
    ends = [*(start for start, _ in gaps), len(text)]
    return [(a, b) for a, b in zip(starts, ends, strict=True) if text[a:b].strip()]


class Scores(NamedTuple):
    """What the scorer says of each passage of a set; NaN where it abstains."""

    score: F32
    closing: F32


def scores_of(labelled: LabelledSet, model: FillerModel) -> Scores:
    """Scores of the passages in their articles, each that of the block with most of its bytes."""
    articles = dict.fromkeys(passage.article for passage in labelled.passages)
    place = {article: number for number, article in enumerate(articles)}
    batch = text_batch(list(articles), markdown=labelled.markdown)
    first_block = np.searchsorted(batch.blocks.article, np.arange(len(articles) + 1))
    scores, chosen = score_blocks(batch, tokenise(batch), model), []
    for passage in labelled.passages:
        article = place[passage.article]
        blocks = slice(first_block[article], first_block[article + 1])
        start = int(batch.start[article]) + len(passage.article[: passage.start].encode())
        end = np.minimum(batch.blocks.end[blocks], start + len(passage.text.encode()))
        shared = end - np.maximum(batch.blocks.start[blocks], start)
        # Markup alone makes no block, and has no score.
        chosen.append(blocks.start + int(np.argmax(shared)) if len(shared) else -1)
    return Scores(
        np.append(scores.score, np.nan)[chosen], np.append(scores.closing, np.nan)[chosen]
    )


def labels_figures() -> dict[str, Figure]:
    """AUC and calibration error on development labels, of all and of each file."""
    scores: list[F32] = []
    outcomes: list[Bool] = []
    figures: dict[str, Figure] = {}
    for labelled in development_sets():
        score = scores_of(labelled, chosen_model()).score
        filler = np.array([passage.filler for passage in labelled.passages])
        scores, outcomes = [*scores, score], [*outcomes, filler]
        figures |= _labelled_figures(f" {labelled.name}", score, filler)
    return _labelled_figures("", np.concatenate(scores), np.concatenate(outcomes)) | figures


def _labelled_figures(name: str, score: F32, filler: Bool) -> dict[str, Figure]:
    scored = ~np.isnan(score)
    positive, negative = score[scored & filler].tolist(), score[scored & ~filler].tolist()
    note = f"{len(positive)} against {len(negative)}, {np.sum(~scored)} without a score"
    return {
        f"labels/auc{name}": Figure(auc(positive, negative), note),
        f"labels/ece{name}": calibration(positive, negative),
    }
