"""Which rules speak: codes, names and prefixes of codes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dedupe import config
from dedupe.arrays import I64, U8, Bool
from dedupe.errors import ConfigError
from dedupe.globs import Patterns
from dedupe.model import RULES, codes_named


class FileIgnore(NamedTuple):
    """Rules that do not speak in files that match."""

    patterns: Patterns
    folder: str
    """Where the paths start that the patterns speak of"""
    rules: frozenset[str]

    def holds(self, path: str) -> bool:
        """Whether a file matches."""
        if self.folder != "." or path.startswith("../") or Path(path).is_absolute():
            path = os.path.relpath(path, self.folder).replace(os.sep, "/")
        return self.patterns.excludes_path(path)


class Selection(NamedTuple):
    """Which rules speak, and where some of them do not."""

    rules: frozenset[str]
    ignores: tuple[FileIgnore, ...] = ()

    @classmethod
    def of(cls, settings: config.Rules) -> Selection:
        """What the settings say. Raises ConfigError for a word that names no rule."""
        ignores = [
            FileIgnore(Patterns([ignore.glob]), ignore.folder, _codes(ignore.rules))
            for ignore in settings.per_file_ignores
        ]
        return cls(selected_rules(settings.select, settings.ignore), tuple(ignores))

    def only(self, rules: Iterable[str]) -> Selection:
        """The same of some of the rules."""
        return Selection(self.rules.intersection(rules), self.ignores)

    def at(self, path: str) -> frozenset[str]:
        """The rules that speak in a file."""
        silent = (ignore.rules for ignore in self.ignores if ignore.holds(path))
        return self.rules.difference(*silent)

    def speak(self, rule: U8, article: I64, paths: Sequence[str]) -> Bool:
        """Whether rules (R,), by RULE_NUMBER, speak in articles (R,); paths: of all articles."""
        if not self.ignores or not len(rule):
            return _row(self.rules)[rule]
        met, place = np.unique(article, return_inverse=True)
        found = [self.at(paths[number]) for number in met.tolist()]
        kinds = {rules: kind for kind, rules in enumerate(dict.fromkeys(found))}
        kind = np.array([kinds[rules] for rules in found], np.int64)
        speaks: Bool = np.array([_row(rules) for rules in kinds])[kind[place], rule]
        return speaks


def _row(rules: frozenset[str]) -> Bool:
    """Which rules, by RULE_NUMBER, are among some."""
    return np.array([code in rules for code in RULES])


def selected_rules(select: Iterable[str], ignore: Iterable[str]) -> frozenset[str]:
    """Codes of the rules that were selected and not ignored; no selection selects all.

    Raises ConfigError for a word that names no rule.
    """
    chosen = _codes(select) or frozenset(RULES)
    return chosen - _codes(ignore)


def _codes(words: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for word in words:
        codes = codes_named(word)
        if not codes:
            raise ConfigError(f"no rule is called {word!r}; `dedupe rule` lists them")
        found.update(codes)
    return frozenset(found)
