"""`dedupe rule`: what a rule means."""

from __future__ import annotations

import click

from dedupe.cli import options
from dedupe.cli.grouped import GroupedCommand
from dedupe.cli.outputs import standard_output
from dedupe.cli.selection import rule_code
from dedupe.cli.session import Session
from dedupe.cli.terminal import stdout_options


@click.command("rule", cls=GroupedCommand)
@click.argument("code", metavar="[CODE]", required=False)
@options.text_or_json_option
@options.display_options
@click.pass_context
def command(context: click.Context, /, code: str | None, **values: object) -> int:
    """Tell what the rule CODE means, why it matters and how to fix it, with examples.

    A name works as well as a code. Without CODE, list all rules.
    """
    from dedupe.model import RULES
    from dedupe.reports import rules

    found = None if code is None else rule_code(code)
    width = values["width"]
    view = stdout_options(
        color=str(values["color"]), width=width if isinstance(width, int) else None
    )
    with standard_output(context.ensure_object(Session)) as stream:
        if values["output_format"] == "json":
            rules.write_json(RULES if found is None else [found], stream)
        elif found is None:
            rules.write_list(stream, view)
        else:
            rules.write_page(found, stream, view)
    return 0
