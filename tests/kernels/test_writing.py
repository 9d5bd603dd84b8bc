from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

import msgspec
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedupe.arrays import F64, I64
from dedupe.findings.columns import Articles, Clusters, FindingTable, Matches, WordEdits, rounded
from dedupe.findings.lines import ColumnLines, Settled, Source, edits_in_all
from dedupe.model import (
    ORIGINS,
    PRECEDENCE,
    RULES,
    Cluster,
    Evidence,
    Finding,
    Match,
    Position,
    Severity,
    Span,
)
from dedupe.tables import EvidenceKind, EvidenceTable
from dedupe.texts import ALIGNMENT, Strings, Texts

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
units = st.one_of(st.integers(1 - 10**13, 10**13 - 1), st.integers(-30_000, 30_000))
decimals = st.one_of(st.just(-0.0), units.map(lambda number: number / 10_000))
places = st.one_of(st.none(), numbers)
spans = st.builds(Span, *[st.builds(Position, numbers, numbers, numbers)] * 2)
evidence = st.builds(
    Evidence, st.sampled_from(KINDS), texts, st.none(), st.none() | decimals, places, places
)
edits = st.one_of(
    st.builds(Evidence, st.just("edit"), texts, st.none() | texts, st.none(), numbers, numbers),
    st.builds(Evidence, st.just("edit"), st.just(""), st.none() | texts),
)
names = st.builds("{:016x}:{}".format, st.integers(0, 2**64 - 1), numbers)
dates = st.none() | st.dates().map(str)
matches = st.builds(Match, texts, st.sampled_from(ORIGINS), decimals, spans, dates)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    """A finding as rules make them, on flags and on copies."""
    rule = RULES[draw(st.sampled_from(CODES))]
    hidden = draw(st.sets(st.sampled_from(PRECEDENCE)))
    changes = draw(st.lists(edits, max_size=3))
    if draw(st.booleans()):
        changes.append(edits_in_all(draw(st.integers(len(changes) + 1, 2**63 - 1))))
    return Finding(
        rule=rule.code,
        name=rule.name,
        severity=draw(st.sampled_from(SEVERITIES)),
        fingerprint=draw(names),
        path=draw(texts),
        span=draw(spans),
        words=draw(numbers),
        similarity=draw(st.none() | decimals),
        score=draw(st.none() | decimals),
        excerpt=draw(texts),
        evidence=(*draw(st.lists(evidence, max_size=4)), *changes),
        cluster=draw(st.none() | st.builds(Cluster, texts, numbers, texts)),
        matches=tuple(draw(st.lists(matches, max_size=4))),
        matches_total=draw(numbers),
        also=tuple(code for code in PRECEDENCE if code in hidden),
        message=draw(texts),
    )


def pooled(parts: Iterable[str]) -> Texts:
    """Texts one behind the other."""
    encoded = [part.encode() for part in parts]
    edges = np.array([0, *accumulate(map(len, encoded))], np.int64)
    data = np.frombuffer(b"".join(encoded) + bytes(ALIGNMENT), np.uint8)
    return Texts(data, edges[:-1].copy(), edges[1:].copy())


def integers(values: Iterable[int | None]) -> I64:
    """Numbers, -1 for none."""
    return np.array([-1 if value is None else value for value in values], np.int64)


def fractions(values: Iterable[float | None]) -> F64:
    """Numbers, NaN for none."""
    return np.array(list(values), np.float64)


def offsets(parts: Iterable[Sequence[object]]) -> I64:
    """Where the items of each part begin."""
    return np.array([0, *accumulate(map(len, parts))], np.int64)


def place_columns(spans: Iterable[Span]) -> I64:
    """The numbers of some places."""
    rows = [
        (position.line, position.column, position.offset)
        for span in spans
        for position in (span.start, span.end)
    ]
    return np.array(rows, np.int64).reshape(-1, 6)


