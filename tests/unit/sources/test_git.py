"""What git says has changed, in repositories made for the purpose."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dedupe.config import Sources
from dedupe.errors import DedupeWarning, UsageError
from dedupe.sources import STDIN, FileTable, SourceFile, git, read_batch, select_changed
from tests.repository import Repository

NEWLINE, ODD = "a\nb.md", os.fsdecode(b"caf\xe9.txt")
needs_bytes = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="file names there are Unicode, and one line"
)


def test_what_is_staged_is_read_as_it_will_be_committed(repository: Repository) -> None:
    """Before the first commit, too; what was written since, and what nobody added, is not."""
    repository.write("a.md", "As it was added.\n")
    repository("add", "a.md")
    repository.write("a.md", "Another word.\n")
    repository.write("b.md")
    found = git.staged()
    assert [(file.path, file.content) for file in found.files] == [("a.md", b"As it was added.\n")]
    assert not found.gone
    batch, _, _ = read_batch(FileTable.of(found.files), 0, Sources())
    assert batch.data.tobytes().rstrip(b"\0") == b"As it was added.\n"


def test_names_that_are_no_more(repository: Repository) -> None:
    """Of a renamed and a deleted file; that of one which another one took over is still there."""
    for name in ("kept.md", "renamed.md", "deleted.md", "left.md"):
        repository.write(name, f"What stands in {name}.\n" * 20)
    repository.commit()
    repository("mv", "renamed.md", "new.md")
    repository("rm", "--quiet", "deleted.md")
    repository("mv", "left.md", "moved.md")
    repository.write("left.md", "Something else.\n")
    repository.write("kept.md", "Edited.\n")
    repository("add", "--all")
    for found in (git.staged(), git.since("HEAD")):
        assert [file.path for file in found.files] == ["kept.md", "left.md", "moved.md", "new.md"]
        assert found.gone == {"renamed.md", "deleted.md"}


@needs_bytes
def test_names_of_any_bytes(repository: Repository) -> None:
    """A line end, and a byte that is not UTF-8, which is shown so that it can be printed."""
    for name in (NEWLINE, ODD):
        repository.write(name, "Text.\n")
    repository("add", "--all")
    staged = git.staged()
    repository.commit()
    repository("commit", "--quiet", "--allow-empty", "--message", "Start")
    for name in (NEWLINE, ODD):
        repository.write(name, "Text.\nMore.\n")
    since = git.since("HEAD")
    for found, content in ((staged, b"Text.\n"), (since, b"Text.\nMore.\n")):
        assert [file.path for file in found.files] == [NEWLINE, r"caf\xe9.txt"]
        batch, skipped, _ = read_batch(FileTable.of(found.files), 0, Sources())
        assert not skipped
        start, end = batch.start[0], batch.end[0]
        assert batch.data[start:end].tobytes() == content


def test_links_and_submodules_are_no_articles(repository: Repository) -> None:
    """Only files have contents."""
    repository.write("a.md")
    try:
        (repository.root / "link.md").symlink_to("a.md")
    except OSError:
        pytest.skip("links cannot be made here")
    repository("add", "--all")
    repository("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module.md")
    assert [file.path for file in git.staged().files] == ["a.md"]


def test_paths_are_those_of_the_working_directory(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder of the repository, whatever its settings say of paths; and files above it."""
    repository("config", "diff.relative", "true")
    repository("config", "diff.noprefix", "true")
    repository.write("top.md")
    repository.write("sub/inner.md")
    repository.commit()
    repository.write("top.md", "Edited.\n")
    repository.write("sub/inner.md", "Edited.\n")
    repository("add", "--all")
    monkeypatch.chdir(repository.root / "sub")
    for found in (git.staged(), git.since("HEAD")):
        assert [file.path for file in found.files] == ["inner.md", "../top.md"]
        chosen = select_changed(found.files, ["."], Sources())
        assert [file.path for file in chosen.files] == ["inner.md"]
        everything = select_changed(found.files, [".."], Sources())
        assert [file.path for file in everything.files] == ["../top.md", "inner.md"]


def test_since_a_branch_was_left(repository: Repository) -> None:
    """What the other branch has done since is no change; what is not committed yet is one."""
    repository.write("a.md")
    repository.commit()
    repository("switch", "--quiet", "--create", "topic")
    repository.write("b.md")
    repository.commit()
    repository("switch", "--quiet", "main")
    repository.write("c.md")
    repository.commit()
    repository("switch", "--quiet", "topic")
    repository.write("a.md", "Not committed.\n")
    assert [file.path for file in git.since("main").files] == ["a.md", "b.md"]


def test_what_cannot_be_told(repository: Repository, tmp_path: Path) -> None:
    """An unknown commit, one that looks like an option, branches without a common start."""
    repository.write("a.md")
    repository.commit()
    for ref in ("origin/main", "--output=x", ""):
        with pytest.raises(UsageError, match=r"git knows no commit .*; fetch it"):
            git.since(ref)
    repository("switch", "--quiet", "--orphan", "other")
    repository.commit()
    with pytest.raises(UsageError, match="no history in common"):
        git.since("main")


