"""Where reports go: files that appear whole or not at all, and a standard output that may close."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from dedupe.cli.parameters import OutputTarget
from dedupe.cli.session import Session
from dedupe.cli.terminal import stdout_bytes, view_of
from dedupe.errors import UsageError
from dedupe.reports.options import ReportOptions

STDOUT = "-"


class OutputFile:
    """A file under a temporary name beside its target, renamed when it is complete.

    It is opened before the analysis, so that a path that cannot be written is known at once.
    Devices and pipes are written directly. Raises `UsageError` that names the path.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        target = Path(os.path.realpath(path))
        self._direct = path.startswith("/dev/") or (target.exists() and not target.is_file())
        self._target = Path(path) if self._direct else target
        self._temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        if target.is_dir():
            raise UsageError(f"cannot write {path}: it is a folder")
        if target.exists() and not os.access(target, os.W_OK):
            raise UsageError(f"cannot write {path}: permission denied")
        try:
            self.stream: BinaryIO = (self._target if self._direct else self._temporary).open("wb")
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def commit(self) -> None:
        """Give the file its name."""
        self.stream.close()
        if not self._direct:
            if self._target.exists():
                shutil.copymode(self._target, self._temporary)
            self._temporary.replace(self._target)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):  # a full disk has been reported already
            self.stream.close()
        if not self._direct:
            self._temporary.unlink(missing_ok=True)


def placed(
    output_format: str, outputs: Sequence[OutputTarget], *, chosen: bool
) -> list[OutputTarget]:
    """All outputs, standard output last; `chosen` says that the format was asked for.

    Raises `UsageError` when two outputs have one place.
    """
    places = [
        STDOUT if target.path == STDOUT else os.path.realpath(target.path) for target in outputs
    ]
    if STDOUT in places and chosen:
        raise UsageError("--output-format and --output FORMAT:- both write to standard output")
    twice = {
        target.path
        for target, place in zip(outputs, places, strict=True)
        if places.count(place) > 1
    }
    if twice:
        raise UsageError(f"two outputs are written to {min(twice)}")
    files = [target for target in outputs if target.path != STDOUT]
    to_stdout = [target for target in outputs if target.path == STDOUT]
    return [*files, *(to_stdout or [OutputTarget(output_format, STDOUT)])]


@contextlib.contextmanager
def standard_output(session: Session) -> Iterator[BinaryIO]:
    """The binary standard output, flushed at the end; a reader that goes away is no error."""
    try:
        sys.stdout.flush()
        stream = stdout_bytes()
        yield stream
        stream.flush()
    except BrokenPipeError:
        session.discard_stdout()


def write_chosen(
    session: Session, values: Mapping[str, object],
    text: Callable[[BinaryIO, ReportOptions], None], json: Callable[[BinaryIO], None],
) -> None:  # fmt: skip
    """Write to standard output as text or as JSON, as `options.text_or_json_option` asks for it."""
    with standard_output(session) as stream:
        if values["output_format"] == "json":
            json(stream)
        else:
            text(stream, view_of(values))
