"""Findings for people: grouped by article, each with its excerpt, the other places and the reason.

The end of the output is what stays on a terminal: there stands what to look at first.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import BinaryIO

from dedupe.model import REWORDED_RULES, RULES, Article, Evidence, Finding, Match, Result
from dedupe.reports.excerpt import excerpt_lines, gutter_width
from dedupe.reports.options import ReportOptions
from dedupe.reports.painting import (
    Line,
    Piece,
    cell_width,
    hanging,
    line_width,
    plain,
    write_lines,
)
from dedupe.reports.rulebook import advice
from dedupe.reports.summary import closing_lines, first_look, left_out_lines, share_bar
from dedupe.reports.visible import one_line, visible
from dedupe.reports.wording import counted, headline, lines_of, listed_findings, percent, shares

_EDITS_SHOWN = 4
_REASONS_SHOWN = 6


def write(result: Result, stream: BinaryIO, options: ReportOptions) -> None:
    """Write listed findings, totals and skipped files as text."""
    write_lines(_lines(result, options), stream, options)


def _lines(result: Result, options: ReportOptions) -> Iterator[Line]:
    found = listed_findings(result, options)
    shown = found[: options.max_findings or None]
    accounts = {account.path: account for account in result.articles}
    groups = [(path, list(group)) for path, group in groupby(shown, lambda f: f.path)]
    # Sorted by something else than the path, an article comes up again and again: no headers.
    grouped = len(groups) == len({path for path, _ in groups})
    for path, findings in groups:
        if grouped:
            yield from _article_header(path, accounts.get(path), findings, options)
        advised: set[str] = set()
        for finding in findings:
            yield from finding_lines(finding, options, advise=finding.rule not in advised)
            yield ()
            advised.add(finding.rule)
    yield from left_out_lines(len(found) - len(shown))
    yield from first_look(result, options)
    yield from closing_lines(result, options)


def _article_header(
    path: str, account: Article | None, findings: list[Finding], options: ReportOptions
) -> Iterator[Line]:
    rule = "\u2500" if options.has_boxes else "-"
    name = visible(path, github=options.github)
    number = counted(len(findings), "finding")
    rest = max(options.width - cell_width(name) - len(number) - 8, 2)
    yield (
        Piece(f"{rule * 2} ", "dim"),
        Piece(name, "title"),
        Piece(f" {rule * rest} ", "dim"),
        Piece(number),
        Piece(f" {rule * 2}", "dim"),
    )
    if account is not None:  # else nothing could be read of it
        bar = share_bar(account, options)
        words = f"{counted(account.words, 'word')}: {shares(account)}"
        if not bar or line_width(bar) + len(words) + 5 > options.width:
            yield from hanging("   ", plain(words), options.width)
        else:
            yield (Piece("   "), *bar, Piece(f"  {words}"))
    yield ()


def finding_lines(finding: Finding, options: ReportOptions, *, advise: bool) -> Iterator[Line]:
    """One finding; `advise` adds what to do about it."""
    yield from head_lines(finding, options)
    yield from excerpt_lines(finding, options)
    yield from reason_lines(finding, options, advise=advise, copies=True)


def head_lines(finding: Finding, options: ReportOptions) -> Iterator[Line]:
    """What a finding says, and where."""
    severity = finding.severity.value
    head = (
        Piece(f"{severity}: ", severity),
        Piece(f"{finding.rule} {finding.name}", "title"),
        Piece(f"  {one_line(headline(finding), github=options.github)}"),
    )
    yield head
    start = finding.span.start
    place = visible(finding.path, github=options.github)
    rule = RULES.get(finding.rule)
    # A directive has a place, though it is no passage.
    if rule is None or not rule.whole_article or rule.code.startswith("SUP"):
        place = f"{place}:{start.line}:{start.column}"
    yield (Piece(" " * (gutter_width(finding) + 1) + "--> ", "gutter"), Piece(place))


def reason_lines(
    finding: Finding, options: ReportOptions, *, advise: bool, copies: bool
) -> Iterator[Line]:
    """Where a finding rests on; `copies` adds the other places and the words that differ."""
    indent = " " * (gutter_width(finding) + 2)
    edits: list[Evidence] = []
    if copies:
        yield from _also_in(finding, f"{indent}= also in: ", options)
        edits = [piece for piece in finding.evidence if piece.kind == "edit"]
    others = [piece for piece in finding.evidence if piece.kind != "edit"]
    texts: list[tuple[str, str]] = []
    if edits:
        texts.append(("differs", _cut_list([_edit(e) for e in edits], "; ", _EDITS_SHOWN)))
    if others:
        texts.append(("why", _cut_list([_reason(e) for e in others], "; ", _REASONS_SHOWN)))
    if finding.also:
        names = (f"{code} {RULES[code].name}" if code in RULES else code for code in finding.also)
        texts.append(("also", ", ".join(names)))
    if advise:
        texts.append(("help", f"{advice(finding.rule)} (dedupe rule {finding.rule})"))
    for label, text in texts:
        harmless = one_line(text, github=options.github)
        yield from hanging(f"{indent}= {label}: ", plain(harmless), options.width)


def _cut_list(texts: list[str], separator: str, most: int) -> str:
    shown = separator.join(texts[:most])
    left = len(texts) - most
    return f"{shown}{separator}and {left:,} more" if left > 0 else shown


def _edit(edit: Evidence) -> str:
    """The words here against the words there."""
    other = "other words" if edit.other is None else f'"{edit.other}"'
    if not edit.text.strip():
        return f"without {other}"
    if edit.other is not None and not edit.other.strip():
        return f'added "{edit.text}"'
    return f'"{edit.text}" for {other}'


def _reason(piece: Evidence) -> str:
    """One reason that is not an edit."""
    if piece.kind == "phrase":
        weight = "" if piece.weight is None else f" {piece.weight:+.2f}"
        return f'"{piece.text}"{weight}'
    if piece.kind == "signal":
        return piece.text if piece.weight is None else f"{piece.text} {piece.weight:.2f}"
    if piece.kind == "cue":
        return f'cue "{piece.text}"'
    return piece.text


def _also_in(finding: Finding, label: str, options: ReportOptions) -> Iterator[Line]:
    matches = finding.matches[: options.max_matches]
    if not matches:
        return
    places = [_place(match, options) for match in matches]
    widest = max(cell_width(place) for place in places)
    lead = label
    for match, place in zip(matches, places, strict=True):
        padding = " " * (min(widest, 60) - cell_width(place))
        origin = _origin(finding, match)
        # The similarity of shingles says nothing about a reworded passage.
        number = "" if finding.rule in REWORDED_RULES else f"  {percent(match.similarity):>4}"
        between = Piece(f"{padding}{number}" if number or origin else "")
        yield (Piece(lead, "dim"), Piece(place), between, Piece(origin, "dim"))
        lead = " " * len(label)
    left = finding.matches_total - len(matches)
    if left > 0:
        name = finding.fingerprint[:8]
        yield (Piece(lead), Piece(f"and {left:,} more"), Piece(f" (dedupe show {name})", "dim"))


def _place(match: Match, options: ReportOptions) -> str:
    return f"{visible(match.path, github=options.github)}:{lines_of(match.span)}"


def _origin(finding: Finding, match: Match) -> str:
    parts = []
    if match.date:
        parts.append(match.date)
    if match.origin == "self":
        parts.append("the same article")
    elif (
        finding.cluster is not None
        and match.path == finding.cluster.original
        and finding.rule.startswith("DUP")  # of a template no place is the original
    ):
        parts.append("original")
    elif match.origin == "index":
        parts.append("accepted")
    return f"  {', '.join(parts)}" if parts else ""
