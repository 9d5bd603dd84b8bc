"""A result on its way to files and standard output, for the commands that have one."""

from __future__ import annotations

import contextlib
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

import click

from dedupe.cli.outputs import OutputFile, placed, standard_output
from dedupe.cli.parameters import OutputTarget
from dedupe.cli.session import Session
from dedupe.cli.settings import Values
from dedupe.cli.terminal import is_terminal, stdout_options
from dedupe.reports import FORMATS
from dedupe.reports.options import ReportOptions

if TYPE_CHECKING:
    from dedupe.model import Result

_TERMINAL_FINDINGS = 200


class Reports:
    """The reports that `options.report_options` ask for; their files are opened at once.

    Raises `UsageError` when two have one place, or a file cannot be written.
    """

    def __init__(self, context: click.Context, values: Values) -> None:
        self._values = values
        self._session = context.ensure_object(Session)
        source = context.get_parameter_source("output_format")
        *files, printed = placed(
            str(values["output_format"]),
            cast("tuple[OutputTarget, ...]", values["outputs"]),
            chosen=source is click.core.ParameterSource.COMMANDLINE,
        )
        self._printed = printed.format
        self.formats = frozenset(target.format for target in (*files, printed))
        with contextlib.ExitStack() as stack:
            self._files = [
                (target.format, stack.enter_context(OutputFile(target.path))) for target in files
            ]
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def write(self, result: Result) -> None:
        """Write every report, and the totals to standard error."""
        result = _sorted(result, str(self._values["sort"]))
        # Files first: they are complete even if the reader of standard output goes away.
        for name, file in self._files:
            FORMATS[name].write(result, file.stream, self._file_options())
            file.commit()
        view = self._stdout_options()
        with standard_output(self._session) as stream:
            FORMATS[self._printed].write(result, stream, view)
        if not self._values["quiet"]:
            self._tell_totals(result, view)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def _file_options(self) -> ReportOptions:
        return ReportOptions(
            width=self._number("width", ReportOptions().width),
            max_findings=self._number("max_findings", 0),
            max_matches=self._number("max_matches", ReportOptions().max_matches),
            sarif_max=self._number("sarif_max", ReportOptions().sarif_max),
            include=frozenset(
                status
                for status in ("suppressed", "baselined")
                if self._values[f"include_{status}"]
            ),
            csv_bom=bool(self._values["csv_bom"]),
        )

    def _stdout_options(self) -> ReportOptions:
        limited = self._printed == "full" and is_terminal(sys.stdout)
        return stdout_options(
            self._file_options(),
            color=str(self._values["color"]),
            width=self._number("width", 0) or None,
            max_findings=self._number("max_findings", _TERMINAL_FINDINGS if limited else 0),
            verbose=self._session.verbose,
        )

    def _number(self, name: str, default: int) -> int:
        value = self._values[name]
        return value if isinstance(value, int) else default

    def _tell_totals(self, result: Result, view: ReportOptions) -> None:
        """Totals, unless they are part of what was printed."""
        from dedupe.reports.painting import painter
        from dedupe.reports.summary import closing_lines

        if FORMATS[self._printed].has_totals:
            return
        paint = painter(color=False)
        for line in closing_lines(result, view):
            click.echo(paint(line), err=True)
        left = result.summary.findings.get("new", 0) - view.max_findings
        if FORMATS[self._printed].for_people and view.max_findings and left > 0:
            click.echo(f"{left:,} more findings: --max-findings 0 shows all.", err=True)


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
