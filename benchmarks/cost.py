"""What filler scores cost: CPU time beside that of a whole scan."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, ParamSpec, TypeVar

from benchmarks import corpora, harness, results
from benchmarks.figures import Figure
from benchmarks.scoring import chosen_model
from dedupe.config import Filler
from dedupe.filler.modelfile import FillerModel
from dedupe.filler.rules import find_flags
from dedupe.filler.scorer import score_blocks
from dedupe.sources import text_batch
from dedupe.tables import TextBatch
from dedupe.tokens import tokenise

BATCH_CHARACTERS = 2_000_000
ROUNDS = 5
P = ParamSpec("P")
R = TypeVar("R")


class Round(NamedTuple):
    """CPU seconds of a scan and of its work for filler, in turn: a busy minute meets both."""

    scan: float
    words: float
    scoring: float
    rules: float


def cost_figures() -> dict[str, Figure]:
    """CPU time of scoring beside that of a scan at depth fast without it, by the median of rounds.

    `alone` reads words and scores blocks; `stage` is what scoring adds where words are known.
    """
    corpus = corpora.materialise("mixed")
    size, model = corpus.size_bytes / 1e6, chosen_model()
    # The first round compiles and fills caches; it is not counted.
    rounds = [_round(corpus.folder, model) for _ in range(ROUNDS + 1)][1:]
    both = [(r.scoring + r.rules) / (r.scan - r.scoring - r.rules) for r in rounds]
    return {
        "cost/scoring": _median([r.scoring / (r.scan - r.scoring) for r in rounds]),
        "cost/scoring and rules": _median(both),
        "cost/stage": _median([size / r.scoring for r in rounds]),
        "cost/alone": _median([size / (r.words + r.scoring) for r in rounds]),
    }


def _median(values: Sequence[float]) -> Figure:
    return Figure(statistics.median(values), f"{min(values):.3g} to {max(values):.3g}")


def _round(folder: Path, model: FillerModel) -> Round:
    command = results.program("scan", str(folder), "--depth", "fast", "--output-format", "jsonl")
    sample = harness.time_process([*command, "-q"], {})
    words = scoring = rules = 0.0
    for batch in _batches(folder):
        tokens, seconds = _timed(tokenise, batch)
        words += seconds
        scores, seconds = _timed(score_blocks, batch, tokens, model)
        scoring += seconds
        rules += _timed(find_flags, batch, tokens, scores, model, Filler())[1]
    return Round(sample.user + sample.system, words, scoring, rules)


def _batches(folder: Path) -> Iterator[TextBatch]:
    """The articles of a folder in batches as large as those of a scan."""
    for suffix in (".md", ".txt"):
        texts, size = list[str](), 0
        for path in sorted(folder.rglob(f"*{suffix}")):
            texts.append(path.read_bytes().decode())
            size += len(texts[-1])
            if size > BATCH_CHARACTERS:
                yield text_batch(texts, markdown=suffix == ".md")
                texts, size = [], 0
        if texts:
            yield text_batch(texts, markdown=suffix == ".md")


def _timed(work: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> tuple[R, float]:
    """What some work gives, and the CPU seconds of this thread for it."""
    start = time.thread_time()
    result = work(*arguments, **options)
    return result, time.thread_time() - start
