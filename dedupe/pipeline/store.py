"""Texts and words of the batches, kept or read again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dedupe.errors import DedupeError
from dedupe.pipeline.analysis import Analysis
from dedupe.tables import Reading


class ReadingStore:
    """Gives the reading of a batch by its number."""

    def __init__(self, analyses: Sequence[Analysis], again: Callable[[int], Reading]) -> None:
        self._analyses = analyses
        self._again = again
        self._last: tuple[int, Reading] | None = None

    def load(self, number: int) -> Reading:
        """The reading of a batch; the last one that had to be read again is kept.

        Raises DedupeError where a file has changed since it was analysed.
        """
        part = self._analyses[number]
        if part.reading is not None:
            return part.reading
        if self._last is None or self._last[0] != number:
            reading = self._again(number)
            if len(reading.tokens.hash) != len(part.token) or bool(
                (reading.tokens.hash != part.token).any()
            ):
                raise DedupeError("a file changed while it was analysed; run again")
            self._last = (number, reading)
        return self._last[1]
