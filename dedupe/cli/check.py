"""`dedupe check`: the gate for incoming articles."""

from __future__ import annotations

import click

from dedupe.cli import options, settings
from dedupe.cli.grouped import GroupedCommand
from dedupe.cli.progress import progress
from dedupe.cli.reporting import Reports
from dedupe.cli.session import Session

_SEVERITY = {"DUP102": "error"}
"""What is a warning among articles that stand side by side, and no reason to let one in."""


@click.command("check", cls=GroupedCommand)
@click.argument("paths", nargs=-1, type=click.Path(readable=False))
@options.input_options
@options.incoming_options
@options.focus_option
@options.isolation_option
@options.matching_options
@options.filler_options
@options.rule_options
@options.index_option
@options.baseline_options
@options.suppression_options
@options.gate_options("error")
@options.output_options
@options.display_options
@options.run_options
@click.pass_context
def command(context: click.Context, /, **values: object) -> int:
    """Compare the articles under PATHS (default: this folder) with accepted ones in an index.

    They are compared with each other as well; - is an article on standard input. Findings are about
    these articles alone. The exit code is 1 when a finding is an error, as copied text is here. An
    article that is in the index under the same path is replaced, and not compared with itself.
    """
    session = context.ensure_object(Session)
    quiet = bool(values["quiet"])
    with Reports(context, values) as reports:
        config = settings.config(values, formats=reports.formats, severity=_SEVERITY)
        paths = settings.paths(values)
        from dedupe.kernels import bundle

        bundle.prepare()
        from dedupe import pipeline

        with progress(str(values["progress"]), quiet=quiet) as observer:
            result = pipeline.check(paths, config, observer, keep=session.kept)
        session.verdict = int(result.summary.gate.failed)
        reports.write(result)
    if not quiet:
        from dedupe.reports.wording import counted

        summary, index = result.summary, result.run.index
        accepted = 0 if index is None else index.articles
        click.echo(
            f"Checked {counted(summary.articles, 'article')} ({counted(summary.words, 'word')}) "
            f"against {accepted:,} in the index in {session.seconds:.1f} s; "
            f"{summary.skipped:,} skipped" + (" (dedupe files -v)." if summary.skipped else ".")
            if summary.articles
            else "Nothing to check.",
            err=True,
        )
    return session.verdict
