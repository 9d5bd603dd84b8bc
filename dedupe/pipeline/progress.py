"""What a long run tells about itself."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told of each phase and its steps, from any thread."""

    def phase(self, name: str, total: int) -> None:
        """A phase of `total` steps begins."""

    def advance(self, steps: int) -> None:
        """Some steps of the phase are done."""


class Silence:
    """Progress that nobody watches."""

    def phase(self, name: str, total: int) -> None:
        """Nothing."""

    def advance(self, steps: int) -> None:
        """Nothing."""
