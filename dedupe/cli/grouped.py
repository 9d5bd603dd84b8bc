"""Options in groups, each with its own heading in the help, and with their settings in a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from dedupe.cli.configuration import Setting, Source, entries_of, settings_of
from dedupe.cli.parameters import Entry, EntryType, FolderGroupType
from dedupe.errors import ConfigError


class GroupedOption(click.Option):
    """An option that knows the heading under which the help lists it, and its configuration key."""

    def __init__(
        self, names: list[str], *, group: str, key: str | None = None, **attributes: object
    ) -> None:
        super().__init__(names, **attributes)  # type: ignore[arg-type]
        self.group = group
        self.key = key

    def consume_value(
        self, ctx: click.Context, opts: Mapping[str, click.Parameter]
    ) -> tuple[Any, ParameterSource]:
        """The command line, `--config KEY=VALUE`, environment, file, default: the first counts."""
        value, source = super().consume_value(ctx, opts)
        if self.key is None or source is ParameterSource.COMMANDLINE or ctx.resilient_parsing:
            return value, source
        setting = self._setting(ctx, given=source is ParameterSource.ENVIRONMENT)
        if setting is None:
            return value, source
        if setting.source.folder is None:
            return self._converted(ctx, setting), ParameterSource.COMMANDLINE
        if source is ParameterSource.ENVIRONMENT:
            return value, source
        return self._converted(ctx, setting), ParameterSource.DEFAULT_MAP

    def _setting(self, ctx: click.Context, *, given: bool) -> Setting | None:
        """What the file and `--config` say; of a table, the entries that stand in either.

        given: the environment has a value, which those of a file give way to
        """
        settings = settings_of(ctx)
        if not isinstance(self.type, EntryType):
            return settings.get(str(self.key))
        entries = {
            name: setting
            for name, setting in entries_of(settings, str(self.key)).items()
            if not given or setting.source.folder is None
        }
        value = [Entry(name, held, _folder_of(source)) for name, (held, source) in entries.items()]
        return Setting(value, next(iter(entries.values())).source) if value else None

    def _converted(self, ctx: click.Context, setting: Setting) -> object:
        """The value of a setting, as one that is typed; a path starts in the folder of its file."""
        value = setting.value
        is_path = isinstance(self.type, click.Path | FolderGroupType)
        if is_path and setting.source.folder is not None:
            value = self._from_here(value, setting.source.folder)
        try:
            return self.type_cast_value(ctx, value)
        except click.BadParameter as error:
            raise ConfigError(f"{setting.source.name}: {self.key}: {error.message}") from error

    def _from_here(self, path: object, folder: Path) -> object:
        """A path of a file as it is from the working directory."""
        if isinstance(path, list):
            return [self._from_here(part, folder) for part in path]
        if path in getattr(self.type, "words", ()):
            return path
        return os.path.relpath(folder / str(path)).replace(os.sep, "/")


def _folder_of(source: Source) -> str:
    """The folder of a source as it is from the working directory."""
    return "." if source.folder is None else os.path.relpath(source.folder).replace(os.sep, "/")


class GroupedCommand(click.Command):
    """Writes its options group by group, in the order of their first appearance."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one list per group; what has none (`--help`) comes last."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            # Arguments are described in the first sentence of the help.
            if record is not None and isinstance(parameter, click.Option):
                heading = f"{parameter.group} " if isinstance(parameter, GroupedOption) else ""
                groups.setdefault(heading, []).append(record)
        for heading in [*(heading for heading in groups if heading), ""]:
            if records := groups.get(heading):
                with formatter.section(f"{heading}Options"):
                    formatter.write_dl(records)
