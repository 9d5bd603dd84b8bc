"""The whole result as one JSON object, one row of it on each line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from msgspec import Struct

from dedupe.model import Result
from dedupe.reports.options import ReportOptions
from dedupe.rows import encode, lines


def write(result: Result, stream: BinaryIO, options: ReportOptions) -> None:
    """Write `{"run":...,"articles":[...],"findings":[...],"summary":...}`."""
    del options  # a machine format has one appearance
    stream.write(b'{"run":' + encode(result.run))
    _write_list(b"articles", result.articles, stream)
    _write_list(b"findings", result.findings, stream)
    stream.write(b',\n"summary":' + encode(result.summary) + b"}\n")


def _write_list(name: bytes, rows: Sequence[Struct], stream: BinaryIO) -> None:
    stream.write(b',\n"' + name + b'":[')
    separator = b"\n"
    for line in lines(rows):
        stream.write(separator + line)
        separator = b",\n"
    stream.write(b"]")
