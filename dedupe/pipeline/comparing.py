"""`compare`: two articles side by side."""

from __future__ import annotations

import os
from functools import partial

import msgspec
import numpy as np

from dedupe import align, config
from dedupe.arrays import I64, order_of
from dedupe.errors import NothingToAnalyseError, UsageError
from dedupe.filler.scorer import load_model
from dedupe.model import AlignedPassage, Comparison
from dedupe.pipeline import matching
from dedupe.pipeline.aligned import aligned, flipped
from dedupe.pipeline.gathering import Gathering, analyse_files, read_again
from dedupe.pipeline.owners import Owners
from dedupe.pipeline.store import ReadingStore
from dedupe.pipeline.threads import threads, workers
from dedupe.sources import displayed, find_files
from dedupe.tables import MatchTable


def compare(path_a: str, path_b: str, settings: config.Config) -> Comparison:
    """Align two articles and show how their common passages differ.

    Raises UsageError for a missing path or one and the same file, NothingToAnalyseError for a
    file without text.
    """
    listing = find_files([path_a, path_b], settings.sources)
    for item in listing.skipped:
        raise NothingToAnalyseError(f"{item.path}: {item.reason}")
    if len(listing.files) != 2:
        raise UsageError("compare needs two different files")
    with workers(threads(settings.jobs)) as pool:
        analyses = analyse_files(listing.files, settings, load_model(settings.filler.model), pool)
        for part in analyses:
            for item in part.skipped:
                raise NothingToAnalyseError(f"{item.path}: {item.reason}")
        gathering = Gathering.of(analyses)
        corpus = gathering.corpus(analyses, listing.files.path)
        owners = Owners(np.arange(2, dtype=np.int32), inside=0)
        chosen, cut = settings.matching, gathering.passages()
        copied = matching.match_copies(corpus, cut, owners, chosen, pool)
        stems = gathering.stems()
        matches = matching.match_rewordings(copied, corpus, stems, owners, chosen, pool).table
        first, middle, last = (np.array([end], np.int64) for end in corpus.article_token)
        shared = align.shingle_overlap(corpus.token, first, middle, middle, last, pool)
        similarity, *inside = np.round(shared[0], 4).tolist()
    # The files are sorted by path; the user's order is restored.
    order = [0, 1]
    if corpus.path[0] != displayed(os.path.normpath(path_a)):
        matches = flipped(matches)
        order.reverse()
    matches = matches.rows(order_of(matches.a_start, matches.b_start))
    load = ReadingStore(analyses, partial(read_again, listing.files, settings.sources)).load
    a, b = order
    words = np.diff(corpus.article_token).tolist()
    passages, (rest_a, rest_b) = _with_gaps(
        aligned(corpus, matches, load), matches, corpus.article_token[[a, b]],
        corpus.article_token[[a + 1, b + 1]],
    )  # fmt: skip
    return Comparison(
        path_a=corpus.path[a],
        path_b=corpus.path[b],
        words_a=words[a],
        words_b=words[b],
        similarity=similarity,
        containment_a=inside[a],
        containment_b=inside[b],
        passages=passages,
        rest_a=rest_a,
        rest_b=rest_b,
    )


def _with_gaps(
    passages: list[AlignedPassage], matches: MatchTable, first: I64, behind: I64
) -> tuple[tuple[AlignedPassage, ...], tuple[int, int]]:
    """Passages with the words of either text that lie in front of them, and those at the ends.

    first, behind: (2,) first token of either text, and the one behind its last
    """
    gap_a, rest_a = _gaps(matches.a_start, matches.a_end, first[0], behind[0])
    gap_b, rest_b = _gaps(matches.b_start, matches.b_end, first[1], behind[1])
    found = zip(passages, gap_a.tolist(), gap_b.tolist(), strict=True)
    replaced = (msgspec.structs.replace(p, skipped_a=a, skipped_b=b) for p, a, b in found)
    return tuple(replaced), (rest_a, rest_b)


def _gaps(start: I64, end: I64, first: int, behind: int) -> tuple[I64, int]:
    """Words between each span and those in front of it in its text, and words behind them all."""
    order = np.argsort(start, kind="stable")
    reached = np.maximum.accumulate(np.append(first, end[order]))
    gap = np.empty_like(start)
    gap[order] = np.maximum(start[order] - reached[:-1], 0)
    return gap, int(behind - reached[-1])
