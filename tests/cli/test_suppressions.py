from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from dedupe.reports import ANALYSIS, FORMATS
from tests.cli.conftest import BAKERY, FERRY, Cli, statuses, write

IGNORE = "<!-- dedupe: ignore[DUP102] -- licensed from Acme -->"


@pytest.fixture
def folder(folder: Path) -> Path:
    """A copied passage that is excused, in a folder that is the working directory."""
    write(folder / "b.md", "# Boats", FERRY, IGNORE, BAKERY)
    return folder


def test_suppressed_finding(cli: Cli, folder: Path) -> None:
    """It stays in the result and lets no gate fail."""
    assert statuses(cli) == [("DUP102", "suppressed")]
    assert statuses(cli, "--max-new-findings", "0") == [("DUP102", "suppressed")]
    assert statuses(cli, "--ignore-suppressions") == [("DUP102", "new")]


def test_budgets_are_of_all_text(cli: Cli, folder: Path) -> None:
    """An excuse makes no word the article's own."""
    assert cli("scan", "-q", "--max-duplicate-percent", "0").code == 1


def test_formats_for_reading_leave_suppressed_findings_out(cli: Cli, folder: Path) -> None:
    """They are counted in one line."""
    for name in ("full", "concise", "github", "gitlab", "rdjson", "sarif", "markdown"):
        ran = cli("scan", "-f", name)
        assert "b.md" not in ran.out, name
        assert "No new findings, 1 suppressed." in ran.out + ran.err, name


def test_formats_for_programs_mark_suppressed_findings(cli: Cli, folder: Path) -> None:
    """In junit they are skipped, so that no case fails."""
    arguments = ("scan", "--fail-on", "note", "-q", "-f")
    assert json.loads(cli(*arguments, "json").out)["findings"][0]["status"] == "suppressed"
    rows = list(csv.DictReader(io.StringIO(cli(*arguments, "csv").out)))
    assert [row["status"] for row in rows] == ["suppressed"]
    assert 'failures="0" errors="0" skipped="1"' in cli(*arguments, "junit").out


def test_saved_result_keeps_what_is_suppressed(cli: Cli, folder: Path) -> None:
    """`report` writes what the scan wrote."""
    names = sorted(FORMATS.keys() - ANALYSIS)
    write(folder / "c.md", "<!-- dedupe: ignore[DUP] -->", FERRY, "<!-- dedupe: no -->")
    cli("scan", "-o", "jsonl:r", *(f"-o{name}:s.{name}" for name in names))
    for name in names:
        expected = (folder / f"s.{name}").read_bytes()
        assert cli("report", "r", "-q", "-f", name).out.encode() == expected, name


def test_single_findings_say_so(cli: Cli, folder: Path) -> None:
    """`show` and `explain` tell that a finding is suppressed, and not that it is new."""
    head = (
        "DUP102 near-duplicate-passage identical, 66 words, 2 articles "
        "(suppressed: licensed from Acme)"
    )
    for arguments in (("show", "b.md:7", "."), ("explain", "b.md:7", "--with", "a.md")):
        assert head in " ".join(cli(*arguments).out.split())


def test_baseline_beside(cli: Cli, folder: Path) -> None:
    """What is excused needs no entry; without the excuse it is new."""
    write(folder / "c.md", "# Trams", "TAGS:")
    cli("baseline", "create")
    assert "DUP102" not in (folder / ".dedupe-baseline.json").read_text(encoding="utf-8")
    known = ("--baseline", ".dedupe-baseline.json")
    assert statuses(cli, *known) == [("DUP102", "suppressed"), ("TPL205", "baselined")]
    without = statuses(cli, *known, "--ignore-suppressions")
    assert without == [("DUP102", "new"), ("TPL205", "baselined")]


