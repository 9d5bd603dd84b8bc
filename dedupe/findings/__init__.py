"""Findings: one per passage of an article, from proven copies and from the filler rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from itertools import pairwise

from dedupe import config
from dedupe.findings import shares as word_shares
from dedupe.findings.assembly import assemble
from dedupe.findings.copies import Overlap, copy_drafts
from dedupe.findings.drafts import Draft
from dedupe.findings.precedence import settle
from dedupe.findings.selection import selected_rules
from dedupe.findings.shares import Shares
from dedupe.model import RULES, Evidence, Finding, Flag, Position, Severity, Span
from dedupe.tables import I64, Corpus, Reading, RegionTable

__all__ = [
    "Draft",
    "Overlap",
    "Shares",
    "copy_drafts",
    "file_finding",
    "find",
    "flag_drafts",
    "selected_rules",
]

MIN_ARTICLE_WORDS = 100
"""Words of the shortest article whose share of filler is judged."""


def flag_drafts(
    flags: Sequence[Flag], first: I64, last: I64, article_base: int, token_base: int
) -> list[Draft]:
    """Drafts of the flags of one batch, whose words are tokens first[i] to last[i], exclusive."""
    return [
        Draft(
            flag.rule, flag.article + article_base, low + token_base, high + token_base,
            bytes=(flag.start, flag.end), score=flag.score, message=flag.message,
            evidence=flag.evidence,
        )
        for flag, low, high in zip(flags, first.tolist(), last.tolist(), strict=True)
    ]  # fmt: skip


def find(
    corpus: Corpus,
    drafts: Iterable[Draft],
    regions: RegionTable,
    load: Callable[[int], Reading],
    settings: config.Config,
) -> tuple[list[Finding], list[Shares]]:
    """Settle which findings stand, count every article's words, and write the findings.

    Raises ConfigError where a rule is selected that does not exist.
    """
    chosen = selected_rules(settings.rules.select, settings.rules.ignore)
    by_article: dict[int, list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.rule in chosen:
            by_article[draft.article].append(draft)
    first_token = corpus.article_token.tolist()
    accounts = [Shares(end - first, 0, 0, 0) for first, end in pairwise(first_token)]
    winners: list[Draft] = []
    for article in sorted(by_article):
        first, end = first_token[article], first_token[article + 1]
        won = settle(by_article[article])
        accounts[article] = account = word_shares.count(first, end - first, won)
        if "FIL308" in chosen:
            won += _filler_heavy(account, article, first, end, settings.filler.max_percent)
        winners += won
    least = Severity(settings.rules.min_severity).rank
    shown = [
        draft
        for draft in winners
        if draft.severity.rank >= least
        and (settings.output.all_members or not draft.original)
        and _in_focus(corpus.path[draft.article], settings.output.focus)
    ]
    return assemble(corpus, shown, regions, load, settings.output), accounts


def _in_focus(path: str, focus: Sequence[str]) -> bool:
    return not focus or any(
        path == part or path.startswith(part.rstrip("/") + "/") for part in focus
    )


def _filler_heavy(account: Shares, article: int, first: int, end: int, limit: float) -> list[Draft]:
    """FIL308, when more of the article is filler than the limit allows."""
    percent = account.percent(account.filler)
    if percent <= limit or account.words < MIN_ARTICLE_WORDS:
        return []
    message = (
        f"{account.filler:,} of {account.words:,} words ({percent:.0f}%) are filler; "
        f"the limit is {limit:g}%."
    )
    signal = Evidence("signal", "share of filler words", weight=round(percent / 100, 4))
    return [Draft("FIL308", article, first, end, message=message, evidence=(signal,))]


def file_finding(code: str, path: str, message: str) -> Finding:
    """A finding about a file rather than its text."""
    place = Position(1, 1, 0)
    digest = blake2b(f"{code}\0{path}".encode("utf-8", "surrogatepass"), digest_size=8)
    return Finding(
        rule=code,
        name=RULES[code].name,
        severity=RULES[code].severity,
        fingerprint=f"{digest.hexdigest()}:1",
        path=path,
        span=Span(place, place),
        words=0,
        excerpt="",
        message=message,
    )
