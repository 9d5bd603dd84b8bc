"""How rare the stems of words are in general, by a table that comes with the program."""

from __future__ import annotations

from concurrent.futures import Executor
from functools import cache
from pathlib import Path

import numpy as np

from dedupe.arrays import F32, I32, I64, U32
from dedupe.document_frequency import document_frequency

RARE = 1.0
"""Nats above which a stem is not common, as in `kernels.rewording`."""
RARITY_BITS = 20
"""Bits of a stem that the table of rarity looks at."""
MOST_RARE = float(np.log(5000))
"""Information of a stem that the table does not know, in nats."""
RARITY = Path(__file__).with_name("rarity.npz")
"""The table, which `make_rarity` makes."""


@cache
def rarity() -> F32:
    """(2 ** RARITY_BITS,) information of a stem in nats, by its upper bits.

    -ln of the share of articles that hold it, in the data of the shipped model.
    """
    table = np.full(1 << RARITY_BITS, MOST_RARE, np.float32)
    with np.load(RARITY, allow_pickle=False) as file:
        place = (file["stem"] >> np.uint32(32 - RARITY_BITS)).astype(np.int64)
        np.minimum.at(table, place, file["sixteenths"].astype(np.float32) / 16)
    return table


def stem_frequency(stem: U32, article_token: I64, pool: Executor) -> I32:
    """(2 ** RARITY_BITS,) in how many articles each stem stands, by its upper bits.

    stem: (N,); article_token: (D + 1,) first token of each article, or piece of one
    """
    middle = len(article_token) // 2
    one, other = pool.map(
        lambda edges: document_frequency(stem, edges[:-1], np.diff(edges), RARITY_BITS),
        (article_token[: middle + 1], article_token[middle:]),
    )
    return one + other
