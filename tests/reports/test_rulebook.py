from __future__ import annotations

import re
from pathlib import Path

import pytest

import dedupe.reports.rulebook
from dedupe.model import RULES
from dedupe.reports.rulebook import advice, page

FOLDER = Path(dedupe.reports.rulebook.__file__).parent


def test_pages_are_those_of_the_rules() -> None:
    """No rule without a page, no page without a rule."""
    assert {path.stem for path in FOLDER.glob("*.md")} == set(RULES)


@pytest.mark.parametrize("code", RULES)
def test_page_is_complete(code: str) -> None:
    """The title is that of the rule; each section says something, both examples are fenced."""
    text = (FOLDER / f"{code}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {code} {RULES[code].name}\n")
    found = page(code)
    assert all(getattr(found, name) for name in found.__struct_fields__)
    assert found.flagged.startswith("```\n")
    assert found.not_flagged.startswith("```\n")
    assert all(
        len(line) <= 74 for line in re.findall(r"```\n(.*?)```", text, re.DOTALL)[0].split("\n")
    )


@pytest.mark.parametrize("code", RULES)
def test_advice_is_one_short_sentence(code: str) -> None:
    """It stands in the help line of findings."""
    assert 10 < len(advice(code)) < 120
    assert not advice(code).endswith(".")
