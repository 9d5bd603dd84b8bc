# ruff: noqa: ARG002 - click fixes the signatures
"""Types of option values that click does not know; `toml` is what a configuration file may hold."""

from __future__ import annotations

import datetime as dt
import math
import os
import re
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal, NamedTuple, get_args

import click
from click.shell_completion import CompletionItem
from msgspec import Meta

from dedupe.cli.selection import known_rule
from dedupe.config import FillerPreset
from dedupe.errors import UsageError
from dedupe.reports import FORMATS

_UNITS = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")
_PRESETS = get_args(FillerPreset)


class SizeType(click.ParamType[int]):
    """Bytes, with a unit: `5MB` is 5,000,000 and `5MiB` is 5,242,880."""

    name = "size"
    toml = Annotated[int, Meta(ge=0)] | Annotated[str, Meta(pattern=r"^[0-9.]+ ?[A-Za-z]*$")]

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Number of bytes."""
        if isinstance(value, int):
            return value
        match = _SIZE.fullmatch(str(value).strip().lower())
        if match is None or match[2] not in _UNITS:
            self.fail(f"{value!r} is no size; write 800kB, 5MB, 1GB or KiB, MiB, GiB", param, ctx)
        return int(float(match[1]) * _UNITS[match[2]])


class NumberRange(click.FloatRange):
    """A number in a range; `nan`, above and below nothing, would let everything pass a gate."""

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as click has it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """The number."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is no number", param, ctx)
        return number


SHARE, PERCENT = NumberRange(0, 1), NumberRange(0, 100)


class JobsType(click.ParamType[int]):
    """A number of threads, or `auto`, which is 0."""

    name = "N|auto"
    toml = Literal["auto"] | Annotated[int, Meta(ge=0)]

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Number of threads."""
        if value in {"auto", 0}:
            return 0
        if not str(value).isdecimal() or int(str(value)) < 1:
            self.fail(f"{value!r} is neither a number from 1 on nor auto", param, ctx)
        return int(str(value))


class DateType(click.ParamType[dt.date]):
    """A day as in 2027-01-31."""

    name = "date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.date:
        """The day."""
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date; write it as 2027-01-31", param, ctx)


class FieldType(click.ParamType[str]):
    """The name of a field, which is not empty."""

    name = "key"
    toml = Annotated[str, Meta(min_length=1)]

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The name."""
        if not str(value).strip():
            self.fail("it names no field", param, ctx)
        return str(value).strip()


class FillerThresholdType(click.ParamType[str | float]):
    """The name of a preset, or a limit in [0, 1]."""

    name = "strict|default|audit|X"
    toml = Literal["strict", "default", "audit"] | Annotated[float, Meta(ge=0, le=1)]

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | float:
        """Preset or limit."""
        if value in _PRESETS:
            return str(value)
        try:
            limit = float(str(value))
        except ValueError:
            limit = math.nan
        if not 0 <= limit <= 1:
            self.fail(f"{value!r} is neither strict, default, audit nor in 0 to 1", param, ctx)
        return limit

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Names of the presets."""
        return [CompletionItem(name) for name in _PRESETS if name.startswith(incomplete)]


class PathOrWord(click.Path):
    """A path, or one of some words that are none."""

    def __init__(self, *words: str) -> None:
        super().__init__()
        self.words = words


class FolderGroupType(click.ParamType[tuple[str, ...]]):
    """Two folders or more, none within another, separated by commas; in a file a list."""

    name = "A,B"
    toml = Annotated[tuple[str, ...], Meta(min_length=2)]
    envvar_list_splitter = os.pathsep

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """The folders."""
        parts = value if isinstance(value, tuple | list) else str(value).split(",")
        folders = tuple(part.strip() for part in parts if part.strip())
        if len(folders) < 2:
            self.fail(f"{value!r} is not two folders or more, as in sites/uk,sites/us", param, ctx)
        for one, other in permutations(map(PurePath, map(os.path.normpath, folders)), 2):
            if one.is_relative_to(other):
                self.fail(f"{one} lies in {other}", param, ctx)
        return folders


class RulesType(click.ParamType[tuple[str, ...]]):
    """Codes, names or prefixes of rules, separated by commas; a repeated option adds to them."""

    name = "rules"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """The rules, without empty parts."""
        parts = value if isinstance(value, tuple | list) else str(value).split(",")
        try:
            return tuple(known_rule(part.strip()) for part in parts if part.strip())
        except UsageError as error:
            self.fail(str(error), param, ctx)


class Entry(NamedTuple):
    """An entry of a table."""

    name: str
    value: Any
    folder: str = "."
    """That of the file which holds it, as it is from the working directory"""


class EntryType(click.ParamType[Entry]):
    """`NAME:VALUE`, split at the last colon, as a value has none; in a file, a line of a table.

    value: the type of VALUE; toml: the same in a file; of_rules: the names are those of rules
    """

    def __init__(
        self, name: str, value: click.ParamType[Any], toml: object, *, of_rules: bool = False
    ) -> None:
        self.name, self.value, self.toml, self.of_rules = name, value, toml, of_rules

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Entry:
        """The entry."""
        entry = value if isinstance(value, Entry) else self._parted(str(value), param, ctx)
        try:
            name = known_rule(entry.name) if self.of_rules else entry.name
        except UsageError as error:
            self.fail(str(error), param, ctx)
        return entry._replace(name=name, value=self.value.convert(entry.value, param, ctx))

    def _parted(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> Entry:
        name, _, held = map(str.strip, text.rpartition(":"))
        if not name or not held:
            self.fail(f"{text!r} is not {self.name}", param, ctx)
        return Entry(name, held)


@dataclass(frozen=True, slots=True)
class OutputTarget:
    """A format and the path that it is written to; `-` is standard output."""

    format: str
    path: str


class OutputType(click.ParamType[OutputTarget]):
    """`FORMAT:PATH`, split at the first colon, so that `C:` in PATH survives; or `FORMAT`."""

    name = "FORMAT[:PATH]"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> OutputTarget:
        """The format, which exists, and the path."""
        if isinstance(value, OutputTarget):
            return value
        name, colon, path = str(value).partition(":")
        if name not in FORMATS:
            known = ", ".join(FORMATS)
            self.fail(f"{name!r} is no format; write FORMAT:PATH, with one of {known}", param, ctx)
        if colon and not path:
            self.fail(f"{value!r} names no path behind the colon", param, ctx)
        return OutputTarget(name, path or FORMATS[name].default_path)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Formats first, then the paths behind the colon."""
        name, colon, path = incomplete.partition(":")
        if not colon:
            return [CompletionItem(f"{known}:") for known in FORMATS if known.startswith(name)]
        folder, start = os.path.split(path)
        try:
            entries = sorted(Path(folder or ".").iterdir())
        except OSError:
            return []
        return [
            CompletionItem(f"{name}:{os.path.join(folder, entry.name)}")  # noqa: PTH118 - as typed
            for entry in entries
            if entry.name.startswith(start)
        ]


SIZE = SizeType()
JOBS = JobsType()
DATE = DateType()
FIELD = FieldType()
FILLER_THRESHOLD = FillerThresholdType()
FOLDER_GROUP = FolderGroupType()
RULE_LIST = RulesType()
OUTPUT = OutputType()
