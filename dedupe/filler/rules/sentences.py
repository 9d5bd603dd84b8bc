"""Single sentences: stock (FIL304), announcements (FIL306), authorities without a name (FIL307)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np

from dedupe.filler.lexicon import Mark
from dedupe.filler.rules.passages import limit
from dedupe.filler.rules.reading import PARAGRAPH, Reading
from dedupe.model import Evidence, Flag
from dedupe.tables import I64, TOKEN_CAPITAL, TOKEN_DIGIT, TOKEN_QUOTED

LEAST_STOCK_WORDS, MOST_STOCK_WORDS = 8, 40
"""Words of a stock sentence."""
LEAST_STOCK_SHARE = 0.16
"""Stock words and stock phrases (which count twice) per word of a stock sentence."""
LEAST_STOCK = 3
"""Stock words and twice the stock phrases."""
MOST_PER_PARAGRAPH = 2
LEAST_CONTRASTS = 2
"""Sentences of the form "not merely X; it is Y" in one article."""

_SPECIFIC = TOKEN_CAPITAL | TOKEN_DIGIT | TOKEN_QUOTED
_ADDRESS = re.compile(r"https?://|www\.|\]\(|<a\s", re.IGNORECASE)
_SECOND_HALF = re.compile(
    r"[;,.:—–-]+\s*(?:it|they|this|that|he|she)(?:\s+(?:is|are|was|were|also)|['’](?:s|re))\b",
    re.IGNORECASE,
)
_OPENING = 2
"""Words at the beginning of a sentence, where a capital does not tell a name."""
_POINTING = re.compile(r"the|th[aeio]\w+|its|his|her|our|my|your|whose", re.IGNORECASE)
"""Words that point at somebody or something named before."""
_REACH = 240
"""Bytes behind the first half of a contrast in which the second begins."""


def find(reading: Reading) -> Iterator[Flag]:
    """Flags of single sentences."""
    yield from _announcements(reading)
    yield from _nameless(reading)
    yield from _stock(reading)
    yield from _contrasts(reading)


def _announcements(reading: Reading) -> Iterator[Flag]:
    seen = set()
    for mark, opening in ((Mark.META, False), (Mark.META_OPENING, True)):
        for hit, sentence, block in reading.sentence_hits(mark, opening=opening):
            if sentence in seen:
                continue
            seen.add(sentence)
            cue = reading.cue(hit)
            message = f'Announces what the text will do: "{cue.text}".'
            yield reading.flag_sentence("FIL306", sentence, block, message, (cue,))


def _nameless(reading: Reading) -> Iterator[Flag]:
    for hit, sentence, block in reading.sentence_hits(Mark.WEASEL):
        first = int(reading.tokens.sentence[sentence])
        if reading.seen[sentence] & _SPECIFIC or _named_before(reading, hit, first):
            continue
        start, end = reading.sentence_span(sentence, block)
        if _ADDRESS.search(reading.text(start, end)):
            continue
        cue = reading.cue(hit)
        message = f'"{cue.text}": the sentence gives no name, number, quotation or address.'
        yield reading.flag_sentence("FIL307", sentence, block, message, (cue,))


def _named_before(reading: Reading, hit: int, first: int) -> bool:
    """Whether the words before a cue may say who speaks: "Harvard experts", "these studies"."""
    cue = int(reading.hit_first[hit])
    if 0 < cue - first <= _OPENING:
        return True
    return cue > first and _POINTING.fullmatch(reading.token_text(cue - 1, cue)) is not None


def _stock(reading: Reading) -> Iterator[Flag]:
    """Sentences of stock words and phrases in paragraphs that pass."""
    sentences = reading.tokens.sentence
    size = np.diff(sentences)
    hits = reading.hits(Mark.STOCK_PHRASE)
    first, behind = reading.hit_first[hits], reading.hit_behind[hits]
    apart = np.ones(len(hits), np.bool_)
    apart[1:] = first[1:] >= np.maximum.accumulate(behind)[:-1]
    hits = hits[apart]
    owner = reading.hit_sentence[hits]
    phrases = np.bincount(owner, minlength=len(size))
    weight = reading.stock + 2 * phrases
    generic = (
        (weight >= LEAST_STOCK)
        & (weight >= LEAST_STOCK_SHARE * size)
        & (size >= LEAST_STOCK_WORDS)
        & (size <= MOST_STOCK_WORDS)
        & (reading.seen & _SPECIFIC == 0)
    )
    found = np.nonzero(generic)[0]
    blocks = np.searchsorted(reading.tokens.block, found, "right") - 1
    with np.errstate(invalid="ignore"):
        passes = reading.scores.score[blocks] < limit(reading)
    passes &= reading.kind[blocks] == PARAGRAPH
    order = np.argsort(-weight[found], kind="stable")
    taken: Counter[int] = Counter()
    for place in order[passes[order]].tolist():
        block, sentence = int(blocks[place]), int(found[place])
        if taken[block] == MOST_PER_PARAGRAPH or not _whole(reading, sentence, block):
            continue
        taken[block] += 1
        own = np.searchsorted(owner, (sentence, sentence + 1))
        evidence = tuple(_stock_phrases(reading, hits[own[0] : own[1]]))
        message = (
            f"{reading.stock[sentence]} of {size[sentence]} words are stock words, "
            f"{phrases[sentence]} stock phrases, no name, number or quotation."
        )
        yield reading.flag_sentence("FIL304", sentence, block, message, evidence)


def _stock_phrases(reading: Reading, hits: I64) -> Iterator[Evidence]:
    for hit in hits.tolist():
        cue = reading.cue(hit)
        yield Evidence("phrase", cue.text, start=cue.start, end=cue.end)


def _whole(reading: Reading, sentence: int, block: int) -> bool:
    """Whether a sentence was not cut off another because of its length."""
    if sentence == reading.tokens.block[block]:
        return True
    before = reading.tokens.sentence[sentence] - 1
    gap = reading.batch.data[reading.tokens.end[before] : reading.tokens.start[before + 1]]
    return bool(np.isin(gap, np.frombuffer(b".!?", np.uint8)).any())


def _contrasts(reading: Reading) -> Iterator[Flag]:
    """The pattern "not merely X; it is Y", where an article has it twice or more."""
    found: dict[int, list[tuple[int, int, int]]] = {}
    for hit, sentence, block in reading.sentence_hits(Mark.NOT_MERELY):
        start = reading.start[reading.hit_first[hit]]
        end = min(int(reading.batch.blocks.end[block]), start + _REACH)
        if _SECOND_HALF.search(reading.prose(start, end)):
            found.setdefault(int(reading.article[block]), []).append((hit, sentence, block))
    for places in found.values():
        if len(places) < LEAST_CONTRASTS:
            continue
        for number, (hit, sentence, block) in enumerate(places, 1):
            cue = reading.cue(hit)
            message = f'"{cue.text} ...; it is ...": {number} of {len(places)} in the article.'
            yield reading.flag_sentence("FIL304", sentence, block, message, (cue,))
