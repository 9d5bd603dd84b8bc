from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dedupe.kernels import jit
from tests.conftest import ROOT

PROGRAM = """
import numpy as np
from dedupe.kernels import jit
from dedupe.kernels.grouping import components
label = np.empty(3, np.int32)
components(np.array([2], np.int32), np.array([1], np.int32), label)
print(label.tolist(), jit._FOLDER is not None)
"""


def start(cache: str) -> subprocess.Popen[str]:
    """A process that compiles one kernel with this cache."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "DEDUPE_KERNEL_CACHE": cache, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(process: subprocess.Popen[str]) -> str:
    """What a process printed."""
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return output.strip()


def test_processes_that_compile_at_once_disturb_nobody(tmp_path: Path) -> None:
    """On an empty cache, processes started together all answer, and the cache is filled."""
    running = [start(str(tmp_path / "cache")) for _ in range(2)]
    assert [answer(process) for process in running] == ["[0, 1, 1] True"] * 2
    assert list((tmp_path / "cache").rglob("*.nbi"))
    assert answer(start(str(tmp_path / "cache"))) == "[0, 1, 1] True"


def test_unwritable_cache_compiles_in_memory(tmp_path: Path) -> None:
    """Where no folder can be made the kernels work all the same, and leave nothing behind."""
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    read_only = tmp_path / "read-only"
    read_only.mkdir(mode=0o500)
    assert answer(start(str(blocked / "cache"))) == "[0, 1, 1] False"
    if not os.access(read_only, os.W_OK):  # the superuser may write everywhere
        assert answer(start(str(read_only))) == "[0, 1, 1] False"
    assert list(read_only.iterdir()) == []


def test_cache_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """`DEDUPE_KERNEL_CACHE=off` names no folder."""
    monkeypatch.setenv("DEDUPE_KERNEL_CACHE", "off")
    assert jit._writable_folder() is None


def test_cache_folder_is_named_by_the_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder is made below the chosen one and carries the digest of the kernels."""
    monkeypatch.setenv("DEDUPE_KERNEL_CACHE", str(tmp_path))
    folder = jit._writable_folder()
    assert folder == tmp_path / f"kernels-{jit._digest()}"
    assert folder.is_dir()


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of kernels that may be changed."""
    (tmp_path / "jit.py").write_text("")
    (tmp_path / "one.py").write_text("LIMIT = 4\n")
    monkeypatch.setattr(jit, "__file__", str(tmp_path / "jit.py"))
    return tmp_path


def test_digest_is_stable(sources: Path) -> None:
    """The same sources have the same digest, time stamps notwithstanding."""
    before = jit._digest()
    os.utime(sources / "one.py", (0, 0))
    assert jit._digest() == before


@pytest.mark.parametrize("change", ["constant", "new file", "renamed", "removed"])
def test_digest_changes_with_any_source(sources: Path, change: str) -> None:
    """A constant of the same length, a file more, another name or a file less: another folder."""
    before = jit._digest()
    one = sources / "one.py"
    if change == "constant":
        one.write_text("LIMIT = 5\n")
    elif change == "new file":
        (sources / "two.py").write_text("")
    elif change == "renamed":
        one.rename(sources / "other.py")
    else:
        one.unlink()
    assert jit._digest() != before


def test_digest_changes_with_tools_and_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another Numba, or another processor, has its own folder."""
    digests = {jit._digest()}
    with monkeypatch.context() as patch:
        patch.setattr("dedupe.kernels.jit.numba.__version__", "0.0")
        digests.add(jit._digest())
    with monkeypatch.context() as patch:
        patch.setattr("dedupe.kernels.jit.binding.get_host_cpu_name", lambda: "other")
        digests.add(jit._digest())
    assert len(digests) == 3
