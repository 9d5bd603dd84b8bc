"""`dedupe scan`: the main job."""

from __future__ import annotations

import click

from dedupe.cli import options, settings
from dedupe.cli.grouped import GroupedCommand
from dedupe.cli.progress import progress
from dedupe.cli.reporting import Reports
from dedupe.cli.session import Session


@click.command("scan", cls=GroupedCommand)
@click.argument("paths", nargs=-1, type=click.Path(readable=False))
@options.scan_options
@click.pass_context
def command(context: click.Context, /, **values: object) -> int:
    """Find copied passages and filler in the articles under PATHS (default: this folder).

    Every article is compared with every other one. The exit code is 0 unless a gate is asked for.
    """
    session = context.ensure_object(Session)
    quiet = bool(values["quiet"])
    with Reports(context, values) as reports:
        config = settings.config(values, formats=reports.formats)
        paths = settings.paths(values)
        from dedupe.kernels import bundle

        bundle.prepare()
        from dedupe import pipeline

        with progress(str(values["progress"]), quiet=quiet) as observer:
            result = pipeline.scan(paths, config, observer, keep=session.kept)
        session.verdict = int(result.summary.gate.failed)
        reports.write(result)
    if not quiet:
        from dedupe.reports.wording import counted

        summary = result.summary
        click.echo(
            f"Analysed {counted(summary.articles, 'article')} ({counted(summary.words, 'word')}) "
            f"in {session.seconds:.1f} s; {summary.skipped:,} skipped"
            + (" (dedupe files -v)." if summary.skipped else "."),
            err=True,
        )
    return session.verdict
