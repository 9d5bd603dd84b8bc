"""Texts and words of the batches, kept or read again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from msgspec import structs

from dedupe.arrays import I32, I64
from dedupe.errors import DedupeError
from dedupe.pipeline.analysis import Analysis
from dedupe.tables import Reading


class ReadingStore:
    """Gives the reading of a batch by its number, or as much of it as somebody looks at."""

    def __init__(self, analyses: Sequence[Analysis], again: Callable[[I32], Reading]) -> None:
        """`again` reads some files, by their numbers."""
        self._analyses = analyses
        self._again = again
        self._last: tuple[int, Reading] | None = None

    def load(self, batch: int, articles: I64 | None = None) -> Reading:
        """The reading of a batch; the last one that had to be read again as a whole is kept.

        articles: those of the batch that are looked at, ascending. What had to be read again may
        then lack all the others, and all blocks; articles and words keep their numbers.

        Raises DedupeError where a file has changed since it was analysed.
        """
        part = self._analyses[batch]
        if part.reading is not None:
            return part.reading
        last = self._last
        if last is not None and last[0] == batch:
            return last[1]
        if articles is not None and 2 * len(articles) < len(part.file):
            return self._some(part, articles)
        reading = self._again(part.file)
        if not np.array_equal(reading.tokens.hash, part.token):
            raise _changed()
        self._last = (batch, reading)
        return reading

    def _some(self, part: Analysis, articles: I64) -> Reading:
        """Some articles of a batch, read again, under their numbers in the batch."""
        from dedupe.kernels.pieces import put_back

        reading = self._again(part.file[articles])
        found, first = reading.tokens, part.article_token[articles]
        size = part.article_token[articles + 1] - first
        # Pages of zeros that nobody touches cost nothing.
        start, end = np.zeros((2, len(part.token)), np.int32)
        if len(found.hash) != size.sum() or not put_back(
            first, size, found.hash, found.start, found.end, part.token, start, end
        ):
            raise _changed()
        edges = np.zeros((2, len(part.file)), np.int64)
        edges[:, articles] = reading.text.start, reading.text.end
        return Reading(
            structs.replace(reading.text, start=edges[0], end=edges[1]),
            structs.replace(reading.tokens, start=start, end=end),
            part.article_token,
        )


def _changed() -> DedupeError:
    return DedupeError("a file changed while it was analysed; run again")
