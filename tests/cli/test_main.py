"""Exit codes, signals, pipes, help and versions: what holds for every command."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shlex
import signal
import subprocess
import sys
from io import TextIOWrapper
from pathlib import Path

import click
import msgspec
import pytest

import dedupe
from dedupe import cli as command_line
from dedupe.cli import COMMANDS, main
from dedupe.errors import InternalError, NothingToAnalyseError
from dedupe.model import Gate, Result
from tests.cli.conftest import Cli, Engine
from tests.reports import samples

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"numba", "sklearn", "datasketch", "rich", "numpy", "msgspec"}


def failed(*, gate: bool) -> Result:
    """The sample with this verdict."""
    base = samples.result()
    summary = msgspec.structs.replace(base.summary, gate=Gate(gate))
    return msgspec.structs.replace(base, summary=summary)


@pytest.mark.parametrize(("gate", "code"), [(False, 0), (True, 1)])
def test_verdict_is_the_exit_code(cli: Cli, engine: Engine, gate: bool, code: int) -> None:
    """0 when the gate is kept, 1 when it failed."""
    engine.result = failed(gate=gate)
    assert cli("scan").code == code


@pytest.mark.parametrize(
    "error",
    [
        NothingToAnalyseError("no article under 'x'"),
        InternalError("spans cross"),
        click.ClickException("bad"),
        OSError(errno.ENOSPC, "No space left on device", "r.json"),
        ValueError("boom"),
        MemoryError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_any_failure_is_2(cli: Cli, engine: Engine, error: Exception) -> None:
    """A job that could not be done is told in a line, without a traceback."""
    engine.error = error
    ran = cli("scan")
    assert ran.code == 2
    assert ran.out == ""
    assert len(ran.err.splitlines()) == 1
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("switch", ["option", "variable"])
def test_traceback_on_demand(
    cli: Cli, engine: Engine, monkeypatch: pytest.MonkeyPatch, switch: str
) -> None:
    """-v and DEDUPE_DEBUG=1 show where an internal error arose."""
    engine.error = ValueError("boom")
    if switch == "variable":
        monkeypatch.setenv("DEDUPE_DEBUG", "1")
    ran = cli("scan", *(["-v"] if switch == "option" else []))
    assert ran.code == 2
    assert "Internal error: ValueError: boom" in ran.err
    assert "Traceback" in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan", "--no-such-option"],
        ["scan", "--min-wor", "3"],
        ["scan", "--min-words", "0"],
        ["scan", "--depth", "deeper"],
        ["nonsense"],
        ["compare", "only-one"],
        ["rule", "DUP999"],
        ["--nonsense"],
    ],
)
def test_usage_errors_are_2(cli: Cli, engine: Engine, arguments: list[str]) -> None:
    """Unknown and abbreviated options, values out of range, missing arguments."""
    ran = cli(*arguments)
    assert ran.code == 2
    assert ran.err
    assert ran.out == ""


def test_interrupt_is_130(cli: Cli, engine: Engine) -> None:
    """Ctrl-C ends with one line."""
    engine.error = KeyboardInterrupt()
    assert cli("scan") == (130, "", "interrupted\n")


@pytest.mark.skipif(os.name == "nt", reason="Windows ends the process at once")
def test_sigterm_is_143(cli: Cli, engine: Engine, tmp_path: Path) -> None:
    """SIGTERM ends with one line and leaves no temporary file; the old handler is back."""
    engine.act = lambda: os.kill(os.getpid(), signal.SIGTERM)
    before = signal.getsignal(signal.SIGTERM)
    ran = cli("scan", "-o", f"json:{tmp_path / 'r.json'}")
    assert ran == (143, "", "terminated\n")
    assert signal.getsignal(signal.SIGTERM) == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows ends the process at once")
def test_a_sigterm_that_was_dropped_is_143_at_the_end(cli: Cli, engine: Engine) -> None:
    """C code may swallow any exception; the run is complete, and the caller is told."""

    def dropped() -> None:
        with contextlib.suppress(BaseException):
            os.kill(os.getpid(), signal.SIGTERM)

    engine.act = dropped
    assert cli("scan", "-q").code == 143


@pytest.mark.parametrize(("gate", "code"), [(False, 0), (True, 1)])
def test_closed_pipe_keeps_the_verdict(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, gate: bool, code: int
) -> None:
    """The reader that goes away changes nothing, and nothing complains at exit."""
    engine.result = failed(gate=gate)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert main(["scan", "-f", "jsonl"]) == code


def test_files_are_complete_although_the_pipe_closed(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Outputs to files are written before standard output."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        main(["scan", "-o", f"jsonl:{tmp_path / 'r.jsonl'}"])
    assert (tmp_path / "r.jsonl").read_bytes().count(b"\n") == 10


@pytest.mark.parametrize("arguments", [["rule", "-f", "json"], ["--help"], ["scan", "--help"]])
def test_closed_pipe_in_a_process(arguments: list[str]) -> None:
    """`| head -0`: no message, exit code 0."""
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.run(
        [sys.executable, "-m", "dedupe", *arguments],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (process.returncode, process.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_full_disk_behind_standard_output() -> None:
    """What could not be printed is a job that was not done; the interpreter adds nothing."""
    with Path("/dev/full").open("wb") as full:
        process = subprocess.run(
            [sys.executable, "-m", "dedupe", "rule"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (process.returncode, process.stderr) == (2, b"Error: No space left on device\n")


@pytest.mark.skipif(os.name == "nt", reason="needs a shell that closes descriptors")
def test_closed_standard_output() -> None:
    """Nobody listens; that is no failure."""
    command = f"{shlex.quote(sys.executable)} -m dedupe rule >&-"
    process = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, check=False)
    assert (process.returncode, process.stderr) == (0, b"")


def test_no_arguments_print_help_and_fail(cli: Cli) -> None:
    """A bare `dedupe` was no job."""
    ran = cli()
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("Usage: dedupe ")


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help(cli: Cli, command: str, option: str) -> None:
    """-h is --help, everywhere."""
    ran = cli(*([command] if command else []), option)
    assert ran.code == 0
    assert ran.out.startswith(f"Usage: dedupe {command}".rstrip())


@pytest.mark.parametrize("name", COMMANDS)
def test_lines_of_the_help_are_those_of_the_commands(name: str) -> None:
    """The table that spares the imports knows every command by its name."""
    context = click.Context(command_line.program)
    command = command_line.program.get_command(context, name)
    assert command is not None
    assert command.name == name


def test_version(cli: Cli) -> None:
    """The version alone."""
    assert cli("--version") == (0, f"dedupe {dedupe.__version__}\n", "")


def test_versions_of_formats(cli: Cli, engine: Engine) -> None:
    """With -v also what results depend on."""
    ran = cli("--version", "-v")
    assert ran.out.splitlines()[1:] == [
        "schema 1.0", "normaliser 2", "index 1", "model builtin:test",
    ]  # fmt: skip


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_start_is_light(option: str) -> None:
    """Neither imports anything heavy."""
    process = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "dedupe", option],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in process.stderr.splitlines()}
    assert "click" in loaded
    assert not loaded & HEAVY


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_commands_is_light(command: str) -> None:
    """The help of a command loads no engine."""
    process = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "dedupe", command, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in process.stderr.splitlines()}
    assert not loaded & (HEAVY - {"msgspec"})


def test_output_in_another_encoding(
    cli: Cli, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cp1252 lacks becomes an escape or a plain line, never a traceback."""
    base = samples.result()
    finding = msgspec.structs.replace(base.findings[0], excerpt="caf\u00e9 \u4e2d \u2500")
    engine.result = msgspec.structs.replace(base, findings=(finding,))
    stream = TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(["scan"]) == 1
    stream.seek(0)
    text = stream.read()
    assert " 3 | caf\u00e9 \\u4e2d \\u2500 [" in text
    assert text.startswith("-- incoming/bread.md -----")


def test_error_message_is_harmless(
    cli: Cli, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hostile file name in a message gives no command to a terminal or a log."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    engine.error = NothingToAnalyseError("no article under ::error::\x1b[2J\udce9")
    assert cli("scan").err == "Error: no article under :\\x3aerror:\\x3a\\x1b[2J\\xe9\n"
