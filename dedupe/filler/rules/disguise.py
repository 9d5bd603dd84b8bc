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
from itertools import chain, product
from typing import NamedTuple

import numpy as np

from dedupe.filler.rules.reading import Reading
from dedupe.tables import TOKEN_DISGUISED, TRANSPARENT, EvidenceKind

LEAST_LETTERS = 3
"""Letters of a word of mixed script that counts alone; "кB" is a unit."""
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
_REACH = 120
"""Bytes around a word in which the rest of a mail address is looked for."""
_CUT = 40
"""Letters of a word that are shown."""
_MOST_ONES = 3
"""As the tokeniser reads them"""
_READINGS = {"0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}
_REFERENCE = re.compile(rb"&#(?:x[0-9a-f]{1,6}|[0-9]{1,7});", re.IGNORECASE)
_MAIL = re.compile(r"@|&#(?:64|x40);", re.IGNORECASE)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff]")
_EAST_ASIAN = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af]")
_PHONETIC = re.compile("[əɪʊɔɛʃʒθðŋɾʁɹʌɒæˈˌː]")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SOFT_HYPHEN, _JOINER = "\u00ad", "\u200c"
_BREAKS = "\u200b\ufeff"
"""Characters that also stand where a space was lost, before a capital."""
_OPERATORS = "\u2061\u2062\u2063\u2064"
_LIGATURES = re.compile("f\u200c[fijltbhk]", re.IGNORECASE)
"""Where German typography parts the letters of a compound ("Auflage")."""
_VOWELS = frozenset("aeiouyаеиоуыэюяіαεηιουω")


class Disguise(NamedTuple):
    """A disguised word."""

    block: int
    start: int
    end: int
    readable: str
    reasons: tuple[str, ...]
    certain: bool
    """Counts alone"""


def find(reading: Reading) -> None:
    """Flag the disguised words of each block."""
    tokens = np.flatnonzero(reading.tokens.flags & TOKEN_DISGUISED)
    if not len(tokens):
        return
    blocks = np.searchsorted(reading.block_token, tokens, "right") - 1
    found = [
        disguise
        for token, block in zip(tokens.tolist(), blocks.tolist(), strict=True)
        if (disguise := _disguise(reading, token, block)) is not None
    ]
    kinds: dict[int, set[tuple[str, ...]]] = {}
    for each in found:
        spelling = (each.readable.casefold(), *each.reasons)
        kinds.setdefault(int(reading.article[each.block]), set()).add(spelling)
    by_block: dict[int, list[Disguise]] = {}
    for each in found:
        if each.certain or len(kinds[int(reading.article[each.block])]) > 1:
            by_block.setdefault(each.block, []).append(each)
    _flag(reading, by_block)


def _flag(reading: Reading, by_block: dict[int, list[Disguise]]) -> None:
    """One flag for the disguised words of a block, from the first to the last."""
    words = list(by_block.values())
    edges = np.array([(some[0].start, some[-1].end) for some in words], np.int64).reshape(-1, 2)
    blocks = np.array(list(by_block), np.int64)
    flags = reading.flags.add(
        "OBF601", reading.article[blocks], edges[:, 0].copy(), edges[:, 1].copy(),
        [_message(some) for some in words],
    )  # fmt: skip
    shown = [dict(_shown(some)) for some in words]
    owner = np.repeat(flags, [len(texts) for texts in shown])
    first = np.array([span for texts in shown for span in texts.values()], np.int64).reshape(-1, 2)
    reading.flags.explain(
        owner, EvidenceKind.FACT, list(chain.from_iterable(shown)),
        start=first[:, 0].copy(), end=first[:, 1].copy(),
    )  # fmt: skip


def _message(words: list[Disguise]) -> str:
    names = list(dict.fromkeys(word.readable[:_CUT] for word in words))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    count = "1 word is" if len(words) == 1 else f"{len(words)} words are"
    return f"{count} disguised: {', '.join(names[:_NAMED])}{more}."


def _shown(words: list[Disguise]) -> Iterator[tuple[str, tuple[int, int]]]:
    """What explains a flag, with the first place of each spelling."""
    texts = [f"{word.readable[:_CUT]}: {', '.join(word.reasons)}" for word in words]
    times = Counter(texts)
    for text, word in zip(texts, words, strict=True):
        if times[text]:
            often = f" ({times[text]} times)" if times[text] > 1 else ""
            times[text] = 0
            yield text + often, (word.start, word.end)


