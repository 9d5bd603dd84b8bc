"""Every command explains itself and has a test file of its own."""

from __future__ import annotations

import re

import pytest

from tests.meta.program import ROOT, output_of


def _help(*arguments: str) -> str:
    return output_of(*arguments, "--help")


def _commands() -> list[str]:
    """Names of the commands, as `dedupe --help` lists them."""
    listing = _help().partition("Commands:")[2]
    return re.findall(r"^  ([a-z][a-z-]*)(?:  |$)", listing, flags=re.MULTILINE)


# Asked at collection, so that each command is a case of its own; an empty list would collect no
# case at all and pass, hence the first test.
COMMANDS = _commands()


def test_help_lists_the_commands() -> None:
    """The five commands of version 0.1 are there, whatever came later."""
    assert set(COMMANDS) >= {"scan", "compare", "explain", "rule", "files"}


@pytest.mark.parametrize("command", COMMANDS)
def test_command_has_help(command: str) -> None:
    """Between the usage line and the options stands at least one sentence."""
    text = _help(command)
    assert text.startswith("Usage: ")
    description = text.partition("\n\n")[2].partition("Options:")[0]
    assert re.search(r"\w+ \w+.*\.", description, flags=re.DOTALL), text


@pytest.mark.parametrize("command", COMMANDS)
def test_command_lists_its_options(command: str) -> None:
    """Every option of a command says what it does."""
    lines = _help(command).partition("Options:")[2].splitlines()
    bare = [
        line.strip()
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
        if re.match(r"^  -", line)
        and "  " not in line.strip()
        and not following.startswith(" " * 8)
    ]
    assert not bare, f"options without help: {bare}"


@pytest.mark.parametrize("command", COMMANDS)
def test_command_has_a_test_file(command: str) -> None:
    """`dedupe NAME` is tested in tests/cli/test_NAME.py."""
    assert (ROOT / "tests" / "cli" / f"test_{command.replace('-', '_')}.py").is_file()
