"""Plant fill-in templates of known skeleton into articles, and keep the truth.

A template is a run of words of an essay, cut into fixed runs; every member has the same runs with
words of other essays between them and behind the last one, each its own. A member is a paragraph of
its own in the middle of an article; no article has two of one template. The settings are those in
which shingles of five words find nothing.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

SEED = 20240229
SETTINGS = tuple((share, run) for share in (0.4, 0.5, 0.6, 0.8) for run in (4, 8))
"""Share of fixed words, and mean words of a fixed run."""
TEMPLATES, MEMBERS, WORDS = 25, 8, 40
"""Templates of each setting, members of each, and words of a member."""


class Member(msgspec.Struct):
    """A filled-in template, code points, end exclusive."""

    template: str
    share: float
    run: int
    document: str
    start: int
    end: int
    slots: list[int]
    """Fixed words before each slot"""


class Forms(NamedTuple):
    """The texts of the corpus by id, and every member in them."""

    texts: dict[str, str]
    members: list[Member]


def plant(hosts: Mapping[str, str], essays: Sequence[str]) -> Forms:
    """Plant the templates of all settings; the same for the same texts."""
    rng = random.Random(SEED)
    words = [found for text in essays if len(found := re.findall(r"[a-z]{2,12}", text)) > 300]
    names = sorted(hosts)
    paragraphs: dict[str, list[tuple[str, Member]]] = {}
    for share, run in SETTINGS:
        for number in range(TEMPLATES):
            runs = _runs(rng.choice(words), share, run, rng)
            for document in rng.sample(names, MEMBERS):
                text, slots = _filled(runs, words, rng)
                member = Member(f"{share}-{run}-{number}", share, run, document, 0, 0, slots)
                paragraphs.setdefault(document, []).append((text, member))
    texts, members = dict(hosts), []
    for document, planted in sorted(paragraphs.items()):
        head, gap, tail = texts[document].partition("\n\n")
        text = head + (gap or "\n\n")
        for paragraph, member in planted:
            member.start, member.end = len(text), len(text) + len(paragraph)
            text += f"{paragraph}\n\n"
            members.append(member)
        texts[document] = text + tail
    return Forms(texts, members)


def _runs(words: Sequence[str], share: float, run: int, rng: random.Random) -> list[list[str]]:
    """Fixed runs of about the wanted length, cut from one place of an essay."""
    fixed = round(WORDS * share)
    count = max(2, round(fixed / run))
    at = rng.randrange(len(words) - WORDS)
    edges = [round(k * fixed / count) for k in range(count + 1)]
    return [list(words[at + a : at + b]) for a, b in pairwise(edges)]


def _filled(
    runs: Sequence[Sequence[str]], words: Sequence[Sequence[str]], rng: random.Random
) -> tuple[str, list[int]]:
    """A member as text, and how many fixed words stand before each slot."""
    size = (WORDS - sum(map(len, runs))) / len(runs)
    made: list[str] = []
    slots, fixed = [], 0
    for run in runs:
        made += run
        fixed += len(run)
        slots.append(fixed)
        source = rng.choice(words)
        count = max(1, round(size * rng.uniform(0.6, 1.4)))
        at = rng.randrange(len(source) - count)
        made += source[at : at + count]
    return f"{' '.join(made).capitalize()}.", slots
