# ruff: noqa: ARG002 - click fixes the signatures
"""The top-level command: knows its commands by name and loads one when it is called."""

from __future__ import annotations

import contextlib
import errno
import importlib
from collections.abc import Iterator, Mapping

import click


class Interrupted(BaseException):
    """Ctrl-C; click would print an empty line and exit with 1."""


class PipeClosed(BaseException):
    """The reader of standard output has gone; click would exit with 1."""


class Terminated(BaseException):
    """SIGTERM. Like the others no `Exception`: no handler on the way may take it for a fault."""


@contextlib.contextmanager
def _own_events() -> Iterator[None]:
    """Keep click from turning these events into exit code 1."""
    try:
        yield
    except KeyboardInterrupt as event:
        raise Interrupted from event
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise PipeClosed from error
        raise


class Program(click.Group):
    """A group whose commands are imported on use, so that `--version` and `--help` stay fast."""

    def __init__(
        self,
        name: str | None = None,
        *,
        lazy_commands: Mapping[str, tuple[str, str]],
        **attributes: object,
    ) -> None:
        super().__init__(name, **attributes)  # type: ignore[arg-type]
        self._lazy = lazy_commands

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table: the main job first."""
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command."""
        if cmd_name not in self._lazy:
            return None
        command = getattr(importlib.import_module(self._lazy[cmd_name][0]), "command", None)
        if not isinstance(command, click.Command):
            raise TypeError(f"{self._lazy[cmd_name][0]} offers no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._lazy.items()])

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: object,
    ) -> click.Context:
        """Parse; `--help` prints from here."""
        with _own_events():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        with _own_events():
            return super().invoke(ctx)
