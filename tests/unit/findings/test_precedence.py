from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest

from dedupe import config
from dedupe.findings.drafts import tabulate
from dedupe.findings.precedence import rule_ranks, settle, severity_ranks
from dedupe.model import PRECEDENCE, RULE_NUMBER, RULES, Severity
from tests.unit.findings.passages import Passage, drafts_of


def draft(rule: str, start: int = 0, end: int = 10, *, original: bool = False) -> Passage:
    """A rule on some words of article 0."""
    return Passage(rule, 0, start, end, original=original)


def hidden_rules(also: int) -> tuple[str, ...]:
    """The codes of some bits, the strongest first."""
    return tuple(code for code in PRECEDENCE if also >> RULE_NUMBER[code] & 1)


Row = tuple[str, int, int, tuple[str, ...]]


def settled(*drafts: Passage) -> list[Row]:
    """What stands, with what each winner hides."""
    table = tabulate(drafts_of(drafts))
    stands, also = settle(table)
    won = [(drafts[row], bits) for row, bits in zip(table.row[stands], also[stands], strict=True)]
    return [(item.rule, item.start, item.end, hidden_rules(int(bits))) for item, bits in won]


def test_every_rule_of_a_passage_has_its_place() -> None:
    """Rules that compete are ranked, those of the whole article are not."""
    assert set(PRECEDENCE) == {code for code, rule in RULES.items() if not rule.whole_article}
    assert len(set(PRECEDENCE)) == len(PRECEDENCE)


@pytest.mark.parametrize(("stronger", "weaker"), list(pairwise(PRECEDENCE)))
def test_first_rule_of_a_passage_wins(stronger: str, weaker: str) -> None:
    """One passage has one finding; the other rule is named by it, whichever came first."""
    if (stronger, weaker) == ("DUP101", "DUP102"):  # the copy may stand in a third article
        want: list[Row] = [("DUP101", 0, 10, ()), ("DUP102", 0, 10, ())]
    else:
        want = [(stronger, 0, 10, (weaker,))]
    assert settled(draft(stronger), draft(weaker)) == want
    assert settled(draft(weaker), draft(stronger)) == want


def test_order_of_drafts_does_not_matter() -> None:
    """Any order of the same drafts settles alike."""
    rows = [("FIL303", 0, 40), ("FIL304", 5, 15), ("DUP102", 10, 60), ("TPL203", 38, 44)]
    found = {tuple(settled(*(draft(*row) for row in order))) for order in permutations(rows)}
    assert found == {(("DUP102", 10, 60, ("FIL303", "TPL203", "FIL304")),)}


def test_suppressed_drafts_hide_nothing() -> None:
    """They are settled by themselves: what they would hide stands, and so do they."""
    rules = ["DUP102", "TPL201", "FIL303", "FIL304"]
    table = tabulate(drafts_of([draft(rule) for rule in rules]))
    suppressed = np.array([True, False, False, True])
    stands, also = settle(table, suppressed)
    assert stands.tolist() == [True, True, False, False]
    assert [hidden_rules(int(bits)) for bits in also[stands]] == [("FIL304",), ("FIL303",)]


def test_severity_is_never_lowered() -> None:
    """A winner is as severe as what it hides."""
    for rules, severity in (
        (("DUP102", "TPL205", "FIL304"), Severity.ERROR),
        (("DUP102", "FIL304"), Severity.WARNING),
    ):
        table = tabulate(drafts_of([draft(rule) for rule in rules]))
        stands, also = settle(table)
        assert stands.tolist() == [True] + [False] * (len(rules) - 1)
        assert severity_ranks(table.rule, also, rule_ranks(config.Rules()))[0] == severity.rank


def test_a_rule_may_be_given_another_severity() -> None:
    """What is set for a rule counts, for it and for what hides it."""
    table = tabulate(drafts_of([draft("DUP102"), draft("FIL304")]))
    ranks = rule_ranks(config.Rules(severity={"FIL304": "error", "DUP102": "note"}))
    stands, also = settle(table)
    assert severity_ranks(table.rule, also, ranks)[stands] == [Severity.ERROR.rank]


