from __future__ import annotations

import inspect
import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from dedupe.kernels import bundle, objects, warming
from tests.conftest import ROOT

PROGRAM = """
import sys
import time
import msgspec
from dedupe import pipeline
from dedupe.config import Config
from dedupe.kernels import jit
pipeline.scan(["seeds"], Config(jobs=1))
sys.stdout.buffer.write(msgspec.json.encode(jit.LINKED))
"""


def test_list_holds_all_that_a_scan_calls() -> None:
    """Otherwise `python -m dedupe.warm seeds` has to be run again."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, check=True, timeout=300
    )
    called = msgspec.json.decode(done.stdout, type=warming.Listed)
    assert called
    assert set(called) <= set(warming.listed())


def test_list_holds_what_there_is() -> None:
    """A kernel that is gone, or has other arguments, would end the build of the package."""
    for function, signature in warming.kernels():
        assert len(inspect.signature(function).parameters) == len(signature), function.__name__


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands of the processes that would have been started."""
    commands: list[list[str]] = []
    monkeypatch.setattr(warming, "_STARTED", [])
    monkeypatch.setattr("subprocess.Popen", lambda command, **_: commands.append(command))
    return commands


def test_process_is_started_where_there_is_no_bundle(
    started: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither where there is one, nor where nothing can be kept."""
    for file, starts in ((tmp_path / "absent", 1), (tmp_path, 0), (None, 0)):
        started.clear()
        warming._STARTED.clear()
        monkeypatch.setattr(bundle, "file", lambda file=file: file)
        warming.begin()
        warming.begin()  # once is enough
        assert len(started) == starts, file


def test_nothing_is_lost_where_no_process_can_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scan compiles everything itself then."""

    def fails(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(warming, "_STARTED", [])
    monkeypatch.setattr("subprocess.Popen", fails)
    monkeypatch.setattr(bundle, "file", lambda: tmp_path / "absent")
    warming.begin()
    assert not warming._STARTED


def test_missing_kernels_are_compiled_from_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another process has compiled in the meantime is left alone; all become the bundle."""
    places = ("<i8 1 C", "<i8 1 C")
    listed = [
        ("grouping.components", ("<i4 1 C",) * 3),
        ("settling.mix", ("|u1 1 C", *places, "<u8 1 C")),
    ]
    monkeypatch.setattr(warming, "listed", lambda: listed)
    monkeypatch.setattr(objects, "writable_folder", lambda: tmp_path)
    known = objects.cache_file(*warming.kernels()[0])
    assert known is not None
    objects.machine_code(*warming.kernels()[0])
    then = int(time.time()) - 3600
    os.utime(known, (then, then))
    warming.main()
    assert known.stat().st_mtime == then
    names = sorted(path.name.rpartition("-")[0] for path in tmp_path.iterdir())
    assert names == ["bundle", "grouping.components", "settling.mix"]
    members = objects.read(bundle.file(), list[bundle.Member])
    assert members is not None
    assert [(member.name, member.signature) for member in members] == listed
