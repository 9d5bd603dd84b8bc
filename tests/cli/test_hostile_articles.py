"""Articles, file names and reasons that try to act on their reader, from file to output."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from dedupe.reports import ANALYSIS, FORMATS
from tests.cli.conftest import BAKERY, FERRY, Cli

HOSTILE = (
    "[/b] [link=x] \x1b[31mred\x1b[0m </script><img src=x> =cmd() and ::error::pwned `` ``` | @all "
    "#1 ![x](https://example.org/beacon) ##[group]x \u202egnorw\u202c \x9b2J \x07 &amp; %0A::x::"
)
LINES = "::error file=a,line=1::pwned\n::add-mask::the\n##[error]pwned\n=cmd()\n"
NAME = "::error::\x1b[2J[b].md"
SURROGATE = b"caf\xe9 [b].md"
VISIBLE = sorted(FORMATS.keys() - ANALYSIS - {"json", "jsonl"})
"""Formats whose text is escaped; in the others it is what it is, behind the escapes of JSON."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copies of a hostile passage under hostile names, one of them excused in hostile words."""
    passage = f"{HOSTILE}\n{LINES}{BAKERY} {HOSTILE}"
    excuse = f"<!-- dedupe: ignore[DUP] -- {HOSTILE.replace('-->', '')} -->"
    (tmp_path / "a.md").write_text(f"# Bread\n\n{passage}\n", encoding="utf-8")
    for name, head in ((NAME, ""), ("b.md", excuse)):
        text = f"# {HOSTILE}\n\n{FERRY}\n\n{head}\n\n{passage}\n"
        (tmp_path / name).write_text(text, encoding="utf-8")
    with open(os.fsencode(tmp_path) + b"/" + SURROGATE, "wb") as file:  # noqa: PTH123 - bytes
        file.write(f"# Boats\n\n{passage}\n".encode())
    (tmp_path / "nul.md").write_bytes(b"# Nul\n\n\0\0\0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEDUPE_DEPTH", "fast")
    return tmp_path


def _assert_harmless(text: str, *, github: bool) -> None:
    """No control character but line feeds; in a log of GitHub no command either."""
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", text)
    if github:
        assert not re.search(r"^\s*::|##\[", text, re.MULTILINE)


@pytest.mark.parametrize("github", [False, True])
@pytest.mark.parametrize("name", VISIBLE)
def test_formats_for_reading(
    cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, github: bool
) -> None:
    """Every finding is told, and nothing of it acts; on standard error neither."""
    if github:
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
    ran = cli("scan", "-f", name, "--include-suppressed", "--today", "2027-01-31")
    assert ran.code == 0
    own = ran.out
    if name == "github":  # its lines are commands, of dedupe
        own = re.sub(r"^::(?:error|warning|notice) title=", "", ran.out, flags=re.MULTILINE)
        assert all(line.startswith("::") for line in ran.out.splitlines())
    _assert_harmless(own, github=github or name == "github")
    _assert_harmless(ran.err, github=github)
    assert "DUP10" in ran.out
    assert "caf\\xe9" in ran.out.replace("\\\\", "\\").replace("%5C", "\\")


def test_formats_are_what_they_are(cli: Cli, folder: Path) -> None:
    """A parser reads each of them, and finds the same findings."""
    written = {name: cli("scan", "-q", "-f", name, "--ignore-suppressions").out for name in FORMATS}
    findings = json.loads(written["json"])["findings"]
    assert {finding["path"] for finding in findings} >= {NAME, "b.md", "caf\\xe9 [b].md"}
    assert any(HOSTILE[:20] in finding["excerpt"] for finding in findings)
    for name in ("jsonl", *ANALYSIS):
        assert all(json.loads(line) for line in written[name].split("\n")[:-1])
    assert len(json.loads(written["gitlab"])) == len(findings)
    assert len(json.loads(written["rdjson"])["diagnostics"]) == len(findings)
    assert json.loads(written["sarif"])["runs"][0]["results"]
    cases = ET.fromstring(written["junit"]).iter("testcase")  # noqa: S314 - our own
    assert sum(case.get("name") != "no findings" for case in cases) == len(findings)
    rows = list(csv.reader(io.StringIO(written["csv"], newline=""), strict=True))
    assert len({len(row) for row in rows}) == 1
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows[1:] for cell in row)


def test_markdown_holds_no_markup_of_articles(cli: Cli, folder: Path) -> None:
    """No image, no tag, no mention outside of code."""
    text = cli("scan", "-q", "-f", "markdown", "--ignore-suppressions").out
    outside = re.sub(r"`[^`\n]*`", "", text)
    assert "](" not in outside
    assert "<" not in outside
    assert "@all" not in outside


def test_other_commands(cli: Cli, folder: Path) -> None:
    """`show`, `explain`, `compare`, `files` and `accept` print harmless text, too."""
    for arguments in (
        ("show", "a.md:3", "."),
        ("explain", NAME, "--with", "."),
        ("compare", "a.md", NAME),
        ("files", "-v"),
        ("accept", "a.md:3", "--reason", HOSTILE),
        ("scan", "-f", "full", "--include-suppressed"),
        ("baseline", "create"),
        ("baseline", "show"),
        ("scan", "no\x1b[2J\n::error::such"),
    ):
        ran = cli(*arguments)
        assert ran.code == (2 if "such" in arguments[-1] else 0), (arguments, ran)
        _assert_harmless(ran.out, github=False)
        _assert_harmless(ran.err, github=False)


def test_configuration(cli: Cli, folder: Path) -> None:
    """Messages on a hostile configuration are harmless as well."""
    (folder / "dedupe.toml").write_text('"\\u001b[2J::error::" = 1\n', encoding="utf-8")
    ran = cli("scan")
    assert ran.code == 2
    _assert_harmless(ran.err, github=False)


def test_any_number_of_jobs(cli: Cli, folder: Path) -> None:
    """Every format has the same bytes."""
    for name in FORMATS:
        first, second = (cli("scan", "-q", "-f", name, "-j", jobs).out for jobs in ("1", "4"))
        assert first == second, name
