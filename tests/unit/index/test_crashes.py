"""Whenever a writer dies, its index is what it was before, or what it was to become."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from dedupe.errors import IndexFolderError
from dedupe.index import Index
from tests.unit.index.made import build, change, contents, state

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="asks /proc for the file behind a descriptor"
)


class Step(NamedTuple):
    """A file operation that a power cut may lose."""

    kind: str
    path: Path
    other: Path | None = None
    content: bytes = b""


@contextmanager
def steps(monkeypatch: pytest.MonkeyPatch, note: Callable[[Step], None]) -> Iterator[None]:
    """Tell of every operation before it is done."""
    fsync, replace, unlink = os.fsync, Path.replace, Path.unlink

    def noted_fsync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        note(Step("sync", path, content=b"" if path.is_dir() else path.read_bytes()))
        fsync(descriptor)

    def noted_replace(path: Path, target: Path) -> Path:
        note(Step("rename", path, target))
        return replace(path, target)

    def noted_unlink(path: Path, *, missing_ok: bool = False) -> None:
        note(Step("unlink", path))
        unlink(path, missing_ok=missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", noted_fsync)
        patch.setattr(Path, "replace", noted_replace)
        patch.setattr(Path, "unlink", noted_unlink)
        yield


class Killed(BaseException):
    """No `Exception`: nothing on the way may clean up behind it."""


BEFORE = {f"{n}.md": n for n in range(9)}
ADDED = {"3.md": 103, "new.md": 104}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """An index of eight articles in seven segments: with one more they are merged."""
    folder = build(tmp_path / "index", [contents({"0.md": 0, "1.md": 1, "2.md": 2})])
    for number in range(3, 9):
        change(folder, {f"{number}.md": number})
    change(folder, {}, ["1.md"])
    return folder


def revise(folder: Path) -> None:
    """A change with all there is: added, replaced, removed, merged."""
    change(folder, ADDED, ["5.md"])


@needs_proc
def test_killed_at_every_step(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index is as before up to the rename of the manifest, and changed from then on.

    The next writer does its work, and nothing is left over.
    """
    before, after, count = outcome(index, tmp_path, monkeypatch)
    seen = []
    for kill_at in range(count):
        folder = Path(shutil.copytree(index, tmp_path / f"killed-{kill_at}"))
        done: list[Step] = []

        def kill(step: Step, done: list[Step] = done, kill_at: int = kill_at) -> None:
            if len(done) == kill_at:
                raise Killed
            done.append(step)

        with steps(monkeypatch, kill), pytest.raises(Killed):
            revise(folder)
        found = state(folder)
        assert found in (before, after)
        committed = any(step.kind == "rename" and step.path.parent == folder for step in done)
        assert (found == after) == committed
        seen.append(found == after)
        revise(folder)
        assert state(folder) == after
        held = {path.name for path in (folder / "segments").iterdir()}
        assert held == Index.open(folder).manifest.files()
        assert {path.name for path in folder.iterdir()} == {"lock", "manifest.json", "segments"}
    assert set(seen) == {False, True}


