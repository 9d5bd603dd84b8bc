"""Passages without information (FIL303) and passages that say again what stands above (FIL305)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np

from dedupe.filler.rules.overlap import CONTENT, NUMBERS, seen_before
from dedupe.filler.rules.reading import LIST_ITEM, PARAGRAPH, TEXT_KINDS, Reading
from dedupe.filler.scorer import phrases
from dedupe.model import Evidence, Flag
from dedupe.tables import I32, I64

SHOWN_PHRASES = 4
LEAST_WORDS = 25
"""Words of a passage that can be a restatement."""
NOVELTY_LIMIT = -2.0
"""z-value of novelty under which a passage may be a restatement."""
LEAST_SHARED, LEAST_SHARED_WORDS = 0.6, 8
"""Share and number of its content words that the title and the first paragraph hold."""
LABEL_LIMIT = 0.4
"""Score from which a list of `LEAST_LABELS` items "Label: to do something" is flagged: none of
1,588 human lists without a number has the form."""
LEAST_LABELS = 3

_LABEL = re.compile(
    r"\W{0,3}[^\W\d_][\w'’-]*(?:[ -](?:[\w'’-]+|&)){0,4}\W*:\W*"
    r"(?:[Tt]o\s+[a-z]+|[A-Za-z]{2,}ing|[A-Za-z]{3,}(?:[st]ion|ance|ence|men[t]|ity|ness|ship)s?)\b"
    r"(?P<rest>.*)",
    re.DOTALL,
)
_NAME_OR_NUMBER = re.compile(r"\d|(?<![.!?:]\s)\b[A-Z]")


def limit(reading: Reading) -> float:
    """The filler score from which a passage is flagged."""
    threshold = reading.settings.threshold
    return reading.model.limits[threshold] if isinstance(threshold, str) else float(threshold)


def signals(reading: Reading, block: int) -> tuple[Evidence, ...]:
    """The plain numbers behind a block's score; none where the scorer abstains."""
    scores = reading.scores
    values = (
        ("novelty", float(scores.novelty[block])),
        ("information", float(scores.information[block])),
    )
    return tuple(
        Evidence("signal", name, weight=round(value, 2))
        for name, value in values
        if math.isfinite(value)
    )


def phrase_evidence(reading: Reading, runs: list[tuple[int, int]]) -> list[tuple[Evidence, ...]]:
    """The learned phrases that weigh most in each run of blocks, heaviest first."""
    edges = np.array(runs, np.int64).reshape(-1, 2)
    first = reading.block_token[edges[:, 0]].astype(np.int64)
    last = reading.block_token[edges[:, 1] + 1].astype(np.int64)
    return [
        tuple(
            Evidence(
                "phrase",
                reading.token_text(phrase.first, phrase.last),
                weight=round(phrase.weight, 2),
                start=reading.start[phrase.first],
                end=reading.end[phrase.last - 1],
            )
            for phrase in found
        )
        for found in phrases(reading.tokens, first, last, reading.model, SHOWN_PHRASES)
    ]


def find(reading: Reading) -> Iterator[Flag]:
    """Flags of the paragraphs, lists and quotes of a batch."""
    yield from _low_information(reading)
    yield from _restatements(reading)


def _low_information(reading: Reading) -> Iterator[Flag]:
    least = limit(reading)
    scores, kind = reading.scores.score, reading.kind
    with np.errstate(invalid="ignore"):
        over = (scores >= np.float32(least)) & np.isin(kind, TEXT_KINDS)
        over |= (scores >= np.float32(LABEL_LIMIT)) & (kind == LIST_ITEM)
    runs, labelled = [], []
    behind = -1
    for block in np.nonzero(over)[0].tolist():
        if block <= behind:
            continue
        behind = _last_item(reading, block)
        labels = _labels(reading, block, behind)
        if labels or scores[block] >= np.float32(least):
            runs.append((block, behind))
            labelled.append(labels)
    found = phrase_evidence(reading, runs)
    for (block, last), labels, phrased in zip(runs, labelled, found, strict=True):
        score = float(scores[block])
        message = (
            f"Generic {'list' if last > block else 'prose'}: score {score:.2f} "
            f"(limit {least:.2f}), {_facts(reading, block, last)}."
        )
        if score < least:
            message = f"A list of {last - block + 1} items of one form that name no fact."
        evidence = (*labels, *signals(reading, block), *phrased)
        yield reading.flag_block("FIL303", block, message, evidence, last)


