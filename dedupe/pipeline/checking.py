"""`check`: incoming articles, compared with the accepted ones of an index and with each other.

The accepted articles that may share something with them are one more batch of the corpus, so what
a scan finds between the two, a check finds, by the same code.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dedupe import config, memory
from dedupe.arrays import I32
from dedupe.index import FORMAT, Index, Places
from dedupe.model import Result, UsedIndex
from dedupe.pipeline import accepted, job, results
from dedupe.pipeline.analysis import Analysis, spill_limit
from dedupe.pipeline.examining import examine
from dedupe.pipeline.gathering import Gathering, analyse_files, read_again
from dedupe.pipeline.indexing import parameters
from dedupe.pipeline.progress import Progress
from dedupe.pipeline.threads import threads
from dedupe.sources import Changes, FileTable, find_files, markdown_parser, select_changed
from dedupe.tables import AcceptedTable, Reading
from dedupe.texts import Strings

if TYPE_CHECKING:
    from dedupe.sources.parsing import Parse


def check(
    paths: Sequence[str], settings: config.Config, progress: Progress | None = None,
    keep: list[object] | None = None,
) -> Result:  # fmt: skip
    """Compare incoming articles with those of an index and with each other, and score each of them.

    paths: files and folders; with `incoming.staged` and `incoming.changed_since` those in which
    changes count; none where a list of them is empty. An accepted article of the same path is
    replaced by the incoming one, and not compared with it.
    keep: takes hold of all tables, which a process that is about to end need not free.
    Raises IndexFolderError when there is no use in the index, UsageError where git cannot tell the
    changes, and what `scan` raises.
    """
    index = Index.open(Path(settings.index), parameters(settings))
    with job.begin("check", settings, progress, keep, _used(index)) as this:
        changes = _changes(settings.incoming)
        if changes is None:
            listing = find_files(paths, settings.sources, settings.incoming.stdin_filename)
        else:
            listing = select_changed(changes.files, paths, settings.sources)
        files = listing.files
        with (
            memory.spilling(spill_limit(files, settings)),
            markdown_parser(files, settings.sources, threads(settings.jobs)) as parse,
        ):
            analyses = analyse_files(
                files, settings, this.model, this.pool, this.progress, parse=parse
            )
            skipped = results.left_out(listing, analyses)
            articles = sum(len(part.file) for part in analyses)
            if files or (changes is None and paths):  # else there was nothing to check
                results.refuse_empty(articles, skipped, settings.sources)
            if not articles:
                return results.empty(this, skipped)
            replaced = set(files.path).union(() if changes is None else changes.gone)
            table = _retrieved(index, analyses, replaced)
            recurring = settings.matching.depth != "fast"
            analyses.append(accepted.analysis_of(table, len(files), recurring=recurring))
            everything = Strings.of((*files.path, *table.path))
            again = partial(_read_again, files, table, settings.sources, parse)
            gathering = Gathering()
            analyses = [gathering.add(part) for part in analyses]
            return examine(this, analyses, gathering, everything, again, skipped)


def _used(index: Index) -> UsedIndex:
    return UsedIndex(FORMAT, index.info.digest, index.info.articles)


def _changes(incoming: config.Incoming) -> Changes | None:
    """What git is to tell, if anything."""
    if not incoming.staged and incoming.changed_since is None:
        return None
    from dedupe.sources import git  # starts processes, which takes longer than most checks

    return git.staged() if incoming.changed_since is None else git.since(incoming.changed_since)


def _retrieved(
    index: Index, analyses: Sequence[Analysis], replaced: Collection[str]
) -> AcceptedTable:
    """The accepted articles that may share something with incoming ones, by path.

    replaced: paths of those that are no more
    """
    each = [index.sharing(p.passages, p.stems) for p in analyses if p.passages is not None]
    found = reduce(Places.and_those_of, each)
    gone = {path.encode("utf-8", "surrogateescape") for path in replaced}
    kept = [row for row, path in enumerate(found.path) if path not in gone]
    return index.load(found.take(np.array(kept, np.int64)))


def _read_again(
    files: FileTable, table: AcceptedTable, sources: config.Sources,
    parse: Parse | None, chosen: I32,
) -> Reading:  # fmt: skip
    """Read some articles once more: all of them incoming, or all of them accepted."""
    if len(chosen) and chosen[0] >= len(files):
        return accepted.reading_of(table, chosen - np.int32(len(files)))
    return read_again(files, sources, chosen, parse)
