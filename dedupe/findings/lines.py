"""Findings as lines of JSON, straight from columns.

Whoever needs objects decodes the lines: they are what msgspec makes of the findings.

Legend: F findings, E pieces of evidence, or edits, M matches, C clusters, L lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import chain, pairwise
from typing import NamedTuple

import msgspec
import numpy as np
from msgspec import structs

from dedupe.arrays import I64, U8, U32, U64, distinct, ragged
from dedupe.errors import InternalError
from dedupe.findings.columns import Articles, FindingTable, Matches, WordEdits
from dedupe.model import (
    ORIGINS,
    PRECEDENCE,
    RULE_NUMBER,
    RULES,
    SEVERITIES,
    Cluster,
    Evidence,
    Finding,
    Match,
    Position,
    Severity,
    Span,
)
from dedupe.rows import Lines
from dedupe.tables import EvidenceKind, EvidenceTable
from dedupe.texts import ALIGNMENT, Texts

_NO_LINE = memoryview(b"")


class Settled(NamedTuple):
    """What is known of L findings when all have been settled."""

    severity: U8
    """(L,) `Severity.rank`"""
    also: U32
    """(L,) bits of the rules that each one hides"""
    name: U64
    """(L,) fingerprint, but for the number of findings up to each one that have it"""
    number: I64

    def rows(self, chosen: I64) -> Settled:
        """Some of them."""
        return Settled._make(column[chosen] for column in self)


class Source(NamedTuple):
    """A table of findings, and the articles that it names."""

    table: FindingTable
    articles: Articles


class ColumnLines(Lines):
    """Findings (L,) from several tables, which are written as somebody reads them.

    So lines need not be held: those of 80,000 copies take up 210 MB, and their columns a fifth.
    """

    def __init__(self, sources: Sequence[Source], source: I64, row: I64, settled: Settled) -> None:
        """Lines of the rows (L,) of sources, by their numbers (L,)."""
        self._sources, self._source, self._row, self._settled = sources, source, row, settled

    def __len__(self) -> int:
        return len(self._row)

    def some(self, places: Sequence[int]) -> list[memoryview]:
        """Those at some places, in the order given."""
        chosen = np.array(places, np.int64)
        lines: list[memoryview] = [_NO_LINE] * len(chosen)
        of = self._source[chosen]
        for number in distinct(of).tolist():
            own = np.flatnonzero(of == number)
            table, articles = self._sources[number]
            rows = chosen[own]
            made = write(table, self._row[rows], self._settled.rows(rows), articles)
            for place, line in zip(own.tolist(), made, strict=True):
                lines[place] = line
        return lines


def write(table: FindingTable, rows: I64, settled: Settled, articles: Articles) -> list[memoryview]:
    """The JSON of chosen findings, without line ends.

    rows: (L,) findings, in the order of the lines; articles: all that the table names
    """
    from dedupe.kernels import writing

    parts = _parts()
    lists = (
        _evidence(table.evidence, rows),
        _edits(table.edits, rows),
        _matches(table.matches, rows, articles),
    )
    cluster, group = table.cluster, table.cluster.of[rows]
    group = group[group >= 0]
    texts = (
        _bytes(articles.path, table.article[rows])
        + _bytes(table.excerpt, rows)
        + _bytes(table.message, rows)
        + _bytes(cluster.name, group)
        + _bytes(articles.path, cluster.original[group])
        + sum(int(each.end[-1:].sum()) for each in lists)
    )
    return written(
        writing.write_lines,
        (
            rows, *settled, *articles.path, table.rule, table.article, table.place, table.words,
            table.similarity, table.score, table.total, *table.excerpt, *table.message,
            cluster.of, cluster.size, *cluster.name, cluster.original, *chain(*lists),
            parts.constant, parts.lead.edges, parts.field.edges, parts.cluster.edges,
            parts.code.edges, _BITS,
        ),
        len(rows), texts, len(rows),
        parts.lead.longest + parts.field.size + parts.cluster.size + parts.code.size,
    ).lines()  # fmt: skip


def _evidence(evidence: EvidenceTable, rows: I64) -> Written:
    """The evidence of some findings as JSON."""
    from dedupe.kernels import writing

    parts, pieces = _parts(), _items(evidence.offset, rows)
    return written(
        writing.write_evidence,
        (
            rows, evidence.offset, evidence.kind, *evidence.text, evidence.weight, evidence.start,
            evidence.end, parts.constant, parts.label.edges, parts.evidence.edges,
        ),
        len(rows), _bytes(evidence.text, pieces), len(pieces),
        parts.label.longest + parts.evidence.size,
    )  # fmt: skip


def _edits(edits: WordEdits, rows: I64) -> Written:
    """The word edits of some findings, likewise."""
    from dedupe.kernels import writing

    parts, pieces = _parts(), _items(edits.offset, rows)
    return written(
        writing.write_edits,
        (
            rows, edits.offset, edits.total, *edits.text, *edits.other[1:], edits.start, edits.end,
            parts.constant, parts.edit.edges,
        ),
        len(rows), _bytes(edits.text, pieces) + _bytes(edits.other, pieces),
        len(pieces) + int(np.count_nonzero(edits.total[rows])), parts.edit.size,
    )  # fmt: skip


def _matches(matches: Matches, rows: I64, articles: Articles) -> Written:
    """The matches of some findings, likewise."""
    from dedupe.kernels import writing

    parts, pieces = _parts(), _items(matches.offset, rows)
    others = matches.article[pieces]
    return written(
        writing.write_matches,
        (
            rows, matches.offset, matches.article, matches.origin, matches.similarity,
            matches.place, *articles.path, *articles.date, parts.constant, parts.origin.edges,
            parts.match.edges,
        ),
        len(rows), _bytes(articles.path, others) + _bytes(articles.date, others), len(pieces),
        parts.origin.longest + parts.match.size,
    )  # fmt: skip


def _items(offset: I64, rows: I64) -> I64:
    """The pieces of some findings, one behind the other."""
    return ragged(offset[rows], offset[rows + 1] - offset[rows])[1]


def _bytes(texts: Texts, chosen: I64) -> int:
    return int(np.maximum(texts.end[chosen] - texts.start[chosen], 0).sum())


class Written(NamedTuple):
    """What a kernel has written."""

    text: U8
    end: I64
    """(L,) of each line"""

    def lines(self) -> list[memoryview]:
        """The lines one by one."""
        view = self.text.data
        return [view[low:high] for low, high in pairwise([0, *self.end.tolist()])]


def written(
    kernel: Callable[..., int], columns: tuple[object, ...], lines: int, text_bytes: int,
    items: int, item_bytes: int,
) -> Written:  # fmt: skip
    """What a kernel of `kernels.writing` writes.

    The room suffices unless much has to be escaped.

    text_bytes: of all texts; items, item_bytes: what each takes beside them and numbers
    """
    from dedupe.kernels.bits import CHUNK
    from dedupe.kernels.writing import MOST_NUMBERS, WIDEST_NUMBER

    item_bytes += MOST_NUMBERS * WIDEST_NUMBER
    room = item_bytes + CHUNK
    out = np.empty(4096 + text_bytes + text_bytes // 16 + items * item_bytes, np.uint8)
    ends = np.empty(lines, np.int64)
    done = 0
    while (done := kernel(*columns, room, done, out, ends)) < lines:
        out = np.concatenate((out, np.empty_like(out)))
    return Written(out, ends)


# ---------------------------------------------------------------------------------- constant parts

_BITS = np.array([RULE_NUMBER[code] for code in PRECEDENCE], np.uint8)
_NUMBERS = [9_000_000_000_000_000 + n for n in range(7)]
_FRACTION = 0.123456789
_SPAN = Span(Position(*_NUMBERS[:3]), Position(*_NUMBERS[3:6]))
_EVIDENCE = Evidence("<kind>", "<text>", None, _FRACTION, *_NUMBERS[:2])
_EDIT = Evidence("edit", "<text>", "<other>", None, *_NUMBERS[:2])
_CLUSTER = Cluster("<id>", _NUMBERS[0], "<original>")
_MATCH = Match("<path>", "scan", _FRACTION, _SPAN, "<date>")
_FINDING = Finding(
    rule="<rule>",
    name="<name>",
    severity=Severity.NOTE,
    fingerprint="<fingerprint>",
    path="<path>",
    span=_SPAN,
    words=_NUMBERS[6],
    similarity=_FRACTION,
    score=_FRACTION,
    excerpt="<excerpt>",
    evidence=(_EVIDENCE,),
    cluster=_CLUSTER,
    matches=(_MATCH,),
    matches_total=_NUMBERS[0],
    also=("<also>",),
    message="<message>",
)
"""Values that cannot be mistaken for anything else: a line is cut where they stand."""


def edits_in_all(count: int) -> Evidence:
    """What is said where more edits were found than are listed."""
    return Evidence("fact", f"{count} word edits in all")


class _Group(NamedTuple):
    """Constant parts that a kernel writes."""

    edges: I64
    """(n, 2) starts and ends in `_Parts.constant`"""
    longest: int
    """Bytes of the longest"""
    size: int
    """Bytes of all"""


class _Parts(NamedTuple):
    """What lines have in common; the groups are those of `kernels.writing`."""

    constant: U8
    """Padded"""
    lead: _Group
    field: _Group
    label: _Group
    evidence: _Group
    edit: _Group
    origin: _Group
    match: _Group
    cluster: _Group
    code: _Group


@cache
def _parts() -> _Parts:
    encode = msgspec.json.encode
    numbers, fraction = [encode(number) for number in _NUMBERS], encode(_FRACTION)
    marks = [
        b"<fingerprint>", b"<path>", *numbers, fraction, fraction, b"<excerpt>", encode(_EVIDENCE),
        encode(_CLUSTER), encode(_MATCH), numbers[0], encode("<also>"), b"<message>",
    ]  # fmt: skip
    _, *field = cut_line(encode(_FINDING), marks)
    lead = [
        cut_line(encode(structs.replace(
            _FINDING, rule=rule.code, name=rule.name, severity=severity
        )), marks)[0]
        for rule in RULES.values() for severity in SEVERITIES
    ]  # fmt: skip
    opening, text, weight, start, end, closing = cut_line(
        encode(_EVIDENCE), [b"<kind>", b"<text>", fraction, *numbers[:2]]
    )
    quote, weight = weight[:1], weight[1:]
    *edit, behind_edit = cut_line(encode(_EDIT), [b"<text>", b"<other>", *numbers[:2]])
    edit[2] = edit[2].removeprefix(quote)
    in_all, behind_all = cut_line(encode(edits_in_all(_NUMBERS[0])), numbers[:1])
    before, _, *match, behind_match = cut_line(
        encode(_MATCH), [b"<path>", fraction, *numbers[:6], encode("<date>")]
    )
    origin = [
        cut_line(encode(structs.replace(_MATCH, origin=name)), [b"<path>", fraction])[1]
        for name in ORIGINS
    ]  # fmt: skip
    groups = (
        lead,
        [*field, encode(None)],
        [opening + kind.name.lower().encode() + text for kind in EvidenceKind],
        [quote, weight, start, end, closing + b","],
        [*edit, behind_edit + b",", in_all, behind_all + b","],
        origin,
        [before, *match, behind_match + b","],
        cut_line(encode(_CLUSTER), [b"<id>", numbers[0], b"<original>"]),
        [encode(code) + b"," for code in PRECEDENCE],
    )
    constant, found = constant_parts(groups)
    return _Parts(constant, *found)


def constant_parts(groups: Sequence[Sequence[bytes]]) -> tuple[U8, list[_Group]]:
    """Groups of constant parts in one buffer, padded, and where they are."""
    found, first = [], 0
    for group in groups:
        edges = np.cumsum([first, *map(len, group)], dtype=np.int64)
        pairs, first = np.stack((edges[:-1], edges[1:]), axis=1), int(edges[-1])
        found.append(_Group(pairs, max(map(len, group)), sum(map(len, group))))
    return np.frombuffer(b"".join(chain(*groups)) + bytes(ALIGNMENT), np.uint8), found


def cut_line(line: bytes, marks: Iterable[bytes]) -> list[bytes]:
    """What stands before, between and behind some marks of a line, which are in this order."""
    parts = []
    for mark in marks:
        part, found, line = line.partition(mark)
        if not found:
            raise InternalError(f"{mark!r} is not where the kernel writes it")
        parts.append(part)
    return [*parts, line]
