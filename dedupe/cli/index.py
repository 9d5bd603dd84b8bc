"""`dedupe index`: the articles that were accepted."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dedupe.cli import options, settings
from dedupe.cli.grouped import GroupedCommand
from dedupe.cli.parameters import NumberRange
from dedupe.cli.progress import progress
from dedupe.errors import IndexFolderError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedupe.index import Info
    from dedupe.pipeline.indexing import Change

_index_argument = click.argument("index", type=click.Path(path_type=Path))
_lock_option = options.option(
    "Index",
    "--lock-timeout",
    metavar="SECONDS",
    type=NumberRange(min=0),
    default=10.0,
    show_default=True,
    help="How long to wait for another process that changes the index.",
)
_reading_options = options.combined(
    options.input_options, options.leaving_out_options, _lock_option, options.run_options
)


@click.group("index")
def command() -> None:
    """Maintain the index of articles that were accepted, which others are compared with.

    INDEX is a folder. It holds words, places and signatures of the articles; their texts only with
    --store-text. Give the options that decide what is read to every command.
    """


@command.command("build", cls=GroupedCommand)
@_index_argument
@click.argument("paths", nargs=-1, required=True, type=click.Path(readable=False))
@options.option(
    "Index",
    "--store-text",
    is_flag=True,
    help="Keep the texts too, so that they can be shown where the articles are not at hand.",
)
@options.option(
    "Index",
    "--force",
    is_flag=True,
    envvar=None,  # to overwrite is decided each time
    show_envvar=False,
    help="Replace an index that is there.",
)
@_reading_options
def build(index: Path, *, store_text: bool, force: bool, **values: object) -> int:
    """Make INDEX of the articles under PATHS."""
    from dedupe import pipeline

    return _change(index, values, partial(pipeline.build_index, text=store_text, force=force))


@command.command("add", cls=GroupedCommand)
@_index_argument
@click.argument("paths", nargs=-1, required=True, type=click.Path(readable=False))
@_reading_options
def add(index: Path, **values: object) -> int:
    """Add the articles under PATHS to INDEX; one of the same path is replaced."""
    from dedupe import pipeline

    return _change(index, values, pipeline.add_to_index)


@command.command("update", cls=GroupedCommand)
@_index_argument
@click.argument("paths", nargs=-1, required=True, type=click.Path(readable=False))
@_reading_options
def update(index: Path, **values: object) -> int:
    """Bring INDEX in line with PATHS: add what is new, and remove what is gone from the folders."""
    from dedupe import pipeline

    return _change(index, values, partial(pipeline.add_to_index, prune=True))


@command.command("remove", cls=GroupedCommand)
@_index_argument
@click.argument("articles", metavar="PATH_OR_ID...", nargs=-1, required=True)
@_lock_option
def remove(index: Path, articles: tuple[str, ...], **values: object) -> int:
    """Remove articles from INDEX, by path or by 8 or more digits of their digests."""
    import numpy as np

    from dedupe.index import changing, tidy
    from dedupe.reports.wording import counted

    with changing(index, _seconds(values)) as writer:
        numbers = np.unique([writer.index.number_of(name) for name in articles])
        writer.remove(numbers)
        tidy(writer)
        left = writer.commit().articles
    click.echo(f"{index}: {counted(left, 'article')}; {len(numbers):,} removed")
    return 0


@command.command("info", cls=GroupedCommand)
@_index_argument
@options.text_or_json_option
def info(index: Path, output_format: str) -> int:
    """Tell what INDEX holds, how large it is, and with which settings it was made."""
    import json

    import msgspec

    from dedupe.index import Index

    found = Index.open(index).info
    if output_format == "json":
        share = round(found.size_bytes / max(found.text_bytes, 1), 3)
        click.echo(json.dumps(msgspec.to_builtins(found) | {"size_by_text": share}, indent=2))
        return 0
    for name, value in _described(found):
        click.echo(f"{name:22} {value}")
    return 0


@command.command("verify", cls=GroupedCommand)
@_index_argument
@options.option(
    "Index",
    "--against",
    metavar="PATH",
    multiple=True,
    type=click.Path(),
    help="Read these articles too, and tell where INDEX differs from them; repeatable.",
)
@options.input_options
@options.leaving_out_options
@options.run_options
def verify(index: Path, *, against: tuple[str, ...], **values: object) -> int:
    """Check that all files of INDEX are whole.

    The exit code is 2 when one is not, and 1 when --against finds a difference.
    """
    from dedupe import pipeline
    from dedupe.index import Index, faults
    from dedupe.reports.visible import visible
    from dedupe.reports.wording import counted

    opened = Index.open(index, scattered=False)
    if found := list(faults(opened)):
        raise IndexFolderError("\n".join(found))
    click.echo(f"{index}: {counted(len(opened), 'article')}, no fault")
    if not against:
        return 0
    with progress(str(values["progress"]), quiet=bool(values["quiet"])) as observer:
        found = pipeline.compare_index(index, against, settings.config(values), observer)
    for line in found:
        click.echo(visible(line))
    click.echo(f"{counted(len(found), 'difference')} from {', '.join(against)}")
    return int(bool(found))


@command.command("compact", cls=GroupedCommand)
@_index_argument
@_lock_option
def compact(index: Path, **values: object) -> int:
    """Write INDEX anew without what was removed, in as few files as may be.

    The same articles then give the same files, however they were added.
    """
    from dedupe.index import changing
    from dedupe.index import compact as write_anew

    with changing(index, _seconds(values)) as writer:
        before = writer.index.info
        write_anew(writer)
        after = writer.commit()
    size_bytes = sum(entry.size_bytes for entry in after.segments)
    click.echo(
        f"{index}: {_megabytes(size_bytes)} in {len(after.segments):,} segments, "
        f"{_megabytes(before.size_bytes)} in {before.segments:,} before"
    )
    return 0


@command.command("merge", cls=GroupedCommand)
@_index_argument
@click.argument(
    "others", metavar="OTHER...", nargs=-1, required=True, type=click.Path(readable=False)
)
@_lock_option
def merge(index: Path, others: tuple[str, ...], **values: object) -> int:
    """Add the articles of OTHER indexes to INDEX; of one that both have, the last stays."""
    from dedupe.index import Index, changing, take_over, tidy
    from dedupe.reports.wording import counted

    sources = [Index.open(Path(other), scattered=False) for other in others]
    with changing(index, _seconds(values)) as writer:
        added, replaced = take_over(writer, sources)
        if added or replaced:
            tidy(writer)
            writer.commit()
        articles = len(writer.index) + added
    click.echo(f"{index}: {counted(articles, 'article')}; {added:,} added, {replaced:,} replaced")
    return 0


def _seconds(values: settings.Values) -> float:
    return float(str(values["lock_timeout"]))


def _change(index: Path, values: settings.Values, revise: Callable[..., Change]) -> int:
    """Revise an index, and say what has changed and what could not be read."""
    from dedupe.reports.visible import visible
    from dedupe.reports.wording import counted

    config, paths = settings.config(values), settings.paths(values)
    with progress(str(values["progress"]), quiet=bool(values["quiet"])) as observer:
        change = revise(index, paths, config, _seconds(values), observer)
    for item in change.skipped:
        if not item.deliberate:
            click.echo(visible(f"{item.path}: not read: {item.reason}"), err=True)
    click.echo(
        f"{index}: {counted(change.articles, 'article')}; {change.added:,} added, "
        f"{change.replaced:,} replaced, {change.removed:,} removed, {change.unchanged:,} unchanged"
    )
    return 0


def _described(found: Info) -> list[tuple[str, str]]:
    from dedupe.index import FORMAT

    made = found.parameters
    share = f"{found.size_bytes / found.text_bytes:.2f} times the text" if found.text_bytes else ""
    dead = f", {found.dead_articles:,} articles in them dead" if found.dead_articles else ""
    return [
        ("articles", f"{found.articles:,}"),
        ("passages", f"{found.passages:,}"),
        ("words", f"{found.words:,}"),
        ("size", ", ".join(filter(None, (_megabytes(found.size_bytes), share)))),
        ("texts", "kept" if found.text else "not kept"),
        ("segments", f"{found.segments:,}{dead}"),
        ("digest", found.digest),
        ("format", f"{FORMAT}, text model {made.text_model}"),
        ("windows", f"{', '.join(map(str, made.windows))} words"),
        ("bands", f"{made.bands} of {made.rows} rows; 1 pair of stems in {made.stem_sample}"),
        ("ignore code", "yes" if made.ignore_code else "no"),
        ("ignore quotes", "yes" if made.ignore_quotes else "no"),
        ("ignore sections", ", ".join(made.ignore_sections) or "none"),
        ("ignore phrases", made.ignore_phrases or "none"),
    ]


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.1f} MB"
