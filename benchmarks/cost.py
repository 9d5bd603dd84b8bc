"""What filler scores cost: CPU time beside that of a whole scan."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import corpora, harness, speed
from benchmarks.figures import Figure
from benchmarks.scoring import chosen_model
from dedupe.config import Filler
from dedupe.filler.rules import find_flags
from dedupe.filler.scorer import score_blocks
from dedupe.sources import text_batch
from dedupe.tables import TextBatch
from dedupe.tokens import tokenise

BATCH_CHARACTERS = 2_000_000
ROUNDS = 5


def cost_figures() -> dict[str, Figure]:
    """CPU time of scoring beside that of a scan at depth fast without it; both on one core each.

    `alone` reads words and scores blocks; `stage` is what scoring adds where words are known.
    """
    corpus = corpora.materialise("mixed")
    task = harness.prepare(speed.choose(["mixed"]))[0]
    samples = [harness.time_process(task.command, {}) for _ in range(3)]
    scan = min(sample.user + sample.system for sample in samples)
    words = stage = rules = 0.0
    model = chosen_model()
    for batch in _batches(corpus.folder):
        tokens = tokenise(batch)
        scores = score_blocks(batch, tokens, model)
        words += _seconds(tokenise, batch)
        stage += _seconds(score_blocks, batch, tokens, model)
        rules += _seconds(find_flags, batch, tokens, scores, model, Filler())
    size, rest = corpus.size_bytes / 1e6, scan - stage - rules
    note = f"scoring {stage:.2f} s, rules {rules:.2f} s, scan {scan:.2f} s"
    return {
        "cost/scoring": Figure(stage / (scan - stage), note),
        "cost/scoring and rules": Figure((stage + rules) / rest),
        "cost/stage": Figure(size / stage),
        "cost/alone": Figure(size / (words + stage)),
    }


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


def _seconds(work: Callable[..., object], *arguments: object) -> float:
    """CPU seconds of this thread, the least of some rounds."""
    least = float("inf")
    for _ in range(ROUNDS):
        start = time.thread_time()
        work(*arguments)
        least = min(least, time.thread_time() - start)
    return least
