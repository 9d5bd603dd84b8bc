"""Lists the kernels of the program for `kernels.warming`: `python -m dedupe.warm FOLDER`."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from dedupe import pipeline
from dedupe.config import Config, Matching
from dedupe.kernels import bundle, jit
from dedupe.rows import write_rows


def main() -> None:
    """Scan a folder of text and Markdown in one thread, then run the other commands on it.

    What is called after the first scan stands first in the list: it is compiled beside it last.
    """
    folder = sys.argv[1]
    result = pipeline.scan([folder], Config(jobs=1))
    write_rows(result.findings, io.BytesIO())
    first = len(jit.LINKED)
    _others(folder)
    kernels = jit.LINKED[first:] + jit.LINKED[:first]
    rows = [msgspec.json.encode(row) for row in kernels]
    bundle.LIST.write_bytes(b"[\n" + b",\n".join(rows) + b"\n]\n")
    sys.stdout.write(f"{bundle.LIST.name}: {len(rows)} kernels\n")


def _others(folder: str) -> None:
    fast = Config(jobs=1, matching=Matching(depth="fast"))
    deep = Config(jobs=1, matching=Matching(depth="deep"))
    for settings in (fast, deep, Config(jobs=1, memory_limit=1)):
        pipeline.scan([folder], settings)
    with TemporaryDirectory() as parent:
        index = Path(parent, "index")
        pipeline.build_index(index, [folder], Config(jobs=1), 0, text=False, force=False)
        for settings in (fast, Config(jobs=1)):
            pipeline.check([folder], msgspec.structs.replace(settings, index=str(index)))
    one, other, *_ = sorted(str(path) for path in Path(folder).rglob("*.md"))
    pipeline.compare(one, other, Config(jobs=1))
    pipeline.explain(one, None, [folder], Config(jobs=1))


if __name__ == "__main__":
    main()
