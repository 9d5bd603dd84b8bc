"""What copies have to say, in a sentence each: columns of text, side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dedupe.arrays import F64, I64
from dedupe.findings.columns import Matches
from dedupe.findings.drafts import Drafts
from dedupe.model import RULE_NUMBER
from dedupe.texts import ALIGNMENT, Texts

_NEARLY_ALL = 0.994
"""What is no whole copy is not said to be one."""


class _Copies(NamedTuple):
    """What is said of some copies (n,)."""

    words: I64
    more: I64
    """Places beside the passage and the first other one"""
    percent: I64
    """How much of the passage stands there"""
    path: Texts
    """Of the first other place; empty where none is to be shown"""
    line: I64
    """-1 where none is to be shown"""

    def rows(self, rows: I64) -> _Copies:
        """Some of them."""
        words, more, percent, path, line = self
        return _Copies(words[rows], more[rows], percent[rows], path.take(rows), line[rows])


def messages(drafts: Drafts, containment: F64, matches: Matches, path: Texts) -> Texts:
    """The message (F,) of each draft; rules on anything but copies have theirs already.

    containment: (F,) share of the shingles of each that stand in the first other place; path: of
    all articles
    """
    none = np.flatnonzero(matches.offset[1:] == matches.offset[:-1])
    first = matches.offset[:-1].copy()
    first[none] = -1  # of what is appended, which is nowhere
    article, line = np.append(matches.article, 0)[first], np.append(matches.place[:, 0], -1)[first]
    place = path.take(article)
    place.end[none] = place.start[none]
    percent = np.rint(100 * np.where(containment < 1, np.minimum(containment, _NEARLY_ALL), 1))
    copies = _Copies(
        drafts.end - drafts.start, drafts.members - 2, percent.astype(np.int64), place, line
    )
    row = np.arange(len(drafts))
    said = [drafts.message]
    count = len(drafts)
    for rule, say in _SAYERS.items():
        rows = np.flatnonzero(drafts.rule == RULE_NUMBER[rule])
        said.append(say(copies.rows(rows)))
        row[rows] = np.arange(count, count + len(rows))
        count += len(rows)
    return Texts.joined(said).take(row)


def _article(copies: _Copies) -> Texts:
    return _copied(copies, "article", _path(copies))


def _passage(copies: _Copies) -> Texts:
    return _copied(copies, "passage", _place(copies))


def _copied(copies: _Copies, what: str, place: tuple[Texts, Texts]) -> Texts:
    return _beside(
        _each(copies.percent, "{}%".format), f" of this {what} (", _words(copies),
        " words) also appears in ", *place, _others(copies, "place"), ".",
    )  # fmt: skip


def _repeated(copies: _Copies) -> Texts:
    return _beside(
        "This passage (", _each(copies.words, str), " words) already stands",
        _each(copies.line, lambda line: f" at line {line}" if line >= 0 else ""),
        " in the same article.",
    )  # fmt: skip


def _reworded(copies: _Copies) -> Texts:
    return _beside(
        "This passage (", _words(copies), " words) stands in other words in ", *_place(copies),
        _others(copies, "place"), ".",
    )  # fmt: skip


def _summary(copies: _Copies) -> Texts:
    return _beside(
        "This passage (", _words(copies), " words) sums up ", *_path(copies),
        _others(copies, "article"), ".",
    )  # fmt: skip


_SAYERS: dict[str, Callable[[_Copies], Texts]] = {
    "DUP101": _article,
    "DUP102": _passage,
    "DUP103": _repeated,
    "DUP104": _reworded,
    "DUP105": _summary,
}


def _words(copies: _Copies) -> Texts:
    return _each(copies.words, "{:,}".format)


def _others(copies: _Copies, what: str) -> Texts:
    """How many places there are beside the one that is named."""

    def say(more: int) -> str:
        return f" and {more:,} other {what}{'s' if more > 1 else ''}" if more > 0 else ""

    return _each(copies.more, say)


def _path(copies: _Copies) -> tuple[Texts, Texts]:
    """The article of the first other place."""
    return copies.path, _each(copies.line, lambda line: "" if line >= 0 else "another article")


def _place(copies: _Copies) -> tuple[Texts, Texts]:
    """The line of it, too."""
    return copies.path, _each(
        copies.line, lambda line: f":{line}" if line >= 0 else "another article"
    )


def _each(numbers: I64, say: Callable[[int], str]) -> Texts:
    """A text for each number; equal ones have one."""
    distinct, which = np.unique(numbers, return_inverse=True)
    return Texts.of(list(map(say, distinct.tolist()))).take(which)


def _beside(*columns: Texts | str) -> Texts:
    """Texts that are made of the texts of several columns; a string is the same for all."""
    from dedupe.kernels.pieces import copy_pieces

    count = next(len(column.start) for column in columns if isinstance(column, Texts))
    nowhere = np.zeros(count, np.int64)
    parts = [c if isinstance(c, Texts) else Texts.of((c,)).take(nowhere) for c in columns]
    sizes = [part.end - part.start for part in parts]
    end = np.cumsum(np.sum(sizes, axis=0))
    place = start = end - np.sum(sizes, axis=0)
    data = np.zeros((int(end[-1]) if count else 0) + ALIGNMENT, np.uint8)
    for part, size in zip(parts, sizes, strict=True):
        copy_pieces(*part, place, data)
        place = place + size
    return Texts(data, start, end)
