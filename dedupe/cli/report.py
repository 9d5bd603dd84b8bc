"""`dedupe report`: a result that was written, in other formats."""

from __future__ import annotations

import click

from dedupe.cli import options
from dedupe.cli.grouped import GroupedCommand
from dedupe.cli.reporting import Reports
from dedupe.errors import UsageError
from dedupe.reports import ANALYSIS


@click.command("report", cls=GroupedCommand)
@click.argument("result", metavar="RESULT", type=click.Path(allow_dash=True))
@options.report_options
@options.display_options
@options.quiet_option("Output")
@options.config_options
@click.pass_context
def command(context: click.Context, /, result: str, **values: object) -> int:
    """Write RESULT, which scan --output jsonl:FILE has written, again in other formats.

    RESULT may be in the format json, too; - is standard input. No article is read. The exit code
    is 0, whatever the gate of the scan said.
    """
    with Reports(context, values) as reports:
        for name in sorted(reports.formats & ANALYSIS):
            raise UsageError(f"a result holds no {name}; scan again with --output {name}:FILE")
        from dedupe import pipeline

        reports.write(pipeline.load(result))
    return 0
