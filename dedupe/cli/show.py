"""`dedupe show`: every copy of one passage."""

from __future__ import annotations

from functools import partial

import click

from dedupe.cli import options, settings
from dedupe.cli.grouped import GroupedCommand
from dedupe.cli.outputs import write_chosen
from dedupe.cli.session import Session


@click.command("show", cls=GroupedCommand)
@click.argument("finding", metavar="FINDING")
@click.argument("paths", nargs=-1, type=click.Path(readable=False))
@options.source_option
@options.input_options
@options.selection_options
@options.matching_options
@options.filler_options
@options.rule_options
@options.max_matches_option
@options.text_or_json_option
@options.display_options
@options.config_options
@click.pass_context
def command(context: click.Context, /, finding: str, source: str | None, **values: object) -> int:
    """Show the whole passage of FINDING with every copy beside it, and the words that differ.

    FINDING is a fingerprint, its first characters, or PATH:LINE. Scans keep no result: PATHS
    (default: this folder) are scanned again, so name those of the scan and its options; or name its
    result with --from.
    """
    from dedupe import pipeline
    from dedupe.reports import show

    shown = pipeline.show(
        finding, settings.scanned(values, source), settings.config(values), source
    )
    text, json = partial(show.write, shown), partial(show.write_json, shown)
    write_chosen(context.ensure_object(Session), values, text, json)
    return 0
