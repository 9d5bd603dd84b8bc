"""Positions and pieces of text, looked up batch after batch.

Findings point to places in many articles. What they need is noted while they are drafted and
looked up at once, so that each batch is loaded once and each article's lines are counted once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from dedupe import memory
from dedupe.arrays import I64, U8, Bool, distinct, order_of
from dedupe.model import Position, Span
from dedupe.tables import Corpus, Load, Reading
from dedupe.texts import Texts

_BYTE, _TOKEN, _PROSE, _BEYOND = range(4)
"""What is noted: bytes of a batch, words, words without markup, and such up to the next word."""


class Lookup:
    """Collects places and pieces of text; `resolve` finds them, then they can be asked for.

    Whatever is noted gets a ticket; those of many notes at once are a range.
    """

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._spans, self._pieces = _Notes(), _Notes()
        self._place = np.empty((0, 6), np.int64)
        self._texts = Texts.nothing(0)

    def bytes(self, article: int, start: int, end: int) -> int:
        """Note a range of bytes of the batch of an article; returns a ticket for its span."""
        return self.all_bytes(*_one(article, start, end)).start

    def tokens(self, article: int, start: int, end: int) -> int:
        """Note some words of the corpus, end exclusive; returns a ticket for their span."""
        return self.all_tokens(*_one(article, start, end)).start

    def text(self, article: int, start: int, end: int) -> int:
        """Note the text of some words of the corpus; returns a ticket for it."""
        return self.all_text(*_one(article, start, end)).start

    def all_bytes(self, article: I64, start: I64, end: I64) -> range:
        """Note many ranges of bytes."""
        return self._spans.add(_BYTE, article, start, end)

    def all_tokens(self, article: I64, start: I64, end: I64) -> range:
        """Note many stretches of words."""
        return self._spans.add(_TOKEN, article, start, end)

    def all_text(self, article: I64, start: I64, end: I64) -> range:
        """Note the texts of many stretches of words."""
        return self._pieces.add(_TOKEN, article, start, end)

    def all_prose(self, article: I64, start: I64, end: I64, beyond: Bool) -> range:
        """Note the same without markup; beyond: (Q,) up to the next word, where there is one."""
        return self._pieces.add(np.where(beyond, _BEYOND, _PROSE), article, start, end)

    def resolve(self, load: Load, pool: Executor | None = None) -> None:
        """Look everything up; `load` gives a batch by its number, in the pool if there is one."""
        corpus = self._corpus
        spans, pieces = self._spans.whole(), self._pieces.whole()
        spans_of, pieces_of = (
            _by_batch(notes.article, corpus.batch_article) for notes in (spans, pieces)
        )
        self._place = memory.empty((len(spans.kind), 6), np.int64)
        edges = memory.zeros((2, len(pieces.kind)), np.int64)

        def one(number: int) -> U8:
            first_article = int(corpus.batch_article[number])
            first_token = int(corpus.article_token[first_article])
            rows, chosen = spans_of(number), pieces_of(number)
            kind, article, start, end = spans.rows(rows)
            source, text_article, text_start, text_end = pieces.rows(chosen)
            looked_at = distinct(article, text_article) - first_article
            # Bytes are counted from the start of the batch, so all of it must be there.
            reading = load(number, None if (kind == _BYTE).any() else looked_at)
            self._place[rows] = locate(
                reading, article - first_article, *_bytes(reading, kind, start, end, first_token)
            )
            low = reading.tokens.start[text_start - first_token].astype(np.int64)
            high = reading.tokens.end[text_end - 1 - first_token].astype(np.int64)
            beyond = np.flatnonzero(source == _BEYOND)
            high[beyond] = reading.tokens.start[text_end[beyond] - first_token]
            prose = source >= _PROSE
            parts = ((reading.text.data, ~prose), (reading.text.prose, prose))
            found = Texts.joined(
                [Texts(text, low[which], high[which]).copied() for text, which in parts]
            )
            edges[:, np.append(chosen[~prose], chosen[prose])] = found.start, found.end
            return memory.kept(found.data)

        every = range(len(corpus.batch_article) - 1)
        numbers = [number for number in every if len(spans_of(number)) or len(pieces_of(number))]
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


class _Columns(NamedTuple):
    """What was noted (Q,)."""

    kind: U8
    article: I64
    start: I64
    """(Q,) first byte of the batch, or token of the corpus"""
    end: I64

    def rows(self, rows: I64) -> _Columns:
        """Some of them."""
        return _Columns._make(column[rows] for column in self)


class _Notes:
    """Places as they are noted."""

    def __init__(self) -> None:
        self._parts: list[_Columns] = []
        self._count = 0

    def add(self, kind: int | I64, article: I64, start: I64, end: I64) -> range:
        """Note some places, of one kind or of several; returns their tickets."""
        kinds = np.full(len(article), kind, np.uint8)
        self._parts.append(_Columns(kinds, *map(memory.kept, (article, start, end))))
        self._count += len(kinds)
        return range(self._count - len(kinds), self._count)

    def whole(self) -> _Columns:
        """All of them, which are noted no longer."""
        none = np.empty(0, np.int64)
        parts = [_Columns(np.empty(0, np.uint8), none, none, none), *self._parts]
        self._parts.clear()
        columns = zip(*parts, strict=True)
        return _Columns._make(memory.joined(each, each[0].dtype.type) for each in columns)


def _one(*numbers: int) -> Iterator[I64]:
    return (np.array([number], np.int64) for number in numbers)


def _by_batch(article: I64, batch_article: I64) -> Callable[[int], I64]:
    """Gives the rows whose article is in a batch, by the number of that."""
    order = order_of(article)
    edge = np.searchsorted(article[order], batch_article)
    return lambda number: order[edge[number] : edge[number + 1]]


def _bytes(reading: Reading, kind: U8, start: I64, end: I64, first_token: int) -> tuple[I64, I64]:
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
    order = order_of(byte)
    places = np.empty((len(byte), 3), np.int64)
    utf8.locate(reading.text.data, begins[order], byte[order], order, places)
    return places.reshape(-1, 6)
