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
from dedupe.findings import in_focus, selected_rules
from dedupe.model import RULES, Baselined, BaselineEntry, Finding, Severity
from dedupe.rows import Findings, encode, writable
from dedupe.tables import I64, U32, Corpus


def mark(
    found: Findings, words: I64, corpus: Corpus, entries: Sequence[BaselineEntry],
    settings: config.Config,
) -> tuple[Findings, Baselined | None]:  # fmt: skip
    """Give the findings that a baseline knows their status.

    words: (2, F) the first word of each finding, and the one behind its last. What a new baseline
    would hold is told where the settings want it.
    """
    edges = zip(*words.tolist(), strict=True)
    passages = [
        Passage(finding.rule, path, _words(finding, corpus.token[low:high]))
        for finding, path, (low, high) in zip(found, writable(found.paths), edges, strict=True)
    ]
    scanned = writable(corpus.path)
    absent = {entry.path for entry in entries}.difference(scanned)
    gone = {path for path in absent if not os.path.lexists(path)}
    matched = match(passages, entries, gone)
    lines = [
        encode(structs.replace(finding, status="baselined")) if is_known else line
        for finding, line, is_known in zip(found, found.lines, matched.known, strict=True)
    ]
    told = None
    if settings.output.want_baseline:
        focus = in_focus(corpus, settings.output.focus).tolist()
        seen = gone.union(path for path, inside in zip(scanned, focus, strict=True) if inside)
        told = _told(passages, entries, matched.left, seen, _speaking(settings.rules))
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


def _speaking(rules: config.Rules) -> set[str]:
    """The rules that a scan reports."""
    least = Severity(rules.min_severity).rank
    chosen = selected_rules(rules.select, rules.ignore)
    return {code for code in chosen if RULES[code].severity.rank >= least}
