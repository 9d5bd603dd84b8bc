"""Every pair of texts, by their exact sets of shingles."""

from collections.abc import Sequence
from itertools import combinations

from benchmarks.engines.documents import SIMILARITY, Pairs, run, shingles


def pairs(texts: Sequence[str]) -> Pairs:
    """Those whose Jaccard similarity is high enough."""
    sets = [shingles(text) for text in texts]
    for (a, first), (b, second) in combinations(enumerate(sets), 2):
        shared = len(first & second)
        if shared and shared >= SIMILARITY * (len(first) + len(second) - shared):
            yield a, b


if __name__ == "__main__":
    run(pairs)
