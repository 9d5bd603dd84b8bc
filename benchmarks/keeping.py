"""What a script keeps of a run: its raw figures and a table of them, in the record of today.

A place is taken before anything is measured, so that nobody waits for figures that cannot be kept.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks import corpora, records

LEAST_ROUNDS = 5


class Place(NamedTuple):
    """Two files that are still to be written."""

    raw: Path
    table: Path


def place(name: str, rounds: int = LEAST_ROUNDS) -> Place:
    """Where the figures of that name go, such as `quality.json` and `quality.md`.

    Raises ValueError for too few rounds, a revision that cannot be named, or an earlier record.
    """
    if rounds < LEAST_ROUNDS:
        raise ValueError(f"a record takes {LEAST_ROUNDS} rounds or more, not {rounds}")
    raw = records.folder() / name
    found = Place(raw, raw.with_suffix(".md"))
    for path in found:
        if path.exists():
            raise ValueError(f"{path.parent.name}/{path.name} is there: no record is replaced")
    return found


def keep(where: Place, raw: bytes, title: str, parts: Iterable[str]) -> None:
    """Write both files.

    Args:
        where: to.
        raw: all that the table is made from.
        title: of the table.
        parts: Markdown, what stands below it.

    Raises FileExistsError where another run was faster.
    """
    for path, text in ((where.raw, raw), (where.table, page(title, parts).encode())):
        with path.open("xb") as stream:
            stream.write(impersonal(text))


def impersonal(text: bytes) -> bytes:
    """A text without the folders of this machine, which errors name: records are public."""
    folders = {
        corpora.bench_folder(): "DEDUPE_BENCH_DIR",
        corpora.data_folder(): "DEDUPE_DATA",
        corpora.shared_seeds(): "DEDUPE_SHARED_SEEDS",
        corpora.PROJECT: "PROJECT",
        Path(sys.prefix): "PYTHON",
        Path.home(): "HOME",
    }
    for folder in sorted(folders, key=lambda folder: len(folder.parts), reverse=True):
        if folder.name:
            text = text.replace(os.fsencode(folder), folders[folder].encode())
    return text


def page(title: str, parts: Iterable[str]) -> str:
    """A page of Markdown."""
    return "\n\n".join([f"# {title}", *filter(None, parts)]) + "\n"


def listed(facts: Mapping[str, str]) -> str:
    """Facts, one a line."""
    return "\n".join(f"- {name}: {fact}" for name, fact in facts.items())


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar inside a cell would end it."""
    lines = [list(head), ["---"] * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines
    )


def json_text(value: object) -> bytes:
    """A value as a file that can be read and compared line by line."""
    return msgspec.json.format(msgspec.json.encode(value)) + b"\n"
