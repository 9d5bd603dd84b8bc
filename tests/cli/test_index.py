from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dedupe.config import Sources
from dedupe.index import Index
from dedupe.sources import find_files
from tests.cli.conftest import BAKERY, FERRY, Cli, Ran

HERE = Path("accepted")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two articles, in a folder that is the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "articles").mkdir()
    _write("articles/a.md", "# Bread", BAKERY)
    _write("articles/b.md", "---\ndate: 2024-05-01\n---\n\n# Boats", FERRY)
    return tmp_path


@pytest.fixture
def index(cli: Cli, folder: Path) -> Path:
    """An index of both."""
    assert cli("index", "build", "accepted", "articles").code == 0
    return folder / "accepted"


def _write(path: str, *paragraphs: str) -> None:
    Path(path).write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")


def _said(ran: Ran) -> str:
    """The one line of a command that went well."""
    assert ran.code == 0, ran.err
    return ran.out.removesuffix("\n")


def _failed(ran: Ran) -> str:
    """What a command said that could not do its job."""
    assert ran.code == 2
    assert not ran.out
    return ran.err


def _info(cli: Cli, index: str = "accepted") -> dict[str, object]:
    found: dict[str, object] = json.loads(_said(cli("index", "info", index, "-f", "json")))
    return found


def test_build(cli: Cli, folder: Path) -> None:
    """The index is told in numbers, and nothing but its own files is written."""
    said = _said(cli("index", "build", "accepted", "articles"))
    assert said == "accepted: 2 articles; 2 added, 0 replaced, 0 removed, 0 unchanged"
    assert sorted(path.name for path in HERE.iterdir()) == ["lock", "manifest.json", "segments"]
    told = _info(cli)
    assert told["articles"] == 2
    assert told["text"] is False
    assert told["words"] == len((BAKERY + " " + FERRY).split()) + 2
    assert cli("index", "verify", "accepted", "--against", "articles").code == 0


def test_info_for_people(cli: Cli, index: Path) -> None:
    """Size is told as a multiple of the text, and the settings by their names."""
    lines = dict(
        line.split(maxsplit=1) for line in _said(cli("index", "info", "accepted")).splitlines()[:7]
    )
    assert lines["articles"] == "2"
    assert "times the text" in lines["size"]
    assert lines["texts"] == "not kept"
    assert lines["digest"] == _info(cli)["digest"]


def test_build_refuses_to_overwrite(cli: Cli, index: Path) -> None:
    """Without --force an index stays; with it, it is made of the new articles alone."""
    before = _files(index)
    assert "accepted exists" in _failed(cli("index", "build", "accepted", "articles/a.md"))
    assert _files(index) == before
    assert cli("index", "build", "accepted", "articles/a.md", "--force").code == 0
    assert _info(cli)["articles"] == 1
    assert len(_files(index)) == 2


def test_build_refuses_a_foreign_folder(cli: Cli, folder: Path) -> None:
    """Nothing is written into a folder that holds something else, not even with --force."""
    before = _files(folder)
    said = _failed(cli("index", "build", "articles", "articles", "--force"))
    assert "articles is no index: it holds a.md" in said
    assert "Not a directory" in _failed(cli("index", "build", "articles/a.md", "articles"))
    assert _files(folder) == before


def test_a_build_that_was_killed_can_be_repeated(cli: Cli, folder: Path) -> None:
    """A folder with a lock and segments, but no manifest, is none of a stranger."""
    (HERE / "segments").mkdir(parents=True)
    (HERE / "segments" / "tmp-99").write_bytes(b"half")
    (HERE / "segments" / f"{'0' * 24}.seg").write_bytes(b"whole")
    (HERE / "lock").touch()
    assert "no index: it holds no manifest.json" in _failed(cli("index", "info", "accepted"))
    assert cli("index", "build", "accepted", "articles").code == 0
    assert len(_files(HERE)) == 2


def test_add_replaces_by_path(cli: Cli, index: Path) -> None:
    """What is the same stays, what has changed is replaced, what is new is added."""
    _write("articles/a.md", "# Bread", BAKERY, "One word more.")
    _write("articles/c.md", FERRY)
    said = _said(cli("index", "add", "accepted", "articles"))
    assert said == "accepted: 3 articles; 1 added, 1 replaced, 0 removed, 1 unchanged"
    before = _files(index)
    said = _said(cli("index", "add", "accepted", "articles"))
    assert said == "accepted: 3 articles; 0 added, 0 replaced, 0 removed, 3 unchanged"
    assert _files(index) == before
    assert cli("index", "verify", "accepted", "--against", "articles").code == 0


