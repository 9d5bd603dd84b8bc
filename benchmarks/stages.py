"""Every stage of a scan alone, on one core, beside the limit that it could reach.

`python -m benchmarks.stages [CORPUS]`, by default a made corpus of 30 MB. Each stage is called as
a scan calls it, on the tables that the stage before made; the median CPU time of `ROUNDS` counts,
for all batches together. The limit is a part of the work that no program can avoid, done by NumPy
in the same run: call the system for every file, load two numbers for every word, copy the keys.
`np.sort` is none: the stages that sort took a third of its time. Where no limit is known, none is
given.
"""

# ruff: noqa: E402 - what follows on `prefer_fast_sort`
from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

from dedupe.cli import prefer_fast_sort

prefer_fast_sort()  # as the program does, before NumPy is imported

import numpy as np

from benchmarks import keeping, pinned, records
from dedupe import (
    align,
    bands,
    candidates,
    clusters,
    config,
    pairings,
    passages,
    rewordings,
    sketches,
    stems,
    tokens,
    verify,
)
from dedupe.filler.modelfile import FillerModel
from dedupe.filler.rules import find_flags
from dedupe.filler.scorer import load_model, score_blocks
from dedupe.pipeline import analysis, gathering, matching
from dedupe.rarity import stem_frequency
from dedupe.sources import FileTable, SourceFile, find_files, read_batch
from dedupe.tables import Boxes, MatchTable

CORPUS = "plain-30MB"
ROUNDS = 5
HEAD = ("stage", "MB/s", "cost", "units", "distance from its limit")
TABLE_ENTRIES = 1 << 16
"""Entries of four bytes: a table in the second cache, as those of the scorer are."""


class Stage(NamedTuple):
    """What a stage took; CPU seconds of all threads together, of which one is at work."""

    name: str
    unit: str
    units: int
    seconds: float
    limit: float | None = None
    """Seconds of the least work that gives the same result"""
    limited_by: str = ""


def measure(folder: str) -> tuple[int, list[Stage]]:
    """Size in bytes of the corpus in a folder, and its stages in the order of a scan."""
    files = find_files([folder], config.Sources()).files
    with ThreadPoolExecutor(1) as pool:
        return sum(file.size for file in files), [*_batches(files), *_corpus(files, pool)]


def table(size_bytes: int, stages: Sequence[Stage]) -> str:
    """The stages as Markdown."""
    rows = [
        [
            stage.name, f"{size_bytes / 1e6 / stage.seconds:,.0f}",
            f"{stage.seconds / max(stage.units, 1) * 1e9:,.1f} ns/{stage.unit}", f"{stage.units:,}",
            f"{stage.seconds / stage.limit:.1f} x {stage.limited_by}" if stage.limit else "",
        ]
        for stage in stages
    ]  # fmt: skip
    return keeping.markdown(HEAD, rows)


def _batches(files: FileTable) -> list[Stage]:
    """The stages that see one batch at a time, summed over the batches."""
    settings = config.Config()
    model = load_model(settings.filler.model)
    totals: dict[str, Stage] = {}
    for run in analysis.batches(files):
        for stage in _batch(files[run.start : run.stop], settings, model):
            so_far = totals.get(stage.name)
            totals[stage.name] = stage if so_far is None else _added(so_far, stage)
    return list(totals.values())


def _added(one: Stage, other: Stage) -> Stage:
    limit = None if one.limit is None or other.limit is None else one.limit + other.limit
    return one._replace(
        units=one.units + other.units, seconds=one.seconds + other.seconds, limit=limit
    )


def _batch(files: FileTable, settings: config.Config, model: FillerModel) -> Iterator[Stage]:
    """The stages of one batch."""
    bands_used = analysis.BANDING.bands
    reading, _, _ = analysis.read(files, range(len(files)), settings.sources)
    text, words = reading.text, reading.tokens
    count = len(words.hash)
    yield Stage(
        "read, decode, blocks", "file", len(files),
        _seconds(lambda: read_batch(files, 0, settings.sources)),
        _seconds(lambda: [_read(file) for file in files]), "open, read, close",
    )  # fmt: skip
    yield Stage(
        "words and sentences", "word", count,
        _seconds(lambda: tokens.tokenise(text)),
        _seconds(lambda: np.count_nonzero(text.data > ord(" "))), "counting what is no space",
    )  # fmt: skip
    yield Stage(
        "shingles", "shingle", count,
        _seconds(lambda: sketches.shingles(words.hash)),
        _seconds(words.hash.copy), "copying the words",
    )  # fmt: skip
    shingle = sketches.shingles(words.hash)
    first, last = passages.sentence_shingles(words)
    whole = np.zeros(1, np.int32), np.array([count], np.int32)
    yield Stage(
        "sketches", "shingle", count,
        _seconds(lambda: sketches.band_sketches(shingle, first, last, bands_used)),
        _seconds(lambda: sketches.band_sketches(shingle, *whole, bands_used)),
        "one sketch of a batch",
    )  # fmt: skip
    minima = sketches.band_sketches(shingle, first, last, bands_used)
    blocks = analysis.article_blocks(text)
    found = passages.cut(words, blocks, minima, bands_used)
    yield Stage(
        "passages", "passage", len(found.start),
        _seconds(lambda: passages.cut(words, blocks, minima, bands_used)),
    )  # fmt: skip
    scores = score_blocks(text, words, model)
    weights = np.zeros(TABLE_ENTRIES, np.int32)
    slot = (words.hash % np.uint32(TABLE_ENTRIES)).astype(np.intp)
    yield Stage(
        "filler scores", "word", count,
        _seconds(lambda: score_blocks(text, words, model)),
        _seconds(lambda: (weights.take(slot), weights.take(slot))), "two look-ups a word",
    )  # fmt: skip
    yield Stage(
        "filler rules", "word", count,
        _seconds(lambda: find_flags(text, words, scores, model, settings.filler)),
    )  # fmt: skip
    yield Stage(
        "stems and names", "word", count,
        _seconds(lambda: (stems.stem(text, words), stems.names(words, reading.article_token))),
        _seconds(lambda: weights.take(slot)), "one look-up a word",
    )  # fmt: skip


