"""text-dedup: its MinHash command on a local data set, on all cores, with its faster hash."""

import pickle
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from datasets import Dataset

from benchmarks.engines.documents import BANDS, ROWS, WORDS, Pairs, run

OPTIONS = {
    "--column": "text",
    "--ngram": WORDS,
    "--num_perm": BANDS * ROWS,
    "--b": BANDS,
    "--r": ROWS,
    "--hash_func": "xxh3",
}


def pairs(texts: Sequence[str]) -> Pairs:
    """It keeps clusters, not what made them: every pair of a cluster."""
    with tempfile.TemporaryDirectory() as folder:
        Dataset.from_dict({"text": list(texts)}).save_to_disk(f"{folder}/texts")
        options = [str(word) for option in OPTIONS.items() for word in option]
        command = [sys.executable, "-m", "text_dedup.minhash", "--local", "--debug", *options]
        ends = ["--path", f"{folder}/texts", "--output", f"{folder}/kept"]
        subprocess.run([*command, *ends], check=True)
        with Path(folder, "kept", "uf.pkl").open("rb") as stream:
            union = pickle.load(stream)  # noqa: S301 - written a moment ago
    clusters = defaultdict(list)
    for member in sorted(union.parent):
        clusters[union.find(member)].append(member)
    for members in clusters.values():
        yield from combinations(members, 2)


if __name__ == "__main__":
    run(pairs)
