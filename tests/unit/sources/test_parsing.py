from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Literal

import pytest

from dedupe import sources
from dedupe.config import Sources
from dedupe.sources import FileTable, SourceFile, markdown_parser
from dedupe.sources.parsing import Events, Parse, Parsers, parse

TEXTS = [
    "# One\n\nSome *text*, `code` and\n\n    more.\n",
    "",
    "zwei ümläute\n",
    "- a\n- b\n" * 999,
]


def events_of(parser: Parse, texts: list[str], *, code: bool = False) -> Events:
    """The events of some texts with something else around them."""
    text = b"...".join(["", *texts, ""][k].encode() for k in range(len(texts) + 2))
    places, at = [], 3
    for one in texts:
        places.append((at, at + len(one.encode())))
        at = places[-1][1] + 3
    found = parser(memoryview(text), places, code=code)
    return Events(bytes(found.message), found.end)


@pytest.mark.parametrize("code", [False, True])
@pytest.mark.parametrize("texts", [TEXTS, [], [""], TEXTS[::-1]])
def test_other_processes_return_the_same(texts: list[str], code: bool) -> None:
    """From two threads, again and again."""
    expected = events_of(parse, texts, code=code)
    with closing(Parsers(2)) as parsers, ThreadPoolExecutor(2) as pool:
        for found in pool.map(lambda _: events_of(parsers.parse, texts, code=code), range(6)):
            assert found == expected
        assert len(parsers._started) <= 2
    assert all(process.returncode is not None for process in parsers._started)


def test_nothing_is_lost_where_a_process_ends() -> None:
    """What it was asked for is parsed here, and the next text by a new one."""
    expected = events_of(parse, TEXTS)
    with closing(Parsers(1)) as parsers:
        for turn in range(1, 3):
            assert events_of(parsers.parse, TEXTS) == expected
            os.kill(parsers._started[-1].pid, signal.SIGKILL)
            parsers._started[-1].wait()
            assert events_of(parsers.parse, TEXTS) == expected
            assert len(parsers._started) == turn


def test_nothing_is_lost_where_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is parsed here then."""

    def fails(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr("subprocess.Popen", fails)
    with closing(Parsers(1)) as parsers:
        assert events_of(parsers.parse, TEXTS) == events_of(parse, TEXTS)


@pytest.mark.parametrize(
    ("name", "form", "threads", "size", "beside"),
    [
        ("a.md", "auto", 2, 100, True),
        ("a.MD", "auto", 2, 100, True),
        ("a.md", "auto", 1, 100, False),
        ("a.md", "auto", 2, 99, False),
        ("a.md", "txt", 2, 100, False),
        ("a.txt", "auto", 2, 100, False),
        ("a.txt", "md", 2, 100, True),
    ],
)
def test_processes_are_for_much_markdown(
    monkeypatch: pytest.MonkeyPatch, name: str, form: Literal["auto", "md", "txt"], threads: int,
    size: int, *, beside: bool,
) -> None:  # fmt: skip
    """To start one for each thread takes longer than to parse a few megabytes."""
    monkeypatch.setattr(sources, "PARSED_BESIDE", 300)
    files = FileTable.of([SourceFile(name, name, size)] * 3)
    with markdown_parser(files, Sources(input_format=form), threads) as parser:
        assert (parser is not None) == beside
