"""Findings in their order, as lines, from the copies and flags that stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np

from dedupe.findings.completion import Clusters, finding
from dedupe.findings.drafts import NOWHERE, Draft
from dedupe.findings.flags import Flagged, LocatedFlags
from dedupe.findings.lines import write_flags
from dedupe.model import RULE_NUMBER, RULES
from dedupe.rows import Findings, encode, writable
from dedupe.tables import I64, U8, U32, U64, Corpus, RegionTable, Texts

_ALPHABETICAL = np.argsort(np.argsort(np.array(list(RULES), np.str_))).astype(np.uint8)


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

    def with_articles(self, flags: LocatedFlags, ranks: U8) -> ChosenFlags:
        """With flags on whole articles, which hide nothing; ranks: of the rules."""
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
            np.append(self.severity, ranks[flags.rule]),
        )

    def places(self) -> I64:
        """(6, F) line, column and offset of either end."""
        whole = [np.empty((6, 0), np.int64), *(flags.place for flags in self.batches)]
        return np.concatenate(whole, axis=1)[:, self.place]


def assemble(
    corpus: Corpus, standing: Standing, flags: ChosenFlags, regions: RegionTable, pool: Executor
) -> tuple[Findings, I64]:
    """Turn drafts and flags to findings, sorted by path, place and rule.

    Also returns (4, F) the rule and article of each, its first word, and the one behind its last.
    """
    drafts, chosen = standing.drafts, flags.chosen()
    edges = np.array([(d.article, d.start, d.end) for d in drafts], np.int64).reshape(-1, 3)
    own = np.array([RULE_NUMBER[draft.rule] for draft in drafts], np.uint8)
    rule = np.append(own, chosen.rule)
    article = np.append(edges[:, 0], chosen.article)
    paths = Texts.of(writable(corpus.path))
    start, end = np.append(edges[:, 1], chosen.start), np.append(edges[:, 2], chosen.end)
    names = _fingerprints(corpus, paths, rule, article, start, end)
    names[len(drafts) :] ^= _message_hashes(flags, chosen)
    order = _order(drafts, flags, rule, article)
    count = _occurrences(names, order)
    made: list[memoryview | bytes] = [
        *_copy_lines(corpus, standing, regions, names, count),
        *_flag_lines(corpus, flags, paths, names[len(drafts) :], count[len(drafts) :], pool),
    ]
    severity = np.append(standing.severity, flags.severity)
    found = Findings(
        list(map(made.__getitem__, order.tolist())),
        list(map(corpus.path.__getitem__, article[order].tolist())),
        severity[order].tolist(),
    )
    return found, np.stack((rule.astype(np.int64), article, start, end))[:, order]


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
    clusters = Clusters(corpus, regions)
    columns = (standing.also, standing.severity, names, count)
    for draft, also, severity, name, number in zip(
        standing.drafts, *(column.tolist() for column in columns), strict=False
    ):
        yield encode(finding(corpus, clusters, draft, f"{name:016x}:{number}", also, severity))


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
