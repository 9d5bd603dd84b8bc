"""Which rules speak."""

from __future__ import annotations

import click

from dedupe.cli.options.declaring import Command, combined, option
from dedupe.cli.parameters import CommaSeparated

SEVERITIES = ("note", "warning", "error")


def rule_options(command: Command) -> Command:
    """Which rules speak."""
    return combined(
        option(
            "Rule",
            "--select",
            key="rules.select",
            metavar="RULES",
            type=CommaSeparated(),
            multiple=True,
            help="Only these rules: codes, names or prefixes, separated by commas.",
        ),
        option(
            "Rule",
            "--extend-select",
            key="rules.extend-select",
            metavar="RULES",
            type=CommaSeparated(),
            multiple=True,
            help="Rules in addition to those of --select.",
        ),
        option(
            "Rule",
            "--ignore",
            key="rules.ignore",
            metavar="RULES",
            type=CommaSeparated(),
            multiple=True,
            help="Not these rules.",
        ),
        option(
            "Rule",
            "--min-severity",
            key="output.min-severity",
            type=click.Choice(SEVERITIES),
            default="note",
            show_default=True,
            help="Report nothing below this severity.",
        ),
    )(command)
