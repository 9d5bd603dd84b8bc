"""`dedupe files`: what would be read."""

from __future__ import annotations

import click

from dedupe.cli import options, settings
from dedupe.cli.grouped import GroupedCommand
from dedupe.cli.outputs import standard_output
from dedupe.cli.session import Session
from dedupe.cli.terminal import view_of


@click.command("files", cls=GroupedCommand)
@click.argument("paths", nargs=-1, type=click.Path(readable=False))
@options.input_options
@options.display_options
@options.config_options
@click.pass_context
def command(context: click.Context, /, **values: object) -> int:
    """List the files under PATHS that a scan would read; with -v also why the others are not."""
    from dedupe import pipeline
    from dedupe.reports import files
    from dedupe.reports.wording import counted

    session = context.ensure_object(Session)
    found, skipped = pipeline.list_files(settings.paths(values), settings.config(values))
    with standard_output(session) as stream:
        files.write(found.path, skipped, stream, view_of(values, verbose=session.verbose))
    hint = " (-v tells why)" if skipped and not session.verbose else ""
    click.echo(f"{counted(len(found), 'file')}, {len(skipped):,} skipped{hint}.", err=True)
    return 0
