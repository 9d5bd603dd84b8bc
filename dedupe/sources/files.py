"""Which files are read: walks folders by patterns and ignore files, names what it leaves out."""

from __future__ import annotations

import fnmatch
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from operator import attrgetter, is_
from pathlib import PurePath

import numpy as np
from msgspec import Struct

from dedupe.arrays import I64
from dedupe.config import Sources
from dedupe.errors import UsageError
from dedupe.globs import Patterns
from dedupe.model import Skipped
from dedupe.sources.filelist import FileList, FileTable, SourceFile
from dedupe.sources.ignoring import IgnoreRules, parents_rules, rules_in
from dedupe.texts import Strings

STDIN = "-"

_MANY = 64
"""Files from which a kernel that looks at them is worth the millisecond that linking it takes."""


def find_files(paths: Sequence[str], options: Sources, stdin_name: str = STDIN) -> FileList:
    """List the files under `paths`; a file that is named itself is read whatever it is called.

    Links to files are read, links to folders followed on request only. The same file counts once,
    whatever paths lead to it. `-` stands for standard input, shown as `stdin_name`.

    Raises `UsageError` for a path that does not exist.
    """
    walk = _Walk(options)
    for path in paths:
        if path == STDIN:
            content = sys.stdin.buffer.read()
            shown = displayed(PurePath(stdin_name).as_posix())
            walk.add_given(SourceFile(shown, STDIN, len(content), content))
        else:
            walk.add(path)
    walk.follow_links()
    return walk.result()


def select_changed(files: Sequence[SourceFile], paths: Sequence[str], options: Sources) -> FileList:
    """Of some changed files, those that lie under `paths`, as `find_files` would choose them."""
    walk = _Walk(options)
    roots = [os.path.join(os.path.abspath(path), "") for path in paths]
    for file in files:
        place = os.path.join(os.path.abspath(file.location), "")
        if any(place.startswith(root) for root in roots):
            walk.add_changed(file)
    return walk.result()


def displayed(path: str) -> str:
    """Path as shown to people: bytes of a file name that are not UTF-8 are escaped."""
    if path.isascii():
        return path
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


class _Folder(Struct, frozen=True):
    """A folder still to be walked."""

    location: str
    path: str
    """Displayed, with a slash behind; empty for the working directory."""
    inner: str
    """Relative to the path that was named, with a slash behind; empty for that itself."""
    rules: tuple[IgnoreRules, ...]


