"""Imports go one way, each third party has one door, and start-up loads none of the heavy ones."""

from __future__ import annotations

import subprocess
import sys

import pytest
from importlinter import cli as import_linter

from tests.meta.program import ROOT

HEAVY = {"datasketch", "llvmlite", "numba", "numpy", "rich", "scipy", "sklearn"}


def test_import_contracts_hold(capsys: pytest.CaptureFixture[str]) -> None:
    """Every contract of pyproject.toml is kept; the report of a broken one is shown."""
    status = import_linter.lint_imports(
        config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True
    )
    assert status == import_linter.EXIT_STATUS_SUCCESS, capsys.readouterr().out


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_start_up_loads_no_heavy_library(option: str) -> None:
    """`--version` and `--help` answer at once: no array, compiler or terminal library is loaded."""
    process = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "dedupe", option],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stdout.strip()
    # A line of the trace: "import time:   self [us] | cumulative | package.module".
    loaded = {
        line.rpartition("|")[2].strip().partition(".")[0]
        for line in process.stderr.splitlines()
        if line.startswith("import time:")
    }
    assert "dedupe" in loaded
    assert not loaded & HEAVY
