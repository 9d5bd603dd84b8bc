"""`dedupe compare`: two articles side by side."""

from __future__ import annotations

import click

from dedupe.cli import options, settings
from dedupe.cli.grouped import GroupedCommand
from dedupe.cli.outputs import standard_output
from dedupe.cli.session import Session
from dedupe.cli.terminal import stdout_options


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

    session = context.ensure_object(Session)
    comparison = pipeline.compare(a, b, settings.config(values))
    width = values["width"]
    view = stdout_options(
        color=str(values["color"]), width=width if isinstance(width, int) else None
    )
    with standard_output(session) as stream:
        if values["output_format"] == "json":
            compare.write_json(comparison, stream)
        else:
            compare.write(comparison, stream, view)
    return 0
