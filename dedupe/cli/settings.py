"""From the values of the command line to a frozen `Config` and a list of paths."""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from dedupe.cli.parameters import Entry
from dedupe.cli.selection import by_code
from dedupe.config import (
    DEFAULT_ACCEPT_FILE,
    DEFAULT_BASELINE,
    Config,
    Filler,
    Gate,
    Incoming,
    Matching,
    Output,
    PerFileIgnore,
    Rules,
    Sources,
    Suppressions,
)
from dedupe.errors import ConfigError, UsageError
from dedupe.reports import ANALYSIS

Section = TypeVar("Section", bound=msgspec.Struct)
Values = Mapping[str, object]


def _section(kind: type[Section], values: Values, **others: object) -> Section:
    """The fields of `kind` that stand in `values` under the same name; None keeps the default."""
    fields = {name: values[name] for name in kind.__struct_fields__ if values.get(name) is not None}
    try:
        return msgspec.convert(fields | others, kind)
    except msgspec.ValidationError as error:
        raise ConfigError(str(error)) from error


def _strings(values: Values, name: str) -> tuple[str, ...]:
    found = values.get(name) or ()
    return tuple(str(value) for value in found) if isinstance(found, tuple | list) else ()


def sources(values: Values) -> Sources:
    """Settings of the input options."""
    exclude = (*_strings(values, "exclude"), *_strings(values, "extend_exclude"))
    return _section(Sources, values, exclude=exclude)


def rules(values: Values, severity: Mapping[str, str]) -> Rules:
    """Settings of the rule options; severity: of rules about which they say nothing."""
    select, more, ignore = (
        tuple(chain.from_iterable(_several(values, name)))
        for name in ("select", "extend_select", "ignore")
    )
    ignored: Sequence[Entry] = _several(values, "per_file_ignores")
    levels: Sequence[Entry] = _several(values, "severity")
    return _section(
        Rules,
        values,
        select=(*select, *more) if select else (),  # nothing can be added to everything
        ignore=ignore,
        per_file_ignores=[PerFileIgnore(*entry) for entry in ignored],
        severity={**severity, **by_code((name, level) for name, level, _ in levels)},
    )


def _several(values: Values, name: str) -> Sequence[Any]:
    """The values of an option that may be repeated."""
    found = values.get(name)
    return found if isinstance(found, tuple) else ()


def config(
    values: Values,
    *,
    formats: frozenset[str] = frozenset(),
    severity: Mapping[str, str] = MappingProxyType({}),
) -> Config:
    """All settings; `formats` are those that will be written, `severity` as in `rules`."""
    listing = values.get("ignore_phrases")
    phrases = () if listing is None else _phrases(str(listing))
    matching = _section(Matching, values, ignore_phrases=phrases)
    if len(matching.between) == 1:
        raise UsageError("--between needs two folders or more; repeat it, once for each group")
    filler_percent = values.get("max_filler_percent")
    budget = {} if filler_percent is None else {"max_percent": filler_percent}
    never = {"fail_on": "never"} if values.get("exit_zero") else {}
    known: dict[str, object] = {}
    if values.get("no_baseline"):
        known = {"baseline": None}
    elif values.get("baseline_from_ref") is not None:
        known = {"baseline": values.get("baseline") or DEFAULT_BASELINE}
    return _section(
        Config,
        values,
        **known,
        sources=sources(values),
        matching=matching,
        filler=_section(Filler, values, **budget),
        rules=rules(values, severity),
        incoming=_incoming(values),
        suppressions=_section(
            Suppressions,
            values,
            accept_file=values.get("accept_file") or _existing(DEFAULT_ACCEPT_FILE),
            today=values.get("today") or today(),
        ),
        gate=_section(Gate, values, **never),
        output=_section(
            Output,
            values,
            **{f"want_{name}": name in formats for name in ANALYSIS},
        ),
    )


def _incoming(values: Values) -> Incoming:
    """Which articles are checked; raises `UsageError` where two answers are given."""
    chosen = _section(Incoming, values)
    ways = [
        name
        for name in ("staged", "changed_since", "files_from")
        if values.get(name) not in (None, False)
    ]
    standard_input = "-" in _strings(values, "paths")
    if len(ways) + standard_input > 1 and (chosen.staged or chosen.changed_since is not None):
        others = [f"--{name.replace('_', '-')}" for name in ways] + ["-"] * standard_input
        raise UsageError(f"{' and '.join(others)} cannot be given together")
    # In a hook that compares two commits, nothing is staged.
    first = os.environ.get("PRE_COMMIT_FROM_REF")
    return Incoming(changed_since=first) if chosen.staged and first else chosen


def _existing(path: str) -> str | None:
    return path if Path(path).exists() else None


def today() -> dt.date:
    """The day of SOURCE_DATE_EPOCH, else that of the clock; both in UTC."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        now = time.time() if epoch is None else int(epoch)
        return dt.datetime.fromtimestamp(now, dt.UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"SOURCE_DATE_EPOCH is {epoch!r}, not a number of seconds") from error


def _phrases(path: str) -> tuple[str, ...]:
    """The accepted phrases of a file: its lines without blank ones and comments."""
    try:
        content = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot read --ignore-phrases {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"--ignore-phrases {path} is not UTF-8: {error.reason}") from error
    lines = (line.strip() for line in content.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def paths(values: Values) -> tuple[str, ...]:
    """PATHS and the content of `--files-from`; the working directory when there is neither."""
    named = _strings(values, "paths")
    listing = values.get("files_from")
    if "-" in named and "stdin_filename" not in values:
        raise UsageError(
            "an article cannot be read from standard input; --files-from - reads paths from there"
        )
    if "-" in named and listing == "-":
        raise UsageError("standard input cannot be both an article and the list of --files-from")
    if "-" not in named and values.get("stdin_filename") is not None:
        raise UsageError("--stdin-filename belongs to -")
    if listing is None:
        if values.get("null"):
            raise UsageError("-0 belongs to --files-from")
        return named or (".",)
    return (*named, *_listed(str(listing), null=bool(values.get("null"))))


def scanned(values: Values, source: str | None) -> tuple[str, ...]:
    """The same, of a command that looks a finding up; none where it looks into a result."""
    if source is None:
        return paths(values)
    if values["paths"] or values["files_from"]:
        raise UsageError("--from names a result; it goes without PATHS and --files-from")
    return ()


def _listed(listing: str, *, null: bool) -> list[str]:
    try:
        content = sys.stdin.buffer.read() if listing == "-" else Path(listing).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read --files-from {listing}: {error.strerror}") from error
    entries = content.split(b"\0") if null else content.splitlines()
    return [os.fsdecode(entry) for entry in entries if entry]
