"""Plant unedited copies of known length into articles, and keep the truth.

Half of the texts give sentences (donors, left as they are), half receive them (hosts). A copy is
`m` consecutive sentences of running prose, cut out exactly as they stand, with the blank line
where they cross a paragraph. It is set between two paragraphs as one of its own, or between two
sentences of a paragraph. No sentence of a donor is used twice; donor and host answer different
prompts; a host never takes two copies from one donor, nor two within four sentences.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

import msgspec

SEED = 20130601
LENGTHS = range(1, 11)
"""m: sentences of a copy."""
COPIES_PER_LENGTH = 300
COPIES_PER_HOST = 3
SPACING = 4
"""Sentences of its own that a host keeps between two copies."""
SENTENCES_AT_LEAST = 12
"""Texts with fewer sentences stay as they are: neither donor nor host."""

_MARKUP_LINE = re.compile(r"\s|#|[-*+•>|] |\d+[.)] |```|\*\*[^*]+\*\*:?\s*$|---")
_SENTENCE_END = re.compile(r"[.!?]+[\"'”’)\]*_]*\s+(?=[\"'“‘(\[*_]*[A-Z0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|vs|v|etc|No|Fig|al|e\.g|i\.e)|\b[A-Z])\.\s*$"
)


class Sentence(NamedTuple):
    """A sentence, heading or list item: its place, its block, and whether it is prose."""

    start: int
    end: int
    block: int
    prose: bool


class PlantedSpan(msgspec.Struct):
    """One side of a copy, code points, with what "right to within one sentence" means there.

    A reported span is right when its start lies in `start_earliest..start_latest` (first
    character of the sentence before, end of the first copied one) and its end in
    `end_earliest..end_latest` (start of the last copied sentence, end of the sentence after).
    """

    start: int
    end: int
    start_earliest: int
    start_latest: int
    end_earliest: int
    end_latest: int

    def accepts(self, start: int, end: int) -> bool:
        """Whether a reported span is right to within one sentence at both ends."""
        overlaps = start < self.end and end > self.start
        start_right = self.start_earliest <= start <= self.start_latest
        return overlaps and start_right and self.end_earliest <= end <= self.end_latest


class Copy(msgspec.Struct):
    """One planted copy."""

    sentences: int
    words: int
    boundary: Literal["paragraph", "sentence"]
    host: str
    copy: PlantedSpan
    donor: str
    source: PlantedSpan


class Planted(NamedTuple):
    """The texts of the corpus by id, and every copy in them."""

    texts: dict[str, str]
    copies: list[Copy]


class Cut(NamedTuple):
    """Sentences `first <= i < last` of a donor."""

    donor: str
    first: int
    last: int


def split_sentences(text: str) -> list[Sentence]:
    r"""Sentences of a text in order.

    Blocks stand between blank lines. A block of one line without markup is prose and is split at
    sentence ends; every line of any other block counts as one sentence that is no prose.

    >>> text = "# A\n\nOne. Mr. B. won 2."
    >>> [text[s.start:s.end] for s in split_sentences(text)]
    ['# A', 'One.', 'Mr. B. won 2.']
    """
    sentences: list[Sentence] = []
    for number, block in enumerate(re.finditer(r"[^\n]+(?:\n[^\n]+)*", text)):
        if not block[0].strip():
            continue
        prose = "\n" not in block[0] and not _MARKUP_LINE.match(block[0])
        for start, end in _prose_spans(block) if prose else _line_spans(block):
            sentences.append(Sentence(start, end, number, prose))
    return sentences


def _prose_spans(block: re.Match[str]) -> list[tuple[int, int]]:
    text, spans, start = block.string, [], block.start()
    for end in _SENTENCE_END.finditer(text, block.start(), block.end()):
        if not _ABBREVIATION.search(text, start, end.end()):
            spans.append((start, end.start() + len(end[0].rstrip())))
            start = end.end()
    return [*spans, (start, block.start() + len(block[0].rstrip()))]


def _line_spans(block: re.Match[str]) -> list[tuple[int, int]]:
    lines = re.finditer(r"[^\n]*\S", block[0])
    return [(block.start() + line.start(), block.start() + line.end()) for line in lines]


def prose_runs(sentences: list[Sentence]) -> list[tuple[int, int]]:
    """Maximal runs `first <= i < last` of prose sentences, across paragraphs."""
    runs, first = [], None
    for i, sentence in enumerate([*sentences, Sentence(0, 0, 0, False)]):
        if sentence.prose and first is None:
            first = i
        elif not sentence.prose and first is not None:
            runs.append((first, i))
            first = None
    return runs


def plant(texts: Mapping[str, str], prompts: Mapping[str, int]) -> Planted:
    """Plant `COPIES_PER_LENGTH` copies of every length; the same for the same texts.

    Args:
        texts: articles by id.
        prompts: what each was written about, by id.
    """
    rng = random.Random(SEED)
    split = {name: split_sentences(texts[name]) for name in sorted(texts)}
    names = [name for name, sentences in split.items() if len(sentences) >= SENTENCES_AT_LEAST]
    rng.shuffle(names)
    half = len(names) // 2
    cuts = _cut_donors({name: split[name] for name in names[:half]}, rng)
    rng.shuffle(cuts)
    assigned = _assign(cuts, names[half:], prompts)
    result, copies = dict(texts), []
    for host, chosen in assigned.items():
        places = _places(split[host], len(chosen), rng)
        result[host], made = _insert(host, texts, split, list(zip(places, chosen, strict=False)))
        copies += made
    copies.sort(key=lambda copy: (copy.sentences, copy.host, copy.copy.start))
    return Planted(result, copies)


def _cut_donors(split: Mapping[str, list[Sentence]], rng: random.Random) -> list[Cut]:
    """Disjoint cuts, longest first so that the long runs are not used up by short cuts."""
    free = [Cut(name, *run) for name, sentences in split.items() for run in prose_runs(sentences)]
    cuts: list[Cut] = []
    for length in reversed(LENGTHS):
        fitting = [run for run in free if run.last - run.first >= length]
        free = [run for run in free if run.last - run.first < length]
        rng.shuffle(fitting)
        taken = 0
        while taken < COPIES_PER_LENGTH and fitting:
            run = fitting.pop()
            first = rng.randint(run.first, run.last - length)
            cuts.append(Cut(run.donor, first, first + length))
            free += [Cut(run.donor, run.first, first), Cut(run.donor, first + length, run.last)]
            taken += 1
        free += fitting
        if taken < COPIES_PER_LENGTH:
            raise ValueError(f"only {taken} runs of {length} sentences; need {COPIES_PER_LENGTH}")
    return cuts


def _assign(cuts: list[Cut], hosts: list[str], prompts: Mapping[str, int]) -> dict[str, list[Cut]]:
    """Give every cut a host, in turn; hosts without room for it are passed over."""
    assigned: dict[str, list[Cut]] = {host: [] for host in hosts}
    turn = 0
    for cut in cuts:
        for _ in hosts:
            host, turn = hosts[turn % len(hosts)], turn + 1
            donors = {other.donor for other in assigned[host]}
            room = len(donors) < COPIES_PER_HOST
            if room and cut.donor not in donors and prompts[host] != prompts[cut.donor]:
                assigned[host].append(cut)
                break
        else:
            raise ValueError("more copies than the hosts have room for")
    return {host: chosen for host, chosen in assigned.items() if chosen}


def _places(sentences: list[Sentence], count: int, rng: random.Random) -> list[int]:
    """`count` places in order; place i stands before sentence i of the host.

    The host is divided into equal stretches, one per copy, which keeps the copies apart. Half of
    the places are wanted between two blocks, half inside a paragraph.
    """
    stretch = len(sentences) // count
    margin = SPACING // 2 if stretch > SPACING else 1
    places = []
    for n in range(count):
        within = range(n * stretch + margin, (n + 1) * stretch - margin + 1)
        between = [i for i in within if _between_blocks(sentences, i)]
        inside = [i for i in within if _inside_paragraph(sentences, i)]
        first, second = (between, inside) if rng.random() < 0.5 else (inside, between)
        places.append(rng.choice(first or second))
    return places


def _between_blocks(sentences: list[Sentence], i: int) -> bool:
    return i < len(sentences) and sentences[i - 1].block != sentences[i].block


def _inside_paragraph(sentences: list[Sentence], i: int) -> bool:
    if i >= len(sentences):
        return False
    before, after = sentences[i - 1], sentences[i]
    return before.block == after.block and before.prose and after.prose


def _insert(
    host: str,
    texts: Mapping[str, str],
    split: Mapping[str, list[Sentence]],
    chosen: list[tuple[int, Cut]],
) -> tuple[str, list[Copy]]:
    """The host with its copies, and where they are."""
    text, sentences = texts[host], split[host]
    parts, copies, done, length = [], [], 0, 0
    for place, cut in chosen:
        before, after = sentences[place - 1], sentences[place]
        between = _between_blocks(sentences, place)
        source = split[cut.donor][cut.first : cut.last]
        copied = texts[cut.donor][source[0].start : source[-1].end]
        head = text[done : after.start]
        start = length + len(head)
        gap = "\n\n" if between else " "
        parts += [head, copied, gap]
        shift = start - source[0].start
        span = PlantedSpan(
            start=start,
            end=start + len(copied),
            start_earliest=start - (after.start - before.start),
            start_latest=source[0].end + shift,
            end_earliest=source[-1].start + shift,
            end_latest=start + len(copied) + len(gap) + after.end - after.start,
        )
        kind: Literal["paragraph", "sentence"] = "paragraph" if between else "sentence"
        words, m = len(re.findall(r"\w+", copied)), len(source)
        copies.append(Copy(m, words, kind, host, span, cut.donor, _source_span(split, cut)))
        done, length = after.start, start + len(copied) + len(gap)
    return "".join([*parts, text[done:]]), copies


def _source_span(split: Mapping[str, list[Sentence]], cut: Cut) -> PlantedSpan:
    sentences = split[cut.donor]
    first, last = sentences[cut.first], sentences[cut.last - 1]
    return PlantedSpan(
        start=first.start,
        end=last.end,
        start_earliest=sentences[max(cut.first - 1, 0)].start,
        start_latest=first.end,
        end_earliest=last.start,
        end_latest=sentences[min(cut.last, len(sentences) - 1)].end,
    )
