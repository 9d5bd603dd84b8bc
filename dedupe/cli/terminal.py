"""What standard output is: a terminal or not, its colour, width and encoding."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import BinaryIO, TextIO

from dedupe.reports.options import ReportOptions

_WIDTH_OF_FILES = 80
_WIDEST = 110
"""Longer lines of prose are hard to read, however wide the terminal is."""


def is_terminal(stream: TextIO) -> bool:
    """Whether a person sees the stream; a closed stream is none."""
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def wants_color(choice: str, stream: TextIO) -> bool:
    """Option, then NO_COLOR, then FORCE_COLOR and CLICOLOR_FORCE, then the terminal itself."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if any(os.environ.get(name, "") not in {"", "0"} for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def stdout_options(
    of_files: ReportOptions = ReportOptions(),  # noqa: B008 - frozen
    *,
    color: str = "auto",
    width: int | None = None,
    max_findings: int = 0,
    verbose: bool = False,
) -> ReportOptions:
    """Appearance of a report on standard output, beside that of files.

    Off a terminal nothing depends on the machine.
    """
    if width is None and is_terminal(sys.stdout):
        width = min(shutil.get_terminal_size().columns, _WIDEST)
    return replace(
        of_files,
        color=wants_color(color, sys.stdout),
        width=width or _WIDTH_OF_FILES,
        encoding=getattr(sys.stdout, "encoding", None) or "utf-8",
        github=bool(os.environ.get("GITHUB_ACTIONS")),
        max_findings=max_findings,
        verbose=verbose,
    )


def view_of(values: Mapping[str, object], *, verbose: bool = False) -> ReportOptions:
    """Appearance on standard output as `options.display_options` ask for it."""
    width = values["width"]
    return stdout_options(
        color=str(values["color"]),
        width=width if isinstance(width, int) else None,
        verbose=verbose,
    )


def stdout_bytes() -> BinaryIO:
    """The binary side of standard output: line ends and encoding are the report's."""
    return sys.stdout.buffer
