"""Which findings of a scan are in its baseline."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from itertools import compress
from zlib import crc32

import numpy as np
from msgspec import structs

from dedupe import baseline, config
from dedupe.arrays import I64, U32
from dedupe.baseline import Passage, entries_of, lines_of, match
from dedupe.errors import BaselineError
from dedupe.findings import Selection, in_focus, looked, remark, rule_ranks
from dedupe.model import RULE_NUMBER, RULES, Baselined, BaselineEntry, Finding, Severity
from dedupe.rows import Findings, writable
from dedupe.sources import displayed
from dedupe.tables import Corpus


def load(settings: config.Config) -> list[BaselineEntry]:
    """The entries of the baseline, as it stands here or in a commit; none without a baseline.

    Raises BaselineError when there is no use in it, UsageError for a commit that does not exist.
    """
    path, ref = settings.baseline, settings.baseline_from_ref
    if path is None:
        return []
    if ref is None:
        return baseline.load(path)
    from dedupe.sources import git  # starts processes

    content = git.content(ref, path)
    if content is None:
        raise BaselineError(f"there is no baseline {path} in {displayed(ref)}")
    return baseline.parse(content, path)


def mark(
    found: Findings, places: I64, corpus: Corpus, entries: Sequence[BaselineEntry],
    settings: config.Config,
) -> tuple[Findings, Baselined | None]:  # fmt: skip
    """Give the findings that a baseline knows their status; suppressed ones need none.

    places: (4, F) rule, article, first word, and the one behind the last, of each finding. What a
    new baseline would hold, `found`, is told where the settings want it; without a baseline nobody
    looks.
    """
    if settings.baseline is None and not settings.output.want_baseline:
        return found, None
    new = [row for row, finding in enumerate(found) if finding.status == "new"]
    paths, (low, high) = writable(found.paths), places[2:].tolist()
    passages = [
        Passage(found[row].rule, paths[row], _words(found[row], corpus.token[low[row] : high[row]]))
        for row in new
    ]
    missing = gone(corpus, {entry.path for entry in entries})
    matched = match(passages, entries, missing)
    known = compress(new, matched.known)
    changed = {row: structs.replace(found[row], status="baselined") for row in known}
    wanted = passages if settings.output.want_baseline else ()
    seen = missing | looked_at(corpus, settings)
    told = _told(wanted, entries, matched.left, seen, looking(settings))
    return found.replaced(changed), told


def remarks(told: Baselined | None, settings: config.Config) -> Iterator[Finding]:
    """What is to be said about entries that know no finding any more."""
    file = str(settings.baseline)
    if told is None or not told.stale or "SUP704" not in speaking(settings.rules).at(file):
        return
    spans = lines_of(file)
    for entry in told.stale:
        key = entry.path, entry.rule, entry.hash
        missing = "" if entry.count == 1 else f", {entry.count} times"
        message = f"{entry.rule} in {entry.path} is known, but no finding any more{missing}."
        yield remark("SUP704", file, spans[key], message, key)


def gone(corpus: Corpus, named: Collection[str]) -> set[str]:
    """Those of some articles that exist no more."""
    absent = set(named).difference(corpus.path)
    return {path for path in absent if not os.path.lexists(path)}


def looked_at(corpus: Corpus, settings: config.Config) -> set[str]:
    """The articles that are reported on."""
    return set(compress(corpus.path, in_focus(corpus, settings.output.focus).tolist()))


def _told(
    passages: Sequence[Passage], entries: Sequence[BaselineEntry], left: Sequence[int],
    paths: Collection[str], rules: Selection,
) -> Baselined:  # fmt: skip
    """What becomes of the entries; `paths` and `rules` are those that were looked at."""
    seen = [entry.path in paths and entry.rule in rules.at(entry.path) for entry in entries]
    missing = [count if is_seen else 0 for count, is_seen in zip(left, seen, strict=True)]
    return Baselined(
        found=tuple(entries_of(passages)),
        kept=_counted(
            entries, [e.count - count for e, count in zip(entries, missing, strict=True)]
        ),
        stale=_counted(entries, missing),
        unseen=tuple(compress(entries, (not is_seen for is_seen in seen))),
    )


def _counted(entries: Sequence[BaselineEntry], counts: Sequence[int]) -> tuple[BaselineEntry, ...]:
    """The entries with other counts, without those of 0."""
    pairs = zip(entries, counts, strict=True)
    return tuple(structs.replace(entry, count=count) for entry, count in pairs if count)


def _words(finding: Finding, tokens: U32) -> U32:
    """Hashes of the words of a passage; of the message where the passage has none."""
    if len(tokens):
        return tokens
    return np.array([crc32(word.encode()) for word in finding.message.split()], np.uint32)


def looking(settings: config.Config) -> Selection:
    """The rules of which a scan can tell that there is nothing to report."""
    told, depth = speaking(settings.rules), settings.matching.depth
    return told.only(code for code in told.rules if looked(frozenset((code,)), told.rules, depth))


def speaking(rules: config.Rules) -> Selection:
    """The rules that a scan reports."""
    least, rank = Severity(rules.min_severity).rank, rule_ranks(rules)
    return Selection.of(rules).only(code for code in RULES if rank[RULE_NUMBER[code]] >= least)
