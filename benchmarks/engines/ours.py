"""dedupe: a whole scan with its report, then its matches of passages as pairs of articles.

Two articles are alike by the shingles that their matched passages share: passages of similarity s
have 2s / (1 + s) of their shingles in common, and a share c of both articles makes a Jaccard
similarity of c / (2 - c).
"""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks.engines.documents import SIMILARITY


def main() -> None:
    """Scan the folder, and write the pairs that are alike enough as a whole."""
    folder, into = sys.argv[1:]
    shared: defaultdict[tuple[str, str], float] = defaultdict(float)
    with tempfile.TemporaryDirectory() as results:
        command = [sys.executable, "-m", "dedupe", "scan", folder, "--depth", "fast", "-q"]
        formats = ["--output-format", "jsonl", f"--output=matches:{results}/matches"]
        with Path(results, "report").open("wb") as report:
            subprocess.run([*command, *formats], stdout=report, check=True)
        with Path(results, "matches").open("rb") as stream:
            for match in map(json.loads, stream):
                a, b = match["a"], match["b"]
                length = a["end"] - a["start"] + b["end"] - b["start"]
                similarity = match["similarity"]
                shared[a["path"], b["path"]] += length * 2 * similarity / (1 + similarity)
    with Path(into).open("w", encoding="utf-8") as stream:
        for (one, other), length in shared.items():
            share = length / sum(Path(path).stat().st_size for path in (one, other))
            if one != other and share / (2 - share) >= SIMILARITY:
                stream.write(json.dumps([one, other]) + "\n")


if __name__ == "__main__":
    main()
