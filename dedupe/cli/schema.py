"""What a configuration file may hold: a msgspec Struct, made of the options that have a key."""

from __future__ import annotations

import difflib
import functools
import re
from collections import defaultdict
from collections.abc import Mapping
from types import GenericAlias
from typing import Annotated, Any, Literal

import click
import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, defstruct

from dedupe.cli.grouped import GroupedOption
from dedupe.cli.parameters import EntryType
from dedupe.errors import ConfigError

_FAULT = re.compile(r"(?P<fault>.*) - at `\$\.?(?P<key>.*)`")


@functools.cache
def settings() -> Mapping[str, GroupedOption]:
    """The options that a file may set, by key."""
    from dedupe.cli import options

    command = click.command()(options.configurable_options(lambda: None))
    found = [option for option in command.params if isinstance(option, GroupedOption)]
    return {option.key: option for option in found if option.key is not None}


def check(name: str, tree: Mapping[str, object], values: Mapping[str, object]) -> None:
    """Raise ConfigError for a setting that does not exist, or has a value of another kind.

    name: of the file; values: those of the tree by key
    """
    known = settings()
    tables = {key.rpartition(".")[0] for key in known}
    heads = tuple(f"{key}." for key, option in known.items() if isinstance(option.type, EntryType))
    for key in values.keys() - known.keys() - tables:
        if key.startswith(heads):
            continue
        raise ConfigError(f"{name}: there is no setting {key!r}{_suggestion(key)}")
    try:
        msgspec.convert(tree, _file())
    except msgspec.ValidationError as error:
        match = _FAULT.fullmatch(str(error))
        raise ConfigError(
            f"{name}: {match['key']}: {match['fault']}" if match else f"{name}: {error}"
        ) from error


def schema() -> dict[str, Any]:
    """The JSON schema of a configuration file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **msgspec.json.schema(_file()),
    }


def _suggestion(key: str) -> str:
    """The setting that was meant; the name may be right and the table wrong, or missing."""
    name = key.rpartition(".")[2]
    by_name = {known.rpartition(".")[2]: known for known in settings()}
    close = difflib.get_close_matches(key, settings(), n=1) or [
        by_name[found] for found in difflib.get_close_matches(name, by_name, n=1)
    ]
    return f"; did you mean {close[0]}?" if close else "; dedupe config show lists them"


@functools.cache
def _file() -> type[Struct]:
    """The type of a whole file: a table is a field whose type is a Struct, too."""
    tables: defaultdict[str, list[tuple[str, Any, Any]]] = defaultdict(list)
    for key, option in sorted(settings().items()):
        table, _, name = key.rpartition(".")
        tables[table].append((name.replace("-", "_"), *_field(option)))
    for table, fields in tables.items():
        if table:
            kind = _struct(table, fields)
            tables[""].append((table, kind, kind()))
    return _struct("dedupe", tables[""])


def _struct(name: str, fields: list[tuple[str, Any, Any]]) -> type[Struct]:
    return defstruct(
        name, fields, rename="kebab", forbid_unknown_fields=True, kw_only=True, frozen=True
    )


def _field(option: GroupedOption) -> tuple[Any, Any]:
    """Type and default of a setting."""
    kind = bool if option.is_flag else _kind(option.type)
    if isinstance(option.type, EntryType):
        kind = GenericAlias(dict, (str, kind))
    elif option.multiple:
        kind = GenericAlias(tuple, (kind, ...))
    kind = Annotated[kind, Meta(description=option.help)]
    default = option.to_info_dict()["default"]
    return (kind | UnsetType, UNSET) if default is None else (kind, default)


def _kind(type_: click.ParamType[Any]) -> Any:  # noqa: ANN401 - a type, in any of its forms
    """The type of one value in TOML."""
    if isinstance(type_, click.Choice):
        return Literal[tuple(type_.choices)]
    for range_, number in ((click.IntRange, int), (click.FloatRange, float)):
        if isinstance(type_, range_):
            return Annotated[number, Meta(ge=type_.min, le=type_.max)]
    return getattr(type_, "toml", str)
