from __future__ import annotations

import itertools

import numpy as np

from dedupe.arrays import I64
from dedupe.filler.rules.flags import Flags
from dedupe.model import RULE_NUMBER
from dedupe.tables import EvidenceKind, FlagTable


def places(*numbers: int) -> I64:
    """Places in a batch."""
    return np.array(numbers, np.int64)


def reasons(table: FlagTable) -> list[list[str]]:
    """The texts of the evidence of each flag."""
    texts, edges = table.evidence.text.strings(), table.evidence.offset.tolist()
    return [texts[a:b] for a, b in itertools.pairwise(edges)]


def test_flags_are_sorted_by_article_place_and_rule() -> None:
    """With messages, scores and reasons that stay theirs; reasons keep their order."""
    flags = Flags()
    late = flags.add(
        "TPL203", places(1, 0), places(90, 10), places(95, 20), ["late", "early"],
        np.array([0.5, 0.25]),
    )  # fmt: skip
    same = flags.add("FIL303", places(0), places(10), places(20), ["same"])
    flags.explain(same, EvidenceKind.PHRASE, ["one"], np.array([2.5]), places(11), places(12))
    flags.explain(late, EvidenceKind.CUE, ["é", "two"])
    flags.explain(same, EvidenceKind.FACT, ["three"])
    table = flags.table()
    assert table.message.strings() == ["same", "early", "late"]
    assert table.rule.tolist() == [RULE_NUMBER[code] for code in ("FIL303", "TPL203", "TPL203")]
    assert table.article.tolist() == [0, 0, 1]
    assert table.start.tolist() == [10, 10, 90]
    np.testing.assert_equal(table.score, [np.nan, 0.25, 0.5])
    assert reasons(table) == [["one", "three"], ["two"], ["é"]]
    assert table.evidence.start.tolist() == [11, -1, -1, -1]
    np.testing.assert_equal(table.evidence.weight, [2.5, np.nan, np.nan, np.nan])


def test_no_flags() -> None:
    """A batch about which no rule says anything."""
    table = Flags().table()
    assert len(table.rule) == 0
    assert table.evidence.offset.tolist() == [0]
