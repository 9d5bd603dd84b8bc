"""Judge the output of a task by its definition, and by the truth that was planted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks import corpora
from benchmarks.definitions import Definition, Expect
from benchmarks.synthetic import texts

SIMILAR, LONG = 0.7, 25
"""Similarity and words of the planted copies whose recall is counted."""


class WrongResult(Exception):  # noqa: N818 - it is what it says
    """A run that found something else than its definition expects."""


class _Position(msgspec.Struct):
    offset: int


class _Span(msgspec.Struct):
    start: _Position
    end: _Position


class _Place(msgspec.Struct):
    path: str
    span: _Span


class _Line(msgspec.Struct):
    """Any line of the `jsonl` format, as far as it is judged."""

    kind: str
    rule: str = ""
    path: str = ""
    span: _Span | None = None
    matches: list[_Place] = []
    articles: int = 0


class Place(NamedTuple):
    """A stretch of an article, code points, end exclusive."""

    article: str
    start: int
    end: int

    def half_of(self, other: Place) -> bool:
        """Whether it covers half of the other place."""
        covered = min(self.end, other.end) - max(self.start, other.start)
        return self.article == other.article and 2 * covered >= other.end - other.start


class Found(NamedTuple):
    """A finding of a copy or a template: its place, then those of what it is like."""

    rule: str
    places: tuple[Place, ...]


def check(definition: Definition, output: Path, corpus: corpora.Corpus | None) -> dict[str, float]:
    """The quality of a result, by name.

    Raises WrongResult, with what would have to stand in the definition.
    """
    expect = definition.expect
    if definition.engine == "wc":
        words = int(output.read_text().rsplit("\n", 2)[-2].split()[0])
        _require(definition, Expect(words=words))
        return {}
    if expect.says and expect.says not in output.read_text(encoding="utf-8"):
        raise WrongResult(f"{definition.name}: the output does not say {expect.says!r}")
    if "jsonl" not in definition.arguments:
        return {}
    return _check_lines(definition, output, corpus)


def _check_lines(
    definition: Definition, output: Path, corpus: corpora.Corpus | None
) -> dict[str, float]:
    expect, rules, articles, found = definition.expect, Counter[str](), 0, list[Found]()
    for line in _lines(output):
        if line.kind == "summary":
            articles = line.articles
        elif line.kind == "finding":
            rules[line.rule] += 1
            if corpus and line.rule.startswith(("DUP", "TPL")) and line.span:
                found.append(_found(line, line.span))
    counted = {rule: rules[rule] for rule in expect.findings}
    quality = {}
    if corpus and (expect.recall_at_least or expect.precision_at_least):
        quality = {"recall": recall(found, corpus), "precision": precision(found, corpus)}
    _require(
        definition,
        Expect(
            articles if expect.articles is not None else None,
            counted,
            _at_least(expect.recall_at_least, quality.get("recall")),
            _at_least(expect.precision_at_least, quality.get("precision")),
        ),
    )
    return quality


def _at_least(limit: float | None, value: float | None) -> float | None:
    """The limit where it is kept, else the value."""
    return limit if limit is None or value is None or value >= limit else value


def _require(definition: Definition, found: Expect) -> None:
    expect = msgspec.structs.replace(definition.expect, says="")
    if found != expect:
        told = [msgspec.json.encode(each).decode() for each in (found, expect)]
        raise WrongResult(f"{definition.name}: found {told[0]}, expected {told[1]}")


def _lines(output: Path) -> Iterator[_Line]:
    decoder = msgspec.json.Decoder(_Line)
    with output.open("rb") as stream:
        for line in stream:
            yield decoder.decode(line)


def _found(line: _Line, span: _Span) -> Found:
    spans = [(line.path, span), *((match.path, match.span) for match in line.matches)]
    return Found(
        line.rule, tuple(Place(Path(p).stem, s.start.offset, s.end.offset) for p, s in spans)
    )


def recall(found: Sequence[Found], corpus: corpora.Corpus) -> float:
    """Share of the planted copies that a finding names: half of either side, in either order."""
    by_article = defaultdict(list)
    for finding in found:
        by_article[finding.places[0].article].append(finding)
    copies = [
        copy
        for copy in corpus.table("copies", texts.Copy)
        if copy.similarity >= SIMILAR and copy.words >= LONG
    ]
    if not copies:
        return 1.0
    return sum(_named(copy, by_article) for copy in copies) / len(copies)


def _named(copy: texts.Copy, by_article: dict[str, list[Found]]) -> bool:
    host = Place(copy.host, copy.start, copy.end)
    donor = Place(copy.donor, copy.donor_start, copy.donor_end)
    return any(
        finding.places[0].half_of(one) and any(place.half_of(other) for place in finding.places[1:])
        for one, other in ((host, donor), (donor, host))
        for finding in by_article.get(one.article, ())
    )


def precision(found: Sequence[Found], corpus: corpora.Corpus) -> float:
    """Share of the findings of copies and templates that touch something planted."""
    planted = defaultdict(list)
    for place in _planted(corpus):
        planted[place.article].append(place)
    if not found:
        return 1.0
    right = sum(
        _touches(finding.places[0], planted[finding.places[0].article]) for finding in found
    )
    return right / len(found)


def _planted(corpus: corpora.Corpus) -> Iterator[Place]:
    for copy in corpus.table("copies", texts.Copy):
        yield Place(copy.host, copy.start, copy.end)
        yield Place(copy.donor, copy.donor_start, copy.donor_end)
    for member in corpus.table("members", texts.Member):
        yield Place(member.id, member.start, member.end)


def _touches(place: Place, others: Iterable[Place]) -> bool:
    return any(place.start < other.end and other.start < place.end for other in others)
