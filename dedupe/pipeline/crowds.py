"""Which pairs of alike articles are aligned where there are crowds of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dedupe import clusters
from dedupe.align import merged, ordered
from dedupe.arrays import I32, among, distinct, order_of, packed
from dedupe.tables import Boxes, MatchTable

CROWD = 256
"""Places of a family from which it is one whatever its members have in common besides."""
TURNS = 6
"""Turns in which pairs with leaders are chosen; what is left in the last one is aligned."""


def align(aligned: Callable[[Boxes], MatchTable], led: Boxes, others: Boxes) -> MatchTable:
    """Align pairs of pieces, but of those in crowds only what tells something new.

    A version of an article that has 7,500 meets a dozen leaders, one for each of its passages and
    bands, and others besides. When one of them is aligned the rest hardly ever tells more than that
    all are one family: so one pair at a time is aligned, for each piece, then for any two families
    that are not connected yet.
    """
    if not len(led.partner):
        return aligned(others)
    matches, waiting = aligned(led.rows(slice(0))), merged(led)
    for turn in range(TURNS):
        family = _families(matches, waiting)
        new = (family[:, 0] != family[:, 1]) | (family[:, 0] < 0)
        waiting, family = waiting.rows(new), family[new]
        if not len(family):
            break
        apart = (family >= 0).all(axis=1)
        one = np.where(apart, family.min(axis=1), np.int32(-1))
        other = np.where(apart, family.max(axis=1), waiting.partner[:, 1])
        words = waiting.box[:, 3] - waiting.box[:, 2]
        order = order_of(one, other, -words, waiting.partner[:, 0])
        chosen = np.ones(len(order), np.bool_)
        if turn < TURNS - 1:
            chosen[order] = np.diff(one[order], prepend=-2) | np.diff(other[order], prepend=-2) != 0
        matches = matches.and_those_of(aligned(waiting.rows(chosen)))
        waiting = waiting.rows(~chosen)
    if len(matches):
        family = _families(matches, others)
        members = np.bincount(family[family >= 0], minlength=1)
        same = (family[:, 0] == family[:, 1]) & (family[:, 0] >= 0)
        others = others.rows(~same | (members[family[:, 0]] < CROWD))
        # A pair that is aligned at last is aligned once, around all that is known of it.
        left = distinct(packed(*others.partner.T))
        matches = matches.rows(~among(packed(matches.a, matches.b), left))
        others = Boxes.joined([others, led.rows(among(packed(*led.partner.T), left))])
    return ordered(matches.and_those_of(aligned(others)))


def _families(matches: MatchTable, boxes: Boxes) -> I32:
    """(Q, 2) the family that has either place of some pairs, -1 for none."""
    places = boxes.partner.ravel(), boxes.box.reshape(-1, 2)
    return clusters.components_of(matches, *places).reshape(-1, 2)
