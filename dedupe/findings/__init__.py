"""Findings: one per passage of an article, from proven copies and from the filler rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from itertools import compress

import numpy as np

from dedupe import config
from dedupe.findings import shares as word_shares
from dedupe.findings.assembly import Standing, assemble
from dedupe.findings.copies import Overlap, copy_drafts
from dedupe.findings.drafts import NOWHERE, Draft, tabulate
from dedupe.findings.flags import draft_flags
from dedupe.findings.precedence import settle, severity_ranks
from dedupe.findings.selection import selected_rules
from dedupe.findings.shares import Shares, no_shares
from dedupe.model import RULES, Evidence, Finding, Severity
from dedupe.tables import Corpus, Reading, RegionTable

__all__ = [
    "Draft",
    "Overlap",
    "Shares",
    "copy_drafts",
    "draft_flags",
    "file_finding",
    "find",
    "no_shares",
    "selected_rules",
]

MIN_ARTICLE_WORDS = 100
"""Words of the shortest article whose share of filler is judged."""


def find(
    corpus: Corpus,
    drafts: Iterable[Draft],
    regions: RegionTable,
    load: Callable[[int], Reading],
    settings: config.Config,
) -> tuple[list[Finding], Shares]:
    """Settle which findings stand, count every article's words, and write the findings.

    Raises ConfigError where a rule is selected that does not exist.
    """
    chosen = selected_rules(settings.rules.select, settings.rules.ignore)
    drafts = [draft for draft in drafts if draft.rule in chosen]
    table = tabulate(drafts)
    stands, also = settle(table)
    shares = word_shares.count(table, stands, corpus.article_token)
    severity = severity_ranks(table.rule, also)
    shown = stands & (severity >= Severity(settings.rules.min_severity).rank)
    if not settings.output.all_members:
        shown &= ~table.original
    standing = Standing(
        [drafts[row] for row in table.row[shown].tolist()], also[shown], severity[shown]
    )
    if "FIL308" in chosen:
        standing = _with_heavy(standing, shares, corpus, settings)
    if settings.output.focus:
        standing = _focused(standing, corpus, settings.output.focus)
    return assemble(corpus, standing, regions, load, settings.output), shares


def _focused(standing: Standing, corpus: Corpus, focus: Sequence[str]) -> Standing:
    """The drafts of the articles that are to be reported on."""
    inside = [
        any(
            path == part or path.startswith(part.rstrip("/") + "/")
            for path in (corpus.path[draft.article],)
            for part in focus
        )
        for draft in standing.drafts
    ]
    return Standing(
        list(compress(standing.drafts, inside)), standing.also[inside], standing.severity[inside]
    )


def _with_heavy(
    standing: Standing, shares: Shares, corpus: Corpus, settings: config.Config
) -> Standing:
    """Add FIL308 where more of an article is filler than the limit allows."""
    severity = RULES["FIL308"].severity.rank
    if severity < Severity(settings.rules.min_severity).rank:
        return standing
    limit = settings.filler.max_percent
    percent = shares.percent(shares.filler)
    heavy = np.flatnonzero((percent > limit) & (shares.words >= MIN_ARTICLE_WORDS)).tolist()
    drafts = []
    for article in heavy:
        share = float(percent[article])
        message = (
            f"{shares.filler[article]:,} of {shares.words[article]:,} words ({share:.0f}%) are "
            f"filler; the limit is {limit:g}%."
        )
        signal = Evidence("signal", "share of filler words", weight=round(share / 100, 4))
        first, end = corpus.article_token[article : article + 2].tolist()
        drafts.append(Draft("FIL308", article, first, end, message=message, evidence=(signal,)))
    return Standing(
        standing.drafts + drafts,
        np.append(standing.also, np.zeros(len(drafts), np.uint32)),
        np.append(standing.severity, np.full(len(drafts), severity, np.uint8)),
    )


def file_finding(code: str, path: str, message: str) -> Finding:
    """A finding about a file rather than its text."""
    digest = blake2b(f"{code}\0{path}".encode("utf-8", "surrogatepass"), digest_size=8)
    return Finding(
        rule=code,
        name=RULES[code].name,
        severity=RULES[code].severity,
        fingerprint=f"{digest.hexdigest()}:1",
        path=path,
        span=NOWHERE,
        words=0,
        excerpt="",
        message=message,
    )
