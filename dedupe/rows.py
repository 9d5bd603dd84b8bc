"""Values of the model as lines of JSON, fast."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import BinaryIO, overload

import msgspec
from msgspec import Struct

from dedupe.model import Finding

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Finding)
_BLOCK_ROWS = 4096
"""Rows encoded at once: memory stays bounded and the calls do not count."""
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class Findings(Sequence[Finding]):
    """Findings in the order of the result, as lines of JSON.

    They become objects when somebody looks into them: for 30,000 findings that costs 0.1 s.
    """

    def __init__(
        self, lines: Sequence[bytes | memoryview], paths: Sequence[str], ranks: Sequence[int]
    ) -> None:
        self.lines = lines
        self.paths = paths
        """Of the article of each"""
        self.ranks = ranks
        """`Severity.rank` of each"""
        self._decoded: tuple[Finding, ...] | None = None

    def __len__(self) -> int:
        return len(self.lines)

    @overload
    def __getitem__(self, place: int) -> Finding: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Finding]: ...
    def __getitem__(self, place: int | slice) -> Finding | Sequence[Finding]:
        if self._decoded is not None:
            return self._decoded[place]
        if isinstance(place, slice):
            return Findings(self.lines[place], self.paths[place], self.ranks[place])
        return _finding(self.lines[place], self.paths[place])

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.decoded())

    def replaced(self, changed: Mapping[int, Finding]) -> Findings:
        """These, and others in the places of some, of the same articles and severities."""
        lines = {place: encode(finding) for place, finding in changed.items()}
        return Findings(_Replaced(self.lines, lines), self.paths, self.ranks) if lines else self

    def merged(self, others: Sequence[Finding]) -> Findings:
        """These and some others, sorted by path, line, column and rule."""
        found = sorted(
            (*self, *others),
            key=lambda f: (f.path, f.span.start.line, f.span.start.column, f.rule),
        )
        ranks = [finding.severity.rank for finding in found]
        return Findings(list(map(encode, found)), [finding.path for finding in found], ranks)

    def decoded(self) -> tuple[Finding, ...]:
        """All findings as objects."""
        if self._decoded is None:
            self._decoded = tuple(map(_finding, self.lines, self.paths))
        return self._decoded


class _Replaced(Sequence[bytes | memoryview]):
    """Lines, and others in the places of some."""

    def __init__(self, lines: Sequence[bytes | memoryview], changed: Mapping[int, bytes]) -> None:
        self._lines, self._changed = lines, changed

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, place: int) -> bytes | memoryview: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[bytes | memoryview]: ...
    def __getitem__(self, place: int | slice) -> bytes | memoryview | Sequence[bytes | memoryview]:
        if isinstance(place, slice):
            places = range(len(self))[place]
            own = zip(places, self._lines[place], strict=True)
            return [self._changed.get(number, line) for number, line in own]
        place = range(len(self))[place]
        return self._changed[place] if place in self._changed else self._lines[place]

    def __iter__(self) -> Iterator[bytes | memoryview]:
        return map(self._changed.get, range(len(self)), self._lines)


def _finding(line: bytes | memoryview, path: str) -> Finding:
    """The finding of a line, on an article whose name may be no text."""
    finding = _DECODER.decode(line)
    return finding if finding.path == path else msgspec.structs.replace(finding, path=path)


def paths(findings: Sequence[Finding]) -> Sequence[str]:
    """The article of each finding."""
    if isinstance(findings, Findings):
        return findings.paths
    return [finding.path for finding in findings]


def encode(row: object) -> bytes:
    """One value as JSON, without a line end."""
    try:
        return _ENCODER.encode(row)
    except UnicodeEncodeError:
        return _ENCODER.encode(_writable(msgspec.to_builtins(row)))


def lines(rows: Sequence[Struct]) -> Iterator[bytes | memoryview]:
    """Each row as JSON, without line ends."""
    return iter(rows.lines) if isinstance(rows, Findings) else map(encode, rows)


def write_rows(rows: Sequence[Struct], stream: BinaryIO) -> None:
    """One line of JSON per row, each ended by a line feed."""
    if isinstance(rows, Findings):
        lines = iter(rows.lines)
        while some := list(islice(lines, _BLOCK_ROWS)):
            stream.write(b"\n".join([*some, b""]))
        return
    remaining = iter(rows)
    while block := list(islice(remaining, _BLOCK_ROWS)):
        try:
            stream.write(_ENCODER.encode_lines(block))
        except UnicodeEncodeError:
            stream.writelines(encode(row) + b"\n" for row in block)


def write_document(value: object, stream: BinaryIO) -> None:
    """One value as indented JSON."""
    stream.write(msgspec.json.format(encode(value), indent=2) + b"\n")


def writable(texts: Sequence[str]) -> Sequence[str]:
    """Texts with lone surrogates as escapes, so that they can be written as UTF-8.

    They stand for bytes of a file name that are no UTF-8.
    """
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return [_SURROGATE.sub(_escape, text) for text in texts]
    return texts


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def _writable(value: object) -> object:
    """A tree of built-in values in which no string holds a lone surrogate."""
    if isinstance(value, str):
        return writable((value,))[0]
    if isinstance(value, dict):
        return {_writable(key): _writable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(item) for item in value]
    return value
