"""The ignore files of a repository."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from dedupe.globs import Patterns

IGNORE_FILE = ".gitignore"


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
