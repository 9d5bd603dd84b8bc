"""Copies that are disguised further: no finding about the project's own seeds may be lost.

Every copy of `seeds/gold.jsonl` whose rule is a DUP rule is mutated on the side of the copy, `a`,
and the folder is scanned again. Whether letters are replaced is decided by a generator that is
seeded by mutation, file and place, so the folders are the same everywhere. Two labelled copies may
read one stretch, or the copy of one be the source of another: copies are mutated in as few rounds
as it takes to leave every source `b` as it was written.

`mutations/NAME` is the share of the copies that are *kept*: a match, or a finding and one of its
other places, covers at least half of both sides, exactly as `gold/copies` counts them, and a DUP or
TPL finding speaks on one of the two sides. The note names those that are lost.

- none: nothing is mutated;
- homoglyphs: 30 % of the letters that have a Cyrillic or Greek lookalike are that;
- invisible: a zero-width character or soft hyphen inside every word of four letters or more;
- full-width: every ASCII letter is a full-width one;
- entities: 30 % of the letters are character references, and `&`, quotes and dashes named ones;
- leetspeak: every o is 0 and every e is 3;
- leetspeak inside: the same, but only between two letters;
- synonyms: 30 % of the words of four letters or more, no function words, are replaced, by a
  synonym where `SYNONYMS` has one and by a made-up word where it has none;
- reordered: the sentences of every paragraph stand in another order, the last one first;
- merged: paragraphs of the copy are one, and one with the paragraphs before and behind it;
- split: every sentence is a paragraph of its own.
"""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from benchmarks import corpora, gold, planting, results
from benchmarks.figures import Figure, share, share_half

SHARE = 0.3
"""Of letters or words, where not all are mutated."""
_CYRILLIC = dict(zip("aceijopsxyABCEHIKMOPTX", "асеіјорѕхуАВСЕНІКМОРТХ", strict=True))
_GREEK = dict(zip("ovABEHIKMNOPTXYZ", "ονΑΒΕΗΙΚΜΝΟΡΤΧΥΖ", strict=True))
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_NAMED = {"&": "&amp;", '"': "&quot;", "“": "&ldquo;", "”": "&rdquo;", "—": "&mdash;"}
_WIDE = 0xFEE0
"""From an ASCII character to its full-width form."""

