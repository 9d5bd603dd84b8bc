"""`baseline`: what its file is to hold after a scan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct, structs

from dedupe import config
from dedupe.errors import NothingToAnalyseError
from dedupe.model import ON_FILES, Baselined, BaselineEntry
from dedupe.pipeline.progress import Progress
from dedupe.pipeline.scanning import scan


class Revision(Struct, frozen=True):
    """The content of a baseline, and what has changed in it; findings by rule."""

    entries: tuple[BaselineEntry, ...]
    added: Counter[str]
    removed: Counter[str]


def create_baseline(
    paths: Sequence[str], settings: config.Config, progress: Progress | None = None
) -> Revision:
    """All findings of a scan. Raises what `scan` does."""
    _, seen = _scan(paths, structs.replace(settings, baseline=None), progress)
    return Revision(seen.found, count_by_rule(seen.found), Counter())


def update_baseline(
    paths: Sequence[str], settings: config.Config, progress: Progress | None = None
) -> Revision:
    """All findings of a scan, and the entries that it did not look at.

    Known passages that were edited or have moved are neither added nor removed. Raises what `scan`
    does.
    """
    new, seen = _scan(paths, settings, progress)
    return Revision((*seen.found, *seen.unseen), new, count_by_rule(seen.stale))


def prune_baseline(
    paths: Sequence[str], settings: config.Config, progress: Progress | None = None
) -> Revision:
    """The entries as they are, without those that cover no finding any more.

    Raises what `scan` does.
    """
    _, seen = _scan(paths, settings, progress)
    return Revision(seen.kept, Counter(), count_by_rule(seen.stale))


def count_by_rule(entries: Iterable[BaselineEntry]) -> Counter[str]:
    """How many findings of each rule some entries cover."""
    counts: Counter[str] = Counter()
    for entry in entries:
        counts[entry.rule] += entry.count
    return counts


def _scan(
    paths: Sequence[str], settings: config.Config, progress: Progress | None
) -> tuple[Counter[str], Baselined]:
    """New findings by rule, and what the scan tells of the baseline."""
    output = structs.replace(settings.output, want_baseline=True)
    result = scan(paths, structs.replace(settings, output=output), progress, "baseline")
    if result.baseline is None:
        raise NothingToAnalyseError("no article to analyse")
    new = Counter(f.rule for f in result.findings if f.status == "new" and f.rule not in ON_FILES)
    return new, result.baseline
