"""What git knows of files: which have changed, and when each was added."""

from __future__ import annotations

import datetime as dt
import functools
import os
import posixpath
import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dedupe.errors import DedupeWarning, UsageError
from dedupe.sources.filelist import Changes, SourceFile
from dedupe.sources.files import STDIN, displayed

if TYPE_CHECKING:
    import subprocess

_DIFF = ("--raw", "-z", "--no-abbrev", "-M", "--no-relative", "--ignore-submodules")
_FILE = b"100"
"""How the mode of a file begins; links and submodules are none."""


class _Change(NamedTuple):
    """One file, as `git diff --raw` tells of it."""

    status: bytes
    mode: bytes
    blob: bytes
    """What the other side of the comparison holds"""
    path: str
    before: str
    """Its path before; the same unless it was renamed"""


def staged() -> Changes:
    """What the next commit changes, with the contents that it will hold.

    Raises UsageError where that cannot be told.
    """
    changes = list(_changes("--cached"))
    files = [change for change in changes if change.mode.startswith(_FILE)]
    contents = _blobs([change.blob for change in files])
    return Changes(
        tuple(
            SourceFile(displayed(change.path), change.path, len(content), content)
            for change, content in zip(files, contents, strict=True)
        ),
        _gone(changes),
    )


def content(ref: str, path: str) -> bytes | None:
    """What a file holds in a commit; None where it is not there.

    Raises UsageError for a commit that does not exist.
    """
    _require(ref)
    return _asked("cat-file", "blob", f"{ref}:./{path.replace(os.sep, '/')}")


def since(ref: str) -> Changes:
    """What has changed since the current branch left a commit, in commits or in the files.

    Raises UsageError where that cannot be told.
    """
    _require(ref)
    base = _asked("merge-base", ref, "HEAD")
    if base is None:
        shallow = _git("rev-parse", "--is-shallow-repository").strip() == b"true"
        cause = "this clone is shallow" if shallow else "the two have no history in common"
        raise UsageError(
            f"git cannot tell where the current branch left {displayed(ref)}: {cause}; "
            "git fetch --unshallow, or fetch-depth: 0 in actions/checkout, gets all of it"
        )
    changes = list(_changes(os.fsdecode(base.strip())))
    return Changes(
        tuple(
            SourceFile(displayed(change.path), change.path, os.lstat(change.path).st_size)
            for change in changes
            if change.mode.startswith(_FILE)
        ),
        _gone(changes),
    )


def dates(files: Sequence[SourceFile]) -> list[str | None]:
    """The time of the earliest commit that added the path of each file; None without one.

    Warns where a clone is shallow. Raises UsageError for a file outside of any repository.
    """
    find = functools.cache(_repository)
    places = []
    for file in files:
        folder, name = os.path.split(file.path if file.location == STDIN else file.location)
        root, inner = find(folder)
        places.append((root, inner + name))
    added = {root: _added(root) for root in dict.fromkeys(root for root, _ in places)}
    return [added[root].get(path) for root, path in places]


def _repository(folder: str) -> tuple[str, str]:
    """The root of the repository that holds a folder, and the folder in it, with a slash behind."""
    real = root = os.path.realpath(folder)
    while not os.path.lexists(os.path.join(root, ".git")):
        root, below = os.path.dirname(root), root
        if root == below:
            raise UsageError(
                f"{displayed(folder) or '.'} is in no repository of git, which is asked for dates"
            )
    inner = os.path.relpath(real, root).replace(os.sep, "/")
    return root, "" if inner == "." else f"{inner}/"


