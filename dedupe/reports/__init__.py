"""One module per output format; each writes a finished `Result` and computes nothing.

This module imports nothing heavy: the command line lists the formats without loading them.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from dedupe.reports.options import ReportOptions

if TYPE_CHECKING:
    from dedupe.model import Result


class Writer(Protocol):
    """What a format module offers as `write`."""

    def __call__(self, result: Result, stream: BinaryIO, options: ReportOptions) -> None:
        """Write `result` to `stream`."""


@dataclass(frozen=True, slots=True)
class Format:
    """An output format: where its writer lives and what its file is called by default."""

    name: str
    module: str
    extension: str
    summary: str
    for_people: bool = False
    """Text for people, which `--max-findings` may shorten; machine formats are always whole."""
    has_totals: bool = False
    """Ends with the totals, which all others leave to standard error."""
    number_sign: str = r"\u0023"
    """How the format spells `#`; by default as JSON does"""

    @property
    def default_path(self) -> str:
        """Name of the file that a bare `--output FORMAT` writes."""
        return f"dedupe.{self.extension}"

    def write(self, result: Result, stream: BinaryIO, options: ReportOptions) -> None:
        """Write `result` to `stream` as UTF-8 (or `options.encoding`), and line feeds."""
        writer = cast("Writer", importlib.import_module(self.module).write)
        if not options.github or self.for_people:
            writer(result, stream, options)
            return
        # A line that begins with `::` is no format's, but `##[error]` is obeyed anywhere in a line.
        whole = io.BytesIO()
        writer(result, whole, options)
        stream.write(whole.getvalue().replace(b"##[", f"#{self.number_sign}[".encode()))


_XML, _TEXT = "&#35;", r"\x23"
# The extension of text formats is not .txt: a report in the scanned folder would be an article.
_ALL = (
    Format("full", "dedupe.reports.full", "full", "findings with excerpts and reasons", True, True),
    Format("concise", "dedupe.reports.concise", "concise", "one line per finding", True),
    Format("grouped", "dedupe.reports.grouped", "grouped", "the same by article", True, True),
    Format("json", "dedupe.reports.json", "json", "the whole result as one JSON object"),
    Format("jsonl", "dedupe.reports.jsonl", "jsonl", "the same as JSON Lines"),
    Format("matches", "dedupe.reports.matches", "matches.jsonl", "every verified pair of spans"),
    Format("clusters", "dedupe.reports.clusters", "clusters.jsonl", "every member of a cluster"),
    Format("passages", "dedupe.reports.passages", "passages.jsonl", "every block with its scores"),
    Format("sarif", "dedupe.reports.sarif", "sarif", "SARIF 2.1.0 for GitHub code scanning"),
    Format("github", "dedupe.reports.github", "github", "annotations of a GitHub workflow"),
    Format("gitlab", "dedupe.reports.gitlab", "gitlab.json", "Code Quality report of GitLab"),
    Format("junit", "dedupe.reports.junit", "junit.xml", "test results in XML", number_sign=_XML),
    Format("rdjson", "dedupe.reports.rdjson", "rdjson", "diagnostics for reviewdog"),
    # Not .md: as above.
    Format("markdown", "dedupe.reports.markdown", "summary", "summary of a job", number_sign=_TEXT),
    Format("csv", "dedupe.reports.csv", "csv", "one row per finding and place", number_sign=_TEXT),
)

FORMATS: Mapping[str, Format] = {form.name: form for form in _ALL}
ANALYSIS = frozenset(("clusters", "matches", "passages"))
"""Formats of rows that a scan makes on request only, and no other format holds."""


def write(name: str, result: Result, stream: BinaryIO, options: ReportOptions) -> None:
    """Write `result` in the format `name`, a key of `FORMATS`."""
    FORMATS[name].write(result, stream, options)
