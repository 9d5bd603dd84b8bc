"""Compare a check with a scan of everything: `python -m benchmarks.gate [CORPORA]`.

One article in five of each corpus comes in, by a hash of its path; the others are accepted. A scan
of all of them says what the two groups have in common, and a check against the index of the
accepted ones is to say the same. Of the matches of the scan between the groups, `same` is the share
that the check reports to the letter, `found` the share that it reports with half of both spans or
more; `more` is how many it reports beside them, as a share of the scan's. `flagged` is the share of
the incoming articles with a finding of a copy that have one in the check, too, originals being
accepted; and `stopped` how many it flags in all, by those.

Exit code 1 where less than `LEAST` of the matches is found, 2 where data are absent.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks import corpora
from benchmarks.results import Finding, MatchRow, Outputs, Range, program

CORPORA = ("pan13_train", "digitalgov")
DEPTHS = ("fast", "standard")
LEAST = {"fast": 0.995, "standard": 0.99}
"""Share of the matches to be found. At `fast` a passage with more than five equals in both groups
together meets some of them in a scan, and others in a check."""
ONE_IN = 5
COPIES = ("DUP101", "DUP102", "DUP104")
_SIDES = ("accepted", "incoming")


class Figures(NamedTuple):
    """How a check compares with a scan."""

    matches: int
    """Of the scan, between the groups"""
    same: float
    found: float
    more: float
    flagged: float
    stopped: float


def main() -> int:
    """Print how a check compares with a scan, a row for each corpus and depth."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate", description=main.__doc__)
    known = ", ".join(corpora.BUILDERS)
    parser.add_argument("corpora", nargs="*", help=f"of {known}; default {', '.join(CORPORA)}")
    options = parser.parse_args()
    try:
        chosen = [corpora.materialise(name) for name in options.corpora or CORPORA]
    except KeyError as error:
        parser.error(f"no corpus of that name: {error.args[0]}")
    except FileNotFoundError as error:
        parser.exit(2, f"{error}\n")
    print(f"{'corpus':<20}{'depth':<10}{'matches':>8}" + "".join(
        f"{name:>9}" for name in Figures._fields[1:]
    ))  # fmt: skip
    missed = False
    for corpus in chosen:
        root = split(corpus)
        for depth in DEPTHS:
            figures = compare(*both(root, depth))
            few = figures.found < LEAST[depth]
            missed |= few
            row = "".join(f"{100 * share:>8.2f}%" for share in figures[1:])
            verdict = f"found >= {100 * LEAST[depth]:g} % {'MISSED' if few else 'ok'}"
            print(f"{corpus.name:<20}{depth:<10}{figures.matches:>8,}{row}  {verdict}", flush=True)
    return int(missed)


def split(corpus: corpora.Corpus) -> Path:
    """A folder with the accepted articles of a corpus and the incoming ones."""
    root = corpora.bench_folder() / "gate" / corpus.name
    shutil.rmtree(root, ignore_errors=True)
    for source in corpora.list_files(corpus.folder):
        path = source.relative_to(corpus.folder)
        incoming = zlib.crc32(path.as_posix().encode()) % ONE_IN == 0
        target = root / _SIDES[incoming] / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    return root


def both(root: Path, depth: str) -> tuple[Outputs, Outputs]:
    """What a scan of both groups says, and a check of the incoming ones."""
    accepted, incoming = _SIDES
    _run(root, "index", "build", "index", accepted, "--force", "-q")
    outputs = []
    for command, paths in (("scan", _SIDES), ("check", (incoming, "--index", "index"))):
        into = root / f"{command}-{depth}"
        into.mkdir(exist_ok=True)
        formats = [f"--output={kind}:{into / kind}" for kind in ("matches", "jsonl")]
        arguments = (command, *paths, "--depth", depth, "--exit-zero", "--max-matches", "100")
        _run(root, *arguments, *formats, "-q")
        outputs.append(Outputs(root, into, " ".join(arguments)))
    scanned, checked = outputs
    return scanned, checked


def _run(root: Path, *arguments: str) -> None:
    done = subprocess.run(program(*arguments), cwd=root, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode()[-2000:]
        raise RuntimeError(f"dedupe {' '.join(arguments)}: exit code {done.returncode}: {said}")


def compare(scanned: Outputs, checked: Outputs) -> Figures:
    """What of the scan between the groups the check has said as well."""
    wanted, told = ([*_across(outputs.matches())] for outputs in (scanned, checked))
    by_articles = defaultdict(list)
    for match in told:
        by_articles[match[0].path, match[1].path].append(match)
    letters = {_key(match) for match in told}
    found = sum(
        any(_covers(match, other) for other in by_articles[match[0].path, match[1].path])
        for match in wanted
    )
    same = sum(_key(match) in letters for match in wanted)
    flagged = {f.path for f in scanned.findings() if _is_copy(f)}
    stopped = {f.path for f in checked.findings() if _is_copy(f)}
    return Figures(
        matches=len(wanted),
        same=same / max(len(wanted), 1),
        found=found / max(len(wanted), 1),
        more=(len(letters) - same) / max(len(wanted), 1),
        flagged=len(flagged & stopped) / max(len(flagged), 1),
        stopped=len(stopped) / max(len(flagged), 1),
    )


_Match = tuple[Range, Range, float]


def _across(matches: Sequence[MatchRow]) -> Iterator[_Match]:
    """Matches between the groups, the accepted side first."""
    for match in matches:
        sides = sorted((match.a, match.b), key=lambda side: side.path)
        if [side.path.partition("/")[0] for side in sides] == [*_SIDES]:
            yield sides[0], sides[1], match.similarity


def _key(match: _Match) -> tuple[object, ...]:
    a, b, similarity = match
    return a.path, a.start, a.end, b.path, b.start, b.end, similarity


def _covers(match: _Match, other: _Match) -> bool:
    """Whether two matches share half of the shorter span or more, on both sides."""
    for one, two in zip(match[:2], other[:2], strict=True):
        shared = min(one.end, two.end) - max(one.start, two.start)
        if 2 * shared < min(one.end - one.start, two.end - two.start):
            return False
    return True


def _is_copy(finding: Finding) -> bool:
    """Whether an incoming article is said to hold what stands in an accepted one."""
    return (
        finding.path.startswith("incoming/")
        and not set(COPIES).isdisjoint(finding.rules)
        and any(place.path.startswith("accepted/") for place in finding.places)
    )


if __name__ == "__main__":
    sys.exit(main())
