"""Finds rules by code, name or prefix."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from dedupe.errors import UsageError
from dedupe.model import RULES


def known_rules(option: str, groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Codes and prefixes in upper case, names as they are; an unknown one is a `UsageError`."""
    return tuple(_known(option, value) for group in groups for value in group)


def rule_code(value: str) -> str:
    """The code of the rule with this code or name."""
    for code, rule in RULES.items():
        if value.upper() == code or value.lower() == rule.name:
            return code
    raise UsageError(f"there is no rule {value!r}{_suggestion(value)}")


def _known(option: str, value: str) -> str:
    if any(rule.name == value.lower() for rule in RULES.values()):
        return value.lower()
    if any(code.startswith(value.upper()) for code in RULES):
        return value.upper()
    raise UsageError(f"{option}: there is no rule {value!r}{_suggestion(value)}")


def _suggestion(value: str) -> str:
    choices = [*RULES, *(rule.name for rule in RULES.values())]
    spelled = value.upper() if value[:3].isalpha() and value[3:].isdecimal() else value.lower()
    close = difflib.get_close_matches(spelled, choices, n=1)
    return f"; did you mean {close[0]}?" if close else "; `dedupe rule` lists them"
