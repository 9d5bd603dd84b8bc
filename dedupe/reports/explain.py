"""Why the blocks of an article were flagged, or were not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from dedupe.model import SCHEMA, ExplainedPassage, Explanation, Finding, Nearest
from dedupe.reports.options import ReportOptions
from dedupe.reports.painting import Line, Piece, hanging, plain, write_lines
from dedupe.reports.visible import one_line, visible
from dedupe.reports.wording import counted, headline, lines_of
from dedupe.rows import encode

_PHRASES_SHOWN = 8


class ExplanationRow(msgspec.Struct, frozen=True, tag_field="kind", tag="explanation"):
    """An explanation as it is written in JSON."""

    schema: str
    explanation: Explanation


def write_json(explanation: Explanation, stream: BinaryIO) -> None:
    """Write one JSON object."""
    stream.write(encode(ExplanationRow(SCHEMA, explanation)) + b"\n")


def write(explanation: Explanation, stream: BinaryIO, options: ReportOptions) -> None:
    """Write the explanation as text."""
    write_lines(_lines(explanation, options), stream, options)


def _lines(explanation: Explanation, options: ReportOptions) -> Iterator[Line]:
    name = visible(explanation.path, github=options.github)
    if explanation.line is not None:
        name = f"{name}:{explanation.line}"
    others = counted(explanation.compared_with, "other article")
    yield (Piece(name, "title"), Piece(f"  compared with {others}"))
    for finding in explanation.article_findings:
        yield from _finding(finding, options)
    if not explanation.passages:
        yield plain("No block of prose stands here.")
    for passage in explanation.passages:
        yield ()
        yield from _passage(passage, options)


def _passage(passage: ExplainedPassage, options: ReportOptions) -> Iterator[Line]:
    yield (
        Piece(f"{lines_of(passage.span)} {passage.block.replace('_', ' ')}", "title"),
        Piece(f", {counted(passage.words, 'word')}"),
    )
    excerpt = one_line(passage.excerpt, github=options.github)
    yield from hanging("  | ", plain(excerpt), options.width)
    if not passage.findings:
        yield (Piece("  "), Piece("not flagged", "good"))
    for finding in passage.findings:
        yield from _finding(finding, options)
    yield from _copy(passage.nearest, options)
    yield from _filler(passage, options)


def _finding(finding: Finding, options: ReportOptions) -> Iterator[Line]:
    severity = finding.severity.value
    text = f"{finding.rule} {finding.name}  {one_line(headline(finding), github=options.github)}"
    yield from hanging("  ", (Piece(f"{severity}: ", severity), Piece(text)), options.width)


def _copy(nearest: Nearest | None, options: ReportOptions) -> Iterator[Line]:
    """The nearest passage elsewhere, and whether it was near enough."""
    if nearest is None:
        yield from hanging(
            "  copy    ", plain("shares no shingle with another article"), options.width
        )
        return
    place = f"{visible(nearest.path, github=options.github)}:{lines_of(nearest.span)}"
    verdict = "reaches" if nearest.similarity >= nearest.limit else "is below"
    text = (
        f"nearest is {place}, which shares {nearest.shared_shingles:,} of "
        f"{counted(nearest.shingles, 'shingle')}; similarity {nearest.similarity:.2f} {verdict} "
        f"the limit {nearest.limit:.2f}; the bands find such a pair with probability "
        f"{nearest.found_by_bands:.2f}"
    )
    yield from hanging("  copy    ", plain(text), options.width)


def _filler(passage: ExplainedPassage, options: ReportOptions) -> Iterator[Line]:
    """The score with its parts, or why there is none."""
    if passage.filler is None:
        reason = one_line(passage.abstained or "not scored", github=options.github)
        yield from hanging("  filler  ", plain(f"no score: {reason}"), options.width)
    else:
        verdict = "reaches" if passage.filler >= passage.filler_limit else "is below"
        score = f"score {passage.filler:.2f} {verdict} the limit {passage.filler_limit:.2f}"
        signals = "".join(f"; {name} {value:.2f}" for name, value in passage.signals.items())
        yield from hanging("  filler  ", plain(score + signals), options.width)
    if passage.phrases:
        phrases = [
            f'"{phrase.text}"' + ("" if phrase.weight is None else f" {phrase.weight:+.2f}")
            for phrase in passage.phrases[:_PHRASES_SHOWN]
        ]
        left = len(passage.phrases) - len(phrases)
        if left > 0:
            phrases.append(f"and {left:,} more")
        text = one_line("; ".join(phrases), github=options.github)
        yield from hanging("  phrases ", plain(text), options.width)
