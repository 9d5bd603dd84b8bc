"""From files to the corpus: batches side by side, and what is gathered from them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from msgspec import structs

from dedupe import config, memory
from dedupe.arrays import I32, I64, U8, U32, Bool
from dedupe.filler.modelfile import FillerModel
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
from dedupe.sources import FileTable, dated
from dedupe.tables import Corpus, Pieces, Reading, Stems
from dedupe.texts import Strings

if TYPE_CHECKING:
    from dedupe.sources.parsing import Parse


def analyse_files(
    files: FileTable, settings: config.Config, model: FillerModel, pool: Executor,
    progress: Progress | None = None, gathering: Gathering | None = None,
    parse: Parse | None = None,
) -> list[Analysis]:  # fmt: skip
    """Read and analyse all files, batch by batch, side by side.

    gathering: takes from each batch what is gathered; parse: as in `read_batch`
    """
    progress = progress or Silence()
    files = dated(files, settings.sources)
    runs = batches(files)
    keep = spill_limit(files, settings) is None
    progress.phase("reading", len(files))

    def one(run: range) -> Analysis:
        part = analyse(files, run, settings, model, keep=keep, parse=parse)
        progress.advance(len(run))
        return part

    take = gathering.add if gathering is not None else lambda part: part
    if not keep:  # nothing waits for the others to be gathered
        return [take(part) for part in pool.map(one, runs)]
    # Neighbours are apart in time: to parse Markdown takes longest, and it stands together.
    count = len(runs)
    order = [*range(0, count, 2), *range(1, count, 2)]
    parts = dict(zip(order, pool.map(one, [runs[k] for k in order]), strict=True))
    return [take(parts[k]) for k in range(count)]


def read_again(
    files: FileTable, sources: config.Sources, chosen: I32, parse: Parse | None = None
) -> Reading:
    """Read some files once more, by their numbers; `parse` is that of `read_batch`."""
    return read(files.rows(chosen), range(len(chosen)), sources, parse)[0]


class Gathering:
    """Words, blocks, passages and stems of batches, those of each behind those of the one before.

    Within `memory.spilling` they are written to files as they come.
    """

    def __init__(self) -> None:
        self._pieces = 0
        self._words = 0
        self._token = memory.Column(np.uint32)
        self._block, self._block_kind = memory.Column(np.int64), memory.Column(np.uint8)
        self._unspaced = memory.Column(np.bool_)
        self._start, self._length = memory.Column(np.int64), memory.Column(np.int32)
        self._article, self._kind = memory.Column(np.int32), memory.Column(np.uint8)
        self._content = memory.Column(np.uint64)
        self._keys: list[U32] = []
        self._sizes: list[int] = []
        self._stem, self._name = memory.Column(np.uint32), memory.Column(np.bool_)
        self._unit = memory.Column(np.int64)
        self._stemmed = False

    @classmethod
    def of(cls, analyses: Sequence[Analysis]) -> Gathering:
        """What is gathered from some batches."""
        gathering = cls()
        for part in analyses:
            gathering.add(part)
        return gathering

    def add(self, part: Analysis) -> Analysis:
        """Take what is gathered from a batch; returns what remains of it."""
        self._token.extend(part.token)
        self._block.extend(part.block_token[:-1], self._words)
        self._block_kind.extend(part.block_kind)
        self._unspaced.extend(part.block_unspaced)
        if part.passages is not None:
            self._start.extend(part.passages.start, self._words)
            self._length.extend(part.passages.length)
            self._article.extend(part.passages.article, self._pieces)
            self._kind.extend(part.passages.kind)
            self._content.extend(part.passages.content)
            self._sizes.append(len(part.passages.kind))
            banded = np.flatnonzero(part.passages.kind)
            self._keys.append(memory.kept(part.passages.keys.take(banded, axis=1)))
        if part.stems is not None:
            self._stemmed = True
            self._stem.extend(part.stems.stem)
            self._name.extend(part.stems.name)
            self._unit.extend(part.stems.unit[:-1], self._words)
        self._words += len(part.token)
        self._pieces += len(part.pieces.out)
        return structs.replace(
            part, token=part.token[:0].copy(), block_token=part.block_token[:0].copy(),
            block_kind=part.block_kind[:0].copy(), block_unspaced=part.block_unspaced[:0].copy(),
            passages=None, stems=None,
        )  # fmt: skip

    def corpus(self, analyses: Sequence[Analysis], paths: Strings) -> Corpus:
        """Number the articles of all batches, in the order of their paths.

        paths: of the files, as displayed
        """
        self._block.extend(np.array([self._words]))
        blocks = _Blocks(self._block.whole(), self._block_kind.whole(), self._unspaced.whole())
        return _corpus(self._token.whole(), blocks, analyses, paths)

    def passages(self) -> matching.CorpusPassages:
        """The passages of all batches, asked for once: to give them up frees half of the memory."""
        keys, self._keys = self._keys, []
        return matching.CorpusPassages(
            start=self._start.whole(),
            length=self._length.whole(),
            article=self._article.whole(),
            kind=self._kind.whole(),
            content=self._content.whole(),
            keys=tuple(keys),
            sizes=tuple(self._sizes),
        )

    def stems(self) -> Stems | None:
        """The stems of all batches, where there are any; asked for once, behind the last batch."""
        if not self._stemmed:
            return None
        self._unit.extend(np.array([self._words]))
        return Stems(self._stem.whole(), self._name.whole(), self._unit.whole())


def with_words(analyses: Sequence[Analysis], corpus: Corpus) -> list[Analysis]:
    """Batches with their words, which stand in the corpus."""
    edges = corpus.article_token[corpus.batch_article].tolist()
    return [
        structs.replace(part, token=corpus.token[low:high])
        for part, (low, high) in zip(analyses, pairwise(edges), strict=True)
    ]


class _Blocks(NamedTuple):
    """As in `Corpus`."""

    token: I64
    kind: U8
    unspaced: Bool


def _corpus(
    token: U32, blocks: _Blocks, analyses: Sequence[Analysis], paths: Strings
) -> Corpus:  # fmt: skip
    date = tuple(chain.from_iterable(part.date for part in analyses))
    articles = [len(part.file) for part in analyses]
    accepted = np.repeat([part.accepted for part in analyses], articles)
    rank = np.arange(len(date), dtype=np.int32)
    if any(date) or accepted.any():
        undated = "9999-99-99"
        by_age = sorted(range(len(date)), key=lambda d: (not accepted[d], date[d] or undated, d))
        rank[by_age] = np.arange(len(date), dtype=np.int32)
    token_base = np.cumsum([0, *(part.article_token[-1] for part in analyses)])
    return Corpus(
        path=paths.take(np.concatenate([part.file for part in analyses])),
        date=date,
        accepted=accepted,
        rank=rank,
        token=token,
        article_token=_joined([part.article_token for part in analyses], token_base),
        block_token=blocks.token,
        pieces=_pieces(analyses, token_base),
        block_kind=blocks.kind,
        block_unspaced=blocks.unspaced,
        batch_article=np.cumsum([0, *articles]).astype(np.int64),
    )


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


def _joined(offsets: Sequence[I64], base: I64) -> I64:
    """Ragged offsets of all batches as one."""
    parts = [part[:-1] + low for part, low in zip(offsets, base[:-1], strict=True)]
    return np.append(np.concatenate(parts), base[-1]).astype(np.int64)
