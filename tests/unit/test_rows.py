from __future__ import annotations

import io

import msgspec
import pytest

from dedupe.model import Finding
from dedupe.rows import Findings, encode, lines, paths, write_rows
from tests.reports import samples


@pytest.fixture
def found() -> tuple[Finding, ...]:
    """Some findings as objects."""
    return tuple(samples.result().findings)


def encoded(found: tuple[Finding, ...]) -> Findings:
    """The same as lines."""
    ranks = [finding.severity.rank for finding in found]
    return Findings(list(map(encode, found)), [finding.path for finding in found], ranks)


def test_lines_are_read_like_a_tuple(found: tuple[Finding, ...]) -> None:
    """Length, single findings, slices before and after decoding, and iteration."""
    findings = encoded(found)
    assert len(findings) == len(found)
    assert tuple(findings[1:3]) == found[1:3]
    assert (findings[0], findings[-1]) == (found[0], found[-1])
    assert tuple(findings) == found
    assert tuple(findings[1:3]) == found[1:3]
    assert paths(findings) == paths(found)


def test_lines_are_written_as_they_are(found: tuple[Finding, ...]) -> None:
    """Lines and objects are written alike; no finding, no line."""
    for rows in (found, ()):
        written = []
        for some in (rows, encoded(rows)):
            stream = io.BytesIO()
            write_rows(some, stream)
            written.append(stream.getvalue())
        assert written[0] == written[1]
        assert list(lines(encoded(rows))) == list(lines(rows))


def test_path_that_is_no_text_comes_back(found: tuple[Finding, ...]) -> None:
    """JSON holds an escape for a byte that is no UTF-8; the object holds the name."""
    odd = msgspec.structs.replace(found[0], path="caf\udce9.txt")
    findings = encoded((odd,))
    assert b"caf\\\\xe9.txt" in bytes(findings.lines[0])
    assert findings[0] == odd


def test_merged_findings_are_sorted(found: tuple[Finding, ...]) -> None:
    """Others come where their path and place belong."""
    merged = encoded(found[::2]).merged(found[1::2])
    order = sorted(found, key=lambda f: (f.path, f.span.start.line, f.span.start.column, f.rule))
    assert tuple(merged) == tuple(order)
    assert merged.ranks == [finding.severity.rank for finding in order]


def test_replaced_findings_keep_their_places(found: tuple[Finding, ...]) -> None:
    """Others are read in the places of some, one by one, in slices and all together."""
    changed = {
        place: msgspec.structs.replace(found[place], message=f"changed {place}") for place in (2, 0)
    }
    expected = [changed.get(place, finding) for place, finding in enumerate(found)]
    findings = encoded(found).replaced(changed)
    assert (findings[0], findings[1], findings[-1]) == (expected[0], expected[1], expected[-1])
    assert list(findings[1:3]) == expected[1:3]
    assert list(findings) == expected
    assert list(findings.lines) == list(map(encode, expected))
    unchanged = encoded(found)
    assert unchanged.replaced({}) is unchanged


def test_what_was_replaced_can_be_replaced_and_merged(found: tuple[Finding, ...]) -> None:
    """The last one stands, wherever it comes to stand."""
    first, second = (msgspec.structs.replace(found[0], message=text) for text in ("one", "two"))
    findings = encoded(found).replaced({0: first}).replaced({0: second})
    other = msgspec.structs.replace(found[0], path="", message="first of all")
    merged = findings.merged([other])
    assert merged[0] == other
    assert list(merged)[1:] == sorted(
        (second, *found[1:]),
        key=lambda f: (f.path, f.span.start.line, f.span.start.column, f.rule),
    )