class _Walk:
    """State of one walk over all named paths."""

    def __init__(self, options: Sources) -> None:
        self.options = options
        self.files: list[SourceFile] = []
        self.tables: list[FileTable] = []
        self.skipped: list[Skipped] = []
        self.included = _name_filter(options.include)
        self.not_included = f"not included: matches none of {', '.join(options.include)}"
        self.included_paths = Patterns(glob for glob in options.include if "/" in glob)
        self.excluded_paths = Patterns(options.exclude)
        self.links: list[_Folder] = []
        self.linked_files: set[str] = set()
        self.seen_folders: set[tuple[int, int]] = set()
        self.roots = 0

    def add(self, path: str) -> None:
        """Add a path that was named."""
        shown = displayed(PurePath(path).as_posix())
        try:
            status = os.stat(path)
        except (FileNotFoundError, NotADirectoryError, ValueError) as error:
            if not isinstance(error, ValueError) and os.path.islink(path):
                self.skip(shown, "broken link")
                return
            raise UsageError(f"no such file or folder: {shown}") from None
        except OSError as error:
            self.skip(shown, fault(error))
            return
        self.roots += 1
        if stat.S_ISDIR(status.st_mode):
            prefix = "" if shown == "." else shown.rstrip("/") + "/"
            self.walk(_Folder(path, prefix, "", self.rules_above(path)))
        elif not self.excluded_by_force(path, shown):
            self.add_file(shown, path, status)

    def rules_above(self, folder: str) -> tuple[IgnoreRules, ...]:
        """Ignore files of the repository above a named folder, unless they ignore the folder."""
        if not self.options.respect_gitignore:
            return ()
        above = parents_rules(folder)
        return () if any(rules.ignores_path(folder) for rules in above) else above

    def excluded_by_force(self, path: str, shown: str) -> bool:
        """Say whether a named file falls to `--force-exclude`."""
        if not self.options.force_exclude:
            return False
        if self.excluded_paths.excludes_path(shown):
            self.skip(shown, "excluded by a pattern", deliberate=True)
            return True
        if self.options.respect_gitignore:
            folder = os.path.dirname(path) or "."
            for rules in (*parents_rules(folder), *rules_in(folder)):
                if rules.ignores_path(path):
                    self.skip(shown, f"ignored by {displayed(rules.name)}", deliberate=True)
                    return True
        return False

    def skip(self, path: str, reason: str, *, deliberate: bool = False) -> None:
        self.skipped.append(Skipped(path=path, reason=reason, deliberate=deliberate))

    def add_file(self, shown: str, location: str, status: os.stat_result) -> None:
        """Add a file unless it is special or too large."""
        if stat.S_ISREG(status.st_mode):
            self.add_given(SourceFile(shown, location, status.st_size))
        else:
            self.skip(shown, _special(status.st_mode))

    def add_given(self, file: SourceFile) -> None:
        """Add a file unless it is too large."""
        limit = self.options.max_file_size
        if limit is not None and file.size > limit:
            self.skip(file.path, f"larger than {limit} bytes: {file.size}")
        else:
            self.files.append(file)

    def add_changed(self, file: SourceFile) -> None:
        """Add a file that was not found in its folder, as if it had been."""
        shown, parts = file.path, file.path.split("/")
        if not self.options.hidden and any(p[0] == "." for p in parts if p != ".."):
            self.skip(shown, "hidden", deliberate=True)
        elif not self.included(parts[-1]) and not self.included_paths.excludes_path(shown):
            self.skip(shown, self.not_included, deliberate=True)
        elif self.excluded_paths.excludes_path(shown):
            self.skip(shown, "excluded by a pattern", deliberate=True)
        else:
            self.add_given(file)

    def walk(self, root: _Folder) -> None:
        """Add what a folder holds, to any depth."""
        pending, paths, locations = [root], list[str](), list[str]()
        while pending:
            folder = pending.pop()
            try:
                if self.options.follow_symlinks:
                    status = os.stat(folder.location)
                    known = (status.st_dev, status.st_ino)
                    if known in self.seen_folders and folder is not root:
                        # Within a linked folder, such as one that holds the folder named.
                        self.skip(folder.path, "folder that is read already", deliberate=True)
                        continue
                    self.seen_folders.add(known)
                with os.scandir(folder.location) as entries:
                    self.list_folder(folder, list(entries), pending, paths, locations)
            except OSError as error:
                self.skip(folder.path.rstrip("/") or ".", fault(error))
        self.add_found(paths, locations)

    def list_folder(
        self, folder: _Folder, entries: list[os.DirEntry[str]], pending: list[_Folder],
        paths: list[str], locations: list[str],
    ) -> None:  # fmt: skip
        """List what is in one folder: folders in `pending`, of files where they are."""
        rules = folder.rules
        if self.options.respect_gitignore:
            rules += rules_in(folder.location, folder.path)
        tests = [rules_of.within(folder.location) for rules_of in reversed(rules)]
        hidden = self.options.hidden
        as_they_are = folder.path == os.path.join(folder.location, "")
        unfiltered = not tests and not self.excluded_paths
        for entry in entries:
            name = entry.name
            if name == ".git":
                continue
            plain = as_they_are and name.isascii()  # one string for both
            shown = entry.path if plain else folder.path + displayed(name)
            if name[0] == "." and not hidden:
                self.skip(shown, "hidden", deliberate=True)
                continue
            try:
                if entry.is_symlink():
                    self.add_link(folder, entry, shown, tests, rules)
                elif entry.is_dir(follow_symlinks=False):
                    if not self.left_out(folder, name + "/", shown + "/", tests):
                        inner = folder.inner + name + "/"
                        pending.append(_Folder(entry.path, shown + "/", inner, rules))
                elif (unfiltered and self.included(name)) or self.wanted(
                    folder, name, shown, tests
                ):
                    paths.append(shown)
                    locations.append(entry.path)
            except OSError as error:
                self.skip(shown, fault(error))

    def add_found(self, paths: list[str], locations: list[str]) -> None:
        """Add files that were found; paths: as displayed."""
        if all(map(is_, paths, locations)):
            paths.sort()
            place = shown = Strings.of(paths)
        else:
            pairs = sorted(zip(paths, locations, strict=True))
            shown = Strings.of(path for path, _ in pairs)
            place = Strings.of(location for _, location in pairs)
        sizes = _sizes(place)
        known = sizes >= 0
        if self.options.max_file_size is not None:
            known &= sizes <= self.options.max_file_size
        found = FileTable(shown, place, sizes)
        for number in np.flatnonzero(~known).tolist():
            file = found[number]
            try:
                self.add_file(file.path, file.location, os.lstat(file.location))
            except OSError as error:
                self.skip(file.path, fault(error))
        self.tables.append(found if known.all() else found.rows(np.flatnonzero(known)))

    def add_link(
        self,
        folder: _Folder,
        entry: os.DirEntry[str],
        shown: str,
        tests: list[Callable[[str], str | None]],
        rules: tuple[IgnoreRules, ...],
    ) -> None:
        """Add the file or keep the folder that a link in a folder points to."""
        name = entry.name
        try:
            status = entry.stat()
        except FileNotFoundError:
            if self.wanted(folder, name, shown, tests):
                self.skip(shown, "broken link")
            return
        if stat.S_ISDIR(status.st_mode):
            if not self.options.follow_symlinks:
                self.skip(shown + "/", "link to a folder", deliberate=True)
            elif not self.left_out(folder, name + "/", shown + "/", tests):
                inner = folder.inner + name + "/"
                self.links.append(_Folder(entry.path, shown + "/", inner, rules))
        elif self.wanted(folder, name, shown, tests):
            self.linked_files.add(entry.path)
            self.add_file(shown, entry.path, status)

    def follow_links(self) -> None:
        """Walk linked folders, after all others so that real paths are preferred."""
        while self.links:
            self.links.sort(key=lambda link: link.path, reverse=True)
            link = self.links.pop()
            status = os.stat(link.location)
            if (status.st_dev, status.st_ino) not in self.seen_folders:
                self.walk(link)
                continue
            target = os.path.join(os.path.realpath(link.location), "")
            here = os.path.join(os.path.realpath(os.path.dirname(link.location)), "")
            if here.startswith(target):
                self.skip(link.path, "link loop")
            else:
                self.skip(link.path, "link to a folder that is read already", deliberate=True)

    def wanted(
        self, folder: _Folder, name: str, shown: str, tests: list[Callable[[str], str | None]]
    ) -> bool:
        """Say whether a file in a folder is to be read; if not, it is recorded as left out."""
        if not self.included(name) and not self.included_paths.excludes(folder.inner + name, shown):
            self.skip(shown, self.not_included, deliberate=True)
            return False
        return not self.left_out(folder, name, shown, tests)

    def left_out(
        self, folder: _Folder, name: str, shown: str, tests: list[Callable[[str], str | None]]
    ) -> bool:
        """Say whether a pattern or an ignore file leaves an entry out, and record it.

        `name` and `shown` end with a slash for a folder.
        """
        if self.excluded_paths.excludes(folder.inner + name, shown):
            self.skip(shown, "excluded by a pattern", deliberate=True)
            return True
        for test in tests:
            verdict = test(name)
            if verdict is not None:
                if verdict:
                    self.skip(shown, f"ignored by {displayed(verdict)}", deliberate=True)
                return bool(verdict)
        return False

    def result(self) -> FileList:
        """Everything in its final order, each file once."""
        files = self.tables[0] if len(self.tables) == 1 and not self.files else self.merged()
        skipped = {(skip.path, skip.reason): skip for skip in self.skipped}
        return FileList(files, tuple(skipped[key] for key in sorted(skipped)))

    def merged(self) -> FileTable:
        """The files of several folders, and those that were named."""
        every = [*self.files, *chain.from_iterable(self.tables)]
        given = {file.path for file in every if file.content is not None}
        for file in every if given else ():
            if file.content is None and file.path in given:
                self.skip(file.path, "read from elsewhere", deliberate=True)
        files = sorted(
            (file for file in every if file.content is not None or file.path not in given),
            key=attrgetter("path"),
        )
        if self.roots > 1 or self.linked_files:
            files = self.unique(files)
        return FileTable.of(files)

    def unique(self, files: list[SourceFile]) -> list[SourceFile]:
        """Keep the first path of every file, real ones before links."""
        folders: dict[str, str] = {}
        kept: dict[str, SourceFile] = {}
        for file in sorted(files, key=lambda file: file.location in self.linked_files):
            folder, name = os.path.split(file.location)
            if file.location in self.linked_files:
                key = os.path.realpath(file.location)
            elif file.location == STDIN:
                key = STDIN
            else:
                real = folders.get(folder)
                if real is None:
                    real = folders[folder] = os.path.realpath(folder)
                key = os.path.join(real, name)
            first = kept.setdefault(key, file)
            if first.path != file.path:
                self.skip(file.path, f"the same file as {first.path}", deliberate=True)
        return sorted(kept.values(), key=lambda file: file.path)


