"""Passages of articles: windows of whole sentences in several sizes, and short blocks."""

from __future__ import annotations

from functools import cache

import numpy as np

from dedupe.arrays import I32, U32, U64, Bool
from dedupe.memory import Scratch
from dedupe.tables import PassageTable, TokenTable

WINDOW_SIZES = (12, 25)
"""Words. Windows of the first size find short verbatim copies by equality and cost one sort; those
of the second one find edited copies by their bands. 50 alone finds half of the three-sentence
copies; 50 besides 25 finds nothing more at twice the cost of the bands, once a window of 25 need
not be as similar."""
SHORTEST_BLOCK, LONGEST_BLOCK = 12, 49
"""Words of the blocks that are passages of their own (from eight shingles on)."""

_SCRATCH = Scratch()


def select(table: PassageTable, chosen: Bool) -> PassageTable:
    """Some of the passages (P,)."""
    return PassageTable(
        table.start[chosen], table.length[chosen], table.article[chosen], table.kind[chosen],
        table.content[chosen], table.keys.compress(chosen, axis=1),
    )  # fmt: skip


@cache
def _powers() -> U64:
    from dedupe.kernels.sketching import POLYNOMIAL

    factors = np.full(256, POLYNOMIAL)
    factors[0] = 1
    return np.cumprod(factors)


def sentence_shingles(tokens: TokenTable) -> tuple[I32, I32]:
    """Range of shingles (S,) that start in each sentence and do not leave its block."""
    from dedupe.kernels.sketching import SHINGLE

    first = tokens.sentence[:-1]
    behind = tokens.sentence[tokens.block[1:]] - np.int32(SHINGLE - 1)
    last = np.repeat(behind, np.diff(tokens.block))
    np.minimum(last, tokens.sentence[1:], out=last)
    np.maximum(last, first, out=last)
    return first, last


def cut(tokens: TokenTable, article_block: I32, sketches: U32, bands: int) -> PassageTable:
    """Cut the articles of a batch into passages.

    article_block: (D + 1,) first block of each article; sketches: of the sentences, as
    `sketches.band_sketches` gives them for so many bands
    """
    from dedupe.kernels.lanes import BANDS
    from dedupe.kernels.sketching import fill_passages, prefix_hashes, windows

    room = len(sketches) * (len(WINDOW_SIZES) + 1)
    first, last = (_SCRATCH.empty(name, room, np.int32) for name in ("first", "last"))
    article = _SCRATCH.empty("article", room, np.int32)
    kind = _SCRATCH.empty("kind", room, np.uint8)
    count = windows(
        tokens.sentence, tokens.block, article_block,
        np.array(WINDOW_SIZES, np.int32), SHORTEST_BLOCK, LONGEST_BLOCK,
        first, last, article, kind,
    )  # fmt: skip
    prefix = _SCRATCH.empty("prefix", len(sketches) + 1, np.uint64)
    prefix_hashes(tokens.hash, tokens.sentence, prefix)
    table = PassageTable(
        start=np.empty(count, np.uint32),
        length=np.empty(count, np.uint32),
        article=np.empty(count, np.int32),
        kind=np.empty(count, np.uint8),
        content=np.empty(count, np.uint64),
        keys=np.empty((bands, count), np.uint32),
    )
    table.article[:], table.kind[:] = article[:count], kind[:count]
    fill_passages(
        tokens.sentence, sketches, _powers(), prefix, np.empty(BANDS, np.uint32),
        first[:count], last[:count],
        table.start, table.length, table.kind, table.content, table.keys,
    )  # fmt: skip
    return table
