"""Terminals, pipes, signals and encodings around a process that really scans."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dedupe.cli import _stores_compressed_slowly
from tests.cli.conftest import BAKERY, FERRY
from tests.meta.program import surroundings

COMMAND = [sys.executable, "-m", "dedupe"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two articles that share a passage; one of them has letters that few encodings know."""
    (tmp_path / "a.md").write_text(f"# Bread \u2500 \u0416\n\n{BAKERY}\n", encoding="utf-8")
    text = f"# Boats\n\n{FERRY}\n\nCaf\u00e9 \u2500 \u0416: {BAKERY}\n\nTAGS:\n"
    (tmp_path / "b.md").write_text(text, encoding="utf-8")
    return tmp_path


def _environment(**more: str) -> dict[str, str]:
    return surroundings() | {"DEDUPE_DEPTH": "fast", "PYTHONUTF8": "0"} | more


@pytest.mark.skipif(os.name == "nt", reason="needs a shell with pipefail")
@pytest.mark.parametrize(("level", "code"), [("error", 1), ("never", 0)])
@pytest.mark.parametrize("name", ["full", "jsonl", "csv"])
def test_reader_that_goes_away(folder: Path, name: str, level: str, code: int) -> None:
    """`| head -1` keeps the verdict, and nothing complains."""
    line = shlex.join([*COMMAND, "scan", "-q", "-f", name, "--fail-on", level])
    process = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{line} | head -1"],
        cwd=folder, env=_environment(), capture_output=True, check=False,
    )  # fmt: skip
    assert (process.returncode, process.stderr) == (code, b"")
    assert process.stdout.count(b"\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals(folder: Path, number: signal.Signals, code: int) -> None:
    """One line, the code of the signal, and no file is left half written."""
    os.mkfifo(folder / "paths")
    # A suite that runs in the background ignores Ctrl-C, and so would the process.
    before = signal.signal(number, signal.default_int_handler)
    with subprocess.Popen(
        [*COMMAND, "scan", "--files-from", "paths", "-o", "jsonl:out.jsonl"],
        cwd=folder, env=_environment(), stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        signal.signal(number, before)
        with (folder / "paths").open("wb"):  # returns when the process reads, and waits for a path
            assert list(folder.glob(".out.jsonl.*.tmp"))
            time.sleep(0.2)
            process.send_signal(number)
            try:
                _, told = process.communicate(timeout=60)
            finally:
                process.kill()
    assert process.returncode == code
    assert told == (b"interrupted\n" if number == signal.SIGINT else b"terminated\n")
    assert sorted(path.name for path in folder.iterdir()) == ["a.md", "b.md", "paths"]


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("scan", {"NO_COLOR": "1"}),
        ("scan", {"NO_COLOR": "", "TERM": "dumb"}),
        ("scan", {"PYTHONIOENCODING": "cp1252"}),
        ("scan", {"LC_ALL": "C", "LANG": "C"}),
        ("scan", {"CI": "true", "GITHUB_ACTIONS": "true", "PRE_COMMIT": "1"}),
        ("explain b.md", {"PYTHONIOENCODING": "ascii", "COLUMNS": "40"}),
        ("compare a.md b.md", {"PYTHONIOENCODING": "cp1252", "COLUMNS": "40"}),
    ],
)
def test_readable_everywhere(folder: Path, command: str, more: dict[str, str]) -> None:
    """Off a terminal there is no escape sequence; what cannot be shown is spelled; no traceback."""
    process = subprocess.run(
        [*COMMAND, *command.split()], cwd=folder, env=_environment(**more), capture_output=True,
        check=False,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    assert b"Traceback" not in process.stderr
    assert b"\x1b" not in process.stdout + process.stderr
    text = process.stdout.decode(more.get("PYTHONIOENCODING", "utf-8"))
    assert "baker" in text
    if "PYTHONIOENCODING" in more and not command.startswith("compare"):
        assert "\\u0416" in text


def test_narrow(folder: Path) -> None:
    """Text is wrapped to 40 cells; only what would break if it were wrapped is longer."""
    process = subprocess.run(
        [*COMMAND, "scan", "--width", "40"], cwd=folder, env=_environment(), capture_output=True,
        text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    long = [line for line in process.stdout.splitlines() if len(line) > 40]
    assert all(line.startswith(("warning: ", "error: ", "Found ", "Gate ")) or "words in" in line
               for line in long), long  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("none.md",), "none.md"),
        (("empty",), "no article to analyse"),
        (("--exclude", "*.md", "--exclude", "*.txt"), "excluded by a pattern"),
        (("--include", "*.rst"), "not included"),
        (("blank.txt",), "blank.txt: "),
    ],
)
def test_nothing_to_analyse_is_said(folder: Path, arguments: tuple[str, ...], told: str) -> None:
    """Exit code 2 and the reason, whatever the reason is."""
    (folder / "empty").mkdir()
    (folder / "blank.txt").write_text(" \n \n", encoding="utf-8")
    process = subprocess.run(
        [*COMMAND, "scan", *arguments], cwd=folder, env=_environment(), capture_output=True,
        text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert (process.returncode, process.stdout) == (2, "")
    assert told in process.stderr


def test_articles_that_are_too_short(folder: Path) -> None:
    """They are analysed, and that is told; there is just nothing in them."""
    for name in ("a.md", "b.md"):
        (folder / name).write_text("Hello.\n", encoding="utf-8")
    process = subprocess.run(
        [*COMMAND, "scan"], cwd=folder, env=_environment(), capture_output=True,
        text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert "No findings." in process.stdout
    assert "2 words in 2 articles" in process.stdout


@pytest.mark.parametrize(
    ("family", "flags", "expected"),
    [
        (25, "avx2 avx512f", True),
        (25, "avx2", False),
        (26, "avx512f", False),
        (6, "avx512f", False),
    ],
)
def test_sort_without_avx512_on_zen_4(
    tmp_path: Path, family: int, flags: str, *, expected: bool
) -> None:
    """Told by family and flags of the first processor; where there is no such file, nothing is."""
    cpuinfo = tmp_path / "cpuinfo"
    assert not _stores_compressed_slowly(cpuinfo)
    first = f"processor\t: 0\ncpu family\t: {family}\nflags\t\t: fpu {flags}\n"
    cpuinfo.write_text(f"{first}\nprocessor\t: 1\ncpu family\t: 25\nflags\t\t: avx512f\n")
    assert _stores_compressed_slowly(cpuinfo) is expected


def test_code_in_the_working_directory_is_not_run(tmp_path: Path) -> None:
    """Processes beside a scan are not those of a package with its name in a pull request."""
    for package in ("dedupe", "dedupe/sources", "dedupe/kernels"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("open('run', 'w').close()")
    (tmp_path / "articles").mkdir()
    for number in range(3):
        (tmp_path / "articles" / f"{number}.md").write_text(f"{BAKERY}\n\n{number}\n")
    program = (
        "import sys; from dedupe import sources; from dedupe.cli import main; "
        "sources.PARSED_BESIDE = 0; sys.exit(main(['scan', 'articles', '--jobs', '2']))"
    )
    environment = {**os.environ, "DEDUPE_KERNEL_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=tmp_path, env=environment, capture_output=True,
        text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "DUP101" in done.stdout
    assert not (tmp_path / "run").exists()
