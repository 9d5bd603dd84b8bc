from __future__ import annotations

import io
import os
import socket
import sys
from pathlib import Path

import pytest

from dedupe.config import Sources
from dedupe.errors import UsageError
from dedupe.sources import FileList, find_files

DEFAULT = Sources()
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX file types")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: str, content: str = "Some text.\n") -> None:
    """Write a file and the folders above it."""
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(content, encoding="utf-8")


def paths(found: FileList) -> list[str]:
    """Displayed paths in their order."""
    return [file.path for file in found.files]


def reasons(found: FileList) -> dict[str, tuple[str, bool]]:
    """Why each skipped path was left out, and whether on purpose."""
    return {skip.path: (skip.reason, skip.deliberate) for skip in found.skipped}


def test_walks_folders_and_sorts_by_code_points(folder: Path) -> None:
    """All included files at any depth; upper-case before lower-case, as code points go."""
    for name in ("b.txt", "B.md", "sub/a.markdown", "sub/deep/x.text", "é.txt", "c.html"):
        write(name)
    found = find_files(["."], DEFAULT)
    assert paths(found) == ["B.md", "b.txt", "sub/a.markdown", "sub/deep/x.text", "é.txt"]
    assert reasons(found) == {
        "c.html": ("not included: matches none of *.txt, *.text, *.md, *.markdown", True)
    }


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (".", "sub/a.txt"),
        ("./", "sub/a.txt"),
        ("sub", "sub/a.txt"),
        ("./sub/", "sub/a.txt"),
        (".//sub/./a.txt", "sub/a.txt"),
        ("sub/../sub", "sub/../sub/a.txt"),
    ],
)
def test_paths_are_shown_as_typed(folder: Path, typed: str, shown: str) -> None:
    """Relative as typed, without ./ and doubled slashes."""
    write("sub/a.txt")
    assert paths(find_files([typed], DEFAULT)) == [shown]


def test_absolute_paths_stay_absolute(folder: Path) -> None:
    """An absolute folder gives absolute paths; sizes and locations lead to the file."""
    write("a.txt", "12345")
    (file,) = find_files([str(folder)], DEFAULT).files
    assert file.path == (folder / "a.txt").as_posix()
    assert file.size == 5
    assert Path(file.location).read_bytes() == b"12345"


def test_a_missing_path_is_named(folder: Path) -> None:
    """A path that does not exist ends the run with its name, whatever else is there."""
    write("a.txt")
    for missing in ("nothing.txt", "a.txt/b", "", "nul\0l"):
        with pytest.raises(UsageError, match="no such file or folder"):
            find_files(["a.txt", missing], DEFAULT)


def test_named_files_are_read_whatever_they_are_called(folder: Path) -> None:
    """Include, exclude, ignore files and dots do not apply to a file that is named."""
    for name in ("page.html", ".hidden", "drafts/a.txt", "log.txt"):
        write(name)
    write(".gitignore", "log.txt")
    options = Sources(exclude=("drafts/",))
    named = ["page.html", ".hidden", "drafts/a.txt", "log.txt"]
    assert paths(find_files(named, options)) == sorted(named)


def test_force_exclude_applies_to_named_files(folder: Path) -> None:
    """With force_exclude patterns and ignore files win over a name."""
    for name in ("drafts/a.txt", "log.txt", "b.txt"):
        write(name)
    write(".gitignore", "log.txt")
    options = Sources(exclude=("drafts/",), force_exclude=True)
    found = find_files(["drafts/a.txt", "log.txt", "b.txt"], options)
    assert paths(found) == ["b.txt"]
    assert reasons(found) == {
        "drafts/a.txt": ("excluded by a pattern", True),
        "log.txt": ("ignored by .gitignore", True),
    }


def test_include_by_name_and_by_path(folder: Path) -> None:
    """Globs without a slash look at the name, case aside; others at the path."""
    for name in ("A.TXT", "x.rst", "blog/b.rst", "blog/2020/c.rst"):
        write(name)
    assert paths(find_files(["."], DEFAULT)) == ["A.TXT"]
    assert paths(find_files(["."], Sources(include=("[a-x].*",)))) == [
        "A.TXT",
        "blog/2020/c.rst",
        "blog/b.rst",
        "x.rst",
    ]
    assert paths(find_files(["."], Sources(include=("blog/*.rst",)))) == ["blog/b.rst"]
    assert paths(find_files(["blog"], Sources(include=("blog/**/*.rst",)))) == [
        "blog/2020/c.rst",
        "blog/b.rst",
    ]


