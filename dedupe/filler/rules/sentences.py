"""Single sentences: stock (FIL304), announcements (FIL306), authorities without a name (FIL307)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from dedupe.arrays import I64
from dedupe.filler.lexicon import Mark
from dedupe.filler.rules.reading import PARAGRAPH, RuleReading
from dedupe.tables import TOKEN_CAPITAL, TOKEN_DIGIT, TOKEN_QUOTED, EvidenceKind

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
_NONE = np.empty(0, np.int64)
_REACH = 240
"""Bytes behind the first half of a contrast in which the second begins."""


def find(reading: RuleReading) -> None:
    """Flag single sentences."""
    _announcements(reading)
    _nameless(reading)
    _stock(reading)
    _contrasts(reading)


def _flag_hits(reading: RuleReading, rule: str, hits: I64, messages: Sequence[str]) -> None:
    """Flag the sentences of some hits of the lexicon, which explain the flags."""
    flags = reading.flag_sentences(
        rule, reading.hit_sentence[hits], reading.hit_block[hits], messages
    )
    reading.show_hits(flags, EvidenceKind.CUE, hits)


def _announcements(reading: RuleReading) -> None:
    hits = np.concatenate((
        reading.sentence_hits(Mark.META), reading.sentence_hits(Mark.META_OPENING, opening=True)
    ))  # fmt: skip
    _, first = np.unique(reading.hit_sentence[hits], return_index=True)
    hits = hits[first]
    messages = [f'Announces what the text will do: "{cue}".' for cue in reading.cues(hits)]
    _flag_hits(reading, "FIL306", hits, messages)


def _nameless(reading: RuleReading) -> None:
    hits = reading.sentence_hits(Mark.WEASEL)
    sentences = reading.hit_sentence[hits]
    opening = reading.hit_first[hits] - reading.tokens.sentence[sentences]
    hits = hits[
        (reading.seen[sentences] & _SPECIFIC == 0) & ((opening <= 0) | (opening > _OPENING))
    ]
    start, end = reading.sentence_spans(reading.hit_sentence[hits], reading.hit_block[hits])
    named = [
        _named_before(reading, hit) or _ADDRESS.search(reading.text(low, high)) is not None
        for hit, low, high in zip(hits.tolist(), start.tolist(), end.tolist(), strict=True)
    ]
    hits = hits[~np.array(named, np.bool_)]
    messages = [
        f'"{cue}": the sentence gives no name, number, quotation or address.'
        for cue in reading.cues(hits)
    ]
    _flag_hits(reading, "FIL307", hits, messages)


def _named_before(reading: RuleReading, hit: int) -> bool:
    """Whether the word before a cue points at who speaks: "these studies"."""
    cue = int(reading.hit_first[hit])
    if cue == reading.tokens.sentence[reading.hit_sentence[hit]]:
        return False
    before = reading.prose(reading.start[cue - 1], reading.end[cue - 1])
    return _POINTING.fullmatch(before) is not None


def _stock(reading: RuleReading) -> None:
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
    limit = reading.model.limit(reading.settings.threshold)
    with np.errstate(invalid="ignore"):
        passes = reading.scores.score[blocks] < limit
    passes &= reading.kind[blocks] == PARAGRAPH
    order = np.argsort(-weight[found], kind="stable")
    taken: Counter[int] = Counter()
    chosen = []
    for place in order[passes[order]].tolist():
        block, sentence = int(blocks[place]), int(found[place])
        if taken[block] < MOST_PER_PARAGRAPH and _whole(reading, sentence, block):
            taken[block] += 1
            chosen.append(place)
    found, blocks = found[chosen], blocks[chosen]
    messages = [
        f"{words} of {all_words} words are stock words, {count} stock phrases, "
        "no name, number or quotation."
        for words, all_words, count in zip(
            reading.stock[found].tolist(), size[found].tolist(), phrases[found].tolist(),
            strict=True,
        )
    ]  # fmt: skip
    flags = reading.flag_sentences("FIL304", found, blocks, messages)
    own = [hits[a:b] for a, b in np.searchsorted(owner, np.column_stack((found, found + 1)))]
    sizes = np.array([len(part) for part in own], np.int64)
    reading.show_hits(np.repeat(flags, sizes), EvidenceKind.PHRASE, np.concatenate([_NONE, *own]))


def _whole(reading: RuleReading, sentence: int, block: int) -> bool:
    """Whether a sentence was not cut off another because of its length."""
    if sentence == reading.tokens.block[block]:
        return True
    first = int(reading.tokens.sentence[sentence])
    gap = bytes(reading.data_view[reading.end[first - 1] : reading.start[first]])
    return any(mark in gap for mark in b".!?")


def _contrasts(reading: RuleReading) -> None:
    """The pattern "not merely X; it is Y", where an article has it twice or more."""
    hits = reading.sentence_hits(Mark.NOT_MERELY)
    article = reading.article[reading.hit_block[hits]]
    hits = hits[np.bincount(article, minlength=1)[article] >= LEAST_CONTRASTS]
    start = reading.tokens.start[reading.hit_first[hits]].astype(np.int64)
    end = np.minimum(reading.batch.blocks.end[reading.hit_block[hits]], start + _REACH)
    hits = hits[
        [
            _SECOND_HALF.search(reading.prose(a, b)) is not None
            for a, b in zip(start.tolist(), end.tolist(), strict=True)
        ]
    ]
    article = reading.article[reading.hit_block[hits]]
    count = np.bincount(article, minlength=1)[article]
    often = count >= LEAST_CONTRASTS
    hits, article, count = hits[often], article[often], count[often]
    number = np.arange(len(article)) - np.searchsorted(article, article) + 1
    messages = [
        f'"{cue} ...; it is ...": {place} of {total} in the article.'
        for cue, place, total in zip(
            reading.cues(hits), number.tolist(), count.tolist(), strict=True
        )
    ]
    _flag_hits(reading, "FIL304", hits, messages)
