"""What one run of the command line knows about itself."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Session:
    """State of one run; commands reach it as `context.obj`."""

    verbose: bool = False
    verdict: int = 0
    """Exit code that has been decided, whatever happens to the output afterwards."""
    started: float = field(default_factory=time.monotonic)
    kept: list[object] = field(default_factory=list)
    """Tables that are not worth freeing before the process ends"""

    @property
    def debug(self) -> bool:
        """Whether tracebacks are wanted."""
        return self.verbose or os.environ.get("DEDUPE_DEBUG") not in {None, "", "0"}

    @property
    def seconds(self) -> float:
        """Time since the start."""
        return time.monotonic() - self.started

    def discard_stdout(self) -> None:
        """Send the rest of standard output to nowhere.

        Without this the interpreter flushes into the closed pipe when it exits, and complains.
        """
        with contextlib.suppress(OSError, ValueError):
            descriptor = sys.stdout.fileno()
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, descriptor)
            os.close(null)