def test_exclude_is_in_the_style_of_gitignore(folder: Path) -> None:
    """Folders, anchored and taken-back patterns; a folder that is out is not entered."""
    for name in ("a.txt", "keep.txt", "old/b.txt", "sub/old/c.txt", "sub/a.txt", "top/d.txt"):
        write(name)
    found = find_files(["."], Sources(exclude=("old/", "*.txt", "!keep.txt", "!top/*.txt")))
    assert paths(found) == ["keep.txt", "top/d.txt"]
    assert reasons(found)["old/"] == ("excluded by a pattern", True)
    assert paths(find_files(["."], Sources(exclude=("/a.txt", "old")))) == [
        "keep.txt",
        "sub/a.txt",
        "top/d.txt",
    ]


def test_hidden_entries_are_left_out_on_default(folder: Path) -> None:
    """Names that begin with a dot are read on request, .git never."""
    for name in (".a.txt", ".cache/b.txt", ".git/c.txt", "d.txt"):
        write(name)
    found = find_files(["."], DEFAULT)
    assert paths(found) == ["d.txt"]
    assert reasons(found) == {".a.txt": ("hidden", True), ".cache": ("hidden", True)}
    assert paths(find_files(["."], Sources(hidden=True))) == [".a.txt", ".cache/b.txt", "d.txt"]


def test_nested_ignore_files(folder: Path) -> None:
    """The innermost file that speaks decides; an ignored folder is not entered."""
    for name in ("a.txt", "log.txt", "sub/log.txt", "sub/b.txt", "build/c.txt", "sub/tmp/d.txt"):
        write(name)
    write(".gitignore", "log.txt\nbuild/\n# comment\n")
    write("sub/.gitignore", "!log.txt\n/tmp\n")
    found = find_files(["."], DEFAULT)
    assert paths(found) == ["a.txt", "sub/b.txt", "sub/log.txt"]
    assert reasons(found)["build/"] == ("ignored by .gitignore", True)
    assert reasons(found)["sub/tmp/"] == ("ignored by sub/.gitignore", True)
    everything = find_files(["."], Sources(respect_gitignore=False))
    assert len(everything.files) == 6


def test_ignore_files_of_parents_up_to_the_repository(folder: Path) -> None:
    """Above a named folder they count inside the repository only."""
    for name in ("repo/docs/a.txt", "repo/docs/b.txt", "repo/docs/c.txt"):
        write(name)
    write(".gitignore", "c.txt")
    write("repo/.gitignore", "/docs/b.txt\na.txt")
    write("repo/docs/.gitignore", "!a.txt")
    assert paths(find_files(["repo/docs"], DEFAULT)) == [
        "repo/docs/a.txt",
        "repo/docs/b.txt",
        "repo/docs/c.txt",
    ]
    (folder / "repo/.git").mkdir()
    assert paths(find_files(["repo/docs"], DEFAULT)) == ["repo/docs/a.txt", "repo/docs/c.txt"]


def test_an_ignored_folder_can_be_named(folder: Path) -> None:
    """Who names a folder that git ignores means it."""
    (folder / ".git").mkdir()
    write(".gitignore", "build/\n")
    write("build/a.txt")
    write("build/sub/b.txt")
    assert paths(find_files(["."], DEFAULT)) == []
    assert paths(find_files(["build"], DEFAULT)) == ["build/a.txt", "build/sub/b.txt"]
    assert paths(find_files(["build/sub"], DEFAULT)) == ["build/sub/b.txt"]


def test_the_same_file_counts_once(folder: Path) -> None:
    """Named twice, inside a named folder, by another spelling, absolutely."""
    write("sub/a.txt")
    found = find_files(["sub", "sub/a.txt", "./sub/../sub/a.txt", str(folder / "sub")], DEFAULT)
    assert len(found.files) == 1
    assert len({reason for reason, deliberate in reasons(found).values() if deliberate}) == 1


def test_order_of_arguments_does_not_matter(folder: Path) -> None:
    """The list is the same whatever the order of the named paths."""
    for name in ("a.txt", "b/c.txt", "b/d.txt"):
        write(name)
    one = find_files(["b", "a.txt", "b/c.txt"], DEFAULT)
    other = find_files(["b/c.txt", "b", "a.txt"], DEFAULT)
    assert list(one.files) == list(other.files)
    assert one.skipped == other.skipped


@posix
def test_folders_of_many_files(folder: Path) -> None:
    """Their sizes are asked for all at once; what is special or too large is told all the same."""
    for number in range(100):
        write(f"many/{number:02}.txt", "x" * number)
    found = find_files(["."], DEFAULT)
    assert [file.size for file in found.files] == list(range(100))
    os.mkfifo("many/pipe.txt")
    found = find_files(["."], Sources(max_file_size=98))
    assert [file.size for file in found.files] == list(range(99))
    assert reasons(found) == {
        "many/99.txt": ("larger than 98 bytes: 99", False),
        "many/pipe.txt": ("a named pipe, not a file", False),
    }


