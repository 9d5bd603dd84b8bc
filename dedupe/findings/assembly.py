"""Findings as they leave the program, from the drafts that stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from itertools import accumulate, pairwise
from typing import NamedTuple, TypeVar

import numpy as np

from dedupe import config
from dedupe.findings.drafts import Draft
from dedupe.findings.edits import first_edits
from dedupe.findings.lookup import Lookup
from dedupe.findings.precedence import hidden_rules
from dedupe.model import RULES, Cluster, Evidence, Finding, Match, Severity, Span
from dedupe.tables import I64, U8, U32, Corpus, Reading, RegionTable

MAX_EDITS = 12
"""Word edits that are listed as evidence of one finding; how many there are is always said."""

_SEVERITIES = sorted(Severity, key=lambda severity: severity.rank)
_Item = TypeVar("_Item")


class Standing(NamedTuple):
    """F drafts that become findings."""

    drafts: list[Draft]
    also: U32
    """(F,) bits of the rules that each one hides"""
    severity: U8
    """(F,) `Severity.rank`"""


class _Parts(NamedTuple):
    """What one finding is made of."""

    draft: Draft
    also: int
    severity: int
    span: Span
    excerpt: str
    evidence: tuple[Evidence, ...]
    edits: tuple[Evidence, ...]
    matches: tuple[Match, ...]


def assemble(
    corpus: Corpus, standing: Standing, regions: RegionTable, load: Callable[[int], Reading],
    output: config.Output,
) -> list[Finding]:  # fmt: skip
    """Turn drafts to findings, sorted by path, place and rule.

    All places and texts are noted first, then looked up at once, then put together.
    """
    drafts = standing.drafts
    article = np.fromiter((draft.article for draft in drafts), np.int64, len(drafts))
    lookup = Lookup(corpus)
    places = _note_places(drafts, article, lookup)
    excerpts = _Excerpts(drafts, article, output.excerpt_words, lookup)
    evidence = _EvidenceOf(drafts, article, lookup)
    edits = _EditsOf(corpus, drafts, lookup)
    matches = _MatchesOf(drafts, output.max_matches, lookup)
    lookup.resolve(load)
    parts = list(
        map(
            _Parts, drafts, standing.also.tolist(), standing.severity.tolist(),
            lookup.spans(places), excerpts.collect(lookup), evidence.collect(lookup),
            edits.collect(lookup), matches.collect(corpus, lookup),
        )
    )  # fmt: skip
    rule = np.array([draft.rule for draft in drafts], np.str_)
    start, end = lookup.all_offsets(places)
    seen: Counter[str] = Counter()
    return [
        _finding(corpus, regions, parts[place], seen)
        for place in np.lexsort((rule, end, start, article)).tolist()
    ]


def _note_places(drafts: Sequence[Draft], article: I64, lookup: Lookup) -> range:
    """Note the spans of drafts, some of which are given in bytes, the others in words."""
    edges = [draft.bytes or (draft.start, draft.end) for draft in drafts]
    in_words = np.array([draft.bytes is None for draft in drafts], np.bool_)
    start, end = np.array(edges, np.int64).reshape(-1, 2).T
    return lookup.all_spans(in_words, article, start, end)


def _grouped(items: Sequence[_Item], sizes: Sequence[int]) -> Iterator[tuple[_Item, ...]]:
    """Cut a list into groups of some sizes."""
    for low, high in pairwise(accumulate(sizes, initial=0)):
        yield tuple(items[low:high])


class _Excerpts:
    """The first words of every draft that has some."""

    def __init__(self, drafts: Sequence[Draft], article: I64, words: int, lookup: Lookup) -> None:
        edges = np.array([(draft.start, draft.end) for draft in drafts], np.int64).reshape(-1, 2)
        start, end = edges[:, 0], np.minimum(edges[:, 1], edges[:, 0] + words)
        some = end > start
        self._sizes = some.astype(int).tolist()
        self._tickets = lookup.all_text(article[some], start[some], end[some])

    def collect(self, lookup: Lookup) -> Iterator[str]:
        for text in _grouped(lookup.pieces(self._tickets), self._sizes):
            yield text[0] if text else ""


class _EvidenceOf:
    """The evidence of drafts, with code points in place of bytes."""

    def __init__(self, drafts: Sequence[Draft], article: I64, lookup: Lookup) -> None:
        self._sizes = [len(draft.evidence) for draft in drafts]
        self._items = [item for draft in drafts for item in draft.evidence]
        self._placed = [n for n, item in enumerate(self._items) if item.start is not None]
        owner = np.repeat(article, self._sizes)[self._placed]
        edges = [(self._items[n].start, self._items[n].end) for n in self._placed]
        start, end = np.array(edges, np.int64).reshape(-1, 2).T
        self._tickets = lookup.all_bytes(owner, start, end)

    def collect(self, lookup: Lookup) -> Iterator[tuple[Evidence, ...]]:
        start, end = lookup.all_offsets(self._tickets)
        items = self._items
        for n, low, high in zip(self._placed, start.tolist(), end.tolist(), strict=True):
            item = items[n]
            items[n] = Evidence(item.kind, item.text, item.other, item.weight, low, high)
        return _grouped(items, self._sizes)


class _EditsOf:
    """The word edits between copied passages and their first counterparts, as evidence."""

    def __init__(self, corpus: Corpus, drafts: Sequence[Draft], lookup: Lookup) -> None:
        self._count = len(drafts)
        rows = [
            (n, draft.start, draft.end, other.start, other.end, draft.article, other.article)
            for n, draft in enumerate(drafts)
            if draft.counterparts and draft.rule in ("DUP102", "DUP103")
            for other in draft.counterparts[:1]
        ]
        table = np.array(rows, np.int64).reshape(-1, 7)
        found = first_edits(corpus.token, table[:, 1:5], MAX_EDITS)
        self._owner, self._total = table[:, 0], found.total
        self._pair = found.pair
        low, high, other_low, other_high = found.runs.T
        article, other_article = table[found.pair, 5], table[found.pair, 6]
        self._ours, self._theirs = high > low, other_high > other_low
        ours, theirs = self._ours, self._theirs
        self._places = lookup.all_tokens(article[ours], low[ours], high[ours])
        self._texts = lookup.all_text(article[ours], low[ours], high[ours])
        self._other_texts = lookup.all_text(
            other_article[theirs], other_low[theirs], other_high[theirs]
        )

    def collect(self, lookup: Lookup) -> Iterator[tuple[Evidence, ...]]:
        edges = zip(*(edge.tolist() for edge in lookup.all_offsets(self._places)), strict=True)
        texts, other_texts = (
            iter(lookup.pieces(self._texts)),
            iter(lookup.pieces(self._other_texts)),
        )
        lists: list[tuple[Evidence, ...]] = [()] * self._count
        made: list[list[Evidence]] = [[] for _ in self._owner]
        for pair, ours, theirs in zip(
            self._pair.tolist(), self._ours.tolist(), self._theirs.tolist(), strict=True
        ):
            text, (start, end) = (next(texts), next(edges)) if ours else ("", (None, None))
            other = next(other_texts) if theirs else ""
            made[pair].append(Evidence("edit", text, other, None, start, end))
        for owner, listed, total in zip(
            self._owner.tolist(), made, self._total.tolist(), strict=True
        ):
            if total > len(listed):
                listed.append(Evidence("fact", f"{total} word edits in all"))
            lists[owner] = tuple(listed)
        return iter(lists)


class _MatchesOf:
    """The other places of copied passages, as many as are to be shown."""

    def __init__(self, drafts: Sequence[Draft], limit: int, lookup: Lookup) -> None:
        shown = [draft.counterparts[:limit] for draft in drafts]
        self._sizes = [len(parts) for parts in shown]
        self._parts = [part for parts in shown for part in parts]
        owner = np.repeat(
            np.fromiter((draft.article for draft in drafts), np.int64, len(drafts)), self._sizes
        )
        rows = [(part.article, part.start, part.end) for part in self._parts]
        article, start, end = np.array(rows, np.int64).reshape(-1, 3).T
        self._inside = (article == owner).tolist()
        self._tickets = lookup.all_tokens(article, start, end)

    def collect(self, corpus: Corpus, lookup: Lookup) -> Iterator[tuple[Match, ...]]:
        matches = [
            Match(
                corpus.path[part.article], "self" if inside else "scan",
                round(part.similarity, 4), span, corpus.date[part.article],
            )
            for part, inside, span in zip(
                self._parts, self._inside, lookup.spans(self._tickets), strict=True
            )
        ]  # fmt: skip
        return _grouped(matches, self._sizes)


def _finding(corpus: Corpus, regions: RegionTable, parts: _Parts, seen: Counter[str]) -> Finding:
    """One finding, once all places are known."""
    draft = parts.draft
    similarity = None
    if draft.counterparts:
        similarity = round(max(other.similarity for other in draft.counterparts), 4)
    return Finding(
        rule=draft.rule,
        name=RULES[draft.rule].name,
        severity=_SEVERITIES[parts.severity],
        fingerprint=_fingerprint(corpus, draft, parts.excerpt, seen),
        path=corpus.path[draft.article],
        span=parts.span,
        words=draft.end - draft.start,
        similarity=similarity,
        score=draft.score,
        excerpt=parts.excerpt,
        evidence=parts.evidence + parts.edits,
        cluster=_cluster(corpus, draft, regions) if draft.counterparts else None,
        matches=parts.matches,
        matches_total=max(draft.members - 1, 0),
        also=hidden_rules(parts.also) if parts.also else (),
        message=draft.message or _copy_message(draft, parts.matches),
    )


def _fingerprint(corpus: Corpus, draft: Draft, excerpt: str, seen: Counter[str]) -> str:
    """Rule, article and folded words; not its line, nor the other copies or the similarity."""
    name = f"{draft.rule}\0{corpus.path[draft.article]}\0".encode("utf-8", "surrogatepass")
    words = corpus.token[draft.start : draft.end].tobytes()
    if not words:
        words = (excerpt + draft.message).encode()
    text = blake2b(name + words, digest_size=8).hexdigest()
    seen[text] += 1
    return f"{text}:{seen[text]}"


def _cluster(corpus: Corpus, draft: Draft, regions: RegionTable) -> Cluster | None:
    """The cluster of a copied passage, named by the words of its original."""
    if draft.rule == "DUP102" and draft.cluster >= 0:
        region = int(regions.original[draft.cluster])
        article = int(regions.article[region])
        start, end = int(regions.start[region]), int(regions.end[region])
    elif draft.rule == "DUP101":
        article = draft.article if draft.original else draft.counterparts[0].article
        start, end = corpus.article_token[article : article + 2].tolist()
    else:
        return None
    words = corpus.token[start:end].tobytes()
    name = blake2b(words, digest_size=4).hexdigest()
    return Cluster(f"c-{name}", draft.members, corpus.path[article])


def _copy_message(draft: Draft, matches: tuple[Match, ...]) -> str:
    """What a copy has to say, in one sentence."""
    other = draft.counterparts[0]
    place = f"{matches[0].path}:{matches[0].span.start.line}" if matches else "another article"
    words = draft.end - draft.start
    if draft.rule == "DUP103":
        line = f" at line {matches[0].span.start.line}" if matches else ""
        return f"This passage ({words} words) already stands{line} in the same article."
    percent = "100%" if other.containment >= 1 else f"{min(other.containment, 0.994):.0%}"
    if draft.rule == "DUP101":
        what, place = "article", matches[0].path if matches else place
    else:
        what = "passage"
    text = f"{percent} of this {what} ({words:,} words) also appears in {place}"
    more = draft.members - 2
    if more > 0:
        text += f" and {more:,} other place{'s' if more > 1 else ''}"
    return text + "."
