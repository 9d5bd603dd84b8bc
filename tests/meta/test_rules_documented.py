"""Every rule can be looked up, by code and by name, and shows what it flags and what it leaves."""

from __future__ import annotations

import re

import pytest

from dedupe.model import PRECEDENCE, RULES
from tests.meta.program import output_of


def test_codes_and_names_are_unique() -> None:
    """A rule is filed under its own code; no two rules share a name."""
    assert [rule.code for rule in RULES.values()] == list(RULES)
    assert len({rule.name for rule in RULES.values()}) == len(RULES)


def test_rules_fit_into_the_bits_of_a_finding() -> None:
    """The rules that a finding hides are bits of a u32 (`findings.lines.Settled`)."""
    assert len(RULES) <= 32


@pytest.mark.parametrize("code", RULES)
def test_code_and_name_have_the_stated_form(code: str) -> None:
    """Three letters and three digits; words in lower case joined by hyphens; a summary."""
    rule = RULES[code]
    assert re.fullmatch(r"[A-Z]{3}[1-9]\d\d", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
    assert rule.summary.endswith(".")


def test_every_passage_rule_has_a_place_in_the_precedence() -> None:
    """Rules on passages compete for them; files and whole articles are not passages."""
    competing = {code for code, rule in RULES.items() if not rule.whole_article}
    assert competing == set(PRECEDENCE)
    assert len(set(PRECEDENCE)) == len(PRECEDENCE)


def test_list_names_every_rule() -> None:
    """`dedupe rule` without a code lists them all."""
    listing = output_of("rule")
    assert [code for code in RULES if code not in listing] == []


@pytest.mark.parametrize("code", RULES)
def test_rule_has_text_and_examples(code: str) -> None:
    """The text names the rule and shows an example that is flagged and one that is not."""
    text = output_of("rule", code)
    assert code in text
    assert RULES[code].name in text
    assert re.search(r"^\W*(flagged|fails)\b", text, flags=re.MULTILINE | re.IGNORECASE), text
    assert re.search(r"^\W*(not flagged|passes)\b", text, flags=re.MULTILINE | re.IGNORECASE), text


@pytest.mark.parametrize("code", RULES)
def test_name_finds_the_same_text(code: str) -> None:
    """Code and name are accepted everywhere."""
    assert output_of("rule", RULES[code].name) == output_of("rule", code)
