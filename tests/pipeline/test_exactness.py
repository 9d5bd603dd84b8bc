"""Every number that a scan prints is computed again by the oracle, from the printed places."""

from __future__ import annotations

import numpy as np
import pytest

from dedupe.model import Result, Span
from tests import naive
from tests.pipeline.farm import Folder, Writer, sentences, settings

HALF_DIGIT = 0.00005 + 1e-7
"""Similarities are printed with four digits, and computed with seven."""


@pytest.fixture(params=["fast", "standard"])
def result(
    folder: Folder, writer: Writer, rng: np.random.Generator, request: pytest.FixtureRequest
) -> Result:
    """Thirty articles: four passages copied with edits, from copies of copies too."""
    passages = [writer.words(size) for size in (66, 44, 55, 33)]
    for number in range(30):
        parts = [writer.prose(33)]
        for which in rng.permutation(4)[: int(rng.integers(0, 3))].tolist():
            words = list(passages[which])
            for _ in range(int(rng.integers(0, 6))):
                at = int(rng.integers(0, len(words)))
                kind = int(rng.integers(0, 3))
                new = writer.words(1) if kind < 2 else []
                words[at : at + (kind != 0)] = new
            if rng.random() < 0.4:
                passages[which] = words  # the next one copies the copy
            parts += [sentences(words, int(rng.integers(7, 14))), writer.prose(22)]
        if number % 7 == 0:
            parts += [
                parts[0],
                "Naïve “ﬁnal” notes—\u200bon l’été: 中文字符 😀 " + writer.prose(11),
            ]
        folder.write(f"{number:02}.{'md' if number % 3 else 'txt'}", *parts)
    folder.write("30.txt", folder.text("00.txt"))
    output = {"want_matches": True, "max_matches": 1000}
    return folder.scan(settings=settings(output=output, matching={"depth": request.param}))


def test_rows_of_matches_are_exact(folder: Folder, result: Result) -> None:
    """Similarity and containment of every verified pair follow from its two stretches."""
    assert len(result.matches) > 20
    for row in result.matches:
        a = folder.shingles(row.a.path, row.a.start, row.a.end)
        b = folder.shingles(row.b.path, row.b.start, row.b.end)
        assert abs(row.similarity - naive.jaccard(a, b)) < HALF_DIGIT, row
        assert abs(row.containment - naive.containment(a, b)) < HALF_DIGIT, row
        if result.run.settings["depth"] == "fast":  # else copied passages are joined, and reworded
            assert row.similarity >= 0.4
        assert (row.rule == "DUP103") == (row.a.path == row.b.path)
        if row.a.path == row.b.path:
            assert row.a.end <= row.b.start


def of_span(folder: Folder, path: str, span: Span) -> set[naive.Shingle]:
    """Shingles of a place that was printed."""
    return folder.shingles(path, span.start.offset, span.end.offset)


def test_similarities_of_findings_are_exact(folder: Folder, result: Result) -> None:
    """The similarity of every listed match is that of the finding's place and the match's."""
    assert len(result.findings) > 15
    wrong = []
    for finding in result.findings:
        ours = of_span(folder, finding.path, finding.span)
        for match in finding.matches:
            want = naive.jaccard(ours, of_span(folder, match.path, match.span))
            if abs(match.similarity - want) >= HALF_DIGIT:
                wrong.append((finding.path, match.path, match.similarity, round(want, 4)))
        if finding.matches:
            assert finding.similarity == max(match.similarity for match in finding.matches)
    assert not wrong


def test_total_of_matches_is_the_number_of_places(result: Result) -> None:
    """Where nothing is cut, `matches_total` counts the listed matches: none more, none less."""
    wrong = [
        (finding.path, finding.rule, finding.matches_total, len(finding.matches))
        for finding in result.findings
        if finding.matches and finding.matches_total != len(finding.matches)
    ]
    assert not wrong


def test_percentage_in_the_message_is_that_of_the_first_match(
    folder: Folder, result: Result
) -> None:
    """What "87% of this passage also appears in b.txt" says is true of the named places."""
    wrong = []
    for finding in result.findings:
        if not finding.message.partition(" ")[0].endswith("%"):
            continue
        printed = int(finding.message.partition("%")[0])
        ours = of_span(folder, finding.path, finding.span)
        theirs = of_span(folder, finding.matches[0].path, finding.matches[0].span)
        share = 100 * len(ours & theirs) / len(ours)
        if abs(printed - share) > 1:
            wrong.append((finding.path, finding.message, round(share, 1)))
    assert not wrong


def test_places_are_exact(folder: Folder, result: Result) -> None:
    """Offsets, lines and columns agree with the text, and spans begin and end with words."""
    for finding in result.findings:
        places = [(finding.path, finding.span), *((m.path, m.span) for m in finding.matches)]
        for path, span in places:
            text = folder.text(path)
            for place in (span.start, span.end):
                before = text[: place.offset]
                assert place.line == before.count("\n") + 1
                assert place.column == len(before) - before.rfind("\n")
            piece = text[span.start.offset : span.end.offset]
            words, _ = naive.split_words(piece)
            if finding.rule.startswith("DUP"):
                assert words[0].start == 0
                assert words[-1].end == len(piece)
        if finding.rule.startswith("DUP"):
            span, text = finding.span, folder.text(finding.path)
            words, _ = naive.split_words(text[span.start.offset : span.end.offset])
            assert len(words) == finding.words


def test_words_of_articles_are_those_of_the_oracle(folder: Folder, result: Result) -> None:
    """The account counts the words that the slow splitter finds."""
    for article in result.articles:
        words, _ = naive.split_words(folder.text(article.path))
        assert article.words == len(words)


def test_no_copy_is_missed(folder: Folder, result: Result) -> None:
    """Every article that copied a paragraph word for word from an earlier one has a finding."""
    seen: dict[str, str] = {}
    found = {f.path for f in result.findings if f.rule in ("DUP101", "DUP102", "DUP103")}
    for article in result.articles:
        for paragraph in folder.text(article.path).split("\n\n"):
            if len(paragraph.split()) >= 20:
                if paragraph in seen:
                    assert article.path in found, (article.path, seen[paragraph])
                seen.setdefault(paragraph, article.path)
