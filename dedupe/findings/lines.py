"""Findings as lines of JSON, straight from columns.

Whoever needs objects decodes the lines: they are what msgspec makes of the findings.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import chain, pairwise
from typing import NamedTuple

import msgspec
import numpy as np

from dedupe.findings.flags import LocatedFlags
from dedupe.model import (
    PRECEDENCE,
    RULE_NUMBER,
    RULES,
    SEVERITIES,
    Evidence,
    Finding,
    Position,
    Severity,
    Span,
)
from dedupe.tables import I64, U8, U32, U64, EvidenceKind, Texts

_PADDING = 64
"""Bytes behind the end of a text that may be looked at."""


def write_flags(
    flags: LocatedFlags, rows: I64, severity: U8, also: U32, fingerprint: U64, count: I64,
    paths: Texts,
) -> list[memoryview]:  # fmt: skip
    """The JSON of chosen flags of a batch, without line ends.

    rows: (L,) flags, in the order of the lines; severity: (L,) `Severity.rank`; also: (L,) bits of
    the rules that are hidden; fingerprint, count: (L,) its two parts; paths: of the batch's
    articles.
    """
    from dedupe.kernels.writing import write

    parts, evidence = _parts(), flags.evidence
    out = np.empty(_expected(flags, rows, paths, parts), np.uint8)
    ends = np.empty(len(rows), np.int64)
    columns = (
        rows, severity, also, fingerprint, count, *_padded(paths),
        flags.rule, flags.article, flags.place, flags.behind - flags.first, flags.score,
        *_padded(flags.excerpt), *_padded(flags.message),
        evidence.offset, evidence.kind, *_padded(evidence.text),
        evidence.weight, evidence.start, evidence.end,
        parts.constant, parts.lead, parts.field, parts.label, parts.part, parts.code, _BITS,
        parts.line_bytes + parts.piece_bytes + _PADDING,
    )  # fmt: skip
    done = 0
    while (done := write(*columns, done, out, ends)) < len(rows):
        out = np.concatenate((out, np.empty_like(out)))  # more escapes than expected
    view = out.data
    return [view[low:high] for low, high in pairwise([0, *ends.tolist()])]


def _expected(flags: LocatedFlags, rows: I64, paths: Texts, parts: _Parts) -> int:
    """Bytes of room that suffice unless much has to be escaped."""
    evidence = flags.evidence
    first, behind = evidence.offset[rows], evidence.offset[rows + 1]
    ahead = np.concatenate(([0], np.cumsum(_lengths(evidence.text))))
    texts = (
        int(np.sum(ahead[behind] - ahead[first]))
        + int(np.sum(_lengths(flags.excerpt)[rows]))
        + int(np.sum(_lengths(flags.message)[rows]))
        + int(np.sum(_lengths(paths)[flags.article[rows]]))
    )
    pieces = int(np.sum(behind - first))
    return 4096 + texts + texts // 16 + len(rows) * parts.line_bytes + pieces * parts.piece_bytes


def _lengths(texts: Texts) -> I64:
    lengths: I64 = np.maximum(texts.end - texts.start, 0)
    return lengths


def _padded(texts: Texts) -> Texts:
    """The same texts, and behind them bytes that may be looked at."""
    missing = int(texts.end.max(initial=0)) + _PADDING - len(texts.data)
    if missing <= 0:
        return texts
    return texts._replace(data=np.concatenate((texts.data, np.zeros(missing, np.uint8))))


# ---------------------------------------------------------------------------------- constant parts

_BITS = np.array([RULE_NUMBER[code] for code in PRECEDENCE], np.uint8)
_NUMBERS = [9_000_000_000_000_000 + n for n in range(7)]
_FRACTION = 0.123456789
_EVIDENCE = Evidence("<kind>", "<text>", None, _FRACTION, *_NUMBERS[:2])
_FINDING = Finding(
    rule="<rule>",
    name="<name>",
    severity=Severity.NOTE,
    fingerprint="<fingerprint>",
    path="<path>",
    span=Span(Position(*_NUMBERS[:3]), Position(*_NUMBERS[3:6])),
    words=_NUMBERS[6],
    score=_FRACTION,
    excerpt="<excerpt>",
    evidence=(_EVIDENCE,),
    also=("<also>",),
    message="<message>",
)
"""Values that cannot be mistaken for anything else: a line is cut where they stand."""


class _Parts(NamedTuple):
    """What lines have in common; parts are starts and ends in `constant`."""

    constant: U8
    """Padded"""
    lead: I64
    """(rules, severities, 2) up to the fingerprint"""
    field: I64
    """(FIELDS, 2) what stands between values, up to the end"""
    label: I64
    """(kinds, 2) the beginning of a piece of evidence, up to its text"""
    part: I64
    """(6, 2) the rest of it, see `kernels.writing`"""
    code: I64
    """(C, 2) the rules of PRECEDENCE, with a comma"""
    line_bytes: int
    """Most that a line takes beside its texts and evidence"""
    piece_bytes: int
    """Most that a piece of evidence takes beside its text"""


@cache
def _parts() -> _Parts:
    from dedupe.kernels.writing import WIDEST_NUMBER

    encode = msgspec.json.encode
    marks = [
        b"<fingerprint>", b"<path>", *map(encode, _NUMBERS), encode(_FRACTION), b"<excerpt>",
        encode(_EVIDENCE), encode("<also>"), b"<message>",
    ]  # fmt: skip
    _, *field = _cut(encode(_FINDING), marks)
    lead = [
        _cut(encode(msgspec.structs.replace(
            _FINDING, rule=rule.code, name=rule.name, severity=severity
        )), marks)[0]
        for rule in RULES.values() for severity in SEVERITIES
    ]  # fmt: skip
    opening, text, weight, start, end, closing = _cut(
        encode(_EVIDENCE), [b"<kind>", b"<text>", encode(_FRACTION), *map(encode, _NUMBERS[:2])]
    )
    label = [opening + kind.name.lower().encode() + text for kind in EvidenceKind]
    quote, weight = weight[:1], weight[1:]
    part = [quote, weight, start, end, closing + b",", encode(None)]
    code = [encode(code) + b"," for code in PRECEDENCE]

    groups = (lead, field, label, part, code)
    edges = np.cumsum([0, *(len(item) for group in groups for item in group)], dtype=np.int64)
    pairs = np.stack((edges[:-1], edges[1:]), axis=1)
    of_lead, of_field, of_label, of_part, of_code = (
        np.ascontiguousarray(pairs[behind - len(group) : behind])
        for group, behind in zip(groups, np.cumsum([len(group) for group in groups]), strict=True)
    )
    return _Parts(
        np.frombuffer(b"".join(chain(*groups)) + bytes(_PADDING), np.uint8),
        of_lead.reshape(len(RULES), len(SEVERITIES), 2), of_field, of_label, of_part, of_code,
        _longest(lead) + sum(map(len, field + code)) + (len(_NUMBERS) + 4) * WIDEST_NUMBER,
        _longest(label) + sum(map(len, part)) + 4 * WIDEST_NUMBER,
    )  # fmt: skip


def _longest(parts: Iterable[bytes]) -> int:
    return max(map(len, parts))


def _cut(line: bytes, marks: Iterable[bytes]) -> list[bytes]:
    """What stands before, between and behind some marks, which are in this order."""
    parts = []
    for mark in marks:
        part, found, line = line.partition(mark)
        if not found:
            raise AssertionError(f"{mark!r} is not where the kernel writes it")
        parts.append(part)
    return [*parts, line]
