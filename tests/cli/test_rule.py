from __future__ import annotations

import json

import pytest

from dedupe.model import RULES
from tests.cli.conftest import Cli


def test_list(cli: Cli) -> None:
    """Every rule with its severity and what it says."""
    lines = cli("rule").out.splitlines()
    assert [line.split()[:3] for line in lines[: len(RULES)]] == [
        [rule.code, rule.name, rule.severity.value] for rule in RULES.values()
    ]


@pytest.mark.parametrize("asked", ["DUP102", "dup102", "near-duplicate-passage"])
def test_page(cli: Cli, asked: str) -> None:
    """By code in any case, or by name."""
    text = cli("rule", asked).out
    assert text.startswith("DUP102 near-duplicate-passage  warning\n")
    for title in ("What it means", "Why it matters", "Flagged", "Not flagged", "How to fix it"):
        assert f"\n{title}\n" in text


def test_unknown_rule(cli: Cli) -> None:
    """The nearest one is named."""
    ran = cli("rule", "stok-sentence")
    assert ran.code == 2
    assert "did you mean stock-sentence?" in ran.err


def test_json(cli: Cli) -> None:
    """One object per rule, with the same text."""
    rows = [json.loads(line) for line in cli("rule", "-f", "json").out.splitlines()]
    assert [row["code"] for row in rows] == list(RULES)
    assert rows == [json.loads(cli("rule", code, "--output-format", "json").out) for code in RULES]