def test_reports_on_directives(cli: Cli, folder: Path) -> None:
    """Unused, unexplained and expired ones, at their place."""
    used = "<!-- dedupe: ignore[DUP102] until=2027-01-31 -->"
    write(folder / "b.md", "# Boats", "<!-- dedupe: ignore[FIL] -- x -->", FERRY, used, BAKERY)
    held = [("SUP701", "new"), ("SUP702", "new"), ("DUP102", "suppressed")]
    options = ("--require-reason", "--today", "2027-01-31")
    assert statuses(cli, *options) == held
    options = ("--require-reason", "--today", "2027-02-01")
    expired = [("SUP701", "new"), ("SUP702", "new"), ("SUP703", "new"), ("DUP102", "new")]
    assert statuses(cli, *options) == expired
    ran = cli("scan", "-q", "-f", "concise", *options, "--select", "SUP703")
    assert ran.out.startswith("b.md:7:1: warning SUP703 ")
    assert "--> b.md:3:1\n" in cli("scan", "-q").out
    assert statuses(cli, "--min-severity", "warning", *options[1:]) == expired[2:]
    assert statuses(cli, *options, "--ignore-suppressions") == [("DUP102", "new")]
    assert statuses(cli, *options, "--focus", "a.md") == []


def test_unselected_rules_are_not_unused(cli: Cli, folder: Path) -> None:
    """A scan of other rules cannot tell."""
    assert statuses(cli, "--ignore", "DUP") == []
    assert statuses(cli, "--ignore", "FIL303") == [("DUP102", "suppressed")]


def test_directives_are_no_content(cli: Cli, folder: Path) -> None:
    """In either kind of article the same words are counted with them as without."""
    line = "# dedupe: ignore[DUP102] -- licensed from Acme"
    write(folder / "b.md", "# Boats", FERRY, BAKERY)
    plain = cli("scan", "-q", "-f", "json").out
    (folder / "b.md").unlink()
    write(folder / "b.txt", "# Boats", f"{FERRY}\n{line}\n{BAKERY}")
    told = cli("scan", "-q", "-f", "json", "--txt-directives").out
    assert json.loads(told)["articles"][1] | {"path": "b.md"} == json.loads(plain)["articles"][1]
    assert statuses(cli, "--txt-directives") == [("DUP102", "suppressed")]
    assert statuses(cli) == [("DUP102", "new")]


def test_show_reads_directives_as_the_scan_did(cli: Cli, folder: Path) -> None:
    """One inside the passage is none of the words that are compared."""
    first, second = BAKERY.split(". ", 1)
    line = "# dedupe: ignore[FIL] -- licensed from Acme, keep word for word"
    write(folder / "a.md", "# Bread", f"{first}.", second)
    (folder / "b.md").unlink()
    write(folder / "b.txt", "# Boats", f"{FERRY}\n\n{first}.\n{line}\n{second}")
    cli("scan", "-o", "jsonl:r", "--txt-directives", "--select", "DUP")
    ran = cli("show", "b.txt:5", "--from", "r")
    assert ran.code == 0
    assert "identical" in ran.out


def test_many_batches(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Directives are found where they stand, however the articles are read."""
    monkeypatch.setattr("dedupe.pipeline.analysis.LEAST_BATCH", 1)
    monkeypatch.setattr("dedupe.pipeline.analysis.MOST_BATCH", 1)
    monkeypatch.setattr("dedupe.pipeline.analysis.KEPT_LIMIT", 1)
    other = " ".join(reversed(FERRY.split()))
    write(folder / "c.md", "# Boats", BAKERY, IGNORE, other)
    assert statuses(cli) == [("DUP102", "suppressed"), ("DUP102", "new"), ("SUP701", "new")]


@pytest.mark.parametrize("value", ["soon", "2027-02-30", "31.1.2027"])
def test_bad_date(cli: Cli, folder: Path, value: str) -> None:
    """A usage error that shows the form."""
    ran = cli("scan", "--today", value)
    assert (ran.code, ran.out) == (2, "")
    assert "write it as 2027-01-31" in ran.err


def test_epoch(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SOURCE_DATE_EPOCH is the clock of reproducible builds; DATE goes before it."""
    write(
        folder / "b.md", "# Boats", FERRY, IGNORE.replace(" --", " until=2027-01-14 --", 1), BAKERY
    )
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1799971199")  # the last second of that day
    assert statuses(cli) == [("DUP102", "suppressed")]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1799971200")
    assert statuses(cli) == [("SUP703", "new"), ("DUP102", "new")]
    assert statuses(cli, "--today", "2027-01-14") == [("DUP102", "suppressed")]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    ran = cli("scan")
    assert (ran.code, ran.out) == (2, "")
    assert "SOURCE_DATE_EPOCH is 'yesterday'" in ran.err
