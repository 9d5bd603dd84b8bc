"""gaoya: raw texts into an index that cuts shingles itself, in threads; then all are asked for."""

from collections.abc import Sequence

from gaoya.minhash import MinHashStringIndex

from benchmarks.engines.documents import BANDS, ROWS, SIMILARITY, WORDS, Pairs, run


def pairs(texts: Sequence[str]) -> Pairs:
    """It drops by itself what its estimate finds too different."""
    index = MinHashStringIndex(
        hash_size=32,
        jaccard_threshold=SIMILARITY,
        num_bands=BANDS,
        band_size=ROWS,
        analyzer="word",
        lowercase=True,
        ngram_range=(WORDS, WORDS),
        id_container="smallvec",
    )
    index.par_bulk_insert_docs(list(range(len(texts))), texts)
    for b, candidates in enumerate(index.par_bulk_query(texts)):
        yield from ((a, b) for a in candidates if a < b)


if __name__ == "__main__":
    run(pairs)
