"""Time of a check against large indexes: `python -m benchmarks.checking [CORPORA]`.

For each made corpus, an index of its articles is built (once: `DEDUPE_BENCH_DIR/CORPUS/index`).
What comes in is one article of some 800 words: a made article of another corpus, around a passage
of an accepted one of which every 25th word is changed. A sample is one process, from its start to
its exit; all rules are on. `warm` is the median of `WARM` checks of the same article, which follow
one that is not counted; before each of the `COLD` samples of `cold` the pages of the index are
dropped from the cache, those of the interpreter and the libraries are not. Then a thousand articles
are added to a copy of the index, once.

Every figure has its verdict, `ok` or `MISSED`. Exit code 1 where the passage is not found or a goal
is missed, 2 where a corpus is not the pinned one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from benchmarks import corpora, harness, keeping, pinned, records
from benchmarks.measured import MEGABYTE, Sample
from benchmarks.results import program

CORPORA = ("plain-10MB", "plain-100MB", "plain-300MB")
ADDED_FROM = "mutants-10MB"
"""From which articles are added."""
DEPTHS = ("fast", "standard")
WARM, COLD = 9, 5
EVERY = 25
"""One word in so many is changed."""
WORDS, PASSAGE, ADDED = 800, 100, 1000
ACCEPTED = 1234
"""Number of the article that the passage is from."""
GOALS = {"warm s": 0.25, "cold s": 0.6, "MB held": 150, "add 1000 s": 3.0}
"""The most of each figure, for an index of a million passages and more; MB of 10^6 bytes."""


class Info(msgspec.Struct):
    """What is read of `index info`."""

    passages: int
    size_bytes: int
    text_bytes: int


def main() -> int:
    """Time checks, print a row for each corpus and depth, and say whether every goal is reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checking", description=main.__doc__)
    corpora_help = f"such as plain-100MB; default {', '.join(CORPORA)}"
    parser.add_argument("corpora", nargs="*", default=CORPORA, help=corpora_help)
    options = parser.parse_args()
    if unknown := sorted(name for name in options.corpora if not corpora.made_corpus(name)):
        parser.error(f"no made corpus of that name: {', '.join(unknown)}")
    print(keeping.listed(records.machine()), end="\n\n")
    print(f"medians of {WARM} warm and {COLD} cold samples")
    head = ("index of", "passages", "size", "depth")
    print("".join(f"{name:>12}" for name in head) + "".join(f"{name:>18}" for name in GOALS))
    reached = True
    try:
        for name in options.corpora:
            for row, good in rows(name):
                print(row, flush=True)
                reached &= good
    except ValueError as error:
        parser.exit(2, f"{error}\n")
    return int(not reached)


def rows(name: str) -> Iterator[tuple[str, bool]]:
    """The row of every depth for one corpus, and whether its goals are reached.

    Raises ValueError where the corpus is not the pinned one.
    """
    folder = pinned.ready(name).folder
    index = indexed(folder)
    told = subprocess.check_output(program("index", "info", str(index), "-f", "json"))
    info = msgspec.json.decode(told, type=Info)
    size = f"{info.size_bytes / info.text_bytes:.2f}x"
    added = add(index, folder)
    for depth in DEPTHS:
        with TemporaryDirectory() as place:
            incoming = Path(place) / "incoming.txt"
            incoming.write_text(article(folder), encoding="utf-8")
            command = check_command(incoming, index, depth)
            found = b'"DUP102"' in subprocess.check_output(command)
            warm = [sample(command) for _ in range(WARM)]
            cold = [sample(command, dropped=index) for _ in range(COLD)]
        cells, good = judged({
            "warm s": statistics.median(one.wall for one in warm),
            "cold s": statistics.median(one.wall for one in cold),
            "MB held": max(one.peak_rss_bytes for one in warm) / MEGABYTE,
            "add 1000 s": added,
        })  # fmt: skip
        row = f"{name:>12}{info.passages:>12,}{size:>12}{depth:>12}{cells}"
        yield row + ("" if found else "  THE COPY IS NOT FOUND"), found and good


def judged(figures: Mapping[str, float]) -> tuple[str, bool]:
    """The cells of some figures, each with its verdict, and whether all reach their goals."""
    verdicts = {name: figures[name] <= most for name, most in GOALS.items()}
    cells = (
        f"{figures[name]:>11.3f} {'ok' if good else 'MISSED':6}" for name, good in verdicts.items()
    )
    return "".join(cells).rstrip(), all(verdicts.values())


def indexed(folder: Path) -> Path:
    """The index of the articles of a folder."""
    index = folder.parent / "index"
    if not (index / "manifest.json").exists():
        subprocess.run(program("index", "build", str(index), str(folder), "--quiet"), check=True)
    return index


def article(folder: Path) -> str:
    """An article that comes in, with an edited passage of one of the folder."""
    other = pinned.ready(ADDED_FROM).folder
    own = [path.read_text("utf-8") for path in sorted(other.rglob("*.txt"))[:1]]
    paths = sorted(folder.rglob("*.txt"))
    accepted = paths[ACCEPTED % len(paths)].read_text("utf-8").split()
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
    sys.exit(main())
