"""Positions and pieces of text, looked up batch after batch.

Findings point to places in many articles. What they need is noted while they are drafted and
looked up at once, so that each batch is loaded once and each article's lines are counted once.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor

import numpy as np

from dedupe import memory
from dedupe.model import Position, Span
from dedupe.tables import I64, U8, Corpus, Load, Reading

_BYTE, _TOKEN = 0, 1
_NO_ROWS = np.empty(0, np.int64)


class Lookup:
    """Collects places and pieces of text; `resolve` finds them, then they can be asked for.

    Whatever is noted gets a ticket; those of many notes at once are a range.
    """

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._spans: list[I64] = []  # rows of kind, article, start, end
        self._pieces: list[I64] = []  # rows of article, first token, last token
        self._span_count = self._piece_count = 0
        self._start = self._end = np.empty((3, 0), np.int64)  # rows of line, column, offset
        self._data = np.empty(0, np.uint8)
        self._edges = np.empty((2, 0), np.int64)  # of each piece in it

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
        self._start, self._end = memory.empty((2, 3, len(spans)), np.int64)
        size = memory.zeros(len(pieces), np.int64)

        def one(number: int) -> U8:
            first_article = int(corpus.batch_article[number])
            first_token = int(corpus.article_token[first_article])
            rows, chosen = spans_of(number), pieces_of(number)
            kind, article, start, end = spans[rows].T
            looked_at = np.union1d(article, pieces[chosen, 0]) - first_article
            # Bytes are counted from the start of the batch, so all of it must be there.
            reading = load(number, None if (kind == _BYTE).any() else looked_at)
            self._start[:, rows], self._end[:, rows] = locate(
                reading, article - first_article, *_bytes(reading, kind, start, end, first_token)
            )
            low = reading.tokens.start[pieces[chosen, 1] - first_token]
            high = reading.tokens.end[pieces[chosen, 2] - 1 - first_token]
            size[chosen] = high - low
            view = reading.text.data.data
            texts = [view[a:b] for a, b in zip(low.tolist(), high.tolist(), strict=True)]
            return memory.kept(np.frombuffer(b"".join(texts), np.uint8))

        asked = np.searchsorted(corpus.batch_article, np.append(spans[:, 1], pieces[:, 0]), "right")
        numbers = (np.unique(asked) - 1).tolist()
        data = list(map(one, numbers) if pool is None else pool.map(one, numbers))
        order = np.concatenate([_NO_ROWS, *map(pieces_of, numbers)])
        self._data = memory.joined([self._data, *data], np.uint8)
        self._edges = memory.zeros((2, len(pieces)), np.int64)
        behind = np.cumsum(size[order])
        self._edges[:, order] = behind - size[order], behind

    def span(self, ticket: int) -> Span:
        """The span of a ticket."""
        return self.spans(range(ticket, ticket + 1))[0]

    def spans(self, tickets: range, chosen: I64 | None = None) -> list[Span]:
        """The spans of many tickets, or of the chosen ones among them."""
        places = _numbers(tickets, chosen)
        return spans(self._start[:, places], self._end[:, places])

    def places(self, tickets: range, chosen: I64 | None = None) -> I64:
        """Line, column and code point offset of either end of many spans (6, Q)."""
        places = _numbers(tickets, chosen)
        return np.concatenate((self._start[:, places], self._end[:, places]))

    def offsets(self, ticket: int) -> tuple[int, int]:
        """The code point offsets of a ticket's span."""
        return int(self._start[2, ticket]), int(self._end[2, ticket])

    def all_offsets(self, tickets: range, chosen: I64 | None = None) -> tuple[I64, I64]:
        """The code point offsets of the spans of many tickets."""
        places = _numbers(tickets, chosen)
        return self._start[2, places], self._end[2, places]

    def piece(self, ticket: int) -> str:
        """The text of a ticket."""
        return self.pieces(range(ticket, ticket + 1))[0]

    def pieces(self, tickets: range, chosen: I64 | None = None) -> list[str]:
        """The texts of many tickets."""
        low, high = self._edges[:, _numbers(tickets, chosen)].tolist()
        view = self._data.data
        return [str(view[a:b], "utf-8") for a, b in zip(low, high, strict=True)]


def _by_batch(article: I64, batch_article: I64) -> Callable[[int], I64]:
    """Gives the rows whose article is in a batch, by the number of that."""
    order = np.argsort(article, kind="stable")
    edge = np.searchsorted(article[order], batch_article)
    return lambda number: order[edge[number] : edge[number + 1]]


def _numbers(tickets: range, chosen: I64 | None) -> slice | I64:
    """The tickets, or the chosen ones among them."""
    return slice(tickets.start, tickets.stop) if chosen is None else chosen + tickets.start


def _bytes(reading: Reading, kind: I64, start: I64, end: I64, first_token: int) -> tuple[I64, I64]:
    """Bytes of the batch for spans given as bytes or as tokens."""
    words = np.flatnonzero(kind == _TOKEN)
    start, end = start.copy(), end.copy()
    start[words] = reading.tokens.start[start[words] - first_token]
    end[words] = reading.tokens.end[end[words] - 1 - first_token]
    return start, end


def spans(start: I64, end: I64) -> list[Span]:
    """The spans between places of line, column and offset (3, Q)."""
    return list(map(Span, map(Position, *start.tolist()), map(Position, *end.tolist())))


def locate(reading: Reading, article: I64, start: I64, end: I64) -> tuple[I64, I64]:
    """Line, column and code point offset (3, Q) of either end of some bytes of one batch."""
    from dedupe.kernels import utf8

    byte = np.concatenate((start, end))
    begins = np.tile(reading.text.start[article], 2)
    order = np.argsort(byte, kind="stable")
    places = np.empty((3, len(byte)), np.int64)
    utf8.locate(reading.text.data, begins[order], byte[order], order, places)
    return places[:, : len(start)], places[:, len(start) :]
