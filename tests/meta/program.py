"""The program under test, as a child process with fixed surroundings."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def surroundings() -> dict[str, str]:
    """The environment without settings of dedupe, with the `dedupe` of this Python on the path.

    Width, colour and encoding are fixed, so that printed text is the same on every machine.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DEDUPE_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    return kept | {"PATH": path, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONUTF8": "1"}


@functools.cache
def output_of(*arguments: str) -> str:
    """What `dedupe ARGUMENTS` prints; any exit code but 0 is an error. Asked once per run."""
    process = subprocess.run(
        [sys.executable, "-m", "dedupe", *arguments],
        cwd=ROOT,
        env=surroundings(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout
