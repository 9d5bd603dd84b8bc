"""What is compared with what, and what is reported on."""

from __future__ import annotations

import click

from dedupe.cli.options.declaring import Command, combined, option
from dedupe.cli.parameters import FOLDER_GROUP


def incoming_options(command: Command) -> Command:
    """Which articles are checked, where they are not named."""
    return combined(
        option(
            "Input",
            "--stdin-filename",
            metavar="NAME",
            help="Path of the article that - reads from standard input; its ending tells the "
            "format.",
        ),
        option(
            "Selection",
            "--staged",
            is_flag=True,
            help="Check what the next commit adds or changes under PATHS, as it stands in git's "
            "index; within a hook of pre-commit that compares two commits, what changed since the "
            "first.",
        ),
        option(
            "Selection",
            "--changed-since",
            metavar="REF",
            help="Check what was added or changed under PATHS since the current branch left REF, a "
            "commit or branch of git.",
        ),
    )(command)


def focus_option(command: Command) -> Command:
    """What is reported on."""
    return option(
        "Selection",
        "--focus",
        metavar="PATH",
        multiple=True,
        help="Report on these files or folders only; all are still compared.",
    )(command)


def isolation_option(command: Command) -> Command:
    """What is not compared with each other."""
    return option(
        "Selection",
        "--isolated",
        "isolated_groups",
        key="duplicates.isolated-groups",
        type=FOLDER_GROUP,
        multiple=True,
        help="Do not compare articles of folder A with those of folder B, such as editions of one "
        "site; both are compared with all others. Repeatable.",
    )(command)


def selection_options(command: Command) -> Command:
    """What is compared with what, and what is reported on."""
    return combined(
        focus_option,
        option(
            "Selection",
            "--between",
            key="duplicates.between",
            type=click.Path(),
            metavar="FOLDER",
            multiple=True,
            help="Match only articles of different groups; repeat it, once for each group.",
        ),
        isolation_option,
    )(command)
