"""Print every quality figure beside its goal: `python -m benchmarks.quality [GROUPS]`.

Exit code 0 when every figure that must reach its goal does, 1 when one does not, is absent from a
group that ran, or a scan fails, 2 for a usage error. Groups whose data are absent are named and
left out of the verdict. `--record` keeps `quality.json` and `quality.md`.
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks import (
    agreement,
    answers,
    closings,
    copies,
    cost,
    edits,
    families,
    forms,
    generated,
    gold,
    keeping,
    labels,
    mutations,
    passages,
    people,
    recall,
    records,
    templates,
)
from benchmarks.figures import Figure


class Goal(NamedTuple):
    """What a figure has to reach."""

    figure: str
    says: str
    at_least: float | None = None
    at_most: float | None = None
    must: bool = True
    """False: an aim; printed, but missing it does not fail the run."""

    def reached(self, value: float) -> bool:
        """Whether the value keeps both limits; not a number keeps none."""
        low = -math.inf if self.at_least is None else self.at_least
        high = math.inf if self.at_most is None else self.at_most
        return low <= value <= high

    def limits(self) -> str:
        """The limits as text; empty for a figure that is only reported."""
        low = "" if self.at_least is None else f">= {self.at_least:g}"
        high = "" if self.at_most is None else f"<= {self.at_most:g}"
        return f"{low} {high}".strip()


GOALS = (
    Goal("seeds/000/FIL301", "000: conclusion that opens with its cue", 1),
    Goal("seeds/000/FIL303", "000: several low-information paragraphs", 2),
    Goal("seeds/000/wrong", "000: substantive paragraphs warned of", at_most=0),
    Goal("seeds/000/debatable", "000: the same, where the label could be filler too"),
    Goal("seeds/001/FIL302", "001: conclusion without any cue", 1),
    Goal("seeds/001/LNK502", "001: unlinked source", 1),
    Goal("seeds/002/KEY401", "002: keyword stuffing", 1),
    Goal("seeds/002/stuffed phrases", "002: both stuffed phrases are named", 2),
    Goal("seeds/002/KEY402", "002: key phrases alone on lines", 1),
    Goal("seeds/002/TPL203", "002: generic headings", 2),
    Goal("seeds/002/FIL301", "002: conclusion that opens with its cue", 1),
    Goal("seeds/002/FIL308", "002: almost everything is filler", 1),
    Goal("seeds/003/TPL206", "003: title printed again, twice", 2),
    Goal("seeds/003/TPL202", "003: headings that are leaked prompt", 6),
    Goal("seeds/003/TPL207", "003: takeaway list", 1),
    Goal("seeds/003/LNK501", "003: home pages as references", 1),
    Goal("seeds/003/TPL205", "003: field left empty", 1),
    Goal("seeds/004/FIL301", "004: conclusion that opens with its cue", 1),
    Goal("seeds/004/FIL303", "004: several low-information paragraphs", 2),
    Goal("seeds/004/quiet paragraphs", "004: paragraphs without a warning", 1),
    Goal("seeds/copies", "copies between the five articles", at_most=0),
    Goal("seeds/auc all", "AUC, filler against substantive", 0.88),
    Goal("seeds/auc clear", "AUC, clear labels only", 0.85, must=False),
    Goal("seeds/ece all", "calibration error"),
    Goal("seeds/ece clear", "calibration error, clear labels only"),
    Goal("seeds/FIL303 found", "filler paragraphs with FIL303", 0.63),
    Goal("seeds/FIL303 wrong", "substantive paragraphs with FIL303", at_most=1),
    Goal("seeds/headings", "templated headings found", 1),
    Goal("seeds/headings wrong", "substantive headings flagged", at_most=0),
    Goal("paragraphs/clustered", "pairs with J >= .75 found, direct or in a cluster", 0.98),
    Goal("paragraphs/direct", "the same, by one match"),
    Goal("paragraphs/connected", "the same, by a chain of matches"),
    Goal("paragraphs/every", "the first, with pairs that are markup or under 12 words"),
    Goal("paragraphs/inside", "pairs inside one article, by one match"),
    Goal("planted/1", "copies of 1 sentence, both spans right"),
    Goal("planted/2", "2 sentences", 0.90),
    *(Goal(f"planted/{m}", f"{m} sentences", 0.97) for m in range(3, 11)),
    Goal("planted/3+", "3 sentences or more", 0.97),
    Goal("pan/no-obfuscation", "plagdet, unedited copies", 0.97),
    Goal("pan/random", "plagdet, words shuffled and replaced", 0.93),
    Goal("pan/translation", "plagdet, translated there and back", 0.93),
    Goal("pan/summary", "plagdet, summaries"),
    Goal("pan/all", "plagdet, all types", 0.917),
    Goal("pan/false pairs", "judged negatives with a match", at_most=0.002),
    Goal("fast/no-obfuscation", "depth fast: plagdet, unedited copies", 0.93),
    Goal("fast/all", "depth fast: plagdet, all types"),
    Goal("fast/false pairs", "depth fast: judged negatives with a match", at_most=0.005),
    Goal("deep/summary", "depth deep: plagdet, summaries"),
    Goal("deep/all", "depth deep: plagdet, all types", 0.935),
    Goal("deep/false pairs", "depth deep: judged negatives with a match", at_most=0.002),
    Goal("grown/all", "plagdet, all types, among twice as much other text", 0.912),
    Goal("grown/false pairs", "the same: judged negatives with a match", at_most=0.002),
    Goal("short answers/cut", "copied and shortened answers found, of 19", 17),
    Goal("short answers/light", "lightly revised answers found, of 19", 19),
    Goal("short answers/heavy", "heavily revised answers found, of 19", 17),
    Goal("short answers/none", "independent answers matched with the source, of 38", at_most=1),
    Goal("short answers/same topic", "independent answers matched with each other", at_most=6),
    *(
        Goal(f"templates/planted {s}-{run}", f"{s:.0%} fixed in runs of {run} words", 0.95)
        for s, run in forms.SETTINGS
    ),
    Goal("templates/slots", "F1 of slots, 8 members", 0.95),
    Goal("templates/instances", "recurring paragraphs in a reported template", 0.95),
    Goal("templates/families", "F1 of pairs: in one template against alike", 0.92, must=False),
    Goal("templates/pure", "pairs in one template that are alike"),
    Goal("templates/complete", "alike pairs that are in one template"),
    Goal("templates/order", "pairs in one template under other file names", 1),
    Goal("gold/copies DUP101", "own seeds: copied articles found", 1.0),
    Goal("gold/copies DUP102", "own seeds: copied passages found", 1.0),
    Goal("gold/copies DUP103", "own seeds: repeated passages found", 1.0, must=False),
    Goal("gold/copies DUP104", "own seeds: reworded passages found", 1.0),
    Goal("gold/recall", "own seeds: expected findings found", 0.95),
    Goal("gold/precision", "own seeds: findings that were expected", 0.95),
    Goal("agreement/kappa", "own seeds, two passes: agreement on all labels", 0.8),
    Goal("agreement/filler", "own seeds, two passes: agreement on filler", 0.8),
    Goal("gold/honest", "own seeds: warnings on honest articles", at_most=0),
    *(
        Goal(f"mutations/{name}", f"own seeds, {name}: copies kept", 1.0)
        for name in mutations.MUTATIONS
    ),
    *(
        Goal(f"recall/{j:.1f}", f"copies with J = {j:.1f} found", 0.99 if j >= 0.7 else None)
        for j in generated.SIMILARITIES
    ),
    Goal("recall/exact", "matches whose similarity is exact", 1),
    Goal("family/whole", "articles with one passage, 5,000, in one cluster", 0.99),
    Goal("family/time", "CPU time of 20,000 articles by that of 10,000", at_most=2.2),
    Goal("human/warned", "human paragraphs with a FIL warning", at_most=0.02),
    Goal("human/FIL303", "the same, FIL303 alone", at_most=0.025, must=False),
    Goal("filler/auc filler", "AUC, filler against substantive", 0.85),
    Goal("filler/auc template", "AUC, template against substantive"),
    Goal("filler/ece", "calibration error, filler against substantive"),
    Goal("closings/auc", "AUC of endings, cue masked, unseen models, prompts", 0.93),
    Goal("closings/auc no cue", "the same, paragraphs without a cue", 0.92),
    Goal("closings/found", "cue-less endings over the limit of 1 % of posts", 0.85),
    Goal("closings/named", "cue-less endings with FIL301 or FIL302"),
    Goal("closings/last", "endings over the default limit of the score"),
    Goal("closings/body", "other paragraphs over the default limit"),
    Goal("closings/auc all", "AUC of endings, cue masked, unseen prompts"),
    Goal("closings/auc no cue all", "the same, paragraphs without a cue"),
    Goal("closings/found all", "cue-less endings over the limit of 1 % of posts", 0.71),
    Goal("closings/named all", "cue-less endings with FIL301 or FIL302"),
    Goal("closings/last all", "endings over the default limit of the score"),
    Goal("closings/body all", "other paragraphs over the default limit"),
    Goal("halves/default", "human paragraphs warned of, limits of others", at_most=0.02),
    Goal("halves/strict", "the same at strict", at_most=0.005),
    Goal("students/students", "paragraphs of students over the default limit"),
    Goal("students/sources", "the same, of an encyclopedia"),
    Goal("students/posts", "the same, of human posts (which set the limit)"),
    Goal("edits/cue", "endings that lose less than 20 % with their cue", 1),
    Goal("edits/names", "paragraphs that keep their score under other names", 0.95),
    Goal("edits/facts", "paragraphs that lose by three facts", 1),
    Goal("edits/facts below limit", "the same, so much that they pass"),
    Goal("labels/auc", "AUC, development labels"),
    Goal("labels/ece", "the same: calibration error", at_most=0.05),
    Goal("cost/scoring", "CPU time of scoring by that of a scan without", at_most=0.25),
    Goal("cost/scoring and rules", "the same, with the rules", at_most=0.25),
    Goal("cost/stage", "MB/s and core, words known", 50),
    Goal("cost/alone", "MB/s and core, with finding the words", 50),
)
"""Every figure in the order of the table. One without a limit is only reported; figures that are
not listed (single rules, labels, sets of labels) follow their group, without a goal."""


def in_process(
    figures: Callable[[], dict[str, Figure]],
) -> Callable[..., tuple[dict[str, Figure], str]]:
    """A group that runs no command whose results could be taken again."""
    return lambda *, reuse: (figures(), "")  # noqa: ARG005 - the signature of a group


GROUPS: dict[str, Callable[..., tuple[dict[str, Figure], str]]] = {
    "seeds": labels.seeds_figures,
    "paragraphs": copies.paragraph_figures,
    "planted": copies.planted_figures,
    "pan": copies.pan_figures,
    "fast": copies.fast_figures,
    "deep": copies.deep_figures,
    "grown": copies.grown_figures,
    "short answers": answers.answer_figures,
    "templates": templates.template_figures,
    "gold": gold.gold_figures,
    "agreement": in_process(agreement.agreement_figures),
    "mutations": mutations.mutation_figures,
    "recall": recall.recall_figures,
    "family": families.family_figures,
    "human": labels.human_figures,
    "filler": labels.filler_figures,
    "closings": in_process(closings.closings_figures),
    "halves": in_process(people.halves_figures),
    "students": in_process(people.students_figures),
    "edits": in_process(edits.edits_figures),
    "labels": in_process(passages.labels_figures),
    "cost": in_process(cost.cost_figures),
}
_FINDINGS = re.compile(r"seeds/\d{3}/[A-Z]{3}\d{3}")
"""Figures that count the findings of a rule, and are absent where it has none."""
SKIPPED = "skipped: data absent"
LISTED_IN_FULL = ("agreement", "gold", "human", "halves", "labels")


class Row(msgspec.Struct):
    """One line of the table, and of the JSON file."""

    figure: str
    says: str
    value: float | None
    goal: str
    verdict: str
    note: str
    command: str


def rows_of(group: str, figures: dict[str, Figure], command: str) -> list[Row]:
    """The figures of a group with their goals, in the order of the goals."""
    goals = [goal for goal in GOALS if goal.figure.split("/")[0] == group]
    listed = {goal.figure for goal in goals}
    if group in LISTED_IN_FULL:
        goals += [Goal(name, "") for name in figures if name not in listed]
    return [_row(goal, figures.get(goal.figure), command) for goal in goals]


def _row(goal: Goal, figure: Figure | None, command: str) -> Row:
    if figure is None and _FINDINGS.fullmatch(goal.figure):
        figure = Figure(0)
    value = figure.value if figure else None
    if not goal.limits():
        verdict = ""
    elif value is not None and goal.reached(value):
        verdict = "ok"
    else:
        verdict = "MISSED" if goal.must else "below aim"
    note = figure.note if figure else "not measured"
    return Row(goal.figure, goal.says, value, goal.limits(), verdict, note, command)


def measure(group: str, *, reuse: bool) -> list[Row]:
    """Run one group; a failed run is one missed row, absent data one row without a verdict."""
    try:
        figures, command = GROUPS[group](reuse=reuse)
    except FileNotFoundError as error:
        return [Row(group, SKIPPED, None, "", "", str(error), "")]
    except (RuntimeError, msgspec.MsgspecError, KeyError) as error:
        return [Row(group, "failed", None, "", "MISSED", f"{type(error).__name__}: {error}", "")]
    return rows_of(group, figures, command)


def table(rows: list[Row]) -> str:
    """The rows as aligned text, each group under the command that made it."""
    lines, command = [], None
    for row in rows:
        if row.command != command:
            command = row.command
            lines += ["", f"$ {command}" if command else ""]
        line = f"{row.figure:26} {_shown(row.value):>8}  {row.goal:9} {row.verdict:9} {row.says}"
        lines.append(f"{line}  [{row.note}]" if row.note else line)
    return "\n".join(lines).strip("\n")


def told(rows: Sequence[Row]) -> str:
    """The last line: which goals are missed, and which groups did not run."""
    missed = [row.figure for row in rows if row.verdict == "MISSED"]
    skipped = [row.figure for row in rows if row.says == SKIPPED]
    said = [f"missed: {', '.join(missed)}" if missed else "every goal of what ran is reached"]
    return "; ".join([*said, f"did not run: {', '.join(skipped)}"] if skipped else said)


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a table, the commands below."""
    head = ("figure", "value", "goal", "verdict", "says", "note")
    cells = [
        (row.figure, _shown(row.value), row.goal, row.verdict, row.says, row.note) for row in rows
    ]
    commands = dict.fromkeys(row.command for row in rows if row.command)
    listed = "\n".join(f"- `{command}`" for command in commands)
    return f"{keeping.markdown(head, cells)}\n\n{listed}".strip()


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def main() -> int:
    """Measure, print, and say by the exit code whether every goal is reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=main.__doc__)
    parser.add_argument("groups", nargs="*", help=f"of {', '.join(GROUPS)}; default all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    parser.add_argument("--record", action="store_true", help="keep figures and table")
    parser.add_argument("--reuse", action="store_true", help="take results of earlier runs")
    options = parser.parse_args()
    if unknown := sorted(set(options.groups) - set(GROUPS)):
        parser.error(f"no group of that name: {', '.join(unknown)}")
    if options.record and options.reuse:
        parser.error("--record: results of earlier runs may be of another revision")
    try:
        where = keeping.place("quality.json") if options.record else None
    except ValueError as error:
        parser.exit(2, f"{error}\n")
    facts = records.machine()
    rows: list[Row] = []
    for group in options.groups or GROUPS:
        measured = measure(group, reuse=options.reuse)
        print(table(measured), end="\n\n", flush=True)
        rows += measured
    if options.json:
        options.json.write_bytes(keeping.json_text(rows))
    if where:
        parts = (keeping.listed(facts), markdown(rows), told(rows))
        keeping.keep(
            where, keeping.json_text({"machine": facts, "figures": rows}), "Quality", parts
        )
        print(where.table)
    print(told(rows))
    return int(any(row.verdict == "MISSED" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
