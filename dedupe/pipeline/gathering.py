"""From files to the corpus: batches side by side, and what is gathered from them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from itertools import pairwise

import numpy as np
from msgspec import structs

from dedupe import config, memory
from dedupe.filler.scorer import load_model
from dedupe.findings import Suppressions
from dedupe.pipeline import matching
from dedupe.pipeline.analysis import (
    Analysis,
    analyse,
    batches,
    read,
    spill_limit,
)
from dedupe.pipeline.progress import Progress, Silence
from dedupe.sources import SourceFile, dated
from dedupe.tables import I32, I64, Corpus, Pieces, Reading, Stems


def analyse_files(
    files: Sequence[SourceFile], settings: config.Config, pool: Executor,
    progress: Progress | None = None,
) -> list[Analysis]:  # fmt: skip
    """Read and analyse all files, batch by batch, side by side."""
    progress = progress or Silence()
    files = dated(files, settings.sources)
    model = load_model(settings.filler.model)
    runs = batches(files)
    keep = spill_limit(files, settings) is None
    progress.phase("reading", len(files))

    def one(run: range) -> Analysis:
        part = analyse(files, run, settings, model, keep=keep)
        progress.advance(len(run))
        return part

    # Neighbours are apart in time: parsing Markdown holds the interpreter, and it stands together.
    count = len(runs)
    order = [*range(0, count, 2), *range(1, count, 2)]
    parts = dict(zip(order, pool.map(one, [runs[k] for k in order]), strict=True))
    return [parts[k] for k in range(count)]


def read_again(files: Sequence[SourceFile], sources: config.Sources, chosen: I32) -> Reading:
    """Read some files once more, by their numbers."""
    return read([files[number] for number in chosen.tolist()], range(len(chosen)), sources)[0]


def corpus_of(analyses: Sequence[Analysis], files: Sequence[SourceFile]) -> Corpus:
    """Number the articles of all batches, in the order of their paths."""
    date = tuple(day for part in analyses for day in part.date)
    articles = [len(part.file) for part in analyses]
    accepted = np.repeat([part.accepted for part in analyses], articles)
    rank = np.arange(len(date), dtype=np.int32)
    if any(date) or accepted.any():
        undated = "9999-99-99"
        by_age = sorted(range(len(date)), key=lambda d: (not accepted[d], date[d] or undated, d))
        rank[by_age] = np.arange(len(date), dtype=np.int32)
    token_base = np.cumsum([0, *(len(part.token) for part in analyses)])
    return Corpus(
        path=tuple(files[i].path for part in analyses for i in part.file.tolist()),
        date=date,
        accepted=accepted,
        rank=rank,
        token=memory.joined([part.token for part in analyses], np.uint32),
        article_token=_joined([part.article_token for part in analyses], token_base),
        block_token=_joined([part.block_token for part in analyses], token_base),
        pieces=_pieces(analyses, token_base),
        block_kind=np.concatenate([part.block_kind for part in analyses]),
        block_unspaced=np.concatenate([part.block_unspaced for part in analyses]),
        batch_article=np.cumsum([0, *articles]).astype(np.int64),
    )


def gathered(
    analyses: Sequence[Analysis], corpus: Corpus
) -> tuple[list[Analysis], matching.CorpusPassages, Stems | None]:
    """The passages and stems of all batches, and the batches without them and with shared words.

    What is gathered is held once: a third of the peak of a corpus whose texts are not kept.
    """
    edges = np.cumsum([0, *(len(part.token) for part in analyses)]).tolist()
    analyses = [
        structs.replace(part, token=corpus.token[low:high])
        for part, (low, high) in zip(analyses, pairwise(edges), strict=True)
    ]
    memory.release()
    passages, stems = matching.gather(analyses), matching.gather_stems(analyses)
    return [structs.replace(part, passages=None, stems=None) for part in analyses], passages, stems


def _pieces(analyses: Sequence[Analysis], token_base: I64) -> Pieces:
    """The pieces of all batches side by side."""
    parts = [part.pieces for part in analyses]
    first = np.cumsum([0, *(len(part.file) for part in analyses)]).tolist()
    return Pieces(
        _joined([part.token for part in parts], token_base),
        np.concatenate([p.article + np.int32(base) for p, base in zip(parts, first, strict=False)]),
        np.concatenate([part.out for part in parts]),
    )


def suppressions_of(
    analyses: Sequence[Analysis], corpus: Corpus, settings: config.Config
) -> Suppressions:
    """What the directives of all batches say, counted from the start of the corpus."""
    found = []
    for part, article in zip(analyses, corpus.batch_article.tolist(), strict=False):
        word = int(corpus.article_token[article])
        found += [
            structs.replace(
                said, article=said.article + article, start=said.start + word, end=said.end + word
            )
            for said in part.suppressions
        ]
    return Suppressions(found, corpus.path, settings)


def _joined(offsets: Sequence[np.ndarray], base: np.ndarray) -> np.ndarray:
    """Ragged offsets of all batches as one."""
    parts = [part[:-1] + low for part, low in zip(offsets, base[:-1], strict=True)]
    return np.append(np.concatenate(parts), base[-1]).astype(np.int64)
