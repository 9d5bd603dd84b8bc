"""DUP105: passages that sum up other articles, each with what it sums up."""

from __future__ import annotations

import numpy as np

from dedupe.findings.copies import Overlap
from dedupe.findings.drafts import Counterpart, Counterparts, Draft
from dedupe.model import SUMMARY, Evidence
from dedupe.tables import SummaryTable


def summary_drafts(table: SummaryTable, overlap: Overlap) -> list[Draft]:
    """One draft for each passage, in reading order.

    Passages that overlap are one that sums up several articles, or copies of one; the one of which
    most is explained has its place.
    """
    spans = table.start, table.end, table.source_start, table.source_end
    similarity, containment, _ = (column.tolist() for column in overlap(*spans).T)
    source, source_start, source_end = (
        column.tolist() for column in (table.source, table.source_start, table.source_end)
    )
    # Articles ascend, so no end reaches into the next one.
    reached = np.maximum.accumulate(np.append(0, table.end))[:-1]
    first = np.flatnonzero(table.start >= reached)
    drafts = []
    for group in np.split(np.arange(len(table.start)), first[1:]):
        ranked = sorted(group.tolist(), key=lambda row: -table.explained[row])
        if not ranked:
            continue
        best = ranked[0]
        explained, around = float(table.explained[best]), float(table.around[best])
        drafts.append(
            Draft(
                rule="DUP105", article=int(table.article[best]), start=int(table.start[best]),
                end=int(table.end[best]), members=len(ranked) + 1,
                counterparts=Counterparts.of([
                    Counterpart(
                        source[row], source_start[row], source_end[row], similarity[row],
                        containment[row],
                    )
                    for row in ranked
                ]),
                evidence=(
                    Evidence(
                        "fact",
                        f"{SUMMARY}: the other article explains {explained:.0%} of the passage, "
                        f"{around:.0%} of the words around it, and shares {table.rare[best]:.0f} "
                        "rare stems with it",
                    ),
                ),
            )
        )  # fmt: skip
    return drafts
