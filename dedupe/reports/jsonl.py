"""The result contract as JSON Lines: a run, articles, findings, a summary."""

from __future__ import annotations

from typing import BinaryIO

from dedupe.model import Result
from dedupe.reports.options import ReportOptions
from dedupe.rows import write_rows


def write(result: Result, stream: BinaryIO, options: ReportOptions) -> None:
    """Write one line per value, in the order of the contract."""
    del options  # a machine format has one appearance
    write_rows((result.run,), stream)
    write_rows(result.articles, stream)
    write_rows(result.findings, stream)
    write_rows((result.summary,), stream)
