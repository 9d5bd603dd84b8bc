"""The accounts of the words of articles as lines of JSON, straight from columns.

As objects those of 250,000 articles take up 60 MB, and half a second until they are written.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from dedupe.arrays import I64
from dedupe.findings.lines import constant_parts, cut_line, written
from dedupe.findings.shares import Shares
from dedupe.model import Article
from dedupe.rows import Lines
from dedupe.texts import Strings

_NUMBERS = [9_000_000_000_000_000 + n for n in range(6)]
_ACCOUNT = Article("<path>", *_NUMBERS)


class AccountLines(Lines):
    """The accounts of articles (D,)."""

    def __init__(self, paths: Strings, shares: Shares) -> None:
        self._paths = paths
        self._counts: I64 = np.stack(
            (shares.words, shares.duplicate, shares.template, shares.filler, shares.excluded,
             shares.unique)
        )  # fmt: skip
        encode = msgspec.json.encode
        marks = [b"<path>", *map(encode, _NUMBERS)]
        self._constant, (self._part,) = constant_parts([cut_line(encode(_ACCOUNT), marks)])

    def __len__(self) -> int:
        return len(self._paths)

    def some(self, places: Sequence[int]) -> list[memoryview]:
        """Those at some places, in the order given."""
        from dedupe.kernels import writing

        rows, path = np.array(places, np.int64), self._paths.texts
        size = int((path.end[rows] - path.start[rows]).sum())
        return written(
            writing.write_accounts,
            (rows, self._counts, *path, self._constant, self._part.edges),
            len(rows), size, len(rows), self._part.size,
        ).lines()  # fmt: skip
