"""Every member of every cluster of copies as JSON Lines, flagged or not."""

from __future__ import annotations

from typing import BinaryIO

from dedupe.model import Result
from dedupe.reports.options import ReportOptions
from dedupe.rows import write_rows


def write(result: Result, stream: BinaryIO, options: ReportOptions) -> None:
    """Write one line per member, those of a cluster side by side and the original first."""
    del options  # a machine format has one appearance
    write_rows(result.clusters, stream)