def test_update_removes_what_is_gone(cli: Cli, index: Path) -> None:
    """Only below the folders that were given; `add` removes nothing."""
    _write("other.md", FERRY)
    _said(cli("index", "add", "accepted", "other.md"))
    Path("articles/a.md").unlink()
    Path("other.md").unlink()
    assert ", 0 removed" in _said(cli("index", "add", "accepted", "articles"))
    said = _said(cli("index", "update", "accepted", "articles"))
    assert said == "accepted: 2 articles; 0 added, 0 replaced, 1 removed, 1 unchanged"
    _write("new.md", BAKERY)
    said = _said(cli("index", "update", "accepted", "."))
    assert said == "accepted: 2 articles; 1 added, 0 replaced, 1 removed, 1 unchanged"


def test_update_keeps_what_cannot_be_read(cli: Cli, index: Path) -> None:
    """An article that has become unreadable is not gone: it is named, and stays as it was."""
    Path("articles/a.md").write_bytes(b"\0\1\2")
    ran = cli("index", "update", "accepted", "articles")
    assert _said(ran) == "accepted: 2 articles; 0 added, 0 replaced, 0 removed, 1 unchanged"
    assert "articles/a.md: not read: " in ran.err
    assert cli("index", "update", "accepted", "articles", "--strict").code == 2


