"""Words, sentences and blocks of a batch: from text to the first table of numbers."""

from __future__ import annotations

import threading
from functools import cache

import numpy as np

from dedupe.tables import I32, U8, U32, TextBatch, TokenTable

_ABBREVIATIONS = """
mr mrs ms dr prof rev hon sen rep gov gen col lt sgt capt st jr sr vs etc eg ie cf al inc ltd
corp co dept univ assn bros no nos vol fig figs pp jan feb mar apr jun jul aug sep sept oct nov
dec mon tue tues wed thu thur fri approx est ca
"""
ABBREVIATIONS = tuple(_ABBREVIATIONS.split())
"""Words after which a full stop ends no sentence."""


class _Scratch(threading.local):
    """Arrays of one thread that outlive a batch: fresh memory is touched at 1.4 GB/s only."""

    size = 0

    def arrays(self, size: int) -> tuple[U32, I32, I32, U8, I32]:
        """Room for `size` tokens: hash, start, end, flags, first token of sentence."""
        if size > self.size:
            self.size = size
            self.hash = np.empty(size, np.uint32)
            self.start, self.end = np.empty(size, np.int32), np.empty(size, np.int32)
            self.flags = np.empty(size, np.uint8)
            self.sentence = np.empty(size, np.int32)
        return self.hash, self.start, self.end, self.flags, self.sentence


_scratch = _Scratch()


@cache
def abbreviation_hashes() -> U32:
    """Sorted hashes of `ABBREVIATIONS`."""
    from dedupe.kernels.words import hash_word

    return np.sort(np.array([hash_word(word) for word in ABBREVIATIONS], np.uint32))


def tokenise(batch: TextBatch) -> TokenTable:
    """Find the words and sentences of a batch of N tokens, S sentences in B blocks."""
    from dedupe.kernels.characters import character_table
    from dedupe.kernels.words import classify, split

    hashes, starts, ends, flags, sentences = _scratch.arrays(len(batch.prose) // 2 + 2)
    block_first = np.empty(len(batch.blocks.start) + 1, np.int32)
    masks = np.zeros((4, len(batch.prose) // 64 + 1), np.uint64)
    classify(batch.prose, masks)
    n, s = split(
        batch.prose,
        masks,
        batch.blocks.start,
        batch.blocks.end,
        *character_table(),
        abbreviation_hashes(),
        hashes,
        starts,
        ends,
        flags,
        sentences,
        block_first,
    )
    return TokenTable(
        hash=hashes[:n].copy(),
        start=starts[:n].copy(),
        end=ends[:n].copy(),
        flags=flags[:n].copy(),
        sentence=sentences[: s + 1].copy(),
        block=block_first,
    )
