"""TPL201: the places of recurring templates, with what stands in their slots.

Legend: F templates, R places, K words of a skeleton.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from msgspec import structs

from dedupe.findings.copies import Overlap
from dedupe.findings.drafts import CounterpartTable, Drafts, evidence_of
from dedupe.findings.isolation import isolated
from dedupe.findings.lines import Clusters
from dedupe.model import RULE_NUMBER, Evidence
from dedupe.tables import (
    I64,
    TRANSPARENT,
    Bool,
    Corpus,
    EvidenceTable,
    Isolation,
    Load,
    TemplateTable,
    Texts,
    distinct,
)
from dedupe.topics import MEMBERS as COMPARED_TOPICS

LONGEST_EDGE = 12
"""Words of a slot at the edge of a block that still belong to the template: a notice behind the
last sentence of a paragraph has that sentence as its first slot."""
VERBATIM = 0.97
"""Share of fixed words from which a notice is the same everywhere."""
IN_SLOTS, MANY = 0.6, 25
"""A template comes before a copied passage when so much of what differs stands in slots, or in so
many articles. A notice in fewer, with edits anywhere, is a copied passage first of all: its first
place is left alone, and the template is named beside the copy."""
SEVERAL_TOPICS = 3
"""Topics from which a template is said to stand on so many."""
SKELETON, FILLING, FILLINGS = 240, 40, 3
"""Characters of a skeleton and of a filling that are shown, and fillings of each slot."""
LOOKED_AT = 32
"""Blocks of a template among which the one is chosen in whose spelling it is shown."""
_SLOT, _OPTIONAL = 1, 2
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
    by_age = np.lexsort((start, corpus.rank[table.article], table.template))
    position = np.empty(count, np.int64)
    position[by_age] = np.arange(count) - first[table.template[by_age]]
    of, other = _others(by_age, first[table.template], position, size, max_matches)
    shared = overlap(start[of], end[of], start[other], end[other])
    slots = table.form | (table.concentration >= IN_SLOTS)
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
    place, offset = table.place, table.offset
    length = table.length[table.template]
    held = np.flatnonzero(place >= 0)
    first = place[held[np.searchsorted(held, offset)]].astype(np.int64)
    last = place[held[np.searchsorted(held, offset + length) - 1]] + 1
    rows = np.arange(len(offset))
    left = table.gap[table.template, 0] == _SLOT
    right = table.gap[table.template, length] == _SLOT
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
    order = np.argsort(mine, kind="stable")
    return mine[order], theirs[order]


def _names(corpus: Corpus, table: TemplateTable) -> Iterator[str]:
    """Names of templates: hashes of the words of their medoids."""
    low = table.start[table.medoid].tolist()
    for start, size in zip(low, table.size[table.medoid].tolist(), strict=True):
        words = corpus.token[start : start + size].tobytes()
        yield f"t-{blake2b(words, digest_size=4).hexdigest()}"


def describe_templates(
    drafts: Drafts, corpus: Corpus, table: TemplateTable, load: Load
) -> tuple[EvidenceTable, Texts]:
    """What the template of each draft is, and what stands in its slots there; and the message.

    drafts: TPL201, in any number and order, made from `table`
    """
    wanted = np.zeros(len(table.length), np.bool_)
    wanted[drafts.source] = True
    texts = _Texts(corpus, load)
    at_hand = ~corpus.accepted[table.article]
    skeletons = {f: _skeleton(table, f, at_hand, texts) for f in np.flatnonzero(wanted).tolist()}
    fillings = _fillings(table, wanted, skeletons, texts)
    texts.resolve()
    said = {f: _Said(table, f, skeleton, fillings, texts) for f, skeleton in skeletons.items()}
    by_start = np.argsort(table.start)
    behind = np.searchsorted(table.start, drafts.start, side="right", sorter=by_start)
    rows, sources = by_start[behind - 1].tolist(), drafts.source.tolist()
    evidence = evidence_of(
        [
            said[source].evidence(fillings.get(row, ()), texts)
            for source, row in zip(sources, rows, strict=True)
        ]
    )
    return evidence, Texts.of([said[source].message for source in sources])


class _Texts:
    """Prose between words of the corpus, without markup, looked up batch after batch."""

    def __init__(self, corpus: Corpus, load: Load) -> None:
        self._corpus, self._load = corpus, load
        self._rows: list[tuple[int, int, int, bool]] = []
        self._texts: list[str] = []

    def note(self, article: int, start: int, end: int, *, tail: bool = False) -> int:
        """Note some words, with `tail` up to the next one; returns a ticket."""
        self._rows.append((article, start, end, tail))
        return len(self._rows) - 1

    def resolve(self) -> None:
        corpus = self._corpus
        table = np.array(self._rows, np.int64).reshape(-1, 4)
        batch = np.searchsorted(corpus.batch_article, table[:, 0], side="right") - 1
        self._texts = [""] * len(table)
        for number in distinct(batch).tolist():
            tickets = np.flatnonzero(batch == number)
            first = corpus.batch_article[number]
            base = corpus.article_token[first]
            reading = self._load(number, np.unique(table[tickets, 0]) - first)
            _, start, end, tail = table[tickets].T
            low = reading.tokens.start[start - base]
            high = reading.tokens.end[end - 1 - base]
            more = np.flatnonzero(tail)
            high[more] = reading.tokens.start[end[more] - base]
            view = reading.text.prose.data
            for ticket, a, b in zip(tickets.tolist(), low.tolist(), high.tolist(), strict=True):
                text = str(view[a:b], "utf-8", "replace").replace(chr(TRANSPARENT), "")
                self._texts[ticket] = " ".join(text.split())

    def text(self, ticket: int) -> str:
        return self._texts[ticket]


class _Filling(NamedTuple):
    """What stands in a slot of a block."""

    slot: int
    ticket: int
    """-1 for nothing"""


class _Skeleton(NamedTuple):
    """How a template is shown."""

    parts: list[int | str]
    """Tickets of runs of fixed words, and the marks between them"""
    slots: list[int]
    """Gaps that are shown as slots; none of a notice"""


def _skeleton(table: TemplateTable, template: int, at_hand: Bool, texts: _Texts) -> _Skeleton:
    """The runs of a skeleton in the spelling of one block.

    at_hand: (R,) blocks whose text is there for sure
    A slot in which all have the same is text. What only a few members have between two words is
    left out.
    """
    row, length = _shown(table, template, at_hand), int(table.length[template])
    article, start, size = (int(c[row]) for c in (table.article, table.start, table.size))
    place = [*_places(table, row), size]
    kinds, varied = table.gap[template].tolist(), (table.entropy[template] > 0).tolist()
    parts: list[int | str] = []
    slots: list[int] = []
    low = high = -1
    for k, at in enumerate(place):
        mark, inner = "", 0 < k < length
        if kinds[k] == _SLOT and varied[k]:
            if table.form[template]:
                slots.append(k)
            mark = f"[{len(slots)}]" if table.form[template] else inner * _LEFT_OUT[0]
        elif kinds[k] == _OPTIONAL:
            mark = inner * _LEFT_OUT[1]
        same = kinds[k] == _SLOT and not mark and k < length
        if low >= 0 and (mark or k == length or (0 <= at != high and not same)):
            parts.append(texts.note(article, start + low, start + high, tail=high < size))
            low = -1
        if mark:
            parts.append(mark)
        if k < length and at >= 0:
            low, high = (at if low < 0 else low), at + 1
    return _Skeleton(parts, slots)


def _places(table: TemplateTable, row: int) -> list[int]:
    low = int(table.offset[row])
    places: list[int] = table.place[low : low + int(table.length[table.template[row]])].tolist()
    return places


def _shown(table: TemplateTable, template: int, at_hand: Bool) -> int:
    """The block in whose spelling a skeleton is shown: the medoid, or one that holds more of it."""
    first, behind = np.searchsorted(table.template, [template, template + 1])
    candidates = np.append(table.medoid[template], np.arange(first, behind))
    rows: list[int] = candidates[at_hand[candidates]][: LOOKED_AT + 1].tolist()
    held = [sum(at >= 0 for at in _places(table, row)) for row in rows]
    return rows[held.index(max(held))]


def _fillings(
    table: TemplateTable, wanted: Bool, skeletons: dict[int, _Skeleton], texts: _Texts
) -> dict[int, tuple[_Filling, ...]]:
    """What stands in the slots of each place of the wanted templates."""
    found: dict[int, tuple[_Filling, ...]] = {}
    for row in np.flatnonzero(wanted[table.template]).tolist():
        template = int(table.template[row])
        slots = skeletons[template].slots
        if not slots:
            continue
        place, size = _places(table, row), int(table.size[row])
        start, article = int(table.start[row]), int(table.article[row])
        made = []
        for number, k in enumerate(slots):
            low = place[k - 1] + 1 if k else 0
            high = place[k] if k < len(place) else size
            if high > low and (k == 0 or low > 0):
                ticket = texts.note(article, start + low, start + high)
                made.append(_Filling(number, ticket))
        found[row] = tuple(made)
    return found


class _Said:
    """What is said of a template, wherever it stands."""

    def __init__(
        self, table: TemplateTable, template: int, skeleton: _Skeleton,
        fillings: dict[int, tuple[_Filling, ...]], texts: _Texts,
    ) -> None:  # fmt: skip
        articles, topics = int(table.articles[template]), int(table.topics[template])
        fixed = int(table.length[template])
        words = round(fixed / max(float(table.share[template]), 1e-9))
        many = f"{topics}{' or more' if topics >= COMPARED_TOPICS else ''}"
        about = f" on {many} topics" if topics >= SEVERAL_TOPICS else ""
        if table.form[template]:
            self.message = f"A form that {articles:,} articles{about} fill in, each in its own way."
        else:
            how = "" if float(table.share[template]) >= VERBATIM else ", up to some words,"
            self.message = f"The same text{how} stands in {articles:,} articles{about}."
        self._facts = (
            Evidence("fact", f"fixed {fixed} of {max(words, fixed)} words"),
            Evidence("fact", _joined(skeleton.parts, texts)),
        )
        self._slots = []
        rows = np.flatnonzero(table.template == template).tolist() if skeleton.slots else []
        counts: list[Counter[str]] = [Counter() for _ in skeleton.slots]
        for row in rows:
            for slot, ticket in fillings.get(row, ()):
                if text := texts.text(ticket):  # else it is not at hand
                    counts[slot][_cut(text)] += 1
        for count in counts:
            ranked = sorted(count, key=lambda text: (-count[text], text))
            shown = " | ".join(f'"{text}"' for text in ranked[:FILLINGS])
            more = f" (+{len(ranked) - FILLINGS})" if len(ranked) > FILLINGS else ""
            self._slots.append(f"{len(ranked)} different: {shown}{more}")

    def evidence(self, fillings: Sequence[_Filling], texts: _Texts) -> tuple[Evidence, ...]:
        """The facts, and for each slot what stands there in an article."""
        here = {slot: f'"{_cut(texts.text(ticket))}"' for slot, ticket in fillings}
        slots = (
            Evidence("fact", f"[{number + 1}] here {here.get(number, '-')}; {text}")
            for number, text in enumerate(self._slots)
        )
        return (*self._facts, *slots)


def _cut(text: str) -> str:
    """A filling as it is shown."""
    return text if len(text) <= FILLING else f"{text[: FILLING - 4].rstrip()} ..."


def _joined(parts: Sequence[int | str], texts: _Texts) -> str:
    """A skeleton as text: when it is too long, the longest runs of it with their slots."""
    shown = [part if isinstance(part, str) else texts.text(part) for part in parts]
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
