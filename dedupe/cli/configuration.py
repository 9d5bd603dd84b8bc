"""The configuration file: where it is, and what it and `--config` say.

Which settings exist is declared with the options that set them (`options.declaring`); an option
asks here for its value (`grouped.GroupedOption`).
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import click

from dedupe.errors import ConfigError

FILES = ("dedupe.toml", ".dedupe.toml", "pyproject.toml")
"""In one folder the first of them counts."""
_TABLE = ("tool", "dedupe")
"""Where the settings stand in a pyproject.toml, which may hold none."""


class Source(NamedTuple):
    """What a file, or the argument of a `--config KEY=VALUE`, says."""

    name: str
    text: str
    tree: Mapping[str, object]
    """The settings, in their tables"""
    folder: Path | None = None
    """From which relative paths start; those of an argument start where the shell is"""

    def place(self, key: str) -> str:
        """Where a setting stands, as FILE:LINE."""
        if self.folder is None:
            return self.name
        lines = self.text.splitlines(keepends=True)
        behind = 0
        for end in range(1, len(lines) + 1):
            try:
                tree = _tree("".join(lines[:end]), self.name)
            except tomllib.TOMLDecodeError:  # in the middle of an array
                continue
            if key in dict(_flat(tree or {})):
                break
            behind = end
        return f"{self.name}:{behind + 1}"


class Setting(NamedTuple):
    """What the last source that speaks of a key says."""

    value: object
    source: Source


def settings_of(context: click.Context) -> Mapping[str, Setting]:
    """The settings of a run by key: those of the file, and over them those of `--config`.

    `--config` and `--isolated-config`, which are eager, have been read. Raises ConfigError that
    names file, key and reason.
    """
    found: dict[str, Setting] | None = context.meta.get(__name__)
    if found is None:
        named = context.params.get("config") or ()
        sources = _sources(named, isolated=bool(context.params.get("isolated_config")))
        found = {
            key: Setting(value, source) for source in sources for key, value in _flat(source.tree)
        }
        context.meta[__name__] = found
    return found


def entries_of(settings: Mapping[str, Setting], key: str) -> dict[str, Setting]:
    """The entries of the table `key` by their names, which may hold dots."""
    head = f"{key}."
    return {
        name.removeprefix(head): found for name, found in settings.items() if name.startswith(head)
    }


def _sources(named: Sequence[str], *, isolated: bool) -> list[Source]:
    """Files, then arguments; without a named file the nearest one, unless `isolated`."""
    arguments = [name for name in named if "=" in name and not Path(name).exists()]
    files = [_file(Path(name)) for name in named if name not in arguments]
    if not files and not isolated:
        files = [_nearest(Path.cwd())]
    sources = [source for source in files if source is not None]
    sources += [_argument(text) for text in arguments]
    if sources:
        from dedupe.cli.schema import check

        for source in sources:
            check(source.name, source.tree, dict(_flat(source.tree)))
    return sources


def _nearest(start: Path) -> Source | None:
    """The file of the nearest folder, from `start` up to the root of the repository.

    Outside of a repository no folder above is looked at.
    """
    folders = [start, *start.parents]
    root = next((n for n, folder in enumerate(folders) if (folder / ".git").exists()), 0)
    paths = (folder / name for folder in folders[: root + 1] for name in FILES)
    found = (_file(path) for path in paths if path.is_file())
    return next((source for source in found if source is not None), None)


def _file(path: Path) -> Source | None:
    """A file; None for a pyproject.toml without settings."""
    name = os.path.relpath(path).replace(os.sep, "/")
    try:
        text = path.read_text(encoding="utf-8-sig")
        tree = _tree(text, path.name)
    except OSError as error:
        raise ConfigError(f"cannot read the configuration {name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"the configuration {name} is not UTF-8: {error.reason}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name}: {error}") from error
    return None if tree is None else Source(name, text, tree, path.absolute().parent)


def _argument(text: str) -> Source:
    name = f"--config {text}"
    try:
        return Source(name, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        hint = "VALUE is as in TOML, so a string stands in quotes of its own"
        raise ConfigError(f"{name}: {error}; {hint}") from error


def _tree(text: str, name: str) -> Mapping[str, object] | None:
    """The settings in the text of a file; None where a pyproject.toml has none."""
    tree = tomllib.loads(text)
    for table in _TABLE if name.endswith(FILES[-1]) else ():
        if table not in tree:
            return None
        tree = tree[table]
    return tree


def _flat(tree: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Keys with the tables that hold them, as `duplicates.min-words`, and values."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value
