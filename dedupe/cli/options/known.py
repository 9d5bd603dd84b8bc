"""What is accepted or known: the index, the baseline, suppressions."""

from __future__ import annotations

import click

from dedupe.cli.options.declaring import Command, Decorator, combined, option
from dedupe.cli.parameters import DATE
from dedupe.config import DEFAULT_ACCEPT_FILE, DEFAULT_BASELINE, DEFAULT_INDEX


def index_option(command: Command) -> Command:
    """The index of accepted articles."""
    return option(
        "Known",
        "--index",
        key="index.path",
        metavar="FOLDER",
        type=click.Path(),
        default=DEFAULT_INDEX,
        show_default=True,
        help="The index of accepted articles, of dedupe index build.",
    )(command)


def baseline_option(help_text: str, **attributes: object) -> Decorator:
    """The file of known findings."""
    return option(
        "Known",
        "--baseline",
        key="baseline.path",
        metavar="FILE",
        type=click.Path(dir_okay=False),
        help=help_text,
        **attributes,
    )


def baseline_options(command: Command) -> Command:
    """What is known beside suppressed findings."""
    return combined(
        baseline_option(
            "Findings that are known, in a file of dedupe baseline: json, jsonl, csv and junit "
            "mark them, the other formats leave them out, and --fail-on and --max-new-findings do "
            "not count them."
        ),
        option(
            "Known",
            "--baseline-from-ref",
            key="baseline.from-ref",
            metavar="REF",
            help="Read the baseline as it stands in this commit or branch of git, so that a change "
            f"cannot excuse itself; the file is {DEFAULT_BASELINE} if none is named.",
        ),
        option(
            "Known",
            "--no-baseline",
            is_flag=True,
            help="Know no findings, whatever the configuration file says.",
        ),
    )(command)


def accept_file_option(command: Command) -> Command:
    """The file of accepted findings."""
    return option(
        "Known",
        "--accept-file",
        key="suppressions.accept-file",
        metavar="FILE",
        type=click.Path(dir_okay=False),
        help="The findings that dedupe accept has let stand; "
        f"{DEFAULT_ACCEPT_FILE} where there is one.",
    )(command)


def suppression_options(command: Command) -> Command:
    """What directives in the articles, and accepted findings, may do."""
    return combined(
        accept_file_option,
        option(
            "Known",
            "--ignore-suppressions",
            key="suppressions.ignore",
            is_flag=True,
            help="Heed no directive and no accepted finding: what they suppress is new.",
        ),
        option(
            "Known",
            "--require-reason",
            key="suppressions.require-reason",
            is_flag=True,
            help="Report directives that give no reason (SUP702).",
        ),
        option(
            "Known",
            "--today",
            metavar="DATE",
            type=DATE,
            help="The day on which until= dates are judged, as in 2027-01-31; that of "
            "SOURCE_DATE_EPOCH, else today in UTC.",
        ),
    )(command)
