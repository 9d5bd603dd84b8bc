from __future__ import annotations

import numpy as np
import pytest

from dedupe import config
from dedupe.errors import ConfigError
from dedupe.findings import Selection, selected_rules
from dedupe.model import RULE_NUMBER, RULES


def test_nothing_selected_is_everything() -> None:
    """Without a selection every rule speaks, but those ignored."""
    assert selected_rules((), ()) == frozenset(RULES)
    assert selected_rules((), ("FIL304",)) == frozenset(RULES) - {"FIL304"}


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        (("DUP102",), {"DUP102"}),
        (("dup102",), {"DUP102"}),
        (("near-duplicate-passage",), {"DUP102"}),
        (("Near-Duplicate-Passage",), {"DUP102"}),
        (("DUP",), {"DUP101", "DUP102", "DUP103", "DUP104", "DUP105"}),
        (("dup10",), {"DUP101", "DUP102", "DUP103", "DUP104", "DUP105"}),
        (("KEY", "LNK501"), {"KEY401", "KEY402", "LNK501"}),
    ],
)
def test_codes_names_and_prefixes(select: tuple[str, ...], expected: set[str]) -> None:
    """Each selects the rules that it names, in either case."""
    assert selected_rules(select, ()) == expected


def test_ignored_rules_win_over_selected_ones() -> None:
    """A rule in both lists does not speak."""
    assert selected_rules(("DUP",), ("repeated-passage",)) == {
        "DUP101",
        "DUP102",
        "DUP104",
        "DUP105",
    }
    assert selected_rules(("DUP",), ("DUP",)) == frozenset()


@pytest.mark.parametrize("word", ["", "XYZ", "DUP999", "near", "DUP102 "])
@pytest.mark.parametrize("side", [0, 1])
def test_unknown_words_are_refused(word: str, side: int) -> None:
    """A word that names no rule is named in the message, in the selection and in the other list."""
    lists = ((word,), ()) if side == 0 else ((), (word,))
    with pytest.raises(ConfigError, match=repr(word)):
        selected_rules(*lists)


def selection(*ignores: tuple[str, str, str]) -> Selection:
    """All rules but those of some patterns: glob, rule, folder."""
    entries = tuple(config.PerFileIgnore(glob, (rule,), folder) for glob, rule, folder in ignores)
    return Selection.of(config.Rules(select=("DUP", "TPL"), per_file_ignores=entries))


@pytest.mark.parametrize(
    ("glob", "folder", "path", "silent"),
    [
        ("legal/**", ".", "legal/a/b.md", True),
        ("legal/", ".", "x/legal/b.md", True),
        ("/legal/", ".", "x/legal/b.md", False),
        ("*.md", ".", "../x/b.md", True),
        ("/x/*.md", "..", "../x/b.md", True),
        ("/x/*.md", "..", "x/b.md", False),
        ("/x/*.md", "x", "x/b.md", False),
        ("/b.md", "x", "x/b.md", True),
        ("", ".", "b.md", False),
    ],
)
def test_patterns_start_at_their_folder(glob: str, folder: str, path: str, *, silent: bool) -> None:
    """As those of .gitignore do; a pattern that means nothing matches nothing."""
    assert ("DUP101" not in selection((glob, "DUP", folder)).at(path)) is silent


def test_rows_that_speak() -> None:
    """Of each article by its own rules, of several patterns all of them; of none nothing."""
    paths = ["a.md", "legal/b.md", "legal/old/c.md"]
    chosen = selection(("legal/**", "DUP", "."), ("old/", "TPL201", "."))
    article = np.repeat(np.arange(3), 3)
    rule = np.tile([RULE_NUMBER[code] for code in ("DUP102", "TPL201", "FIL301")], 3)
    speak = chosen.speak(rule.astype(np.uint8), article, paths)
    assert speak.tolist() == [True, True, False, False, True, False, False, False, False]
    none = np.empty(0, np.int64)
    assert not len(chosen.speak(none.astype(np.uint8), none, paths))
    assert chosen.only(("DUP101",)).rules == {"DUP101"}
