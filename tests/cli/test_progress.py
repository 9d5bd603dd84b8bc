"""Progress: silent at first, a bar for people, a line now and then for logs."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest

from dedupe.cli.progress import Bar, Lines, progress


@pytest.fixture
def stderr(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """A standard error that is a terminal."""
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    # Not sys.stderr itself: pytest puts its own there again before the test is called.
    monkeypatch.setattr("dedupe.cli.progress.sys", SimpleNamespace(stderr=stream))
    monkeypatch.setenv("TERM", "xterm")
    return stream


@pytest.mark.parametrize(
    ("choice", "quiet", "terminal", "variable", "kind"),
    [
        ("auto", False, True, None, Bar),
        ("auto", True, True, None, type(None)),
        ("auto", False, True, "CI", Lines),
        ("auto", False, True, "PRE_COMMIT", type(None)),
        ("auto", False, False, None, type(None)),
        ("auto", False, False, "CI", Lines),
        ("always", False, True, "CI", Bar),
        ("always", True, False, None, Lines),
        ("never", False, True, None, type(None)),
    ],
)
def test_who_sees_what(
    stderr: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    choice: str,
    quiet: bool,
    terminal: bool,
    variable: str | None,
    kind: type,
) -> None:
    """A bar on a terminal, lines in CI, nothing under pre-commit or -q."""
    monkeypatch.setattr(stderr, "isatty", lambda: terminal)
    if variable:
        monkeypatch.setenv(variable, "1")
    with progress(choice, quiet=quiet) as observer:
        assert type(observer) is kind


def test_short_runs_show_nothing(stderr: io.StringIO) -> None:
    """What ends within a second is not worth a bar."""
    with progress("auto", quiet=False) as observer:
        assert observer is not None
        observer.phase("reading", 10)
        observer.advance(10)
    assert stderr.getvalue() == ""


def test_bar_appears_and_goes(stderr: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first second the phase is shown, even if nothing is counted; a new one follows."""
    monkeypatch.setattr("dedupe.cli.progress._QUIET_SECONDS", 0.0)
    bar = Bar()
    with bar.shown():
        bar.phase("reading [/b]", 10)
        bar._timer.join()
        bar.advance(4)
        bar.phase("matching", 0)
        bar.advance(1)
    assert "reading [/b]" in stderr.getvalue()


def test_lines(stderr: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line per 30 seconds, however often something is counted."""
    clock = iter([0.0, 1.0, 2.0, 31.0, 32.0, 62.0])
    monkeypatch.setattr("dedupe.cli.progress.time", SimpleNamespace(monotonic=lambda: next(clock)))
    lines = Lines()
    lines.phase("matching", 5000)
    for _ in range(4):
        lines.advance(1000)
    assert stderr.getvalue().splitlines() == [
        "dedupe: matching, 2,000 of 5,000",
        "dedupe: matching, 4,000 of 5,000",
    ]
