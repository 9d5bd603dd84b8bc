"""How numbers, places and shares are said, in every report the same."""

from __future__ import annotations

from collections.abc import Sequence

from dedupe.model import MOVED, REWORDED_RULES, SUMMARY, Article, Finding, Result, Span, Summary
from dedupe.reports.options import ReportOptions

SHARES = ("duplicate", "template", "filler", "excluded", "unique")


def counted(number: int, noun: str) -> str:
    """`1 article`, `1,902 articles`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def percent(part: float, whole: float = 1.0) -> str:
    """Share as whole percent; what is neither nothing nor all is never shown as 0% or 100%."""
    if part <= 0 or whole <= 0:
        return "0%"
    if part >= whole:
        return "100%"
    rounded = round(100 * part / whole)
    if rounded == 0:
        return "<1%"
    return f"{min(rounded, 99)}%"


def similar(similarity: float) -> str:
    """`identical` or `94% similar`."""
    return "identical" if similarity >= 1 else f"{percent(similarity)} similar"


def likeness(finding: Finding) -> str | None:
    """How a copied passage is alike: `94% similar`, or what was done to a reworded one.

    Hardly a run of five words is left of a reworded passage, so its similarity says nothing.
    """
    if finding.similarity is None:
        return None
    if finding.rule not in REWORDED_RULES:
        return similar(finding.similarity)
    kinds = (piece.text.partition(":")[0] for piece in finding.evidence if piece.kind == "fact")
    return next((kind for kind in kinds if kind in (*MOVED, SUMMARY)), MOVED[-1])


def word_counts(account: Article | Summary) -> tuple[int, ...]:
    """Words of each of the `SHARES`."""
    return (
        account.duplicate_words,
        account.template_words,
        account.filler_words,
        account.excluded_words,
        account.unique_words,
    )


def shares(account: Article | Summary) -> str:
    """`31% duplicate, 0% template, 11% filler, 0% excluded, 58% unique`."""
    counts = zip(word_counts(account), SHARES, strict=True)
    return ", ".join(f"{percent(words, account.words)} {share}" for words, share in counts)


def lines_of(span: Span) -> str:
    """`9` or `9-12`."""
    if span.start.line == span.end.line:
        return str(span.start.line)
    return f"{span.start.line}-{span.end.line}"


def headline(finding: Finding) -> str:
    """What a finding says, in a few words behind its rule."""
    text = finding.message
    alike = likeness(finding)
    if alike is not None and finding.rule.startswith("DUP"):
        text = f"{alike}, {counted(finding.words, 'word')}"
        if finding.cluster is not None and finding.cluster.size > 1:
            text += f", {counted(finding.cluster.size, 'article')}"
    return text if finding.status == "new" else f"{text} ({status(finding)})"


def said(finding: Finding) -> str:
    """The message of a finding for a line of its own."""
    text = finding.message.removesuffix(".")
    return text if finding.status == "new" else f"{text} ({status(finding)})"


def status(finding: Finding) -> str:
    """`suppressed until 2027-01-31: licensed from Acme`."""
    said = finding.suppression
    if said is None:
        return finding.status
    until = "" if said.until is None else f" until {said.until}"
    return f"{finding.status}{until}: {said.reason}" if said.reason else f"{finding.status}{until}"


def listed_findings(result: Result, options: ReportOptions) -> Sequence[Finding]:
    """New findings, and those of a status that was asked for."""
    if not options.include:
        return new_findings(result)
    statuses = {"new", *options.include}
    return [finding for finding in result.findings if finding.status in statuses]


def new_findings(result: Result) -> Sequence[Finding]:
    """Findings that are neither in the baseline nor suppressed."""
    if result.summary.findings.get("new") == len(result.findings):
        return result.findings  # undecoded
    return [finding for finding in result.findings if finding.status == "new"]
