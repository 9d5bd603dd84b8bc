"""Which rules speak: codes, names and prefixes of codes."""

from __future__ import annotations

from collections.abc import Iterable

from dedupe.errors import ConfigError
from dedupe.model import RULES


def selected_rules(select: Iterable[str], ignore: Iterable[str]) -> frozenset[str]:
    """Codes of the rules that were selected and not ignored; no selection selects all.

    Raises ConfigError for a word that names no rule.
    """
    chosen = _codes(select) or frozenset(RULES)
    return chosen - _codes(ignore)


def _codes(words: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for word in words:
        codes = {
            rule.code
            for rule in RULES.values()
            if rule.name == word or rule.code.startswith(word.upper())
        }
        if not codes or not word:
            raise ConfigError(f"no rule is called {word!r}; `dedupe rule` lists them")
        found |= codes
    return frozenset(found)
