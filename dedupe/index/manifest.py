"""The manifest of an index: which segments it consists of, and which of their articles are dead.

It is the only file of an index that is ever replaced: a JSON document, and a line with its CRC-32.
"""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from shlex import quote
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from dedupe.errors import IndexFolderError
from dedupe.index.parameters import FORMAT, Parameters

NAME = "manifest.json"
SEGMENTS = "segments"
_CHECKSUM = re.compile(rb"crc32 ([0-9a-f]{8})\n")

Name = Annotated[str, Meta(pattern=r"^[0-9a-f]{24}$")]
"""Of a file; nothing else is ever opened, so that a manifest cannot lead out of its folder."""
Count = Annotated[int, Meta(ge=0)]


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """A segment of an index."""

    segment: Name
    articles: Count
    words: Count
    size_bytes: Count
    dead: Name | None = None
    """The file of bits that tells which articles were removed or replaced since"""
    dead_articles: Count = 0


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """An index in one state."""

    format: int
    generation: Count
    """How often it was changed"""
    text: bool
    """Whether it holds the texts of its articles"""
    parameters: Parameters
    articles: Count
    words: Count
    passages: Count
    text_bytes: Count
    """Of the articles, whether the index holds them or not"""
    digest: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    """Sum of the digests of all articles: the same for the same articles, whatever their history"""
    segments: tuple[Entry, ...]
    """By name"""

    def files(self) -> set[str]:
        """Names of the files that belong to this state."""
        names = {f"{entry.segment}.seg" for entry in self.segments}
        return names | {f"{entry.dead}.del" for entry in self.segments if entry.dead}


class _Format(Struct):
    format: int


def load(folder: Path) -> Manifest:
    """Read the manifest of an index. Raises IndexFolderError that names reason and remedy."""
    build = f"dedupe index build {quote(str(folder))} PATHS"
    path = folder / NAME
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        if folder.is_dir() and any(folder.iterdir()):
            raise IndexFolderError(f"{folder} is no index: it holds no {NAME}") from error
        raise IndexFolderError(f"there is no index {folder}; make it with: {build}") from error
    except OSError as error:
        raise IndexFolderError(f"cannot read the index {folder}: {error.strerror}") from error
    try:
        return _decode(content)
    except (ValueError, RecursionError) as error:
        raise IndexFolderError(
            f"cannot use the index {folder}: {error}; make it anew with: {build} --force"
        ) from error


def _decode(content: bytes) -> Manifest:
    document, _, checksum = content[:-1].rpartition(b"\n")
    line = _CHECKSUM.fullmatch(checksum + content[-1:])
    if line is None:
        raise ValueError(f"its {NAME} is cut short")
    if int(line[1], 16) != zlib.crc32(document):
        raise ValueError(f"its {NAME} is damaged: it has another checksum")
    found = msgspec.json.decode(document, type=_Format).format
    if found != FORMAT:
        raise ValueError(f"its format is {found}, that of this version {FORMAT}")
    return msgspec.json.decode(document, type=Manifest)


def dump(manifest: Manifest) -> bytes:
    """The file of a manifest."""
    document = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    return document + f"\ncrc32 {zlib.crc32(document):08x}\n".encode()
