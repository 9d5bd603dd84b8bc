"""What is measured and why, as data: the TOML files of this folder, one per group.

A definition says what its command must *find*: a run with another result has no time. Its `goals`
say what else is asked of it. Where `sizes` are given, `{size}` in name, corpus and reference stands
for each of them; a size adds to what is expected and to the goals, or replaces it. Arguments that
are `{corpus}` stand for the folder.

Findings are pinned for the rules that are named, and for no others: rules of wording change often
and are judged by `quality`. After an intended change `--check` prints the lines to be replaced.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from benchmarks.goals import Goals

FOLDER = Path(__file__).parent
GROUPS = ("curated", "growth", "adversarial", "smoke")
T = TypeVar("T")


class Expect(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The result that a run must have."""

    articles: int | None = None
    findings: dict[str, int] = {}
    """By rule."""
    recall_at_least: float | None = None
    """Of the planted copies with a similarity of .7 or more and 25 words or more."""
    precision_at_least: float | None = None
    """Of the findings of copies: those that touch what was planted."""
    words: int | None = None
    """What `wc -w` counts."""
    says: str = ""
    """Stands in the output."""


class Size(Expect):
    """What is expected of a task at one size besides, and goals that are added or replaced."""

    goals: Goals = msgspec.field(default_factory=Goals)


class Definition(msgspec.Struct, forbid_unknown_fields=True):
    """One task: a command over a corpus, its result and its goals."""

    name: str
    what: str
    why: str
    engine: Literal["dedupe", "wc"] = "dedupe"
    corpus: str = ""
    arguments: list[str] = []
    fresh: bool = False
    """Each run finds an empty cache of machine code, as the first one on a machine does."""
    sizes: dict[str, Size] = {}
    expect: Expect = msgspec.field(default_factory=Expect)
    goals: Goals = msgspec.field(default_factory=Goals)
    reference: str = ""
    """The task of the same run to which the time per megabyte is compared."""


class _Group(msgspec.Struct, forbid_unknown_fields=True):
    task: list[Definition]


def group(name: str) -> list[Definition]:
    """The definitions of a group, one for each size.

    Raises msgspec.ValidationError for a file that does not have the form of `Definition`.
    """
    found = _read(f"{name}.toml", _Group).task
    return [sized for definition in found for sized in _sized(definition)]


@cache
def digests() -> dict[str, str]:
    """The pinned digest of every made corpus that a definition names."""
    return _read("digests.toml", dict[str, str])


def _read(name: str, kind: type[T]) -> T:
    return msgspec.toml.decode((FOLDER / name).read_bytes(), type=kind)


def _sized(definition: Definition) -> list[Definition]:
    if not definition.sizes:
        return [definition]
    return [
        msgspec.structs.replace(
            definition,
            name=definition.name.format(size=size),
            corpus=definition.corpus.format(size=size),
            reference=definition.reference.format(size=size),
            expect=_joined(definition.expect, own, Expect),
            goals=_joined(definition.goals, own.goals, Goals),
            sizes={},
        )
        for size, own in definition.sizes.items()
    ]


def _joined(common: T, own: T, kind: type[T]) -> T:
    fields = {**msgspec.to_builtins(common), **msgspec.to_builtins(own)}
    fields.pop("goals", None)  # Those of a size are joined apart.
    return msgspec.convert(fields, kind)
