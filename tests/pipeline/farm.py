"""Made-up articles in a folder, and what a scan says of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from dedupe import config
from dedupe.model import Finding, Result
from dedupe.pipeline import build_index, check, scan
from dedupe.reports import ANALYSIS, FORMATS
from dedupe.reports.options import ReportOptions
from tests import naive

SYLLABLES = [a + b for a in "bcdfgklmnprstvz" for b in "aeiou"]


class Writer:
    """Prose of words that nobody has used before; the scorer does not take it for English."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def words(self, count: int) -> list[str]:
        """Words of four syllables: 30 million of them, so hardly one comes twice."""
        parts = self._rng.integers(0, len(SYLLABLES), (count, 4)).tolist()
        return ["".join(SYLLABLES[part] for part in row) for row in parts]

    def prose(self, count: int) -> str:
        """A paragraph of as many words in sentences of eleven."""
        return sentences(self.words(count))


def sentences(words: list[str], size: int = 11) -> str:
    """Words with a capital letter and a full stop around every eleven."""
    cut = [words[at : at + size] for at in range(0, len(words), size)]
    return " ".join(" ".join(part).capitalize() + "." for part in cut)


@dataclass
class Folder:
    """A folder that is filled, then scanned from within."""

    root: Path

    def write(self, path: str, *paragraphs: str) -> None:
        """Write an article of some paragraphs."""
        self.raw(path, ("\n\n".join(paragraphs) + "\n").encode())

    def raw(self, path: str, content: bytes) -> None:
        """Write a file as it is given."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def text(self, path: str) -> str:
        """The text of an article as offsets count it."""
        return (self.root / path).read_bytes().decode()

    def scan(self, *paths: str, settings: config.Config | None = None) -> Result:
        """Scan the folder, or some paths in it."""
        return scan(list(paths or ["."]), settings or config.Config())

    def check(self, *paths: str, settings: config.Config | None = None) -> Result:
        """Check some paths, the folder `incoming` unless told otherwise."""
        return check(list(paths or ["incoming"]), settings or config.Config())

    def shingles(self, path: str, start: int, end: int) -> set[naive.Shingle]:
        """Shingles of a stretch of an article, by the oracle."""
        words, _ = naive.split_words(self.text(path)[start:end])
        return naive.shingles([word.folded for word in words], 5)


def jsonl(result: Result) -> bytes:
    """All that a machine reads of a result."""
    stream = io.BytesIO()
    for name in ("jsonl", *sorted(ANALYSIS)):
        FORMATS[name].write(result, stream, ReportOptions())
    return stream.getvalue()


def settings(**parts: object) -> config.Config:
    """A configuration with some settings changed: `settings(matching={"min_words": 30})`."""
    return msgspec.convert(parts, config.Config)


def of_rule(result: Result, rule: str) -> list[Finding]:
    """Findings of one rule, in the order of the report."""
    return [finding for finding in result.findings if finding.rule == rule]


def accept(
    paths: Sequence[str], settings: config.Config | None = None, *, text: bool = False
) -> None:
    """Make the index of some articles where a check looks for it."""
    chosen = settings or config.Config()
    build_index(Path(chosen.index), paths, chosen, 1, text=text, force=True)
