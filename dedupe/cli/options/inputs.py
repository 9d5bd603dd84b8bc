"""Which files are read, and how."""

from __future__ import annotations

from typing import get_args

import click

from dedupe.cli.options.declaring import Command, Decorator, combined, option
from dedupe.cli.parameters import FIELD, SIZE
from dedupe.config import DEFAULT_INCLUDE, DateSource, Sources


def _decoding_options(group: str) -> Decorator:
    return combined(
        option(
            group,
            "--encoding",
            key="encoding",
            metavar="auto|NAME",
            default=Sources().encoding,
            show_default=True,
            help="Encoding of files without a byte-order mark.",
        ),
        option(
            group,
            "--input-format",
            key="input-format",
            type=click.Choice(["auto", "md", "txt"]),
            default=Sources().input_format,
            show_default=True,
            help="How files are parsed; auto goes by the extension.",
        ),
    )


def decoding_options(command: Command) -> Command:
    """How a file becomes text."""
    return _decoding_options("Input")(command)


def input_options(command: Command) -> Command:
    """Which files are read, and how."""
    return combined(
        option(
            "Input",
            "--files-from",
            metavar="FILE|-",
            help="Read further paths from FILE, one a line; - is standard input.",
        ),
        option(
            "Input", "-0", "--null", is_flag=True, help="Paths of --files-from end with a NUL byte."
        ),
        option(
            "Input",
            "--include",
            key="include",
            metavar="GLOB",
            multiple=True,
            default=DEFAULT_INCLUDE,
            show_default=True,
            help="Files to read in folders; replaces the default.",
        ),
        option(
            "Input",
            "--exclude",
            key="exclude",
            metavar="GLOB",
            multiple=True,
            help="Files to leave out.",
        ),
        option(
            "Input",
            "--extend-exclude",
            key="extend-exclude",
            metavar="GLOB",
            multiple=True,
            help="Further files to leave out.",
        ),
        option(
            "Input",
            "--force-exclude",
            key="force-exclude",
            is_flag=True,
            help="Leave out excluded files even if they are named as PATHS.",
        ),
        option(
            "Input",
            "--respect-gitignore/--no-respect-gitignore",
            key="respect-gitignore",
            default=Sources().respect_gitignore,
            show_default=True,
            help="Leave out what git ignores.",
        ),
        option(
            "Input",
            "--hidden",
            key="hidden",
            is_flag=True,
            help="Read hidden files and folders too.",
        ),
        option(
            "Input",
            "--follow-symlinks",
            key="follow-symlinks",
            is_flag=True,
            help="Follow symbolic links.",
        ),
        option(
            "Input",
            "--max-file-size",
            key="max-file-size",
            type=SIZE,
            help="Skip larger files, as in 5MB or 512KiB; unlimited by default.",
        ),
        _decoding_options("Input"),
        option(
            "Input",
            "--date-field",
            key="date-field",
            metavar="KEY",
            type=FIELD,
            default=Sources().date_field,
            show_default=True,
            help="Key of the front matter that holds the date of an article: of copies, the one "
            "that came first is the original.",
        ),
        option(
            "Input",
            "--date-source",
            key="date-source",
            type=click.Choice(get_args(DateSource)),
            default=Sources().date_source,
            show_default=True,
            help="Where dates come from; git takes the commit that first added the file.",
        ),
        option(
            "Input",
            "--txt-directives",
            key="suppressions.txt-directives",
            is_flag=True,
            help="Read lines '# dedupe: ignore[RULES] -- REASON' of plain text as directives, as "
            "comments of Markdown are.",
        ),
        option(
            "Input",
            "--allow-empty",
            key="allow-empty",
            is_flag=True,
            help="No article is no error.",
        ),
        option(
            "Input",
            "--strict",
            key="strict",
            is_flag=True,
            help="A skipped or unreadable file is an error.",
        ),
    )(command)


def source_option(command: Command) -> Command:
    """A result in which a finding is looked up."""
    return option(
        "Input",
        "--from",
        "source",
        metavar="FILE|-",
        type=click.Path(),
        envvar=None,  # it belongs to one FINDING
        show_envvar=False,
        help="Look FINDING up in this result, which scan --output jsonl:FILE has written, instead "
        "of scanning; - is standard input.",
    )(command)
