"""Every format prints what its golden file holds; UPDATE_GOLDEN=1 rewrites the files."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dedupe.model import Shown
from dedupe.reports import FORMATS, compare, explain, files, rules, show, write
from dedupe.reports.options import ReportOptions
from tests.reports import samples

GOLDEN = Path(__file__).with_name("golden")
PLAIN = ReportOptions()
COLOR = ReportOptions(color=True, width=100)
NARROW = ReportOptions(width=40)

Writer = Callable[[io.BytesIO], None]


def _format(name: str, options: ReportOptions = PLAIN) -> Writer:
    return lambda stream: write(name, samples.result(), stream, options)


CASES: dict[str, Writer] = {
    "full.txt": _format("full"),
    "full.color.txt": _format("full", COLOR),
    "full.narrow.txt": _format("full", NARROW),
    "concise.txt": _format("concise"),
    "grouped.txt": _format("grouped"),
    "grouped.color.txt": _format("grouped", COLOR),
    "json.json": _format("json"),
    "jsonl.jsonl": _format("jsonl"),
    "matches.jsonl": _format("matches"),
    "clusters.jsonl": _format("clusters"),
    "passages.jsonl": _format("passages"),
    "sarif.json": _format("sarif"),
    "github.txt": _format("github"),
    "gitlab.json": _format("gitlab"),
    "junit.xml": _format("junit"),
    "rdjson.json": _format("rdjson"),
    "markdown.md": _format("markdown"),
    "csv.csv": _format("csv"),
    "compare.txt": lambda stream: compare.write(samples.comparison(), stream, PLAIN),
    "compare.color.txt": lambda stream: compare.write(samples.comparison(), stream, COLOR),
    "compare.narrow.txt": lambda stream: compare.write(samples.comparison(), stream, NARROW),
    "compare.json": lambda stream: compare.write_json(samples.comparison(), stream),
    "show.txt": lambda stream: show.write(samples.shown(), stream, PLAIN),
    "show.color.txt": lambda stream: show.write(samples.shown(), stream, COLOR),
    "show.narrow.txt": lambda stream: show.write(samples.shown(), stream, NARROW),
    "show.filler.txt": lambda stream: show.write(Shown(samples.findings()[1]), stream, PLAIN),
    "show.json": lambda stream: show.write_json(samples.shown(), stream),
    "explain.txt": lambda stream: explain.write(samples.explanation(), stream, PLAIN),
    "explain.json": lambda stream: explain.write_json(samples.explanation(), stream),
    "rule.txt": lambda stream: rules.write_page("DUP102", stream, PLAIN),
    "rules.txt": lambda stream: rules.write_list(stream, PLAIN),
    "files.txt": lambda stream: files.write(
        ["a.md", "b.md"], samples.result().skipped, stream, ReportOptions(verbose=True)
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_output_is_the_golden_file(name: str) -> None:
    """Byte for byte, and the same when it is written a second time."""
    printed = _printed(CASES[name])
    if os.environ.get("UPDATE_GOLDEN"):
        (GOLDEN / name).write_bytes(printed)
    assert printed.decode() == (GOLDEN / name).read_bytes().decode()
    assert _printed(CASES[name]) == printed


def test_every_format_has_a_case() -> None:
    """A new format needs a golden file."""
    assert set(FORMATS) <= {name.partition(".")[0] for name in CASES}


def _printed(writer: Writer) -> bytes:
    stream = io.BytesIO()
    writer(stream)
    return stream.getvalue()
