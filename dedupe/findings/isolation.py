"""Isolated articles name each other in no draft, and make no family.

No match joins them, but a third article that both are compared with does: through it they belong to
one group of duplicates, and a template is sought in all articles at once.

Legend: R places of families, F families, C kinds of articles.
"""

from __future__ import annotations

import numpy as np
from msgspec import structs

from dedupe.arrays import I32, I64, Bool
from dedupe.findings.drafts import Drafts
from dedupe.tables import Isolation

LEAST_ARTICLES = 3
"""Articles that make a family, as for templates and outlines: so many that may be compared."""


def isolated(drafts: Drafts, family: I32 | I64, isolation: Isolation) -> tuple[Drafts, Bool]:
    """Drafts without the places from which their articles are isolated, and which of them stay.

    drafts: of all places (R,) of families of templates or outlines; family: (R,) that of each.
    Those stay whose family is left three articles, or loses none.
    """
    kind, apart = isolation.kinds()
    kind = kind[drafts.article]
    _, first = np.unique(np.stack([family, drafts.article]), axis=1, return_index=True)
    articles = met(family[first], kind[first], apart)[family, kind]
    stay = (articles >= LEAST_ARTICLES) | (articles == np.bincount(family[first])[family])
    drafts = structs.replace(drafts, members=met(family, kind, apart)[family, kind])
    own = np.repeat(drafts.article, np.diff(drafts.offset))
    return drafts.naming(~isolation.apart(own, drafts.others.article)), stay


def met(family: I32 | I64, kind: I64, apart: Bool) -> I64:
    """How many places of each family an article of each kind may be compared with (F, C).

    family: (R,) of places; kind: (R,) of their articles; apart: of `Isolation.kinds`
    """
    held = np.zeros((int(family.max(initial=-1)) + 1, len(apart)), np.int64)
    np.add.at(held, (family, kind), 1)
    compared: I64 = held @ ~apart
    return compared
