"""Findings as they leave the program, from the drafts that stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from hashlib import blake2b
from itertools import accumulate, pairwise
from typing import NamedTuple, TypeVar

import numpy as np

from dedupe import config
from dedupe.findings.drafts import NOWHERE, Draft
from dedupe.findings.edits import first_edits
from dedupe.findings.flags import Flagged, LocatedFlags
from dedupe.findings.lines import write_flags
from dedupe.findings.lookup import Lookup
from dedupe.findings.precedence import hidden_rules
from dedupe.model import RULE_NUMBER, RULES, Cluster, Evidence, Finding, Match, Severity
from dedupe.rows import Findings, encode, writable
from dedupe.tables import I64, U8, U32, U64, Corpus, Reading, RegionTable, Texts

MAX_EDITS = 12
"""Word edits that are listed as evidence of one finding; how many there are is always said."""

_ALPHABETICAL = np.argsort(np.argsort(np.array(list(RULES), np.str_))).astype(np.uint8)
_NAME = b'"fingerprint":"'
_RANKS = np.array([rule.severity.rank for rule in RULES.values()], np.uint8)
_SEVERITIES = sorted(Severity, key=lambda severity: severity.rank)
_Item = TypeVar("_Item")


class Standing(NamedTuple):
    """F drafts that become findings."""

    drafts: list[Draft]
    also: U32
    """(F,) bits of the rules that each one hides"""
    severity: U8
    """(F,) `Severity.rank`"""


class ChosenFlags(NamedTuple):
    """Flags that become findings."""

    batches: Sequence[LocatedFlags]
    flagged: Flagged
    place: I64
    """(F,) places in `flagged`"""
    also: U32
    severity: U8

    def chosen(self) -> Flagged:
        """The chosen rows of `flagged`."""
        rule, *columns = self.flagged
        return Flagged(rule[self.place], *(column[self.place] for column in columns))

    def with_articles(self, flags: LocatedFlags) -> ChosenFlags:
        """With flags on whole articles, which hide nothing."""
        count, known = len(flags.rule), len(self.flagged.rule)
        own = self.flagged
        joined = Flagged(
            np.append(own.rule, flags.rule),
            np.append(own.article, flags.article),
            np.append(own.start, flags.first),
            np.append(own.end, flags.behind),
            np.append(own.batch, np.full(count, len(self.batches))),
            np.append(own.row, np.arange(count)),
        )
        return ChosenFlags(
            [*self.batches, flags],
            joined,
            np.append(self.place, np.arange(known, known + count)),
            np.append(self.also, np.zeros(count, np.uint32)),
            np.append(self.severity, _RANKS[flags.rule]),
        )

    def places(self) -> I64:
        """(6, F) line, column and offset of either end."""
        whole = [np.empty((6, 0), np.int64), *(flags.place for flags in self.batches)]
        return np.concatenate(whole, axis=1)[:, self.place]


def assemble(
    corpus: Corpus, standing: Standing, flags: ChosenFlags, regions: RegionTable, pool: Executor
) -> Findings:
    """Turn drafts and flags to findings, sorted by path, place and rule."""
    drafts, chosen = standing.drafts, flags.chosen()
    edges = np.array([(d.article, d.start, d.end) for d in drafts], np.int64).reshape(-1, 3)
    own = np.array([RULE_NUMBER[draft.rule] for draft in drafts], np.uint8)
    rule = np.append(own, chosen.rule)
    article = np.append(edges[:, 0], chosen.article)
    paths = Texts.of(writable(corpus.path))
    names = _fingerprints(
        corpus, paths, rule, article,
        np.append(edges[:, 1], chosen.start), np.append(edges[:, 2], chosen.end),
    )  # fmt: skip
    names[len(drafts) :] ^= _message_hashes(flags, chosen)
    order = _order(drafts, flags, rule, article)
    count = _occurrences(names, order)
    made: list[memoryview | bytes] = [
        *_copy_lines(corpus, standing, regions, names, count),
        *_flag_lines(corpus, flags, paths, names[len(drafts) :], count[len(drafts) :], pool),
    ]
    severity = np.append(standing.severity, flags.severity)
    return Findings(
        list(map(made.__getitem__, order.tolist())),
        list(map(corpus.path.__getitem__, article[order].tolist())),
        severity[order].tolist(),
    )


def _order(drafts: Sequence[Draft], flags: ChosenFlags, rule: U8, article: I64) -> I64:
    """The order of drafts and flags as findings."""
    spans = [draft.span or NOWHERE for draft in drafts]
    start = np.array([span.start.offset for span in spans], np.int64)
    end = np.array([span.end.offset for span in spans], np.int64)
    place = flags.places()
    return np.lexsort(
        (_ALPHABETICAL[rule], np.append(end, place[5]), np.append(start, place[2]), article)
    )


def _occurrences(names: U64, order: I64) -> I64:
    """How many findings up to each one have its name."""
    by_name = order[np.argsort(names[order], kind="stable")]
    begins = np.append(True, np.diff(names[by_name]) != 0)[: len(order)]
    first = np.flatnonzero(begins)
    count = np.empty(len(order), np.int64)
    count[by_name] = np.arange(len(order)) - np.repeat(first, np.diff(np.append(first, len(order))))
    return count + 1


def _copy_lines(
    corpus: Corpus, standing: Standing, regions: RegionTable, names: U64, count: I64
) -> Iterator[bytes]:
    """The findings of drafts as JSON."""
    clusters = _Clusters(corpus, regions)
    columns = (standing.also, standing.severity, names, count)
    for draft, also, severity, name, number in zip(
        standing.drafts, *(column.tolist() for column in columns), strict=False
    ):
        fingerprint = f"{name:016x}:{number}"
        if also:
            yield encode(_finding(corpus, clusters, draft, fingerprint, also, severity))
        else:
            place = draft.line.index(_NAME) + len(_NAME)
            yield draft.line[:place] + fingerprint.encode() + draft.line[place:]


def _flag_lines(
    corpus: Corpus, flags: ChosenFlags, paths: Texts, names: U64, count: I64, pool: Executor
) -> Iterator[memoryview]:
    """The findings of flags as JSON, batch by batch, side by side."""
    chosen = flags.chosen()
    batch, row = chosen.batch, chosen.row
    order = np.argsort(batch, kind="stable")
    edges = np.searchsorted(batch[order], np.arange(len(flags.batches) + 1)).tolist()

    def write(number: int) -> list[memoryview]:
        lines = order[edges[number] : edges[number + 1]]
        of_batch = corpus.batch_article[number : number + 2]
        # The last flags, on whole articles, count articles from the start of the corpus.
        articles = np.arange(*of_batch if len(of_batch) == 2 else (len(corpus.path),))
        return write_flags(
            flags.batches[number], row[lines], flags.severity[lines], flags.also[lines],
            names[lines], count[lines], paths.take(articles),
        )  # fmt: skip

    lines = [line for part in pool.map(write, range(len(flags.batches))) for line in part]
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return map(lines.__getitem__, place.tolist())


def look_up(
    drafts: Sequence[Draft], corpus: Corpus, regions: RegionTable,
    load: Callable[[int], Reading], output: config.Output,
) -> None:  # fmt: skip
    """Complete drafts, which are made without the text, with places, excerpts and edits.

    All places and texts are noted first, then looked up at once. The line of a finding that hides
    nothing lacks but its fingerprint then.
    """
    edges = [(draft.article, draft.start, draft.end) for draft in drafts]
    article, start, end = np.array(edges, np.int64).reshape(-1, 3).T
    lookup = Lookup(corpus)
    places = lookup.all_tokens(article, start, end)
    excerpts = lookup.all_text(article, start, np.minimum(end, start + output.excerpt_words))
    edits = _Edits(corpus, drafts, lookup)
    matches = _Matches(drafts, output.max_matches, lookup)
    lookup.resolve(load)
    completed = zip(
        drafts, lookup.spans(places), lookup.pieces(excerpts), edits.collect(lookup),
        matches.collect(corpus, lookup), strict=True,
    )  # fmt: skip
    for draft, span, excerpt, edited, others in completed:
        draft.span, draft.excerpt, draft.matches = span, excerpt, others
        draft.evidence += edited
    clusters = _Clusters(corpus, regions)
    for draft in drafts:
        rank = RULES[draft.rule].severity.rank
        draft.line = encode(_finding(corpus, clusters, draft, "", 0, rank))


def _grouped(items: Sequence[_Item], sizes: Sequence[int]) -> Iterator[tuple[_Item, ...]]:
    """Cut a list into groups of some sizes."""
    for low, high in pairwise(accumulate(sizes, initial=0)):
        yield tuple(items[low:high])


class _Edits:
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


class _Matches:
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


def _finding(
    corpus: Corpus, clusters: _Clusters, draft: Draft, fingerprint: str, also: int, severity: int
) -> Finding:
    """One finding, from a draft that is complete."""
    similarity = None
    if draft.counterparts:
        similarity = round(max(other.similarity for other in draft.counterparts), 4)
    return Finding(
        rule=draft.rule,
        name=RULES[draft.rule].name,
        severity=_SEVERITIES[severity],
        fingerprint=fingerprint,
        path=corpus.path[draft.article],
        span=draft.span or NOWHERE,
        words=draft.end - draft.start,
        similarity=similarity,
        score=draft.score,
        excerpt=draft.excerpt,
        evidence=draft.evidence,
        cluster=clusters.of(draft) if draft.counterparts else None,
        matches=draft.matches,
        matches_total=max(draft.members - 1, 0),
        also=hidden_rules(also) if also else (),
        message=draft.message or _copy_message(draft),
    )


def _fingerprints(
    corpus: Corpus, paths: Texts, rule: U8, article: I64, start: I64, end: I64
) -> U64:
    """Names of findings: rule, article and folded words; not the line, nor the other copies."""
    rules = _hashes(Texts.of(tuple(RULES)))
    return _mixed(corpus.token, start, end, _hashes(paths)[article] ^ rules[rule])


def _message_hashes(flags: ChosenFlags, chosen: Flagged) -> U64:
    """What tells flags without words apart; 0 for the others."""
    hashes = np.zeros(len(chosen.row), np.uint64)
    for place in np.flatnonzero(chosen.start == chosen.end).tolist():
        batch, row = flags.batches[int(chosen.batch[place])], chosen.row[[place]]
        hashes[place] = _hashes(batch.message.take(row))[0]
    return hashes


def _hashes(texts: Texts) -> U64:
    """A number for each text."""
    return _mixed(texts.data, texts.start, texts.end, np.zeros(len(texts.start), np.uint64))


def _mixed(values: U8 | U32, start: I64, end: I64, state: U64) -> U64:
    """Stretches of values mixed into some numbers, which are overwritten."""
    from dedupe.kernels.settling import mix

    mix(values, start, end, state)
    return state


class _Clusters:
    """Names clusters of copies by the words of their originals."""

    def __init__(self, corpus: Corpus, regions: RegionTable) -> None:
        self._corpus, self._regions = corpus, regions
        self._names: dict[tuple[int, int], str] = {}

    def of(self, draft: Draft) -> Cluster | None:
        """The cluster of a copied passage or article."""
        corpus, regions = self._corpus, self._regions
        if draft.rule == "DUP102" and draft.cluster >= 0:
            region = int(regions.original[draft.cluster])
            article = int(regions.article[region])
            edges = int(regions.start[region]), int(regions.end[region])
        elif draft.rule == "DUP101":
            article = draft.article if draft.original else draft.counterparts[0].article
            edges = int(corpus.article_token[article]), int(corpus.article_token[article + 1])
        else:
            return None
        name = self._names.get(edges)
        if name is None:
            words = corpus.token[slice(*edges)].tobytes()
            name = self._names[edges] = f"c-{blake2b(words, digest_size=4).hexdigest()}"
        return Cluster(name, draft.members, corpus.path[article])


def _copy_message(draft: Draft) -> str:
    """What a copy has to say, in one sentence."""
    other, matches = draft.counterparts[0], draft.matches
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