def test_a_shallow_clone(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the commit at which a branch was left, the message says how to get it."""
    repository.write("a.md")
    repository.commit()
    repository("switch", "--quiet", "--create", "topic")
    for number in range(3):
        repository.write("b.md", f"{number}\n")
        repository.commit()
    repository("switch", "--quiet", "main")
    repository.write("c.md")
    repository.commit()
    clone = tmp_path / "clone"
    url = repository.root.as_uri()
    repository("clone", "--quiet", "--depth=1", "--branch=topic", url, str(clone))
    monkeypatch.chdir(clone)
    with pytest.raises(UsageError, match=r"knows no commit origin/main.*fetch-depth: 0"):
        git.since("origin/main")
    inner = Repository(clone)
    inner("fetch", "--quiet", "--depth=1", "origin", "main:refs/remotes/origin/main")
    with pytest.raises(UsageError, match=r"this clone is shallow.*fetch-depth: 0"):
        git.since("origin/main")
    inner("fetch", "--quiet", "--unshallow", "origin", "main:refs/remotes/origin/main")
    assert [file.path for file in git.since("origin/main").files] == ["b.md"]


# -------------------------------------------------------------------------------------------- dates


def _commit(repository: Repository, monkeypatch: pytest.MonkeyPatch, day: int) -> None:
    """Commit everything at noon, an hour before UTC."""
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"2024-03-{day:02}T12:00:00+0100")
    repository.commit()


def _dates(*paths: str) -> dict[str, str | None]:
    files = [SourceFile(path, path, 1) for path in paths]
    return dict(zip(paths, git.dates(files), strict=True))


def test_dates_of_first_commits(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither edits nor coming back change one; a new path is new, an unknown one undated."""
    repository.write("a.md")
    repository.write("sub/b.md")
    _commit(repository, monkeypatch, 1)
    repository.write("a.md", "Edited.\n")
    repository("mv", "sub/b.md", "sub/c.md")
    _commit(repository, monkeypatch, 2)
    repository("rm", "--quiet", "a.md")
    _commit(repository, monkeypatch, 3)
    repository.write("a.md", "Back.\n")
    _commit(repository, monkeypatch, 4)
    repository.write("new.md")
    first, second = "2024-03-01T11:00:00Z", "2024-03-02T11:00:00Z"
    assert _dates("a.md", "sub/c.md", "new.md") == {
        "a.md": first, "sub/c.md": second, "new.md": None,
    }  # fmt: skip
    monkeypatch.chdir("sub")
    assert _dates("../a.md", "c.md", str(repository.root / "a.md")) == {
        "../a.md": first, "c.md": second, str(repository.root / "a.md"): first,
    }  # fmt: skip
    assert git.dates([SourceFile("../a.md", STDIN, 1, b"x")]) == [first]


def test_dates_of_branches(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a merge brings has the date of its own commit, what it adds itself that of the merge."""
    assert _dates("a.md") == {"a.md": None}  # before the first commit
    repository.write("a.md")
    _commit(repository, monkeypatch, 1)
    repository("switch", "--quiet", "--create", "topic")
    repository.write("topic.md")
    _commit(repository, monkeypatch, 2)
    repository("switch", "--quiet", "main")
    repository.write("main.md")
    _commit(repository, monkeypatch, 3)
    repository("merge", "--quiet", "--no-commit", "topic")
    repository.write("merge.md")
    _commit(repository, monkeypatch, 4)
    days = {path: date and date[8:10] for path, date in _dates(
        "a.md", "topic.md", "main.md", "merge.md"
    ).items()}  # fmt: skip
    assert days == {"a.md": "01", "topic.md": "02", "main.md": "03", "merge.md": "04"}


@needs_bytes
def test_dates_of_names_of_any_bytes(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of one that looks like what git says about others."""
    names = (NEWLINE, ODD, ":100644 A", "1700000000")
    for name in names:
        repository.write(name)
    _commit(repository, monkeypatch, 1)
    assert set(_dates(*names).values()) == {"2024-03-01T11:00:00Z"}


def test_dates_of_a_shallow_clone(repository: Repository, tmp_path: Path) -> None:
    """They are told, with a warning."""
    for name in ("a.md", "b.md"):
        repository.write(name)
        repository.commit()
    clone = tmp_path / "clone"
    repository("clone", "--quiet", "--depth=1", repository.root.as_uri(), str(clone))
    with pytest.warns(DedupeWarning, match=r"is shallow.*fetch-depth: 0"):
        dates = _dates(str(clone / "a.md"), str(clone / "b.md"))
    assert len(set(dates.values())) == 1


def test_dates_outside_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which file it is, or that there is no git."""
    with pytest.raises(UsageError, match=f"{tmp_path} is in no repository of git"):
        _dates(str(tmp_path / "a.md"))
    Repository(tmp_path)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="git is not installed"):
        _dates(str(tmp_path / "a.md"))


# ------------------------------------------------------------------------------------------- errors


def test_outside_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What git says is passed on; and when there is no git, that."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    for ask in (git.staged, lambda: git.since("HEAD")):
        with pytest.raises(UsageError, match="git rev-parse: fatal: not a git repository"):
            ask()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="git is not installed"):
        git.staged()


def test_changed_files_are_chosen_as_those_of_folders_are() -> None:
    """By their endings, patterns, hidden names and size; what is left out is named."""
    names = ("a.md", "b.py", "drafts/c.md", ".hidden/d.md", "../e.md", "large.md")
    files = [
        SourceFile(name, name, len(content), content)
        for name in names
        for content in [b"x" * (200 if name == "large.md" else 2)]
    ]
    options = Sources(exclude=("drafts/",), max_file_size=100)
    found = select_changed(files, [".", ".."], options)
    assert [file.path for file in found.files] == ["../e.md", "a.md"]
    assert {skip.path: skip.reason.partition(":")[0] for skip in found.skipped} == {
        "b.py": "not included",
        "drafts/c.md": "excluded by a pattern",
        ".hidden/d.md": "hidden",
        "large.md": "larger than 100 bytes",
    }
    within = select_changed(files, ["drafts"], Sources())
    assert [file.path for file in within.files] == ["drafts/c.md"]
