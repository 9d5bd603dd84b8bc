"""near-dupes: its one call with its defaults, 3 characters a shingle and similarity .85."""

from collections.abc import Sequence

import near_dupes

from benchmarks.engines.documents import Pairs, run


def pairs(texts: Sequence[str]) -> Pairs:
    """Pairs that it has proven exactly."""
    found = near_dupes.find_duplicates(list(texts), kind="text")
    yield from ((a, b) for a, b, _ in found.pairs)


if __name__ == "__main__":
    run(pairs)
