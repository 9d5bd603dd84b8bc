"""Positions and pieces of text, looked up batch after batch.

Findings point to places in many articles. What they need is noted while they are drafted and
looked up at once, so that each batch is loaded once and each article's lines are counted once.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from itertools import accumulate

import numpy as np

from dedupe import memory
from dedupe.model import Position, Span
from dedupe.tables import I64, U8, Corpus, Load, Reading, Texts, distinct

_BYTE, _TOKEN = 0, 1


class Lookup:
    """Collects places and pieces of text; `resolve` finds them, then they can be asked for.

    Whatever is noted gets a ticket; those of many notes at once are a range.
    """

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._spans: list[I64] = []  # rows of kind, article, start, end
        self._pieces: list[I64] = []  # rows of article, first token, last token
        self._span_count = self._piece_count = 0
        self._place = np.empty((0, 6), np.int64)
        self._texts = Texts.nothing(0)

    def bytes(self, article: int, start: int, end: int) -> int:
        """Note a range of bytes of the batch of an article; returns a ticket for its span."""
        return self._note(_BYTE, article, start, end).start

    def tokens(self, article: int, start: int, end: int) -> int:
        """Note some words of the corpus, end exclusive; returns a ticket for their span."""
        return self._note(_TOKEN, article, start, end).start

    def text(self, article: int, start: int, end: int) -> int:
        """Note the text of some words of the corpus; returns a ticket for it."""
        return self.all_text(*(np.array([n], np.int64) for n in (article, start, end))).start

    def all_bytes(self, article: I64, start: I64, end: I64) -> range:
        """Note many ranges of bytes."""
        return self._note(_BYTE, article, start, end)

    def all_tokens(self, article: I64, start: I64, end: I64) -> range:
        """Note many stretches of words."""
        return self._note(_TOKEN, article, start, end)

    def all_text(self, article: I64, start: I64, end: I64) -> range:
        """Note the texts of many stretches of words."""
        rows = np.column_stack((article, start, end))
        self._pieces.append(rows)
        self._piece_count += len(rows)
        return range(self._piece_count - len(rows), self._piece_count)

    def _note(self, kind: int, article: int | I64, start: int | I64, end: int | I64) -> range:
        columns = np.broadcast_arrays(kind, np.atleast_1d(article), start, end)
        rows = np.column_stack(columns)
        self._spans.append(rows)
        self._span_count += len(rows)
        return range(self._span_count - len(rows), self._span_count)

    def resolve(self, load: Load, pool: Executor | None = None) -> None:
        """Look everything up; `load` gives a batch by its number, in the pool if there is one."""
        corpus = self._corpus
        spans = np.concatenate([np.empty((0, 4), np.int64), *self._spans])
        pieces = np.concatenate([np.empty((0, 3), np.int64), *self._pieces])
        spans_of, pieces_of = (
            _by_batch(rows, corpus.batch_article) for rows in (spans[:, 1], pieces[:, 0])
        )
        self._place = memory.empty((len(spans), 6), np.int64)
        edges = memory.zeros((2, len(pieces)), np.int64)

        def one(number: int) -> U8:
            first_article = int(corpus.batch_article[number])
            first_token = int(corpus.article_token[first_article])
            rows, chosen = spans_of(number), pieces_of(number)
            kind, article, start, end = spans[rows].T
            looked_at = distinct(article, pieces[chosen, 0]) - first_article
            # Bytes are counted from the start of the batch, so all of it must be there.
            reading = load(number, None if (kind == _BYTE).any() else looked_at)
            self._place[rows] = locate(
                reading, article - first_article, *_bytes(reading, kind, start, end, first_token)
            )
            low = reading.tokens.start[pieces[chosen, 1] - first_token].astype(np.int64)
            high = reading.tokens.end[pieces[chosen, 2] - 1 - first_token].astype(np.int64)
            found = Texts(reading.text.data, low, high).copied()
            edges[:, chosen] = found.start, found.end
            return memory.kept(found.data)

        asked = np.searchsorted(corpus.batch_article, np.append(spans[:, 1], pieces[:, 0]), "right")
        numbers = (distinct(asked) - 1).tolist()
        data = list(map(one, numbers) if pool is None else pool.map(one, numbers))
        for number, base in zip(numbers, accumulate(map(len, data), initial=0), strict=False):
            edges[:, pieces_of(number)] += base
        self._texts = Texts(memory.joined([*data, Texts.nothing(0).data], np.uint8), *edges)

    def span(self, ticket: int) -> Span:
        """The span of a ticket."""
        return self.spans(range(ticket, ticket + 1))[0]

    def spans(self, tickets: range) -> list[Span]:
        """The spans of many tickets."""
        return spans(self.places(tickets))

    def places(self, tickets: range) -> I64:
        """Line, column and code point offset of either end of many spans (Q, 6)."""
        return self._place[tickets.start : tickets.stop]

    def offsets(self, ticket: int) -> tuple[int, int]:
        """The code point offsets of a ticket's span."""
        (start,), (end,) = self.all_offsets(range(ticket, ticket + 1))
        return int(start), int(end)

    def all_offsets(self, tickets: range) -> tuple[I64, I64]:
        """The code point offsets of the spans of many tickets."""
        places = self.places(tickets)
        return places[:, 2], places[:, 5]

    def piece(self, ticket: int) -> str:
        """The text of a ticket."""
        return self.texts(range(ticket, ticket + 1)).strings()[0]

    def texts(self, tickets: range) -> Texts:
        """The texts of many tickets; they are all in one buffer."""
        data, start, end = self._texts
        chosen = slice(tickets.start, tickets.stop)
        return Texts(data, start[chosen], end[chosen])


def _by_batch(article: I64, batch_article: I64) -> Callable[[int], I64]:
    """Gives the rows whose article is in a batch, by the number of that."""
    order = np.argsort(article, kind="stable")
    edge = np.searchsorted(article[order], batch_article)
    return lambda number: order[edge[number] : edge[number + 1]]


def _bytes(reading: Reading, kind: I64, start: I64, end: I64, first_token: int) -> tuple[I64, I64]:
    """Bytes of the batch for spans given as bytes or as tokens."""
    words = np.flatnonzero(kind == _TOKEN)
    start, end = start.copy(), end.copy()
    start[words] = reading.tokens.start[start[words] - first_token]
    end[words] = reading.tokens.end[end[words] - 1 - first_token]
    return start, end


def spans(places: I64) -> list[Span]:
    """The spans from and to line, column and offset (Q, 6)."""
    line, column, offset, *end = places.T.tolist()
    return list(map(Span, map(Position, line, column, offset), map(Position, *end)))


def locate(reading: Reading, article: I64, start: I64, end: I64) -> I64:
    """Line, column and code point offset of either end of some bytes of one batch (Q, 6)."""
    from dedupe.kernels import utf8

    byte = np.column_stack((start, end)).ravel()
    begins = np.repeat(reading.text.start[article], 2)
    order = np.argsort(byte, kind="stable")
    places = np.empty((len(byte), 3), np.int64)
    utf8.locate(reading.text.data, begins[order], byte[order], order, places)
    return places.reshape(-1, 6)
