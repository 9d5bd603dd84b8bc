"""The account of an article's words: each belongs to exactly one share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dedupe.findings.drafts import Draft

FILLER_RULES = frozenset(("FIL301", "FIL302", "FIL303", "FIL304", "FIL305"))


class Shares(NamedTuple):
    """Words of an article by what was found about them."""

    words: int
    duplicate: int
    template: int
    filler: int
    excluded: int = 0

    @property
    def unique(self) -> int:
        """Words that are the article's own."""
        return self.words - self.duplicate - self.template - self.filler - self.excluded

    def percent(self, count: int) -> float:
        """A count of words as a percentage of all."""
        return 100.0 * count / self.words if self.words else 0.0


_DUPLICATE, _TEMPLATE, _FILLER = b"\x03", b"\x02", b"\x01"


def count(first: int, words: int, drafts: Sequence[Draft]) -> Shares:
    """Count the words of one article whose first token is `first`.

    A word that several findings claim counts as duplicate, else as template, else as filler. What
    a finding names in `also` does not count again.
    """
    paint = bytearray(words)
    layers: tuple[tuple[bytes, list[Draft]], ...] = (
        (_FILLER, [d for d in drafts if d.rule in FILLER_RULES]),
        (_TEMPLATE, [d for d in drafts if d.rule.startswith("TPL")]),
        (_DUPLICATE, [d for d in drafts if d.rule.startswith("DUP") and not d.original]),
    )
    for colour, painted in layers:
        for draft in painted:
            paint[draft.start - first : draft.end - first] = colour * (draft.end - draft.start)
    return Shares(words, paint.count(_DUPLICATE), paint.count(_TEMPLATE), paint.count(_FILLER))
