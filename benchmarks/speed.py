"""Time the program as whole processes: `python -m benchmarks.speed [NAMES]`.

NAMES are groups or tasks of `definitions/`; without any, the group `curated`. The tasks of a round
run one after another and the rounds are repeated; `wc -w` runs in every round over the same files.
Compare ratios within a run: milliseconds differ between machines and between busy and quiet hours.
How a sample is taken stands in `harness`, why it is taken so in METHODOLOGY.md.

Tasks of a group whose data are absent are skipped, which is said; one that is asked for by name is
missed. Exit code 0 when every result is right and every goal is reached, 1 when one is not, 2 when
nothing can be measured, or a made corpus is not the pinned one.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import msgspec

from benchmarks import checks, corpora, definitions, harness, measured, records, series
from benchmarks.definitions import Definition
from benchmarks.harness import Task


def choose(names: Sequence[str], up_to: int = 10**9) -> list[Definition]:
    """The definitions of groups and tasks, in the order of the files, and what they refer to.

    Args:
        names: of groups and tasks.
        up_to: bytes of the largest made corpus that a group brings along; tasks are taken anyway.

    Raises:
        KeyError: a name is neither.
        ValueError: nothing is left.
    """
    groups = {name: definitions.group(name) for name in definitions.GROUPS}
    known = {d.name for group in groups.values() for d in group} | set(groups)
    if unknown := sorted(set(names) - known):
        raise KeyError(f"no group or task of that name: {', '.join(unknown)}")
    chosen: list[Definition] = []
    for name, group in groups.items():
        wanted = {
            d.name
            for d in group
            if d.name in names or (name in names and _made_bytes(d.corpus) <= up_to)
        }
        wanted |= {d.reference for d in group if d.name in wanted}
        chosen += [d for d in group if d.name in wanted]
    if not chosen:
        raise ValueError(
            f"nothing to measure: every task of {', '.join(names)} is larger than asked"
        )
    return chosen


def _made_bytes(corpus: str) -> int:
    made = corpora.made_corpus(corpus)
    return made[1] if made else 0


def present(chosen: Sequence[Definition], names: Sequence[str]) -> list[Definition]:
    """Leave out tasks of groups whose data are absent, and say so; those asked for by name stay.

    Raises FileNotFoundError when nothing else is left.
    """
    kept = []
    for definition in chosen:
        absent = corpora.absent(definition.corpus)
        if absent and definition.name not in names:
            print(f"skipped {definition.name}: {absent}", file=sys.stderr)
        else:
            kept.append(definition)
    if not kept:
        raise FileNotFoundError("nothing to measure: all data are absent")
    return kept


def add_choice(parser: argparse.ArgumentParser) -> None:
    """The arguments that `chosen` reads."""
    names_help = f"groups ({', '.join(definitions.GROUPS)}) or tasks; default curated"
    parser.add_argument("names", nargs="*", help=names_help, default=["curated"])
    size_help = "no larger made corpora of groups; default 1GB"
    parser.add_argument("--up-to", default="1GB", metavar="SIZE", help=size_help)


def chosen(options: argparse.Namespace) -> list[Definition]:
    """The definitions that were asked for and can be run here.

    Raises KeyError, ValueError, FileNotFoundError as `choose`, `corpora.bytes_of` and `present` do.
    """
    return present(choose(options.names, corpora.bytes_of(options.up_to)), options.names)


def check(tasks: Sequence[Task]) -> bool:
    """Run every task once and say whether its result is right; no times."""
    right = True
    for task in tasks:
        try:
            quality = harness.judge(task)[1]
        except checks.WrongResult as error:
            print(f"WRONG  {error}")
            right = False
        else:
            told = ", ".join(f"{name} {value:.3f}" for name, value in quality.items())
            print(f"right  {task.name}  {told}".rstrip())
    return right


def main() -> int:
    """Time, print, and say by the exit code whether every goal is reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=main.__doc__)
    add_choice(parser)
    parser.add_argument(
        "-n", "--rounds", type=int, default=records.LEAST_ROUNDS, help="samples of each task"
    )
    parser.add_argument("--check", action="store_true", help="judge results, take no times")
    parser.add_argument("--record", action="store_true", help="write a record of this revision")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write rows and samples as JSON")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds: at least 1")
    os.chdir(corpora.PROJECT)
    try:
        record = records.start(options.names, options.rounds) if options.record else None
        tasks = harness.prepare(chosen(options))
        if options.check:
            return 0 if check(tasks) else 1
        lines = harness.rounds(tasks, options.rounds)
    except (KeyError, ValueError) as error:
        parser.error(error.args[0])
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        parser.exit(2, f"{error}\n")
    except checks.WrongResult as error:
        parser.exit(1, f"{error}\n")
    rows = measured.rows(lines)
    sized = series.found(rows)
    print(f"{records.machine()['processor']}; median of {options.rounds} rounds")
    print("\n\n".join(filter(None, [measured.table(rows), series.table(sized)])))
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(rows)) + b"\n")
    if record:
        records.write(record, lines)
        print(record.folder)
    verdicts = chain.from_iterable([*(row.verdicts for row in rows), *(s.verdicts for s in sized)])
    return 0 if all(verdict.reached for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
