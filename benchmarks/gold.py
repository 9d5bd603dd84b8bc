"""Figures about the project's own seeds: every finding against `seeds/gold.jsonl`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import msgspec

from benchmarks import corpora, results
from benchmarks.figures import Figure, overlap, share, share_half


class Stretch(msgspec.Struct):
    """One side of a copy."""

    file: str
    start: int
    end: int


class GoldRow(msgspec.Struct):
    """A unit, an article as a whole, or a copy between two, of the project's own seeds."""

    kind: str
    file: str = ""
    start: int = 0
    end: int = 0
    expect: list[str] = []
    also: list[str] = []
    type: str = ""
    rule: str = ""
    a: Stretch | None = None
    b: Stretch | None = None


def gold_figures(*, reuse: bool = False) -> tuple[dict[str, Figure], str]:
    """The project's own seeds against their labels.

    - `gold/recall RULE`: units that expect the rule and have a finding of it (also as `also`);
    - `gold/precision RULE`: findings won by the rule that lie on a unit which expects it; for
      DUP rules, on either side of a labelled copy;
    - `gold/copies RULE`: copies with a match (or a finding and a place of it) on both sides;
    - `gold/honest`: warnings and errors on articles of which nothing is expected.

    "On": they share at least half of the shorter of the two.
    """
    folder = corpora.PROJECT / "seeds"
    outputs = results.scan(folder, "seeds", depth="standard", reuse=reuse)
    rows = corpora.read_rows(folder / "gold.jsonl", GoldRow)
    findings = outputs.findings()
    figures = _recalls(rows, findings, folder) | _precisions(rows, findings, folder)
    figures |= _copies_found(rows, findings, outputs.matches(), folder)
    blamed = {row.file for row in rows if row.expect}
    blamed |= {side.file for row in rows for side in (row.a, row.b) if side}
    honest = [
        f
        for f in findings
        if f.severity != "note" and corpora.relative_path(f.path, folder) not in blamed
    ]
    figures["gold/honest"] = Figure(
        len(honest), "; ".join(f"{f.rules[0]} {f.path}" for f in honest)
    )
    return figures, outputs.command


def _on(unit: GoldRow | Stretch, finding: results.Finding, folder: Path) -> bool:
    same_file = corpora.relative_path(finding.path, folder) == unit.file
    whole = isinstance(unit, GoldRow) and unit.kind == "article"
    return same_file and (whole or share_half(unit, finding))


def _recalls(
    rows: list[GoldRow], findings: list[results.Finding], folder: Path
) -> dict[str, Figure]:
    found: defaultdict[str, list[bool]] = defaultdict(list)
    for row in rows:
        for rule in row.expect:
            hits = (f for f in findings if rule in f.rules)
            found[rule].append(any(_on(row, f, folder) for f in hits))
    total = [hit for hits in found.values() for hit in hits]
    figures = {f"gold/recall {r}": share(sum(h), len(h)) for r, h in sorted(found.items())}
    return figures | {"gold/recall": share(sum(total), len(total))}


def _precisions(
    rows: list[GoldRow], findings: list[results.Finding], folder: Path
) -> dict[str, Figure]:
    sides = [side for row in rows for side in (row.a, row.b) if side]
    right: defaultdict[str, list[bool]] = defaultdict(list)
    for finding in findings:
        rule = finding.rules[0]
        expected: Iterable[GoldRow | Stretch] = [
            row
            for row in rows
            if rule in row.expect or (row.kind == "article" and rule in row.also)
        ]
        if rule.startswith("DUP"):
            expected = [*expected, *sides]
        right[rule].append(any(_on(unit, finding, folder) for unit in expected))
    total = [hit for hits in right.values() for hit in hits]
    figures = {f"gold/precision {r}": share(sum(h), len(h)) for r, h in sorted(right.items())}
    return figures | {"gold/precision": share(sum(total), len(total))}


def _copies_found(
    rows: list[GoldRow],
    findings: list[results.Finding],
    matches: list[results.MatchRow],
    folder: Path,
) -> dict[str, Figure]:
    pairs = joined(findings, matches, folder)
    found: defaultdict[str, list[bool]] = defaultdict(list)
    for row in rows:
        if row.kind == "copy" and row.a and row.b:
            found[row.rule].append(joins(pairs, row.a, row.b))
    return {f"gold/copies {rule}": share(sum(h), len(h)) for rule, h in sorted(found.items())}


def joined(
    findings: list[results.Finding], matches: list[results.MatchRow], folder: Path
) -> list[tuple[Stretch, Stretch]]:
    """Every pair of places that a match joins, or a finding with one of its places."""
    spans = [(row.a, row.b) for row in matches]
    for finding in findings:
        own = results.Range(finding.path, finding.start, finding.end)
        spans += [(own, place) for place in finding.places]
    return [(_stretch(a, folder), _stretch(b, folder)) for a, b in spans]


def joins(pairs: list[tuple[Stretch, Stretch]], a: Stretch, b: Stretch) -> bool:
    """Whether one of the pairs covers at least half of both sides of a copy."""
    return any((_half(a, x) and _half(b, y)) or (_half(a, y) and _half(b, x)) for x, y in pairs)


def _stretch(place: results.Range, folder: Path) -> Stretch:
    return Stretch(corpora.relative_path(place.path, folder), place.start, place.end)


def _half(a: Stretch, b: Stretch) -> bool:
    """Same file, and at least half of the copy's side `a` is covered."""
    return a.file == b.file and 2 * overlap(a.start, a.end, b.start, b.end) >= a.end - a.start > 0
