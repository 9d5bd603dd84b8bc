from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedupe.medoids import medoids
from tests.strategies import distinct_words

WIDTH = 2


def medoids_of(components: list[list[list[int]]], pool: Executor) -> list[int]:
    """The place of the medoid in each component, of spans given as words."""
    spans = [np.array(span, np.uint32) for component in components for span in component]
    end = np.cumsum([len(span) for span in spans])
    start = end - [len(span) for span in spans]
    first = np.cumsum([0, *map(len, components)])
    found = medoids(np.concatenate(spans), start, end, first, WIDTH, pool) - first[:-1]
    return list(map(int, found))


def test_medoid_is_what_most_have_in_common(rng: np.random.Generator, pool: Executor) -> None:
    """A text between two halves is nearer to either than these are to each other."""
    words = distinct_words(rng, 40).tolist()
    left, both, right = words[:12], words[:24], words[12:24]
    assert medoids_of([[left, both, right], [right, left, both]], pool) == [1, 2]


def test_of_equals_the_first_is_the_medoid(rng: np.random.Generator, pool: Executor) -> None:
    """The same text thrice, and one that nothing is like."""
    same, other = np.split(distinct_words(rng, 20), 2)
    texts = [other.tolist(), *[same.tolist()] * 3]
    assert medoids_of([texts], pool) == [1]


@given(
    st.lists(
        st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=8), min_size=1, max_size=5),
        min_size=1,
        max_size=4,
    )
)
def test_medoids_are_those_of_sets(components: list[list[list[int]]]) -> None:
    """Overlap with all of the component by counts of sets, whatever stands beside it."""
    expected = []
    for texts in components:
        runs = [set(pairwise(text)) for text in texts]
        mean = sum(map(len, runs)) / len(runs)
        scores = []
        for own in runs:
            overlap = sum(len(own & other) for other in runs) / len(runs)
            scores.append(round(overlap / max(len(own) + mean - overlap, 1e-9), 9))
        expected.append(scores.index(max(scores)))
    with ThreadPoolExecutor(2) as pool:
        assert medoids_of(components, pool) == expected
