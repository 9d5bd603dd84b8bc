"""Figures about recurring templates: planted ones, those of a blog, and how they are told apart.

`python -m benchmarks.templates --show 30` prints that many templates of digitalgov, drawn at
random, for a person to read.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import combinations
from typing import NamedTuple

import msgspec

from benchmarks import corpora, forms, results
from benchmarks.figures import Figure, overlap, prose, share, share_half

PROSE_WORDS = 12
RUN, LEAST_COVERED, COVERED = 3, 8, 0.3
"""Two texts are alike when common runs of so many words cover so many, and so much of the longer
one,"""
LONG_RUN = 12
"""or when one run of so many stands in both."""


class Recurring(msgspec.Struct):
    """A paragraph that stands in several articles, word for word."""

    df: int
    text: str
    docs: list[str]


class Place(NamedTuple):
    """A stretch of a document, code points."""

    document: str
    start: int
    end: int


Templates = dict[str, set[Place]]


def template_figures(*, reuse: bool = False) -> tuple[dict[str, Figure], str]:
    """How many planted templates are reported, and what the templates of a blog are worth.

    - `templates/planted S-R`: templates with a share S of fixed words in runs of R words of which
      three members or more are reported as one;
    - `templates/slots`: F1 of the slots of those that are reported, each exactly where it is;
    - `templates/instances`: places of the recurring paragraphs of digitalgov, those with 12 words
      of prose, which lie in a reported template;
    - `templates/families`: F1 over pairs of paragraphs in two articles that hold reported places:
      in one template against alike, by an exhaustive comparison;
    - `templates/order`: pairs in one template, whether files have these names or others.
    """
    figures = _planted(reuse=reuse)
    corpus = corpora.materialise("digitalgov")
    outputs = _scan(corpus, reuse=reuse)
    found = _templates(corpus, outputs)
    figures["templates/instances"] = _instances(corpus, found)
    figures |= _families(corpus, found)
    renamed = corpora.materialise("digitalgov_renamed")
    others = _templates(renamed, _scan(renamed, reuse=reuse))
    a, b = set(_pairs(found)), set(_pairs(others))
    figures["templates/order"] = share(len(a & b), len(a | b))
    return figures, outputs.command


def _scan(corpus: corpora.Corpus, *, reuse: bool) -> results.Outputs:
    return results.scan(
        corpus.folder, corpus.name, depth="standard", select=("TPL201",), reuse=reuse
    )


def _templates(corpus: corpora.Corpus, outputs: results.Outputs) -> Templates:
    """All places of each template, by its name."""
    found: defaultdict[str, set[Place]] = defaultdict(set)
    for finding in outputs.findings():
        own = results.Range(finding.path, finding.start, finding.end)
        for place in (own, *finding.places):
            at = Place(corpus.id_of(place.path), place.start, place.end)
            found[str(finding.cluster)].add(at)
    return dict(found)


def _planted(*, reuse: bool) -> dict[str, Figure]:
    corpus = corpora.materialise("forms")
    outputs = _scan(corpus, reuse=reuse)
    members: defaultdict[str, list[forms.Member]] = defaultdict(list)
    for member in corpus.table("members", forms.Member):
        members[member.document].append(member)
    holders: defaultdict[str, Counter[str]] = defaultdict(Counter)
    slots: dict[tuple[str, str], tuple[list[int], set[int]]] = {}
    for finding in outputs.findings():
        for member in members[corpus.id_of(finding.path)]:
            if share_half(member, finding):
                name = str(finding.cluster)
                holders[member.template][name] += 1
                slots[member.template, name] = (member.slots, _slots(finding.evidence))
    figures = {}
    for fixed, run in forms.SETTINGS:
        names = [f"{fixed}-{run}-{k}" for k in range(forms.TEMPLATES)]
        hits = [max(holders[name].values(), default=0) >= 3 for name in names]
        figures[f"templates/planted {fixed}-{run}"] = share(sum(hits), len(hits))
    right = wanted = shown = 0
    for name, count in sorted(holders.items()):
        if not count:
            continue
        truth, seen = slots[name, max(sorted(count), key=count.__getitem__)]
        right += len(seen.intersection(truth))
        wanted, shown = wanted + len(truth), shown + len(seen)
    f1 = 2 * right / max(wanted + shown, 1)
    figures["templates/slots"] = Figure(f1, f"{right} right, {wanted} planted, {shown} shown")
    return figures


def _slots(evidence: Sequence[str]) -> set[int]:
    """How many fixed words stand before each slot of the skeleton that a finding shows."""
    found, fixed = set(), 0
    for word in evidence[1].split() if len(evidence) > 1 else ():
        if re.fullmatch(r"\[\d+\]", word):
            found.add(fixed)
        elif word not in ("...", "(...)?"):
            fixed += 1
    return found


def _instances(corpus: corpora.Corpus, found: Templates) -> Figure:
    places: defaultdict[str, list[Place]] = defaultdict(list)
    for place in set().union(*found.values()):
        places[place.document].append(place)
    hits = total = 0
    for row in corpora.read_table("digitalgov/template_paras", Recurring):
        if len(re.findall(r"\w+", prose(row.text))) < PROSE_WORDS:
            continue
        for document in row.docs:
            at = corpus.text(document).find(row.text)
            if at >= 0:
                stretch = Place(document, at, at + len(row.text))
                total += 1
                hits += any(share_half(stretch, place) for place in places[document])
    return share(hits, total)


def _pairs(found: Templates) -> Iterable[tuple[Place, Place]]:
    """Pairs of places in two articles that are in one template."""
    for places in found.values():
        for a, b in combinations(sorted(places), 2):
            if a.document != b.document:
                yield a, b


def _families(corpus: corpora.Corpus, found: Templates) -> dict[str, Figure]:
    """Whether paragraphs hold places of one template exactly when they are alike.

    A paragraph may hold places of several templates: a pair of paragraphs is one pair, whichever
    template they share. That a notice is glued to others in one of the two makes it no other one,
    so paragraphs are also alike by one long run.
    """
    rows: defaultdict[str, list[corpora.Paragraph]] = defaultdict(list)
    for row in corpus.table("paragraphs", corpora.Paragraph):
        rows[row.id.rsplit("#", 1)[0]].append(row)
    holder = {
        place: _paragraph(place, rows[place.document]) for place in set().union(*found.values())
    }
    alike = _alike(corpus, set(holder.values()))
    together = set(_pairs({name: {holder[p] for p in places} for name, places in found.items()}))
    right = len(alike & together)
    purity, recall = share(right, len(together)), share(right, len(alike))
    f1 = 2 * right / max(len(together) + len(alike), 1)
    return {
        "templates/families": Figure(f1, f"{len(found)} templates, {len(holder)} places"),
        "templates/pure": purity,
        "templates/complete": recall,
    }


def _paragraph(place: Place, rows: Sequence[corpora.Paragraph]) -> Place:
    """The paragraph in which a place lies."""
    row = max(rows, key=lambda row: overlap(row.start, row.end, place.start, place.end))
    if row.end - row.start > 3 * (place.end - place.start) + 200:  # a list: its item alone
        return place
    return Place(place.document, row.start, row.end)


def _words(corpus: corpora.Corpus, place: Place) -> tuple[str, ...]:
    text = prose(corpus.text(place.document))[place.start : place.end]
    return tuple(re.findall(r"[^\W_]+", text.lower())[:400])


def _alike(corpus: corpora.Corpus, places: Iterable[Place]) -> set[tuple[Place, Place]]:
    """All pairs in two articles that are alike."""
    words = {place: _words(corpus, place) for place in places}
    holders: defaultdict[tuple[str, ...], list[Place]] = defaultdict(list)
    for place in sorted(words):
        own = words[place]
        for run in {own[k : k + RUN] for k in range(len(own) - RUN + 1)}:
            holders[run].append(place)
    shared: Counter[tuple[Place, Place]] = Counter()
    for sharing in holders.values():
        shared.update(combinations(sharing, 2))
    known: dict[tuple[tuple[str, ...], tuple[str, ...]], bool] = {}
    found = set()
    for (a, b), count in shared.items():
        pair = words[a], words[b]
        if count < 3 or a.document == b.document:
            continue
        if pair not in known:
            longer = max(map(len, pair))
            least = max(LEAST_COVERED, COVERED * longer)
            known[pair] = bool(_runs(pair[0]) & _runs(pair[1])) or _covered(*pair) >= least
        if known[pair]:
            found.add((a, b))
    return found


@cache
def _runs(words: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    """The runs of `LONG_RUN` words of a text."""
    return frozenset(words[k : k + LONG_RUN] for k in range(len(words) - LONG_RUN + 1))


def _covered(a: Sequence[str], b: Sequence[str]) -> int:
    """Most words of two texts that common runs of `RUN` words or more match in order."""
    places: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for j in range(len(b) - RUN + 1):
        places[tuple(b[j : j + RUN])].append(j)
    best = [[0] * (len(b) + 1)]  # best[i][j]: with the first i and j words
    ends: dict[tuple[int, int], int] = {}
    for i in range(len(a)):
        row = best[-1].copy()
        for j in places.get(tuple(a[i - RUN + 1 : i + 1]), ()) if i + 1 >= RUN else ():
            earned = best[i - RUN + 1][j] + RUN
            earned = max(earned, ends.get((i - 1, j + RUN - 2), 0) + 1)
            ends[i, j + RUN - 1] = earned
            row[j + RUN] = max(row[j + RUN], earned)
        for j in range(1, len(row)):
            row[j] = max(row[j], row[j - 1])
        best.append(row)
    return best[-1][-1]


def main() -> None:
    """Print some templates of digitalgov."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.templates", description=__doc__)
    parser.add_argument("--show", type=int, default=30, metavar="N", help="how many; default 30")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other templates")
    parser.add_argument("--corpus", default="digitalgov", help="of those of benchmarks.corpora")
    options = parser.parse_args()
    outputs = _scan(corpora.materialise(options.corpus), reuse=False)
    by_name: defaultdict[str, list[results.Finding]] = defaultdict(list)
    for finding in outputs.findings():
        by_name[str(finding.cluster)].append(finding)
    names = random.Random(options.seed).sample(sorted(by_name), min(options.show, len(by_name)))
    for number, name in enumerate(names, 1):
        finding = by_name[name][0]
        print(f"{number}. {finding.message} {finding.evidence[0]}")
        for text in finding.evidence[1:]:
            print(f"    {text}")


if __name__ == "__main__":
    main()
