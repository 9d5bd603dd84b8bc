"""Plagdet: how well reported pairs of spans agree with gold pairs of spans.

`python -m benchmarks.plagdet MATCHES` scores a `matches` file of a scan of
pan13_train. The measure is that of Potthast, Stein, Barron-Cedeno, Rosso: An Evaluation Framework
for Plagiarism Detection, COLING 2010, section 3, read at the level of characters per case.

A *case* is a gold pair of spans (a, b) of one judged pair of documents, a *detection* a reported
pair of spans of the same pair. A detection detects a case when they overlap on both sides.

- recall: mean over cases of the covered share; a case is covered, on both sides together, by the
  union of the detections that detect it, and 0 when there are none;
- precision: the same with cases and detections exchanged;
- granularity: mean number of detections per detected case;
- plagdet = F1(precision, recall) / log2(1 + granularity).

Worked by hand: two cases of 100 + 100 characters between the same documents. Two detections
cover characters 0-50 and 50-100 of both sides of the first case; a third lies elsewhere.

>>> cases = [Pair("s", 0, 100, "o", 200, 300), Pair("s", 500, 600, "o", 700, 800)]
>>> found = [Pair("s", 0, 50, "o", 200, 250), Pair("s", 50, 100, "o", 250, 300)]
>>> found.append(Pair("s", 900, 950, "o", 700, 750))

Recall: the first case is covered whole (200 of 200), the second not at all, mean 1/2. Precision:
1, 1 and 0 (the third overlaps a case on one side only), mean 2/3. Granularity 2 / 1. F1 is
2 * (1/2 * 2/3) / (1/2 + 2/3) = 4/7, plagdet 4/7 / log2(3) = 0.3605.

>>> result = score(cases, found)
>>> [round(x, 4) for x in (result.recall, result.precision, result.granularity, result.plagdet)]
[0.5, 0.6667, 2.0, 0.3605]

A detection that reaches over is right in part: 50 of its 100 characters on each side.

>>> score(cases[:1], [Pair("s", 50, 150, "o", 250, 350)]).precision
0.5
"""

from __future__ import annotations

import argparse
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks import corpora, results

Documents = tuple[str, str]
"""Ids of a pair of documents, the suspicious one first."""
TYPES = ("no-obfuscation", "random", "translation", "summary")
ALL = "all"


class Pair(NamedTuple):
    """A pair of spans, code points, end exclusive; a case or a detection."""

    a: str
    a_start: int
    a_end: int
    b: str
    b_start: int
    b_end: int


class Score(NamedTuple):
    """The measure and its parts."""

    precision: float
    recall: float
    granularity: float
    plagdet: float
    cases: int
    detections: int


class Gold(NamedTuple):
    """What is known about the pairs of documents of pan13_train."""

    types: dict[Documents, str]
    """Type of every pair that counts; pairs that are not here are unjudged."""
    cases: list[Pair]


class _JudgedPair(msgspec.Struct):
    a: str
    b: str
    type: str


class _GoldSpan(msgspec.Struct):
    a: str
    b: str
    a_start: int
    a_end: int
    b_start: int
    b_end: int


def load_gold() -> Gold:
    """Judged pairs and gold spans; summary pairs for which nobody marked a span are left out."""
    cases = [
        Pair(s.a, s.a_start, s.a_end, s.b, s.b_start, s.b_end)
        for s in corpora.read_table("pan13_train/spans", _GoldSpan)
    ]
    marked = {(case.a, case.b) for case in cases}
    judged = corpora.read_table("pan13_train/pairs", _JudgedPair)
    types = {(p.a, p.b): p.type for p in judged if p.type == "none" or (p.a, p.b) in marked}
    return Gold(types, cases)


def judged_detections(pairs: Iterable[Pair], types: dict[Documents, str]) -> list[Pair]:
    """Detections in judged pairs of documents, turned to the order in which these are judged."""
    kept = []
    for pair in pairs:
        if (pair.a, pair.b) in types:
            kept.append(pair)
        elif (pair.b, pair.a) in types:
            kept.append(Pair(*pair[3:], *pair[:3]))
    return kept


