"""Compiles the kernels for all processors of a kind: `python -m dedupe.kernels.building`.

A wheel is built with what this writes (`hatch_build.py`), and so is an editable installation, whose
files lie in the source tree: what has changed since, Numba compiles when it is called.
"""

from __future__ import annotations

import os
import subprocess
import sys

from dedupe.kernels import objects, warming


def main(processes: int) -> int:
    """Compile what is listed and has not been built from these sources; remove what has.

    Returns the worst exit code of the processes that did it.
    """
    objects.BUILT.mkdir(exist_ok=True)
    current = {objects.built_file(*kernel) for kernel in warming.kernels()}
    for stale in set(objects.BUILT.iterdir()) - current:
        stale.unlink(missing_ok=True)
    return _compile(processes)


def _compile(processes: int) -> int:
    command = [sys.executable, "-m", __spec__.name]
    running = [
        subprocess.Popen([*command, f"{part}/{processes}"])  # noqa: S603
        for part in range(processes)
    ]
    return max(process.wait() for process in running)


def build(part: int, parts: int) -> None:
    """Compile every so many-th kernel of the list, as far as it is not there."""
    from dedupe.kernels.compiling import compile_function

    for kernel in warming.kernels()[part::parts]:
        file = objects.built_file(*kernel)
        if not file.exists():
            objects.write(file, compile_function(*kernel))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        build(*map(int, sys.argv[1].split("/")))
    else:
        sys.exit(main(os.cpu_count() or 1))
