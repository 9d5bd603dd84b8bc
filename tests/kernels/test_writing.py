from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

import msgspec
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedupe.findings.flags import LocatedFlags
from dedupe.findings.lines import write_flags
from dedupe.model import PRECEDENCE, RULES, Evidence, Finding, Position, Severity, Span
from dedupe.tables import I64, U8, EvidenceKind, EvidenceTable, Texts

CODES = tuple(RULES)
KINDS = tuple(kind.name.lower() for kind in EvidenceKind)
SEVERITIES = sorted(Severity, key=lambda severity: severity.rank)
SPECIAL = '"\\/' + "".join(map(chr, range(0x20))) + "\x7f\x80\u2028é’中😀"

texts = st.one_of(
    st.text(st.sampled_from("ab " + SPECIAL), max_size=20),
    st.text(max_size=20),
    st.text(st.sampled_from("ab"), min_size=60, max_size=200),
    st.text(st.sampled_from('ab"\n'), min_size=60, max_size=70),
)
numbers = st.one_of(st.integers(0, 120), st.integers(0, 2**63 - 1))
decimals = st.one_of(st.none(), st.just(-0.0), st.integers(1 - 10**13, 10**13 - 1).map(
    lambda units: units / 10_000
), st.integers(-30_000, 30_000).map(lambda units: units / 10_000))  # fmt: skip
places = st.one_of(st.none(), numbers)
positions = st.builds(Position, numbers, numbers, numbers)
evidence = st.builds(Evidence, st.sampled_from(KINDS), texts, st.none(), decimals, places, places)
names = st.builds("{:016x}:{}".format, st.integers(0, 2**64 - 1), numbers)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    """A finding as the filler rules make them."""
    rule = RULES[draw(st.sampled_from(CODES))]
    hidden = draw(st.sets(st.sampled_from(PRECEDENCE)))
    return Finding(
        rule=rule.code,
        name=rule.name,
        severity=draw(st.sampled_from(SEVERITIES)),
        fingerprint=draw(names),
        path=draw(texts),
        span=Span(draw(positions), draw(positions)),
        words=draw(numbers),
        score=draw(decimals),
        excerpt=draw(texts),
        evidence=tuple(draw(st.lists(evidence, max_size=4))),
        also=tuple(code for code in PRECEDENCE if code in hidden),
        message=draw(texts),
    )


def pooled(parts: Iterable[str], padding: int = 0) -> Texts:
    """Texts one behind the other, and nothing behind the last but the padding."""
    encoded = [part.encode() for part in parts]
    edges = np.array([0, *accumulate(map(len, encoded))], np.int64)
    data = np.frombuffer(b"".join(encoded) + bytes(padding), np.uint8)
    return Texts(data, edges[:-1].copy(), edges[1:].copy())


def integers(values: Iterable[int | None]) -> I64:
    """Numbers, -1 for none."""
    return np.array([-1 if value is None else value for value in values], np.int64)


def tabulated(findings: Sequence[Finding], padding: int = 0) -> LocatedFlags:
    """The columns of some findings, each of its own article."""
    pieces = [piece for finding in findings for piece in finding.evidence]
    place = [
        number
        for finding in findings
        for position in (finding.span.start, finding.span.end)
        for number in (position.line, position.column, position.offset)
    ]
    return LocatedFlags(
        np.array([CODES.index(finding.rule) for finding in findings], np.uint8),
        np.arange(len(findings)),
        np.zeros(len(findings), np.int64),
        integers(finding.words for finding in findings),
        np.ascontiguousarray(integers(place).reshape(-1, 6).T),
        np.array([finding.score for finding in findings], np.float64),
        pooled((finding.excerpt for finding in findings), padding),
        pooled((finding.message for finding in findings), padding),
        EvidenceTable(
            np.array([0, *accumulate(len(finding.evidence) for finding in findings)], np.int64),
            np.array([KINDS.index(piece.kind) for piece in pieces], np.uint8),
            pooled((piece.text for piece in pieces), padding),
            np.array([piece.weight for piece in pieces], np.float64),
            integers(piece.start for piece in pieces),
            integers(piece.end for piece in pieces),
        ),
    )


