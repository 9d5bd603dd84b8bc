"""Which findings of a scan are in its baseline."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from itertools import compress
from zlib import crc32

import numpy as np
from msgspec import structs

from dedupe import config
from dedupe.baseline import Passage, entries_of, match
from dedupe.findings import in_focus, rule_ranks, selected_rules
from dedupe.model import RULE_NUMBER, Baselined, BaselineEntry, Finding, Severity
from dedupe.rows import Findings, encode, writable
from dedupe.tables import I64, U32, Corpus


def mark(
    found: Findings, places: I64, corpus: Corpus, entries: Sequence[BaselineEntry],
    settings: config.Config,
) -> tuple[Findings, Baselined | None]:  # fmt: skip
    """Give the findings that a baseline knows their status; suppressed ones need none.

    places: (4, F) rule, article, first word, and the one behind the last, of each finding. What a
    new baseline would hold is told where the settings want it; without a baseline nobody looks.
    """
    if settings.baseline is None and not settings.output.want_baseline:
        return found, None
    new = [row for row, finding in enumerate(found) if finding.status == "new"]
    paths, (low, high) = writable(found.paths), places[2:].tolist()
    passages = [
        Passage(found[row].rule, paths[row], _words(found[row], corpus.token[low[row] : high[row]]))
        for row in new
    ]
    scanned = writable(corpus.path)
    absent = {entry.path for entry in entries}.difference(scanned)
    gone = {path for path in absent if not os.path.lexists(path)}
    matched = match(passages, entries, gone)
    lines = list(found.lines)
    for row in compress(new, matched.known):
        lines[row] = encode(structs.replace(found[row], status="baselined"))
    told = None
    if settings.output.want_baseline:
        focus = in_focus(corpus, settings.output.focus).tolist()
        seen = gone.union(path for path, inside in zip(scanned, focus, strict=True) if inside)
        told = _told(passages, entries, matched.left, seen, speaking(settings.rules))
    return Findings(lines, found.paths, found.ranks), told


def _told(
    passages: Sequence[Passage], entries: Sequence[BaselineEntry], left: Sequence[int],
    paths: Collection[str], rules: Collection[str],
) -> Baselined:  # fmt: skip
    """What becomes of the entries; `paths` and `rules` are those that were looked at."""
    seen = [entry.path in paths and entry.rule in rules for entry in entries]
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


def speaking(rules: config.Rules) -> set[str]:
    """The rules that a scan reports."""
    least = Severity(rules.min_severity).rank
    chosen, rank = selected_rules(rules.select, rules.ignore), rule_ranks(rules)
    return {code for code in chosen if rank[RULE_NUMBER[code]] >= least}
