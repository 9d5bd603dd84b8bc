"""Article text and file names that try to act on a terminal, a log or a parser."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest

from dedupe.model import (
    Copy,
    Edit,
    Evidence,
    Nearest,
    Shown,
    Skipped,
)
from dedupe.reports import ANALYSIS, FORMATS, compare, explain, files, show, write
from dedupe.reports.options import ReportOptions
from dedupe.reports.visible import one_line, visible
from tests.reports import samples
from tests.reports.hostile import PATH, TEXT, hostile_finding, hostile_result

PLAIN = ReportOptions()
ACTIONS = ReportOptions(github=True)
COLOR = ReportOptions(color=True)
NARROW = ReportOptions(width=20, github=True)
ASCII = ReportOptions(encoding="ascii")
CI_FORMATS = ["sarif", "github", "gitlab", "junit", "rdjson", "markdown", "csv"]
OPTIONS = [PLAIN, ACTIONS, COLOR, NARROW, ASCII]


def _written(name: str, options: ReportOptions) -> bytes:
    stream = io.BytesIO()
    write(name, hostile_result(), stream, options)
    return stream.getvalue()


def _strings(value: object) -> Iterator[str]:
    """All strings of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


def _assert_harmless(text: str, options: ReportOptions) -> None:
    if options.color:
        text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", text)
    if options.github:
        assert "::" not in text
        assert "##[" not in text


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if form.for_people])
def test_text_formats_are_harmless(name: str, options: ReportOptions) -> None:
    """No control character gets through, and no workflow command."""
    _assert_harmless(_written(name, options).decode(options.encoding), options)


@pytest.mark.parametrize("name", ["json", "jsonl", *sorted(ANALYSIS)])
def test_machine_formats_are_valid_json(name: str) -> None:
    """UTF-8, one JSON value per line (or one in all), the text unchanged but for surrogates."""
    text = _written(name, PLAIN).decode()
    if name == "json":
        rows = json.loads(text)["findings"]
    else:
        rows = [json.loads(line) for line in text.split("\n") if line]
    found = [row for row in rows if row["kind"] == "finding"]
    assert {row["excerpt"] for row in found} <= {TEXT.replace("\ud800", "\\ud800")}
    assert {row["path"] for row in found} <= {PATH.replace("\udce9", "\\xe9")}


@pytest.mark.parametrize("name", CI_FORMATS)
def test_formats_of_ci_are_harmless(name: str) -> None:
    """No control character but line feeds, also behind the escapes of JSON; always UTF-8."""
    text = _written(name, ASCII).decode()
    _assert_harmless(text, PLAIN)
    if name in {"sarif", "gitlab", "rdjson"}:
        for string in _strings(json.loads(text)):
            _assert_harmless(string, PLAIN)


@pytest.mark.parametrize("options", OPTIONS)
def test_other_reports_are_harmless(options: ReportOptions) -> None:
    """The same holds for compare, show, explain and files."""
    stream = io.BytesIO()
    comparison = samples.comparison()
    passage = msgspec.structs.replace(
        comparison.passages[0],
        edits=(Edit("equal", TEXT, TEXT), Edit("replace", TEXT, TEXT), Edit("delete", TEXT, "")),
    )
    compare.write(
        msgspec.structs.replace(comparison, path_a=PATH, path_b=PATH, passages=(passage,)),
        stream,
        options,
    )
    copy = Copy(PATH, TEXT, original=True, passage=passage)
    for copies in ((copy,), ()):
        show.write(Shown(hostile_finding(), copies), stream, options)
    explanation = samples.explanation()
    explained = msgspec.structs.replace(
        explanation.passages[0],
        excerpt=TEXT,
        phrases=(Evidence("phrase", TEXT),),
        findings=(hostile_finding(),),
        abstained=TEXT,
        filler=None,
        originals=(hostile_finding(),),
        nearest=Nearest(
            path=PATH, span=samples.span(1, 0, 9), similarity=0.5, shared_shingles=1, shingles=2,
            found_by_bands=0.9, limit=0.5, run=TEXT,
        ),
    )  # fmt: skip
    explain.write(
        msgspec.structs.replace(explanation, path=PATH, passages=(explained,)), stream, options
    )
    files.write([PATH], [Skipped(PATH, TEXT)], stream, replace(options, verbose=True))
    _assert_harmless(stream.getvalue().decode(options.encoding), options)


def test_visible_escapes() -> None:
    """Each kind of character has a readable form; what is harmless stays as it is."""
    assert (
        visible("caf\u00e9 \u4e2d\u6587 \U0001f600 \u2013")
        == "caf\u00e9 \u4e2d\u6587 \U0001f600 \u2013"
    )
    assert visible("a\x1b[0m\x00\x9b") == "a\\x1b[0m\\x00\\x9b"
    assert visible("\u202e\udce9\ud800") == "\\u202e\\xe9\\ud800"
    assert visible("::error::x ##[y]") == "::error::x ##[y]"
    assert visible("::error::x ##[y]", github=True) == ":\\x3aerror:\\x3ax #\\x23[y]"
    assert visible("a\ufffe\uffff") == "a\\ufffe\\uffff"
    assert one_line(" a\tb\r\n c ") == "a b c"


@pytest.mark.parametrize("colons", range(2, 9))
def test_no_number_of_colons_makes_a_command(colons: int) -> None:
    """Breaking up a pair leaves no other pair behind."""
    assert "::" not in visible(":" * colons + "error", github=True)