def _disguise(reading: Reading, token: int, block: int) -> Disguise | None:
    """What is disguised about a word, where it is not honest."""
    start, end = reading.start[token], reading.end[token]
    while end < len(reading.prose_view) and reading.prose_view[end] == TRANSPARENT:
        end += 1
    word = reading.prose(start, end)
    hidden = _hidden(reading, block, word)
    plain = _without_invisible(word)
    script = _foreign_letters(plain, int(reading.tokens.hash[token]))
    read = plain if script is None else script.readable
    digits = _digits(read, int(reading.tokens.hash[token]))
    styled = _styled(reading, block, plain, start)
    references = _references(reading, start, end)
    reasons = dict.fromkeys((
        *(script.reasons if script else ()), *(digits.reasons if digits else ()), *hidden, *styled,
        *references,
    ))  # fmt: skip
    if not reasons:
        return None
    certain = bool(hidden or styled or references or (script and script.certain))
    readable = "".join(map(_plain, digits.readable if digits else read))
    return Disguise(block, start, end, readable, tuple(reasons), certain)


class _Read(NamedTuple):
    """A word as it reads, and what makes it so."""

    readable: str
    reasons: tuple[str, ...]
    certain: bool


def _named(char: str) -> str:
    """Code point and name of a character."""
    return f"U+{ord(char):04X} {unicodedata.name(char, 'UNNAMED')}"


def _without_invisible(word: str) -> str:
    from dedupe.kernels import characters as ch

    if word.isascii():
        return word
    return "".join(char for char in word if ch.kind_of(char) & ch.CLASS != ch.IGNORABLE)


def _scripts(word: str) -> set[int]:
    """LATIN, FOREIGN, or both."""
    from dedupe.kernels import characters as ch

    return {ch.kind_of(char) & (ch.LATIN | ch.FOREIGN) for char in word} - {0}


@lru_cache(_REMEMBERED)
def _foreign_letters(word: str, value: int) -> _Read | None:
    """The reading of a word of mixed script that has the hash, if any.

    One Latin letter in a Cyrillic or Greek word is a slip of the keyboard, where c and с share a
    key; it does not count alone.
    """
    from dedupe.kernels import characters as ch
    from dedupe.kernels.words import hash_word

    if len(_scripts(word)) < 2:
        return None
    letters = sum(char.isalpha() for char in word)
    for alike, certain in (
        (ch.latin_look, letters >= LEAST_LETTERS),
        (partial(ch.foreign_look, ch.CYRILLIC), False),
        (partial(ch.foreign_look, ch.GREEK), False),
    ):
        pairs = [(char, alike(char)) for char in word]
        read = "".join(letter or char for char, letter in pairs)
        if len(_scripts(read)) == 1 and hash_word(read) == value:
            reasons = (f"{_named(char)} for {letter}" for char, letter in pairs if letter)
            return _Read(read, tuple(reasons), certain)
    return None


@lru_cache(_REMEMBERED)
def _digits(word: str, value: int) -> _Read | None:
    """The reading of a word with digits or signs between letters that has the hash, if any.

    It never counts alone: one such word is a name or a joke.
    """
    from dedupe.kernels.words import hash_word

    folded = unicodedata.normalize("NFKC", word)
    places = [place for place, char in enumerate(folded) if char in _READINGS]
    if not places or 2 * len(places) > len(folded) or not folded.isascii():
        return None
    if folded.count("1") > _MOST_ONES:
        return None
    for choice in product(*(_READINGS[folded[place]] for place in places)):
        letters = list(folded)
        for place, letter in zip(places, choice, strict=True):
            letters[place] = letter.upper() if folded.isupper() else letter
        read = "".join(letters)
        if read.isalpha() and hash_word(read) == value:
            reasons = (
                f"{folded[p]} for {letter}" for p, letter in zip(places, choice, strict=True)
            )
            return _Read(read, tuple(reasons), certain=False)
    return None