def test_an_article_that_disappears_meanwhile(
    cli: Cli, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Listed, and gone when it is read: it is named, and the index keeps what it has."""
    found = find_files(["articles"], Sources())
    monkeypatch.setattr("dedupe.pipeline.indexing.find_files", lambda *_: found)
    Path("articles/b.md").unlink()
    ran = cli("index", "update", "accepted", "articles")
    assert _said(ran) == "accepted: 2 articles; 0 added, 0 replaced, 0 removed, 1 unchanged"
    assert "articles/b.md: not read: no such file" in ran.err


def test_remove(cli: Cli, index: Path) -> None:
    """By path, or by the first digits of a digest; a name that fits nothing changes nothing."""
    names = Index.open(HERE)
    digest = names.digests(names.places.row[:1] * 0).tobytes().hex()
    before = _files(index)
    assert "names no article" in _failed(
        cli("index", "remove", "accepted", "articles/a.md", "articles/x.md")
    )
    assert "names no article" in _failed(cli("index", "remove", "accepted", digest[:7]))
    assert _files(index) == before
    assert _said(cli("index", "remove", "accepted", digest[:8])) == "accepted: 1 article; 1 removed"
    assert Index.open(HERE).paths == ("articles/b.md",)
    assert _said(cli("index", "remove", "accepted", "./articles/b.md")).endswith("1 removed")
    assert _info(cli)["articles"] == 0
    assert cli("index", "verify", "accepted").code == 0
    assert ", 2 added," in _said(cli("index", "add", "accepted", "articles")).replace("; ", ", ")


def test_compact_gives_the_same_files(cli: Cli, index: Path) -> None:
    """An index with a history becomes that of a build, byte for byte."""
    built = _segments(index)
    _write("articles/c.md", FERRY)
    _said(cli("index", "add", "accepted", "articles/c.md"))
    _said(cli("index", "remove", "accepted", "articles/b.md", "articles/c.md"))
    _said(cli("index", "add", "accepted", "articles/b.md"))
    assert _segments(index) != built
    _said(cli("index", "compact", "accepted"))
    assert _segments(index) == built


def test_merge(cli: Cli, index: Path) -> None:
    """The articles of several indexes in one; of an article that two have the last stays."""
    _said(cli("index", "build", "one", "articles/a.md"))
    _said(cli("index", "build", "two", "articles/b.md"))
    said = _said(cli("index", "merge", "one", "two", "two"))
    assert said == "one: 2 articles; 1 added, 0 replaced"
    assert _info(cli, "one")["digest"] == _info(cli)["digest"]
    _said(cli("index", "compact", "one"))
    assert _segments(Path("one")) == _segments(index)
    _write("articles/b.md", BAKERY)
    _said(cli("index", "add", "two", "articles/b.md"))
    assert _said(cli("index", "merge", "one", "two")).endswith("0 added, 1 replaced")
    assert cli("index", "verify", "one", "--against", "articles").code == 0


def test_merge_of_indexes_made_otherwise(cli: Cli, index: Path) -> None:
    """Other settings, or texts on one side only, cannot be joined."""
    _said(cli("index", "build", "quotes", "articles", "--ignore-quotes"))
    said = _failed(cli("index", "merge", "accepted", "quotes"))
    assert "ignore-quotes is off there and on here" in said
    _said(cli("index", "build", "texts", "articles", "--store-text"))
    assert "texts holds texts, and accepted does not" in _failed(
        cli("index", "merge", "accepted", "texts")
    ).replace("the index ", "")


def test_verify_against_changed_articles(cli: Cli, index: Path) -> None:
    """What differs is listed, and the exit code is 1."""
    _write("articles/a.md", "# Bread", BAKERY + " And more.")
    Path("articles/b.md").rename("articles/c.md")
    ran = cli("index", "verify", "accepted", "--against", "articles")
    assert ran.code == 1
    assert ran.out.splitlines()[1:] == [
        "articles/a.md: changed",
        "articles/b.md: no such article",
        "articles/c.md: not in the index",
        "3 differences from articles",
    ]


def test_other_settings_name_the_remedy(cli: Cli, index: Path) -> None:
    """An index is not mixed of articles that were read in two ways."""
    said = _failed(cli("index", "add", "accepted", "articles", "--ignore-section", "Sources"))
    assert "ignore-sections is none there and Sources here" in said
    assert "dedupe index build accepted PATHS --force" in said


def test_missing_index_names_the_remedy(cli: Cli, folder: Path) -> None:
    """No command but build makes one, or leaves a lock behind."""
    for name in ("add", "update"):
        said = _failed(cli("index", name, "accepted", "articles"))
        assert "there is no index accepted; make it with: dedupe index build accepted" in said
    _failed(cli("index", "remove", "accepted", "articles/a.md"))
    _failed(cli("index", "merge", "accepted", "accepted"))
    assert not HERE.exists()
    assert "no such file or folder" in _failed(cli("index", "build", "accepted", "missing"))


def test_nothing_to_add(cli: Cli, index: Path) -> None:
    """An empty folder is no reason to empty the index, unless that is asked for."""
    for path in Path("articles").iterdir():
        path.unlink()
    assert "no article to analyse" in _failed(cli("index", "update", "accepted", "articles"))
    said = _said(cli("index", "update", "accepted", "articles", "--allow-empty"))
    assert said == "accepted: 0 articles; 0 added, 0 replaced, 2 removed, 0 unchanged"


def test_texts_are_kept_on_request(cli: Cli, folder: Path) -> None:
    """Private text is in the files only with --store-text, and `add` goes on as it was begun."""
    phrase = FERRY.split()[3].encode()
    _said(cli("index", "build", "bare", "articles/a.md"))
    _said(cli("index", "build", "whole", "articles/a.md", "--store-text"))
    for name, held in (("bare", False), ("whole", True)):
        _said(cli("index", "add", name, "articles"))
        assert _info(cli, name)["text"] is held
        content = b"".join(Path(path).read_bytes() for path in _files(Path(name)))
        assert (phrase in content) is held


def test_lock_names_its_holder(cli: Cli, index: Path) -> None:
    """Who waits in vain is told for whom, and what was there stays readable."""
    code = (
        "import sys, time; from pathlib import Path; from dedupe.index.lock import locked\n"
        "with locked(Path('accepted'), 1): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        said = _failed(cli("index", "add", "accepted", "articles", "--lock-timeout", "0.1"))
        assert f"is being changed by process {holder.pid}" in said
        assert _info(cli)["articles"] == 2
        assert holder.stdin is not None
        holder.stdin.close()
    assert cli("index", "add", "accepted", "articles", "--lock-timeout", "1").code == 0


def _files(folder: Path) -> dict[str, bytes]:
    """The files below a folder, but for the lock."""
    return {
        str(path): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


def _segments(index: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (index / "segments").iterdir()}
