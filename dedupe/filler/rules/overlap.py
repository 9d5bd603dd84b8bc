"""Which words of a passage stand in an earlier stretch of its article."""

from __future__ import annotations

import numpy as np

from dedupe.arrays import I32, I64
from dedupe.filler.lexicon import heading_lexicon
from dedupe.filler.rules.reading import RuleReading

CONTENT, NAMES, NUMBERS = range(3)
"""All words but stop words; words with a capital inside a sentence; words with a digit."""

MOST_EARLIER = 1 << 16
"""Words that are looked through for one passage: bounds the work on a book of conclusions."""

Tokens = I32 | I64


def seen_before(
    reading: RuleReading, first: Tokens, behind: Tokens, begin: Tokens, until: Tokens, choice: int
) -> tuple[I32, I32]:
    """(C,) distinct words of the passages `first` to `behind`, and how many stand in the stretches.

    The stretches are the tokens `begin` to `until`, their last `MOST_EARLIER` at most; `choice` is
    CONTENT, NAMES or NUMBERS.
    """
    from dedupe.kernels.cues import seen_before as count

    lexicon = heading_lexicon()
    wanted, found = np.zeros(len(first), np.int32), np.zeros(len(first), np.int32)
    begin = np.maximum(begin, until - MOST_EARLIER)
    longest = int((behind - first).max(initial=0))
    count(
        reading.tokens.hash, reading.tokens.flags, _wide(first), _wide(behind),
        _wide(begin), _wide(until), choice,
        lexicon.known, lexicon.word_key, lexicon.word_mark,
        np.zeros(1 << (2 * longest + 1).bit_length(), np.uint64), wanted, found,
    )  # fmt: skip
    return wanted, found


def _wide(places: Tokens) -> I64:
    wide: I64 = places.astype(np.int64)
    return wide
