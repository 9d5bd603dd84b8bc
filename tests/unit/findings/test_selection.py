from __future__ import annotations

import pytest

from dedupe.errors import ConfigError
from dedupe.findings import selected_rules
from dedupe.model import RULES


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
