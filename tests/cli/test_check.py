from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dedupe.config import Incoming
from tests.cli.conftest import BAKERY, FERRY, Cli, Engine
from tests.conftest import ROOT
from tests.pipeline.farm import accept
from tests.repository import Repository

OWN = (
    "Nobody had opened the signal box at Varnes since the line was cut. Last week two volunteers "
    "oiled its forty levers, and on Sunday the first tram in thirty years was let through by hand."
)
ORCHARD = (
    "Frost took the plum blossom in three of the five valleys, growers told the co-operative on "
    "Monday. The pears had not opened yet. Whoever lit fires between the rows, as Marit Osen did "
    "with old pallets, expects half a crop; the others have begun to sell their crates."
)


def write(path: str, *paragraphs: str) -> None:
    """Write an article and the folders above it."""
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two accepted articles in an index, a copy of one coming in, and an article of its own."""
    monkeypatch.chdir(tmp_path)
    write("accepted/bakery.md", "# Bread again", BAKERY)
    write("accepted/ferry.txt", FERRY)
    accept(["accepted"])
    write("incoming/copied.md", "# Old ovens", ORCHARD, BAKERY)
    write("incoming/own.md", OWN)
    return tmp_path


@pytest.fixture
def drafts(repository: Repository) -> Repository:
    """A repository with two accepted articles in its first commit, and their index."""
    write("articles/bakery.md", BAKERY)
    write("articles/ferry.md", FERRY)
    repository.commit()
    accept(["articles"])
    return repository


def piped(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Put a text on standard input."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def places(out: str) -> list[tuple[str, str]]:
    """Rule and path of each finding in the format jsonl."""
    rows = [json.loads(line) for line in out.splitlines()]
    return [(row["rule"], row["path"]) for row in rows if row["kind"] == "finding"]


def checked(out: str) -> list[str]:
    """Paths of the articles in the format jsonl."""
    rows = [json.loads(line) for line in out.splitlines()]
    return [row["path"] for row in rows if row["kind"] == "article"]


# ---------------------------------------------------------------------------------------- the gate


def test_copied_text_fails_the_check(cli: Cli, shelf: Path) -> None:
    """Exit code 1, the finding as an error, and on standard error what was compared with what."""
    ran = cli("check", "incoming", "-f", "concise")
    assert ran.code == 1
    assert "incoming/copied.md:5:1: error DUP102 100% of this passage" in ran.out
    assert "accepted/bakery.md:3" in ran.out
    assert "Checked 2 articles (" in ran.err
    assert " against 2 in the index in " in ran.err
    assert "Gate failed: fail-on." in ran.err


def test_own_text_passes(cli: Cli, shelf: Path) -> None:
    """Exit code 0."""
    ran = cli("check", "incoming/own.md")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "No findings.")


@pytest.mark.parametrize("option", [("--fail-on", "never"), ("--exit-zero",), ("--ignore", "DUP")])
def test_the_gate_may_be_opened(cli: Cli, shelf: Path, option: tuple[str, ...]) -> None:
    """By the options that scan has as well."""
    assert cli("check", "incoming", *option).code == 0


def test_a_reader_who_leaves_does_not_change_the_verdict(shelf: Path) -> None:
    """`dedupe check incoming | head -0`."""
    command = f"{sys.executable} -m dedupe check incoming -q | head -c0; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stderr) == (1, b"")


def test_known_findings_pass(cli: Cli, shelf: Path) -> None:
    """What a scan of all articles has put into a baseline does not fail a check."""
    assert cli("baseline", "create", "-q", "accepted", "incoming").code == 0
    ran = cli("check", "incoming", "--baseline", ".dedupe-baseline.json")
    assert ran.code == 0
    assert "1 in the baseline" in ran.out


def test_suppressed_findings_pass(cli: Cli, shelf: Path) -> None:
    """A directive in the incoming article counts."""
    write("incoming/copied.md", "<!-- dedupe: ignore-file[DUP] -- licensed -->", OWN, BAKERY)
    assert cli("check", "incoming/copied.md").code == 0


# ------------------------------------------------------------------------------------ what is wrong


def test_without_an_index(cli: Cli, shelf: Path) -> None:
    """Exit code 2 and the command that makes one: a gate that compares with nothing lets all in."""
    ran = cli("check", "incoming", "--index", "nowhere")
    assert ran.code == 2
    assert "there is no index nowhere; make it with: dedupe index build nowhere PATHS" in ran.err
    (shelf / ".dedupe" / "index").rename(shelf / "elsewhere")
    assert cli("check", "incoming").code == 2
    assert cli("check", "incoming", "--index", "elsewhere").code == 1


def test_an_index_that_was_made_with_other_settings(cli: Cli, shelf: Path) -> None:
    """Exit code 2: what was left out of one side only would be compared with nothing."""
    ran = cli("check", "incoming", "--ignore-quotes")
    assert ran.code == 2
    assert "ignore-quotes is off there and on here" in ran.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere",), "no such file or folder: nowhere"),
        (("--staged", "--changed-since", "HEAD"), "--staged and --changed-since cannot be given"),
        (("--staged", "--files-from", "x"), "--staged and --files-from cannot be given together"),
        (("--changed-since", "HEAD", "-"), "--changed-since and - cannot be given together"),
        (("--files-from", "-", "-"), "cannot be both an article and the list"),
        (("--stdin-filename", "a.md"), "--stdin-filename belongs to -"),
        (("-0",), "-0 belongs to --files-from"),
        (("--between", "a"), "No such option '--between'"),
    ],
)
def test_usage(cli: Cli, shelf: Path, arguments: tuple[str, ...], message: str) -> None:
    """Exit code 2, and what is wrong."""
    ran = cli("check", *arguments)
    assert ran.code == 2
    assert message in ran.err


def test_nothing_that_could_be_read(cli: Cli, shelf: Path) -> None:
    """An empty folder is an error, as it is in a scan."""
    (shelf / "empty").mkdir()
    assert cli("check", "empty").code == 2
    assert cli("check", "empty", "--allow-empty").code == 0


# ------------------------------------------------------------------------------------- what is read


def test_an_article_on_standard_input(
    cli: Cli, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name tells the format, and which accepted article it replaces."""
    piped(monkeypatch, f"# Bread\n\n- {OWN}\n\n{BAKERY}\n")
    ran = cli("check", "-", "--stdin-filename", "new/bread.md", "-f", "jsonl")
    assert (ran.code, places(ran.out)) == (1, [("DUP102", "new/bread.md")])
    piped(monkeypatch, BAKERY)
    ran = cli("check", "-", "-f", "jsonl")
    assert (ran.code, places(ran.out)) == (1, [("DUP101", "-")])
    piped(monkeypatch, f"# Bread again\n\n{BAKERY}\n")
    assert cli("check", "-", "--stdin-filename", "accepted/bakery.md").code == 0


