"""Which articles are compared with each other."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dedupe import config
from dedupe.arrays import I32, Bool
from dedupe.errors import UsageError
from dedupe.tables import Corpus, Isolation


class Owners(NamedTuple):
    """Which articles are compared with each other."""

    number: I32
    """(D,) articles with the same number are not compared, those below 0 with none: the number of
    the article, or of the group that holds it"""
    inside: int
    """Articles with a number below this are compared with themselves, too"""
    accepted: int = -1
    """The number of all accepted articles; -1 for none"""
    isolation: Isolation | None = None
    """Pairs that are not compared although their numbers differ"""

    def together(self, partner: I32, article: I32) -> Bool | slice:
        """Which pairs (Q, 2) of pieces are of articles that are not isolated from each other.

        article: (P,) of each piece. All pairs are a slice, which copies nothing.
        """
        return slice(None) if self.isolation is None else ~self.isolation.apart(*article[partner].T)


def owners_of(corpus: Corpus, settings: config.Matching) -> Owners:
    """Every article is its own; or those of each group of `between` are one, and others nobody's.

    Accepted articles, which stand behind all others, are one: each was compared with the others
    before it was accepted. Raises UsageError when only one group is named, or a group holds no
    article.
    """
    isolation = _isolation(corpus, settings.isolated_groups)
    if settings.between:
        return Owners(_groups(corpus, settings.between), inside=0, isolation=isolation)
    every = np.arange(len(corpus.path), dtype=np.int32)
    own = int(np.count_nonzero(~corpus.accepted))
    return Owners(
        np.minimum(every, np.int32(own)),
        inside=own if settings.inside_articles else 0,
        accepted=-1 if own == len(every) else own,
        isolation=isolation,
    )


def _groups(corpus: Corpus, between: Sequence[str]) -> I32:
    """The group (D,) that holds each article, -1 for none."""
    if len(between) < 2:
        raise UsageError("--between must be given twice or more: once for each group")
    group = np.full(len(corpus.path), -1, np.int32)
    for number, folder in enumerate(between):
        inside = _inside(corpus, folder)
        if not inside.any():
            raise UsageError(f"--between {folder}: no analysed article lies there")
        group[inside] = number
    return group


def _isolation(corpus: Corpus, groups: Sequence[Sequence[str]]) -> Isolation | None:
    """Where each article lies in the isolated groups; None where they keep no two apart."""
    folder = np.full((len(groups), len(corpus.path)), -1, np.int32)
    for row, group in zip(folder, groups, strict=True):
        for number, name in enumerate(group):
            row[_inside(corpus, name)] = number
    met = [row for row in folder if len(np.unique(row[row >= 0])) > 1]
    return Isolation(np.array(met)) if met else None


def refuse_strange(corpus: Corpus, focus: Sequence[str]) -> None:
    """Raise UsageError for a path to report on that leads to no article, and to nothing else."""
    for path in focus:
        if not os.path.lexists(path) and not _inside(corpus, path).any():
            raise UsageError(f"--focus {path}: there is no such file, folder or article")


def _inside(corpus: Corpus, folder: str) -> Bool:
    """Which articles (D,) lie in a folder."""
    root = os.path.normpath(folder).replace(os.sep, "/")
    head = root.rstrip("/") + "/"
    return np.array(
        [root in (path, ".") or path.startswith(head) for path in corpus.path], np.bool_
    )
