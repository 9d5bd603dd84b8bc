"""Patterns in the style of .gitignore."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import RegexPattern

_Test = tuple[bool, Callable[[str], object]]
_ANYWHERE = "^(?:.+/)?"
"""How the expression of a pattern begins that may match in any folder."""


class Patterns:
    """Patterns of which the last that matches decides; a leading `!` takes back."""

    __slots__ = ("_any", "_tests")

    def __init__(self, lines: Iterable[str]) -> None:
        tests: list[_Test] = []
        expressions: list[str] = []
        for line in lines:
            for pattern in _compiled(line):
                if pattern.include is not None and pattern.regex is not None:
                    tests.append((pattern.include, pattern.regex.match))
                    expressions.append(pattern.regex.pattern)
        self._tests = tests[::-1]
        self._any = _union(expressions).match

    def __bool__(self) -> bool:
        return bool(self._tests)

    def verdict(self, path: str) -> bool | None:
        """Match a relative path; a folder ends with a slash. None where no pattern speaks."""
        if not self._any(path):
            return None
        for include, match in self._tests:
            if match(path):
                return include
        return None

    def excludes(self, *paths: str) -> bool:
        """Say whether one of the names of a file is left out."""
        return bool(self._tests) and any(self.verdict(path) is True for path in paths)

    def excludes_path(self, path: str) -> bool:
        """Say whether a file or a folder above it is left out."""
        parts = path.split("/")
        folders = ("/".join(parts[:depth]) + "/" for depth in range(1, len(parts)))
        return any(self.excludes(name) for name in (*folders, path))


def _compiled(line: str) -> Iterable[RegexPattern]:
    """The patterns of a line."""
    from pathspec import GitIgnoreSpec  # 15 ms, for nothing where no pattern is given

    try:
        return GitIgnoreSpec.from_lines([line]).patterns
    except ValueError:  # git, too, passes over a pattern that means nothing
        return ()


def _union(expressions: Iterable[str]) -> re.Pattern[str]:
    """One expression for "none of them matches", the answer for nearly every file.

    Twenty patterns one by one take 7 us a file. Most begin in any folder, and share that part.
    """
    anywhere, anchored = ["(?!)"], ["(?!)"]
    for expression in expressions:
        plain = re.sub(r"\(\?P<\w+>", "(?:", expression)
        if plain.startswith(_ANYWHERE):
            anywhere.append(plain.removeprefix(_ANYWHERE))
        else:
            anchored.append(plain)
    return re.compile(f"{_ANYWHERE}(?:{'|'.join(anywhere)})|(?:{'|'.join(anchored)})")
