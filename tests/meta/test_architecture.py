"""Imports go one way, each third party has one door, and start-up loads none of the heavy ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from importlinter import cli as import_linter

from dedupe.reports import FORMATS
from tests.meta.program import ROOT, surroundings

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


def test_scan_loads_the_format_that_it_writes(tmp_path: Path) -> None:
    """The other formats, and XML, cost a scan nothing."""
    (tmp_path / "a.md").write_text("# Bread\n\nThree towns bake as they used to.\n", "utf-8")
    # Not -X importtime, which does not see importlib.import_module.
    code = (
        "import sys; from dedupe.cli import main; "
        f"main(['scan', {str(tmp_path)!r}, '-q', '-f', 'concise']); print(*sys.modules)"
    )
    process = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=surroundings(),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(process.stdout.split())
    writers = {form.module for form in FORMATS.values()}
    assert loaded & writers == {"dedupe.reports.concise"}
    assert not {name for name in loaded if name.startswith("xml")}


def test_an_index_is_read_without_a_compiler(tmp_path: Path) -> None:
    """Looking articles up must not wait for Numba, or for the linker of its kernels."""
    code = (
        "import sys; from pathlib import Path; import numpy as np\n"
        "from dedupe.index import Index\n"
        "from dedupe.tables import Stems\n"
        "from tests.unit.index.made import build, contents, passages\n"
        f"folder = build(Path({str(tmp_path)!r}) / 'index', [contents({{'a.md': 1}})])\n"
        "index = Index.open(folder)\n"
        "table = index.load(index.places)\n"
        "stems = Stems(table.stem, table.name, table.sentence.astype(np.int64))\n"
        "assert index.sharing(passages(table), stems).path == [b'a.md']\n"
        "print(*sys.modules)"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not set(process.stdout.split()) & (HEAVY - {"numpy"})
