"""Pairs of spans with the words in which they differ, for people to read side by side."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

import numpy as np

from dedupe.arrays import U32
from dedupe.findings.edits import word_edits
from dedupe.findings.lookup import Lookup
from dedupe.model import EDITS, AlignedPassage, Edit, EditName
from dedupe.tables import Corpus, Load, MatchTable

_Kind = Literal["equal", "replace", "delete", "insert"]
_Stretch = tuple[int, int, int, int]
"""From, to on the one side; from, to on the other."""


def aligned(corpus: Corpus, table: MatchTable, load: Load) -> list[AlignedPassage]:
    """The spans of each match with their words side by side, in the order of the table.

    The edits hold all of the text, the marks and spaces between words too.
    """
    lookup = Lookup(corpus)
    in_a = lookup.all_tokens(table.a.astype(np.int64), table.a_start, table.a_end)
    in_b = lookup.all_tokens(table.b.astype(np.int64), table.b_start, table.b_end)
    columns = (table.a, table.b, table.a_start, table.a_end, table.b_start, table.b_end)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    noted = []
    for a, b, *edges in rows:
        stretches = list(_stretches(corpus.token, *edges))
        ours = _Side(lookup, a, edges[:2], [stretch[0] for _, stretch in stretches])
        theirs = _Side(lookup, b, edges[2:], [stretch[2] for _, stretch in stretches])
        noted.append(([kind for kind, _ in stretches], ours, theirs))
    lookup.resolve(load)
    numbers = (table.similarity, table.containment_a, table.containment_b)
    done: list[EditName | None] = [None] * len(rows)
    if table.edits is not None:
        done = [EDITS[kind] for kind in table.edits.kind.tolist()]
    return [
        AlignedPassage(
            a=one,
            b=two,
            words_a=a_end - a_start,
            words_b=b_end - b_start,
            similarity=similarity,
            containment_a=inside_b,
            containment_b=inside_a,
            edits=tuple(map(Edit, kinds, ours.pieces(lookup), theirs.pieces(lookup))),
            edit=edit,
        )
        for (_, _, a_start, a_end, b_start, b_end), (kinds, ours, theirs), edit, one, two,
        similarity, inside_b, inside_a
        in zip(
            rows, noted, done, lookup.spans(in_a), lookup.spans(in_b),
            *(np.round(column, 4).tolist() for column in numbers), strict=True,
        )
    ]  # fmt: skip


class _Side:
    """One text of a pair: where it stands, and where its stretches begin."""

    def __init__(self, lookup: Lookup, article: int, span: list[int], begins: list[int]) -> None:
        start, end = span
        self._whole = lookup.text(article, start, end)
        # A stretch without words of this side begins where the next one does, or at the end.
        word = start + np.array(begins, np.int64)
        self._inside = word < end
        word = word[self._inside]
        self._words = lookup.all_tokens(np.full_like(word, article), word, word + 1)

    def pieces(self, lookup: Lookup) -> list[str]:
        """The text of each stretch, up to where the next one begins."""
        text = lookup.piece(self._whole)
        begin = np.full(len(self._inside) + 1, len(text))
        offset, _ = lookup.all_offsets(self._words)
        begin[:-1][self._inside] = offset - offset[:1]
        return [text[low:high] for low, high in pairwise(begin.tolist())]


def flipped(table: MatchTable) -> MatchTable:
    """The same matches with their sides exchanged."""
    return MatchTable(
        table.b, table.a, table.b_start, table.b_end, table.a_start, table.a_end,
        table.similarity, table.containment_b, table.containment_a, table.edits,
    )  # fmt: skip


def _stretches(
    token: U32, start: int, end: int, other_start: int, other_end: int
) -> Iterator[tuple[_Kind, _Stretch]]:
    """Equal and differing stretches of two spans, counted from the start of each."""
    ours, theirs = token[start:end], token[other_start:other_end]
    at = other_at = 0
    for low, high, other_low, other_high in _from_the_start(word_edits(ours, theirs), ours, theirs):
        if low > at:
            yield "equal", (at, low, other_at, other_low)
        kind: _Kind = "replace"
        if high == low or other_high == other_low:
            kind = "insert" if high == low else "delete"
        yield kind, (low, high, other_low, other_high)
        at, other_at = high, other_high
    if len(ours) > at:
        yield "equal", (at, len(ours), other_at, len(theirs))


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
