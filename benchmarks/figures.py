"""A figure, and the small measures that several figures share."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

_UNREAD = re.compile(
    r"(?<=\])\([^)\s]*(?:\s+\"[^\"]*\")?\)"  # address and title of a Markdown link
    r"|\{\{.*?\}\}"  # shortcode
    r"|<[^<>]{1,500}>"  # tag
    r"|https?://[^\s)>\]]+",
    re.DOTALL,
)


class Figure(NamedTuple):
    """A measured value, and what a reader has to know beside it."""

    value: float
    note: str = ""


def share(part: int, whole: int, note: str = "") -> Figure:
    """A share with its counts in the note; 0 of 0 is 0."""
    counts = f"{part:,} of {whole:,}"
    return Figure(part / whole if whole else 0.0, f"{counts}; {note}" if note else counts)


def overlap(a_start: int, a_end: int, b_start: int, b_end: int) -> int:
    """Code points that two spans have in common."""
    return max(0, min(a_end, b_end) - max(a_start, b_start))


class Stretch(Protocol):
    """Anything that has a start and an end in a text."""

    @property
    def start(self) -> int:
        """First code point."""

    @property
    def end(self) -> int:
        """Behind the last code point."""


def share_half(a: Stretch, b: Stretch) -> bool:
    """Whether two stretches of one text share at least half of the shorter of them."""
    shared = overlap(a.start, a.end, b.start, b.end)
    return shared >= max(0.5 * min(a.end - a.start, b.end - b.start), 1)


def auc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Probability that a positive scores above a negative; ties count half; nan if one is empty.

    >>> auc([0.9, 0.5], [0.5, 0.1])
    0.875
    """
    if not positives or not negatives:
        return float("nan")
    ordered = sorted(negatives)
    below = sum(bisect_left(ordered, p) + bisect_right(ordered, p) for p in positives)
    return below / (2 * len(positives) * len(negatives))


def prose(text: str) -> str:
    """The text with addresses, tags and shortcodes replaced by as many spaces.

    >>> prose("[a](http://x.y) <b>c</b>")
    '[a]                c    '
    """
    return _UNREAD.sub(lambda match: " " * len(match[0]), text)


def letters_before(text: str) -> NDArray[np.int64]:
    """Number of letters and digits before every position, (length + 1,)."""
    word = np.fromiter(map(str.isalnum, text), np.bool_, len(text))
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(word)])