def test_a_list_of_files(cli: Cli, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names with line ends end with a NUL byte; of an empty list there is nothing to check."""
    write("incoming/a\nb.md", BAKERY)
    piped(monkeypatch, "incoming/a\nb.md\0incoming/own.md\0")
    ran = cli("check", "--files-from", "-", "-0", "-f", "jsonl")
    assert (ran.code, checked(ran.out)) == (1, ["incoming/a\nb.md", "incoming/own.md"])
    piped(monkeypatch, "")
    ran = cli("check", "--files-from", "-")
    assert (ran.code, ran.err.splitlines()[-1]) == (0, "Nothing to check.")


def test_staged_articles(cli: Cli, drafts: Repository) -> None:
    """As they will be committed; a renamed article is no copy of its former self."""
    write("articles/copied.md", OWN, BAKERY)
    drafts("add", "articles/copied.md")
    write("articles/copied.md", OWN)
    ran = cli("check", "--staged", "-f", "jsonl")
    assert (ran.code, places(ran.out)) == (1, [("DUP102", "articles/copied.md")])
    drafts("add", "articles/copied.md")
    assert cli("check", "--staged").code == 0
    drafts("mv", "articles/ferry.md", "articles/boats.md")
    ran = cli("check", "--staged", "articles", "-f", "jsonl")
    assert (ran.code, checked(ran.out)) == (0, ["articles/boats.md", "articles/copied.md"])


def test_text_that_has_moved(cli: Cli, drafts: Repository) -> None:
    """From an article that is deleted to a new one: it stands nowhere else any more."""
    write("articles/copied.md", *[f"{OWN} {number}" for number in range(6)], BAKERY)
    drafts("add", "--all")
    assert cli("check", "--staged", "--select", "DUP102").code == 1
    drafts("rm", "--quiet", "articles/bakery.md")
    assert cli("check", "--staged", "--select", "DUP102").code == 0


def test_nothing_staged(cli: Cli, drafts: Repository) -> None:
    """Or nothing that is an article: exit code 0, and reports that are complete."""
    for code in ("", "print()\n"):
        write("tool.py", code)
        drafts("add", "--all")
        ran = cli("check", "--staged", "-f", "json")
        assert (ran.code, ran.err.splitlines()[-1]) == (0, "Nothing to check.")
        assert json.loads(ran.out)["articles"] == []


def test_changed_articles(cli: Cli, drafts: Repository) -> None:
    """Of a branch, committed or not; an unknown branch is an error."""
    drafts("switch", "--quiet", "--create", "topic")
    write("articles/copied.md", OWN, BAKERY)
    drafts.commit()
    write("articles/ferry.md", FERRY, OWN)
    ran = cli("check", "--changed-since", "main", "-f", "jsonl")
    assert checked(ran.out) == ["articles/copied.md", "articles/ferry.md"]
    assert set(places(ran.out)) == {
        ("DUP102", "articles/copied.md"),
        ("DUP102", "articles/ferry.md"),
    }
    assert cli("check", "--changed-since", "main", "elsewhere").code == 0
    ran = cli("check", "--changed-since", "origin/main")
    assert ran.code == 2
    assert "fetch-depth: 0" in ran.err


def test_hooks_that_compare_commits(
    cli: Cli, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pre-commit names the first of two commits; --staged then means what changed since."""
    cli("check", "--staged")
    assert engine.config.incoming == Incoming(staged=True)
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "1234abcd")
    cli("check", "--staged")
    assert engine.config.incoming == Incoming(changed_since="1234abcd")


def test_defaults(cli: Cli, engine: Engine) -> None:
    """Errors fail the check, and copied passages are errors."""
    cli("check")
    assert engine.paths == (".",)
    assert engine.config.gate.fail_on == "error"
    assert engine.config.rules.severity == {"DUP102": "error"}
    assert engine.config.index == ".dedupe/index"
    cli("scan")
    assert engine.config.rules.severity == {}
