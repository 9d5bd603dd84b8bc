"""`dedupe compare`: two articles side by side."""

from __future__ import annotations

from functools import partial

import click

from dedupe.cli import options, settings
from dedupe.cli.grouped import GroupedCommand
from dedupe.cli.outputs import write_chosen
from dedupe.cli.session import Session


@click.command("compare", cls=GroupedCommand)
@click.argument("a", type=click.Path(readable=False))
@click.argument("b", type=click.Path(readable=False))
@options.decoding_options
@options.matching_options
@options.text_or_json_option
@options.display_options
@options.config_options
@click.pass_context
def command(context: click.Context, /, a: str, b: str, **values: object) -> int:
    """Show the passages that stand in both A and B, with the words that differ.

    They stand side by side where the terminal is wide enough; what is in one text only is folded.
    Words that are only in A are marked [-so-], words that are only in B {+so+}, or by colour.
    """
    from dedupe import pipeline
    from dedupe.reports import compare

    comparison = pipeline.compare(a, b, settings.config(values))
    text, json = partial(compare.write, comparison), partial(compare.write_json, comparison)
    write_chosen(context.ensure_object(Session), values, text, json)
    return 0
