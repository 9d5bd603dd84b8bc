"""`scan`: from paths to a result."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from dedupe import config, memory
from dedupe.filler.scorer import load_model
from dedupe.model import Result
from dedupe.pipeline import job, results
from dedupe.pipeline.analysis import spill_limit
from dedupe.pipeline.examining import examine
from dedupe.pipeline.gathering import Gathering, analyse_files, read_again
from dedupe.pipeline.progress import Progress
from dedupe.pipeline.threads import threads
from dedupe.sources import find_files, markdown_parser


def model_id() -> str:
    """Name of the filler model in use."""
    return load_model().name


def scan(
    paths: Sequence[str], settings: config.Config, progress: Progress | None = None,
    command: str = "scan", keep: list[object] | None = None,
) -> Result:  # fmt: skip
    """Compare all articles under some paths with each other, and score each of them.

    keep: takes hold of all tables, which a process that is about to end need not free.
    Raises UsageError for a path that does not exist, NothingToAnalyseError when no article could
    be read, SkippedFilesError when one could not and `strict` is set, BaselineError when there is
    no use in the baseline.
    """
    with job.begin(command, settings, progress, keep) as this:
        listing = find_files(paths, settings.sources)
        with (
            memory.spilling(spill_limit(listing.files, settings)),
            markdown_parser(listing.files, settings.sources, threads(settings.jobs)) as parse,
        ):
            gathering = Gathering()
            analyses = analyse_files(
                listing.files, settings, this.model, this.pool, this.progress, gathering, parse
            )
            skipped = results.left_out(listing, analyses)
            articles = sum(len(part.file) for part in analyses)
            results.refuse_empty(articles, skipped, settings.sources)
            if not articles:
                return results.empty(this, skipped)
            again = partial(read_again, listing.files, settings.sources, parse=parse)
            return examine(this, analyses, gathering, listing.files.path, again, skipped)
