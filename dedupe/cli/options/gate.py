"""What makes a run fail."""

from __future__ import annotations

import click

from dedupe.cli.options.declaring import Decorator, combined, option
from dedupe.cli.options.rules import SEVERITIES
from dedupe.cli.parameters import PERCENT
from dedupe.config import Filler


def gate_options(fail_on: str) -> Decorator:
    """What makes the exit code 1; fail_on: by default."""
    return combined(
        option(
            "Gate",
            "--fail-on",
            key="output.fail-on",
            type=click.Choice(["never", *SEVERITIES]),
            default=fail_on,
            show_default=True,
            help="Exit with 1 when a new finding is at least this severe.",
        ),
        option("Gate", "--exit-zero", is_flag=True, help="The same as --fail-on never."),
        option(
            "Gate",
            "--max-new-findings",
            key="budget.new-findings",
            metavar="N",
            type=click.IntRange(min=0),
            help="Exit with 1 when there are more new findings.",
        ),
        option(
            "Gate",
            "--max-duplicate-percent",
            key="budget.duplicate-percent",
            metavar="X",
            type=PERCENT,
            help="Exit with 1 when a larger share of all words is duplicate.",
        ),
        option(
            "Gate",
            "--max-article-duplicate-percent",
            key="budget.article-duplicate-percent",
            metavar="X",
            type=PERCENT,
            help="Exit with 1 when a larger share of any article is duplicate.",
        ),
        option(
            "Gate",
            "--max-filler-percent",
            key="budget.filler-percent",
            metavar="X",
            type=PERCENT,
            help="Exit with 1 when a larger share of any article is filler; reported as FIL308, "
            f"which otherwise speaks from {Filler().max_percent:g} on.",
        ),
        option(
            "Gate",
            "--fail-on-stale",
            key="baseline.fail-on-stale",
            is_flag=True,
            help="Exit with 1 when the baseline has an entry that knows no finding any more.",
        ),
    )
