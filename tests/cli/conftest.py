"""The command line in this process, an engine that answers at once, and a folder of articles."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, cast

import pytest

import dedupe
from dedupe.cli import main
from dedupe.config import Config
from dedupe.model import Comparison, Explanation, Result, Shown, Skipped
from dedupe.sources import FileTable, SourceFile
from tests.reports import samples

BAKERY = (
    "The oven of the old bakery in Brennholm was lit again on Friday, after eleven years. "
    "Its bricks come from the quarry at Lindvik, and the baker, Ilse Torvald, fired them twice "
    "before the first loaf went in. By noon the queue reached the bridge, and at two o'clock "
    "the last of the four hundred rye loaves was sold to a man from the harbour office."
)
FERRY = (
    "Night ferries to Skarholm carry forty cars and leave at twenty to midnight. The council has "
    "set aside two million for a second boat, which the yard in Lindvik will begin to build once "
    "the ice is gone."
)


class Ran(NamedTuple):
    """What a run left behind."""

    code: int
    out: str
    err: str


Cli = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine reaches the command line."""
    names = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CI", "PRE_COMMIT", "GITHUB_ACTIONS")
    for name in (*names, "DEDUPE_DEBUG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def cli(capsysbinary: pytest.CaptureFixture[bytes]) -> Cli:
    """Run `dedupe ARGUMENTS` here: `cli("rule", "DUP102").out`."""

    def run(*arguments: str) -> Ran:
        code = main(arguments)
        out, err = capsysbinary.readouterr()
        return Ran(code, out.decode(), err.decode())

    return run


@dataclass
class Engine:
    """Stands in for `dedupe.pipeline`: returns what it is told and remembers what it was asked."""

    result: Result = field(default_factory=samples.result)
    error: BaseException | None = None
    act: Callable[[], object] = lambda: None
    paths: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    line: int | None = None
    wanted: str = ""
    source: str | None = None
    config: Config = field(default_factory=Config)
    scans: int = 0

    def _asked(self, paths: Sequence[str], config: Config) -> None:
        self.paths, self.config = tuple(paths), config
        self.act()
        if self.error is not None:
            raise self.error

    def scan(
        self, paths: Sequence[str], config: Config, _progress: object = None, **_: object
    ) -> Result:
        """The result."""
        self.scans += 1
        self._asked(paths, config)
        return self.result

    def check(
        self, paths: Sequence[str], config: Config, _progress: object = None, **_: object
    ) -> Result:
        """The result."""
        return self.scan(paths, config)

    def compare(self, path_a: str, path_b: str, config: Config) -> Comparison:
        """The sample comparison."""
        self._asked((path_a, path_b), config)
        return samples.comparison()

    def explain(
        self, path: str, line: int | None, others: Sequence[str], config: Config
    ) -> Explanation:
        """The sample explanation."""
        self.line, self.others = line, tuple(others)
        self._asked((path,), config)
        return samples.explanation()

    def show(self, wanted: str, paths: Sequence[str], config: Config, source: str | None) -> Shown:
        """The sample finding with its copies."""
        self.wanted, self.source = wanted, source
        self._asked(paths, config)
        return samples.shown()

    def list_files(self, paths: Sequence[str], config: Config) -> tuple[FileTable, list[Skipped]]:
        """Two files, and the skipped ones of the result."""
        self._asked(paths, config)
        found = FileTable.of(SourceFile(path, path, 1) for path in ("a.md", "b.txt"))
        return found, list(self.result.skipped)

    def model_id(self) -> str:
        """Name of a filler model."""
        return "builtin:test"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The stand-in, in place of the pipeline."""
    stand_in = Engine()
    module = cast("ModuleType", stand_in)
    monkeypatch.setitem(sys.modules, "dedupe.pipeline", module)
    monkeypatch.setattr(dedupe, "pipeline", module, raising=False)
    return stand_in


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copied passage and an empty field, in a folder that is the working directory."""
    write(tmp_path / "a.md", "# Bread", BAKERY)
    write(tmp_path / "b.md", "# Boats", FERRY, BAKERY, "TAGS:")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEDUPE_DEPTH", "fast")
    return tmp_path


def write(path: Path, *paragraphs: str) -> None:
    """Write an article."""
    path.write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")


def findings(cli: Cli, *options: str) -> list[dict[str, Any]]:
    """What a scan of the working directory finds; totals and exit code fit to it."""
    ran = cli("scan", "-q", "-f", "jsonl", "--fail-on", "note", *options)
    rows = [json.loads(line) for line in ran.out.splitlines()]
    found = [row for row in rows if row["kind"] == "finding"]
    count = {
        status: sum(row["status"] == status for row in found)
        for status in ("new", "baselined", "suppressed")
    }
    assert rows[-1]["findings"] == count
    assert sum(rows[-1]["severities"].values()) == count["new"]
    assert ran.code == int(count["new"] > 0)
    return found


def statuses(cli: Cli, *options: str) -> list[tuple[str, str]]:
    """Rule and status of each finding."""
    return [(row["rule"], row["status"]) for row in findings(cli, *options)]
