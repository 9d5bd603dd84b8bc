r"""The examples of README.md are what the program prints today.

An example is a fenced block marked `console`. A line that begins with `$ ` is run by bash in the
project root; the lines after it are its standard output. A line that is `...` alone stands for
any number of lines, none included.
"""

from __future__ import annotations

import re
import subprocess
from itertools import pairwise

import pytest

from tests.meta.program import ROOT, surroundings

BLOCK = re.compile(r"^```console\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


def _examples() -> list[tuple[str, str]]:
    """Pairs of command and expected output, in the order of the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = []
    for block in BLOCK.findall(text):
        lines = block.splitlines()
        starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
        assert starts[:1] == [0], f"a console block begins with a command, not with {lines[:1]}"
        for start, end in pairwise([*starts, len(lines)]):
            found.append((lines[start][2:], "\n".join(lines[start + 1 : end])))
    return found


def _pattern(expected: str) -> str:
    """Regular expression of the expected output."""
    lines = (
        r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line.rstrip()) + r"[ ]*\n"
        for line in expected.strip().splitlines()
    )
    return "".join(lines)


EXAMPLES = _examples()


def test_readme_has_examples() -> None:
    """The README shows real output."""
    assert EXAMPLES


@pytest.mark.parametrize(("command", "expected"), EXAMPLES, ids=[c for c, _ in EXAMPLES])
def test_readme_example(command: str, expected: str) -> None:
    """Running the example prints what the README says."""
    process = subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        env=surroundings(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert process.returncode == 0, process.stderr
    printed = process.stdout.strip("\n") + "\n"
    if not re.fullmatch(_pattern(expected), printed):
        assert printed == expected + "\n"  # shows the difference