def _corpus(files: FileTable, pool: Executor) -> Iterator[Stage]:
    """The stages between the passages and stems of all articles and their clusters."""
    settings = config.Config()
    parts = gathering.analyse_files(files, settings, load_model(), pool)
    whole = gathering.Gathering.of(parts)
    corpus, gathered = whole.corpus(parts, files.path), whole.passages()
    owner = np.arange(len(corpus.path), dtype=np.int32)
    places = candidates.Passages(owner[gathered.article], gathered.start, gathered.length)
    yield Stage(
        "equal passages", "passage", len(gathered.content),
        _seconds(lambda: candidates.equals_of(gathered.content, corpus.token, places, pool)),
        _seconds(gathered.content.copy), "copying their hashes",
    )  # fmt: skip
    equals = candidates.equals_of(gathered.content, corpus.token, places, pool)
    none_settled = np.zeros(len(gathered.kind), np.bool_)
    known = candidates.equal_pairs(equals, places, none_settled, inside=len(corpus.path))
    use = bands.usable(gathered.kind, equals.representative, equals.order)
    batches = bands.parts(gathered.keys, gathered.sizes, gathered.kind, use, places.article, pool)
    entries, count = sum(len(part.use) for part in batches), analysis.BANDING.bands
    workspace, bits = bands.Workspace(entries), bands.index_bits(len(use))

    def collide(band: int) -> candidates.Colliding:
        return bands.colliding(batches, band, bits, workspace)

    yield Stage(
        "bands", "key", entries * count,
        _seconds(lambda: candidates.band_pairs(collide, count, pool)),
        _seconds(np.empty(entries, np.uint64).copy) * count, "copying the keys",
    )  # fmt: skip
    proposed = np.sort(np.concatenate(candidates.band_pairs(collide, count, pool)))
    where = verify.Passages(gathered.article, gathered.start, gathered.length, equals.group)

    def prove() -> Boxes:
        return verify.prove(known, proposed, matching.LIMITS, corpus.token, where, pool).boxes

    yield Stage("exact proof", "candidate", len(known) + len(proposed), _seconds(prove))
    boxes, pieces = prove(), corpus.pieces.token
    least = settings.matching.min_words

    def join() -> MatchTable:
        return align.align(boxes, corpus.token, pieces, least, pool)

    overlap = partial(align.shingle_overlap, corpus.token, pool=pool)
    matches = join()
    yield Stage("alignment", "match", len(matches.a), _seconds(join))
    yield Stage(
        "clusters", "match", len(matches.a),
        _seconds(lambda: clusters.cluster(matches, corpus.token, corpus.rank, overlap, pool)),
    )  # fmt: skip
    stemmed = whole.stems()
    if stemmed is not None:
        frequency = stem_frequency(stemmed.stem, pieces, pool)
        here = rewordings.rarity_here(frequency, len(pieces) - 1)

        def pair() -> Boxes:
            return pairings.candidates(stemmed.stem, pieces, owner, frequency, pool)

        where_reworded = pair()
        yield Stage("pairs of stems", "word", len(stemmed.stem), _seconds(pair))
        yield Stage(
            "reworded alignment", "candidate", len(where_reworded.partner),
            _seconds(lambda: rewordings.align(*where_reworded, stemmed, pieces, here, pool)),
        )  # fmt: skip


def _read(file: SourceFile) -> bytes:
    """The bytes of a file with no more calls of the system than must be."""
    descriptor = os.open(file.path, os.O_RDONLY)
    try:
        return os.read(descriptor, file.size + 1)
    finally:
        os.close(descriptor)


def _seconds(work: Callable[[], object]) -> float:
    """CPU seconds of the process, the median of some rounds."""
    seconds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return statistics.median(seconds)


def main() -> int:
    """Measure the stages of one corpus and print them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stages", description=main.__doc__)
    parser.add_argument("corpus", nargs="?", default=CORPUS, help=f"default {CORPUS}")
    parser.add_argument("--record", action="store_true", help="keep the figures and the table")
    options = parser.parse_args()
    try:
        where = keeping.place("stages.json", ROUNDS) if options.record else None
        folder = pinned.ready(options.corpus).folder
    except KeyError:
        parser.error(f"no corpus of that name: {options.corpus}")
    except (FileNotFoundError, ValueError) as error:
        parser.exit(2, f"{error}\n")
    facts = records.machine()
    size, stages = measure(str(folder))
    about = f"{options.corpus}, {size / 1e6:.0f} MB; median of {ROUNDS} rounds, one core"
    parts = (keeping.listed(facts), about, table(size, stages))
    print(*parts, sep="\n\n")
    if where:
        run = {"corpus": options.corpus, "size_bytes": size, "rounds": ROUNDS}
        figures = [stage._asdict() for stage in stages]
        raw = keeping.json_text({"machine": facts, **run, "stages": figures})
        keeping.keep(where, raw, "Stages", parts)
        print(where.table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
