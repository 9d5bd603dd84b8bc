"""Files that git knows to have changed."""

from __future__ import annotations

import os
import posixpath
import subprocess
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dedupe.errors import UsageError
from dedupe.sources.files import Changes, SourceFile, displayed

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


def _asked(*arguments: str) -> bytes | None:
    """What git answers; None where its answer is no."""
    done = _run(*arguments)
    return done.stdout if done.returncode == 0 else None


def _git(*arguments: str, content: bytes = b"") -> bytes:
    """What git answers. Raises UsageError with what it says where it cannot."""
    done = _run(*arguments, content=content)
    if done.returncode:
        said = os.fsdecode(done.stderr).strip().splitlines() or [f"exit code {done.returncode}"]
        raise UsageError(f"git {arguments[0]}: {displayed(said[0])}")
    return done.stdout


def _run(*arguments: str, content: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - no shell, and no word of an article
            ["git", *arguments],  # noqa: S607 - the one of the user
            input=content, capture_output=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise UsageError("git is not installed") from None
