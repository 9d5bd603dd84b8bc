from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import BAKERY, FERRY, Cli, Engine, findings, write
from tests.repository import Repository


@pytest.fixture
def repository(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A folder of two articles, of which the second by name was committed first."""
    repository = Repository(folder)
    for day, name in ((1, "b.md"), (2, "a.md")):
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"2024-03-0{day}T12:00:00Z")
        repository("add", name)
        repository("commit", "--quiet", "--message", "Add")
    return repository


def _copied(cli: Cli, *options: str) -> tuple[str, str, str | None]:
    """The article that is a copy, the original, and its date."""
    (found,) = findings(cli, "--select", "DUP", *options)
    (match,) = found["matches"]
    return found["path"], match["path"], match["date"]


def test_original_by_git(cli: Cli, repository: Repository) -> None:
    """What was committed first is the original, whatever the front matter says."""
    assert _copied(cli) == ("b.md", "a.md", None)
    git = ("--date-source", "git")
    assert _copied(cli, *git) == ("a.md", "b.md", "2024-03-01T12:00:00Z")
    write(repository.root / "a.md", "---\ndate: 2020-01-01\n---\n# Bread", BAKERY)
    assert _copied(cli) == ("b.md", "a.md", "2020-01-01")
    assert _copied(cli, *git)[:2] == ("a.md", "b.md")
    write(repository.root / "dedupe.toml", "date-source = 'git'")
    assert _copied(cli)[:2] == ("a.md", "b.md")


def test_dates_of_accepted_articles(cli: Cli, repository: Repository) -> None:
    """An index keeps them."""
    assert cli("index", "build", "index", "b.md", "--date-source", "git").code == 0
    ran = cli("check", "a.md", "--index", "index", "-q", "-f", "full", "--select", "DUP")
    assert "2024-03-01T12:00:00Z" in ran.out


def test_original_by_a_field(cli: Cli, folder: Path) -> None:
    """Any key of the front matter."""
    write(folder / "a.md", "---\npublished: 2024-03-02\n---\n# Bread", BAKERY)
    write(folder / "b.md", "---\npublished: 2024-03-01\n---\n# Boats", FERRY, BAKERY)
    assert _copied(cli) == ("b.md", "a.md", None)
    assert _copied(cli, "--date-field", "published") == ("a.md", "b.md", "2024-03-01")
    write(folder / "dedupe.toml", "date-field = 'published'")
    assert _copied(cli)[0] == "a.md"


def test_shallow_clone(
    cli: Cli, repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A line on standard error, also where nothing else is said there."""
    clone = tmp_path_factory.mktemp("clones") / "clone"
    repository("clone", "--quiet", "--depth=1", repository.root.as_uri(), str(clone))
    ran = cli("scan", "-q", "-f", "concise", "--date-source", "git", str(clone))
    assert ran.code == 0
    assert ran.err.startswith("Warning: this clone of git is shallow")
    assert len(ran.err.splitlines()) == 1


def test_no_repository(cli: Cli, folder: Path) -> None:
    """The folder is named, and nothing is written."""
    ran = cli("scan", "--date-source", "git", "-o", "json:x")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: . is in no repository of git")
    assert not (folder / "x").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("date-source = 'svn'", "date-source: Invalid enum value 'svn'"),
        ("date-field = ''", "date-field: Expected `str` of length >= 1"),
        ("date-field = ' '", "date-field: it names no field"),
        ("date-fields = 'x'", "did you mean date-field?"),
    ],
)
def test_wrong_settings(cli: Cli, engine: Engine, folder: Path, text: str, told: str) -> None:
    """File, key and reason."""
    write(folder / "dedupe.toml", text)
    ran = cli("scan")
    assert (ran.code, engine.scans) == (2, 0)
    assert ran.err.startswith("Error: dedupe.toml: ")
    assert told in ran.err
