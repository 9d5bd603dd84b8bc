"""Options in groups, each with its own heading in the help."""

from __future__ import annotations

import click


class GroupedOption(click.Option):
    """An option that knows the heading under which the help lists it."""

    def __init__(self, names: list[str], *, group: str, **attributes: object) -> None:
        super().__init__(names, **attributes)  # type: ignore[arg-type]
        self.group = group


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
