from __future__ import annotations

import csv
import io
import json
import subprocess
from pathlib import Path

import pytest

from dedupe.reports import ANALYSIS, FORMATS
from tests.cli.conftest import BAKERY, FERRY, Cli, findings, write

FILE = ".dedupe-baseline.json"


@pytest.fixture
def baseline(cli: Cli, folder: Path) -> Path:
    """The folder, with a baseline that is used."""
    assert cli("baseline", "create").code == 0
    return folder


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def _statuses(cli: Cli) -> list[tuple[str, str, str]]:
    """Article, rule and status of every finding of a scan with the baseline."""
    found = findings(cli, "--baseline", FILE)
    return [(row["path"], row["rule"], row["status"]) for row in found]


KNOWN = [("b.md", "DUP102", "baselined"), ("b.md", "TPL205", "baselined")]


# -------------------------------------------------------------------------------- what stays known


def test_unchanged_articles(cli: Cli, baseline: Path) -> None:
    """All is known, and without the baseline all is new."""
    assert _statuses(cli) == KNOWN
    ran = cli("scan", "-q", "-f", "jsonl", "--fail-on", "note")
    assert ran.code == 1
    assert "baselined" not in ran.out.replace('"baselined":0', "")


def test_shifted_lines(cli: Cli, baseline: Path) -> None:
    """A paragraph in front, which is not reported itself."""
    _edit(baseline / "b.md", FERRY, f"A tram stop is to be built at the fish market.\n\n{FERRY}")
    assert _statuses(cli) == KNOWN


def test_renamed_file(cli: Cli, baseline: Path) -> None:
    """Also into a folder; a typo that is mended with it does no harm."""
    (baseline / "news").mkdir()
    (baseline / "b.md").rename(baseline / "news" / "boats.md")
    moved = [("news/boats.md", rule, status) for _, rule, status in KNOWN]
    assert _statuses(cli) == moved
    _edit(baseline / "news" / "boats.md", "fired them twice", "fired them thrice")
    assert _statuses(cli) == moved


def test_mended_typo(cli: Cli, baseline: Path) -> None:
    """One word of the passage, or a few."""
    _edit(baseline / "b.md", "fired them twice", "fired them thrice")
    assert _statuses(cli) == KNOWN
    _edit(baseline / "b.md", "harbour office", "harbor office")
    assert _statuses(cli) == KNOWN


def test_copy_in_another_article_is_new(cli: Cli, baseline: Path) -> None:
    """However well its passage is known elsewhere."""
    write(baseline / "c.md", "# Ovens", BAKERY)
    assert ("c.md", "DUP102", "new") in _statuses(cli) or ("c.md", "DUP101", "new") in _statuses(
        cli
    )
    assert set(KNOWN) <= set(_statuses(cli))


