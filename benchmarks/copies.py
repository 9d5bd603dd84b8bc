"""Figures about copied passages: paragraphs of digitalgov, planted copies, PAN 2013."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from benchmarks import corpora, plagdet, planting, results
from benchmarks.figures import Figure, letters_before, prose, share

PARAGRAPH_JACCARD = 0.75
PROSE_WORDS = 12
SHORT_COPY_WORDS = 25
_PAN = "pan13_train/"
"""What ids begin with in the mixed corpus."""


class ParagraphPair(msgspec.Struct):
    """Two paragraphs that share 5-word shingles, from an exhaustive search."""

    a: str
    b: str
    jaccard: float


class Place(NamedTuple):
    """A paragraph: its document, its span, and the words, letters and digits of its prose."""

    document: str
    start: int
    end: int
    words: int
    letters: int


Covers = Callable[[Place, Place, tuple[int, int], tuple[int, int]], bool]
Documents = tuple[str, str]


def paragraph_figures(*, reuse: bool = False) -> tuple[dict[str, Figure], str]:
    """Recall of the paragraph pairs of digitalgov, exact Jaccard at or above the limit.

    The exact pairs were counted on raw Markdown, addresses and shortcodes included. The program
    reads prose only, so the pairs looked for are those of which both paragraphs hold the words of
    eight shingles in prose, the least that the exact search took. `every` is over all pairs;
    many of those are the same image twice.

    A span *covers* a paragraph of a pair when they share at least half of the letters and digits
    of prose of the shorter of the two paragraphs. A pair is found

    - direct: by one match whose two spans cover its two paragraphs;
    - clustered: direct, or two places of one cluster (spans of findings with that cluster id and
      of their `matches`) cover them. A linear method proves some k of the pairs of k copies;
    - connected: a chain of direct pairs leads from one to the other.

    Pairs inside one article are DUP103 and have a figure of their own.
    """
    corpus = corpora.materialise("digitalgov")
    # Else a disclaimer is a template at one place and a part of a copied passage at another.
    outputs = results.scan(corpus.folder, corpus.name, select=("DUP",), reuse=reuse)
    pairs, letters = _paragraph_pairs(corpus)
    covers = _half_covered(letters)
    by_match = _spans_by_documents(corpus, outputs.matches())
    by_cluster = _places_by_document(corpus, outputs.findings())
    every = [(a, b) for a, b in pairs if a.document != b.document]
    wanted = [pair for pair in every if _is_prose(pair)]
    inside = [pair for pair in pairs if pair[0].document == pair[1].document and _is_prose(pair)]
    direct = {pair for pair in pairs if _matched(pair, by_match, covers)}
    clustered = direct | {pair for pair in every if _clustered(pair, by_cluster, covers)}
    linked = _connected(direct)
    _write_missed(outputs, [pair for pair in wanted if pair not in clustered])
    return {
        "paragraphs/clustered": share(len(clustered.intersection(wanted)), len(wanted)),
        "paragraphs/direct": share(len(direct.intersection(wanted)), len(wanted)),
        "paragraphs/connected": share(sum(linked(a, b) for a, b in wanted), len(wanted)),
        "paragraphs/every": share(len(clustered.intersection(every)), len(every)),
        "paragraphs/inside": share(len(direct.intersection(inside)), len(inside)),
    }, outputs.command


def _is_prose(pair: tuple[Place, Place]) -> bool:
    return min(place.words for place in pair) >= PROSE_WORDS


def _paragraph_pairs(
    corpus: corpora.Corpus,
) -> tuple[list[tuple[Place, Place]], dict[str, NDArray[np.int64]]]:
    """The pairs at or above the limit, and `letters_before` of the prose of their documents."""
    spans = {row.id: row for row in corpus.table("paragraphs", corpora.Paragraph)}
    texts: dict[str, str] = {}
    letters: dict[str, NDArray[np.int64]] = {}

    def place(paragraph: str) -> Place:
        document, span = paragraph.rsplit("#", 1)[0], spans[paragraph]
        if document not in texts:
            texts[document] = prose(corpus.text(document))
            letters[document] = letters_before(texts[document])
        words = len(re.findall(r"\w+", texts[document][span.start : span.end]))
        held = int(letters[document][span.end] - letters[document][span.start])
        return Place(document, span.start, span.end, words, held)

    rows = corpora.read_table("digitalgov/exact_pairs_para_k5_t50", ParagraphPair)
    return [(place(r.a), place(r.b)) for r in rows if r.jaccard >= PARAGRAPH_JACCARD], letters


def _half_covered(letters: dict[str, NDArray[np.int64]]) -> Covers:
    def shared(place: Place, span: tuple[int, int]) -> int:
        start, end = max(place.start, span[0]), min(place.end, span[1])
        before = letters[place.document]
        return int(before[end] - before[start]) if start < end else 0

    def covers(a: Place, b: Place, on_a: tuple[int, int], on_b: tuple[int, int]) -> bool:
        needed = max(0.5 * min(a.letters, b.letters), 1)
        return shared(a, on_a) >= needed and shared(b, on_b) >= needed

    return covers


def _spans_by_documents(
    corpus: corpora.Corpus, rows: Iterable[results.MatchRow]
) -> dict[Documents, list[tuple[tuple[int, int], tuple[int, int]]]]:
    """Both spans of every match, under both orders of its documents."""
    found = defaultdict(list)
    for row in rows:
        a, b = corpus.id_of(row.a.path), corpus.id_of(row.b.path)
        on_a, on_b = (row.a.start, row.a.end), (row.b.start, row.b.end)
        found[a, b].append((on_a, on_b))
        found[b, a].append((on_b, on_a))
    return found


def _places_by_document(
    corpus: corpora.Corpus, findings: Iterable[results.Finding]
) -> dict[str, dict[str, set[tuple[int, int]]]]:
    """Spans of every cluster by document: document -> cluster -> spans."""
    places: defaultdict[str, defaultdict[str, set[tuple[int, int]]]]
    places = defaultdict(lambda: defaultdict(set))
    for finding in findings:
        if finding.cluster is None:
            continue
        own = results.Range(finding.path, finding.start, finding.end)
        for place in (own, *finding.places):
            places[corpus.id_of(place.path)][finding.cluster].add((place.start, place.end))
    return {document: dict(clusters) for document, clusters in places.items()}


def _matched(
    pair: tuple[Place, Place],
    by_match: dict[Documents, list[tuple[tuple[int, int], tuple[int, int]]]],
    covers: Covers,
) -> bool:
    a, b = pair
    spans = by_match.get((a.document, b.document), [])
    return any(covers(a, b, on_a, on_b) for on_a, on_b in spans)


def _clustered(
    pair: tuple[Place, Place],
    by_cluster: dict[str, dict[str, set[tuple[int, int]]]],
    covers: Covers,
) -> bool:
    a, b = pair
    of_a, of_b = by_cluster.get(a.document, {}), by_cluster.get(b.document, {})
    return any(
        covers(a, b, on_a, on_b)
        for cluster in of_a.keys() & of_b.keys()
        for on_a in of_a[cluster]
        for on_b in of_b[cluster]
    )


def _connected(edges: Iterable[tuple[Place, Place]]) -> Callable[[Place, Place], bool]:
    parent: dict[Place, Place] = {}

    def root(place: Place) -> Place:
        while (above := parent.get(place, place)) != place:
            place = above
        return place

    for a, b in edges:
        parent[root(a)] = root(b)
    return lambda a, b: root(a) == root(b)


def _write_missed(outputs: results.Outputs, missed: list[tuple[Place, Place]]) -> None:
    """Keep the pairs that were not found beside the results, for whoever looks into them."""
    lines = (msgspec.json.encode(pair) + b"\n" for pair in missed)
    (outputs.files / "missed.jsonl").write_bytes(b"".join(lines))


def planted_figures(*, reuse: bool = False) -> tuple[dict[str, Figure], str]:
    """Share of planted copies reported by one match with both spans right to within a sentence."""
    corpus = corpora.materialise("planted")
    outputs = results.scan(corpus.folder, corpus.name, reuse=reuse)
    by_match = _spans_by_documents(corpus, outputs.matches())
    right: defaultdict[int, list[bool]] = defaultdict(list)
    short: defaultdict[int, int] = defaultdict(int)
    for copy in corpus.table("copies", planting.Copy):
        spans = by_match.get((copy.host, copy.donor), [])
        found = any(copy.copy.accepts(*a) and copy.source.accepts(*b) for a, b in spans)
        right[copy.sentences].append(found)
        short[copy.sentences] += not found and copy.words < SHORT_COPY_WORDS
    figures = {}
    for m, hits in sorted(right.items()):
        note = f"{short[m]} of the missed under {SHORT_COPY_WORDS} words" if short[m] else ""
        figures[f"planted/{m}"] = share(sum(hits), len(hits), note)
    longer = [found for m in right if m >= 3 for found in right[m]]
    figures["planted/3+"] = share(sum(longer), len(longer))
    return figures, outputs.command


def pan_figures(*, reuse: bool = False) -> tuple[dict[str, Figure], str]:
    """Plagdet by type, and judged negatives with a match, no pair list given to the program."""
    return _pan_figures("pan", "standard", reuse=reuse)


def fast_figures(*, reuse: bool = False) -> tuple[dict[str, Figure], str]:
    """The same where only copied text is searched."""
    return _pan_figures("fast", "fast", reuse=reuse)


def deep_figures(*, reuse: bool = False) -> tuple[dict[str, Figure], str]:
    """The same where summaries are searched, too."""
    return _pan_figures("deep", "deep", reuse=reuse)


def grown_figures(*, reuse: bool = False) -> tuple[dict[str, Figure], str]:
    """The same articles among twice as much other text."""
    return _pan_figures("grown", "standard", corpus_name="mixed", reuse=reuse)


def _pan_figures(
    group: str, depth: str, *, corpus_name: str = "pan13_train", reuse: bool
) -> tuple[dict[str, Figure], str]:
    corpus = corpora.materialise(corpus_name)
    outputs = results.scan(corpus.folder, corpus.name, depth=depth, reuse=reuse)
    gold = plagdet.load_gold()
    found = [
        pair._replace(a=pair.a.removeprefix(_PAN), b=pair.b.removeprefix(_PAN))
        for pair in plagdet.detections(outputs.matches(), corpus)
    ]
    figures = {}
    for kind, s in plagdet.evaluate(gold, found).items():
        note = (
            f"precision {s.precision:.3f}, recall {s.recall:.3f}, granularity {s.granularity:.3f}"
        )
        figures[f"{group}/{kind}"] = Figure(s.plagdet, note)
    figures[f"{group}/false pairs"] = share(*plagdet.false_pairs(gold, found))
    return figures, outputs.command
