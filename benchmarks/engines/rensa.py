"""rensa: R-MinHash of the full sets of shingles, not its `rho` functions, which sample."""

from collections.abc import Sequence

from rensa import RMinHash, RMinHashLSH

from benchmarks.engines.documents import BANDS, ROWS, SIMILARITY, Pairs, run, shingles

SEED = 42


def pairs(texts: Sequence[str]) -> Pairs:
    """All are inserted, then all asked for, both in bulk; estimates of what the index proposes."""
    sets = (list(shingles(text)) for text in texts)
    signatures = RMinHash.from_token_sets(sets, BANDS * ROWS, SEED)
    index = RMinHashLSH(SIMILARITY, BANDS * ROWS, BANDS)
    index.insert_many(signatures)
    for b, candidates in enumerate(index.query_all(signatures)):
        for a in candidates:
            if a < b and signatures[a].jaccard(signatures[b]) >= SIMILARITY:
                yield a, b


if __name__ == "__main__":
    run(pairs)
