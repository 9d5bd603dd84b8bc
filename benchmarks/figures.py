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

CHANCE_DRAWS = 200


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


def calibration_error(scores: Sequence[float], outcomes: Sequence[bool], bins: int = 10) -> float:
    """Mean distance of predicted and observed shares over equal bins of [0, 1], by their sizes.

    Naeini, Cooper, Hauskrecht: Obtaining Well Calibrated Probabilities Using Bayesian Binning,
    AAAI 2015. Of nothing it is nan.

    >>> calibration_error([0.75, 0.75, 0.75, 0.75], [True, True, True, False])
    0.0
    >>> calibration_error([0.25, 0.25, 0.75, 0.75], [False, False, True, True])
    0.25
    """
    predicted, observed = np.asarray(scores, np.float64), np.asarray(outcomes, np.float64)
    number = np.minimum((predicted * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(number, predicted - observed, bins)
    return float(np.abs(gaps).sum() / len(predicted)) if len(predicted) else float("nan")


def calibration(positives: Sequence[float], negatives: Sequence[float]) -> Figure:
    """Calibration error of scores; the note says what it is by chance where they are exact.

    Few labels leave much to chance: .16 of 40, .08 of 150, .04 of 600.
    """
    scores = np.array([*positives, *negatives])
    draws = np.random.default_rng(0).random((CHANCE_DRAWS, len(scores))) < scores
    chance = np.mean([calibration_error(scores.tolist(), draw.tolist()) for draw in draws])
    outcomes = [True] * len(positives) + [False] * len(negatives)
    return Figure(calibration_error(scores.tolist(), outcomes), f"{chance:.3f} by chance")


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
