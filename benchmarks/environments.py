"""Environments of their own for programs from PyPI, below `DEDUPE_BENCH_DIR`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.corpora import bench_folder

SECONDS = 900
"""The longest that pip may take."""


def python_with(*requirements: str) -> Path:
    """The interpreter of an environment that holds these; made where it is missing.

    Raises RuntimeError, with the last thing that was said, where it cannot be made.
    """
    folder = bench_folder() / "peers" / requirements[0]
    python, stamp = folder / "bin" / "python", folder / "installed"
    wanted = "\n".join(requirements)
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    for command in ([sys.executable, "-m", "venv", str(folder)], [*pip, *requirements]):
        try:
            made = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=SECONDS
            )
        except subprocess.TimeoutExpired as error:
            raise RuntimeError(f"pip took more than {SECONDS} s") from error
        if made.returncode:
            raise RuntimeError((made.stderr.strip() or "failed").splitlines()[-1])
    stamp.write_text(wanted, "utf-8")
    return python


def versions(python: Path) -> list[str]:
    """Names and versions of everything that an interpreter finds installed."""
    script = (
        "from importlib.metadata import distributions\n"
        "print(*sorted({f'{d.name}=={d.version}' for d in distributions()}), sep='\\n')"
    )
    run = subprocess.run([str(python), "-I", "-c", script], capture_output=True, check=True)
    return run.stdout.decode().split()