def _sizes(locations: Strings) -> I64:
    """Size of every file (D,), -1 where a closer look is needed.

    A file takes 1 us, 2.4 with `DirEntry.stat`.
    """
    sizes = np.full(len(locations), -1, np.int64)
    if sys.platform == "linux" and len(locations) >= _MANY:
        from dedupe.kernels.reading import file_sizes

        def ask(part: slice) -> None:
            file_sizes(locations[part].ended(), sizes[part])

        middle = len(locations) // 2
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(ask, (slice(middle), slice(middle, None))))
    return sizes


def fault(error: OSError) -> str:
    """Reason of a skipped file in the words of the operating system."""
    if error.errno is None:
        return str(error)
    return os.strerror(error.errno).lower()


def _special(mode: int) -> str:
    """Reason to leave out what is neither a regular file nor a folder."""
    kinds = (
        (stat.S_ISFIFO, "a named pipe, not a file"),
        (stat.S_ISSOCK, "a socket, not a file"),
        (stat.S_ISCHR, "a device, not a file"),
        (stat.S_ISBLK, "a device, not a file"),
    )
    return next((reason for test, reason in kinds if test(mode)), "not a regular file")


def _name_filter(include: Iterable[str]) -> Callable[[str], bool]:
    """Test of a file name against the globs without a slash; case does not matter."""
    globs = [glob.lower() for glob in include if "/" not in glob]
    if all(re.fullmatch(r"\*\.\w+", glob) for glob in globs):
        endings = tuple(glob[1:] for glob in globs)
        return lambda name: name.lower().endswith(endings)
    matches = re.compile("|".join(fnmatch.translate(glob) for glob in globs)).match
    return lambda name: matches(name.lower()) is not None
