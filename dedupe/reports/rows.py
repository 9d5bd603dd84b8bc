"""Values of the model as lines of JSON, fast."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import BinaryIO

import msgspec
from msgspec import Struct

from dedupe.reports.visible import without_surrogates

_ENCODER = msgspec.json.Encoder()
_BLOCK_ROWS = 4096
"""Rows encoded at once: memory stays bounded and the calls do not count."""


def encode(row: Struct) -> bytes:
    """One value as JSON, without a line end."""
    try:
        return _ENCODER.encode(row)
    except UnicodeEncodeError:
        return _ENCODER.encode(_writable(msgspec.to_builtins(row)))


def write_rows(rows: Sequence[Struct], stream: BinaryIO) -> None:
    """One line of JSON per row, each ended by a line feed."""
    remaining = iter(rows)
    while block := list(islice(remaining, _BLOCK_ROWS)):
        try:
            stream.write(_ENCODER.encode_lines(block))
        except UnicodeEncodeError:
            stream.writelines(encode(row) + b"\n" for row in block)


def _writable(value: object) -> object:
    """A tree of built-in values in which no string holds a lone surrogate."""
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, dict):
        return {_writable(key): _writable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(item) for item in value]
    return value
