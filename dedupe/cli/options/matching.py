"""What counts as a copy."""

from __future__ import annotations

from typing import get_args

import click

from dedupe.cli.options.declaring import Command, combined, option
from dedupe.cli.parameters import SHARE
from dedupe.config import Depth, Matching, Sources


def matching_options(command: Command) -> Command:
    """What counts as a copy."""
    defaults = Matching()
    return combined(
        option(
            "Matching",
            "--depth",
            key="depth",
            type=click.Choice(get_args(Depth)),
            default=defaults.depth,
            show_default=True,
            help="How hard to look: fast finds copied and edited text, standard also reworded text "
            "and recurring templates, and takes three to four times as long, deep also notes what "
            "sums up an article.",
        ),
        option(
            "Matching",
            "--min-words",
            key="duplicates.min-words",
            metavar="N",
            type=click.IntRange(min=1),
            default=defaults.min_words,
            show_default=True,
            help="Words that the shorter side of a match must hold.",
        ),
        option(
            "Matching",
            "--min-similarity",
            key="duplicates.min-similarity",
            metavar="X",
            type=SHARE,
            default=defaults.min_similarity,
            show_default=True,
            help="Exact similarity from which two passages are copies; 0.6 below 40 words.",
        ),
        option(
            "Matching",
            "--document-similarity",
            key="duplicates.document-similarity",
            metavar="X",
            type=SHARE,
            default=defaults.document_similarity,
            show_default=True,
            help="Share of both articles that a match must cover to be DUP101.",
        ),
        option(
            "Matching",
            "--self/--no-self",
            "inside_articles",
            key="duplicates.self",
            default=defaults.inside_articles,
            show_default=True,
            help="Report passages that an article repeats (DUP103).",
        ),
        leaving_out_options,
    )(command)


def leaving_out_options(command: Command) -> Command:
    """Which text takes no part in matching."""
    defaults = Matching()
    return combined(
        option(
            "Matching",
            "--ignore-quotes/--no-ignore-quotes",
            key="duplicates.ignore-quotes",
            default=defaults.ignore_quotes,
            show_default=True,
            help="Leave out block quotes, and quotations of five words or more.",
        ),
        option(
            "Matching",
            "--ignore-code/--no-ignore-code",
            key="duplicates.ignore-code",
            default=Sources().ignore_code,
            show_default=True,
            help="Leave out code in Markdown.",
        ),
        option(
            "Matching",
            "--ignore-section",
            "ignore_sections",
            key="duplicates.ignore-sections",
            metavar="TITLE",
            multiple=True,
            envvar=None,  # it would be cut at the spaces of the titles
            show_envvar=False,
            help="Leave out a heading with this title and all up to the next one of its level; "
            "repeatable.",
        ),
        option(
            "Matching",
            "--ignore-phrases",
            key="duplicates.ignore-phrases",
            metavar="FILE",
            type=click.Path(),
            help="Leave out the accepted phrases or paragraphs in FILE, one a line; # begins a "
            "comment.",
        ),
    )(command)
