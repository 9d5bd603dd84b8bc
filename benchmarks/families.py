"""One passage in thousands of articles: it is one family, and takes no more than its share of time.

The passage has 60 words, and every article that holds it has other words in 2 % of it
(`generated.py`). The depth is the standard one.

- `family/whole`: share of the articles with the passage that lie in one cluster, the largest:
  articles with a finding of it, and articles that such a finding names as another place.
- `family/time`: CPU seconds of the process on 20,000 articles by those on the 10,000 that are the
  first half of them, the least of `ROUNDS` each.
"""

from __future__ import annotations

from collections import defaultdict

from benchmarks import corpora, generated, harness, results
from benchmarks.figures import Figure, share

SIZES = (10_000, 20_000)
ROUNDS = 2


def family_figures(*, reuse: bool = False) -> tuple[dict[str, Figure], str]:
    """Share of the members in the largest cluster, and growth of the time."""
    small, large = (corpora.materialise(f"family_{size}") for size in SIZES)
    outputs = results.scan(large.folder, large.name, reuse=reuse)
    clusters: defaultdict[str, set[str]] = defaultdict(set)
    for finding in outputs.findings():
        if finding.cluster is not None:
            paths = [finding.path, *(place.path for place in finding.places)]
            clusters[finding.cluster].update(large.id_of(path) for path in paths)
    members = {row.id for row in large.table("members", generated.Member)}
    found = [len(members & articles) for articles in clusters.values()]
    several = f"{sum(count > 0 for count in found)} clusters with members"
    low, high = (_cpu_seconds(corpus) for corpus in (small, large))
    return {
        "family/whole": share(max(found, default=0), len(members), several),
        "family/time": Figure(high / low, f"{low:.2f} s and {high:.2f} s"),
    }, outputs.command


def _cpu_seconds(corpus: corpora.Corpus) -> float:
    command = results.program("scan", str(corpus.folder), "--output-format", "jsonl", "-q")
    samples = [harness.time_process(command, {}) for _ in range(ROUNDS)]
    return min(sample.user + sample.system for sample in samples)
