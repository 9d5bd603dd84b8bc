"""The command line: one file per command, loaded when it is used.

This is the one place where exceptions become exit codes: 0 and 1 are verdicts of a command, 2 is a
job that could not be done, 130 and 143 are signals. A closed pipe never changes the verdict.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from types import FrameType, ModuleType
from typing import NoReturn, TextIO, cast

import click

from dedupe.cli.program import Interrupted, PipeClosed, Program, Terminated
from dedupe.cli.session import Session
from dedupe.errors import DedupeError, DedupeWarning

EXIT_FAILURE = 2
EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143

COMMANDS: Mapping[str, tuple[str, str]] = {
    "scan": ("dedupe.cli.scan", "Find copied passages and filler in articles."),
    "check": ("dedupe.cli.check", "Compare new or changed articles with accepted ones; a gate."),
    "compare": ("dedupe.cli.compare", "Show two articles side by side with the words that differ."),
    "show": ("dedupe.cli.show", "Show every copy of one passage beside it."),
    "report": ("dedupe.cli.report", "Write a saved result again in other formats."),
    "baseline": ("dedupe.cli.baseline", "Maintain the file of findings that are known."),
    "accept": ("dedupe.cli.accept", "Let one finding stand, for a reason."),
    "index": ("dedupe.cli.index", "Maintain the index of articles that were accepted."),
    "explain": ("dedupe.cli.explain", "Tell why a passage was flagged, or was not."),
    "rule": ("dedupe.cli.rule", "Tell what a rule means, with examples; or list the rules."),
    "train": ("dedupe.cli.train", "Fit the filler model to articles that were accepted."),
    "files": ("dedupe.cli.files", "List the files that would be read."),
    "config": ("dedupe.cli.config", "Show the settings and their origin; begin a file of them."),
}
"""Name of each command, the module that holds it, and its line in the help."""


@click.group(
    cls=Program,
    lazy_commands=COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--version", is_flag=True, help="Show the version and exit; with -v also of formats.")
@click.option("-v", "--verbose", is_flag=True, help="Say more; show tracebacks of internal errors.")
@click.pass_context
def program(context: click.Context, *, version: bool, verbose: bool) -> int:
    """Find copied text and empty text in folders of articles.

    Exit codes: 0 done; 1 done, and the gate that was asked for failed; 2 the job could not be done;
    130 interrupted; 143 terminated.
    """
    session = context.ensure_object(Session)
    session.verbose = session.verbose or verbose
    if version:
        _show_versions(verbose=verbose)
        context.exit(0)
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(EXIT_FAILURE)
    return 0


def _show_versions(*, verbose: bool) -> None:
    from dedupe import __version__

    click.echo(f"dedupe {__version__}")
    if verbose:
        from dedupe.index import FORMAT
        from dedupe.model import NORMALISER, SCHEMA
        from dedupe.pipeline import model_id

        click.echo(f"schema {SCHEMA}\nnormaliser {NORMALISER}\nindex {FORMAT}\nmodel {model_id()}")


def run() -> NoReturn:
    """Run the command of this process, and end it at once.

    Taking 30,000 findings and a gigabyte of arrays apart before the process ends would cost 0.2 s.
    """
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code of the process."""
    session = Session()
    _spare_time()
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # what the terminal cannot show becomes an escape
            stream.reconfigure(errors="backslashreplace")
    try:
        with _sigterm_as_exception() as asked, _warnings_as_lines():
            verdict = _run(arguments, session)
        return EXIT_TERMINATED if asked else verdict
    except (KeyboardInterrupt, Interrupted):
        _say("interrupted")
        return EXIT_INTERRUPTED
    except Terminated:
        _say("terminated")
        return EXIT_TERMINATED


