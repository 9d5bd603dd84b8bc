"""Why the blocks of an article were flagged, or were not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from dedupe.model import ExplainedPassage, Explanation, Finding, Nearest, NearestReworded
from dedupe.reports.options import ReportOptions
from dedupe.reports.painting import Line, Piece, hanging, plain, write_lines
from dedupe.reports.visible import one_line, visible
from dedupe.reports.wording import counted, headline, lines_of, percent
from dedupe.rows import write_value

_PHRASES_SHOWN = 8
_LIMITS = {
    "evidence": "evidence",
    "rare-stems": "stems that are neither common nor names",
    "order": "order",
    "words": "words on the shorter side",
    "words-of-both": "words on both sides",
}
"""Of reworded passages."""
_COUNTS = ("capitals", "digits", "quotes")


def write_json(explanation: Explanation, stream: BinaryIO) -> None:
    """Write one JSON object."""
    write_value("explanation", explanation, stream)


def write(explanation: Explanation, stream: BinaryIO, options: ReportOptions) -> None:
    """Write the explanation as text."""
    write_lines(_lines(explanation, options), stream, options)


def _lines(explanation: Explanation, options: ReportOptions) -> Iterator[Line]:
    name = visible(explanation.path, github=options.github)
    if explanation.line is not None:
        name = f"{name}:{explanation.line}"
    others = counted(explanation.compared_with, "other article")
    yield (Piece(name, "title"), Piece(f"  compared with {others}"))
    yield from hanging("", plain(_limits(explanation)), options.width)
    for finding in explanation.article_findings:
        yield from _finding(finding, options)
    if not explanation.passages:
        yield plain("No block of prose stands here.")
    for passage in explanation.passages:
        yield ()
        yield from _passage(passage, explanation.depth, options)


def _limits(explanation: Explanation) -> str:
    """What makes a copy."""
    return (
        "Two windows of text prove a copy when they share enough of their shingles, which are runs "
        "of five words. The copy is then followed as far as it goes. It counts from "
        f"{counted(explanation.min_words, 'word')} on, or as whole paragraphs, and from a "
        f"similarity of {explanation.min_similarity:.2f} on, or of "
        f"{explanation.short_similarity:.2f} below {counted(explanation.short_words, 'word')}."
    )


def _passage(passage: ExplainedPassage, depth: str, options: ReportOptions) -> Iterator[Line]:
    excluded = f", {passage.excluded:,} of them left out of matching" if passage.excluded else ""
    yield (
        Piece(f"{lines_of(passage.span)} {passage.block.replace('_', ' ')}", "title"),
        Piece(f", {counted(passage.words, 'word')}{excluded}"),
    )
    excerpt = one_line(passage.excerpt, github=options.github)
    yield from hanging("  | ", plain(excerpt), options.width)
    if not passage.findings:
        yield (Piece("  "), Piece("not flagged", "good"))
    for finding in passage.originals:
        places = "; ".join(f"{m.path}:{lines_of(m.span)}" for m in finding.matches)
        text = f"{finding.rule} {headline(finding)}; the finding is with the copies: {places}"
        harmless = one_line(text, github=options.github)
        yield from hanging("  original ", plain(harmless), options.width)
    for finding in passage.findings:
        yield from _finding(finding, options)
    if passage.words and passage.excluded == passage.words:
        yield plain("  copy    left out of matching")
    else:
        yield from _copy(passage.nearest, options)
        if depth != "fast":
            yield from _reworded(passage.reworded, options)
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
    chance = max(1 - nearest.found_by_bands, 1e-6)
    missed = "none" if nearest.similarity >= 1 else percent(chance)
    text = (
        f"the window of {counted(nearest.words, 'word')} from here is nearest to {place}: "
        f"{nearest.shared_shingles:,} of its {counted(nearest.shingles, 'shingle')} stand there; "
        f"similarity {nearest.similarity:.2f} {verdict} the limit {nearest.limit:.2f}; the "
        f"chance that the sketches miss such a pair is {missed}"
    )
    yield from hanging("  copy    ", plain(text), options.width)
    if nearest.run:
        run = one_line(nearest.run, github=options.github)
        text = f'{counted(nearest.run_words, "word")} "{run}"'
        yield from hanging("  run     ", plain(text), options.width)


def _reworded(near: NearestReworded | None, options: ReportOptions) -> Iterator[Line]:
    """The nearest reworded passage, what speaks for it, and whether that was enough."""
    if near is None:
        text = "no sentences of another article share enough stems with it"
        yield from hanging("  reworded ", plain(text), options.width)
        return
    place = f"{visible(near.path, github=options.github)}:{lines_of(near.span)}"
    text = (
        f"{counted(near.words, 'word')} at {lines_of(near.here)} are nearest to "
        f"{near.other_words:,} at {place}: {near.edit}, {percent(near.runs)} of three-word runs "
        f"shared, {percent(near.in_order)} of common words in the same order"
    )
    yield from hanging("  reworded ", plain(text), options.width)
    verdict = "is below" if "evidence" in near.missed else "reaches"
    text = (
        f"{near.shared:.1f} shared stems, repeated ones in part, {near.chain:.1f} of them in the "
        f"same order: ln(({near.shared:.1f} + 1) x ({near.chain:.1f} + 1)) = "
        f"{near.evidence:.2f} {verdict} the limit {near.evidence_limit:.2f}"
    )
    yield from hanging("  evidence ", plain(text), options.width)
    order = f"{near.chain:.1f} by the root of the words of both sides is {near.order:.2f}"
    text = f"{order} (limit {near.order_limit:.2f})"
    yield from hanging("  order    ", plain(text), options.width)
    shown = ", ".join(f'"{word}"' for word in near.stems)
    stems = (
        f"{near.rare_stems:,} of the shared ones are neither common nor names "
        f"(limit {near.rare_stems_limit})" + (f", first of all {shown}" if shown else "")
    )
    yield from hanging("  stems    ", plain(one_line(stems, github=options.github)), options.width)
    words = (
        f"{min(near.words, near.other_words):,} on the shorter side (limit {near.words_limit}), "
        f"{near.words + near.other_words:,} on both sides (limit {near.both_words_limit})"
    )
    yield from hanging("  words    ", plain(words), options.width)
    yield from hanging("  verdict  ", plain(_verdict(near)), options.width)


def _verdict(near: NearestReworded) -> str:
    """Why a reworded passage is reported, or is not."""
    below = [_LIMITS[name] for name in near.missed if name in _LIMITS]
    reasons = [f"below the limit of {', '.join(below)}"] if below else []
    if "candidates" in near.missed:
        reasons.append("too few shared pairs of stems stand close together to look here at all")
    if reasons:
        return f"not counted as reworded: {'; '.join(reasons)}"
    if near.reported is not None:
        return f"reported as {near.reported}"
    return (
        "reaches all limits, but no finding is left of it: the two lie in a template, or in "
        "articles that repeat each other as a whole"
    )


def _number(name: str, value: float) -> str:
    """A signal: counts as whole numbers, the rest in standard deviations."""
    return f"{value:.0f}" if name in _COUNTS else f"{value:+.2f}"


def _filler(passage: ExplainedPassage, options: ReportOptions) -> Iterator[Line]:
    """The score with its parts, or why there is none."""
    if passage.filler is None:
        reason = one_line(passage.abstained or "not scored", github=options.github)
        yield from hanging("  filler  ", plain(f"no score: {reason}"), options.width)
    else:
        verdict = "reaches" if passage.filler >= passage.filler_limit else "is below"
        score = f"score {passage.filler:.2f} {verdict} the limit {passage.filler_limit:.2f}"
        signals = "".join(f"; {name} {_number(name, v)}" for name, v in passage.signals.items())
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
