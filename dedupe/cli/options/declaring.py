"""Declares an option: its group in the help, its environment variable, its key in a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import click

from dedupe.cli.grouped import GroupedOption

Command = TypeVar("Command", bound=Callable[..., object])


class Decorator(Protocol):
    """Adds something to a command."""

    def __call__(self, command: Command, /) -> Command:
        """Return the command."""


def option(group: str, *names: str, key: str | None = None, **attributes: object) -> Decorator:
    """An option in a group of the help, with its environment variable shown there.

    key: by which a configuration file sets it, as `duplicates.min-words`
    """
    long_name = next(name for name in reversed(names) if name.startswith("--"))
    variable = "DEDUPE_" + long_name.partition("/")[0].removeprefix("--").upper().replace("-", "_")
    settings: dict[str, object] = {"envvar": variable, "show_envvar": True, **attributes}
    return click.option(*names, cls=GroupedOption, group=group, key=key, **settings)


def combined(*decorators: Decorator) -> Decorator:
    """Decorators as one; the help lists them in the order given here."""

    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate
