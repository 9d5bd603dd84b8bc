from __future__ import annotations

import numpy as np
import pytest

from dedupe.rarity import MOST_RARE, RARITY_BITS, rarity


def test_rarity_comes_with_the_program() -> None:
    """Common words carry little, and what the table does not know carries most."""
    from dedupe.kernels.words import hash_words

    table = rarity()
    place = hash_words(("the", "water", "zzqxy")) >> np.uint32(32 - RARITY_BITS)
    the, water, unknown = table[place.astype(np.int64)].tolist()
    assert the < 0.5 < water < unknown
    assert unknown == pytest.approx(MOST_RARE)
