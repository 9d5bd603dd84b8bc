"""`dedupe baseline`: the file of findings that are known."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import click

from dedupe.cli import options, settings
from dedupe.cli.grouped import GroupedCommand
from dedupe.cli.outputs import OutputFile
from dedupe.cli.progress import progress
from dedupe.config import DEFAULT_BASELINE
from dedupe.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedupe.pipeline.baselining import Revision

_file_option = options.baseline_option(
    "The file of known findings.", default=DEFAULT_BASELINE, show_default=True
)
_scan_options = options.combined(
    options.input_options,
    options.selection_options,
    options.matching_options,
    options.filler_options,
    options.rule_options,
    options.all_members_option,
    _file_option,
    options.suppression_options,
    options.run_options,
)


@click.group("baseline")
def command() -> None:
    """Maintain the file of findings that are known, which scan --baseline FILE reads.

    Findings are known by rule, article and words, so they may move within the article, the file may
    be renamed, and a few words may change. A copy of a known passage in another article is new.
    Give the options of the scan, and commit the file.
    """


@command.command("create", cls=GroupedCommand)
@click.argument("paths", nargs=-1, type=click.Path(readable=False))
@_scan_options
@options.option(
    "Known",
    "--force",
    is_flag=True,
    envvar=None,  # to overwrite is decided each time
    show_envvar=False,
    help="Overwrite the file.",
)
def create(*, force: bool, **values: object) -> int:
    """Write down all findings of the articles under PATHS (default: this folder)."""
    file = str(values["baseline"])
    if os.path.lexists(file) and not force:
        raise UsageError(f"{file} exists; change it with dedupe baseline update, or use --force")
    from dedupe import pipeline

    return _write(values, pipeline.create_baseline)


@command.command("update", cls=GroupedCommand)
@click.argument("paths", nargs=-1, type=click.Path(readable=False))
@_scan_options
def update(**values: object) -> int:
    """Take in the new findings of the articles under PATHS, and leave out what is gone.

    What the file holds of other articles, or of rules that are not selected, stays.
    """
    from dedupe import pipeline

    return _write(values, pipeline.update_baseline)


@command.command("prune", cls=GroupedCommand)
@click.argument("paths", nargs=-1, type=click.Path(readable=False))
@_scan_options
def prune(**values: object) -> int:
    """Leave out what is no finding any more of the articles under PATHS; add nothing."""
    from dedupe import pipeline

    return _write(values, pipeline.prune_baseline)


@command.command("show", cls=GroupedCommand)
@_file_option
def show(baseline: str) -> int:
    """List what the file holds, by rule and article."""
    from dedupe.baseline import load
    from dedupe.model import RULES
    from dedupe.pipeline.baselining import count_by_rule
    from dedupe.reports.visible import visible
    from dedupe.reports.wording import counted

    entries = load(baseline)
    by_rule: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in entries:
        by_rule[entry.rule][entry.path] += entry.count
    for rule, number in sorted(count_by_rule(entries).items()):
        name = f" {RULES[rule].name}" if rule in RULES else ""
        click.echo(f"{rule}{name}: {counted(number, 'finding')}")
        for path, count in sorted(by_rule[rule].items()):
            click.echo(f"  {visible(path)}  {count:,}")
    articles = counted(len({entry.path for entry in entries}), "article")
    click.echo(f"{counted(sum(entry.count for entry in entries), 'finding')} in {articles}.")
    return 0


def _write(values: settings.Values, revise: Callable[..., Revision]) -> int:
    """Scan, write the file anew, and tell what has changed."""
    from dedupe.baseline import dump
    from dedupe.reports.wording import counted

    config, paths = settings.config(values), settings.paths(values)
    file = str(values["baseline"])
    with OutputFile(file) as output:
        with progress(str(values["progress"]), quiet=bool(values["quiet"])) as observer:
            revision = revise(paths, config, observer)
        output.stream.write(dump(revision.entries))
        output.commit()
    number = sum(entry.count for entry in revision.entries)
    added, removed = revision.added, revision.removed
    changes = f"{added.total():,} added, {removed.total():,} removed"
    click.echo(f"{file}: {counted(number, 'finding')}; {changes}")
    for rule in sorted(added.keys() | removed.keys()):
        click.echo(f"  {rule}  {added[rule]:,} added, {removed[rule]:,} removed")
    return 0