def _added(root: str) -> dict[str, str]:
    """When each path of a repository was first added, in UTC."""
    if _asked("rev-parse", "--verify", "--quiet", "HEAD", folder=root) is None:
        return {}  # nothing was committed
    if _git("rev-parse", "--is-shallow-repository", folder=root).strip() == b"true":
        warnings.warn(
            "this clone of git is shallow: what is older than it has the date of its first commit; "
            "git fetch --unshallow, or fetch-depth: 0 in actions/checkout, gets all of it",
            DedupeWarning,
            stacklevel=2,
        )
    first: dict[bytes, int] = {}
    time = 0
    fields = iter(
        _git(
            *("diff-tree", "--stdin", "--root", "-r", "-c", "--no-renames", "--diff-filter=A"),
            *("--raw", "-z", "--format=%ct"),
            content=_git("rev-list", "HEAD", folder=root),
            folder=root,
        ).split(b"\0")
    )
    for field in map(bytes.strip, fields):
        if field.startswith(b":"):
            path = next(fields)
            first[path] = min(first.get(path, time), time)
        elif field:
            time = int(field)
    return {os.fsdecode(path): _in_utc(seconds) for path, seconds in first.items()}


def _in_utc(seconds: int) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _require(ref: str) -> None:
    """Raise UsageError where this is no repository, or there is no such commit in it."""
    _git("rev-parse", "--git-dir")
    if _asked("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}") is None:
        raise UsageError(
            f"git knows no commit {displayed(ref)}; fetch it (git fetch origin BRANCH, or "
            "fetch-depth: 0 in actions/checkout), then name it as in origin/BRANCH"
        )


def _gone(changes: Sequence[_Change]) -> frozenset[str]:
    held = {change.path for change in changes if change.status != b"D"}
    return frozenset(displayed(change.before) for change in changes if change.before not in held)


def _changes(against: str) -> Iterator[_Change]:
    """What differs from the index or the files; `against`: a commit, or `--cached`."""
    here = os.fsdecode(_git("rev-parse", "--show-prefix").rstrip(b"\n"))

    def relative(path: bytes) -> str:
        return posixpath.relpath("/" + os.fsdecode(path), "/" + here)

    fields = iter(_git("diff", against, *_DIFF).split(b"\0"))
    for head in fields:
        if not head:
            return
        _, mode, _, blob, status = head.split(b" ")
        before = path = relative(next(fields))
        if status[:1] in b"RC":
            path = relative(next(fields))
        yield _Change(status[:1], mode, blob, path, path if status[:1] == b"C" else before)


def _blobs(names: Sequence[bytes]) -> list[bytes]:
    """The contents of some objects."""
    told = memoryview(_git("cat-file", "--batch", content=b"".join(name + b"\n" for name in names)))
    contents = []
    at = 0
    for _ in names:
        behind = at + bytes(told[at : at + 200]).index(b"\n") + 1
        size = int(bytes(told[at:behind]).split()[2])
        contents.append(bytes(told[behind : behind + size]))
        at = behind + size + 1
    return contents


def _asked(*arguments: str, folder: str | None = None) -> bytes | None:
    """What git answers; None where its answer is no."""
    done = _run(*arguments, folder=folder)
    return done.stdout if done.returncode == 0 else None


def _git(*arguments: str, content: bytes = b"", folder: str | None = None) -> bytes:
    """What git answers. Raises UsageError with what it says where it cannot."""
    done = _run(*arguments, content=content, folder=folder)
    if done.returncode:
        said = os.fsdecode(done.stderr).strip().splitlines() or [f"exit code {done.returncode}"]
        raise UsageError(f"git {arguments[0]}: {displayed(said[0])}")
    return done.stdout


def _run(
    *arguments: str, content: bytes = b"", folder: str | None = None
) -> subprocess.CompletedProcess[bytes]:
    import subprocess  # 2 ms, for nothing where git is not asked

    try:
        return subprocess.run(  # noqa: S603 - no shell, and no word of an article
            ["git", *arguments],  # noqa: S607 - the one of the user
            input=content, capture_output=True, check=False, cwd=folder,
        )  # fmt: skip
    except FileNotFoundError:
        raise UsageError("git is not installed") from None
