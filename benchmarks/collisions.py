"""Search the runs of five words with which `synthetic` attacks the bands of the program.

`python -m benchmarks.collisions` prints, for each band, the run whose shingle has the smallest
value under both permutations of it, of 48 million runs of frequent words. Whoever knows hash and
permutations, and both are public, can do this: a passage that holds the run has it for its
minimum, so all such passages share a key, whatever else they say.
"""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks.synthetic.words import COMMON
from dedupe.arrays import U32
from dedupe.bands import choose
from dedupe.sketches import band_sketches, shingles
from tests import naive

ROUNDS, RUNS = 12, 4_000_000


def values(runs: U32, bands: int) -> U32:
    """The larger of both values of each band for runs of word hashes (N, 5), shape (N, bands)."""
    at = np.arange(0, runs.size, 5, dtype=np.int32)
    sketches = band_sketches(shingles(np.ascontiguousarray(runs).ravel()), at, at + 1, bands)
    half = sketches.shape[1] // 2
    return np.maximum(sketches[:, :bands], sketches[:, half : half + bands])


def main() -> None:
    """Print a run for each band, smallest values of all rounds."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.collisions", description=main.__doc__
    )
    parser.parse_args()
    words = COMMON.split()
    hashes = np.array([naive.word_hash(word.encode()) for word in words], np.uint32)
    generator = np.random.default_rng(1)
    bands = choose(0.5, 0.1).bands
    least = np.full(bands, 1 << 32)
    found = [""] * bands
    for _ in range(ROUNDS):
        runs = generator.integers(0, len(words), (RUNS, 5))
        value = values(hashes[runs], bands)
        for band, at in enumerate(value.argmin(axis=0).tolist()):
            if value[at, band] < least[band]:
                least[band] = value[at, band]
                found[band] = " ".join(words[word] for word in runs[at])
    for run, value_of in zip(found, least, strict=True):
        print(f"{run}  # {value_of / 2**32:.6f}")


if __name__ == "__main__":
    main()
