"""How well two passes over the project's own seeds agree on the labels of its units.

The second pass was made by `docs/annotation.md` without sight of the first one and of any score.

- `agreement/kappa`: Cohen's kappa, agreement beyond what the two shares of each label give by
  chance. Cohen: A Coefficient of Agreement for Nominal Scales, 1960.
- `agreement/filler`: the same on paragraphs and sentences, filler of both kinds against the rest.
- `agreement/allowed`: share of the units whose label is one that the other pass allows, too.
- `agreement/LABEL`: Gwet's AC1 for the label against all others, which does not fall where a label
  is rare. Gwet: Computing inter-rater reliability in the presence of high agreement, 2008.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from benchmarks import corpora
from benchmarks.figures import Figure, share
from benchmarks.labels import FILLER_LABELS

PROSE = frozenset({"paragraph", "sentence"})
Pair = tuple[str, str]


class Unit(msgspec.Struct):
    """A unit with its label."""

    kind: str
    file: str = ""
    start: int = 0
    end: int = 0
    unit: str = ""
    label: str = ""
    also: list[str] = []


def agreement_figures() -> dict[str, Figure]:
    """Agreement of the two passes."""
    folder = corpora.PROJECT / "seeds"
    first, second = (
        {
            (row.file, row.start, row.end): row
            for row in corpora.read_rows(folder / name, Unit)
            if row.kind == "unit"
        }
        for name in ("gold.jsonl", "second-pass.jsonl")
    )
    if first.keys() != second.keys():
        raise RuntimeError("the two passes have not labelled the same units")
    both = [(unit, second[place]) for place, unit in first.items()]
    pairs = [(one.label, other.label) for one, other in both]
    prose = [
        (str(one.label in FILLER_LABELS), str(other.label in FILLER_LABELS))
        for one, other in both
        if one.unit in PROSE
    ]
    allowed = sum(
        one.label == other.label or one.label in other.also or other.label in one.also
        for one, other in both
    )
    equal = sum(one == other for one, other in pairs)
    figures = {
        "agreement/kappa": Figure(kappa(pairs), f"{equal} of {len(pairs)} units alike"),
        "agreement/filler": Figure(kappa(prose), f"{len(prose)} paragraphs and sentences"),
        "agreement/allowed": share(allowed, len(both)),
    }
    for label, count in Counter(one for one, _ in pairs).most_common():
        binary = [(str(one == label), str(other == label)) for one, other in pairs]
        figures[f"agreement/{label}"] = Figure(ac1(binary), f"AC1, {count} units")
    return figures


def kappa(pairs: Sequence[Pair]) -> float:
    """Cohen's kappa of two annotators.

    >>> kappa([("a", "a"), ("b", "b"), ("a", "b"), ("b", "b")])
    0.5
    """
    shares = [Counter(pair[side] for pair in pairs) for side in (0, 1)]
    chance = sum(count * shares[1][label] for label, count in shares[0].items()) / len(pairs) ** 2
    return _beyond(pairs, chance)


def ac1(pairs: Sequence[Pair]) -> float:
    """Gwet's AC1 of two annotators who chose between two labels.

    >>> ac1([("a", "a"), ("b", "b"), ("a", "b"), ("b", "b")])
    0.5294117647058824
    """
    one = pairs[0][0]
    share_of_one = sum((a == one) + (b == one) for a, b in pairs) / (2 * len(pairs))
    return _beyond(pairs, 2 * share_of_one * (1 - share_of_one))


def _beyond(pairs: Sequence[Pair], chance: float) -> float:
    agreed = sum(a == b for a, b in pairs) / len(pairs)
    return (agreed - chance) / (1 - chance) if chance < 1 else 1.0
