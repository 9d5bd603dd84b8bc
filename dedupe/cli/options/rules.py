"""Which rules speak."""

from __future__ import annotations

from typing import get_args

import click

from dedupe.cli.options.declaring import Command, combined, option
from dedupe.cli.parameters import RULE_LIST, EntryType
from dedupe.config import SeverityName

SEVERITIES = get_args(SeverityName)


def rule_options(command: Command) -> Command:
    """Which rules speak."""
    return combined(
        option(
            "Rule",
            "--select",
            key="rules.select",
            metavar="RULES",
            type=RULE_LIST,
            multiple=True,
            help="Only these rules: codes, names or prefixes, separated by commas.",
        ),
        option(
            "Rule",
            "--extend-select",
            key="rules.extend-select",
            metavar="RULES",
            type=RULE_LIST,
            multiple=True,
            help="Rules in addition to those of --select.",
        ),
        option(
            "Rule",
            "--ignore",
            key="rules.ignore",
            metavar="RULES",
            type=RULE_LIST,
            multiple=True,
            help="Not these rules.",
        ),
        option(
            "Rule",
            "--per-file-ignores",
            key="per-file-ignores",
            type=EntryType("GLOB:RULES", RULE_LIST, tuple[str, ...]),
            multiple=True,
            help="Not these rules in files that match GLOB, a pattern as in .gitignore; "
            "repeatable.",
        ),
        option(
            "Rule",
            "--severity",
            key="rules.severity",
            type=EntryType("RULES:LEVEL", click.Choice(SEVERITIES), SeverityName, of_rules=True),
            multiple=True,
            help="Take these rules for notes, warnings or errors: a code, name or prefix and note, "
            "warning or error; repeatable.",
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
