"""Make the table of how rare stems are: `python -m dedupe.make_rarity [--data DIR]`.

Counted over `slopscore` (texts of language models, MIT) and `digitalgov` (posts of people, CC0),
and nothing else. The same data give the same bytes. See `rarity`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np

from dedupe.arrays import U32
from dedupe.filler.archive import write_arrays
from dedupe.make_model import ESSAYS, POSTS, PROJECT, read_documents
from dedupe.rarity import MOST_RARE, RARITY
from dedupe.sources import text_batch
from dedupe.stems import stem
from dedupe.tokens import tokenise

STEPS = 16
"""Steps of a nat."""
FEWEST = 2
"""Articles that hold a stem that is listed; the others are as rare as can be."""
BATCH = 500
"""Texts that are read at once."""


def rarities(texts: list[str]) -> dict[str, np.ndarray]:
    """Stems that stand in several texts, ascending, and the information of each in steps.

    Raises ValueError where there are no texts.
    """
    held = [np.unique(words) for words in _stems(texts)]
    stems, count = np.unique(np.concatenate(held), return_counts=True)
    stems, count = stems[count >= FEWEST], count[count >= FEWEST]
    nats = np.minimum(np.log(len(texts) / count), MOST_RARE)
    return {"stem": stems, "sixteenths": np.round(nats * STEPS).astype(np.uint8)}


def _stems(texts: list[str]) -> Iterable[U32]:
    """The stems of each text."""
    for at in range(0, len(texts), BATCH):
        batch = text_batch(texts[at : at + BATCH], markdown=True)
        words = tokenise(batch)
        found = stem(batch, words)
        blocks = np.searchsorted(batch.blocks.article, np.arange(len(batch.start) + 1))
        edges = words.sentence[words.block[blocks]].tolist()
        yield from (found[low:high] for low, high in pairwise(edges))


def main() -> None:
    """Count, and write the table where the program finds it."""
    data = os.environ.get("DEDUPE_DATA") or PROJECT.parent / "shared" / "data"
    parser = argparse.ArgumentParser(prog="python -m dedupe.make_rarity", description=main.__doc__)
    parser.add_argument("--data", type=Path, default=Path(data), help="folder of the data sets")
    parser.add_argument("--output", type=Path, default=RARITY, help="the file")
    options = parser.parse_args()
    documents = [d for name in (ESSAYS, POSTS) for d in read_documents(options.data / name)]
    arrays = rarities([document.text for document in documents])
    write_arrays(options.output, arrays)
    sys.stdout.write(f"{options.output}: {len(arrays['stem']):,} stems\n")


if __name__ == "__main__":
    main()
