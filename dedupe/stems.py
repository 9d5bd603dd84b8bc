"""Stems of words, for text whose words were replaced or moved."""

from __future__ import annotations

import numpy as np

from dedupe.arrays import I32, I64, U32, Bool, ragged
from dedupe.tables import TextBatch, TokenTable

MOST_NAMES = 0.22
"""Share of the words within sentences up to which capitals tell names: nine in ten English articles
have less, German ones about .28."""

LONGEST_UNIT = 32
"""Words of the longest sentence that is compared as a whole. Parts of 24 find more, and break more
passages in two; uncut ones of up to 64 lose one passage in a hundred."""


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


def names(tokens: TokenTable, article_token: I64) -> Bool:
    """Which words (N,) are written as names: with a capital letter, and within a sentence.

    In an article that is full of capitals, as in German or in titles, none of them tells a name.
    article_token: (D + 1,) first token of each article, then N
    """
    from dedupe.kernels.stemming import mark_names

    named = np.empty(len(tokens.flags), np.bool_)
    mark_names(tokens.flags, article_token, MOST_NAMES, named)
    return named


def units(sentence: I32) -> I64:
    """What reworded text is compared by (U + 1,): sentences, and equal parts of long ones.

    sentence: (S + 1,) first token of each sentence, then N
    """
    words = np.diff(sentence)
    parts = np.maximum(-(-words // LONGEST_UNIT), 1)
    of, number = ragged(np.zeros(len(words), np.int64), parts)
    first = sentence[of] + number * words[of] // parts[of]
    return np.append(first, sentence[-1]).astype(np.int64)
