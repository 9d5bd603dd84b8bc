"""Findings as they leave the program, from the drafts that won."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import NamedTuple

import numpy as np

from dedupe import config
from dedupe.findings.drafts import Counterpart, Draft
from dedupe.findings.lookup import Lookup
from dedupe.model import RULES, Cluster, Evidence, Finding, Match
from dedupe.tables import U32, Corpus, Reading, RegionTable

MAX_EDITS = 12
"""Word edits that are listed as evidence of one finding; how many there are is always said."""
MAX_DIFFERENCES = 120
"""Differing words up to which two passages are compared word by word."""


class _Edit(NamedTuple):
    """Tickets of one word edit: place and text here, text there."""

    place: int | None
    ours: int | None
    theirs: int | None


class _Tickets(NamedTuple):
    """What was noted for one draft."""

    place: int
    excerpt: int | None
    evidence: list[int | None]
    edits: list[_Edit]
    edit_count: int
    counterparts: list[int]


def assemble(
    corpus: Corpus,
    drafts: Sequence[Draft],
    regions: RegionTable,
    load: Callable[[int], Reading],
    output: config.Output,
) -> list[Finding]:
    """Turn drafts to findings, sorted by path, line, column and rule."""
    lookup = Lookup(corpus)
    tickets = [_note(corpus, draft, lookup, output) for draft in drafts]
    lookup.resolve(load)
    seen: Counter[str] = Counter()
    order = sorted(
        range(len(drafts)),
        key=lambda i: (drafts[i].article, lookup.offsets(tickets[i].place), drafts[i].rule),
    )
    return [_finding(corpus, drafts[i], tickets[i], regions, lookup, seen) for i in order]


def _note(corpus: Corpus, draft: Draft, lookup: Lookup, output: config.Output) -> _Tickets:
    """Note all places and texts that a draft needs."""
    article = draft.article
    if draft.bytes is not None:
        place = lookup.bytes(article, *draft.bytes)
    else:
        place = lookup.tokens(article, draft.start, draft.end)
    excerpt = None
    if draft.end > draft.start:
        last = min(draft.end, draft.start + output.excerpt_words)
        excerpt = lookup.text(article, draft.start, last)
    evidence = [
        None
        if item.start is None or item.end is None
        else lookup.bytes(article, item.start, item.end)
        for item in draft.evidence
    ]
    edits: list[_Edit] = []
    edit_count = 0
    if draft.rule in ("DUP102", "DUP103") and draft.counterparts:
        edits, edit_count = _note_edits(corpus, draft, draft.counterparts[0], lookup)
    shown = draft.counterparts[: output.max_matches]
    return _Tickets(
        place, excerpt, evidence, edits, edit_count,
        [lookup.tokens(other.article, other.start, other.end) for other in shown],
    )  # fmt: skip


def _note_edits(
    corpus: Corpus, draft: Draft, other: Counterpart, lookup: Lookup
) -> tuple[list[_Edit], int]:
    """The word edits between a passage and its first counterpart, and how many there are."""
    ours = corpus.token[draft.start : draft.end]
    theirs = corpus.token[other.start : other.end]
    if len(ours) == len(theirs) and np.array_equal(ours, theirs):
        return [], 0
    runs = word_edits(ours, theirs)
    edits = []
    for low, high, other_low, other_high in runs[:MAX_EDITS]:
        place = text = None
        if high > low:
            place = lookup.tokens(draft.article, draft.start + low, draft.start + high)
            text = lookup.text(draft.article, draft.start + low, draft.start + high)
        their_text = None
        if other_high > other_low:
            their_text = lookup.text(
                other.article, other.start + other_low, other.start + other_high
            )
        edits.append(_Edit(place, text, their_text))
    return edits, len(runs)


def word_edits(ours: U32, theirs: U32) -> list[tuple[int, int, int, int]]:
    """Runs of differing words: from, to on our side, from, to on theirs; either may be empty.

    Empty as well when more than `MAX_DIFFERENCES` words differ.
    """
    from dedupe.kernels.diffing import diff, runs

    same, other_same = np.empty(len(ours), np.uint8), np.empty(len(theirs), np.uint8)
    if not diff(ours, theirs, MAX_DIFFERENCES, same, other_same):
        return []
    out = np.empty((MAX_DIFFERENCES + 1, 4), np.int32)
    return [(a, b, c, d) for a, b, c, d in out[: runs(same, other_same, out)].tolist()]


def _finding(
    corpus: Corpus, draft: Draft, tickets: _Tickets, regions: RegionTable, lookup: Lookup,
    seen: Counter[str],
) -> Finding:  # fmt: skip
    """One finding, once all places are known."""
    rule = RULES[draft.rule]
    excerpt = lookup.piece(tickets.excerpt) if tickets.excerpt is not None else ""
    evidence = [
        _evidence(item, at, lookup)
        for item, at in zip(draft.evidence, tickets.evidence, strict=True)
    ]
    evidence += [_edit(edit, lookup) for edit in tickets.edits]
    if tickets.edit_count > len(tickets.edits):
        evidence.append(Evidence("fact", f"{tickets.edit_count} word edits in all"))
    matches = tuple(
        Match(
            path=corpus.path[other.article],
            origin="self" if other.article == draft.article else "scan",
            similarity=round(other.similarity, 4),
            span=lookup.span(at),
            date=corpus.date[other.article],
        )
        for other, at in zip(draft.counterparts, tickets.counterparts, strict=False)
    )
    similarity = max((other.similarity for other in draft.counterparts), default=None)
    return Finding(
        rule=draft.rule,
        name=rule.name,
        severity=draft.severity,
        fingerprint=_fingerprint(corpus, draft, excerpt, seen),
        path=corpus.path[draft.article],
        span=lookup.span(tickets.place),
        words=draft.end - draft.start,
        similarity=None if similarity is None else round(similarity, 4),
        score=None if draft.score is None else round(draft.score, 4),
        excerpt=excerpt,
        evidence=tuple(evidence),
        cluster=_cluster(corpus, draft, regions),
        matches=matches,
        matches_total=max(draft.members - 1, 0),
        also=tuple(draft.also),
        message=draft.message or _copy_message(draft, matches),
    )


def _evidence(item: Evidence, at: int | None, lookup: Lookup) -> Evidence:
    """The same evidence with code points in place of bytes."""
    if at is None:
        return item
    return Evidence(item.kind, item.text, item.other, item.weight, *lookup.offsets(at))


def _edit(edit: _Edit, lookup: Lookup) -> Evidence:
    start, end = (None, None) if edit.place is None else lookup.offsets(edit.place)
    ours = "" if edit.ours is None else lookup.piece(edit.ours)
    theirs = "" if edit.theirs is None else lookup.piece(edit.theirs)
    return Evidence("edit", ours, theirs, None, start, end)


def _fingerprint(corpus: Corpus, draft: Draft, excerpt: str, seen: Counter[str]) -> str:
    """Rule, article and folded words; not its line, nor the other copies or the similarity."""
    digest = blake2b(digest_size=8)
    digest.update(f"{draft.rule}\0{corpus.path[draft.article]}\0".encode("utf-8", "surrogatepass"))
    digest.update(corpus.token[draft.start : draft.end].tobytes())
    if draft.end == draft.start:
        digest.update((excerpt + draft.message).encode())
    text = digest.hexdigest()
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
