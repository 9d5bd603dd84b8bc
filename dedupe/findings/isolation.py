"""Isolated articles name each other in no draft, and make no family.

No match joins them, but a third article that both are compared with does: through it they belong to
one group of duplicates, and a template is sought in all articles at once.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from msgspec import structs

from dedupe.findings.drafts import Counterparts, Draft
from dedupe.tables import I32, I64, Bool, Corpus, Isolation, OutlineTable, TemplateTable

LEAST_ARTICLES = 3
"""Articles that make a family, as for templates and outlines: so many that may be compared."""


def isolated(
    drafts: Sequence[Draft], corpus: Corpus, isolation: Isolation, max_matches: int
) -> list[Draft]:
    """Drafts of DUP101 without the duplicates from which their article is isolated.

    max_matches: as `copy_drafts` was given it. Other drafts are as they were.
    """
    rank = corpus.rank
    kind, apart = isolation.kinds()

    @functools.cache
    def near(group: frozenset[int], own: int) -> tuple[frozenset[int], frozenset[int]]:
        """Those of a group that an article of a kind may be compared with, and that all were."""
        oldest = sorted(group, key=rank.__getitem__)[: max_matches + 1]
        allowed = frozenset(article for article in group if not apart[own, kind[article]])
        return allowed, allowed.intersection(oldest)

    def cut(draft: Draft) -> Draft:
        allowed, compared = near(draft.group, kind[draft.article].item())
        named = [place for place in draft.counterparts if place.article in allowed]
        # The oldest ones of a group are compared with all of it, and some are no duplicates.
        rejected = compared.difference([draft.article, *(place.article for place in named)])
        return structs.replace(
            draft,
            counterparts=Counterparts.of(named),
            members=len(allowed) - len(rejected),
            original=all(rank[place.article] > rank[draft.article] for place in named),
            group=allowed,
        )

    return [cut(draft) if draft.rule == "DUP101" else draft for draft in drafts]


def isolated_families(
    drafts: Sequence[Draft], templates: TemplateTable, outlines: OutlineTable, isolation: Isolation
) -> list[Draft]:
    """Drafts of templates and outlines that three articles have which may be compared.

    None of them names a place in an article from which its own is isolated.
    """
    kind, apart = isolation.kinds()
    met = {
        "TPL201": _met(templates.template, templates.article, kind, apart),
        "TPL204": _met(outlines.outline, outlines.article, kind, apart),
    }
    kept = []
    for draft in drafts:
        family = draft.cluster if draft.rule == "TPL201" else outlines.outline[draft.cluster]
        articles, places = met[draft.rule][:, family, kind[draft.article]].tolist()
        if articles >= LEAST_ARTICLES:
            named = [
                place
                for place in draft.counterparts
                if not apart[kind[draft.article], kind[place.article]]
            ]
            kept.append(structs.replace(draft, counterparts=Counterparts.of(named), members=places))
    return kept


def _met(family: I32 | I64, article: I32 | I64, kind: I64, apart: Bool) -> I64:
    """How many articles and places of each family an article of each kind may be compared with.

    family, article: (R,) of places; kind, apart: of `Isolation.kinds`. Returns (2, F, C).
    """
    held = np.zeros((2, int(family.max(initial=-1)) + 1, len(apart)), np.int64)
    once = np.unique(np.stack([family, article]), axis=1)
    np.add.at(held[0], (once[0], kind[once[1]]), 1)
    np.add.at(held[1], (family, kind[article]), 1)
    met: I64 = held @ ~apart
    return met
