from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import BAKERY, FERRY, Cli, Engine, findings, statuses, write

NOTICE = (
    "This page may hold links to shops that pay us a small part of the price, which costs you "
    "nothing and keeps the lights of the newsroom on for one more year."
)
TOPICS = (
    "The quarry at Lindvik closes its lower pit in March, since water has reached the saws.",
    "Two storks have built a nest on the chimney of the dairy, and nobody dares to light it.",
    "A chess club of nine pensioners has beaten the grammar school for the fourth time in a row.",
    "Road works at the fish market will last until the herring comes, says the harbour office.",
    "The brass band lost its tuba in the fog, and found it in the boat of the pastor on Sunday.",
    "Grete Halm sells honey from her balcony, where eleven hives stand above the tram stop now.",
)


def _paths(cli: Cli, *options: str) -> list[tuple[str, str]]:
    return [(row["path"], row["rule"]) for row in findings(cli, *options)]


# -------------------------------------------------------------------------------- per-file-ignores


def test_ignored_in_files(cli: Cli, folder: Path) -> None:
    """Rules by code, name or family, in files by name, folder or pattern; the rest is reported."""
    assert statuses(cli) == [("DUP102", "new"), ("TPL205", "new")]
    assert statuses(cli, "--per-file-ignores", "b.md:DUP") == [("TPL205", "new")]
    assert statuses(cli, "--per-file-ignores", "*.md:dup102,unfilled-field") == []
    assert len(statuses(cli, "--per-file-ignores", "a.md:DUP", "--per-file-ignores", "x/:TPL")) == 2
    (folder / "b").mkdir()
    (folder / "b.md").rename(folder / "b" / "b.md")
    for glob in ("b/**", "b/", "/b/*.md"):
        assert statuses(cli, "--per-file-ignores", f"{glob}:DUP,TPL") == [], glob


def test_other_copies_have_their_findings(cli: Cli, folder: Path) -> None:
    """What is silenced is the article that would be reported; the others are compared with it."""
    write(folder / "c.md", "# Trams", *TOPICS, BAKERY)
    assert _paths(cli, "--select", "DUP") == [("b.md", "DUP102"), ("c.md", "DUP102")]
    (found,) = findings(cli, "--select", "DUP", "--per-file-ignores", "b.md:DUP")
    assert found["path"] == "c.md"
    assert {match["path"] for match in found["matches"]} == {"a.md", "b.md"}


def test_weaker_rules_surface(cli: Cli, folder: Path) -> None:
    """As with `--ignore`: a template that copies hide is reported where they are not."""
    for number, topic in enumerate(TOPICS):
        write(folder / f"{number}.md", f"# Item {number}", topic, NOTICE)
    options = ("--depth", "standard", "--select", "DUP102,TPL201", "--include", "[0-9].md")
    everywhere = findings(cli, *options, "--ignore", "DUP102")
    assert {row["rule"] for row in everywhere} == {"TPL201"}
    found = {row["path"]: row for row in findings(cli, *options)}
    hidden = [path for path, row in found.items() if row["rule"] == "DUP102"]
    assert hidden, "nothing that could surface"
    ignored = {
        row["path"]: row["rule"]
        for row in findings(cli, *options, "--per-file-ignores", f"{hidden[0]}:DUP102")
    }
    assert ignored == {path: row["rule"] for path, row in found.items()} | {hidden[0]: "TPL201"}


def test_findings_without_text(cli: Cli, folder: Path) -> None:
    """Files that cannot be read, directives and whole articles are silenced as well."""
    (folder / "c.md").write_bytes(b"\0\0\0")
    write(folder / "d.md", "<!-- dedupe: ignore[FIL301] -- x -->", FERRY.replace("forty", "ten"))
    told = [("c.md", "SRC801"), ("d.md", "SUP701")]
    every = ("--ignore", "DUP102,TPL205,DUP101")
    assert _paths(cli, *every) == told
    assert _paths(cli, *every, "--per-file-ignores", "c.md:SRC") == told[1:]
    assert _paths(cli, *every, "--per-file-ignores", "d.md:SUP701") == told[:1]
    # Nobody would have looked for what the directive suppresses.
    assert _paths(cli, *every, "--per-file-ignores", "d.md:FIL301") == told[:1]