_SYNONYMS = """
nobody:no-one meeting:gathering doubted:questioned needed:required found:measured chart:map
promises:assures waited:lingered ship:vessel long:lengthy built:constructed carries:transports
expects:anticipates trips:journeys good:decent passes:exceeds plan:scheme holds:contains
spread:distributed contract:agreement sets:imposes fine:penalty because:since starts:begins
turns:pivots captain:skipper needs:requires swing:rotate asked:requested edge:rim
ambitious:bold project:undertaking brings:carries series:string challenges:difficulties
exception:outlier expressed:voiced wide:broad range:spectrum perspectives:viewpoints
deserves:merits heard:noticed respected:honoured finding:discovering common:shared
ground:terrain require:demand patience:endurance transparency:openness genuine:sincere
willingness:readiness embrace:welcome different:differing points:angles view:opinion
lost:forfeited season:campaign ended:finished stands:appears accounts:books filed:lodged
late:overdue year:twelvemonth puts:places half:fifty down:back roof:canopy replacing:renewing
storm:gale cost:price paid:settled told:informed work:labour borrowed:loaned
security:collateral note:remark adds:appends sentence:clause members:associates wanted:wished
aloud:loudly whole:entire supporters:fans heartbeat:pulse club:team unwavering:steadfast
dedication:devotion remains:stays precious:valued resources:assets energy:vigour sense:feeling
purpose:aim truly:really capture:grasp voices:opinions contributions:efforts
celebrated:feted choosing:selecting right:proper careful:cautious consideration:thought
variety:assortment factors:aspects personal:individual preferences:tastes unique:singular
household:home taking:adopting thoughtful:considerate approach:method buyers:purchasers
ensure:guarantee decision:choice meaningful:significant benefits:advantages expected:supposed
color:shade heats:warms weighs:totals fits:slots opens:lifts gardener:grower earth:soil
below:beneath surface:top warmed:heated pressed:pushed directly:straight showed:displayed
gaps:voids earlier:previous sowing:planting thin:spindly eaten:devoured first:initial
paper:mulch happens:occurs gardening:horticulture merely:only
pastime:hobby nurturing:fostering deeper:profounder connection:bond teaches:shows
growth:progress setbacks:reverses natural:normal adventure:quest valuable:worthwhile
rewards:prizes wait:linger
"""
SYNONYMS = dict(pair.split(":") for pair in _SYNONYMS.split())
_FUNCTION_WORDS = """
about after again also been before both come down each ever every from have here into just many
more most much must only other ours over same some such than that their them then there these they
this those through toward under until upon very were what when where which while will with within
without would your
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())


class Edited(NamedTuple):
    """A text with one stretch mutated, and where that stretch now stands."""

    text: str
    start: int
    end: int


Mutation = Callable[[str, random.Random], str]


def _letters(share: float, replace: Callable[[str, random.Random], str]) -> Mutation:
    """A mutation of single characters; `replace` gives the character itself where it cannot."""

    def mutate(text: str, rng: random.Random) -> str:
        return "".join(replace(char, rng) if rng.random() < share else char for char in text)

    return mutate


def _homoglyph(char: str, rng: random.Random) -> str:
    return rng.choice([table[char] for table in (_CYRILLIC, _GREEK) if char in table] or [char])


def _full_width(char: str, _: random.Random) -> str:
    return chr(ord(char) + _WIDE) if char.isascii() and char.isalpha() else char


def _leet(char: str, _: random.Random) -> str:
    return {"o": "0", "O": "0", "e": "3", "E": "3"}.get(char, char)


def _leet_inside(text: str, rng: random.Random) -> str:
    between = r"(?<=[^\W\d_])[oe](?=[^\W\d_])"
    return re.sub(between, lambda letter: _leet(letter[0], rng), text)


def _entities(text: str, rng: random.Random) -> str:
    made = []
    for char in text:
        if char in _NAMED:
            made.append(_NAMED[char])
        elif char.isalpha() and rng.random() < SHARE:
            made.append(rng.choice([f"&#{ord(char)};", f"&#x{ord(char):x};"]))
        else:
            made.append(char)
    return "".join(made)


def _invisible(text: str, rng: random.Random) -> str:
    def broken(word: re.Match[str]) -> str:
        at = rng.randrange(1, len(word[0]))
        return word[0][:at] + rng.choice(_INVISIBLE) + word[0][at:]

    return re.sub(r"[^\W\d_]{4,}", broken, text)


def _synonyms(text: str, rng: random.Random) -> str:
    words = [
        word for word in re.finditer(r"[^\W\d_]{4,}", text) if word[0].lower() not in FUNCTION_WORDS
    ]
    made, done = [], 0
    chosen = rng.sample(words, round(SHARE * len(words)))
    for word in sorted(chosen, key=lambda word: word.start()):
        other = SYNONYMS.get(word[0].lower()) or _made_up(rng)
        made += [text[done : word.start()], other.capitalize() if word[0].istitle() else other]
        done = word.end()
    return "".join([*made, text[done:]])


def _made_up(rng: random.Random) -> str:
    return "".join(rng.choice("bdfglmnprstvz") + rng.choice("aeiou") for _ in range(3)) + "x"


def _sentences(text: str, between: str, order: int) -> str:
    """The sentences of every paragraph of prose joined anew, in order (1) or backwards (-1)."""
    blocks: dict[int, list[planting.Sentence]] = {}
    for sentence in planting.split_sentences(text):
        blocks.setdefault(sentence.block, []).append(sentence)
    made, done = [], 0
    for block in blocks.values():
        if block[0].prose:
            said = [text[s.start : s.end] for s in block][::order]
            made += [text[done : block[0].start], between.join(said)]
            done = block[-1].end
    return "".join([*made, text[done:]])


def _reordered(text: str, _: random.Random) -> str:
    return _sentences(text, " ", -1)


def _split(text: str, _: random.Random) -> str:
    return _sentences(text, "\n\n", 1)


def _merged(text: str, start: int, end: int) -> Edited:
    """The stretch in its text without the blank lines between prose, at its ends too."""
    sentences = planting.split_sentences(text)
    gaps = [
        (before.end, after.start)
        for before, after in pairwise(sentences)
        if before.prose and after.prose and before.block != after.block
        and before.end >= start - 2 and after.start <= end + 2
    ]  # fmt: skip
    made, done, shifted = [], 0, [start, end]
    for before, after in gaps:
        made += [text[done:before], " "]
        done = after
        for side, place in enumerate((start, end)):
            shifted[side] -= after - before - 1 if after <= place else 0
    return Edited("".join([*made, text[done:]]), *shifted)


MUTATIONS: dict[str, Mutation | None] = {
    "none": _letters(0, _leet),
    "homoglyphs": _letters(SHARE, _homoglyph),
    "invisible": _invisible,
    "full-width": _letters(1, _full_width),
    "entities": _entities,
    "leetspeak": _letters(1, _leet),
    "leetspeak inside": _leet_inside,
    "synonyms": _synonyms,
    "reordered": _reordered,
    "merged": None,
    "split": _split,
}
"""By name. `merged` alone looks beyond the stretch and is a function of the whole text."""


class Copy(NamedTuple):
    """A labelled copy."""

    rule: str
    a: gold.Stretch
    b: gold.Stretch


def mutation_figures(*, reuse: bool = False) -> tuple[dict[str, Figure], str]:
    """Share of the labelled copies that a scan of the mutated seeds still joins."""
    copies = [
        Copy(row.rule, row.a, row.b)
        for row in corpora.read_rows(corpora.PROJECT / "seeds" / "gold.jsonl", gold.GoldRow)
        if row.kind == "copy" and row.rule.startswith("DUP") and row.a and row.b
    ]
    figures, command = {}, ""
    for name in MUTATIONS:
        kept, lost = 0, []
        for number, chosen in enumerate(_rounds(copies)):
            folder = corpora.bench_folder() / "mutations" / f"{name}-{number}"
            moved = _write(name, chosen, folder)
            outputs = results.scan(folder, f"mutations-{name}-{number}", reuse=reuse)
            command = outputs.command
            for before, after in zip(chosen, moved, strict=True):
                if _kept(after, outputs):
                    kept += 1
                else:
                    lost.append(f"{before.rule} {before.a.file}:{before.a.start}")
        figures[f"mutations/{name}"] = share(kept, len(copies), ", ".join(lost))
    return figures, command


def _rounds(copies: list[Copy]) -> list[list[Copy]]:
    """Parts of the copies in which no mutated side meets a source, or a part of another copy."""
    rounds: list[list[Copy]] = []
    for copy in copies:
        for chosen in rounds:
            if not any(_disturb(copy, other) for other in chosen):
                chosen.append(copy)
                break
        else:
            rounds.append([copy])
    return rounds


def _disturb(one: Copy, other: Copy) -> bool:
    return (
        (_meet(one.a, other.a) and one.a != other.a)
        or _meet(one.a, other.b)
        or _meet(one.b, other.a)
    )


def _meet(a: gold.Stretch, b: gold.Stretch) -> bool:
    return a.file == b.file and a.start < b.end and b.start < a.end


def _write(name: str, copies: list[Copy], folder: Path) -> list[Copy]:
    """Write the seeds with the copies mutated, and say where both sides of each stand now."""
    shutil.rmtree(folder, ignore_errors=True)
    edits: dict[str, list[tuple[gold.Stretch, int, int]]] = {}
    seeds = corpora.PROJECT / "seeds"
    for path in sorted(path for path in seeds.rglob("*") if path.suffix in (".md", ".txt")):
        file = path.relative_to(seeds).as_posix()
        text = path.read_bytes().decode()
        sides = {(c.a.start, c.a.end): c.a for c in copies if c.a.file == file}
        for side in sorted(sides.values(), key=lambda side: -side.start):
            edited = _mutated(name, text, side)
            behind = len(edited.text) - len(text)
            moved = edits.setdefault(file, [])
            for n, (stretch, start, end) in enumerate(moved):
                moved[n] = (stretch, start + behind, end + behind)
            moved.append((side, edited.start, edited.end))
            text = edited.text
        target = folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    return [Copy(c.rule, _moved(c.a, edits), _moved(c.b, edits)) for c in copies]


def _mutated(name: str, text: str, side: gold.Stretch) -> Edited:
    mutate = MUTATIONS[name]
    if mutate is None:
        return _merged(text, side.start, side.end)
    rng = random.Random(f"{name} {side.file} {side.start}")
    made = mutate(text[side.start : side.end], rng)
    return Edited(text[: side.start] + made + text[side.end :], side.start, side.start + len(made))


def _moved(
    side: gold.Stretch, edits: dict[str, list[tuple[gold.Stretch, int, int]]]
) -> gold.Stretch:
    """Where a stretch stands after the edits of its file, none of which meets it in part."""
    shift = 0
    for old, start, end in sorted(edits.get(side.file, []), key=lambda edit: edit[0].start):
        if old == side:
            return gold.Stretch(side.file, start, end)
        if old.end <= side.start:
            shift = end - old.end
    return gold.Stretch(side.file, side.start + shift, side.end + shift)


def _kept(copy: Copy, outputs: results.Outputs) -> bool:
    findings = [
        finding
        for finding in outputs.findings()
        if any(rule.startswith(("DUP", "TPL")) for rule in finding.rules)
    ]
    pairs = gold.joined(findings, outputs.matches(), outputs.folder)
    return gold.joins(pairs, copy.a, copy.b) and any(
        _on(side, finding, outputs) for side in (copy.a, copy.b) for finding in findings
    )


def _on(side: gold.Stretch, finding: results.Finding, outputs: results.Outputs) -> bool:
    path = corpora.relative_path(finding.path, outputs.folder)
    return path == side.file and share_half(side, finding)
