"""Values of the model as lines of JSON, fast."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from typing import BinaryIO, TypeVar, overload

import msgspec
from msgspec import Struct

from dedupe.model import SCHEMA, Article, Finding, Span

T = TypeVar("T")

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Finding)
_ACCOUNT_DECODER = msgspec.json.Decoder(Article)
BLOCK_LINES = 2048
"""Lines that are made at once."""
_AHEAD = 3
"""Blocks of lines that are made before somebody reads them."""
_BLOCK_ROWS = 4096
"""Rows encoded at once: memory stays bounded and the calls do not count."""
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class _Place(Struct, gc=False):
    """Where a finding stands: what sorts it."""

    rule: str
    span: Span


_PLACE_DECODER = msgspec.json.Decoder(_Place)


class Lines(Sequence[bytes | memoryview]):
    """Rows as lines of JSON without line ends; some are made as somebody reads them."""

    @abstractmethod
    def some(self, places: Sequence[int]) -> Sequence[bytes | memoryview]:
        """Those at some places, in the order given."""

    @overload
    def __getitem__(self, place: int) -> bytes | memoryview: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[bytes | memoryview]: ...
    def __getitem__(self, place: int | slice) -> bytes | memoryview | Sequence[bytes | memoryview]:
        places = range(len(self))[place]
        return self.some(places) if isinstance(places, range) else self.some((places,))[0]

    def __iter__(self) -> Iterator[bytes | memoryview]:
        return chain.from_iterable(self._blocks(self.some))

    def ended(self) -> Iterator[bytes]:
        """All of them, many at once, each with a line feed behind it."""
        return self._blocks(lambda places: b"\n".join([*self.some(places), b""]))

    def _blocks(self, make: Callable[[Sequence[int]], T]) -> Iterator[T]:
        """What is made of many of them at a time."""
        every = range(len(self))
        blocks = [every[first : first + BLOCK_LINES] for first in every[::BLOCK_LINES]]
        with ThreadPoolExecutor(2) as beside:  # the next ones are made while these are written
            made = deque(beside.submit(make, block) for block in blocks[:_AHEAD])
            for block in blocks[_AHEAD:]:
                yield made.popleft().result()
                made.append(beside.submit(make, block))
            while made:
                yield made.popleft().result()


class HeldLines(Lines):
    """Lines that are there already."""

    def __init__(self, lines: Sequence[bytes | memoryview]) -> None:
        self._lines = lines

    def __len__(self) -> int:
        return len(self._lines)

    def some(self, places: Sequence[int]) -> Sequence[bytes | memoryview]:
        """Those at some places, in the order given."""
        return list(map(self._lines.__getitem__, places))


class _Picked(Lines):
    """Some lines, with others among them, in any order."""

    def __init__(self, lines: Lines, others: Sequence[bytes], order: Sequence[int]) -> None:
        """order: numbers of lines, behind which those of the others follow."""
        self._lines, self._others, self._order = lines, others, order

    def __len__(self) -> int:
        return len(self._order)

    def some(self, places: Sequence[int]) -> Sequence[bytes | memoryview]:
        """Those at some places, in the order given."""
        numbers, count = [self._order[place] for place in places], len(self._lines)
        own = iter(self._lines.some([number for number in numbers if number < count]))
        return [next(own) if number < count else self._others[number - count] for number in numbers]


class Accounts(Sequence[Article]):
    """The accounts of the words of articles, as lines of JSON, likewise."""

    def __init__(self, lines: Lines, paths: Sequence[str]) -> None:
        self.lines = lines
        self.paths = paths
        """Of the article of each"""

    def __len__(self) -> int:
        return len(self.lines)

    @overload
    def __getitem__(self, place: int) -> Article: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Article]: ...
    def __getitem__(self, place: int | slice) -> Article | Sequence[Article]:
        if isinstance(place, slice):
            return tuple(map(_ACCOUNT_DECODER.decode, self.lines[place]))
        return _ACCOUNT_DECODER.decode(self.lines[place])

    def __iter__(self) -> Iterator[Article]:
        return map(_ACCOUNT_DECODER.decode, self.lines)


class Findings(Sequence[Finding]):
    """Findings in the order of the result, as lines of JSON.

    They become objects when somebody looks into them: for 30,000 findings that costs 0.1 s.
    """

    def __init__(
        self, lines: Lines | Sequence[bytes], paths: Sequence[str], ranks: Sequence[int]
    ) -> None:
        self.lines = lines if isinstance(lines, Lines) else HeldLines(lines)
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
        if isinstance(place, int):
            return _finding(self.lines[place], self.paths[place])
        lines = _Picked(self.lines, (), range(len(self))[place])
        return Findings(lines, self.paths[place], self.ranks[place])

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.decoded())

    def replaced(self, changed: Mapping[int, Finding]) -> Findings:
        """These, and others in the places of some, of the same articles and severities."""
        order = list(range(len(self)))
        for number, place in enumerate(changed, len(self)):
            order[place] = number
        lines = _Picked(self.lines, list(map(encode, changed.values())), order)
        return Findings(lines, self.paths, self.ranks) if changed else self

    def merged(self, others: Sequence[Finding]) -> Findings:
        """These and some others, sorted by path, line, column and rule."""
        places: list[_Place | Finding] = [*map(_PLACE_DECODER.decode, self.lines), *others]
        paths = [*self.paths, *(finding.path for finding in others)]
        ranks = [*self.ranks, *(finding.severity.rank for finding in others)]
        starts = [place.span.start for place in places]
        keys = [
            (path, start.line, start.column, place.rule)
            for path, start, place in zip(paths, starts, places, strict=True)
        ]
        order = sorted(range(len(keys)), key=keys.__getitem__)
        return Findings(
            _Picked(self.lines, list(map(encode, others)), order),
            [paths[number] for number in order],
            [ranks[number] for number in order],
        )

    def decoded(self) -> tuple[Finding, ...]:
        """All findings as objects."""
        if self._decoded is None:
            self._decoded = tuple(map(_finding, self.lines, self.paths))
        return self._decoded


def _finding(line: bytes | memoryview, path: str) -> Finding:
    """The finding of a line, on an article whose name may be no text."""
    finding = _DECODER.decode(line)
    return finding if finding.path == path else msgspec.structs.replace(finding, path=path)


def paths(rows: Sequence[Finding] | Sequence[Article]) -> Sequence[str]:
    """The path of the article of each."""
    if isinstance(rows, Accounts | Findings):
        return rows.paths
    return [row.path for row in rows]


def encode(row: object) -> bytes:
    """One value as JSON, without a line end."""
    try:
        return _ENCODER.encode(row)
    except UnicodeEncodeError:
        return _ENCODER.encode(_writable(msgspec.to_builtins(row)))


def lines(rows: Sequence[Struct]) -> Iterator[bytes | memoryview]:
    """Each row as JSON, without line ends."""
    return iter(rows.lines) if isinstance(rows, Accounts | Findings) else map(encode, rows)


def write_rows(rows: Sequence[Struct], stream: BinaryIO) -> None:
    """One line of JSON per row, each ended by a line feed."""
    if isinstance(rows, Accounts | Findings):
        stream.writelines(rows.lines.ended())
        return
    remaining = iter(rows)
    while block := list(islice(remaining, _BLOCK_ROWS)):
        try:
            stream.write(_ENCODER.encode_lines(block))
        except UnicodeEncodeError:
            stream.writelines(encode(row) + b"\n" for row in block)


def write_value(kind: str, value: Struct, stream: BinaryIO) -> None:
    """One value that is no row of a result, as a line of JSON that tells its kind."""
    stream.write(encode({"kind": kind, "schema": SCHEMA, kind: value}) + b"\n")


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
