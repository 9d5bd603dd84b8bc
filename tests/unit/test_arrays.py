from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedupe.arrays import distinct, order_of, ragged, stretches


@given(st.lists(st.integers(0, 9), max_size=9), st.lists(st.integers(0, 9), max_size=9))
def test_distinct_values_of_arrays(one: list[int], other: list[int]) -> None:
    """Ascending, once each; the arrays stay as they are."""
    a, b = np.array(one, np.int64), np.array(other, np.int64)
    assert distinct(a, b).tolist() == sorted({*one, *other})
    assert distinct(a).dtype == np.int64
    assert a.tolist() == one


@given(
    st.lists(
        st.tuples(
            st.integers(-(2**63), 2**63 - 1) | st.integers(-2, 2),
            st.integers(0, 2**64 - 1) | st.integers(0, 1),
            st.sampled_from([-0.5, -0.0, 0.0, 1e300, -1e300, 0.25]),
            st.booleans(),
        )
    ),
    st.permutations(range(4)),
)
def test_rows_are_ordered_as_by_numpy(
    rows: list[tuple[int, int, float, bool]], turn: list[int]
) -> None:
    """However long the keys are, whatever their signs, and where they are equal."""
    types = (np.int64, np.uint64, np.float64, np.bool_)
    columns = [np.array([row[k] for row in rows], types[k]) for k in turn]
    assert order_of(*columns).tolist() == np.lexsort(columns[::-1]).tolist()


def test_stretches_stand_side_by_side() -> None:
    """The numbers of each, an empty one too, and which stretch each number is of."""
    first, size = np.array([7, 0, 5, 7]), np.array([2, 0, 3, 1])
    of, numbers = ragged(first, size)
    assert of.tolist() == [0, 0, 2, 2, 2, 3]
    assert numbers.tolist() == stretches(first, size).tolist() == [7, 8, 5, 6, 7, 7]
    assert not len(stretches(first[:0], size[:0]))
