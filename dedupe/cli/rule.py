"""`dedupe rule`: what a rule means."""

from __future__ import annotations

from functools import partial

import click

from dedupe.cli import options
from dedupe.cli.grouped import GroupedCommand
from dedupe.cli.outputs import write_chosen
from dedupe.cli.selection import rule_code
from dedupe.cli.session import Session


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
    text = rules.write_list if found is None else partial(rules.write_page, found)
    json = partial(rules.write_json, RULES if found is None else [found])
    write_chosen(context.ensure_object(Session), values, text, json)
    return 0