@needs_proc
def test_power_cut_at_every_step(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Content is sure after its sync, names after that of their folder; before, any may be lost.

    What a writer has acknowledged is there.
    """
    before, after, count = outcome(index, tmp_path, monkeypatch)
    done: list[Step] = []
    folder = Path(shutil.copytree(index, tmp_path / "written"))
    with steps(monkeypatch, done.append):
        revise(folder)
    assert len(done) == count
    left = tmp_path / "left"
    for cut in range(count + 1):
        for _ in range(12):
            shutil.copytree(index, left)
            lose(done[:cut], folder, left)
            found = state(left)
            assert found in (before, after)
            shutil.rmtree(left)
    # All that comes behind the sync of the folder itself is cleaning up.
    last_sync = max(place for place, step in enumerate(done) if step.path == folder)
    for _ in range(12):
        shutil.copytree(index, left)
        lose(done[: last_sync + 1], folder, left)
        assert state(left) == after
        shutil.rmtree(left)


def outcome(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[str, str], dict[str, str], int]:
    """The index before and after the change, and how many steps that takes."""
    done: list[Step] = []
    folder = Path(shutil.copytree(index, tmp_path / "outcome"))
    before = state(folder)
    with steps(monkeypatch, done.append):
        revise(folder)
    after = state(folder)
    assert before != after
    assert {step.kind for step in done} == {"sync", "rename", "unlink"}
    return before, after, len(done)


def lose(done: list[Step], folder: Path, left: Path) -> None:
    """Leave of some steps what a power cut might: `left` is the index before them."""
    synced: dict[Path, bytes] = {}
    pending: dict[Path, list[Step]] = {}
    for step in done:
        if step.kind == "sync" and step.path in (folder, folder / "segments"):
            for sure in pending.pop(step.path, []):
                _do(sure, folder, left, synced)
        elif step.kind == "sync":
            synced[step.path] = step.content
        else:
            pending.setdefault(step.path.parent, []).append(step)
    for steps_of_folder in pending.values():
        for step in steps_of_folder:
            if random.random() < 0.5:
                _do(step, folder, left, synced)


def _do(step: Step, folder: Path, left: Path, synced: dict[Path, bytes]) -> None:
    if step.kind == "unlink":
        (left / step.path.relative_to(folder)).unlink(missing_ok=True)
    elif step.other is not None:
        (left / step.other.relative_to(folder)).write_bytes(synced.get(step.path, b""))


_WRITER = """
import sys
from pathlib import Path
from tests.unit.index.made import change
folder = Path(sys.argv[1])
for number in range(int(sys.argv[2]), 10_000):
    change(folder, {f"{number}.md": number}, [f"{number - 20}.md"] if number % 3 == 0 else [])
    print(number, flush=True)
"""


@pytest.mark.parametrize("rounds", [4, pytest.param(40, marks=pytest.mark.slow)])
def test_killed_at_any_moment(tmp_path: Path, rounds: int) -> None:
    """After kill -9 the index is whole and holds all that was acknowledged; so it is in between."""
    folder = build(tmp_path / "index", [contents({"0.md": 0})])
    sure, number, looks = {0}, 1, 0
    root = Path(__file__).parents[3]
    for _ in range(rounds):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(folder), str(number)],
            stdout=subprocess.PIPE,
            cwd=root,
        ) as writer:
            assert writer.stdout is not None
            for _ in range(random.randrange(1, 30)):
                number = int(writer.stdout.readline())
                sure = expected(sure, number)
                if random.random() < 0.2:
                    state(folder)
                    looks += 1
            time.sleep(random.random() / 100)
            writer.kill()
            for line in writer.stdout:
                number = int(line)
                sure = expected(sure, number)
        found = {int(path.removesuffix(".md")) for path in state(folder)}
        # What was done last may have been committed, and not acknowledged.
        assert found in (sure, expected(sure, number + 1))
        number += 1 + (number + 1 in found)
        sure = found
    assert looks


def expected(held: set[int], number: int) -> set[int]:
    """The articles after another step of the writer."""
    return (held | {number}) - ({number - 20} if number % 3 == 0 else set())


def test_readers_beside_a_writer(tmp_path: Path) -> None:
    """Who has opened an index goes on reading it, whatever becomes of its files."""
    folder = build(tmp_path / "index", [contents({f"{n}.md": n}) for n in range(4)])
    index = Index.open(folder)
    before = index.load(index.places.take(np.arange(4))).token
    for number in range(4, 14):
        change(folder, {f"{number}.md": number}, [f"{number - 4}.md"])
    np.testing.assert_array_equal(index.load(index.places.take(np.arange(4))).token, before)
    shutil.rmtree(folder)
    np.testing.assert_array_equal(index.load(index.places.take(np.arange(4))).token, before)
    with pytest.raises(IndexFolderError, match="there is no index"):
        Index.open(folder)
