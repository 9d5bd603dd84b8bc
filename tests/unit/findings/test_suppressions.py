from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from dedupe import config
from dedupe.findings import Selection
from dedupe.findings.suppressions import Suppression, Suppressions, read_suppressions
from dedupe.model import RULE_NUMBER, RULES
from dedupe.pipeline.analysis import reading_of
from dedupe.sources import text_batch

TODAY = dt.date(2027, 1, 31)
FIL = {code for code in RULES if code.startswith("FIL")}

EVERY = Selection(frozenset(RULES))


def read(*lines: str) -> list[Suppression]:
    """The directives of an article of Markdown of some blocks."""
    return read_suppressions(reading_of(text_batch(["\n\n".join(lines)], markdown=True)))


def one(said: str) -> Suppression:
    """What one directive says."""
    (found,) = read(f"<!-- dedupe: {said} -->", "One two.")
    return found


def suppressions(found: list[Suppression], *, reason: bool = False) -> Suppressions:
    """The directives of one article, on a certain day."""
    own = config.Suppressions(today=TODAY, require_reason=reason)
    matching = config.Matching(depth="deep")
    return Suppressions(found, ["a.md"], config.Config(suppressions=own, matching=matching))


def covered(found: list[Suppression], rule: str, start: int, end: int) -> bool:
    """Whether a passage is suppressed."""
    rows = (np.array([n]) for n in (RULE_NUMBER[rule], 0, start, end))
    return bool(suppressions(found).cover(*rows)[0])


def remarks(found: list[Suppression], *, reason: bool = False) -> list[tuple[str, str]]:
    """Codes and messages about directives that have suppressed nothing."""
    said = suppressions(found, reason=reason).remarks(EVERY, np.array([True]))
    return [(finding.rule, finding.message) for finding in said]


# ---------------------------------------------------------------------------------------- reading


def test_rules() -> None:
    """Codes, prefixes and names."""
    assert one("ignore[DUP102]").rules == {"DUP102"}
    assert one("ignore[FIL]").rules == FIL
    assert one("ignore [ near-duplicate-passage , FIL ]").rules == FIL | {"DUP102"}


def test_reason_and_date() -> None:
    """The reason stands behind dashes with spaces around them, the date before."""
    found = one("ignore[FIL] until=2027-01-31 -- Acme -- all\nof it")
    assert (found.until, found.reason) == (TODAY, "Acme -- all\nof it")
    assert one("ignore[FIL]").reason == ""
    assert one("ignore[FIL] --").reason == ""


def test_governed_words() -> None:
    """The next block, section, range or all of the article."""
    for said, words in (
        ("ignore[FIL]", (3, 5)),
        ("ignore-section[FIL]", (5, 9)),
        ("ignore-file[FIL]", (0, 11)),
        ("disable[FIL]", (3, 11)),
    ):
        directive = f"<!-- dedupe: {said} -->"
        section = ("## Three", "Four.", "### Five", "Six.", "# Seven", "Eight.")
        (found,) = read("# Title here", "Zero.", directive, "One two.", *section)
        assert (found.start, found.end) == words, said


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("", "the directives are ignore, "),
        ("excluded", "the directives are ignore, "),
        ("exclude[FIL]", "exclude takes neither rules nor a date"),
        ("exclude-file until=2027-01-31", "exclude-file takes neither rules nor a date"),
        ("end-exclude", "no exclude is open"),
        ("Ignore[FIL]", "the directives are ignore, "),
        ("ignore[FIL] because", "the directives are ignore, "),
        ("ignore[FIL]--because", "the directives are ignore, "),
        ("ignore", "its rules are missing, as in ignore[DUP102]"),
        ("ignore-file[ ] -- all", "its rules are missing, as in ignore-file[DUP102]"),
        ("ignore[FIL,]", "no rule is called ''"),
        ("ignore[FIL, DUP999]", "no rule is called 'DUP999'"),
        ("ignore[*]", "no rule is called '*'"),
        ("ignore[FIL] until=soon", "its date is none"),
        ("ignore[FIL] until=", "its date is none"),
        ("ignore[FIL] until=2027-02-30", "its date is none"),
        ("ignore-file[SRC802]", "SRC802 is not about text"),
        ("ignore-file[SUP]", "SUP701 is not about text"),
        ("enable[FIL]", "no disable of the same rules is open"),
    ],
)
def test_fault(said: str, fault: str) -> None:
    """A wrong directive suppresses nothing and is reported, once."""
    found = one(said)
    assert found.fault.startswith(fault)
    assert not any(covered([found], rule, 0, 2) for rule in RULES)
    ((code, message),) = remarks([found], reason=True)
    assert code == "SUP701"
    assert fault in message


