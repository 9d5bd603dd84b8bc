"""`compare`: two articles side by side."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Literal

import numpy as np

from dedupe import config
from dedupe.align import shingle_overlap
from dedupe.errors import NothingToAnalyseError, UsageError
from dedupe.findings.edits import word_edits
from dedupe.findings.lookup import Lookup
from dedupe.model import AlignedPassage, Comparison, Edit
from dedupe.pipeline import matching
from dedupe.pipeline.scanning import analyse_files, corpus_of, read_again, threads, workers
from dedupe.pipeline.store import ReadingStore
from dedupe.sources import displayed, find_files
from dedupe.tables import Corpus, MatchTable, Reading


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
        analyses = analyse_files(listing.files, settings, pool)
        for part in analyses:
            for item in part.skipped:
                raise NothingToAnalyseError(f"{item.path}: {item.reason}")
        corpus = corpus_of(analyses, listing.files)
        matches = matching.match(
            corpus, matching.gather(analyses), np.arange(2, dtype=np.int32),
            config.Matching(
                min_words=settings.matching.min_words,
                min_similarity=settings.matching.min_similarity,
                inside_articles=False,
            ),
            pool,
        )  # fmt: skip
        first, middle, last = (np.array([end], np.int64) for end in corpus.article_token)
        shared = shingle_overlap(corpus.token, first, middle, middle, last, pool)
        similarity, in_b, in_a = shared[0].tolist()
    load = ReadingStore(analyses, partial(read_again, listing.files, settings.sources)).load
    words = np.diff(corpus.article_token).tolist()
    # The files are sorted by path; the user's order is restored.
    swapped = corpus.path[0] != displayed(os.path.normpath(path_a))
    return Comparison(
        path_a=corpus.path[swapped],
        path_b=corpus.path[not swapped],
        words_a=words[swapped],
        words_b=words[not swapped],
        similarity=round(similarity, 4),
        containment_a=round(in_a if swapped else in_b, 4),
        containment_b=round(in_b if swapped else in_a, 4),
        passages=_passages(corpus, matches, load, swapped=swapped),
    )


_Piece = tuple[Literal["equal", "replace", "delete", "insert"], int | None, int | None]
"""Kind of a stretch, and the tickets of its text on either side."""


def _passages(
    corpus: Corpus, matches: MatchTable, load: Callable[[int], Reading], *, swapped: bool
) -> tuple[AlignedPassage, ...]:
    """The aligned passages, sides in the user's order, sorted by the place in the first."""
    lookup = Lookup(corpus)
    sides = [(0, matches.a_start, matches.a_end), (1, matches.b_start, matches.b_end)]
    if swapped:
        sides.reverse()
    (one, one_start, one_end), (two, two_start, two_end) = sides
    noted = []
    for row in range(len(matches)):
        span_one = lookup.tokens(one, int(one_start[row]), int(one_end[row]))
        span_two = lookup.tokens(two, int(two_start[row]), int(two_end[row]))
        pieces = _note_pieces(
            corpus, lookup, one, (int(one_start[row]), int(one_end[row])),
            two, (int(two_start[row]), int(two_end[row])),
        )  # fmt: skip
        noted.append((span_one, span_two, pieces))
    lookup.resolve(load)
    first, second = (
        (matches.containment_b, matches.containment_a)
        if swapped
        else (matches.containment_a, matches.containment_b)
    )
    found = [
        AlignedPassage(
            a=lookup.span(span_one),
            b=lookup.span(span_two),
            words_a=int(one_end[row] - one_start[row]),
            words_b=int(two_end[row] - two_start[row]),
            similarity=round(float(matches.similarity[row]), 4),
            containment_a=round(float(first[row]), 4),
            containment_b=round(float(second[row]), 4),
            edits=tuple(
                Edit(
                    kind,
                    "" if a is None else lookup.piece(a),
                    "" if b is None else lookup.piece(b),
                )
                for kind, a, b in pieces
            ),
        )
        for row, (span_one, span_two, pieces) in enumerate(noted)
    ]
    return tuple(sorted(found, key=lambda passage: passage.a.start.offset))


def _note_pieces(
    corpus: Corpus, lookup: Lookup, one: int, span: tuple[int, int], two: int,
    other: tuple[int, int],
) -> list[_Piece]:  # fmt: skip
    """Equal and differing stretches of two spans, with tickets for their texts."""
    start, end = span
    other_start, other_end = other
    runs = word_edits(corpus.token[start:end], corpus.token[other_start:other_end])
    pieces: list[_Piece] = []
    at, other_at = 0, 0

    def text(article: int, base: int, low: int, high: int) -> int | None:
        return lookup.text(article, base + low, base + high) if high > low else None

    def equal(until: int, other_until: int) -> None:
        if until > at:
            theirs = text(two, other_start, other_at, other_until)
            pieces.append(("equal", text(one, start, at, until), theirs))

    for low, high, other_low, other_high in runs:
        equal(low, other_low)
        ours = text(one, start, low, high)
        theirs = text(two, other_start, other_low, other_high)
        if ours is None:
            pieces.append(("insert", None, theirs))
        elif theirs is None:
            pieces.append(("delete", ours, None))
        else:
            pieces.append(("replace", ours, theirs))
        at, other_at = high, other_high
    equal(end - start, other_end - other_start)
    return pieces
