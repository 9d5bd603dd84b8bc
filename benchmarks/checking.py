"""Time of a check against large indexes: `python -m benchmarks.checking [CORPORA]`.

For each made corpus, an index of its articles is built (once: `DEDUPE_BENCH_DIR/CORPUS/index`).
What comes in is one article of some 800 words: a made article of another corpus, around a passage
of an accepted one of which every 25th word is changed. A sample is one process, from its start to
its exit; all rules are on. `warm` follows a check of the same article; before `cold` the pages of
the index are dropped from the cache, those of the interpreter and the libraries are not. Then a
thousand articles are added to a copy of the index.

Exit code 1 where the passage is not found, or a figure of `GOALS` is missed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from benchmarks import corpora, harness
from benchmarks.measured import Sample
from benchmarks.results import program

CORPORA = ("plain-10MB", "plain-100MB", "plain-300MB")
DEPTHS = ("fast", "standard")
WARM, COLD = 9, 5
EVERY = 25
"""One word in so many is changed."""
WORDS, PASSAGE, ADDED = 800, 100, 1000
GOALS = {"warm": 0.25, "cold": 0.6, "add": 3.0}
"""Seconds, for an index of a million passages and more."""
MEMORY = 150e6
"""Bytes that a check may hold."""


class Info(msgspec.Struct):
    """What is read of `index info`."""

    articles: int
    passages: int
    size_bytes: int
    text_bytes: int


def main(arguments: Sequence[str]) -> int:
    """Print a row for each corpus and depth."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("corpora", nargs="*", default=CORPORA, help="such as plain-100MB")
    head = ("index of", "passages", "size", "depth", "warm s", "cold s", "MB held", "add 1000 s")
    print("".join(f"{name:>12}" for name in head))
    missed = False
    for name in parser.parse_args(arguments).corpora:
        folder = corpora.materialise(name).folder
        index = indexed(folder)
        told = subprocess.check_output(program("index", "info", str(index), "-f", "json"))
        info = msgspec.json.decode(told, type=Info)
        added = add(index, folder)
        for depth in DEPTHS:
            with TemporaryDirectory() as place:
                incoming = Path(place) / "incoming.txt"
                incoming.write_text(article(folder), encoding="utf-8")
                command = check_command(incoming, index, depth)
                found = b'"DUP102"' in subprocess.check_output(command)
                warm = [sample(command) for _ in range(WARM)]
                cold = [sample(command, dropped=index) for _ in range(COLD)]
            seconds = {
                "warm": statistics.median(one.wall for one in warm),
                "cold": statistics.median(one.wall for one in cold),
                "add": added,
            }
            held = max(one.peak_rss_bytes for one in warm)
            size = info.size_bytes / info.text_bytes
            print(
                f"{name:>12}{info.passages:>12,}{size:>11.2f}x{depth:>12}"
                f"{seconds['warm']:>12.3f}{seconds['cold']:>12.3f}{held / 1e6:>12.0f}{added:>12.2f}"
                + ("" if found else "  THE COPY IS NOT FOUND")
            )
            slow = any(seconds[goal] > limit for goal, limit in GOALS.items())
            missed |= not found or slow or held > MEMORY
    return int(missed)


def indexed(folder: Path) -> Path:
    """The index of the articles of a folder."""
    index = folder.parent / "index"
    if not (index / "manifest.json").exists():
        subprocess.run(program("index", "build", str(index), str(folder), "--quiet"), check=True)
    return index


def article(folder: Path) -> str:
    """An article that comes in, with an edited passage of one of the folder."""
    other = corpora.materialise("mutants-10MB").folder
    own = [path.read_text("utf-8") for path in sorted(other.rglob("*.txt"))[:1]]
    accepted = sorted(folder.rglob("*.txt"))[1234].read_text("utf-8").split()
    words = " ".join(own).split()
    passage = accepted[40 : 40 + PASSAGE]
    passage[EVERY // 2 :: EVERY] = ["changed"] * len(passage[EVERY // 2 :: EVERY])
    rest = words[: WORDS - PASSAGE]
    middle = len(rest) // 2
    return "\n\n".join(" ".join(part) for part in (rest[:middle], passage, rest[middle:])) + "\n"


def check_command(incoming: Path, index: Path, depth: str) -> list[str]:
    """A check with all rules on."""
    return program(
        "check", str(incoming), "--index", str(index), "--depth", depth, "--fail-on", "never",
        "--output-format", "jsonl", "--quiet",
    )  # fmt: skip


def sample(command: Sequence[str], dropped: Path | None = None) -> Sample:
    """One process; the files of a folder are dropped from the page cache before."""
    if dropped is not None:
        for path in dropped.rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    os.fdatasync(file.fileno())
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return harness.time_process(command, {})


def add(index: Path, folder: Path) -> float:
    """Seconds in which a thousand articles are added to a copy of an index."""
    with TemporaryDirectory(dir=index.parent) as place:
        copy, new = Path(place) / "index", Path(place) / "new"
        shutil.copytree(index, copy)
        new.mkdir()
        for number, path in enumerate(sorted(folder.rglob("*.txt"))[:ADDED]):
            words = path.read_text("utf-8").split(" ")
            (new / f"{number}.txt").write_text(" ".join(words[::-1]), encoding="utf-8")
        return harness.time_process(
            program("index", "add", str(copy), str(new), "--quiet"), {}
        ).wall


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
