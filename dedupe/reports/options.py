"""How a report looks; nothing here changes what it says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """Appearance of a report. The defaults are those of a file: the same everywhere."""

    color: bool = False
    width: int = 80
    """Cells of a terminal line at which texts are wrapped."""
    encoding: str = "utf-8"
    github: bool = False
    """Printed into a log that obeys workflow commands, which articles must not give."""
    max_findings: int = 0
    """Findings shown in the formats for people; 0 shows all."""
    max_matches: int = 3
    """Other copies that `full` names for each finding."""
    verbose: bool = False
    """Name every skipped file rather than the first few."""
    include: frozenset[str] = frozenset()
    """Statuses of findings that are listed beside new ones: `baselined`, `suppressed`."""
    sarif_max: int = 5000
    """Results in `sarif`, the most severe first; GitHub shows no more than that."""
    csv_bom: bool = False
    """Begin `csv` with a byte-order mark, by which Excel knows UTF-8."""

    @property
    def has_boxes(self) -> bool:
        """Whether the encoding knows the characters of lines and bars."""
        try:
            "\u2500\u2588".encode(self.encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True
