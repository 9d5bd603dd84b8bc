"""Findings in the making: what each rule has to say, before precedence decides."""

from __future__ import annotations

from dataclasses import dataclass, field

from dedupe.model import RULES, Evidence, Severity


@dataclass(slots=True)
class Counterpart:
    """Another place of a passage; tokens are counted from the start of the corpus."""

    article: int
    start: int
    end: int
    similarity: float
    """Exact Jaccard similarity of the shingles of the two passages."""
    containment: float
    """Share of the passage's shingles that also stand in the other place."""


@dataclass(slots=True)
class Draft:
    """One rule on one stretch of an article; tokens are counted from the start of the corpus."""

    rule: str
    article: int
    start: int
    """First token"""
    end: int
    """Last token, exclusive"""
    bytes: tuple[int, int] | None = None
    """Byte range in the batch, where it is not that of the tokens (lines without words)"""
    score: float | None = None
    message: str = ""
    evidence: tuple[Evidence, ...] = ()
    """Places are bytes in the batch"""
    cluster: int = -1
    """Number of the cluster of regions, or -1"""
    members: int = 0
    """Places in which the passage stands, this one and the original among them"""
    counterparts: list[Counterpart] = field(default_factory=list)
    """The original first, then by similarity; all that are known, not only those to be shown"""
    original: bool = False
    """The copy that came first; reported only when asked for"""
    group: frozenset[int] = frozenset()
    """Of DUP101: the articles that duplicate each other"""
    also: list[str] = field(default_factory=list)

    @property
    def severity(self) -> Severity:
        """The highest severity among the rule and the rules it hides."""
        highest = RULES[self.rule].severity
        for code in self.also:
            if RULES[code].severity.rank > highest.rank:
                highest = RULES[code].severity
        return highest
