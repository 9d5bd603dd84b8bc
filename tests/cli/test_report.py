from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from dedupe.reports import ANALYSIS, FORMATS
from tests.cli.conftest import BAKERY, FERRY, Cli

SAVED = sorted(FORMATS.keys() - ANALYSIS)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copied passage and an empty field; the working directory."""
    (tmp_path / "a.md").write_text(f"# Bread\n\n{BAKERY}\n", encoding="utf-8")
    (tmp_path / "b.md").write_text(f"# Boats\n\n{FERRY}\n\n{BAKERY}\n\nTAGS:\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEDUPE_DEPTH", "fast")
    return tmp_path


@pytest.mark.parametrize("source", ["json", "jsonl"])
def test_every_format_is_as_the_scan_writes_it(cli: Cli, folder: Path, source: str) -> None:
    """From both formats of a result, to files and to standard output, in any order."""
    outputs = [argument for name in SAVED for argument in ("-o", f"{name}:s.{name}")]
    assert cli("scan", "--sort", "severity", "-o", f"{source}:result", *outputs).code == 0
    assert json.loads((folder / "s.json").read_bytes())["findings"]
    outputs = [argument.replace(":s.", ":r.") for argument in outputs]
    assert cli("report", "result", *outputs).code == 0
    for name in SAVED:
        expected = (folder / f"s.{name}").read_bytes()
        assert expected
        assert (folder / f"r.{name}").read_bytes() == expected, name
        assert cli("report", "result", "-f", name).out.encode() == expected, name


def test_other_order(cli: Cli, folder: Path) -> None:
    """A result is sorted as a scan is."""
    cli("scan", "-o", "jsonl:r")
    expected = cli("scan", "--sort", "severity", "-f", "concise").out
    assert expected != cli("report", "r", "-f", "concise").out
    assert cli("report", "r", "--sort", "severity", "-f", "concise").out == expected


def test_standard_input_and_verdict(
    cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`dedupe scan -f jsonl | dedupe report -`; the verdict was that of the scan."""
    scanned = cli("scan", "-f", "jsonl", "--fail-on", "warning")
    assert scanned.code == 1
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(scanned.out.encode())))
    ran = cli("report", "-", "-f", "jsonl")
    assert (ran.code, ran.out) == (0, scanned.out)
    assert "Gate failed: fail-on." in ran.err


def test_limits_of_formats(cli: Cli, folder: Path) -> None:
    """--sarif-max, --csv-bom and --quiet reach the writers."""
    cli("scan", "-o", "jsonl:r")
    ran = cli("report", "r", "-q", "-f", "sarif", "--sarif-max", "1")
    assert len(json.loads(ran.out)["runs"][0]["results"]) == 1
    assert ran.err == ""
    assert cli("report", "r", "-f", "csv", "--csv-bom").out.startswith("\ufeffrule,")


@pytest.mark.parametrize("name", sorted(ANALYSIS))
def test_what_a_result_does_not_hold(cli: Cli, folder: Path, name: str) -> None:
    """An empty file would be a lie."""
    cli("scan", "-o", "jsonl:r")
    for arguments in (["-f", name], ["-o", f"{name}:x"]):
        ran = cli("report", "r", *arguments)
        assert ran.code == 2
        assert f"--output {name}:FILE" in ran.err
    assert not (folder / "x").exists()


@pytest.mark.parametrize("member", ["name", "fingerprint"])
def test_forged_result(cli: Cli, folder: Path, member: str) -> None:
    """What no article can choose is checked when it is read, so that reports may trust it."""
    rows = [json.loads(line) for line in cli("scan", "-f", "jsonl").out.splitlines()]
    next(row for row in rows if row["kind"] == "finding")[member] = "\x1b[2J\n::error::x"
    (folder / "r").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    ran = cli("report", "r", "-f", "github")
    assert (ran.code, ran.out) == (2, "")
    assert "'\\x1b[2J\\n::error::x', which no scan writes" in ran.err


def test_cut_result(cli: Cli, folder: Path) -> None:
    """A result without its end is not taken for a whole one."""
    lines = cli("scan", "-f", "jsonl").out.splitlines(keepends=True)
    (folder / "r").write_text("".join(lines[:-1]), encoding="utf-8")
    ran = cli("report", "r", "-o", "sarif:x")
    assert ran.code == 2
    assert "its end is lost" in ran.err
    assert not (folder / "x").exists()
