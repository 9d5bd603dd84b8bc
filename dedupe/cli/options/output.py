"""What is written where, and how it looks."""

from __future__ import annotations

import click

from dedupe.cli.options.declaring import Command, combined, option
from dedupe.cli.parameters import OUTPUT
from dedupe.cli.session import Session
from dedupe.config import Output
from dedupe.reports import FORMATS
from dedupe.reports.options import ReportOptions


def report_options(command: Command) -> Command:
    """What is written where."""
    defaults = ReportOptions()
    return combined(
        option(
            "Output",
            "-f",
            "--output-format",
            key="output.format",
            type=click.Choice(list(FORMATS)),
            default="full",
            show_default=True,
            help="What is written to standard output.",
        ),
        option(
            "Output",
            "-o",
            "--output",
            "outputs",
            type=OUTPUT,
            multiple=True,
            help="Write a format to a file as well; repeatable. - is standard output; "
            "without PATH the file is named dedupe.FORMAT.",
        ),
        option(
            "Output",
            "--max-findings",
            key="output.max-findings",
            metavar="N",
            type=click.IntRange(min=0),
            help="Findings shown in full, concise and grouped, 0 for all; 200 for full on a "
            "terminal.",
        ),
        max_matches_option,
        option(
            "Output",
            "--sort",
            key="output.sort",
            type=click.Choice(["path", "severity", "similarity"]),
            default="path",
            show_default=True,
            help="Order of the findings.",
        ),
        *(
            option(
                "Output",
                f"--include-{status}",
                key=f"output.include-{status}",
                is_flag=True,
                help=f"List {status} findings too, in the formats that leave them out.",
            )
            for status in ("suppressed", "baselined")
        ),
        option(
            "Output",
            "--sarif-max",
            key="output.sarif-max",
            metavar="N",
            type=click.IntRange(min=1),
            default=defaults.sarif_max,
            show_default=True,
            help="Results in sarif, the most severe first.",
        ),
        option(
            "Output",
            "--csv-bom",
            key="output.csv-bom",
            is_flag=True,
            help="Begin csv with a byte-order mark, by which Excel knows UTF-8.",
        ),
    )(command)


def output_options(command: Command) -> Command:
    """What is written where, and how much of it a scan finds."""
    return combined(
        report_options,
        option(
            "Output",
            "--excerpt-words",
            key="output.excerpt-words",
            metavar="N",
            type=click.IntRange(min=1),
            default=Output().excerpt_words,
            show_default=True,
            help="Words of a passage that are shown.",
        ),
        all_members_option,
    )(command)


def all_members_option(command: Command) -> Command:
    """Whether the original of a cluster has a finding."""
    return option(
        "Output",
        "--all-members",
        key="output.all-members",
        is_flag=True,
        help="Report the originals of copies as well.",
    )(command)


def max_matches_option(command: Command) -> Command:
    """How many copies are named."""
    return option(
        "Output",
        "--max-matches",
        key="output.max-matches",
        metavar="N",
        type=click.IntRange(min=1),
        help=f"Other places listed with a finding: {Output().max_matches}, and 3 in full.",
    )(command)


def text_or_json_option(command: Command) -> Command:
    """The format of a command that is no scan.

    It has no environment variable: that of `scan --output-format` names other formats.
    """
    return option(
        "Output",
        "-f",
        "--output-format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        envvar=None,
        show_envvar=False,
        help="Text for people, or JSON.",
    )(command)


def _note_verbose(context: click.Context, _parameter: click.Parameter, value: int) -> int:
    """Remember `-v` at once: an error while parsing may need it."""
    session = context.ensure_object(Session)
    session.verbose = session.verbose or value > 0
    return value


def display_options(command: Command) -> Command:
    """How text for people looks."""
    return combined(
        option(
            "Output",
            "--color",
            key="output.color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            show_default=True,
            help="Colour; auto asks NO_COLOR, FORCE_COLOR and the terminal.",
        ),
        option(
            "Output",
            "--width",
            key="output.width",
            metavar="N",
            type=click.IntRange(min=20),
            help="Cells of a line; that of the terminal, else 80.",
        ),
        option(
            "Output",
            "-v",
            "--verbose",
            count=True,
            callback=_note_verbose,
            help="Say more: every skipped file, where an internal error arose.",
        ),
    )(command)
