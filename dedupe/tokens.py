"""Words, sentences and blocks of a batch: from text to the first table of numbers."""

from __future__ import annotations

from functools import cache

from dedupe.arrays import U32
from dedupe.tables import TextBatch, TokenTable

TEXT_MODEL = 1
"""Number of the way in which text becomes words, stems, sentences, passages and keys. To be raised
whenever any of them changes: an index holds them, and must not be compared with others."""

_ABBREVIATIONS = """
mr mrs ms dr prof rev hon sen rep gov gen col lt sgt capt st jr sr vs etc eg ie cf al inc ltd
corp co dept univ assn bros no nos vol fig figs pp jan feb mar apr jun jul aug sep sept oct nov
dec mon tue tues wed thu thur fri approx est ca
"""
ABBREVIATIONS = tuple(_ABBREVIATIONS.split())
"""Words after which a full stop ends no sentence."""


@cache
def abbreviation_table() -> U32:
    """The hashes of `ABBREVIATIONS`, as `kernels.hashing.in_table` looks them up."""
    from dedupe.kernels.hashing import table_of
    from dedupe.kernels.words import hash_words

    return table_of(hash_words(ABBREVIATIONS))


def tokenise(batch: TextBatch) -> TokenTable:
    """Find the words and sentences of a batch of N tokens, S sentences in B blocks."""
    from dedupe.kernels.words import words_of

    blocks = batch.blocks
    words = words_of(batch.prose, blocks.start, blocks.end, abbreviation_table())
    return TokenTable(**words._asdict())
