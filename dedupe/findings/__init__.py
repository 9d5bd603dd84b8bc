"""Findings: one per passage of an article, from proven copies and from the filler rules."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial

import numpy as np

from dedupe import config
from dedupe.arrays import I64, Bool
from dedupe.findings import shares as word_shares
from dedupe.findings.accounts import AccountLines
from dedupe.findings.assembly import ChosenFlags, Standing, assemble
from dedupe.findings.completion import Completed, complete_drafts
from dedupe.findings.copies import copy_drafts
from dedupe.findings.drafts import Drafts, DraftTable, tabulate
from dedupe.findings.families import Families, family_drafts
from dedupe.findings.flags import LocatedFlags, flag_articles, locate_flags, no_flags, side_by_side
from dedupe.findings.precedence import rule_ranks, settle, severity_ranks
from dedupe.findings.remarks import file_finding, remark
from dedupe.findings.selection import Selection, selected_rules
from dedupe.findings.shares import Shares, no_shares
from dedupe.findings.summaries import summary_drafts
from dedupe.findings.suppressions import (
    Suppression,
    Suppressions,
    excluded_words,
    looked,
    read_suppressions,
)
from dedupe.model import RULE_NUMBER, RULES, Severity
from dedupe.rows import Findings
from dedupe.tables import Corpus, Load, Pieces

__all__ = [
    "AccountLines",
    "Drafts",
    "Families",
    "LocatedFlags",
    "Selection",
    "Shares",
    "Suppression",
    "Suppressions",
    "complete",
    "copy_drafts",
    "excluded_words",
    "family_drafts",
    "file_finding",
    "find",
    "in_focus",
    "locate_flags",
    "looked",
    "no_flags",
    "no_shares",
    "read_suppressions",
    "remark",
    "rule_ranks",
    "selected_rules",
    "summary_drafts",
]

MIN_ARTICLE_WORDS = 100
"""Words of the shortest article whose share of filler is judged."""


def complete(
    copies: Sequence[Drafts], corpus: Corpus, families: Families | None,
    load: Load, suppressions: Suppressions, settings: config.Config, pool: Executor,
) -> Completed:  # fmt: skip
    """Look up whatever of copies and families may be shown, before the flags are known.

    Raises ConfigError where a rule is selected that does not exist.
    """
    output = settings.output
    drafts = Drafts.joined(copies)
    may = in_focus(corpus, output.focus)[drafts.article]
    may &= ~_inside_copies(drafts, corpus, suppressions, settings)
    if not output.all_members:
        may &= ~drafts.original
    shown = np.flatnonzero(may)
    return complete_drafts(drafts, shown, families, corpus, load, output, pool)


def _inside_copies(
    drafts: Drafts, corpus: Corpus, suppressions: Suppressions, settings: config.Config
) -> Bool:
    """Which drafts are templates in copied articles or passages: no flag can bring them back."""
    speak = partial(Selection.of(settings.rules).speak, paths=corpus.path)
    table = tabulate(drafts, speak=speak)
    stands, _ = settle(table, _suppressed(table, suppressions))
    hidden = np.zeros(len(drafts), np.bool_)
    hidden[table.row[~stands & (table.rule == RULE_NUMBER["TPL201"])]] = True
    return hidden


def find(
    corpus: Corpus,
    copies: Completed,
    flags: Sequence[LocatedFlags],
    load: Load,
    suppressions: Suppressions,
    settings: config.Config,
) -> tuple[Findings, I64, Shares]:
    """Settle which findings stand, count every article's words, and write the findings.

    copies: with templates and outlines; flags: of all batches. Returns the findings, (4, F) their
    rules, articles, first words and those behind their last, and the shares. Raises ConfigError
    where a rule is selected that does not exist.
    """
    selection = Selection.of(settings.rules)
    flagged = side_by_side(flags, corpus)
    table = tabulate(copies.drafts, flagged, partial(selection.speak, paths=corpus.path))
    if corpus.pieces.out.any():
        table = table.chosen(_said(table, corpus.pieces))
    stands, also = settle(table, _suppressed(table, suppressions))
    shares = word_shares.count(table, stands, corpus.article_token, corpus.pieces)
    ranks = rule_ranks(settings.rules)
    severity = severity_ranks(table.rule, also, ranks)
    least = Severity(settings.rules.min_severity).rank
    shown = stands & (severity >= least)
    if not settings.output.all_members:
        shown &= ~table.original
    shown &= in_focus(corpus, settings.output.focus)[table.article]
    row, also, severity = table.row[shown], also[shown], severity[shown]
    first = row < len(copies.drafts)
    standing = Standing(copies, copies.row[row[first]], also[first], severity[first])
    place = row[~first] - len(copies.drafts)
    kept = ChosenFlags(flags, flagged, place, also[~first], severity[~first])
    if "FIL308" in selection.rules and ranks[RULE_NUMBER["FIL308"]] >= least:
        kept = kept.with_articles(_heavy(shares, corpus, load, settings), ranks)
    return *assemble(corpus, standing, kept), shares


def _suppressed(table: DraftTable, suppressions: Suppressions) -> Bool:
    return suppressions.cover(table.rule, table.article, table.start, table.end)


def _said(table: DraftTable, pieces: Pieces) -> Bool:
    """Which drafts say something of words that are not left out, or of an article as a whole."""
    said = np.array([rule.whole_article for rule in RULES.values()])[table.rule]
    said[table.within(pieces)[1]] = True
    return said


def in_focus(corpus: Corpus, focus: Sequence[str]) -> Bool:
    """(D,) articles that are to be reported on; where no path is named, all but accepted ones."""
    if not focus:
        return ~corpus.accepted
    roots = tuple(part.rstrip("/") + "/" for part in focus)
    named = [path in focus or path.startswith(roots) for path in corpus.path]
    return np.array(named, np.bool_) & ~corpus.accepted


def _heavy(shares: Shares, corpus: Corpus, load: Load, settings: config.Config) -> LocatedFlags:
    """FIL308 where more of an article is filler than the limit allows."""
    limit = settings.filler.max_percent
    percent = shares.percent(shares.filler)
    heavy = (percent > limit) & (shares.words >= MIN_ARTICLE_WORDS)
    articles = np.flatnonzero(heavy & in_focus(corpus, settings.output.focus))
    rule = np.full(len(articles), RULE_NUMBER["FIL308"], np.uint8)
    articles = articles[Selection.of(settings.rules).speak(rule, articles, corpus.path)]
    messages = [
        f"{filler:,} of {words:,} words ({share:.0f}%) are filler; the limit is {limit:g}%."
        for filler, words, share in zip(
            shares.filler[articles].tolist(), shares.words[articles].tolist(),
            percent[articles].tolist(), strict=True,
        )
    ]  # fmt: skip
    weights = np.round(percent[articles] / 100, 4)
    return flag_articles(
        "FIL308", articles, messages, ("share of filler words", weights), corpus, load,
        settings.output.excerpt_words,
    )  # fmt: skip
