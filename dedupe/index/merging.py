"""Putting segments together: small ones as an index grows, all of them on demand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from dedupe.arrays import I64
from dedupe.index.reader import Index
from dedupe.index.segment import MOST_ARTICLES, MOST_WORDS, Contents, cuts, merged
from dedupe.index.store import Part, Writer

FAN = 8
"""Segments of about one size that are merged. With 4 half as much again is written, with 16 there
are half as many segments again to look into."""
AT_ONCE = 1 << 21
"""Words that a change merges beside its own work: larger merges would be waited for."""
MANY = 30
"""Segments above which a change merges whatever there is to merge."""
STALE = 4
"""A segment is written anew when one in so many of its articles is dead."""


def tidy(writer: Writer) -> None:
    """Merge segments of one size where there are many, so that their number stays small."""
    while parts := _mergeable([part for part in writer.parts if part.live.any()]):
        writer.add(merged([_taken(part, np.flatnonzero(part.live)) for part in parts]))


def compact(writer: Writer) -> None:
    """Write all segments anew: the same articles give the same files, whatever their history."""
    where = writer.index.places
    words = np.empty(len(where.row), np.int64)
    for number, part in enumerate(writer.parts):
        mine = where.segment == number
        words[mine] = part.segment.words(where.row[mine])
    for low, high in pairwise(cuts(words)):
        segment, row = where.segment[low:high], where.row[low:high]
        numbers = np.unique(segment).tolist()
        if numbers:
            writer.add(merged([_taken(writer.parts[n], row[segment == n]) for n in numbers]))


def take_over(writer: Writer, others: Iterable[Index]) -> tuple[int, int]:
    """Add the articles of other indexes; returns how many were added, and how many replaced.

    Of an article that both have, that of the latest stays.
    Raises IndexFolderError where one was made otherwise, or is damaged.
    """
    here: dict[bytes, tuple[Part, int]] = {}
    for part in writer.parts:
        paths = part.segment.paths()
        here |= {paths[row]: (part, row) for row in np.flatnonzero(part.live).tolist()}
    added = replaced = 0
    for other in others:
        writer.index.agree(other)
        for segment, live in zip(other.segments, other.live, strict=True):
            part, paths = writer.adopt(segment), segment.paths()
            for row in np.flatnonzero(live).tolist():
                known = here.get(paths[row])
                if known is None:
                    added += 1
                elif known[0].digest(known[1]) == part.digest(row):
                    continue
                else:
                    replaced += 1
                    known[0].live[known[1]] = False
                part.live[row] = True
                here[paths[row]] = (part, row)
    return added, replaced


def _mergeable(parts: Sequence[Part]) -> list[Part]:
    """Segments that are to be written as one; none when all is well."""
    small = sorted((p for p in parts if p.words < MOST_WORDS // 2), key=lambda part: part.words)
    many = len(small) > MANY
    most = MOST_WORDS if many else AT_ONCE
    tiers: defaultdict[int, list[Part]] = defaultdict(list)
    for part in small:
        tiers[part.words.bit_length() // (FAN - 1).bit_length()].append(part)
    groups = [tier[:FAN] for tier in tiers.values() if len(tier) >= FAN]
    groups += [small[:FAN]] if many else []
    groups += [[part] for part in parts if STALE * (~part.live).sum() >= len(part.live)]
    for group in groups:
        words, articles = (
            sum(part.words for part in group), sum(int(part.live.sum()) for part in group),
        )  # fmt: skip
        if words <= most and articles <= MOST_ARTICLES:
            return group
    return []


def _taken(part: Part, rows: I64) -> Contents:
    """Some articles of a segment, which count no more there."""
    part.live[rows] = False
    return part.segment.contents(rows)
