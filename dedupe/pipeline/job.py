"""One run: what was asked for, and what does the work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager

from msgspec import Struct

from dedupe import acceptances, config
from dedupe.acceptances import Entry
from dedupe.filler.modelfile import FillerModel
from dedupe.filler.scorer import load_model
from dedupe.kernels import warming
from dedupe.model import BaselineEntry, UsedIndex
from dedupe.pipeline import known
from dedupe.pipeline.progress import Progress, Silence
from dedupe.pipeline.threads import threads, workers


class Job(Struct, frozen=True):
    """What all stages of a run share."""

    command: str
    settings: config.Config
    model: FillerModel
    index: UsedIndex | None
    entries: Sequence[BaselineEntry]
    """Of the baseline"""
    acceptances: Sequence[Entry]
    progress: Progress
    pool: Executor
    aside: Executor
    """For what goes on beside matching, which leaves the interpreter, and a part of the cores; the
    pool itself where that has one thread"""
    kept: list[object]
    """Takes hold of all tables, which a process that is about to end need not free"""

    @property
    def threaded(self) -> bool:
        """Whether anything can go on beside anything else."""
        return self.aside is not self.pool


@contextmanager
def begin(
    command: str, settings: config.Config, progress: Progress | None, keep: list[object] | None,
    index: UsedIndex | None = None,
) -> Iterator[Job]:  # fmt: skip
    """Start the threads of a run.

    Raises BaselineError and AcceptFileError when there is no use in the files of known findings,
    ModelFileError when there is none in that of the model.
    """
    model = load_model(settings.filler.model)
    entries = known.load(settings)
    own = settings.suppressions
    listed = own.accept_file is not None and not own.ignore_suppressions
    excused = acceptances.load(str(own.accept_file)) if listed else ()
    count = threads(settings.jobs)
    if count > 1:
        warming.begin()
    with workers(count) as pool, workers(max(count // 2, 1)) as spare:
        aside = spare if count > 1 else pool
        kept = [] if keep is None else keep
        yield Job(
            command, settings, model, index, entries, excused, progress or Silence(), pool, aside,
            kept,
        )  # fmt: skip
