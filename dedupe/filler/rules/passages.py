"""Passages without information (FIL303) and passages that say again what stands above (FIL305)."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from dedupe.arrays import I32, I64, Bool
from dedupe.filler.rules.overlap import CONTENT, NUMBERS, seen_before
from dedupe.filler.rules.reading import LIST_ITEM, PARAGRAPH, RuleReading
from dedupe.tables import EvidenceKind

LEAST_WORDS = 25
"""Words of a passage that can be a restatement."""
NOVELTY_LIMIT = -2.0
"""z-value of novelty under which a passage may be a restatement."""
LEAST_SHARED, LEAST_SHARED_WORDS = 0.6, 8
"""Share and number of its content words that the title and the first paragraph hold."""
LABEL_LIMIT = 0.25
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


def find(reading: RuleReading) -> None:
    """Flag paragraphs, lists and quotes of a batch."""
    _low_information(reading)
    _restatements(reading)


def _low_information(reading: RuleReading) -> None:
    least = reading.model.limit(reading.settings.threshold)
    scores, kind = reading.scores.score, reading.kind
    follows = _follows_in_list(reading)
    with np.errstate(invalid="ignore"):
        enough = scores >= np.float32(least)
        over = (enough & reading.in_text) | (
            (scores >= np.float32(LABEL_LIMIT)) & (kind == LIST_ITEM)
        )
    first = np.flatnonzero(over & ~follows)
    ends = np.flatnonzero(~np.append(follows[1:], False))
    last = ends[np.searchsorted(ends, first)]
    labelled = np.zeros(len(first), np.bool_)
    for run in np.flatnonzero(last - first + 1 >= LEAST_LABELS).tolist():
        labelled[run] = _is_labelled(reading, int(first[run]), int(last[run]))
    flagged = enough[first] | labelled
    first, last, labelled = first[flagged], last[flagged], labelled[flagged]
    messages = [
        f"Generic {'list' if items > 1 else 'prose'}: score {score:.2f} (limit {least:.2f}), "
        f"{facts}."
        if score >= least
        else f"A list of {items} items of one form that name no fact."
        for score, items, facts in zip(
            scores[first].tolist(), (last - first + 1).tolist(), _facts(reading, first, last),
            strict=True,
        )
    ]  # fmt: skip
    flags = reading.flag_blocks("FIL303", first, last, messages)
    items = (last - first + 1)[labelled].tolist()
    facts = [f'{count} items of the form "Label: to do something"' for count in items]
    reading.flags.explain(flags[labelled], EvidenceKind.FACT, facts)
    reading.show_signals(flags, first)
    reading.show_phrases(flags, first, last)


def _is_labelled(reading: RuleReading, block: int, last: int) -> bool:
    """Whether all items of a list are "Label: to do something", without name or number."""
    for item in range(block, last + 1):
        found = _LABEL.match(reading.prose(*reading.block_span(item)))
        if found is None or _NAME_OR_NUMBER.search(found["rest"]):
            return False
    return True


def _follows_in_list(reading: RuleReading) -> Bool:
    """(B,) items behind the first one of a list: its items carry one score."""
    kind, article, score = reading.kind, reading.article, reading.scores.score
    follows = np.zeros(len(kind), np.bool_)
    follows[1:] = (
        (kind[1:] == LIST_ITEM)
        & (kind[:-1] == LIST_ITEM)
        & (article[1:] == article[:-1])
        & (score[1:] == score[:-1])
    )
    return follows


def _facts(reading: RuleReading, first: I64, last: I64) -> list[str]:
    """How many names, numbers and quotations runs of blocks hold, in words."""
    scores = reading.scores
    counts = []
    for values in (scores.capitals, scores.digits, scores.quotes):
        total = np.append(0, np.cumsum(values, dtype=np.int64))
        counts.append((total[last + 1] - total[first]).tolist())
    return list(map(_fact_text, *counts))


@lru_cache(1024)
def _fact_text(names: int, numbers: int, quotations: int) -> str:
    counted = ((names, "name"), (numbers, "number"), (quotations, "quotation"))
    present = [f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counted if count]
    return ", ".join(present) or "no name, number or quotation"


def _restatements(reading: RuleReading) -> None:
    with np.errstate(invalid="ignore"):
        low = (
            (reading.scores.novelty <= NOVELTY_LIMIT)
            & reading.in_text
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
    same = numbers == old_numbers
    blocks = blocks[same]
    messages = [
        f"{shared} of its {words} content words stand in the title and the first paragraph."
        for shared, words in zip(found[same].tolist(), wanted[same].tolist(), strict=True)
    ]
    flags = reading.flag_blocks("FIL305", blocks, blocks, messages)
    reading.show_signals(flags, blocks)


def _shared(
    reading: RuleReading, blocks: I64, begins: I64, behind_lede: I64, choice: int
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


def _behind_lede(reading: RuleReading) -> I64:
    """(D,) block behind the first paragraph of each article."""
    paragraphs = np.nonzero(
        (reading.kind == PARAGRAPH) & (np.diff(reading.block_token) >= LEAST_WORDS)
    )[0]
    place = np.searchsorted(paragraphs, reading.article_block[:-1])
    padded = np.append(paragraphs, len(reading.kind))
    behind: I64 = np.minimum(padded[place] + 1, reading.article_block[1:])
    return behind
