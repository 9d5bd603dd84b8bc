"""Finds rules by code, name or prefix."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TypeVar

from dedupe.errors import UsageError
from dedupe.model import RULES, codes_named

Value = TypeVar("Value")


def known_rule(value: str) -> str:
    """A code or prefix in upper case, a name in lower case; an unknown one is a `UsageError`."""
    codes = codes_named(value)
    if not codes:
        raise UsageError(f"there is no rule {value!r}{_suggestion(value)}")
    return value.upper() if codes[0].startswith(value.upper()) else value.lower()


def by_code(entries: Iterable[tuple[str, Value]]) -> dict[str, Value]:
    """A table by codes, names or prefixes as one by codes: what names fewer rules goes first.

    Of several entries for the same rules the last counts.
    """
    named = [(codes_named(word), value) for word, value in entries]
    named.sort(key=lambda entry: -len(entry[0]))
    return {code: value for codes, value in named for code in codes}


def rule_code(value: str) -> str:
    """The code of the rule with this code or name."""
    for code, rule in RULES.items():
        if value.upper() == code or value.lower() == rule.name:
            return code
    raise UsageError(f"there is no rule {value!r}{_suggestion(value)}")


def _suggestion(value: str) -> str:
    choices = [*RULES, *(rule.name for rule in RULES.values())]
    spelled = value.upper() if value[:3].isalpha() and value[3:].isdecimal() else value.lower()
    close = difflib.get_close_matches(spelled, choices, n=1)
    return f"; did you mean {close[0]}?" if close else "; `dedupe rule` lists them"
