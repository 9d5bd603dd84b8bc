"""Positions and pieces of text, looked up batch after batch.

Findings point to places in many articles. What they need is noted while they are drafted and
looked up at once, so that each batch is loaded once and each article's lines are counted once.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from dedupe.model import Position, Span
from dedupe.tables import I64, Corpus, Reading

_BYTE, _TOKEN_START, _TOKEN_END = 0, 1, 2
_KIND_BITS, _VALUE_BITS = 2, 36
"""A place is packed to one number: article, kind, value. A scan notes hundreds of thousands."""


class Lookup:
    """Collects places and pieces of text; `resolve` finds them, then they can be asked for."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._places: list[int] = []
        self._positions: list[Position] = []
        self._pieces: list[tuple[int, int, int]] = []
        self._texts: list[str] = []

    def bytes(self, article: int, start: int, end: int) -> int:
        """Note a range of bytes of the batch of an article; returns a ticket for its span."""
        return self._note(article, _BYTE, start, _BYTE, end)

    def tokens(self, article: int, start: int, end: int) -> int:
        """Note some words of the corpus, end exclusive; returns a ticket for their span."""
        return self._note(article, _TOKEN_START, start, _TOKEN_END, end - 1)

    def text(self, article: int, start: int, end: int) -> int:
        """Note the text of some words of the corpus; returns a ticket for it."""
        self._pieces.append((article, start, end))
        return len(self._pieces) - 1

    def _note(self, article: int, kind: int, start: int, end_kind: int, end: int) -> int:
        base = article << _KIND_BITS
        ticket = len(self._places)
        self._places += (
            (base | kind) << _VALUE_BITS | start,
            (base | end_kind) << _VALUE_BITS | end,
        )
        return ticket

    def resolve(self, load: Callable[[int], Reading]) -> None:
        """Look everything up; `load` gives a batch by its number, asked for in order."""
        corpus = self._corpus
        places = np.array(self._places, np.int64)
        value = places & ((1 << _VALUE_BITS) - 1)
        kind = places >> _VALUE_BITS & ((1 << _KIND_BITS) - 1)
        article = places >> (_VALUE_BITS + _KIND_BITS)
        pieces = np.array(self._pieces, np.int64).reshape(-1, 3)
        batch = np.searchsorted(corpus.batch_article, article, side="right") - 1
        piece_batch = np.searchsorted(corpus.batch_article, pieces[:, 0], side="right") - 1
        place = np.empty((3, len(article)), np.int64)
        self._texts = [""] * len(pieces)
        for number in np.union1d(batch, piece_batch).tolist():
            reading = load(number)
            first_article = int(corpus.batch_article[number])
            first_token = int(corpus.article_token[first_article])
            rows = np.flatnonzero(batch == number)
            value[rows] = _bytes_of(reading, kind[rows], value[rows], first_token)
            _locate(reading, article[rows] - first_article, value[rows], rows, place)
            chosen = np.flatnonzero(piece_batch == number)
            start = reading.tokens.start[pieces[chosen, 1] - first_token].tolist()
            end = reading.tokens.end[pieces[chosen, 2] - 1 - first_token].tolist()
            data = reading.text.data.data
            for ticket, low, high in zip(chosen.tolist(), start, end, strict=True):
                self._texts[ticket] = str(data[low:high], "utf-8")
        offset, line, column = place.tolist()
        self._positions = list(map(Position, line, column, offset))

    def span(self, ticket: int) -> Span:
        """The span of a ticket."""
        return Span(self._positions[ticket], self._positions[ticket + 1])

    def offsets(self, ticket: int) -> tuple[int, int]:
        """The code point offsets of a ticket's span."""
        return self._positions[ticket].offset, self._positions[ticket + 1].offset

    def piece(self, ticket: int) -> str:
        """The text of a ticket."""
        return self._texts[ticket]


def _bytes_of(reading: Reading, kind: np.ndarray, value: I64, first_token: int) -> I64:
    """Bytes of the batch for places given as bytes or as tokens."""
    out = value.copy()
    for which, edges in ((_TOKEN_START, reading.tokens.start), (_TOKEN_END, reading.tokens.end)):
        chosen = kind == which
        out[chosen] = edges[value[chosen] - first_token]
    return out


def _locate(reading: Reading, article: I64, byte: I64, rows: I64, place: I64) -> None:
    """Write code point offset, line and column of some bytes of one batch to place[:, rows]."""
    from dedupe.kernels.utf8 import locate

    order = np.lexsort((byte, article))
    edges = np.flatnonzero(np.diff(article[order], prepend=-1, append=-2)).tolist()
    for low, high in pairwise(edges):
        here = order[low:high]
        start = reading.text.start[int(article[here[0]])]
        place[:, rows[here]] = locate(reading.text.data, start, byte[here])
