"""The command line in this process, and an engine that answers at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import NamedTuple, cast

import pytest

import dedupe
from dedupe.cli import main
from dedupe.config import Config
from dedupe.model import Comparison, Explanation, Result, Shown, Skipped
from tests.reports import samples


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

    def list_files(
        self, paths: Sequence[str], config: Config
    ) -> tuple[list[SimpleNamespace], list[Skipped]]:
        """Two files, and the skipped ones of the result."""
        self._asked(paths, config)
        found = [SimpleNamespace(path=path) for path in ("a.md", "b.txt")]
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
