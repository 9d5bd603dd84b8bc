"""DUP105: passages that sum up other articles, each with what it sums up."""

from __future__ import annotations

import numpy as np
from msgspec import structs

from dedupe.arrays import order_of
from dedupe.findings.drafts import CounterpartTable, Drafts, evidence_of
from dedupe.model import RULE_NUMBER, SUMMARY, Evidence
from dedupe.tables import Overlap, SummaryTable


def summary_drafts(table: SummaryTable, overlap: Overlap) -> Drafts:
    """One draft for each passage, in reading order.

    Passages that overlap are one that sums up several articles, or copies of one; the one of which
    most is explained has its place.
    """
    spans = table.start, table.end, table.source_start, table.source_end
    similarity, containment, _ = overlap(*spans).T
    # Articles ascend, so no end reaches into the next one.
    reached = np.maximum.accumulate(np.append(0, table.end))[:-1]
    new = table.start >= reached
    order = order_of(np.cumsum(new), -table.explained)
    first = np.flatnonzero(new)
    best = order[first]
    facts = [
        f"{SUMMARY}: the other article explains {explained:.0%} of the passage, {around:.0%} of "
        f"the words around it, and shares {rare:.0f} rare stems with it"
        for explained, around, rare in zip(
            *(column[best].tolist() for column in (table.explained, table.around, table.rare)),
            strict=True,
        )
    ]
    others = CounterpartTable(
        table.source.astype(np.int64), table.source_start, table.source_end, similarity, containment
    )
    offset = np.append(first, len(order))
    drafts = Drafts.of(
        np.full(len(best), RULE_NUMBER["DUP105"], np.uint8), table.article[best].astype(np.int64),
        table.start[best], table.end[best], np.diff(offset) + 1, others.rows(order), offset,
    )  # fmt: skip
    return structs.replace(
        drafts, evidence=evidence_of([(Evidence("fact", fact),) for fact in facts])
    )