def test_max_file_size(folder: Path) -> None:
    """A larger file is skipped as a fault, one of just the size is read."""
    write("a.txt", "12345")
    write("b.txt", "123456")
    found = find_files(["."], Sources(max_file_size=5))
    assert paths(found) == ["a.txt"]
    assert reasons(found) == {"b.txt": ("larger than 5 bytes: 6", False)}


@posix
def test_special_files_are_skipped(folder: Path) -> None:
    """Pipes, sockets and broken links, found or named, are skipped with their kind."""
    os.mkfifo("pipe.txt")
    Path("broken.txt").symlink_to("nowhere")
    Path("circle.txt").symlink_to("circle.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.txt")
        expected = {
            "pipe.txt": ("a named pipe, not a file", False),
            "broken.txt": ("broken link", False),
            "socket.txt": ("a socket, not a file", False),
            "circle.txt": ("too many levels of symbolic links", False),
        }
        assert reasons(find_files(["."], DEFAULT)) == expected
        assert reasons(find_files(sorted(expected), DEFAULT)) == expected
    assert reasons(find_files(["/dev/null"], DEFAULT)) == {
        "/dev/null": ("a device, not a file", False)
    }


@posix
def test_links_to_files_are_read_once(folder: Path) -> None:
    """A link to a file outside is read; one to a file that is read anyway is not."""
    write("outside/a.txt")
    write("in/b.txt")
    Path("in/link.txt").symlink_to("../outside/a.txt")
    Path("in/again.txt").symlink_to("b.txt")
    found = find_files(["in"], DEFAULT)
    assert paths(found) == ["in/b.txt", "in/link.txt"]
    assert reasons(found) == {"in/again.txt": ("the same file as in/b.txt", True)}


@posix
def test_a_linked_folder_above_is_read_but_for_what_is_known(folder: Path) -> None:
    """No article is found twice by a link to the folder that holds the folder named."""
    write("in/sub/b.txt")
    write("beside.txt")
    Path("in/above").symlink_to("..")
    found = find_files(["in"], Sources(follow_symlinks=True))
    assert paths(found) == ["in/above/beside.txt", "in/sub/b.txt"]
    assert reasons(found)["in/above/in/"] == ("folder that is read already", True)


@posix
def test_links_to_folders_are_followed_on_request(folder: Path) -> None:
    """Loops are found, and a folder that is read already is not read by its link."""
    write("outside/a.txt")
    write("in/sub/b.txt")
    Path("in/sub/loop").symlink_to("..")
    Path("in/out").symlink_to("../outside")
    Path("in/twice").symlink_to("sub")
    found = find_files(["in"], DEFAULT)
    assert paths(found) == ["in/sub/b.txt"]
    assert reasons(found)["in/out/"] == ("link to a folder", True)
    found = find_files(["in"], Sources(follow_symlinks=True))
    assert paths(found) == ["in/out/a.txt", "in/sub/b.txt"]
    assert reasons(found) == {
        "in/sub/loop/": ("link loop", False),
        "in/twice/": ("link to a folder that is read already", True),
    }


@posix
@pytest.mark.skipif(
    sys.platform != "win32" and os.geteuid() == 0, reason="the superuser may read everything"
)
def test_unreadable_folders_are_skipped(folder: Path) -> None:
    """The others are still read."""
    write("shut/a.txt")
    write("b.txt")
    Path("shut").chmod(0)
    try:
        found = find_files(["."], DEFAULT)
    finally:
        Path("shut").chmod(0o700)
    assert paths(found) == ["b.txt"]
    assert reasons(found) == {"shut": ("permission denied", False)}


@pytest.mark.skipif(sys.platform != "linux", reason="needs file names of any bytes")
def test_names_that_are_no_text_are_shown_escaped(folder: Path) -> None:
    """The path can be printed, the location can be opened."""
    Path(os.fsdecode(b"caf\xe9.txt")).write_bytes(b"text")
    (file_found,) = find_files(["."], DEFAULT).files
    assert file_found.path == "caf\\xe9.txt"
    assert Path(file_found.location).read_bytes() == b"text"


def test_standard_input(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash is standard input, in place of the file whose name it was given."""
    write("a.md")
    write("b.txt")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"piped")))
    found = find_files(["-", "."], DEFAULT, stdin_name="./a.md")
    assert [(file.path, file.content) for file in found.files] == [
        ("a.md", b"piped"),
        ("b.txt", None),
    ]
    assert [skip.path for skip in found.skipped] == ["a.md"]


def test_standard_input_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size counts as that of a file does."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x" * 101)))
    found = find_files(["-"], Sources(max_file_size=100))
    assert [skip.reason for skip in found.skipped] == ["larger than 100 bytes: 101"]
    assert not found.files


def test_deep_folders(folder: Path) -> None:
    """Hundreds of levels are walked; the walk does not recurse."""
    deep = Path(*["d"] * 300)
    deep.mkdir(parents=True)
    (deep / "a.txt").write_text("x")
    assert len(find_files(["."], DEFAULT).files) == 1
