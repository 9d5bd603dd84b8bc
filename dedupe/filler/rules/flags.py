"""The flags of a batch in the making: each rule adds rows, and says why."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedupe.model import RULES
from dedupe.tables import F64, I32, I64, U8, EvidenceKind, EvidenceTable, FlagTable, Texts

Places = I32 | I64
RULE_NUMBER = {code: number for number, code in enumerate(RULES)}
_ALPHABETICAL = np.argsort(np.argsort(np.array(list(RULES), np.str_))).astype(np.uint8)


class Flags:
    """Collects what the rules say; `table` puts it in order.

    All places are byte offsets in the batch.
    """

    def __init__(self) -> None:
        self._count = 0
        self._rule: list[U8] = []
        self._columns: list[tuple[I64, I64, I64, F64]] = []  # article, start, end, score
        self._messages: list[str] = []
        self._kind: list[U8] = []
        self._reasons: list[tuple[I64, F64, I64, I64]] = []  # flag, weight, start, end
        self._texts: list[Texts] = []

    def add(
        self, rule: str, article: Places, start: Places, end: Places, messages: Sequence[str],
        score: F64 | None = None,
    ) -> I64:  # fmt: skip
        """Add flags (C,) of one rule on stretches of bytes; returns their numbers."""
        count = len(messages)
        if score is None:
            score = np.full(count, np.nan)
        self._rule.append(np.full(count, RULE_NUMBER[rule], np.uint8))
        self._columns.append((_wide(article), _wide(start), _wide(end), score))
        self._messages += messages
        self._count += count
        return np.arange(self._count - count, self._count)

    def explain(
        self, flags: I64, kind: EvidenceKind, texts: Texts | Sequence[str],
        weight: F64 | None = None, start: Places | None = None, end: Places | None = None,
    ) -> None:  # fmt: skip
        """Add one reason (C,) to each of some flags, behind those that they have."""
        count = len(flags)
        if not isinstance(texts, Texts):
            texts = Texts.of(texts)
        nowhere = np.full(count, -1, np.int64)
        self._kind.append(np.full(count, kind, np.uint8))
        self._texts.append(texts)
        self._reasons.append((
            flags, np.full(count, np.nan) if weight is None else weight,
            nowhere if start is None else _wide(start), nowhere if end is None else _wide(end),
        ))  # fmt: skip

    def table(self) -> FlagTable:
        """All flags, by article, place and rule."""
        rule = np.concatenate([np.empty(0, np.uint8), *self._rule])
        article, start, end, score = _joined(self._columns, (np.int64, np.int64, np.int64, float))
        order = np.lexsort((_ALPHABETICAL[rule], end, start, article))
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        return FlagTable(
            rule[order], article[order], start[order], end[order], score[order],
            Texts.of(self._messages).take(order), self._evidence(place),
        )  # fmt: skip

    def _evidence(self, place: I64) -> EvidenceTable:
        """The reasons in the order of the flags; place: (F,) where each flag comes to stand."""
        flag, weight, start, end = _joined(self._reasons, (np.int64, float, np.int64, np.int64))
        order = np.argsort(place[flag], kind="stable")
        sizes = np.bincount(place[flag], minlength=len(place))
        kind = np.concatenate([np.empty(0, np.uint8), *self._kind])
        return EvidenceTable(
            np.append(0, np.cumsum(sizes)).astype(np.int64), kind[order],
            Texts.joined(self._texts).take(order), weight[order], start[order], end[order],
        )  # fmt: skip


def _wide(places: Places) -> I64:
    wide: I64 = np.asarray(places, np.int64)
    return wide


def _joined(rows: Sequence[tuple[np.ndarray, ...]], types: Sequence[type]) -> list[np.ndarray]:
    """Columns of several rows of columns, one behind the other."""
    empty: tuple[np.ndarray, ...] = tuple(np.empty(0, kind) for kind in types)
    return [np.concatenate(column) for column in zip(empty, *rows, strict=True)]
