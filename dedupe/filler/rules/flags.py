"""The flags of a batch in the making: each rule adds rows, and says why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dedupe.arrays import F64, I32, I64
from dedupe.model import ALPHABETICAL, RULE_NUMBER
from dedupe.tables import EvidenceKind, EvidenceTable, FlagTable
from dedupe.texts import Texts

Places = I32 | I64
Scalar = TypeVar("Scalar", bound=np.generic)
_ALPHABETICAL = np.array(ALPHABETICAL, np.uint8)


class Flags:
    """Collects what the rules say; `table` puts it in order.

    All places are byte offsets in the batch.
    """

    def __init__(self) -> None:
        self._count = 0
        self._rows: list[tuple[int, int, Places, Places, Places, F64 | None]] = []
        self._messages: list[str] = []
        self._reasons: list[tuple[int, int, I64, F64 | None, Places | None, Places | None]] = []
        self._texts: list[Texts] = []

    def add(
        self, rule: str, article: Places, start: Places, end: Places, messages: Sequence[str],
        score: F64 | None = None,
    ) -> I64:  # fmt: skip
        """Add flags (C,) of one rule on stretches of bytes; returns their numbers."""
        first, count = self._count, len(messages)
        if count:
            self._rows.append((count, RULE_NUMBER[rule], article, start, end, score))
            self._messages += messages
            self._count += count
        return np.arange(first, self._count)

    def explain(
        self, flags: I64, kind: EvidenceKind, texts: Texts | Sequence[str],
        weight: F64 | None = None, start: Places | None = None, end: Places | None = None,
    ) -> None:  # fmt: skip
        """Add one reason (C,) to each of some flags, behind those that they have."""
        if len(flags):
            self._texts.append(texts if isinstance(texts, Texts) else Texts.of(texts))
            self._reasons.append((len(flags), kind, flags, weight, start, end))

    def table(self) -> FlagTable:
        """All flags, by article, place and rule."""
        sizes, *columns = _columns(self._rows, 6)
        rule = _filled(sizes, columns[0], 0, np.uint8)
        article, start, end = (_filled(sizes, parts, 0, np.int64) for parts in columns[1:4])
        score = _filled(sizes, columns[4], np.nan, np.float64)
        order = np.lexsort((_ALPHABETICAL[rule], end, start, article))
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        return FlagTable(
            rule[order], article[order], start[order], end[order], score[order],
            Texts.of(self._messages).take(order), self._evidence(place),
        )  # fmt: skip

    def _evidence(self, place: I64) -> EvidenceTable:
        """The reasons in the order of the flags; place: (F,) where each flag comes to stand."""
        sizes, *columns = _columns(self._reasons, 6)
        kind = _filled(sizes, columns[0], 0, np.uint8)
        flag = place[_filled(sizes, columns[1], 0, np.int64)]
        weight = _filled(sizes, columns[2], np.nan, np.float64)
        start, end = (_filled(sizes, parts, -1, np.int64) for parts in columns[3:])
        order = np.argsort(flag, kind="stable")
        offset = np.append(0, np.cumsum(np.bincount(flag, minlength=len(place))))
        return EvidenceTable(
            offset.astype(np.int64), kind[order], Texts.joined(self._texts).take(order),
            weight[order], start[order], end[order],
        )  # fmt: skip


def _columns(rows: Sequence[tuple[Any, ...]], count: int) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) or [()] * count


def _filled(
    sizes: Sequence[int], parts: Sequence[Any], default: float, dtype: type[Scalar]
) -> NDArray[Scalar]:
    """A column of some parts: arrays, or one number for the whole part, or None for the default."""
    column = np.full(sum(sizes), default, dtype)
    behind = 0
    for size, part in zip(sizes, parts, strict=True):
        if part is not None:
            column[behind : behind + size] = part
        behind += size
    return column
