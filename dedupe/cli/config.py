"""`dedupe config`: the settings of a project."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from dedupe.cli import options
from dedupe.cli.configuration import FILES, settings_of
from dedupe.cli.grouped import GroupedCommand, GroupedOption
from dedupe.cli.outputs import standard_output
from dedupe.cli.parameters import EntryType, RulesType
from dedupe.cli.session import Session
from dedupe.errors import UsageError

if TYPE_CHECKING:
    from dedupe.model import Rule

_BARE = re.compile(r"[\w-]+", re.ASCII)
"""A key of TOML that needs no quotes."""
_COPIES = ("DUP101", "DUP102", "TPL201")
"""Rules of a first run beside those on errors: a tool that reports 800 things is switched off."""
_FAMILIES = {
    "DUP": "reworded, repeated and summarised passages too",
    "TPL": "outlines, generic headings, printed titles, lists of takeaways",
    "FIL": "filler: closings, stock sentences, generic prose",
    "KEY": "stuffed and orphaned key phrases",
    "LNK": "references without an address",
    "SUP": "directives and entries that are unused, unexplained or expired",
    "SRC": "files that could not be read",
}


@click.group("config")
def command() -> None:
    """Tell and check the settings of dedupe.toml, .dedupe.toml or [tool.dedupe] of pyproject.toml.

    The nearest of these files counts, from this folder up to the root of the repository. The
    command line goes before the environment, that before the file, and that before the defaults.
    """


@command.command("show", cls=GroupedCommand)
@options.configurable_options
@click.pass_context
def show(context: click.Context, /, **values: object) -> int:
    """List all settings with the values that a scan would use here, and where each comes from.

    What is listed is a configuration file; settings without a value are comments.
    """
    rows = list(_rows(context, values))
    with standard_output(context.ensure_object(Session)) as stream:
        for key, value, origin in rows:
            line = f"# {key} =" if value is None else f"{key} = {_toml(value)}"
            stream.write(f"{line}  # {origin}\n".encode())
    return 0


@command.command("schema")
@click.pass_context
def schema(context: click.Context) -> int:
    """Print the JSON schema of a configuration file, for editors."""
    from dedupe.cli import schema as schemas

    with standard_output(context.ensure_object(Session)) as stream:
        stream.write(json.dumps(schemas.schema(), indent=2).encode() + b"\n")
    return 0


@command.command("init")
def init() -> int:
    """Write a dedupe.toml to begin with: rules that are right nearly always, the others noted."""
    path = Path(FILES[0])
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(_starter())
    except FileExistsError as error:
        raise UsageError(f"{path} exists; change it with an editor") from error
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error
    click.echo(f"Wrote {path}; dedupe config show lists what else may be set.")
    return 0


def _rows(context: click.Context, values: dict[str, object]) -> Iterator[tuple[str, object, str]]:
    """Key, value and origin of every setting: those outside of tables first, as TOML wants it."""
    parameters = [p for p in context.command.params if isinstance(p, GroupedOption) and p.key]
    for option in sorted(parameters, key=lambda p: ("." in str(p.key), str(p.key))):
        value, key = values[str(option.name)], str(option.key)
        if isinstance(option.type, RulesType) and isinstance(value, tuple):
            value = [*chain.from_iterable(value)]  # each was separated by commas
        if not isinstance(option.type, EntryType):
            yield key, value, _origin(context, option, key)
            continue
        entries = value if isinstance(value, tuple) else ()
        for name, held, _ in entries:
            origin = _origin(context, option, f"{key}.{name}")
            yield f"{key}.{_quoted(name)}", held, origin
        if not entries:
            yield key, {}, _origin(context, option, key)


def _quoted(name: str) -> str:
    """A name as a key of TOML."""
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _origin(context: click.Context, option: GroupedOption, key: str) -> str:
    source = context.get_parameter_source(str(option.name))
    setting = settings_of(context).get(key)
    if source is ParameterSource.ENVIRONMENT:
        return f"environment: {option.envvar}"
    if source is ParameterSource.DEFAULT_MAP and setting and setting.source.folder is not None:
        return setting.source.place(key)
    return "default" if source is ParameterSource.DEFAULT else "command line"


def _toml(value: object) -> str:
    """A value as TOML; that of a string, a number or a list of those is JSON."""
    return json.dumps(value, ensure_ascii=False)


def _starter() -> str:
    from dedupe.model import RULES, Severity

    first = [
        rule for code, rule in RULES.items() if code in _COPIES or rule.severity is Severity.ERROR
    ]
    lines = [
        "# Settings of dedupe. Paths start at this file; `dedupe config show` lists all settings.",
        "",
        "[rules]",
        "# Codes, names or families of the rules that are reported: `dedupe rule` lists them.",
        "select = [",
        *(f'  "{rule.code}",  # {_told(rule)}' for rule in first),
        *(f'  # "{family}",  # {told}' for family, told in _FAMILIES.items()),
        "]",
        "",
        "[rules.severity]",
        "# Rules that are more or less to this project than to others: error, warning or note.",
        '# DUP102 = "error"',
        "",
        "[per-file-ignores]",
        "# Rules that are not reported in files that match, by patterns as in .gitignore.",
        '# "legal/**" = ["DUP", "TPL201"]',
        "",
        "[baseline]",
        "# Known findings, which are not reported again: `dedupe baseline create` writes the file.",
        '# path = ".dedupe-baseline.json"',
    ]
    return "".join(f"{line}\n" for line in lines)


def _told(rule: Rule) -> str:
    return f"{rule.name}: {rule.summary[0].lower()}{rule.summary[1:].rstrip('.')}"