def evaluate(gold: Gold, detections: Sequence[Pair]) -> dict[str, Score]:
    """The score of every type that has cases, and over all judged pairs (`none` among them).

    Args:
        detections: of any pairs; the unjudged ones are left out here.
    """
    judged = judged_detections(detections, gold.types)
    scores = {}
    for kind in TYPES:
        cases = [case for case in gold.cases if gold.types[case.a, case.b] == kind]
        scores[kind] = score(cases, [d for d in judged if gold.types[d.a, d.b] == kind])
    return scores | {ALL: score(gold.cases, judged)}


def false_pairs(gold: Gold, detections: Sequence[Pair]) -> tuple[int, int]:
    """Pairs judged `none` with at least one detection, and all pairs judged `none`."""
    none = {documents for documents, kind in gold.types.items() if kind == "none"}
    found = {(d.a, d.b) for d in judged_detections(detections, gold.types)}
    return len(none & found), len(none)


def score(cases: Sequence[Pair], detections: Sequence[Pair]) -> Score:
    """Precision, recall, granularity and plagdet of detections against cases."""
    detected_by = _overlapping(cases, detections)
    true_in = _overlapping(detections, cases)
    recall = _mean(map(_covered_share, cases, detected_by))
    precision = _mean(map(_covered_share, detections, true_in))
    counts = [len(found) for found in detected_by if found]
    granularity = _mean(counts) if counts else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    plagdet = f1 / math.log2(1 + granularity)
    return Score(precision, recall, granularity, plagdet, len(cases), len(detections))


def _overlapping(pairs: Sequence[Pair], others: Sequence[Pair]) -> list[list[Pair]]:
    """For every pair the others that overlap it on both sides."""
    by_documents: defaultdict[Documents, list[Pair]] = defaultdict(list)
    for other in others:
        by_documents[other.a, other.b].append(other)
    return [[o for o in by_documents[p.a, p.b] if _overlap(p, o)] for p in pairs]


def _overlap(p: Pair, o: Pair) -> bool:
    a_overlaps = p.a_start < o.a_end and o.a_start < p.a_end
    return a_overlaps and p.b_start < o.b_end and o.b_start < p.b_end


def _covered_share(pair: Pair, by: list[Pair]) -> float:
    """Share of the characters of both spans of a pair that the union of others covers."""
    a = _covered(pair.a_start, pair.a_end, [(o.a_start, o.a_end) for o in by])
    b = _covered(pair.b_start, pair.b_end, [(o.b_start, o.b_end) for o in by])
    size = pair.a_end - pair.a_start + pair.b_end - pair.b_start
    return (a + b) / size if size else 0.0


def _covered(start: int, end: int, spans: list[tuple[int, int]]) -> int:
    """Characters of `start..end` that the union of spans covers."""
    covered, reached = 0, start
    for span_start, span_end in sorted(spans):
        covered += max(0, min(span_end, end) - max(span_start, reached))
        reached = max(reached, min(span_end, end))
    return covered


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return math.fsum(numbers) / len(numbers) if numbers else 0.0


def detections(rows: Iterable[results.MatchRow], corpus: corpora.Corpus) -> list[Pair]:
    """The matches between different articles as pairs of spans of documents."""
    return [
        Pair(corpus.id_of(row.a.path), row.a.start, row.a.end,
             corpus.id_of(row.b.path), row.b.start, row.b.end)
        for row in rows
        if row.a.path != row.b.path
    ]  # fmt: skip


def main() -> None:
    """Score a `matches` file of a scan of pan13_train."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plagdet", description=main.__doc__)
    parser.add_argument("matches", type=Path)
    matches: Path = parser.parse_args().matches
    corpus, gold = corpora.materialise("pan13_train"), load_gold()
    found = detections(corpora.read_rows(matches, results.MatchRow), corpus)
    print(f"{'type':16}plagdet  precision  recall  granularity  cases  detections")
    for kind, s in evaluate(gold, found).items():
        parts = f"{s.precision:9.4f}  {s.recall:6.4f}  {s.granularity:11.4f}"
        print(f"{kind:16}{s.plagdet:7.4f}  {parts}  {s.cases:5}  {s.detections:10}")
    false, none = false_pairs(gold, found)
    print(f"false pairs: {false} of {none}")


if __name__ == "__main__":
    main()
