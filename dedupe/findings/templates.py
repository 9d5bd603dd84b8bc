"""TPL201: the places of recurring templates, with what stands in their slots.

Legend: F templates, R places, K words of a skeleton.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from msgspec import structs

from dedupe.arrays import I32, I64, Bool, distinct, order_of
from dedupe.findings.columns import Clusters
from dedupe.findings.drafts import CounterpartTable, Drafts
from dedupe.findings.isolation import isolated
from dedupe.findings.lookup import Lookup
from dedupe.model import RULE_NUMBER
from dedupe.tables import TRANSPARENT, Corpus, EvidenceTable, Isolation, Overlap, TemplateTable
from dedupe.texts import Texts
from dedupe.topics import MEMBERS as COMPARED_TOPICS

LONGEST_EDGE = 12
"""Words of a slot at the edge of a block that still belong to the template: a notice behind the
last sentence of a paragraph has that sentence as its first slot."""
VERBATIM = 0.97
"""Share of fixed words from which a notice is the same everywhere."""
INSLOTS, MANY = 0.6, 25
"""A template comes before a copied passage when so much of what differs stands in slots, or in so
many articles. A notice in fewer, with edits anywhere, is a copied passage first of all: its first
place is left alone, and the template is named beside the copy."""
SEVERAL_TOPICS = 3
"""Topics from which a template is said to stand on so many."""
SKELETON, FILLING, FILLINGS = 240, 40, 3
"""Characters of a skeleton and of a filling that are shown, and fillings of each slot."""
LOOKED_AT = 32
"""Blocks of a template among which the one is chosen in whose spelling it is shown."""
_LEFT_OUT = "...", "(...)?"
"""Words between two runs that are not shown, and those that some places lack."""


def template_drafts(
    corpus: Corpus, table: TemplateTable, overlap: Overlap, max_matches: int,
    isolation: Isolation | None,
) -> Drafts:  # fmt: skip
    """One draft for each place of each template, in the order of the table.

    The first place of a copied passage has none: it is the original there.
    """
    count = len(table.start)
    if not count:
        return Drafts.none()
    start, end = _stretches(table)
    first = np.searchsorted(table.template, np.arange(len(table.length) + 1))
    size = np.diff(first)[table.template]
    by_age = order_of(table.template, corpus.rank[table.article], start)
    position = np.empty(count, np.int64)
    position[by_age] = np.arange(count) - first[table.template[by_age]]
    of, other = _others(by_age, first[table.template], position, size, max_matches)
    shared = overlap(start[of], end[of], start[other], end[other])
    slots = table.form | (table.concentration >= INSLOTS)
    above = (table.topics >= SEVERAL_TOPICS) & (slots | (table.articles >= MANY))
    copied = ~table.form & ~above
    own, of_template = table.article.astype(np.int64), table.template.astype(np.int64)
    others = CounterpartTable(own[other], start[other], end[other], *shared[:, :2].T)
    drafts = Drafts.of(
        np.full(count, RULE_NUMBER["TPL201"], np.uint8), own, start, end, size, others,
        np.searchsorted(of, np.arange(count + 1)),
    )  # fmt: skip
    drafts = structs.replace(
        drafts,
        above_copies=above[of_template],
        source=of_template,
        cluster=Clusters(
            of_template, table.articles[of_template].astype(np.int64),
            Texts.of(list(_names(corpus, table))), own[by_age[first[:-1]]],
        ),
    )  # fmt: skip
    kept = ~copied[of_template] | (position > 0)
    if isolation is not None:
        drafts, compared = isolated(drafts, of_template, isolation)
        kept &= compared
    return drafts.rows(np.flatnonzero(kept))


def _stretches(table: TemplateTable) -> tuple[I64, I64]:
    """First token and end of the template in each block."""
    from dedupe.kernels.templating import SLOT

    place, offset = table.place, table.offset
    length = table.length[table.template]
    held = np.flatnonzero(place >= 0)
    first = place[held[np.searchsorted(held, offset)]].astype(np.int64)
    last = place[held[np.searchsorted(held, offset + length) - 1]] + 1
    rows = np.arange(len(offset))
    left = table.gap[table.template, 0] == SLOT
    right = table.gap[table.template, length] == SLOT
    low = np.where(left & (first <= LONGEST_EDGE), 0, first)
    high = np.where(right & (table.size - last <= LONGEST_EDGE), table.size, last)
    return table.start[rows] + low, table.start[rows] + high


def _others(by_age: I64, first: I64, position: I64, size: I64, max_matches: int) -> tuple[I64, I64]:
    """Pairs of a place and another one of its template, the oldest ones first."""
    of, other = [], []
    for k in range(min(max(max_matches, 1) + 1, int(size.max()))):
        rows = np.flatnonzero((k < size) & (k != position) & (k - (k > position) < max_matches))
        of.append(rows)
        other.append(by_age[first[rows] + k])
    mine, theirs = np.concatenate(of), np.concatenate(other)
    order = order_of(mine)
    return mine[order], theirs[order]


def _names(corpus: Corpus, table: TemplateTable) -> Iterator[str]:
    """Names of templates: hashes of the words of their medoids."""
    low = table.start[table.medoid].tolist()
    for start, size in zip(low, table.size[table.medoid].tolist(), strict=True):
        words = corpus.token[start : start + size].tobytes()
        yield f"t-{blake2b(words, digest_size=4).hexdigest()}"


_Run = tuple[int, int, int, bool]
"""Article, first word and end of fixed words, and whether they go on up to the next word."""


class _Skeleton(NamedTuple):
    """How a template is shown."""

    parts: list[int | str]
    """Numbers of runs of fixed words, and the marks between them"""
    slots: I64
    """Gaps that are shown as slots; none of a notice"""


class _Places(NamedTuple):
    """Some stretches of words."""

    article: I64
    start: I64
    end: I64

    @classmethod
    def none(cls) -> _Places:
        """No places."""
        return cls(*np.empty((3, 0), np.int64))


class NotedTemplates:
    """What templates are, and what stands in their slots, noted to be looked up."""

    def __init__(
        self, drafts: Drafts, corpus: Corpus, table: TemplateTable, lookup: Lookup
    ) -> None:
        """Note those of some drafts, TPL201 in any number and order, made from `table`."""
        self._table, self._wanted = table, distinct(drafts.source).tolist()
        self._first = np.searchsorted(table.template, np.arange(len(table.length) + 1))
        by_start = np.argsort(table.start)
        behind = np.searchsorted(table.start, drafts.start, side="right", sorter=by_start)
        self._row, self._source = by_start[behind - 1], drafts.source  # block and template of each
        at_hand = ~corpus.accepted[table.article]
        runs: list[_Run] = []
        self._skeletons = [self._skeleton(f, at_hand, runs) for f in self._wanted]
        article, start, end, beyond = np.array(runs, np.int64).reshape(-1, 4).T
        self._runs = lookup.all_prose(article, start, end, beyond > 0)
        self._tickets, fillings = [], [_Places.none()]
        base = 0
        for f, skeleton in zip(self._wanted, self._skeletons, strict=True):
            tickets, found = self._fillings(f, skeleton.slots, base)
            self._tickets.append(tickets)
            fillings.append(found)
            base += len(found.article)
        article, start, end = map(np.concatenate, zip(*fillings, strict=True))
        self._filled = lookup.all_prose(article, start, end, np.zeros(base, np.bool_))

    def found(self, lookup: Lookup) -> tuple[EvidenceTable, Texts]:
        """The evidence and the message of each draft, when all was looked up."""
        runs, filled = (_plain(lookup.texts(noted)) for noted in (self._runs, self._filled))
        shown = list(map(_cut, filled))
        size = np.array([2 + len(skeleton.slots) for skeleton in self._skeletons], np.int64)
        number = np.searchsorted(self._wanted, self._source)
        offset = np.append(0, np.cumsum(size[number]))
        text = np.empty(offset[-1], np.int64)
        by_template = order_of(number)
        edges = np.searchsorted(number[by_template], np.arange(len(size) + 1))
        texts: list[str] = []
        for f, skeleton, tickets, (low, high) in zip(
            self._wanted, self._skeletons, self._tickets, pairwise(edges.tolist()), strict=True
        ):
            of = by_template[low:high]
            at = offset[of]
            text[at], text[at + 1] = len(texts), len(texts) + 1
            texts += (self._fixed(f), _joined(skeleton.parts, runs))
            here = tickets[self._row[of] - self._first[f]]
            for slot, (every, own) in enumerate(zip(tickets.T, here.T, strict=True)):
                told = _variety([shown[t] for t in every[every >= 0].tolist()])
                text[at + 2 + slot] = len(texts) + np.arange(len(own))
                texts += [
                    f'[{slot + 1}] here "{shown[t]}"; {told}' if t >= 0
                    else f"[{slot + 1}] here -; {told}"
                    for t in own.tolist()
                ]  # fmt: skip
        evidence = EvidenceTable.facts(offset, Texts.of(texts).take(text))
        return evidence, Texts.of(list(map(self._message, self._wanted))).take(number)

    def _skeleton(self, template: int, at_hand: Bool, runs: list[_Run]) -> _Skeleton:
        """How a template is shown, in the spelling of one block; its runs are added to `runs`.

        at_hand: (R,) blocks whose text is there for sure
        A slot in which all have the same is text. What only a few members have between two words is
        left out.
        """
        from dedupe.kernels.templating import OPTIONAL, SLOT

        table, length = self._table, int(self._table.length[template])
        row = self._shown(template, at_hand)
        article, start, size = (int(c[row]) for c in (table.article, table.start, table.size))
        place = [*self._places(np.array([row]))[0].tolist(), size]
        kinds, varied = table.gap[template].tolist(), (table.entropy[template] > 0).tolist()
        parts: list[int | str] = []
        slots: list[int] = []
        low = high = -1
        for k, at in enumerate(place):
            mark, inner = "", 0 < k < length
            if kinds[k] == SLOT and varied[k]:
                if table.form[template]:
                    slots.append(k)
                mark = f"[{len(slots)}]" if table.form[template] else inner * _LEFT_OUT[0]
            elif kinds[k] == OPTIONAL:
                mark = inner * _LEFT_OUT[1]
            same = kinds[k] == SLOT and not mark and k < length
            if low >= 0 and (mark or k == length or (0 <= at != high and not same)):
                parts.append(len(runs))
                runs.append((article, start + low, start + high, high < size))
                low = -1
            if mark:
                parts.append(mark)
            if k < length and at >= 0:
                low, high = (at if low < 0 else low), at + 1
        return _Skeleton(parts, np.array(slots, np.int64))

    def _shown(self, template: int, at_hand: Bool) -> int:
        """The block in whose spelling it is shown: the medoid, or one that holds more of it."""
        rows = np.append(
            self._table.medoid[template], np.arange(*self._first[template : template + 2])
        )
        rows = rows[at_hand[rows]][: LOOKED_AT + 1]
        return int(rows[(self._places(rows) >= 0).sum(axis=1).argmax()])

    def _places(self, rows: I64) -> I32:
        """(k, K) where the words of their template stand in some blocks of it, -1 for nowhere."""
        table = self._table
        length = table.length[table.template[rows[0]]]
        return table.place[table.offset[rows, None] + np.arange(length)]

    def _fillings(self, template: int, slots: I64, base: int) -> tuple[I64, _Places]:
        """What stands in the slots of all blocks of a template.

        Returns the ticket of what stands in each slot of each block (k, slots), from `base` on and
        -1 for nothing; and the places in the order of their tickets.
        """
        rows = np.arange(*self._first[template : template + 2])
        size = self._table.size[rows, None]
        edges = np.concatenate([np.full_like(size, -1), self._places(rows), size], axis=1)
        low, high = edges[:, slots] + 1, edges[:, slots + 1]
        there = (high > low) & ((slots == 0) | (low > 0))
        tickets = np.full(there.shape, -1)
        tickets[there] = base + np.arange(there.sum())
        start = np.broadcast_to(self._table.start[rows, None], there.shape)[there]
        article = np.broadcast_to(self._table.article[rows, None], there.shape)[there]
        return tickets, _Places(article.astype(np.int64), start + low[there], start + high[there])

    def _fixed(self, template: int) -> str:
        fixed, share = int(self._table.length[template]), float(self._table.share[template])
        words = round(fixed / max(share, 1e-9))
        return f"fixed {fixed} of {max(words, fixed)} words"

    def _message(self, template: int) -> str:
        table = self._table
        articles, topics = int(table.articles[template]), int(table.topics[template])
        many = f"{topics}{' or more' if topics >= COMPARED_TOPICS else ''}"
        about = f" on {many} topics" if topics >= SEVERAL_TOPICS else ""
        if table.form[template]:
            return f"A form that {articles:,} articles{about} fill in, each in its own way."
        how = "" if float(table.share[template]) >= VERBATIM else ", up to some words,"
        return f"The same text{how} stands in {articles:,} articles{about}."


def _plain(texts: Texts) -> list[str]:
    """Prose between words as it is shown, without what stands for markup."""
    return [" ".join(text.replace(chr(TRANSPARENT), "").split()) for text in texts.strings()]


def _variety(texts: Sequence[str]) -> str:
    """What stands in a slot in all articles; texts: empty where one is not at hand."""
    count = Counter(filter(None, texts))
    ranked = sorted(count, key=lambda text: (-count[text], text))
    shown = " | ".join(f'"{text}"' for text in ranked[:FILLINGS])
    more = f" (+{len(ranked) - FILLINGS})" if len(ranked) > FILLINGS else ""
    return f"{len(ranked)} different: {shown}{more}"


def _cut(text: str) -> str:
    """A filling as it is shown."""
    return text if len(text) <= FILLING else f"{text[: FILLING - 4].rstrip()} ..."


def _joined(parts: Sequence[int | str], texts: Sequence[str]) -> str:
    """A skeleton as text: when it is too long, the longest runs of it with their slots.

    texts: of the runs
    """
    shown = [part if isinstance(part, str) else texts[part] for part in parts]
    runs = [k for k, part in enumerate(parts) if not isinstance(part, str)]
    total = sum(len(text) + 1 for text in shown)
    cut = set()
    for k in sorted(runs, key=lambda k: (len(shown[k]), -k))[:-1]:
        if total <= SKELETON:
            break
        total -= len(shown[k]) - len(_LEFT_OUT[0])
        cut.add(k)
    left = set(runs) - cut
    kept: list[str] = []
    for k, text in enumerate(shown):
        lone = cut and k not in left and not {k - 1, k + 1} & left  # a slot between cut runs
        piece = _LEFT_OUT[0] if k in cut or lone else text
        if piece not in _LEFT_OUT or not kept or kept[-1] not in _LEFT_OUT:
            kept.append(piece)
        elif kept[-1] != piece:
            kept[-1] = _LEFT_OUT[0]
    text = " ".join(kept)
    if len(text) > SKELETON:
        text = f"{text[: SKELETON - 4].rsplit(' ', 1)[0]} ..."
    return text