def _hidden(reading: Reading, block: int, word: str) -> list[str]:
    """The invisible characters of a word that have no honest reason to stand there."""
    if word.isascii():
        return []
    from dedupe.kernels import characters as ch

    kinds = [ch.kind_of(char) for char in word]
    invisible = [kind & ch.CLASS == ch.IGNORABLE for kind in kinds]
    if not any(invisible):
        return []
    scripted = [kind & (ch.LATIN | ch.FOREIGN) != 0 for kind in kinds]
    letters = sum(scripted)
    found = []
    for place, char in enumerate(word):
        if not invisible[place] or char == _SOFT_HYPHEN:
            continue
        before = next((p for p in range(place - 1, -1, -1) if not invisible[p]), None)
        behind = next((p for p in range(place + 1, len(word)) if not invisible[p]), None)
        if before is None or behind is None or not (scripted[before] and scripted[behind]):
            continue
        honest = (
            (char in _BREAKS and word[behind].isupper() and word[before].islower())
            or (char in _OPERATORS and letters <= MOST_FORMULA)
            or (char == _JOINER and _LIGATURES.search(word))
            or (_DIRECTION.match(char) and _RIGHT_TO_LEFT.search(_block_text(reading, block)))
        )
        if not honest:
            found.append(f"{_named(char)} inside")
    if _SOFT_HYPHEN in word and not _hyphenated(word):
        found.append(f"{_named(_SOFT_HYPHEN)} inside")
    return found


def _hyphenated(word: str) -> bool:
    """Whether the soft hyphens of a word stand where software puts them.

    It leaves words of four letters whole, and cuts no single letter off but a vowel.
    """
    pieces = [piece for piece in word.split(_SOFT_HYPHEN) if piece]
    single = [piece for piece in map(_without_invisible, pieces) if len(piece) == 1]
    vowels = (unicodedata.normalize("NFD", piece)[0].lower() in _VOWELS for piece in single)
    return sum(map(len, pieces)) >= LEAST_HYPHENATED and len(single) < 2 and all(vowels)


def _styled(reading: Reading, block: int, word: str, start: int) -> list[str]:
    """Full-width letters where nothing is East Asian, and letters of another style among plain.

    A word that is styled as a whole is decoration, and is read as what it is.
    """
    if word.isascii():
        return []
    wide = [char for char in word if "\uff21" <= char <= "\uff5a"]
    if wide:
        article = int(reading.article[block])
        text = reading.text(int(reading.batch.start[article]), int(reading.batch.end[article]))
        honest = _EAST_ASIAN.search(text) is not None
        return [] if honest else [f"{_named(char)} for {_plain(char)}" for char in wide]
    if len(word) < LEAST_STYLED:
        return []
    found = []
    for place, char in enumerate(word):
        beside = word[max(place - 1, 0) : place + 2]
        if _is_styled(char) and any("a" <= other <= "z" for other in beside):
            found.append(f"{_named(char)} for {_plain(char)}")
    if not found or any(not char.isascii() and not _is_styled(char) for char in word):
        return []
    line = _block_text(reading, block)
    before = reading.text(max(start - 1, 0), start)
    return [] if before in ("/", "[") or _PHONETIC.search(line) else found


def _is_styled(char: str) -> bool:
    """Whether a letter is one of mathematics, a small capital, or a Latin letter of phonetics."""
    from dedupe.kernels import characters as ch

    return "\U0001d400" <= char <= "\U0001d7ff" or ch.is_small_capital(char)


def _plain(char: str) -> str:
    """A letter without its style, in its case."""
    from dedupe.kernels import characters as ch

    if char.isascii():
        return char
    return (
        ch.folded_form(char).decode()
        if ch.is_small_capital(char)
        else unicodedata.normalize("NFKC", char)
    )


def _references(reading: Reading, start: int, end: int) -> list[str]:
    """References to plain letters; a mail address is often written so, to keep robots off."""
    found = []
    for match in _REFERENCE.finditer(bytes(reading.data_view[start:end])):
        text = str(match[0], "ascii")
        char = html.unescape(text)
        if char.isascii() and char.isalnum():
            found.append(f"{text} for {char}")
    before, behind = reading.text(max(start - _REACH, 0), start), reading.text(end, end + _REACH)
    if found and _MAIL.search(before.rpartition(" ")[2] + behind.partition(" ")[0]):
        return []
    return found


def _block_text(reading: Reading, block: int) -> str:
    return reading.text(*reading.block_span(block))
