"""Words that are spelled so that a search misses them (OBF601).

The tokeniser has read them as they look, and marks each word that may be disguised; here it is
decided which of them honestly look so. One word of a weak kind says nothing, two of an article do.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import chain, groupby, pairwise, product
from typing import NamedTuple

import numpy as np

from dedupe.filler.rules.reading import RuleReading, Span
from dedupe.tables import TOKEN_DISGUISED, TRANSPARENT, EvidenceKind

LEAST_LETTERS = 3
"""Letters of a word of mixed script that counts alone; "кB" is a unit."""
LEAST_CAPITALS = 6
"""The same for a word of capitals; shorter ones are abbreviations."""
LEAST_HYPHENATED = 5
"""Letters of a word that software hyphenates."""
LEAST_STYLED = 4
"""Letters of a word with letters of another style among plain ones; shorter ones are formulae."""
MOST_FORMULA = 6
"""Letters of "sin x" and the like, in which invisible operators stand."""
_REMEMBERED = 1 << 14
"""Spellings whose reading is kept: a disguised article has each of them often."""
_NAMED = 3
"""Words that the message names."""
_CUT = 40
"""Letters of a word that are shown."""
_REACH = 120
"""Bytes around a word in which the rest of a mail address is looked for."""
_MOST_ONES = 3
"""As the tokeniser reads them"""
_SPELLED = {"0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}
_REFERENCE = re.compile(rb"&#(?:x[0-9a-f]{1,6}|[0-9]{1,7});", re.IGNORECASE)
_DIRECTIVES = ("%", "\\", "$")
"""Before a word: it is glued to a directive of a program (`%sнет`, `\\nнет`)."""
_APOSTROPHE = re.compile("['‘’ʼ＇]")
_ROUGH = frozenset("вгкмнт")
"""Cyrillic letters whose shape is that of another Latin one by and large"""
_SPACE = re.compile(r"\s")
_MAIL = re.compile(r"@|&#(?:64|x40);", re.IGNORECASE)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff]")
_EAST_ASIAN = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af]")
_PHONETIC = re.compile("[əɪʊɔɛʃʒθðŋɾʁɹʌɒæˈˌː]")
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SOFT_HYPHEN, _JOINER = "\u00ad", "\u200c"
_BREAKS = "\u200b\ufeff"
"""Characters that also stand where a space was lost, before a capital."""
_OPERATORS = "\u2061\u2062\u2063\u2064"
_LIGATURES = re.compile("f\u200c[fijltbhk]", re.IGNORECASE)
"""Where German typography parts the letters of a compound ("Auflage")."""
_VOWELS = frozenset("aeiouyаеиоуыэюяіαεηιουω")


class Reason(NamedTuple):
    """Something about a word that disguises it."""

    text: str
    certain: bool
    """Counts alone"""
    unless: re.Pattern[str] | None = None
    """Honest where this is found around the word"""


class Spelling(NamedTuple):
    """A word as it is written."""

    readable: str
    reasons: tuple[Reason, ...]


class Disguise(NamedTuple):
    """A disguised word of a text."""

    block: int
    place: Span
    readable: str
    reasons: tuple[str, ...]
    certain: bool


def find(reading: RuleReading) -> None:
    """Flag the disguised words of each block."""
    tokens = np.flatnonzero(reading.tokens.flags & TOKEN_DISGUISED)
    if not len(tokens):
        return
    blocks = np.searchsorted(reading.block_token, tokens, "right") - 1
    around = _Around(reading)
    found = [
        disguise
        for token, block in zip(tokens.tolist(), blocks.tolist(), strict=True)
        if (disguise := _disguise(around, token, block)) is not None
    ]
    articles = reading.article[[each.block for each in found]].tolist()
    kinds: dict[int, set[tuple[str, ...]]] = {}
    for article, each in zip(articles, found, strict=True):
        kinds.setdefault(article, set()).add((each.readable.casefold(), *each.reasons))
    by_block: dict[int, list[Disguise]] = {}
    for article, each in zip(articles, found, strict=True):
        if each.certain or len(kinds[article]) > 1:
            by_block.setdefault(each.block, []).append(each)
    if by_block:
        _flag(reading, by_block)


def _flag(reading: RuleReading, by_block: dict[int, list[Disguise]]) -> None:
    """One flag for the disguised words of a block, from the first to the last."""
    words = list(by_block.values())
    start, end = np.array([(some[0].place[0], some[-1].place[1]) for some in words], np.int64).T
    blocks = np.array(list(by_block), np.int64)
    messages = [_message(some) for some in words]
    flags = reading.flags.add("OBF601", reading.article[blocks], start, end, messages)
    shown = [dict(_shown(some)) for some in words]
    owner = np.repeat(flags, [len(texts) for texts in shown])
    texts = list(chain.from_iterable(shown))
    first, behind = np.array([span for some in shown for span in some.values()], np.int64).T
    reading.flags.explain(owner, EvidenceKind.FACT, texts, start=first, end=behind)


def _message(words: list[Disguise]) -> str:
    names = list(dict.fromkeys(word.readable[:_CUT] for word in words))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    count = "1 word is" if len(words) == 1 else f"{len(words)} words are"
    return f"{count} disguised: {', '.join(names[:_NAMED])}{more}."


def _shown(words: list[Disguise]) -> Iterator[tuple[str, Span]]:
    """What explains a flag, with the first place of each spelling."""
    texts = [f"{word.readable[:_CUT]}: {', '.join(word.reasons)}" for word in words]
    times = Counter(texts)
    for text, word in zip(texts, words, strict=True):
        if count := times.pop(text, 0):
            yield f"{text} ({count} times)" if count > 1 else text, word.place


class _Around:
    """Answers what stands around a word; each block and article is looked through once."""

    def __init__(self, reading: RuleReading) -> None:
        self.reading = reading
        self._known: dict[tuple[re.Pattern[str], Span], bool] = {}

    def excuses(self, pattern: re.Pattern[str], block: int, start: int) -> bool:
        """Whether what is found in the block, or in the article, makes a word honest."""
        reading = self.reading
        if pattern is _PHONETIC and reading.text(max(start - 1, 0), start) in ("/", "["):
            return True
        span = reading.block_span(block)
        if pattern is _EAST_ASIAN:
            article = int(reading.article[block])
            span = int(reading.batch.start[article]), int(reading.batch.end[article])
        if (pattern, span) not in self._known:
            self._known[pattern, span] = pattern.search(reading.text(*span)) is not None
        return self._known[pattern, span]

    def references(self, start: int, end: int) -> Iterator[Reason]:
        """References to plain letters; a mail address is often written so, to keep robots off."""
        raw = bytes(self.reading.data_view[start:end])
        if b"&#" not in raw:
            return
        before = _SPACE.split(self.reading.text(max(start - _REACH, 0), start))[-1]
        behind = _SPACE.split(self.reading.text(end, end + _REACH), 1)[0]
        if _MAIL.search(before) or _MAIL.search(behind):
            return
        for match in _REFERENCE.finditer(raw):
            text = str(match[0], "ascii")
            char = html.unescape(text)
            if char.isascii() and char.isalnum():
                yield Reason(f"{text} for {char}", certain=True)


def _disguise(around: _Around, token: int, block: int) -> Disguise | None:
    """What is disguised about a word, where it is not honest."""
    reading = around.reading
    start, end = reading.start[token], reading.end[token]
    while end < len(reading.prose_view) and reading.prose_view[end] == TRANSPARENT:
        end += 1
    if reading.text(max(start - 1, 0), start) in _DIRECTIVES:
        return None
    readable, reasons = _spelling(reading.prose(start, end), int(reading.tokens.hash[token]))
    left = [
        reason
        for reason in (*reasons, *around.references(start, end))
        if reason.unless is None or not around.excuses(reason.unless, block, start)
    ]
    if not left:
        return None
    texts = tuple(dict.fromkeys(reason.text for reason in left))
    return Disguise(block, (start, end), readable, texts, any(reason.certain for reason in left))


@lru_cache(_REMEMBERED)
def _spelling(word: str, value: int) -> Spelling:
    """How a word of a hash reads, and what disguises it."""
    plain = _without_invisible(word)
    script = _foreign_letters(plain, value)
    digits = _digits(script.readable, value)
    readable = "".join(map(_plain, digits.readable))
    reasons = chain(script.reasons, digits.reasons, _hidden(word), _styled(plain))
    return Spelling(readable, tuple(reasons))


def _named(char: str) -> str:
    """Code point and name of a character."""
    return f"U+{ord(char):04X} {unicodedata.name(char, 'UNNAMED')}"


def _invisible(word: str) -> list[str]:
    from dedupe.kernels import characters as ch

    return [char for char in word if ch.kind_of(char) & ch.CLASS == ch.IGNORABLE]


def _without_invisible(word: str) -> str:
    hidden = () if word.isascii() else _invisible(word)
    return "".join(char for char in word if char not in hidden)


def _scripts(word: str) -> set[int]:
    """LATIN, FOREIGN, or both."""
    from dedupe.kernels import characters as ch

    return {ch.kind_of(char) & (ch.LATIN | ch.FOREIGN) for char in word} - {0}


def _runs(word: str) -> list[int]:
    """Letters of each run of one script."""
    from dedupe.kernels import characters as ch

    scripts = (ch.kind_of(char) & (ch.LATIN | ch.FOREIGN) for char in word)
    return [sum(1 for _ in run) for _, run in groupby(script for script in scripts if script)]


def _foreign_letters(word: str, value: int) -> Spelling:
    """The reading of a word of mixed script that has the hash, if any.

    A Latin letter in a Cyrillic or Greek word may be a slip of the keyboard, where c and с share a
    key, and so may a Cyrillic one in an abbreviation ("СSS") or in a name ("Конgo"); a word of two
    halves may be a stem with an ending. They do not count alone, and with an apostrophe between
    the scripts ("Windows'тору") not at all.
    """
    from dedupe.kernels import characters as ch
    from dedupe.kernels.words import hash_word

    if all(len(_scripts(part)) < 2 for part in _APOSTROPHE.split(word)):
        return Spelling(word, ())
    runs = _runs(word)
    least = LEAST_CAPITALS if word.isupper() else LEAST_LETTERS
    halves = len(runs) == 2 and min(runs) > 1
    for alike, certain in (
        (ch.latin_look, sum(runs) >= least and not halves and _ROUGH.isdisjoint(word)),
        (partial(ch.foreign_look, ch.CYRILLIC), False),
        (partial(ch.foreign_look, ch.GREEK), False),
    ):
        pairs = [(char, alike(char)) for char in word]
        read = "".join(letter or char for char, letter in pairs)
        if len(_scripts(read)) == 1 and hash_word(read) == value:
            texts = [f"{_named(char)} for {letter}" for char, letter in pairs if letter]
            return Spelling(read, tuple(Reason(text, certain) for text in texts))
    return Spelling(word, ())


def _digits(word: str, value: int) -> Spelling:
    """The reading of a word with digits or signs between letters that has the hash, if any.

    It never counts alone: one such word is a name or a joke.
    """
    from dedupe.kernels.words import hash_word

    folded = word if word.isascii() else unicodedata.normalize("NFKC", word)
    places = [place for place, char in enumerate(folded) if char in _SPELLED]
    few = 2 * len(places) <= len(folded) and folded.count("1") <= _MOST_ONES
    for choice in product(*(_SPELLED[folded[place]] for place in places)) if places and few else ():
        letters = list(folded)
        for place, letter in zip(places, choice, strict=True):
            letters[place] = letter.upper() if folded.isupper() else letter
        read = "".join(letters)
        if read.isalpha() and hash_word(read) == value:
            texts = [f"{folded[p]} for {letter}" for p, letter in zip(places, choice, strict=True)]
            return Spelling(read, tuple(Reason(text, certain=False) for text in texts))
    return Spelling(word, ())


def _hidden(word: str) -> Iterator[Reason]:
    """The invisible characters between letters that have no honest reason to stand there."""
    if word.isascii():
        return
    from dedupe.kernels import characters as ch

    kinds = [ch.kind_of(char) for char in word]
    between = (ch.IGNORABLE, ch.APOSTROPHE)
    seen = [place for place, kind in enumerate(kinds) if kind & ch.CLASS not in between]
    letters = {place for place in seen if kinds[place] & (ch.LATIN | ch.FOREIGN)}
    for before, behind in pairwise(seen):
        if before not in letters or behind not in letters:
            continue
        for char in _invisible(word[before + 1 : behind]):
            if char == _SOFT_HYPHEN:
                honest = _is_hyphenated(word)
            elif char in _BREAKS:
                honest = word[behind].isupper() and word[before].islower()
            elif char in _OPERATORS:
                honest = len(letters) <= MOST_FORMULA
            else:
                honest = char == _JOINER and _LIGATURES.search(word) is not None
            if not honest:
                unless = _RIGHT_TO_LEFT if char in _DIRECTION else None
                yield Reason(f"{_named(char)} inside", certain=True, unless=unless)


def _is_hyphenated(word: str) -> bool:
    """Whether the soft hyphens of a word stand where software puts them.

    It leaves words of four letters whole, and cuts no single letter off but a vowel.
    """
    pieces = [piece for part in word.split(_SOFT_HYPHEN) if (piece := _without_invisible(part))]
    single = [piece for piece in pieces if len(piece) == 1]
    vowels = (unicodedata.normalize("NFD", piece)[0].lower() in _VOWELS for piece in single)
    return sum(map(len, pieces)) >= LEAST_HYPHENATED and len(single) < 2 and all(vowels)


def _styled(word: str) -> Iterator[Reason]:
    """Full-width letters where nothing is East Asian, and letters of another style among plain.

    A word that is styled as a whole is decoration, and is read as what it is.
    """
    others = [char for char in word if not char.isascii()]
    for char in others:
        if "\uff21" <= char <= "\uff5a":
            yield Reason(f"{_named(char)} for {_plain(char)}", certain=True, unless=_EAST_ASIAN)
    if len(word) < LEAST_STYLED or not all(map(_is_styled, others)):
        return
    for place, char in enumerate(word):
        beside = word[max(place - 1, 0) : place + 2]
        if not char.isascii() and any("a" <= other <= "z" for other in beside):
            yield Reason(f"{_named(char)} for {_plain(char)}", certain=True, unless=_PHONETIC)


def _is_styled(char: str) -> bool:
    """Whether a letter is one of mathematics, a small capital, or a Latin letter of phonetics."""
    from dedupe.kernels import characters as ch

    return "\U0001d400" <= char <= "\U0001d7ff" or ch.is_small_capital(char)


def _plain(char: str) -> str:
    """A letter without its style, in its case."""
    from dedupe.kernels import characters as ch

    if char.isascii():
        return char
    if ch.is_small_capital(char):
        return ch.folded_form(char).decode()
    return unicodedata.normalize("NFKC", char)
