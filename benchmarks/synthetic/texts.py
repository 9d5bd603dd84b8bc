"""The text of made articles, batch by batch, and the places of what is planted in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from benchmarks.synthetic.plan import (
    COPY,
    FORM,
    OWN,
    SIMILARITIES,
    Kind,
    Sentences,
    plan,
)
from benchmarks.synthetic.words import (
    AFTER,
    BEFORE,
    BETWEEN,
    BLANK,
    COMMA_SPACE,
    COMMON,
    DASHED,
    GOLDEN,
    I64,
    LAST,
    LINKS,
    SPACE,
    STOP,
    TRAILING,
    U64,
    UNDER_HEADING,
    VOCABULARY,
    draw,
    gathered,
    key_of,
    mix,
    pieces,
    vocabulary,
)

BATCH = 250
"""Articles made at once: 1 MB."""
PER_FOLDER = 1_000
ARTICLE_BYTES = 4_000
"""Mean size: what a size is divided by to know how many articles it takes."""

# Measured: `python -m benchmarks.posts`, digitalgov and the essays of slopscore.
COMMA, DASH, POSSESSIVE, EMPHASIS, LINK = 60, 4, 6, 4, 6
"""In 1,024 words: these behind a word; `’s` stands for all words beyond ASCII."""
TOPICAL = 25
"""In 64 words of rank 100 and more, those that are one of the 32 of the topic. With them an article
has as many different words as real ones."""

FRAME = 5
"""Words at each end of a framed sentence."""

RUNS = """
she people an years there
even much been this because
by through state you one
it can has many would
then your one but all
state which may could one
for after man one should
people as the been first
were but man will those
"""
"""For each band of the program a run of five words that is the minimum of nearly every passage:
`python -m benchmarks.collisions`."""


class Copy(msgspec.Struct):
    """A planted copy; places in code points, end exclusive."""

    wanted: float
    similarity: float
    """Exact, of the 5-word shingles of both sides."""
    sentences: int
    words: int
    host: str
    start: int
    end: int
    donor: str
    donor_start: int
    donor_end: int


class Member(msgspec.Struct):
    """A place of a form or a notice, code points, end exclusive."""

    family: str
    id: str
    start: int
    end: int


class Batch(NamedTuple):
    """Some files, in order, and the truth of them."""

    files: list[tuple[str, bytes]]
    """Path below the folder, and bytes."""
    copies: list[Copy]
    members: list[Member]


class Composed(NamedTuple):
    """The text of a batch and where its sentences stand."""

    text: NDArray[np.uint8]
    ends: I64
    """Of the articles, in bytes, shape (A,)."""
    sentences: Sentences
    start: I64
    """Of the sentences, in code points of their article, shape (S,)."""
    end: I64
    ids: I64
    """What tells words apart, shape (W,)."""
    first: I64
    """First word of each sentence, shape (S + 1,)."""


class Words(NamedTuple):
    """The words of a batch, shape (W,)."""

    of: I64
    """Its sentence."""
    nth: I64
    drawn: U64
    rank: I64
    possessive: NDArray[np.bool_]


def _words(sentences: Sentences, first: I64, kind: Kind) -> Words:
    of = np.repeat(np.arange(len(sentences.words)), sentences.words)
    nth = np.arange(first[-1]) - first[:-1][of]
    drawn = mix(sentences.key[of] + nth.astype(np.uint64) * GOLDEN)
    step, phase = sentences.step[of], sentences.phase[of]
    changed = np.flatnonzero((nth + 1) * step + phase >> 16 > nth * step + phase >> 16)
    drawn[changed] = mix(sentences.fill[of[changed]] + nth[changed].astype(np.uint64) * GOLDEN)
    if kind.framed:
        left = sentences.words[of] - nth
        edge = np.flatnonzero((nth < FRAME) | (left <= FRAME))
        place = np.where(nth < FRAME, nth, FRAME + left)[edge].astype(np.uint64)
        drawn[edge] = mix(key_of(6) + place * GOLDEN)
    rank = vocabulary().table[drawn >> np.uint64(44)].astype(np.int64)
    topical = np.flatnonzero((rank >= len(COMMON.split())) & (_bits(drawn, 10, 6) < TOPICAL))
    which = _bits(drawn[topical], 36, 5).astype(np.uint64)
    rank[topical] = 100 + draw(sentences.topic[of[topical]] + which * GOLDEN, 15, 10_000)
    possessive = (_bits(drawn, 26, 10) < POSSESSIVE) & ~sentences.heading[of]
    if kind.colliding:
        runs = np.array(
            [[COMMON.split().index(w) for w in run.split()] for run in RUNS.strip().splitlines()]
        )
        attacked = np.flatnonzero((nth < 5) & ~sentences.heading[of])
        chosen = draw(sentences.key[of[attacked]], 16, len(runs))
        rank[attacked] = runs[chosen, nth[attacked]]
        possessive[attacked] = False
    return Words(of, nth, drawn, rank, possessive)


def compose(numbers: I64, articles: int, kind: Kind) -> tuple[Composed, dict[int, I64]]:
    """The text of some articles; arguments and second result as those of `plan`."""
    sentences, copies = plan(numbers, articles, kind)
    table = pieces()
    first = np.concatenate([[0], np.cumsum(sentences.words)])
    words = _words(sentences, first, kind)
    heads = np.append(True, sentences.article[1:] != sentences.article[:-1])
    lasts = np.append(heads[1:], True)
    closing = np.where(np.append(sentences.opens[1:], True), BLANK, STOP)
    closing[sentences.heading] = UNDER_HEADING
    closing[lasts] = LAST
    chance = _bits(words.drawn, 16, 10)
    between = np.where(chance < COMMA, COMMA_SPACE, np.where(chance < COMMA + DASH, DASHED, SPACE))
    between[sentences.heading[words.of]] = SPACE
    between[first[1:] - 1] = closing
    columns = [
        words.rank + VOCABULARY * (words.nth == 0),
        table.after + words.possessive * len(BETWEEN) + between,
    ]
    if kind.markdown:
        columns = _marked(columns, words, sentences, first, heads)
    flat = np.stack(columns, axis=1)
    chars = np.concatenate([[0], np.cumsum(table.chars[flat].sum(axis=1))])
    ends = np.cumsum(table.size[flat].sum(axis=1))[first[1:][lasts] - 1]
    start, end = chars[first[:-1]], chars[first[1:]] - TRAILING[closing]
    base = start[heads][np.cumsum(heads) - 1]
    text = gathered(table, flat.ravel())
    ids = words.rank * 2 + words.possessive
    return Composed(text, ends, sentences, start - base, end - base, ids, first), copies


def _bits(values: U64, at: int, count: int) -> I64:
    return (values >> np.uint64(at) & np.uint64((1 << count) - 1)).astype(np.int64)


def _marked(
    columns: list[I64], words: Words, sentences: Sentences, first: I64, heads: NDArray[np.bool_]
) -> list[I64]:
    """The same words with emphasis, links and the signs of headings around them."""
    written, following = columns
    chance = _bits(words.drawn, 0, 10)
    free = ~sentences.heading[words.of] & ~words.possessive
    strong = free & (chance < EMPHASIS)
    linked = free & ~strong & (chance < EMPHASIS + LINK)
    before = strong * BEFORE.index(b"**") + linked * BEFORE.index(b"[")
    signs = np.where(heads, BEFORE.index(b"# "), BEFORE.index(b"## "))
    before[first[:-1][sentences.heading]] = signs[sentences.heading]
    after = strong * AFTER.index(b"**") + linked * (LINKS + _bits(words.drawn, 36, 6))
    return [pieces().before + before, written, following + after * len(BETWEEN)]


def batches(kind: Kind, size_bytes: int) -> Iterator[Batch]:
    """The files of a corpus of about this size, a megabyte at a time."""
    articles = max(size_bytes // ARTICLE_BYTES, 1)
    if kind.one_line:
        yield Batch([("line.txt", b"".join(_lines(articles, kind)) + b"\n")], [], [])
        return
    for first in range(0, articles, BATCH):
        numbers = np.arange(first, min(first + BATCH, articles))
        if kind.word:
            text = (kind.word + b" ") * (ARTICLE_BYTES // (len(kind.word) + 1))
            yield Batch([(_path(n, kind), text) for n in numbers.tolist()], [], [])
            continue
        composed, copies = compose(numbers, articles, kind)
        text, ends = composed.text.tobytes(), [0, *composed.ends.tolist()]
        files = [
            (_path(number, kind), text[ends[row] : ends[row + 1]])
            for row, number in enumerate(numbers.tolist())
        ]
        rows = _copies(numbers, composed, copies, articles, kind)
        yield Batch(files, list(rows), list(_members(numbers, composed)) if kind.planted else [])


def _lines(articles: int, kind: Kind) -> Iterator[bytes]:
    for first in range(0, articles, BATCH):
        composed, _ = compose(np.arange(first, min(first + BATCH, articles)), articles, kind)
        yield b" ".join(composed.text.tobytes().split()) + b" "


def name(number: int) -> str:
    """The id of an article."""
    return f"{number:07}"


def _path(number: int, kind: Kind) -> str:
    return f"{number // PER_FOLDER:04}/{name(number)}{kind.suffix}"


def _copies(
    numbers: I64, composed: Composed, copies: dict[int, I64], articles: int, kind: Kind
) -> Iterator[Copy]:
    """Where the copies of a batch stand; their donors are made once more for that."""
    if not copies:
        return
    donors = np.unique([donor for donor, *_ in copies.values()])
    sources, _ = compose(donors, articles, kind)
    article = composed.sentences.article
    copied = composed.sentences.run == COPY
    for row, (donor, first, count, level) in copies.items():
        here = np.flatnonzero((article == row) & copied)
        own = (sources.sentences.run == OWN) & ~sources.sentences.heading
        there = np.flatnonzero(own & (sources.sentences.article == np.searchsorted(donors, donor)))
        there = there[first : first + count]
        copy, source = _ids(composed, here), _ids(sources, there)
        yield Copy(
            wanted=SIMILARITIES[level],
            similarity=len(copy & source) / len(copy | source),
            sentences=int(count),
            words=int(composed.sentences.words[here].sum()),
            host=name(numbers[row]),
            start=int(composed.start[here[0]]),
            end=int(composed.end[here[-1]]),
            donor=name(donor),
            donor_start=int(sources.start[there[0]]),
            donor_end=int(sources.end[there[-1]]),
        )


def _ids(composed: Composed, sentences: I64) -> set[tuple[int, ...]]:
    """The 5-word shingles of some sentences as one run; all of its words if it has fewer."""
    spans = ((composed.first[s], composed.first[s + 1]) for s in sentences)
    ids = [word for start, end in spans for word in composed.ids[start:end].tolist()]
    return {tuple(ids[at : at + 5]) for at in range(max(len(ids) - 4, 1))}


def _members(numbers: I64, composed: Composed) -> Iterator[Member]:
    """Where forms and notices stand."""
    table = composed.sentences
    opening = np.flatnonzero((table.run >= FORM) & table.opens)
    for at in opening.tolist():
        family = f"{'form' if table.run[at] == FORM else 'notice'}-{table.key[at]:016x}"
        article = name(numbers[table.article[at]])
        yield Member(family, article, int(composed.start[at]), int(composed.end[at + 2]))
