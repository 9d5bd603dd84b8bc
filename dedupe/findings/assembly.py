"""Findings in their order, as lines, from the copies and flags that stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from dedupe.arrays import I64, U8, U32, U64, order_of
from dedupe.findings.columns import Articles
from dedupe.findings.completion import Completed
from dedupe.findings.flags import Flagged, LocatedFlags
from dedupe.findings.lines import ColumnLines, Settled, Source
from dedupe.model import ALPHABETICAL, RULES
from dedupe.rows import Findings
from dedupe.tables import Corpus
from dedupe.texts import Texts

_ALPHABETICAL = np.array(ALPHABETICAL, np.uint8)


class Standing(NamedTuple):
    """Drafts that become findings."""

    completed: Completed
    row: I64
    """(F,) places in its table"""
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
        """(F, 6) line, column and offset of either end."""
        whole = [np.empty((0, 6), np.int64), *(flags.place for flags in self.batches)]
        return np.concatenate(whole)[self.place]


def assemble(corpus: Corpus, standing: Standing, flags: ChosenFlags) -> tuple[Findings, I64]:
    """Turn drafts and flags to findings, sorted by path, place and rule.

    Also returns (4, F) the rule and article of each, its first word, and the one behind its last.
    """
    completed, chosen, copied = standing.completed, flags.chosen(), len(standing.row)
    articles, row = completed.articles, standing.row
    shown = completed.shown[row]
    rule, article, start, end = (
        np.append(getattr(completed.drafts, name)[shown], getattr(chosen, name))
        for name in ("rule", "article", "start", "end")
    )
    names = _fingerprints(corpus, articles.path, rule, article, start, end)
    names[copied:] ^= _message_hashes(flags, chosen)
    place = np.concatenate((completed.table.place[row], flags.places()))
    order = order_of(article, place[:, 2], place[:, 5], _ALPHABETICAL[rule])
    settled = Settled(
        np.append(standing.severity, flags.severity), np.append(standing.also, flags.also), names,
        _occurrences(names, order),
    ).rows(order)  # fmt: skip
    lines = ColumnLines(
        [Source(completed.table, articles), *_flag_sources(corpus, articles, flags)],
        np.append(np.zeros(copied, np.int64), chosen.batch + 1)[order],
        np.append(row, chosen.row)[order],
        settled,
    )
    found = Findings(lines, corpus.path.take(article[order]), settled.severity.tolist())
    return found, np.stack((rule.astype(np.int64), article, start, end))[:, order]


def _flag_sources(corpus: Corpus, articles: Articles, flags: ChosenFlags) -> Iterator[Source]:
    """The flags of each batch, with its articles."""
    edges = corpus.batch_article
    for number, batch in enumerate(flags.batches):
        # The last flags, on whole articles, count articles from the start of the corpus.
        whole = number + 1 == len(edges)
        own = articles if whole else articles.part(*edges[number : number + 2].tolist())
        yield Source(batch.findings(), own)


def _occurrences(names: U64, order: I64) -> I64:
    """How many findings up to each one have its name."""
    by_name = order[order_of(names[order])]
    begins = np.append(True, np.diff(names[by_name]) != 0)[: len(order)]
    first = np.flatnonzero(begins)
    count = np.empty(len(order), np.int64)
    count[by_name] = np.arange(len(order)) - np.repeat(first, np.diff(np.append(first, len(order))))
    return count + 1


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
