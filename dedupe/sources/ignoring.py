"""Patterns in the style of .gitignore, and the ignore files of a repository."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import RegexPattern

IGNORE_FILE = ".gitignore"

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


class IgnoreRules:
    """One ignore file."""

    __slots__ = ("_base", "_patterns", "name")

    def __init__(self, base: str, name: str, lines: Iterable[str]) -> None:
        """`base`: absolute folder whose contents the patterns speak of; `name`: for people."""
        self._base = os.path.join(base, "")
        self._patterns = Patterns(lines)
        self.name = name

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def within(self, folder: str) -> Callable[[str], str | None]:
        """Test for the entries of a folder.

        The test takes a name, of a folder with a slash behind, and gives the name of the ignore
        file where it ignores the entry, an empty string where it takes the entry back, and None
        where it is silent.
        """
        inner = _relative(os.path.join(os.path.abspath(folder), ""), self._base)
        verdict = self._patterns.verdict

        def test(name: str) -> str | None:
            found = verdict(inner + name)
            return None if found is None else self.name if found else ""

        return test

    def ignores_path(self, path: str) -> bool:
        """Say whether the rules ignore a file or folder, or a folder above it."""
        absolute = os.path.abspath(path)
        inner = _relative(absolute, self._base)
        if os.path.isdir(absolute):
            inner += "/"
        return self._patterns.excludes_path(inner)


def patterns(lines: Iterable[str]) -> Patterns:
    """Patterns of an option."""
    return Patterns(lines)


def rules_in(folder: str, shown: str = "") -> tuple[IgnoreRules, ...]:
    """Ignore file of a folder, if it has one that says anything; `shown`: the folder's name."""
    try:
        with open(os.path.join(folder, IGNORE_FILE), "rb") as file:
            content = file.read()
    except OSError:
        return ()
    # Names are compared as the file system gives them: bytes that are no UTF-8 as surrogates.
    lines = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").splitlines()
    rules = IgnoreRules(os.path.abspath(folder), shown + IGNORE_FILE, lines)
    return (rules,) if rules else ()


def parents_rules(folder: str) -> tuple[IgnoreRules, ...]:
    """Ignore files above a folder, outermost first, where it lies in a repository."""
    found: list[IgnoreRules] = []
    current = os.path.abspath(folder)
    while not os.path.lexists(os.path.join(current, ".git")):
        parent = os.path.dirname(current)
        if parent == current:
            return ()
        current = parent
        found += rules_in(current)
    return tuple(reversed(found))


def _relative(path: str, base: str) -> str:
    inner = path.removeprefix(base)
    return inner.replace(os.sep, "/") if os.sep != "/" else inner
