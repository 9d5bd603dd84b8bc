"""Bands of the LSH: how many of how many rows, and the keys of the passages of a corpus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedupe.tables import I32, U8, U32, U64, Bool


@dataclass(frozen=True, slots=True)
class Banding:
    """B bands of R rows; two sketches collide when all rows of one band agree."""

    bands: int
    rows: int

    @property
    def columns(self) -> int:
        """Columns of the sketch that are used."""
        return self.bands * self.rows

    def chance(self, similarity: float) -> float:
        """Probability that a pair of this Jaccard similarity becomes a candidate.

        1 - (1 - J^R)^B: Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, section 3.4.2.
        """
        return float(1.0 - (1.0 - similarity**self.rows) ** self.bands)


ROWS = 2
"""Exact proof is so cheap (0.3 us) that few rows and some false candidates win: 8 x 2 takes half
the time of 32 x 4 behind the tokens, and finds more."""


def choose(similarity: float, missed: float) -> Banding:
    """The fewest bands that miss at most the share `missed` of pairs of a Jaccard similarity.

    Raises ValueError for a similarity outside (0, 1] or an error rate outside (0, 1).
    """
    if not 0.0 < similarity <= 1.0 or not 0.0 < missed < 1.0:
        raise ValueError(f"no banding for similarity {similarity} and error rate {missed}")
    bands = 1
    while (1.0 - similarity**ROWS) ** bands > missed and bands < 64:
        bands += 1
    return Banding(bands, ROWS)


def sorted_band(keys: U32, band: int, use: I32, index_bits: int, out: U64) -> None:
    """Write the entries (E,) of one band, sorted so that colliding passages stand together.

    keys: (bands, P); use: (E,) passages. An entry is the key, as many bits of the next band's key
    as fit, and the passage: so the most similar members of a bucket become neighbours, with one
    sort of plain numbers, the fastest there is (6 ns an entry; a radix sort takes 9, a hash
    table 14).
    """
    from dedupe.kernels.joining import pack_band

    pack_band(keys[band], keys[(band + 1) % len(keys)], use, index_bits, out)
    out.sort()


def usable(kind: U8, representative: I32) -> Bool:
    """Passages that take part in the bands: with shingles, and the first of their equals."""
    taking_part: Bool = (kind > 0) & (representative == np.arange(len(kind), dtype=np.int32))
    return taking_part