def _spare_time() -> None:
    """Leave out what costs time and serves nothing in a process that lives for one command."""
    # What NumPy says of itself to those who ask, 4 ms of its import.
    sys.modules.setdefault("numpy._core._add_newdocs", ModuleType("_add_newdocs"))
    # Numba imports it to look for BLAS, 0.18 s; no kernel multiplies matrices.
    sys.modules.setdefault("scipy.linalg.cython_blas", cast("ModuleType", None))
    # Nor does NumPy here, whose other threads would wait for 0.1 s each in a loop.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    prefer_fast_sort()


def prefer_fast_sort() -> None:
    """Let NumPy, which is not imported yet, sort as is fastest on this processor."""
    if _stores_compressed_slowly():
        os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", "X86_V4")


def _stores_compressed_slowly(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether this is a Zen 4, on which NumPy sorts five times faster without AVX-512.

    Its sort is built on `vpcompressq` to memory, 57 ns a number there, 11 by AVX2 (x86-simd-sort,
    issue 6). So named from NumPy 2.4 on, and an unknown name there is no error before.
    """
    try:
        with cpuinfo.open(encoding="utf-8") as file:
            first = [line.split() for line in takewhile(str.strip, file)]
    except OSError:
        return False
    family = ["cpu", "family", ":", "25"]  # of Zen 3 and 4
    return family in first and any("avx512f" in words for words in first)


def _open_closed_streams() -> None:
    """Give a stream that was closed by the shell (`>&-`) a place to write to."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115


@contextlib.contextmanager
def _sigterm_as_exception() -> Iterator[list[int]]:
    """Let SIGTERM unwind the stack, so that temporary files are removed.

    Gives a list that has the signal in it from then on: where C code asks Python for an attribute
    it may drop any exception, and the run goes on to its end.
    """
    asked: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield asked  # only the main thread may set handlers
        return

    def terminate(signum: int, _frame: FrameType | None) -> None:
        asked.append(signum)
        raise Terminated

    previous = signal.signal(signal.SIGTERM, terminate)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGTERM, previous)


@contextlib.contextmanager
def _warnings_as_lines() -> Iterator[None]:
    """Show warnings of ours as people read them, and always; others as they are."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", DedupeWarning)
        others = warnings.showwarning

        def show(
            message: Warning | str, category: type[Warning], filename: str, lineno: int,
            file: TextIO | None = None, line: str | None = None,
        ) -> None:  # fmt: skip
            if issubclass(category, DedupeWarning):
                _say(f"Warning: {message}")
            else:
                others(message, category, filename, lineno, file, line)

        warnings.showwarning = show
        yield


def _run(arguments: Sequence[str] | None, session: Session) -> int:
    try:
        verdict = program.main(
            None if arguments is None else list(arguments),
            prog_name="dedupe",
            standalone_mode=False,
            obj=session,
        )
        sys.stdout.flush()
    except (PipeClosed, BrokenPipeError):
        session.discard_stdout()
        return session.verdict
    except click.Abort as event:
        raise Interrupted from event
    except click.ClickException as error:
        error.show()
        return EXIT_FAILURE
    except DedupeError as error:
        return _failed(f"Error: {error}", session, error.exit_code)
    except OSError as error:
        # What the stages read is handled there; what arrives here is a full disk or the like.
        session.discard_stdout()
        name = f": {error.filename}" if error.filename else ""
        return _failed(f"Error: {error.strerror or error}{name}", session)
    except Exception as error:  # noqa: BLE001 - the edge of the program
        hint = "" if session.debug else " (-v shows where)"
        return _failed(f"Internal error: {type(error).__name__}: {error}{hint}", session)
    return verdict if isinstance(verdict, int) else 0


def _failed(message: str, session: Session, code: int = EXIT_FAILURE) -> int:
    """Tell the message, and the traceback of the current exception to those who asked."""
    _say(message)
    if session.debug:
        traceback.print_exc()
    return code


def _say(message: str) -> None:
    """One line on standard error, made harmless: it may name a hostile file."""
    from dedupe.reports.visible import visible

    github = bool(os.environ.get("GITHUB_ACTIONS"))
    click.echo("\n".join(visible(line, github=github) for line in message.splitlines()), err=True)
