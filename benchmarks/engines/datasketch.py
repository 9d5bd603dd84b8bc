"""datasketch: MinHash signatures in bulk, an index of bands, estimates of what it proposes."""

from collections.abc import Sequence

from datasketch import MinHash, MinHashLSH

from benchmarks.engines.documents import BANDS, ROWS, SIMILARITY, Pairs, run, shingles


def pairs(texts: Sequence[str]) -> Pairs:
    """Each text is asked for before it is inserted, so that no pair comes twice."""
    sets = ([shingle.encode() for shingle in shingles(text)] for text in texts)
    signatures = list(MinHash.generator(sets, num_perm=BANDS * ROWS))
    index = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
    for b, signature in enumerate(signatures):
        for a in index.query(signature):
            if signature.jaccard(signatures[a]) >= SIMILARITY:
                yield a, b
        index.insert(b, signature, check_duplication=False)


if __name__ == "__main__":
    run(pairs)
