"""`dedupe explain`: why a passage was flagged, or was not."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import click

from dedupe.cli import options, settings
from dedupe.cli.grouped import GroupedCommand
from dedupe.cli.outputs import write_chosen
from dedupe.cli.session import Session

_PLACE = re.compile(r"(.+?):([1-9]\d*)(?::\d+)?", flags=re.DOTALL)


@click.command("explain", cls=GroupedCommand)
@click.argument("place", metavar="PATH[:LINE]", type=click.Path(readable=False))
@options.option(
    "Selection",
    "--with",
    "others",
    metavar="PATH",
    multiple=True,
    help="Compare with these files or folders; by default with the folder that holds PATH.",
)
@options.input_options
@options.matching_options
@options.filler_options
@options.text_or_json_option
@options.display_options
@options.config_options
@click.pass_context
def command(
    context: click.Context, /, place: str, others: tuple[str, ...], **values: object
) -> int:
    """Tell why the blocks of an article, or the one at LINE, were flagged or were not.

    Shows the nearest passage elsewhere with its exact similarity, the nearest reworded one with its
    evidence and the limits, and the parts of the filler score.
    """
    from dedupe import pipeline
    from dedupe.reports import explain

    path, line = _parted(place)
    if values["files_from"] is not None:
        others = (*others, *settings.paths(values))
    explanation = pipeline.explain(
        path, line, others or (str(Path(path).parent),), settings.config(values)
    )
    text, json = partial(explain.write, explanation), partial(explain.write_json, explanation)
    write_chosen(context.ensure_object(Session), values, text, json)
    return 0


def _parted(place: str) -> tuple[str, int | None]:
    """Path and line; a place as reports print it (`path:9:1`) works too, its column is dropped."""
    match = _PLACE.fullmatch(place)
    if match is None or Path(place).exists():
        return place, None
    return match[1], int(match[2])
