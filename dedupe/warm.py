"""Lists the kernels of a scan for `kernels.warming`: `python -m dedupe.warm FOLDER`."""

from __future__ import annotations

import sys

import msgspec

from dedupe import pipeline
from dedupe.config import Config
from dedupe.kernels import jit, warming


def main() -> None:
    """Scan a folder of text and Markdown in one thread, and write what was called."""
    pipeline.scan(sys.argv[1:], Config(jobs=1))
    rows = [msgspec.json.encode(row) for row in jit.LINKED]
    warming.PATH.write_bytes(b"[\n" + b",\n".join(rows) + b"\n]\n")
    sys.stdout.write(f"{warming.PATH.name}: {len(rows)} kernels\n")


if __name__ == "__main__":
    main()
