from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from dedupe.reports import ANALYSIS, FORMATS
from tests.cli.conftest import BAKERY, FERRY, Cli, findings, statuses, write

FILE = ".dedupe-accept.toml"
SCHEMA = Path(__file__).parents[1] / "reports" / "sarif-2.1.0.schema.json"


def test_accepted_finding(cli: Cli, folder: Path) -> None:
    """It is suppressed, with the reason and the date; the other one stays new."""
    ran = cli("accept", "b.md:5", "--reason", " from Acme ", "--until", "2999-01-31")
    assert ran.out == f"{FILE}: DUP102 in b.md is accepted until 2999-01-31.\n"
    first, second = findings(cli)
    assert (first["rule"], first["status"], second["status"]) == ("DUP102", "suppressed", "new")
    assert first["suppression"] == {
        "by": "accept-file", "reason": "from Acme", "until": "2999-01-31",
    }  # fmt: skip
    assert second["suppression"] is None
    assert statuses(cli, "--ignore-suppressions") == [("DUP102", "new"), ("TPL205", "new")]


def test_fingerprint_and_its_beginning(cli: Cli, folder: Path) -> None:
    """As in `show`; the file is sorted, and a second reason takes the place of the first."""
    copied, field = (row["fingerprint"] for row in findings(cli))
    assert cli("accept", field, "--reason", "one").code == 0
    assert cli("accept", copied[:8], "--reason", "two").code == 0
    assert cli("accept", copied, "--reason", "three").code == 0
    entries = tomllib.loads((folder / FILE).read_text(encoding="utf-8"))["accept"]
    assert entries == [
        {"fingerprint": copied, "rule": "DUP102", "path": "b.md", "reason": "three"},
        {"fingerprint": field, "rule": "TPL205", "path": "b.md", "reason": "one"},
    ]
    assert statuses(cli) == [("DUP102", "suppressed"), ("TPL205", "suppressed")]


def test_finding_of_a_saved_result(cli: Cli, folder: Path) -> None:
    """Nothing is scanned; a result goes without paths."""
    cli("scan", "-o", "jsonl:r")
    (folder / "a.md").unlink()
    assert cli("accept", "b.md:5", "--reason", "x", "--from", "r").code == 0
    assert cli("accept", "b.md:5", "b.md", "--reason", "x", "--from", "r").code == 2


def test_dates(cli: Cli, folder: Path) -> None:
    """On the last day it holds; then it is new again, and the entry is named in its line."""
    cli("accept", "b.md:7", "--reason", "x")
    cli("accept", "b.md:5", "--reason", "x", "--until", "2999-01-31")
    assert statuses(cli, "--today", "2999-01-31") == [
        ("DUP102", "suppressed"), ("TPL205", "suppressed"),
    ]  # fmt: skip
    expired = ("--today", "2999-02-01")
    assert statuses(cli, *expired) == [
        ("SUP703", "new"), ("DUP102", "new"), ("TPL205", "suppressed"),
    ]  # fmt: skip
    line = (folder / FILE).read_text(encoding="utf-8").splitlines().index("[[accept]]") + 2
    out = cli("scan", "-f", "concise", "-q", "--select", "SUP703", *expired).out
    assert out.startswith(
        f"{FILE}:{line}:1: warning SUP703 DUP102 in b.md was accepted until 2999-01-31 ["
    )


def test_entries_of_no_use(cli: Cli, folder: Path) -> None:
    """An edited passage and a deleted article are told; what was not looked at is not."""
    cli("accept", "b.md:5", "--reason", "x")
    cli("accept", "b.md:7", "--reason", "x")
    for options in (("--ignore", "DUP,TPL"), ("--focus", "a.md"), ("a.md",)):
        assert statuses(cli, *options) == [], options
    write(folder / "b.md", "# Boats", FERRY, "TAGS:")
    assert statuses(cli) == [("SUP701", "new"), ("TPL205", "suppressed")]
    (folder / "b.md").unlink()
    assert statuses(cli) == [("SUP701", "new")] * 2
    full = cli("scan", "-q").out
    assert f"--> {FILE}:" in full
    assert "is accepted, but no finding any more" in full


def test_edited_passage_is_new(cli: Cli, folder: Path) -> None:
    """What was accepted is one passage, and no licence for its article."""
    cli("accept", "b.md:5", "--reason", "x")
    write(folder / "b.md", "# Boats", FERRY, BAKERY.replace("twice", "thrice"))
    assert statuses(cli) == [("SUP701", "new"), ("DUP102", "new")]