def test_range() -> None:
    """From `disable` to `enable` of the same rules; an open one holds to the end, and is noted."""
    enable = "<!-- dedupe: enable[FIL] -->"
    lines = ("One two.", "<!-- dedupe: disable[FIL] -- x -->", "Three four.", enable, "Five.")
    closed, enabled = read(*lines)
    assert (closed.start, closed.end, closed.fault, enabled.fault) == (2, 4, "", "")
    assert covered([closed, enabled], "FIL303", 2, 4)
    assert not covered([closed, enabled], "FIL303", 4, 5)
    unclosed, enabled = read(*(line.replace("enable[FIL]", "enable[FIL303]") for line in lines))
    assert (unclosed.start, unclosed.end) == (2, 5)
    assert covered([unclosed], "FIL303", 4, 5)
    assert [code for code, _ in remarks([unclosed, enabled])] == ["SUP701", "SUP701"]
    again = read(*lines[1:4], *lines[1:4])
    assert [(said.start, said.end, said.fault) for said in again[::2]] == [(0, 2, ""), (2, 4, "")]


# --------------------------------------------------------------------------------------- applying


def _on(start: int, end: int, rules: str = "DUP102", **fields: object) -> Suppression:
    return Suppression(
        0, one("ignore[FIL]").span, "", rules=frozenset(rules.split()), start=start, end=end,
        **fields,  # type: ignore[arg-type]
    )  # fmt: skip


def test_half_of_a_passage() -> None:
    """At least half of it must be governed, by one directive or several; overlaps count once."""
    assert covered([_on(10, 20)], "DUP102", 0, 20)
    assert not covered([_on(11, 20)], "DUP102", 0, 20)
    assert covered([_on(0, 5), _on(15, 20)], "DUP102", 0, 20)
    assert not covered([_on(0, 6), _on(0, 6)], "DUP102", 0, 20)
    assert not covered([_on(0, 6), _on(10, 20, "DUP101")], "DUP102", 0, 20)
    assert not covered([_on(0, 20)], "DUP101", 0, 20)


def test_line_without_words() -> None:
    """It belongs to what it stands in or beside."""
    for start, end, inside in ((0, 5, True), (5, 5, True), (5, 9, True), (6, 9, False)):
        assert covered([_on(start, end, "TPL205")], "TPL205", 5, 5) is inside


def test_other_articles() -> None:
    """A directive counts in its own article."""
    column = np.array([RULE_NUMBER["DUP102"]] * 2)
    found = suppressions([_on(0, 20)])
    rows = found.cover(column, np.array([1, 0]), np.array([0, 0]), np.array([20, 20]))
    assert rows.tolist() == [False, True]


def test_expiry() -> None:
    """On the day itself a directive holds; behind it the findings are new, which is said."""
    assert covered([_on(0, 20, until=TODAY)], "DUP102", 0, 20)
    past = [_on(0, 20, until=TODAY - dt.timedelta(days=1))]
    assert not covered(past, "DUP102", 0, 20)
    assert [code for code, _ in remarks(past)] == ["SUP703"]


def test_reason_is_asked_for_where_it_is_required() -> None:
    """A directive without one holds all the same."""
    assert [code for code, _ in remarks([_on(0, 20)], reason=True)] == ["SUP701", "SUP702"]
    assert [code for code, _ in remarks([_on(0, 20, reason="Acme")], reason=True)] == ["SUP701"]


def test_same_remarks_have_names_of_their_own() -> None:
    """Fingerprints are counted."""
    said = suppressions([_on(0, 20), _on(0, 20)]).remarks(EVERY, np.array([True]))
    first, second = (finding.fingerprint.split(":") for finding in said)
    assert (first[0], first[1], second[1]) == (second[0], "1", "2")


@pytest.mark.parametrize(
    ("depth", "rules", "noted"),
    [
        ("fast", "DUP102", True),
        ("fast", "DUP102 DUP104", False),
        ("standard", "DUP104", True),
        ("standard", "DUP105", False),
        ("standard", "DUP102 DUP105", True),
        ("deep", "DUP105", True),
    ],
)
def test_unused_is_said_only_where_somebody_looked(
    depth: config.Depth, rules: str, *, noted: bool
) -> None:
    """Neither of rules that do not look at the depth, nor of those that are not selected."""
    settings = config.Config(matching=config.Matching(depth=depth))
    found = Suppressions([_on(0, 20, rules)], ["a.md"], settings)
    focus = np.array([True])
    assert bool(found.remarks(EVERY, focus)) is noted
    assert not found.remarks(Selection(frozenset(RULES) - {rules[:6]}), focus)
    assert not found.remarks(EVERY, ~focus)
