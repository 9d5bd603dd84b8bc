"""One passage has one finding: the most specific rule wins, the others become its `also`."""

from __future__ import annotations

from dedupe.findings.drafts import Draft
from dedupe.model import PRECEDENCE, RULES

_ORDER = {code: number for number, code in enumerate(PRECEDENCE)}
HIDDEN = 0.5
"""Share of its words that stronger findings must cover for a finding to become their `also`."""


def settle(drafts: list[Draft]) -> list[Draft]:
    """Decide among the drafts of one article; those that lose are named by the winner.

    Findings about the article as a whole do not compete. A copied passage that stands in a third
    article as well keeps its own finding beside that of the whole article.
    """
    if len(drafts) == 1:
        return drafts
    standing = [draft for draft in drafts if RULES[draft.rule].whole_article]
    rivals = [draft for draft in drafts if not RULES[draft.rule].whole_article]
    rivals.sort(key=lambda draft: (_ORDER[draft.rule], draft.start, -draft.end))
    winners: list[Draft] = []
    for draft in rivals:
        stronger = None if draft.original else _coverer(draft, winners)
        if stronger is None:
            winners.append(draft)
        elif draft.rule != stronger.rule and draft.rule not in stronger.also:
            stronger.also.append(draft.rule)
    for draft in winners:
        draft.also.sort(key=_ORDER.__getitem__)
    return standing + winners


def _coverer(draft: Draft, winners: list[Draft]) -> Draft | None:
    """The winner that covers most of a draft, if all winners together cover half of it."""
    words = max(draft.end - draft.start, 1)
    best, most = None, 0
    covered: list[tuple[int, int]] = []
    for winner in winners:
        if winner.original or (winner.rule == "DUP101" and draft.rule == "DUP102"):
            continue
        start, end = max(draft.start, winner.start), min(draft.end, winner.end)
        if draft.start == draft.end and winner.start <= draft.start <= winner.end:
            end = start + 1  # a line without words
        if end > start:
            covered.append((start, end))
            if end - start > most:
                best, most = winner, end - start
    return best if _union(covered) >= HIDDEN * words else None


def _union(spans: list[tuple[int, int]]) -> int:
    """Length of the union of spans."""
    if len(spans) == 1:
        return spans[0][1] - spans[0][0]
    total, behind = 0, -1
    for start, end in sorted(spans):
        total += max(end - max(start, behind), 0)
        behind = max(behind, end)
    return total
