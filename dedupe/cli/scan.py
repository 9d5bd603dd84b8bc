"""`dedupe scan`: the main job."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, cast

import click

from dedupe.cli import options, settings
from dedupe.cli.grouped import GroupedCommand
from dedupe.cli.outputs import STDOUT, OutputFile, placed, standard_output
from dedupe.cli.parameters import OutputTarget
from dedupe.cli.progress import progress
from dedupe.cli.session import Session
from dedupe.cli.terminal import is_terminal, stdout_options
from dedupe.reports import FORMATS
from dedupe.reports.options import ReportOptions

if TYPE_CHECKING:
    from dedupe.model import Result

_TERMINAL_FINDINGS = 200


@click.command("scan", cls=GroupedCommand)
@click.argument("paths", nargs=-1, type=click.Path())
@options.input_options
@options.selection_options
@options.matching_options
@options.filler_options
@options.rule_options
@options.gate_options
@options.output_options
@options.display_options
@options.run_options
@click.pass_context
def command(context: click.Context, /, **values: object) -> int:
    """Find copied passages and filler in the articles under PATHS (default: this folder).

    Every article is compared with every other one. The exit code is 0 unless a gate is asked for.
    """
    session = context.ensure_object(Session)
    source = context.get_parameter_source("output_format")
    targets = placed(
        str(values["output_format"]),
        cast("tuple[OutputTarget, ...]", values["outputs"]),
        chosen=source is click.core.ParameterSource.COMMANDLINE,
    )
    config = settings.config(values, formats=frozenset(target.format for target in targets))
    paths = settings.paths(values)
    quiet = bool(values["quiet"])
    with contextlib.ExitStack() as stack:
        files = [
            (target.format, stack.enter_context(OutputFile(target.path)))
            for target in targets
            if target.path != STDOUT
        ]
        from dedupe import pipeline

        with progress(str(values["progress"]), quiet=quiet) as observer:
            result = pipeline.scan(paths, config, observer, keep=session.kept)
        session.verdict = int(result.summary.gate.failed)
        result = _sorted(result, str(values["sort"]))
        # Files first: they are complete even if the reader of standard output goes away.
        for name, file in files:
            FORMATS[name].write(result, file.stream, _file_options(values))
            file.commit()
    printed = targets[-1].format
    view = _stdout_options(printed, values, session)
    with standard_output(session) as stream:
        FORMATS[printed].write(result, stream, view)
    if not quiet:
        _tell_totals(result, printed, view, session)
    return session.verdict


def _sorted(result: Result, order: str) -> Result:
    """The result with its findings in another order than that of the contract (path, place)."""
    if order == "path":
        return result
    import msgspec

    findings = list(result.findings)
    if order == "severity":
        findings.sort(key=lambda finding: -finding.severity.rank)
    else:
        findings.sort(key=lambda finding: -(finding.similarity or 0))
    return msgspec.structs.replace(result, findings=tuple(findings))


def _number(values: settings.Values, name: str, default: int) -> int:
    value = values[name]
    return value if isinstance(value, int) else default


def _file_options(values: settings.Values) -> ReportOptions:
    return ReportOptions(
        width=_number(values, "width", ReportOptions().width),
        max_findings=_number(values, "max_findings", 0),
        max_matches=_number(values, "max_matches", ReportOptions().max_matches),
    )


def _stdout_options(name: str, values: settings.Values, session: Session) -> ReportOptions:
    limited = name == "full" and is_terminal(sys.stdout)
    return stdout_options(
        color=str(values["color"]),
        width=_number(values, "width", 0) or None,
        max_findings=_number(values, "max_findings", _TERMINAL_FINDINGS if limited else 0),
        max_matches=_number(values, "max_matches", ReportOptions().max_matches),
        verbose=session.verbose,
    )


def _tell_totals(result: Result, printed: str, view: ReportOptions, session: Session) -> None:
    """Totals on standard error; `full` holds all but the line with the time."""
    from dedupe.reports.painting import painter
    from dedupe.reports.summary import closing_lines
    from dedupe.reports.wording import counted

    if printed != "full":
        paint = painter(color=False)
        for line in closing_lines(result, view):
            click.echo(paint(line), err=True)
        left = len(result.findings) - view.max_findings
        if FORMATS[printed].for_people and view.max_findings and left > 0:
            click.echo(f"{left:,} more findings: --max-findings 0 shows all.", err=True)
    summary = result.summary
    click.echo(
        f"Analysed {counted(summary.articles, 'article')} ({counted(summary.words, 'word')}) "
        f"in {session.seconds:.1f} s; {summary.skipped:,} skipped"
        + (" (dedupe files -v)." if summary.skipped else "."),
        err=True,
    )
