"""Goals as data: the limits that a definition sets, and whether a measurement keeps them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec


class Goals(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Limits of a task, each judged alone."""

    seconds_at_most: float | None = None
    mb_per_second_at_least: float | None = None
    times_at_most: float | None = None
    """Ratio to the reference."""
    peak_mb_at_most: float | None = None
    """Of 10^6 bytes, the most of all samples."""
    exponent_at_most: float | None = None
    """Of time and of memory, over the sizes of the task (`series`)."""


class Verdict(msgspec.Struct, frozen=True):
    """A goal as it is shown, and whether it is reached."""

    goal: str
    reached: bool

    def __str__(self) -> str:
        """For a table."""
        return f"{self.goal} {'ok' if self.reached else 'MISSED'}"


def at_most(limit: float | None, value: float | None, unit: str) -> Iterator[Verdict]:
    """A verdict where there is a limit, and a value to be judged."""
    if limit is not None and value is not None:
        yield Verdict(f"<= {limit:g} {unit}", value <= limit)


def at_least(limit: float | None, value: float | None, unit: str) -> Iterator[Verdict]:
    """The same of a limit from below."""
    if limit is not None and value is not None:
        yield Verdict(f">= {limit:g} {unit}", value >= limit)
