"""datatrove: the signatures and buckets of its MinHash pipeline with its defaults, on all cores.

The clusters and the filter that follow in its recipe are left out: buckets hold the pairs.
"""

import os
import struct
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets

from benchmarks.engines.documents import Pairs, run

CORES = os.cpu_count() or 1


class Reader:
    """The share of the texts that one task takes; the others' are between."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    def __call__(self, _: object, rank: int, world_size: int) -> Iterator[Document]:
        """Its documents, in order."""
        for number in range(rank, len(self.texts), world_size):
            yield Document(text=self.texts[number], id=str(number))


def pairs(texts: Sequence[str]) -> Pairs:
    """Pairs of neighbours in a bucket, each once."""
    config = MinhashConfig()
    with tempfile.TemporaryDirectory() as folder:
        signatures, buckets = f"{folder}/signatures", f"{folder}/buckets"
        steps = (
            ([Reader(texts), MinhashDedupSignature(signatures, config)], CORES),
            ([MinhashDedupBuckets(signatures, buckets, config=config)], config.num_buckets),
        )
        for number, (pipeline, tasks) in enumerate(steps):
            logs = f"{folder}/logs{number}"
            LocalPipelineExecutor(
                pipeline, tasks=tasks, workers=CORES, logging_dir=logs, start_method="fork"
            ).run()
        found = {
            (min(a, b), max(a, b))
            for path in Path(buckets).glob("*.dups")
            for file_a, row_a, file_b, row_b in struct.iter_unpack("<4I", path.read_bytes())
            for a, b in [(row_a * CORES + file_a, row_b * CORES + file_b)]
        }
    yield from sorted(found)


if __name__ == "__main__":
    run(pairs)