def test_article_that_is_not_scanned_has_not_moved(
    cli: Cli, baseline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is there, so that what stands elsewhere is a copy of it."""
    write(baseline / "c.md", "# Boats", FERRY, BAKERY)
    monkeypatch.setenv("DEDUPE_EXCLUDE", "b.md")
    found = _statuses(cli)
    assert [status for path, _, status in found if path == "c.md"] == ["new"]


# ----------------------------------------------------------------------------------- stale entries


def test_stale_entries(cli: Cli, baseline: Path) -> None:
    """What the baseline knows and is gone is noted, at the line of its entry."""
    _edit(baseline / "b.md", BAKERY, "")
    assert _statuses(cli) == [(FILE, "SUP704", "new"), KNOWN[1]]
    text = (baseline / FILE).read_text(encoding="utf-8")
    line = next(n for n, line in enumerate(text.splitlines(), 1) if "DUP102" in line)
    scan = ("scan", "-q", "--baseline", FILE)
    assert cli(*scan, "-f", "concise").out.startswith(
        f"{FILE}:{line}:1: note SUP704 DUP102 in b.md is known, but no finding any more ["
    )
    assert cli(*scan).code == 0
    ran = cli(*scan, "--fail-on-stale")
    assert ran.code == 1
    assert "Gate failed: fail-on-stale." in ran.out
    assert cli(*scan, "--fail-on-stale", "--ignore", "SUP").code == 1
    cli("baseline", "prune")
    assert cli(*scan, "--fail-on-stale").code == 0


def test_entries_that_were_not_looked_at_are_not_stale(
    cli: Cli, baseline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of other articles, of other rules, of a depth that does not look."""
    scan = ("scan", "-q", "-f", "concise", "--baseline", FILE, "--fail-on-stale")
    for options in (("a.md",), ("--focus", "a.md"), ("--ignore", "DUP,TPL")):
        assert cli(*scan, *options) == (0, "", ""), options
    entry = (baseline / FILE).read_text(encoding="utf-8")
    (baseline / FILE).write_text(entry.replace("DUP102", "DUP104"), encoding="utf-8")
    assert "SUP704" not in cli(*scan, "--select", "DUP104,SUP704").out
    monkeypatch.setenv("DEDUPE_DEPTH", "standard")
    assert "SUP704 DUP104 in b.md" in cli(*scan, "--select", "DUP104,SUP704").out


def test_baseline_of_a_commit(cli: Cli, baseline: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a change adds to the baseline does not excuse it."""
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "x")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "x@example.org")
    for arguments in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "Begin")):
        subprocess.run(["git", *arguments], cwd=baseline, check=True)
    write(baseline / "c.md", "# Trams", "TAGS:")
    cli("baseline", "update")
    scan = ("scan", "-q", "-f", "concise", "--fail-on", "note")
    assert cli(*scan, "--baseline", FILE).code == 0
    ran = cli(*scan, "--baseline-from-ref", "HEAD")
    assert ran.code == 1
    assert ran.out.startswith("c.md:3:1: error TPL205 ")
    (baseline / FILE).unlink()
    (baseline / "c.md").unlink()
    assert cli(*scan, "--baseline-from-ref", "HEAD") == (0, "", "")
    assert cli(*scan, "--baseline-from-ref", "HEAD", "--no-baseline").code == 1
    _edit(baseline / "b.md", BAKERY, "")
    assert f"{FILE}:1:1: note SUP704" in cli(*scan, "--baseline-from-ref", "HEAD").out
    (baseline / FILE).write_bytes(b"\xff\xfe\xff")  # here it is no text
    assert f"{FILE}:1:1: note SUP704" in cli(*scan, "--baseline-from-ref", "HEAD").out
    for options, told in (
        (("--baseline-from-ref", "nobody"), "git knows no commit nobody; fetch it"),
        (("--baseline-from-ref", "HEAD", "--baseline", "x"), "there is no baseline x in HEAD"),
    ):
        ran = cli(*scan, *options)
        assert (ran.code, ran.out) == (2, "")
        assert told in ran.err


def test_remarks_are_not_added(cli: Cli, baseline: Path) -> None:
    """`update` tells of findings that it takes in, and of no other."""
    write(baseline / "b.md", "# Boats", FERRY, "<!-- dedupe: ignore[FIL] -->", "TAGS:")
    ran = cli("baseline", "update")
    assert ran.out.splitlines() == [
        f"{FILE}: 1 finding; 0 added, 1 removed", "  DUP102  0 added, 1 removed",
    ]  # fmt: skip


# ------------------------------------------------------------------------------- formats and gates


def test_formats_for_reading_leave_known_findings_out(cli: Cli, baseline: Path) -> None:
    """They are counted in one line."""
    write(baseline / "c.md", "# Trams", "TAGS:")
    for name in ("full", "concise", "github", "gitlab", "rdjson", "sarif", "markdown"):
        ran = cli("scan", "--baseline", FILE, "-f", name)
        assert "TPL205" in ran.out, name
        assert "c.md" in ran.out, name
        assert "b.md" not in ran.out, name
        assert "Found 1 new finding" in ran.out + ran.err
        assert "in 1 of 3 articles, 2 in the baseline." in ran.out + ran.err
    (baseline / "c.md").unlink()
    assert "No new findings, 2 in the baseline." in cli("scan", "--baseline", FILE).out


def test_formats_for_programs_mark_known_findings(cli: Cli, baseline: Path) -> None:
    """In junit they are skipped, so that no case fails."""
    arguments = ("scan", "--baseline", FILE, "--fail-on", "note", "-q", "-f")
    findings = json.loads(cli(*arguments, "json").out)["findings"]
    assert [finding["status"] for finding in findings] == ["baselined"] * 2
    rows = list(csv.DictReader(io.StringIO(cli(*arguments, "csv").out)))
    assert [row["status"] for row in rows] == ["baselined"] * 2
    junit = cli(*arguments, "junit").out
    assert '<testsuites name="dedupe" tests="3" failures="0" errors="0" skipped="2">' in junit


def test_gates(cli: Cli, baseline: Path) -> None:
    """New findings count; budgets are of all text."""
    scan = ("scan", "-q", "-f", "jsonl", "--baseline", FILE)
    assert cli(*scan, "--max-new-findings", "0").code == 0
    assert cli(*scan, "--max-duplicate-percent", "0").code == 1
    write(baseline / "c.md", "# Trams", "TAGS:")
    assert cli(*scan, "--max-new-findings", "0").code == 1
    assert cli(*scan, "--max-new-findings", "1", "--fail-on", "error").code == 1


def test_files_are_never_known(cli: Cli, folder: Path) -> None:
    """What is said about a file is no passage."""
    (folder / "c.md").write_bytes(b"\x00\x01\x02\x03" * 50)
    cli("baseline", "create")
    assert "SRC" not in (folder / FILE).read_text(encoding="utf-8")
    assert ("c.md", "SRC801", "new") in _statuses(cli)


def test_saved_result_keeps_what_is_known(cli: Cli, baseline: Path) -> None:
    """`report` writes what the scan wrote."""
    names = sorted(FORMATS.keys() - ANALYSIS)
    write(baseline / "c.md", "# Trams", "TAGS:")
    cli("scan", "--baseline", FILE, "-o", "jsonl:r", *(f"-o{name}:s.{name}" for name in names))
    for name in names:
        expected = (baseline / f"s.{name}").read_bytes()
        assert cli("report", "r", "-q", "-f", name).out.encode() == expected, name


@pytest.mark.parametrize("content", ["{}", "<<<<<<< ours"])
def test_unusable_baseline(cli: Cli, folder: Path, content: str) -> None:
    """Nothing is taken for new or known: exit code 2, and no output."""
    for arguments in (("scan", "-o", "csv:x"), ("baseline", "update"), ("baseline", "prune")):
        ran = cli(*arguments, "--baseline", "b.json")
        assert (ran.code, ran.out) == (2, "")
        assert "there is no baseline b.json" in ran.err
        (folder / "b.json").write_text(content, encoding="utf-8")
        ran = cli(*arguments, "--baseline", "b.json")
        assert (ran.code, ran.out) == (2, "")
        assert "cannot use the baseline b.json: " in ran.err
        assert (folder / "b.json").read_text(encoding="utf-8") == content
        (folder / "b.json").unlink()
        assert sorted(path.name for path in folder.iterdir()) == ["a.md", "b.md"]


# ---------------------------------------------------------------------------------------- commands


def test_create(cli: Cli, folder: Path) -> None:
    """It says what it has written, and overwrites nothing unasked."""
    ran = cli("baseline", "create")
    assert ran.out.startswith(f"{FILE}: 2 findings; 2 added, 0 removed\n  DUP102  1 added, 0 rem")
    written = (folder / FILE).read_bytes()
    (folder / "b.md").unlink()
    ran = cli("baseline", "create")
    assert (ran.code, ran.out) == (2, "")
    assert "exists" in ran.err
    assert (folder / FILE).read_bytes() == written
    assert cli("baseline", "create", "--force").code == 0
    assert json.loads((folder / FILE).read_bytes())["entries"] == []


def test_same_file_for_any_order(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of paths and threads; the variable of the environment names the file."""
    written = []
    for number, arguments in enumerate((["a.md", "b.md", "-j1"], ["b.md", "a.md", "-j2"])):
        monkeypatch.setenv("DEDUPE_BASELINE", f"{number}.json")
        cli("baseline", "create", *arguments)
        written.append((folder / f"{number}.json").read_bytes())
    assert len(json.loads(written[0])["entries"]) == 2
    assert written[0] == written[1]


def test_update(cli: Cli, baseline: Path) -> None:
    """What is new is added, what is gone removed; what was edited is neither, but written anew."""
    before = (baseline / FILE).read_text(encoding="utf-8")
    _edit(baseline / "b.md", "fired them twice", "fired them thrice")
    _edit(baseline / "b.md", "TAGS:", "The end.")
    write(baseline / "c.md", "# Trams", "TAGS:")
    ran = cli("baseline", "update")
    assert ran.out == f"{FILE}: 2 findings; 1 added, 1 removed\n  TPL205  1 added, 1 removed\n"
    after = (baseline / FILE).read_text(encoding="utf-8")
    assert not set(before.splitlines()) & {line for line in after.splitlines() if "rule" in line}
    assert [status for _, _, status in _statuses(cli)] == ["baselined"] * 2


def test_prune(cli: Cli, baseline: Path) -> None:
    """Only lines go."""
    before = (baseline / FILE).read_text(encoding="utf-8").splitlines()
    _edit(baseline / "b.md", "fired them twice", "fired them thrice")
    _edit(baseline / "b.md", "TAGS:", "The end.")
    write(baseline / "c.md", "# Trams", "TAGS:")
    ran = cli("baseline", "prune")
    assert ran.out == f"{FILE}: 1 finding; 0 added, 1 removed\n  TPL205  0 added, 1 removed\n"
    entries = [line.rstrip(",") for line in before if "DUP102" in line]
    after = (baseline / FILE).read_text(encoding="utf-8").splitlines()
    assert [line for line in after if "rule" in line] == entries


@pytest.mark.parametrize("verb", ["update", "prune"])
@pytest.mark.parametrize("arguments", [["a.md"], ["--ignore", "DUP,TPL"], ["--focus", "a.md"]])
def test_what_is_not_looked_at_stays(
    cli: Cli, baseline: Path, verb: str, arguments: list[str]
) -> None:
    """Other articles that are still there, and other rules."""
    before = (baseline / FILE).read_bytes()
    ran = cli("baseline", verb, *arguments)
    assert ran.out == f"{FILE}: 2 findings; 0 added, 0 removed\n"
    assert (baseline / FILE).read_bytes() == before


def test_show(cli: Cli, baseline: Path) -> None:
    """By rule and article."""
    expected = (
        "DUP102 near-duplicate-passage: 1 finding\n  b.md  1\n"
        "TPL205 unfilled-field: 1 finding\n  b.md  1\n"
        "2 findings in 1 article.\n"
    )
    assert cli("baseline", "show").out == expected