def test_known_findings_stay_known(cli: Cli, folder: Path) -> None:
    """What is silenced was not looked at: neither entries nor acceptances are of no use."""
    cli("baseline", "create")
    cli("accept", "b.md:5", "--reason", "x")
    silent = ("--per-file-ignores", "b.md:DUP,TPL")
    assert statuses(cli, "--baseline", ".dedupe-baseline.json", "--fail-on-stale", *silent) == []
    ran = cli("baseline", "update", *silent)
    assert ran.out == ".dedupe-baseline.json: 2 findings; 0 added, 0 removed\n"


def test_patterns_start_at_the_file(
    cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As paths do; those of the command line start at the working directory."""
    (folder / ".git").mkdir()
    (folder / "news").mkdir()
    write(folder / "news" / "b.md", "# Boats", FERRY, BAKERY, "TAGS:")
    (folder / "b.md").unlink()
    write(folder / "dedupe.toml", '[per-file-ignores]\n"/news/b.md" = ["TPL"]')
    assert statuses(cli) == [("DUP102", "new")]
    monkeypatch.chdir(folder / "news")
    assert statuses(cli, "..") == [("DUP102", "new")]
    assert statuses(cli, "..", "--per-file-ignores", "/b.md:DUP") == [("TPL205", "new")]
    assert len(statuses(cli, str(folder), "--isolated-config")) == 2
    assert statuses(cli, str(folder)) == [("DUP102", "new")]


# ----------------------------------------------------------------------------------------- severity


def test_severity(cli: Cli, folder: Path) -> None:
    """It decides what is shown, what lets the gate fail, and what reports call it."""
    found = {row["rule"]: row["severity"] for row in findings(cli, "--severity", "DUP102:note")}
    assert found == {"DUP102": "note", "TPL205": "error"}
    options = ("scan", "-q", "-f", "concise", "--select", "DUP102", "--severity", "DUP102:note")
    assert ": note DUP102 " in cli(*options).out
    assert cli(*options, "--fail-on", "warning").code == 0
    assert cli(*options, "--min-severity", "warning").out == ""


def test_severity_of_findings_without_text(cli: Cli, folder: Path) -> None:
    """Of files and directives; raised above the least severity, they are shown."""
    (folder / "c.md").write_bytes(b"\0\0\0")
    write(folder / "d.md", "<!-- dedupe: no -->", TOPICS[0])
    options = ("--min-severity", "error", "--select", "SRC,SUP")
    assert findings(cli, *options) == []
    found = findings(cli, *options, "--severity", "SRC801:error", "--severity", "SUP:error")
    assert [(row["rule"], row["severity"]) for row in found] == [
        ("SRC801", "error"), ("SUP701", "error"),
    ]  # fmt: skip


def test_more_exact_severities_count(cli: Cli, engine: Engine, folder: Path) -> None:
    """A rule goes before its family, whatever stands first; a check has its own defaults."""
    write(
        folder / "dedupe.toml",
        "[rules.severity]\nDUP102 = 'error'\nDUP = 'note'\nunfilled-field = 'warning'",
    )
    cli("scan")
    severity = engine.config.rules.severity
    assert (severity["DUP101"], severity["DUP102"], severity["TPL205"]) == (
        "note", "error", "warning",
    )  # fmt: skip
    cli("check", "--severity", "DUP1:warning")
    levels = [engine.config.rules.severity["DUP102"]]
    cli("check", "--severity", "TPL:note")
    levels.append(engine.config.rules.severity["DUP102"])
    assert levels == ["warning", "error"]


# ---------------------------------------------------------------------------------- as they are set


def test_tables_of_settings(
    cli: Cli, engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries of the file and of --config stand side by side; an option replaces them."""
    write(
        folder / "dedupe.toml",
        "[rules.severity]\nDUP101 = 'error'\n\n"
        "[per-file-ignores]\n'old/*.d.md' = ['DUP', 'TPL201']\nempty = []",
    )
    more = ("--config", "rules.severity.TPL201='note'")
    lines = cli("config", "show", *more).out.splitlines()
    assert 'rules.severity.DUP101 = "error"  # dedupe.toml:2' in lines
    assert 'rules.severity.TPL201 = "note"  # command line' in lines
    assert 'per-file-ignores."old/*.d.md" = ["DUP", "TPL201"]  # dedupe.toml:5' in lines
    assert "per-file-ignores.empty = []  # dedupe.toml:6" in lines
    write(folder / "again.toml", "\n".join(lines))
    again = cli("config", "show", "--config", "again.toml", "--isolated-config").out.splitlines()
    assert [line.partition("  #")[0] for line in again] == [
        line.partition("  #")[0] for line in lines
    ]
    cli("scan", *more, "--severity", "FIL301:error")
    assert engine.config.rules.severity == {"FIL301": "error"}
    monkeypatch.setenv("DEDUPE_SEVERITY", "FIL301:error FIL302:note")
    cli("scan")
    assert engine.config.rules.severity == {"FIL301": "error", "FIL302": "note"}
    cli("scan", *more)
    assert engine.config.rules.severity == {"TPL201": "note"}


def test_results_tell_them(cli: Cli, folder: Path) -> None:
    """As one would type them."""
    options = ("--severity", "DUP102:note", "--per-file-ignores", "x/**:DUP,TPL")
    settings = json.loads(cli("scan", "-q", "-f", "json", *options).out)["run"]["settings"]
    assert settings["rules.severity"] == ["DUP102:note"]
    assert settings["per-file-ignores"] == ["x/**:DUP,TPL"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rules.severity.DUP109 = 'note'", "rules.severity: there is no rule 'DUP109'; did you"),
        ("rules.severity.DUP101 = 'fatal'", "Invalid enum value 'fatal'"),
        ("rules.severity = 'note'", "rules.severity: Expected `object`, got `str`"),
        ("per-file-ignores.'a/*' = ['TPL299']", "per-file-ignores: there is no rule 'TPL299'; did"),
        ("per-file-ignores.'a/*' = 'TPL2'", "Expected `array`, got `str`"),
        ("per-file-ignores.a.b = ['TPL']", "Expected `array`, got `object`"),
        ("per-file-ignore.a = ['TPL']", "there is no setting 'per-file-ignore.a'; did you mean"),
        ("rules.ignore = ['nothing']", "rules.ignore: there is no rule 'nothing'"),
    ],
)
def test_wrong_settings(cli: Cli, engine: Engine, folder: Path, text: str, told: str) -> None:
    """File, key and reason are named, and nothing is scanned."""
    write(folder / "dedupe.toml", text)
    ran = cli("scan")
    assert (ran.code, ran.out, engine.scans) == (2, "", 0)
    assert ran.err.startswith("Error: dedupe.toml: ")
    assert told in ran.err


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--severity", "DUP101", "'DUP101' is not RULES:LEVEL"),
        ("--severity", "DUP101:high", "'high' is not one of"),
        ("--severity", "DUP1001:note", "did you mean DUP101?"),
        ("--per-file-ignores", ":DUP", "':DUP' is not GLOB:RULES"),
        ("--per-file-ignores", "a.md:DUPE", "there is no rule 'DUPE'"),
    ],
)
def test_wrong_values(cli: Cli, engine: Engine, option: str, value: str, told: str) -> None:
    """The option is named, and nothing is scanned."""
    ran = cli("scan", option, value)
    assert (ran.code, engine.scans) == (2, 0)
    assert option in ran.err
    assert told in ran.err
