"""One passage has one finding: the most specific rule wins, the others become its `also`."""

from __future__ import annotations

import numpy as np

from dedupe import config
from dedupe.arrays import U8, U32, Bool
from dedupe.findings.drafts import DraftTable
from dedupe.model import RULE_NUMBER, RULES, Severity

HIDDEN = 0.5
"""Share of its words that stronger findings must cover for a finding to become their `also`."""

_ALONE = np.array([rule.whole_article for rule in RULES.values()])
_PASSAGES = np.array([code in ("DUP102", "DUP104") for code in RULES])


def settle(table: DraftTable, suppressed: Bool | None = None) -> tuple[Bool, U32]:
    """Which drafts (R,) stand, and bits (R,) of the rules that each of them hides.

    Suppressed ones (R,) are settled by themselves: what they would hide stands.
    """
    if suppressed is None or not suppressed.any():
        return _settle(table)
    stands, also = np.empty(len(table.row), np.bool_), np.empty(len(table.row), np.uint32)
    for which in (suppressed, ~suppressed):
        stands[which], also[which] = _settle(table.chosen(which))
    return stands, also


def _settle(table: DraftTable) -> tuple[Bool, U32]:
    """Settle drafts that compete with each other.

    Findings about the article as a whole do not compete. A copied passage that stands in a third
    article as well keeps its own finding beside that of the whole article; a copy that came first
    hides nothing and is hidden by nothing.
    """
    from dedupe.kernels import settling

    count, longest = len(table.row), table.longest()
    stands, also = np.empty(count, np.bool_), np.empty(count, np.uint32)
    winners, low, high = (np.empty(longest, np.int64) for _ in range(3))
    settling.settle(
        table.edges(), table.rule, table.start, table.end, table.original, _ALONE,
        RULE_NUMBER["DUP101"], _PASSAGES, HIDDEN, winners, low, high, stands, also,
    )  # fmt: skip
    return stands, also


def rule_ranks(settings: config.Rules) -> U8:
    """`Severity.rank` of each rule, by RULE_NUMBER."""
    severity = settings.severity
    ranks = [Severity(severity.get(code, rule.severity)).rank for code, rule in RULES.items()]
    return np.array(ranks, np.uint8)


def severity_ranks(rule: U8, also: U32, ranks: U8) -> U8:
    """The highest severity (R,) among each rule and the rules it hides; ranks: of the rules."""
    highest = ranks[rule]
    for number, rank in enumerate(ranks):
        hides = also >> np.uint32(number) & np.uint32(1) != 0
        np.maximum(highest, rank, out=highest, where=hides)
    return highest
