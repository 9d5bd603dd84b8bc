"""Every script that can be run says what it is for, and takes no data for that."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import corpora

FOLDER = corpora.PROJECT / "benchmarks"
SCRIPTS = sorted(
    path.stem
    for path in FOLDER.glob("*.py")
    if "\nif __name__ ==" in path.read_text("utf-8") and path.stem != "launch"
)


def run(*arguments: str, data: Path) -> subprocess.CompletedProcess[str]:
    """A script with another folder of data sets."""
    command = [sys.executable, "-m", *arguments]
    folders = {"DEDUPE_DATA": str(data), "DEDUPE_BENCH_DIR": str(data / "bench")}
    return subprocess.run(
        command, env={**os.environ, **folders}, cwd=corpora.PROJECT,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS)
def test_help_is_printed(script: str, tmp_path: Path) -> None:
    """With the name of the command, and at once."""
    told = run(f"benchmarks.{script}", "--help", data=tmp_path)
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith(f"usage: python -m benchmarks.{script} ")


@pytest.mark.parametrize("script", ["gate", "posts"])
def test_absent_data_are_an_error_that_says_so(script: str, tmp_path: Path) -> None:
    """Not a traceback, and not a verdict."""
    told = run(f"benchmarks.{script}", data=tmp_path)
    assert told.returncode == 2
    assert told.stderr.splitlines()[0].endswith("set DEDUPE_DATA to the folder of data sets")
    assert len(told.stderr.splitlines()) == 1
