"""Build `words.npz`: the words as which a word with digits inside may be read ("m0ney").

`python -m dedupe.kernels.make_words FILE...` takes texts as JSON Lines, compressed with gzip, and
keeps the hashes of the words in small letters that stand in many of them. The shipped file was made
of the sets `digitalgov` (CC0) and `slopscore` (MIT). It is kept apart from the filler model because
the hash of a word must not change with a model.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from dedupe.kernels.words import hash_words

PATH = Path(__file__).with_name("words.npz")
LEAST_TEXTS = 5
"""Texts in which a word must stand; a typing error stands in few."""
OFTEN_DISGUISED = """
amazon bitcoin casino cialis crypto escort facebook google hacker instagram levitra microsoft
netflix noob paypal phentermine porn sexy telegram tramadol viagra whatsapp xanax
"""
"""Words that are known for it, and stand in few or no essays."""
_WORD = re.compile(r"(?<![\w'’/.@-])[a-z]{4,20}(?![\w'’/@-])")


def main() -> None:
    """Count words and write the gaps between their sorted hashes."""
    texts: Counter[str] = Counter()
    for path in sys.argv[1:]:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                texts.update(set(_WORD.findall(json.loads(line)["text"])))
    words = sorted(
        {word for word, count in texts.items() if count >= LEAST_TEXTS} | {*OFTEN_DISGUISED.split()}
    )
    hashes = np.unique(hash_words(words))
    np.savez(PATH, gaps=np.diff(hashes, prepend=np.uint32(0)))
    sys.stdout.write(f"{PATH.name}: {len(words)} words\n")


if __name__ == "__main__":
    main()
