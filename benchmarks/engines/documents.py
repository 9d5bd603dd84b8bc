"""What engines share: they read files, cut shingles for the libraries that want them, write pairs.

An engine is run as `python -m benchmarks.engines.NAME FOLDER PAIRS`, by the Python of an
environment that holds the library and nothing of this project: only the standard library is at
hand here. PAIRS becomes JSON Lines, an array of two paths each.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

WORDS = 5
"""Of a shingle."""
BANDS, ROWS = 32, 4
"""Of 128 permutations: 99.98 % of the pairs with Jaccard .7 become candidates, 87 % of .5."""
SIMILARITY = 0.5
"""The least that is wanted: where a library estimates or counts it, pairs below are dropped."""

Pairs = Iterable[tuple[int, int]]


def shingles(text: str) -> set[str]:
    """Runs of five words in lower case; the fastest way found to cut them in Python."""
    words = re.findall(r"\w+", text.lower())
    return set(map(" ".join, zip(*(words[first:] for first in range(WORDS)), strict=False)))


def run(find: Callable[[Sequence[str]], Pairs]) -> None:
    """Read the texts of a folder, find pairs of them by number, and write those as paths."""
    folder, into = sys.argv[1:]
    paths = sorted(str(path) for path in Path(folder).rglob("*.txt"))
    texts = [Path(path).read_text("utf-8") for path in paths]
    with Path(into).open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps([paths[a], paths[b]]) + "\n" for a, b in find(texts))