def test_half_of_a_passage_decides() -> None:
    """A finding is hidden when stronger ones cover half of its words; less leaves it standing."""
    assert settled(draft("DUP102", 0, 10), draft("FIL303", 5, 15)) == [
        ("DUP102", 0, 10, ("FIL303",))
    ]
    assert settled(draft("DUP102", 0, 10), draft("FIL303", 6, 16)) == [
        ("DUP102", 0, 10, ()), ("FIL303", 6, 16, ())
    ]  # fmt: skip


def test_a_short_note_does_not_displace_a_long_finding() -> None:
    """A weaker rule on a word is named by the passage; a stronger one on two words hides little."""
    assert settled(draft("FIL303", 0, 100), draft("LNK502", 50, 51)) == [
        ("FIL303", 0, 100, ("LNK502",))
    ]
    assert settled(draft("TPL205", 50, 52), draft("FIL303", 0, 100)) == [
        ("TPL205", 50, 52, ()), ("FIL303", 0, 100, ())
    ]  # fmt: skip


def test_several_winners_hide_a_finding_together() -> None:
    """The one that covers most of it names it."""
    assert settled(draft("DUP102", 0, 10), draft("DUP103", 10, 30), draft("FIL303", 0, 40)) == [
        ("DUP102", 0, 10, ()), ("DUP103", 10, 30, ("FIL303",))
    ]  # fmt: skip


def test_words_that_two_winners_cover_count_once() -> None:
    """16 of 33 words are covered, four of them twice: less than half, so the finding stands."""
    found = settled(draft("DUP102", 0, 10), draft("DUP103", 6, 16), draft("FIL303", 0, 33))
    assert [row[0] for row in found] == ["DUP102", "DUP103", "FIL303"]


def test_same_rule_twice_is_not_named_by_itself() -> None:
    """Of two findings of one rule the first stands, without itself in `also`."""
    assert settled(draft("FIL303", 0, 10), draft("FIL303", 2, 10)) == [("FIL303", 0, 10, ())]


def test_findings_about_the_article_do_not_compete() -> None:
    """They stand beside whatever there is."""
    found = settled(draft("DUP101", 0, 100), draft("KEY401", 0, 100), draft("FIL308", 0, 100))
    assert sorted(row[0] for row in found) == ["DUP101", "FIL308", "KEY401"]
    assert all(row[3] == () for row in found)


def test_original_neither_hides_nor_is_hidden() -> None:
    """The copy that came first is not at fault: other rules speak about its passage."""
    found = settled(draft("DUP102", original=True), draft("FIL303"))
    assert [row[0] for row in found] == ["DUP102", "FIL303"]
    found = settled(draft("DUP101", 0, 50, original=True), draft("FIL303"))
    assert [row[0] for row in found] == ["DUP101", "FIL303"]


def test_line_without_words_is_hidden_where_it_stands() -> None:
    """A flag on a line of marks is inside a passage, at its edge, or outside."""
    for at, hidden in ((5, True), (0, True), (10, True), (11, False)):
        found = settled(draft("DUP102", 0, 10), draft("TPL205", at, at))
        assert len(found) == (1 if hidden else 2), at


def test_also_is_sorted_by_precedence() -> None:
    """Hidden rules are listed as they rank, each once."""
    found = settled(
        draft("DUP102", 0, 50), draft("LNK501", 3, 4), draft("FIL304", 5, 9), draft("TPL203", 1, 3),
        draft("FIL304", 12, 20),
    )  # fmt: skip
    assert found == [("DUP102", 0, 50, ("TPL203", "FIL304", "LNK501"))]


def test_articles_do_not_meet() -> None:
    """Drafts on the same words of other articles hide nothing."""
    drafts = [Passage("FIL303", 1, 0, 10), Passage("DUP102", 0, 0, 10), Passage("DUP102", 2, 0, 10)]
    assert settled(*drafts) == [
        ("DUP102", 0, 10, ()), ("FIL303", 0, 10, ()), ("DUP102", 0, 10, ())
    ]  # fmt: skip


def test_nothing_to_settle() -> None:
    """No drafts, and one draft."""
    assert settled() == []
    assert settled(draft("FIL303")) == [("FIL303", 0, 10, ())]
