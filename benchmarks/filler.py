"""Compare filler scorers: `python -m benchmarks.filler`.

Prints the figures of the scorer with their goals (the groups of `benchmarks.quality` that are about
it), then one table of AUCs, filler against substantive paragraphs: this scorer, plain signals,
and two linters from PyPI, each installed into an environment of its own below `DEDUPE_BENCH_DIR`.
All score the same paragraphs, those that this scorer does not abstain from.

Exit code 1 if a goal is missed, 2 where data of the comparison are absent.

Nothing of the recipe may be chosen by the real articles or `filler_gold`.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import msgspec
import numpy as np
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from benchmarks import corpora, environments, passages, quality
from benchmarks.figures import auc
from benchmarks.passages import LabelledSet, Passage
from benchmarks.scoring import CUE, chosen_model, essays, held_out_model
from dedupe.filler.modelfile import FillerModel

GROUPS = ("seeds", "filler", "labels", "closings", "halves", "human", "students", "edits", "cost")
_WORD = re.compile(r"[a-z0-9']+")
_FACT = re.compile(r"\d[\d.,]*|(?<=[\w,;] )[A-Z]\w*")
"""Numbers, and capitalised words inside a sentence."""
_MARKER = re.compile(
    r"(?:\W*\b(?:in conclusion|to conclude|in summary|in sum|in short|in the end|to sum up|"
    r"in closing|to summari[sz]e|all in all|overall|ultimately|conclusion)\b[\s,:*_–—-]*)+",
    re.IGNORECASE,
)
"""The markers that define the conclusions of `conclusion_silver`."""
LONGEST_PHRASE = 5
PEERS = {
    "slopscore-lint==0.14.3": (
        "from slopscore import scan_text\nscore = lambda t: scan_text(t).score.slop_score"
    ),
    "slop-guard==0.5.0": (
        "from slop_guard import analyze_text\nscore = lambda t: -analyze_text(t)['score']"
    ),
}
"""Linters, and how they score a text: the higher, the more slop."""
_PEER_SCRIPT = """
import json, sys
{score}
json.dump([float(score(text)) for text in json.load(sys.stdin)], sys.stdout)
"""


class Part(NamedTuple):
    """Labelled paragraphs, and the model that may judge them."""

    labelled: LabelledSet
    model: FillerModel


class Column(NamedTuple):
    """A column of the table; the AUC is the mean over its parts."""

    name: str
    parts: Sequence[Part]
    small: bool = True
    """Whether a slow linter can score it"""


class SilverText(msgspec.Struct):
    """A paragraph of `conclusion_silver`."""

    set: str
    doc: str
    label: str
    text: str


class Phrase(msgspec.Struct):
    """A row of the phrase lists."""

    phrase: str
    kind: str


Scorer = Callable[[Part], Sequence[float]]


def columns() -> Iterator[Column]:
    """The sets of labels that are at hand, and the endings of essays."""
    for read in (_seed_columns, _gold_columns, _development_columns, _closing_columns):
        try:
            yield from read()
        except FileNotFoundError as error:
            print(f"left out: {error}", file=sys.stderr)


def _seed_columns() -> Iterator[Column]:
    labelled = passages.seeds()
    clear = [passage for passage in labelled.passages if passage.clear]
    yield Column("seeds", [Part(labelled, chosen_model())])
    yield Column("clear", [Part(LabelledSet("clear", clear, markdown=False), chosen_model())])


def _gold_columns() -> Iterator[Column]:
    yield Column("gold", [Part(passages.gold(), chosen_model())])


def _development_columns() -> Iterator[Column]:
    for labelled in passages.development_sets():
        yield Column(labelled.name, [Part(labelled, chosen_model())])


def _closing_columns() -> Iterator[Column]:
    """Conclusions against other paragraphs of essays, markers deleted, prompts unseen."""
    prompt = {essay.id: essay.prompt_index for essay in essays()}
    rows = corpora.read_table("conclusion_silver/public", SilverText)
    parts = []
    for fold in (0, 1):
        texts = [
            (_MARKER.sub("", row.text, count=1) if _MARKER.match(row.text) else row.text, row.label)
            for row in rows
            if row.doc in prompt and (prompt[row.doc] + fold) % 2 == 1
        ]
        labelled = [
            Passage(text, 0, len(text), label == "conclusion", 1.0, label == "conclusion")
            for text, label in texts
        ]
        part = LabelledSet("closings", labelled, markdown=True)
        parts.append(Part(part, held_out_model(fold, split_models=False)))
    yield Column("closings", parts, small=False)


def scorers() -> dict[str, Scorer]:
    """Every scorer by its name; the higher the score, the more filler."""
    return {
        "dedupe: score": lambda part: passages.scores_of(*part).score.tolist(),
        "dedupe: closing head": lambda part: passages.scores_of(*part).closing.tolist(),
        "cue regex": _of_text(lambda text: float(CUE.match(text) is not None)),
        "last paragraph": lambda part: [float(p.last) for p in part.labelled.passages],
        "short": _of_text(lambda text: -len(_words(text))),
        "few digits, capitals": _of_text(lambda text: -_per_word(len(_FACT.findall(text)), text)),
        "stop words": _of_text(
            lambda text: _per_word(sum(w in ENGLISH_STOP_WORDS for w in _words(text)), text)
        ),
        "slop lists": _of_text(lambda text: _phrase_density(text, _phrases("ai-"))),
        "all phrase lists": _of_text(lambda text: _phrase_density(text, _phrases(""))),
    }


def _of_text(score: Callable[[str], float]) -> Scorer:
    return lambda part: [score(passage.text) for passage in part.labelled.passages]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'"))


def _per_word(count: int, text: str) -> float:
    return count / max(len(_words(text)), 1)


@cache
def _phrases(kind: str) -> frozenset[tuple[str, ...]]:
    rows = corpora.read_table("phrase_lists/phrases", Phrase)
    return frozenset(tuple(_words(row.phrase)) for row in rows if row.kind.startswith(kind))


def _phrase_density(text: str, phrases: frozenset[tuple[str, ...]]) -> float:
    words = _words(text)
    found = sum(
        tuple(words[first : first + size]) in phrases
        for size in range(1, LONGEST_PHRASE + 1)
        for first in range(len(words) - size + 1)
    )
    return _per_word(found, text)


def peer_scorer(requirement: str) -> Scorer:
    """A linter from PyPI in an environment of its own.

    Raises RuntimeError, with what pip said, where it cannot be installed.
    """
    python = environments.python_with(requirement)
    script = _PEER_SCRIPT.format(score=PEERS[requirement])

    def score(part: Part) -> list[float]:
        texts = [passage.text for passage in part.labelled.passages]
        told = subprocess.run(
            [str(python), "-c", script],
            input=msgspec.json.encode(texts),
            capture_output=True,
            check=True,
        ).stdout
        return msgspec.json.decode(told, type=list[float])

    return score


def area(scorer: Scorer, parts: Sequence[Part]) -> float:
    """AUC of a scorer, the mean over some parts."""
    areas = []
    for part in parts:
        wanted = ~np.isnan(passages.scores_of(*part).score)
        score = np.array(scorer(part), np.float64)
        filler = np.array([passage.filler for passage in part.labelled.passages])
        areas.append(auc(score[wanted & filler].tolist(), score[wanted & ~filler].tolist()))
    return float(np.mean(areas))


def comparison() -> Iterator[str]:
    """The table, line by line."""
    sets = list(columns())
    yield f"{'AUC':22}" + "".join(f"{column.name:>12}" for column in sets)
    for name, scorer in scorers().items():
        areas = [area(scorer, column.parts) for column in sets]
        yield f"{name:22}" + "".join(f"{value:12.3f}" for value in areas)
    for requirement in PEERS:
        try:
            scorer = peer_scorer(requirement)
        except RuntimeError as error:
            yield f"{requirement:22}  cannot be installed: {error}"
            continue
        cells = (f"{area(scorer, c.parts):12.3f}" if c.small else f"{'-':>12}" for c in sets)
        yield f"{requirement:22}" + "".join(cells)


def main() -> int:
    """Print the figures with their goals, then the comparison; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.filler", description=main.__doc__)
    parser.parse_args()
    rows: list[quality.Row] = []
    for group in GROUPS:
        measured = quality.measure(group, reuse=False)
        print(quality.table(measured), end="\n\n", flush=True)
        rows += measured
    try:
        for line in comparison():
            print(line, flush=True)
    except FileNotFoundError as error:
        parser.exit(2, f"{error}\n")
    print("", quality.told(rows), sep="\n")
    return int(any(row.verdict == "MISSED" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
