"""text-dedup: its MinHash command on a local data set, on all cores, with its faster hash."""

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

from datasets import Dataset
from text_dedup import minhash

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
        ends = ["--path", f"{folder}/texts", "--output", f"{folder}/kept"]
        # In this process, where its clusters outlive it: on disk it leaves them as a pickle only.
        minhash.main(["--local", *options, *ends], standalone_mode=False)
    union = minhash.uf
    clusters = defaultdict(list)
    for member in sorted(union.parent):
        clusters[union.find(member)].append(member)
    for members in clusters.values():
        yield from combinations(members, 2)


if __name__ == "__main__":
    run(pairs)
