"""Passages of articles: windows of whole sentences in several sizes, and short blocks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from dedupe.tables import I32, U8, U32, U64, TokenTable

WINDOW_SIZES = (12, 25, 50)
"""Words. Windows of the first size find short verbatim copies by equality and cost one sort;
the others find edited copies by their bands. 50 alone finds half of the three-sentence copies."""
SHORTEST_BLOCK = 12
"""Words of the shortest block that is a passage of its own (eight shingles)."""


@dataclass(frozen=True, slots=True)
class PassageTable:
    """Passages of a batch; tokens are counted from the start of the batch."""

    start: U32
    """(P,) first token"""
    length: U32
    """(P,) tokens"""
    article: I32
    """(P,) article of the batch"""
    kind: U8
    """(P,) 0: joined by equality only; else by bands too"""
    content: U64
    """(P,) hash of the words in their order"""
    keys: U32
    """(bands, P) band keys; they mean nothing where kind is 0"""


@cache
def _powers() -> U64:
    from dedupe.kernels.sketching import POLYNOMIAL

    factors = np.full(256, POLYNOMIAL)
    factors[0] = 1
    return np.cumprod(factors)


def sentence_shingles(tokens: TokenTable) -> tuple[I32, I32]:
    """Range of shingles (S,) that start in each sentence and do not leave its block."""
    first = tokens.sentence[:-1]
    sentence_block = np.repeat(np.arange(len(tokens.block) - 1), np.diff(tokens.block))
    block_end = tokens.sentence[tokens.block[1:]][sentence_block]
    last = np.minimum(tokens.sentence[1:], block_end - 4)
    return first, np.maximum(first, last).astype(np.int32)


def cut(tokens: TokenTable, article_block: I32, sketches: U32) -> PassageTable:
    """Cut the articles of a batch into passages.

    article_block: (D + 1,) first block of each article; sketches: (S, 2 * bands) of the sentences
    """
    from dedupe.kernels.sketching import prefix_hashes, windows

    bands = sketches.shape[1] // 2
    room = len(sketches) * (len(WINDOW_SIZES) + 1)
    start, length = np.empty(room, np.uint32), np.empty(room, np.uint32)
    article, kind = np.empty(room, np.int32), np.empty(room, np.uint8)
    content, keys = np.empty(room, np.uint64), np.empty((bands, room), np.uint32)
    prefix = np.empty(len(tokens.hash) + 1, np.uint64)
    prefix_hashes(tokens.hash, prefix)
    count = windows(
        tokens.sentence, tokens.block, article_block, _powers(), prefix, sketches,
        np.array(WINDOW_SIZES, np.int32), SHORTEST_BLOCK,
        start, length, article, kind, content, keys,
    )  # fmt: skip
    return PassageTable(
        start[:count].copy(),
        length[:count].copy(),
        article[:count].copy(),
        kind[:count].copy(),
        content[:count].copy(),
        keys[:, :count].copy(),
    )
