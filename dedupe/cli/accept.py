"""`dedupe accept`: one finding that is let stand."""

from __future__ import annotations

import datetime as dt

import click

from dedupe.cli import options, settings
from dedupe.cli.grouped import GroupedCommand
from dedupe.cli.outputs import OutputFile
from dedupe.cli.parameters import DATE
from dedupe.config import DEFAULT_ACCEPT_FILE


@click.command("accept", cls=GroupedCommand)
@click.argument("finding", metavar="FINDING")
@click.argument("paths", nargs=-1, type=click.Path(readable=False))
@options.option(
    "Known",
    "--reason",
    metavar="TEXT",
    required=True,
    envvar=None,  # it belongs to one FINDING
    show_envvar=False,
    help="Why it is let stand: for whoever comes later.",
)
@options.option(
    "Known",
    "--until",
    metavar="DATE",
    type=DATE,
    envvar=None,  # as above
    show_envvar=False,
    help="The last day on which it is, as in 2027-01-31; then the finding is new again.",
)
@options.accept_file_option
@options.source_option
@options.input_options
@options.selection_options
@options.matching_options
@options.filler_options
@options.rule_options
@options.run_options
def command(
    *, finding: str, reason: str, until: dt.date | None, source: str | None, **values: object
) -> int:
    """Add FINDING to the file of accepted findings, which scan and check read.

    FINDING is a fingerprint, its first characters, or PATH:LINE, as in dedupe show: PATHS (default:
    this folder) are scanned again, so give the options of the scan; or name its result with --from.
    The finding stays in the result as suppressed, with the reason, until its passage is edited.
    """
    from dedupe import pipeline
    from dedupe.acceptances import dump
    from dedupe.errors import UsageError
    from dedupe.reports.visible import visible

    if not reason.strip():
        raise UsageError("--reason is empty")
    paths = settings.scanned(values, source)
    file = str(values["accept_file"] or DEFAULT_ACCEPT_FILE)
    config = settings.config(dict(values) | {"accept_file": file})
    if until is not None and until < settings.today():
        raise UsageError(f"--until {until} is past: the finding would stand as before")
    with OutputFile(file) as output:
        entry, entries = pipeline.accept(finding, paths, config, source, reason.strip(), until)
        output.stream.write(dump(entries))
        output.commit()
    end = "" if until is None else f" until {until}"
    click.echo(f"{file}: {entry.rule} in {visible(entry.path)} is accepted{end}.")
    return 0