def edit_columns(findings: Sequence[Finding]) -> WordEdits:
    """The word edits of some findings; the last piece may tell how many there are."""
    listed = [[piece for piece in finding.evidence if piece.kind == "edit"] for finding in findings]
    told = [finding.evidence[-1:] for finding in findings]
    totals = [
        int(last[0].text.split()[0]) if last and last[0].text.endswith(" word edits in all") else 0
        for last in told
    ]
    flat = [piece for pieces in listed for piece in pieces]
    pool = pooled(text for piece in flat for text in (piece.text, piece.other or ""))
    missing = np.array([piece.other is None for piece in flat], np.bool_)
    return WordEdits(
        offsets(listed),
        integers(max(total, len(pieces)) for total, pieces in zip(totals, listed, strict=True)),
        Texts(pool.data, pool.start[::2].copy(), pool.end[::2].copy()),
        Texts(pool.data, np.where(missing, -1, pool.start[1::2]), pool.end[1::2].copy()),
        integers(piece.start for piece in flat),
        integers(piece.end for piece in flat),
    )


def tabulated(findings: Sequence[Finding]) -> Source:
    """The columns of some findings, each of its own article, as are its matches and original."""
    reasons = [
        [piece for piece in finding.evidence
         if piece.kind != "edit" and not piece.text.endswith(" word edits in all")]
        for finding in findings
    ]  # fmt: skip
    pieces = [piece for own in reasons for piece in own]
    others = [match for finding in findings for match in finding.matches]
    groups = [finding.cluster for finding in findings if finding.cluster]
    count = len(findings)
    paths = [finding.path for finding in findings] + [match.path for match in others]
    dated = [None] * count + [match.date for match in others] + [None] * len(groups)
    grouped = np.array([finding.cluster is not None for finding in findings], np.bool_)
    table = FindingTable(
        rule=np.array([CODES.index(finding.rule) for finding in findings], np.uint8),
        article=np.arange(count),
        place=place_columns(finding.span for finding in findings),
        words=integers(finding.words for finding in findings),
        similarity=fractions(finding.similarity for finding in findings),
        score=fractions(finding.score for finding in findings),
        excerpt=pooled(finding.excerpt for finding in findings),
        evidence=EvidenceTable(
            offsets(reasons),
            np.array([KINDS.index(piece.kind) for piece in pieces], np.uint8),
            pooled(piece.text for piece in pieces),
            fractions(piece.weight for piece in pieces),
            integers(piece.start for piece in pieces),
            integers(piece.end for piece in pieces),
        ),
        edits=edit_columns(findings),
        cluster=Clusters(
            np.where(grouped, np.cumsum(grouped) - 1, -1),
            integers(finding.cluster.size if finding.cluster else 0 for finding in findings),
            pooled(group.id for group in groups),
            len(paths) + np.arange(len(groups)),
        ),
        matches=Matches(
            offsets([finding.matches for finding in findings]),
            count + np.arange(len(others)),
            np.array([ORIGINS.index(match.origin) for match in others], np.uint8),
            fractions(match.similarity for match in others),
            place_columns(match.span for match in others),
        ),
        total=integers(finding.matches_total for finding in findings),
        message=pooled(finding.message for finding in findings),
    )
    days = Articles.of(Strings.of(["x"] * len(dated)), dated).date
    return Source(table, Articles(pooled([*paths, *(group.original for group in groups)]), days))


def lines_of(
    findings: Sequence[Finding], rows: Sequence[int], of: Sequence[int] = ()
) -> ColumnLines:
    """The lines of some of the findings.

    of: which of two tables tells each line; both hold all
    """
    chosen = [findings[row] for row in rows]
    also = [sum(1 << CODES.index(code) for code in finding.also) for finding in chosen]
    named = [finding.fingerprint.split(":") for finding in chosen]
    settled = Settled(
        np.array([finding.severity.rank for finding in chosen], np.uint8),
        np.array(also, np.uint32),
        np.array([int(value, 16) for value, _ in named], np.uint64),
        integers(int(count) for _, count in named),
    )
    source = np.zeros(len(rows), np.int64) if not of else integers(of)
    return ColumnLines([tabulated(findings)] * 2, source, integers(rows), settled)


def written(
    findings: Sequence[Finding], rows: Sequence[int], of: Sequence[int] = ()
) -> list[bytes]:
    """The same as bytes."""
    return list(map(bytes, lines_of(findings, rows, of)))


def plain(**values: object) -> Finding:
    """A finding with some values."""
    lead = {"rule": "FIL303", "name": "low-information-passage", "severity": Severity.WARNING}
    nowhere = Span(Position(1, 1, 0), Position(1, 1, 0))
    rest = {"path": "a", "span": nowhere, "words": 0, "excerpt": "", "message": ""}
    return msgspec.convert(
        lead | {"fingerprint": f"{0:016x}:1"} | rest | values, Finding, from_attributes=True
    )


