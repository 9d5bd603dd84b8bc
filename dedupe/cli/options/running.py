"""How the work is done, and which configuration file is read."""

from __future__ import annotations

import click

from dedupe.cli.options.declaring import Command, Decorator, combined, option
from dedupe.cli.parameters import JOBS, SIZE


def config_options(command: Command) -> Command:
    """Which configuration file is read."""
    return combined(
        option(
            "Configuration",
            "--config",
            metavar="FILE|KEY=VALUE",
            type=click.Path(),
            multiple=True,
            is_eager=True,
            help="Read FILE instead of the nearest dedupe.toml, .dedupe.toml or pyproject.toml; or "
            "set one KEY of it to VALUE, as in duplicates.min-words=40. Repeatable; the last "
            "counts.",
        ),
        option(
            "Configuration",
            "--isolated-config",
            is_flag=True,
            is_eager=True,
            help="Read no file that --config does not name.",
        ),
    )(command)


def run_options(command: Command) -> Command:
    """How the work is done."""
    return combined(
        option(
            "Run",
            "-j",
            "--jobs",
            key="jobs",
            metavar="N|auto",
            type=JOBS,
            default="auto",
            show_default=True,
            help="Threads; auto takes one per core.",
        ),
        option(
            "Run",
            "--memory-limit",
            key="memory-limit",
            type=SIZE,
            help="Memory to hold at most, as in 4GB; larger tables go to temporary files (TMPDIR).",
        ),
        option(
            "Run",
            "--progress",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            show_default=True,
            help="Progress on standard error.",
        ),
        quiet_option("Run"),
        config_options,
    )(command)


def quiet_option(group: str) -> Decorator:
    """Whether standard error stays empty."""
    return option(
        group, "-q", "--quiet", is_flag=True, help="No progress, no totals on standard error."
    )
