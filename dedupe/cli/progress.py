"""Progress on standard error: nothing for the first second, then a bar, or a line now and then."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dedupe.cli.terminal import is_terminal

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from dedupe.pipeline import Progress

_QUIET_SECONDS = 1.0
_LINE_SECONDS = 30.0


def _set(name: str) -> bool:
    return os.environ.get(name, "").lower() not in {"", "0", "false"}


@contextlib.contextmanager
def progress(choice: str, *, quiet: bool) -> Iterator[Progress | None]:
    """What the pipeline reports its progress to; None when nobody wants to see it."""
    automated = _set("CI") or _set("PRE_COMMIT")
    terminal = is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"
    if choice == "never" or (choice == "auto" and quiet):
        yield None
    elif terminal and (choice == "always" or not automated):
        with Bar().shown() as bar:
            yield bar
    elif choice == "always" or (_set("CI") and not _set("PRE_COMMIT")):
        yield Lines()
    else:
        yield None


class Lines:
    """One line every 30 seconds, for logs."""

    def __init__(self) -> None:
        self._name, self._total, self._done = "", 0, 0
        self._last = time.monotonic()

    def phase(self, name: str, total: int) -> None:
        """Begin a phase of `total` steps."""
        self._name, self._total, self._done = name, total, 0
        self._tell()

    def advance(self, steps: int) -> None:
        """Count some steps."""
        self._done += steps
        self._tell()

    def _tell(self) -> None:
        now = time.monotonic()
        if now - self._last >= _LINE_SECONDS:
            self._last = now
            sys.stderr.write(f"dedupe: {self._name}, {self._done:,} of {self._total:,}\n")
            sys.stderr.flush()


class Bar:
    """A bar per phase. A timer shows it, so that a phase that counts nothing shows too."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._display: RichProgress | None = None
        self._task: TaskID | None = None
        self._name, self._total, self._done = "", 0, 0
        self._timer = threading.Timer(_QUIET_SECONDS, self._show)
        self._timer.daemon = True

    @contextlib.contextmanager
    def shown(self) -> Iterator[Bar]:
        """Start the timer; remove the bar at the end, before anything is reported."""
        self._timer.start()
        try:
            yield self
        finally:
            self._timer.cancel()
            with self._lock:
                if self._display is not None:
                    self._display.stop()

    def phase(self, name: str, total: int) -> None:
        """Begin a phase of `total` steps."""
        with self._lock:
            self._name, self._total, self._done = name, total, 0
            if self._display is not None:
                if self._task is not None:
                    self._display.remove_task(self._task)
                self._task = self._display.add_task(name, total=total or None)

    def advance(self, steps: int) -> None:
        """Count some steps."""
        with self._lock:
            self._done += steps
            if self._display is not None and self._task is not None:
                self._display.update(self._task, completed=self._done)

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        with self._lock:
            if self._timer.finished.is_set():  # the run ended while this thread woke up
                return
            self._display = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TextColumn("{task.percentage:>3.0f}%"),
                TimeElapsedColumn(),
                console=Console(file=sys.stderr),
                transient=True,
            )
            if self._name:
                total = self._total or None
                self._task = self._display.add_task(self._name, total=total, completed=self._done)
            self._display.start()
