"""The closing lines of a run: what to look at first, totals, gate, skipped files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from dedupe.model import Article, Finding, Result
from dedupe.reports.options import ReportOptions
from dedupe.reports.painting import Line, Piece, hanging, line_width, plain
from dedupe.reports.visible import one_line, visible
from dedupe.reports.wording import (
    SHARES,
    counted,
    likeness,
    new_findings,
    percent,
    shares,
    word_counts,
)
from dedupe.rows import paths

_FIRST_ARTICLES = 4
_LOST_SHARE = 0.05
"""Share of words without worth below which an article is not among the worst."""
_FIRST_CLUSTERS = 3
_SKIPPED_SHOWN = 5
_BAR_CELLS = 20


def left_out_lines(left: int) -> Iterator[Line]:
    """How many findings were not shown, if any."""
    if left:
        yield plain(f"{left:,} more: use -o jsonl:FILE, or --max-findings 0 to see all here.")
        yield ()


def closing_lines(result: Result, options: ReportOptions) -> Iterator[Line]:
    """Findings, words, gate and skipped files, each in a line."""
    yield _found(result)
    if result.summary.words:
        words = counted(result.summary.words, "word")
        articles = counted(result.summary.articles, "article")
        yield plain(f"{words} in {articles}: {shares(result.summary)}.")
    gate = result.summary.gate
    if gate.failed:
        reasons = one_line(", ".join(gate.reasons), github=options.github)
        yield (Piece("Gate failed", "error"), Piece(f": {reasons}." if reasons else "."))
    yield from _skipped(result, options)


def _found(result: Result) -> Line:
    findings, severities = result.summary.findings, result.summary.severities
    baselined, suppressed = findings.get("baselined", 0), findings.get("suppressed", 0)
    new = findings.get("new", 0)
    known = [
        text
        for number, text in (
            (baselined, f"{baselined:,} in the baseline"),
            (suppressed, f"{suppressed:,} suppressed"),
        )
        if number
    ]
    noun = "new finding" if known else "finding"
    tail = "".join(f", {text}" for text in known)
    if not new:
        return (Piece(f"No {noun}s", "good"), Piece(f"{tail}."))
    levels = [
        counted(severities[level], level)
        for level in ("error", "warning", "note")
        if severities.get(level)
    ]
    flagged = set(paths(new_findings(result)))
    others = flagged.difference(paths(result.articles))
    unread = others.intersection(item.path for item in result.skipped)
    where = f" in {len(flagged) - len(others):,} of {counted(result.summary.articles, 'article')}"
    if unread:
        where += f" and about {counted(len(unread), 'file')} that could not be read"
    if len(others) > len(unread):  # of known findings
        where += f" and about {counted(len(others) - len(unread), 'other file')}"
    return (
        Piece(f"Found {counted(new, noun)}", "title"),
        Piece(f" ({', '.join(levels)}){where}{tail}."),
    )


def _skipped(result: Result, options: ReportOptions) -> Iterator[Line]:
    """Files with a fault by name; files left out on purpose are listed by `dedupe files -v`."""
    faulty = [entry for entry in result.skipped if not entry.deliberate]
    if not faulty:
        return
    yield plain(f"Skipped {counted(len(faulty), 'file')}:")
    shown = faulty if options.verbose else faulty[:_SKIPPED_SHOWN]
    for entry in shown:
        path = visible(entry.path, github=options.github)
        yield plain(f"  {path}: {one_line(entry.reason, github=options.github)}")
    if len(shown) < len(faulty):
        yield plain(f"  and {len(faulty) - len(shown):,} more (-v names them all)")


def share_bar(account: Article, options: ReportOptions) -> Line:
    """The five shares as a coloured bar; empty where colour or characters are missing."""
    if not options.color or not options.has_boxes or not account.words:
        return ()
    bar: list[Piece] = []
    cumulated = drawn = 0
    for words, share in zip(word_counts(account), SHARES, strict=True):
        cumulated += words
        end = round(_BAR_CELLS * cumulated / account.words)
        if end > drawn:
            bar.append(Piece("\u2588" * (end - drawn), share))
        drawn = end
    return bar


def first_look(result: Result, options: ReportOptions) -> Iterator[Line]:
    """The worst articles and the largest groups of copies: where twenty minutes go furthest."""
    articles = _worst_articles(result)
    clusters = _largest_clusters(result)
    if len(articles) + len(clusters) < 2:
        return
    yield (Piece("Look at these first", "title"),)
    yield from _article_rows(articles, result, options)
    for finding in clusters:
        yield from _cluster_row(finding, options)
    yield ()


def _worst_articles(result: Result) -> list[Article]:
    flagged = set(paths(new_findings(result)))
    worst = sorted(
        (
            account
            for account in result.articles
            if account.path in flagged and _lost(account) > _LOST_SHARE * account.words
        ),
        key=lambda account: (-_lost(account) / account.words, -account.words, account.path),
    )
    return worst[:_FIRST_ARTICLES]


def _lost(account: Article) -> int:
    return account.duplicate_words + account.template_words + account.filler_words


def _article_rows(
    articles: list[Article], result: Result, options: ReportOptions
) -> Iterator[Line]:
    findings = Counter(paths(new_findings(result)))
    names = [visible(account.path, github=options.github) for account in articles]
    widest = max((line_width(plain(name)) for name in names), default=0)
    for account, name in zip(articles, names, strict=True):
        padding = " " * (min(widest, 48) - line_width(plain(name)))
        parts = [
            f"{percent(words, account.words)} {share}"
            for words, share in zip(word_counts(account), SHARES, strict=True)
            if words and share in {"duplicate", "template", "filler"}
        ]
        bar = share_bar(account, options)
        yield (
            Piece("  "),
            *bar,
            Piece("  " if bar else ""),
            Piece(name, "title"),
            Piece(f"{padding}  {', '.join(parts)} of {counted(account.words, 'word')}, "),
            Piece(counted(findings[account.path], "finding")),
        )


def _largest_clusters(result: Result) -> list[Finding]:
    """One finding for each of the largest clusters, of median length: what most of them share."""
    members: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in new_findings(result):
        if finding.cluster is not None and finding.cluster.size >= 3:
            members[finding.cluster.id].append(finding)
    typical = (
        sorted(found, key=lambda finding: finding.words)[(len(found) - 1) // 2]
        for found in members.values()
    )
    return sorted(typical, key=_cluster_rank)[:_FIRST_CLUSTERS]


def _cluster_rank(finding: Finding) -> tuple[int, str, int]:
    size = finding.cluster.size if finding.cluster is not None else 0
    return (-size * finding.words, finding.path, finding.span.start.offset)


def _cluster_row(finding: Finding, options: ReportOptions) -> Iterator[Line]:
    if finding.cluster is None:
        return
    words = " ".join(finding.excerpt.split()[:6])
    quoted = one_line(words, github=options.github)
    alike = likeness(finding)
    how = "" if alike is None else f", {alike}"
    original = visible(finding.cluster.original, github=options.github)
    text = (
        f"{counted(finding.cluster.size, 'article')} share {counted(finding.words, 'word')}{how}:"
        f' "{quoted} ...", first in {original}'
    )
    yield from hanging("  ", plain(text), options.width)
