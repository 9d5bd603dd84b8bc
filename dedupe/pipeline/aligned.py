"""Pairs of spans with the words in which they differ, for people to read side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np

from dedupe.findings.edits import word_edits
from dedupe.findings.lookup import Lookup
from dedupe.model import AlignedPassage, Edit
from dedupe.tables import U32, Corpus, MatchTable, Reading

_Kind = Literal["equal", "replace", "delete", "insert"]
_Piece = tuple[_Kind, int | None, int | None]
"""Kind of a stretch, and the tickets of its text on either side."""
_Stretch = tuple[int, int, int, int]
"""From, to on the one side; from, to on the other."""


def aligned(
    corpus: Corpus, table: MatchTable, load: Callable[[int], Reading]
) -> list[AlignedPassage]:
    """The spans of each match with their words side by side, in the order of the table."""
    lookup = Lookup(corpus)
    in_a = lookup.all_tokens(table.a.astype(np.int64), table.a_start, table.a_end)
    in_b = lookup.all_tokens(table.b.astype(np.int64), table.b_start, table.b_end)
    columns = (table.a, table.b, table.a_start, table.a_end, table.b_start, table.b_end)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    noted = [list(_pieces(corpus, lookup, (a, b), spans)) for a, b, *spans in rows]
    lookup.resolve(load)
    numbers = (table.similarity, table.containment_a, table.containment_b)
    return [
        AlignedPassage(
            a=one,
            b=two,
            words_a=a_end - a_start,
            words_b=b_end - b_start,
            similarity=similarity,
            containment_a=inside_b,
            containment_b=inside_a,
            edits=tuple(
                Edit(kind, *("" if side is None else lookup.piece(side) for side in sides))
                for kind, *sides in pieces
            ),
        )
        for (_, _, a_start, a_end, b_start, b_end), pieces, one, two, similarity, inside_b, inside_a
        in zip(
            rows, noted, lookup.spans(in_a), lookup.spans(in_b),
            *(np.round(column, 4).tolist() for column in numbers), strict=True,
        )
    ]  # fmt: skip


def flipped(table: MatchTable) -> MatchTable:
    """The same matches with their sides exchanged."""
    return MatchTable(
        table.b, table.a, table.b_start, table.b_end, table.a_start, table.a_end,
        table.similarity, table.containment_b, table.containment_a,
    )  # fmt: skip


def _pieces(
    corpus: Corpus, lookup: Lookup, articles: tuple[int, int], spans: list[int]
) -> Iterator[_Piece]:
    """Equal and differing stretches of two spans, with tickets for their texts."""
    start, end, other_start, other_end = spans
    ours, theirs = corpus.token[start:end], corpus.token[other_start:other_end]
    runs = _from_the_start(word_edits(ours, theirs), ours, theirs)
    for kind, (low, high, other_low, other_high) in _stretches(runs, end - start):
        text = other_text = None
        if high > low:
            text = lookup.text(articles[0], start + low, start + high)
        if other_high > other_low:
            other_text = lookup.text(articles[1], other_start + other_low, other_start + other_high)
        yield kind, text, other_text


def _from_the_start(runs: list[_Stretch], ours: U32, theirs: U32) -> list[_Stretch]:
    """The same runs; words that only one side has in front stand in front, and are one run.

    "The [ship sails. The] dredger waits" becomes "[The ship sails.] The dredger waits".
    """
    if not runs:
        return runs
    low, high, other_low, other_high = runs[0]
    if other_low == other_high and np.array_equal(ours[:low], ours[high - low : high]):
        return [(0, high - low, 0, 0), *runs[1:]]
    if low == high and np.array_equal(
        theirs[:other_low], theirs[other_high - other_low : other_high]
    ):
        return [(0, 0, 0, other_high - other_low), *runs[1:]]
    return runs


def _stretches(runs: list[_Stretch], words: int) -> Iterator[tuple[_Kind, _Stretch]]:
    """The runs of differing words with the equal ones between them; words: of the one side."""
    at = other_at = 0
    for low, high, other_low, other_high in runs:
        if low > at:
            yield "equal", (at, low, other_at, other_low)
        kind: _Kind = "replace"
        if high == low or other_high == other_low:
            kind = "insert" if high == low else "delete"
        yield kind, (low, high, other_low, other_high)
        at, other_at = high, other_high
    if words > at:
        yield "equal", (at, words, other_at, other_at + words - at)