def written(findings: Sequence[Finding], rows: Sequence[int], padding: int = 0) -> list[bytes]:
    """The kernel's lines for some of the findings."""
    chosen = [findings[row] for row in rows]
    also = [sum(1 << CODES.index(code) for code in finding.also) for finding in chosen]
    named = [finding.fingerprint.split(":") for finding in chosen]
    lines = write_flags(
        tabulated(findings, padding), integers(rows),
        np.array([finding.severity.rank for finding in chosen], np.uint8),
        np.array(also, np.uint32),
        np.array([int(value, 16) for value, _ in named], np.uint64),
        integers(int(count) for _, count in named),
        pooled((finding.path for finding in findings), padding),
    )  # fmt: skip
    return [line.tobytes() for line in lines]


def plain(**values: object) -> Finding:
    """A finding with some values."""
    lead = {"rule": "FIL303", "name": "low-information-passage", "severity": Severity.WARNING}
    nowhere = Span(Position(1, 1, 0), Position(1, 1, 0))
    rest = {"path": "a", "span": nowhere, "words": 0, "excerpt": "", "message": ""}
    return msgspec.convert(
        lead | {"fingerprint": f"{0:016x}:1"} | rest | values, Finding, from_attributes=True
    )


@given(st.lists(findings(), max_size=4), st.data(), st.sampled_from((0, 1, 63, 64, 100)))
def test_lines_are_those_of_msgspec(
    findings: list[Finding], data: st.DataObject, padding: int
) -> None:
    """Any choice of findings is written byte for byte as msgspec does, and reads back the same."""
    places = st.integers(0, max(len(findings) - 1, 0))
    rows = data.draw(st.lists(places, max_size=6 * bool(findings)))
    lines = written(findings, rows, padding)
    assert lines == [msgspec.json.encode(findings[row]) for row in rows]
    assert [msgspec.json.decode(line, type=Finding) for line in lines] == [
        findings[row] for row in rows
    ]


@pytest.mark.parametrize("code", RULES)
@pytest.mark.parametrize("severity", SEVERITIES)
def test_every_rule_has_its_lead(code: str, severity: Severity) -> None:
    """Code, name and severity of each rule stand at the beginning."""
    finding = plain(rule=code, name=RULES[code].name, severity=severity)
    assert written([finding], [0]) == [msgspec.json.encode(finding)]


@given(decimals, decimals)
@example(0.0001, -0.0001)
@example(-0.0, 0.0)
@example(12.0, -2.31)
@example(999_999_999.9999, 1e5)
def test_numbers_are_the_shortest(score: float | None, weight: float | None) -> None:
    """Multiples of 0.0001 have no zeros at their end, but one decimal place."""
    finding = plain(score=score, evidence=(Evidence("signal", "x", weight=weight),))
    assert written([finding], [0]) == [msgspec.json.encode(finding)]


@pytest.mark.parametrize("place", ["path", "excerpt", "message", "evidence"])
@pytest.mark.parametrize("length", [1, 64, 5_000])
def test_much_to_escape_gets_more_room(place: str, length: int) -> None:
    """Six bytes for each of the text are written wherever it stands, in every line."""
    text = "\0" * length
    value = (Evidence("fact", text), Evidence("cue", text)) if place == "evidence" else text
    finding = plain(**{place: value})
    assert written([finding], [0] * 5) == [msgspec.json.encode(finding)] * 5


def test_text_may_end_before_it_begins() -> None:
    """Such a piece is empty."""
    finding = plain(excerpt="abc", message="def")
    table = tabulated([finding])
    end = table.excerpt.start - 1
    table = msgspec.structs.replace(table, excerpt=table.excerpt._replace(end=end))
    one: U8 = np.ones(1, np.uint8)
    (line,) = write_flags(
        table, integers([0]), one, np.zeros(1, np.uint32), np.zeros(1, np.uint64),
        integers([1]), pooled(["a"]),
    )  # fmt: skip
    assert line.tobytes() == msgspec.json.encode(msgspec.structs.replace(finding, excerpt=""))
