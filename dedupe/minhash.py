"""MinHash sketches of texts for the indexes of datasketch.

    from datasketch import MinHashLSH
    from dedupe.minhash import minhashes

    lsh = MinHashLSH(threshold=0.5, num_perm=128)
    for name, sketch in zip(names, minhashes(texts), strict=True):
        lsh.insert(name, sketch)

Words are cut, folded and hashed as in a scan, so a text that is disguised there is the same here.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from datasketch import MinHash

from dedupe.arrays import U32
from dedupe.sketches import SEED, shingles, sketch_ranges
from dedupe.sources import text_batch
from dedupe.tokens import tokenise


def minhashes(texts: Iterable[str]) -> list[MinHash]:
    """A sketch of 128 values of each text: of the set of its runs of five words.

    The lines of a text are joined. One of fewer than five words has the sketch of the empty set.
    Raises TypeError for a string that stands alone.
    """
    if isinstance(texts, str):
        raise TypeError("texts are expected, not one text")
    lines = [" ".join(text.split()) for text in texts]
    from dedupe.kernels.sketching import SHINGLE

    batch = text_batch(lines)
    tokens = tokenise(batch)
    edge = tokens.sentence[tokens.block]
    first, last = np.zeros((2, len(lines)), np.int32)  # a text without a word has no block
    first[batch.blocks.article] = edge[:-1]
    last[batch.blocks.article] = np.maximum(edge[1:] - SHINGLE + 1, edge[:-1])
    return [to_datasketch(row) for row in sketch_ranges(shingles(tokens.hash), first, last)]


def to_datasketch(values: U32) -> MinHash:
    """A sketch of 128 values, as `sketch_ranges` makes them, as an object of datasketch."""
    return MinHash(num_perm=len(values), seed=SEED, hashvalues=values, scheme="affine32")
