"""The events of the Markdown parser, made in this process or in others beside it.

Events are Python objects: 0.8 us each, in which no other thread runs. So a large corpus is parsed
by a process for each thread (`python -m dedupe.sources.parsing`), which gets texts and returns
events, through pipes. That takes as long, but all threads run meanwhile: 1 GB in 21 s, not in 31.
"""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from queue import SimpleQueue
from typing import IO, Any, NamedTuple, Protocol

import pyromark
from msgspec import msgpack
from pyromark import Options

OPTIONS = (
    Options.ENABLE_TABLES
    | Options.ENABLE_FOOTNOTES
    | Options.ENABLE_STRIKETHROUGH
    | Options.ENABLE_TASKLISTS
    | Options.ENABLE_HEADING_ATTRIBUTES
    | Options.ENABLE_GFM
)
FAILED = -1
_Event = tuple[Any, Any]
_EVENTS = 32
"""Events that are objects at once; few, so that the interpreter uses their memory again."""
_SIZES = struct.Struct("<QQ")
"""Bytes of the two parts of a message between processes."""


class Events(NamedTuple):
    """The events of some articles, one behind the other."""

    message: bytes | bytearray
    """As MessagePack, for `kernels.markdown.read_events`"""
    end: list[int]
    """Where those of each article end; `FAILED` for one that the parser could not read"""


class Parse(Protocol):
    """What makes events."""

    def __call__(
        self, text: memoryview, places: Sequence[tuple[int, int]], *, code: bool
    ) -> Events:
        """Parse articles.

        text: UTF-8; places: first byte and end of each article, ascending; code: whether that is
        text as well
        """
        ...


def parse(text: memoryview, places: Sequence[tuple[int, int]], *, code: bool) -> Events:
    """Parse articles in this process, as `Parse` says."""
    message = bytearray()
    end = []
    for first, last in places:
        size = len(message)
        try:
            _add_events(message, str(text[first:last], "utf-8"), code=code)
        except BaseException as error:
            # A panic of the parser has a class of its own that cannot be imported.
            if type(error).__name__ != "PanicException":
                raise
            del message[size:]
            end.append(FAILED)
        else:
            end.append(len(message))
    return Events(message, end)


class Parsers:
    """Processes that parse for the threads of this one."""

    def __init__(self, count: int) -> None:
        self._idle: SimpleQueue[subprocess.Popen[bytes] | None] = SimpleQueue()
        self._started: list[subprocess.Popen[bytes]] = []
        for _ in range(count):
            self._idle.put(None)  # it is started when it is needed

    def close(self) -> None:
        """End the processes."""
        for process in self._started:
            process.kill()
            process.communicate()

    def parse(self, text: memoryview, places: Sequence[tuple[int, int]], *, code: bool) -> Events:
        """Parse articles in another process; in this one where that cannot be had, or has ended."""
        if not places:
            return Events(b"", [])
        process = self._idle.get()
        try:
            if process is None:
                process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "dedupe.sources.parsing"],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                )  # fmt: skip
                self._started.append(process)
            assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018
            first, last = places[0][0], places[-1][1]
            moved = [(low - first, high - first) for low, high in places]
            _send(process.stdin, msgpack.encode((moved, code)), text[first:last])
            end, message = _receive(process.stdout)
            return Events(message, msgpack.decode(end, type=list[int]))
        except (OSError, EOFError):
            process = None
            return parse(text, places, code=code)
        finally:
            self._idle.put(process)


def _send(stream: IO[bytes], head: bytes, body: bytes | bytearray | memoryview) -> None:
    stream.write(_SIZES.pack(len(head), len(body)) + head)
    stream.write(body)
    stream.flush()


def _receive(stream: IO[bytes]) -> tuple[bytes, bytes]:
    """Both parts of a message. Raises EOFError where the other side has ended."""
    head, body = _SIZES.unpack(_read(stream, _SIZES.size))
    return _read(stream, head), _read(stream, body)


def _read(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content


def _with_code(events: Iterable[_Event], raw: bytes) -> Iterator[_Event]:
    """The events of the parser with code made text: the kernel keeps no `CodeBlock`."""
    for event, place in events:
        if event == {"End": "CodeBlock"}:
            yield {"End": "CodeText"}, place
        elif not isinstance(event, dict):
            yield event, place
        elif "Code" in event:
            inside = raw[place["start"] : place["end"]]
            ticks = len(inside) - len(inside.lstrip(b"`"))
            start, end = place["start"] + ticks, place["end"] - ticks
            yield {"Text": event["Code"]}, {"start": start, "end": end}
        elif isinstance(event.get("Start"), dict) and "CodeBlock" in event["Start"]:
            yield {"Start": "CodeText"}, place
        else:
            yield event, place


def _add_events(message: bytearray, text: str, *, code: bool) -> None:
    """Append the events of the parser.

    Written as MessagePack and read by a kernel they take 0.8 us each, of which 0.5 are the
    parser's; a loop over them in Python took 1.9.
    """
    events: Iterator[_Event] = pyromark.events_with_range(text, options=OPTIONS)
    if code:
        events = _with_code(events, text.encode())
    encode = msgpack.Encoder().encode_into
    while some := list(islice(events, _EVENTS)):
        encode(some, message, -1)


def main() -> None:
    """Parse what comes in until nothing does."""
    request = msgpack.Decoder(tuple[list[tuple[int, int]], bool])
    while True:
        try:
            head, body = _receive(sys.stdin.buffer)
        except EOFError:
            return
        places, code = request.decode(head)
        events = parse(memoryview(body), places, code=code)
        _send(sys.stdout.buffer, msgpack.encode(events.end), events.message)


if __name__ == "__main__":
    main()
