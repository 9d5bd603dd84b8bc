from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedupe.kernels.hashing import in_table, table_of

hashes = st.integers(1, 2**32 - 1) | st.integers(1, 3).map(lambda k: k << 20)
"""Some share their lowest bits."""


@given(st.sets(hashes), hashes)
def test_a_table_holds_what_it_was_made_of(held: set[int], other: int) -> None:
    """Also what had to move to another slot; and nothing else."""
    table = table_of(np.array(sorted(held), np.uint32))
    look_up = getattr(in_table, "function", in_table)  # it is no kernel of its own
    assert all(look_up(table, np.uint32(value)) for value in held)
    assert look_up(table, np.uint32(other)) == (other in held)
    assert not look_up(table, np.uint32(0))