def _labels(reading: Reading, block: int, last: int) -> tuple[Evidence, ...]:
    """The form of a list whose items are all "Label: to do something" without name or number."""
    if last - block + 1 < LEAST_LABELS:
        return ()
    for item in range(block, last + 1):
        start, end = reading.block_span(item)
        found = _LABEL.match(reading.prose(start, end))
        if found is None or _NAME_OR_NUMBER.search(found["rest"]):
            return ()
    return (Evidence("fact", f'{last - block + 1} items of the form "Label: to do something"'),)


def _last_item(reading: Reading, block: int) -> int:
    """Last block of the list that a block begins: its items carry one score."""
    kind, article, score = reading.kind, reading.article, reading.scores.score
    last = block
    while (
        kind[block] == LIST_ITEM
        and last + 1 < len(kind)
        and kind[last + 1] == LIST_ITEM
        and article[last + 1] == article[block]
        and score[last + 1] == score[block]
    ):
        last += 1
    return last


def _facts(reading: Reading, block: int, last: int) -> str:
    """How many names, numbers and quotations a passage holds, in words."""
    scores = reading.scores
    counted = (
        (scores.capitals, "name"),
        (scores.digits, "number"),
        (scores.quotes, "quotation"),
    )
    present = []
    for values, noun in counted:
        count = int(values[block]) if last == block else int(values[block : last + 1].sum())
        if count:
            present.append(f"{count} {noun}{'' if count == 1 else 's'}")
    return ", ".join(present) or "no name, number or quotation"


def _restatements(reading: Reading) -> Iterator[Flag]:
    with np.errstate(invalid="ignore"):
        low = (
            (reading.scores.novelty <= NOVELTY_LIMIT)
            & np.isin(reading.kind, TEXT_KINDS)
            & (np.diff(reading.block_token) >= LEAST_WORDS)
        )
    begins = reading.article_block[reading.article]
    behind_lede = _behind_lede(reading)[reading.article]
    blocks = np.nonzero(low & (np.arange(len(low)) >= behind_lede))[0]
    if not len(blocks):
        return
    wanted, found = _shared(reading, blocks, begins, behind_lede, CONTENT)
    restated = (found >= LEAST_SHARED * wanted) & (found >= LEAST_SHARED_WORDS)
    blocks, wanted, found = blocks[restated], wanted[restated], found[restated]
    numbers, old_numbers = _shared(reading, blocks, begins, behind_lede, NUMBERS)
    for place in np.nonzero(numbers == old_numbers)[0].tolist():
        block = int(blocks[place])
        message = (
            f"{found[place]} of its {wanted[place]} content words stand in the title and the "
            "first paragraph."
        )
        yield reading.flag_block("FIL305", block, message, signals(reading, block))


def _shared(
    reading: Reading, blocks: I64, begins: I64, behind_lede: I64, choice: int
) -> tuple[I32, I32]:
    """Distinct words of blocks, and how many of them stand in the title or first paragraph."""
    token = reading.block_token
    return seen_before(
        reading,
        token[blocks],
        token[blocks + 1],
        token[begins[blocks]],
        token[behind_lede[blocks]],
        choice,
    )


def _behind_lede(reading: Reading) -> I64:
    """(D,) block behind the first paragraph of each article."""
    paragraphs = np.nonzero(
        (reading.kind == PARAGRAPH) & (np.diff(reading.block_token) >= LEAST_WORDS)
    )[0]
    place = np.searchsorted(paragraphs, reading.article_block[:-1])
    padded = np.append(paragraphs, len(reading.kind))
    behind: I64 = np.minimum(padded[place] + 1, reading.article_block[1:])
    return behind