@given(st.lists(findings(), max_size=4), st.data())
def test_lines_are_those_of_msgspec(findings: list[Finding], data: st.DataObject) -> None:
    """Any choice of findings is written byte for byte as msgspec does, and reads back the same."""
    places = st.integers(0, max(len(findings) - 1, 0))
    rows = data.draw(st.lists(places, max_size=6 * bool(findings)))
    of = data.draw(st.lists(st.integers(0, 1), min_size=len(rows), max_size=len(rows)))
    lines = written(findings, rows, of)
    assert lines == [msgspec.json.encode(findings[row]) for row in rows]
    assert [msgspec.json.decode(line, type=Finding) for line in lines] == [
        findings[row] for row in rows
    ]


def test_lines_are_written_where_somebody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """One, some, from the end, and all of them, in blocks of any size."""
    rows = [0, 1, 2, 1, 0]
    findings = [plain(path=name) for name in "abc"]
    expected = [msgspec.json.encode(findings[row]) for row in rows]
    lines = lines_of(findings, rows)
    assert len(lines) == 5
    assert (bytes(lines[1]), bytes(lines[-1])) == (expected[1], expected[-1])
    assert list(map(bytes, lines[1:4])) == expected[1:4]
    assert lines[3:3] == []
    for size in (1, 2, 5, 6):
        monkeypatch.setattr("dedupe.rows.BLOCK_LINES", size)
        assert list(map(bytes, lines)) == expected
    with pytest.raises(IndexError):
        lines[5]


@pytest.mark.parametrize("code", RULES)
@pytest.mark.parametrize("severity", SEVERITIES)
def test_every_rule_has_its_lead(code: str, severity: Severity) -> None:
    """Code, name and severity of each rule stand at the beginning."""
    finding = plain(rule=code, name=RULES[code].name, severity=severity)
    assert written([finding], [0]) == [msgspec.json.encode(finding)]


@given(st.none() | decimals, st.none() | decimals)
@example(0.0001, -0.0001)
@example(-0.0, 0.0)
@example(12.0, -2.31)
@example(999_999_999.9999, 1e5)
def test_numbers_are_the_shortest(score: float | None, weight: float | None) -> None:
    """Multiples of 0.0001 have no zeros at their end, but one decimal place."""
    finding = plain(score=score, evidence=(Evidence("signal", "x", weight=weight),))
    assert written([finding], [0]) == [msgspec.json.encode(finding)]


@given(st.one_of(st.floats(0, 1), st.fractions(0, 1, max_denominator=4096).map(float)))
@example(1 / 32)
@example(0.00005)
@example(0.71875)
@example(6.60705)
def test_numbers_are_rounded_as_python_does(number: float) -> None:
    """To four places; what lies in the middle goes where its exact value is nearer, or to even."""
    found = rounded(np.array([number, np.nan, -number]))
    assert found[[0, 2]].tolist() == [round(number, 4), round(-number, 4)]
    assert np.isnan(found[1])


@pytest.mark.parametrize("place", ["path", "excerpt", "message", "evidence", "edit", "match"])
@pytest.mark.parametrize("length", [1, 64, 5_000])
def test_much_to_escape_gets_more_room(place: str, length: int) -> None:
    """Six bytes for each of the text are written wherever it stands, in every line."""
    text = "\0" * length
    values: dict[str, object] = {
        "evidence": (Evidence("fact", text), Evidence("cue", text)),
        "edit": (Evidence("edit", text, text), Evidence("edit", "", text), edits_in_all(99)),
        "match": tuple(
            Match(text, "scan", 0.5, Span(Position(1, 1, 0), Position(1, 1, 0))) for _ in range(9)
        ),
    }
    name = {"edit": "evidence", "match": "matches"}.get(place, place)
    finding = plain(**{name: values.get(place, text)})
    assert written([finding], [0] * 5) == [msgspec.json.encode(finding)] * 5


def test_text_may_end_before_it_begins() -> None:
    """Such a piece is empty."""
    finding = plain(excerpt="abc", message="def")
    lines = lines_of([finding], [0])
    table, articles = tabulated([finding])
    excerpt = table.excerpt._replace(end=table.excerpt.start - 1)
    lines._sources = [Source(msgspec.structs.replace(table, excerpt=excerpt), articles)]
    (line,) = lines
    assert bytes(line) == msgspec.json.encode(msgspec.structs.replace(finding, excerpt=""))
