"""Templates and outlines: what recurs in articles beside copies."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dedupe.findings.drafts import Drafts
from dedupe.findings.lookup import Lookup
from dedupe.findings.outlines import NotedOutlines, outline_drafts
from dedupe.findings.templates import NotedTemplates, template_drafts
from dedupe.model import RULE_NUMBER
from dedupe.tables import Corpus, Isolation, OutlineTable, Overlap, TemplateTable


class Families(NamedTuple):
    """What recurs in articles beside copies."""

    templates: TemplateTable
    outlines: OutlineTable


def family_drafts(
    corpus: Corpus, families: Families, overlap: Overlap, max_matches: int,
    isolation: Isolation | None,
) -> Drafts:  # fmt: skip
    """The drafts of all templates and outlines."""
    parts = (
        template_drafts(corpus, families.templates, overlap, max_matches, isolation),
        outline_drafts(corpus, families.outlines, max_matches, isolation),
    )
    return Drafts.joined(parts)


class NotedFamilies:
    """What drafts of both have to tell, noted to be looked up."""

    def __init__(self, drafts: Drafts, corpus: Corpus, families: Families, lookup: Lookup) -> None:
        """Note those of some drafts, of any rules."""
        templates, outlines = (
            np.flatnonzero(drafts.rule == RULE_NUMBER[rule]) for rule in ("TPL201", "TPL204")
        )
        self._noted = (
            (templates, NotedTemplates(drafts.rows(templates), corpus, families.templates, lookup)),
            (outlines, NotedOutlines(drafts.rows(outlines), families.outlines, lookup)),
        )

    def told(self, drafts: Drafts, lookup: Lookup) -> Drafts:
        """The drafts with evidence and messages, when all was looked up."""
        for rows, noted in self._noted:
            drafts = drafts.told(rows, *noted.found(lookup))
        return drafts
