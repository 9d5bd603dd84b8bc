"""Stems of words, for text whose words were replaced or moved."""

from __future__ import annotations

import numpy as np

from dedupe.tables import TOKEN_CAPITAL, TOKEN_FIRST, U32, Bool, TextBatch, TokenTable


def stem(batch: TextBatch, tokens: TokenTable) -> U32:
    """Hash (N,) of the stem of every word of a batch: its first five letters, folded."""
    from dedupe.kernels import characters
    from dedupe.kernels.disguises import ROOM
    from dedupe.kernels.stemming import stem_words

    out = np.empty(len(tokens.hash), np.uint32)
    words = (tokens.start, tokens.end, tokens.hash, tokens.flags)
    tables = (*characters.character_table(), characters.common_words())
    stem_words(batch.prose, *words, *tables, np.empty(ROOM, np.uint8), out)
    return out


def names(tokens: TokenTable) -> Bool:
    """Which words (N,) are written as names: with a capital letter, and within a sentence."""
    named: Bool = tokens.flags & (TOKEN_CAPITAL | TOKEN_FIRST) == TOKEN_CAPITAL
    return named