def test_baseline_and_directive_beside(cli: Cli, folder: Path) -> None:
    """An accepted finding needs no entry of a baseline, a suppressed one no acceptance."""
    cli("accept", "b.md:5", "--reason", "x")
    cli("baseline", "create")
    assert "DUP102" not in (folder / ".dedupe-baseline.json").read_text(encoding="utf-8")
    known = ("--baseline", ".dedupe-baseline.json")
    assert statuses(cli, *known) == [("DUP102", "suppressed"), ("TPL205", "baselined")]
    directive = "<!-- dedupe: ignore[DUP102] -- licensed -->"
    write(folder / "b.md", "# Boats", FERRY, directive, BAKERY, "TAGS:")
    found = findings(cli, *known)
    assert [row["suppression"] and row["suppression"]["by"] for row in found] == [
        None, "directive", None,
    ]  # fmt: skip
    assert [row["rule"] for row in found] == ["SUP701", "DUP102", "TPL205"]


def test_reasons_of_directives(cli: Cli, folder: Path) -> None:
    """They stand in the result, too."""
    directive = "<!-- dedupe: ignore[DUP102] until=2999-01-31 -- licensed from Acme -->"
    write(folder / "b.md", "# Boats", FERRY, directive, BAKERY)
    (found,) = findings(cli)
    assert found["suppression"] == {
        "by": "directive", "reason": "licensed from Acme", "until": "2999-01-31",
    }  # fmt: skip


def test_listing_what_is_known(cli: Cli, folder: Path) -> None:
    """Formats that leave known findings out list them on request, and say what they are."""
    cli("accept", "b.md:5", "--reason", "from [Acme]", "--until", "2999-01-31")
    cli("baseline", "create")
    known = ("--baseline", ".dedupe-baseline.json", "-q")
    both = (*known, "--include-suppressed", "--include-baselined")
    for name in sorted(FORMATS.keys() - ANALYSIS - {"json", "jsonl", "csv", "junit"}):
        assert "b.md" not in cli("scan", "-f", name, *known).out, name
        one = cli("scan", "-f", name, *known, "--include-baselined").out
        assert "TPL205" in one, name
        assert "DUP102" not in one, name
        assert "DUP102" in cli("scan", "-f", name, *both).out, name
    concise = cli("scan", "-f", "concise", *both).out
    assert "(suppressed until 2999-01-31: from [Acme]) [" in concise
    assert "(baselined) [" in concise
    sarif = json.loads(cli("scan", "-f", "sarif", *both).out)
    jsonschema.validate(sarif, json.loads(SCHEMA.read_text(encoding="utf-8")))
    by_rule = {result["ruleId"]: result for result in sarif["runs"][0]["results"]}
    assert by_rule["DUP102"]["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "from [Acme]"}
    ]
    assert by_rule["TPL205"]["baselineState"] == "unchanged"


def test_settings_of_the_file(cli: Cli, folder: Path) -> None:
    """The accept file may have another name; one that is named must be there."""
    (folder / "dedupe.toml").write_text("suppressions.accept-file = 'x.toml'\n", encoding="utf-8")
    assert cli("scan").code == 2
    assert cli("accept", "b.md:5", "--reason", "x").code == 0
    assert not (folder / FILE).exists()
    assert ("DUP102", "suppressed") in statuses(cli)


def test_gate_of_incoming_articles(cli: Cli, folder: Path) -> None:
    """A finding of a check is accepted from its result, and then lets it pass."""
    assert cli("index", "build", "index", "a.md").code == 0
    check = ("check", "b.md", "--index", "index", "--select", "DUP", "-q")
    assert cli(*check, "-o", "jsonl:r").code == 1
    assert cli("accept", "b.md:5", "--reason", "x", "--from", "r").code == 0
    assert cli(*check, "-f", "concise") == (0, "", "")
    assert cli(*check, "--today", "2027-01-01", "--ignore-suppressions").code == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("b.md:5",), "Missing option '--reason'"),
        (("b.md:5", "--reason", " "), "--reason is empty"),
        (("b.md:1", "--reason", "x"), "no finding b.md:1 in ."),
        (("b.md:5", "--reason", "x", "--until", "soon"), "write it as 2027-01-31"),
        (("b.md:5", "--reason", "x", "--until", "2020-01-31"), "--until 2020-01-31 is past"),
    ],
)
def test_usage(cli: Cli, folder: Path, arguments: tuple[str, ...], told: str) -> None:
    """A reason is asked for, and a finding; nothing is written."""
    ran = cli("accept", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert not (folder / FILE).exists()


def test_rules_on_files_are_not_accepted(cli: Cli, folder: Path) -> None:
    """They are not about text."""
    (folder / "c.md").write_bytes(b"\0\0\0")
    ran = cli("accept", "c.md:1", "--reason", "x")
    assert ran.code == 2
    assert "SRC801 is not about text" in ran.err
