"""The oracles: what every stage computes, in plain Python, with no thought of speed.

Nothing of the program is imported here, and no NumPy: words are any hashable values, sets are
sets, 32-bit arithmetic is done with big integers and an explicit modulus. A docstring names the
stage whose kernel the function judges. The whole program, in its naive form, is `near_duplicates`.
"""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from functools import cache
from itertools import combinations, pairwise, product
from typing import Any, NamedTuple

WORD_SIZE = 2**32
EMPTY = WORD_SIZE - 1
"""Every value of the signature of an empty set."""

Shingle = tuple[Hashable, ...]


# ----------------------------------------------------------------------------- words and sentences

ABBREVIATIONS = frozenset(("mr", "dr", "vs", "etc", "no", "fig", "jan", "approx"))
"""Some words after which a full stop ends no sentence; tests hand the same to the kernel."""

COMMON = frozenset(("wait", "tattoo", "free", "hello", "seat", "state", "total", "tilt", "atlas"))
"""Some words that digits may spell; tests hand the same to the kernel."""
_LOOKS = {
    "А": "a",
    "а": "a",
    "В": "b",
    "в": "b",
    "Е": "e",
    "е": "e",
    "К": "k",
    "к": "k",
    "М": "m",
    "м": "m",
    "Т": "t",
    "т": "t",
    "О": "o",
    "о": "o",
    "С": "c",
    "с": "c",
    "Х": "x",
    "х": "x",
    "І": "i",
    "і": "i",
    "ѕ": "s",
    "ο": "o",
    "Ο": "o",
    "Α": "a",
    "α": "a",
    "Τ": "t",
    "ρ": "p",
    "σ": "o",
    "ς": "",
}
_CYRILLIC = {
    "a": "а",
    "B": "в",
    "b": "ь",
    "c": "с",
    "e": "е",
    "H": "н",
    "i": "і",
    "j": "ј",
    "k": "к",
    "m": "м",
    "o": "о",
    "p": "р",
    "s": "ѕ",
    "t": "т",
    "x": "х",
    "y": "у",
    "A": "а",
    "C": "с",
    "E": "е",
    "J": "ј",
    "K": "к",
    "M": "м",
    "O": "о",
    "P": "р",
    "S": "ѕ",
    "T": "т",
    "X": "х",
    "Y": "у",
}
_GREEK = {
    "A": "α",
    "a": "α",
    "B": "β",
    "E": "ε",
    "H": "η",
    "I": "ι",
    "i": "ι",
    "K": "κ",
    "k": "κ",
    "M": "μ",
    "N": "ν",
    "O": "ο",
    "o": "ο",
    "P": "ρ",
    "p": "ρ",
    "T": "τ",
    "t": "τ",
    "u": "υ",
    "v": "ν",
    "X": "χ",
    "x": "χ",
    "Y": "υ",
    "y": "γ",
    "Z": "ζ",
}
_SYMBOLS = "αρσν"
_SPELLED = {"0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}
_KINDS = {
    **dict.fromkeys("'‘’ʼ＇", "apostrophe"),
    **dict.fromkeys(".!?…‼。！？।؟።", "terminator"),
    **dict.fromkeys('“«„「『"‹', "opening quote"),
    **dict.fromkeys("”»」』›", "closing quote"),
    **dict.fromkeys(")]}）】〉", "closer"),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufe0f\ufeff\x7f", "ignorable"),
}
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "BOPOMOFO")


class Word(NamedTuple):
    """A word of a text; places are code points, end exclusive."""

    start: int
    end: int
    folded: bytes
    capital: bool
    digit: bool
    quoted: bool
    disguised: bool


def character_kind(char: str) -> str:
    """What a character is to the splitter. Rare marks are missing here: tests do not use them.

    >>> [character_kind(char) for char in "aÉ7中'. "]
    ['letter', 'letter', 'digit', 'single', 'apostrophe', 'terminator', 'space']
    """
    category = unicodedata.category(char)
    if char in _KINDS:
        return _KINDS[char]
    if category in ("Zs", "Zl", "Zp", "Cc"):
        return "space"
    if category == "Nd":
        return "digit"
    if category[0] in "LMN":
        unspaced = unicodedata.name(char, "").startswith(_UNSPACED)
        return "single" if unspaced and category[0] == "L" else "letter"
    return "other"


def fold(word: str) -> bytes:
    """What is hashed of a word: no case, no width, no ligature, accents behind their letters.

    >>> fold("ﬁancÉ’s") == "fiance\u0301's".encode()
    True
    """
    kept = ""
    for char in word:
        if character_kind(char) == "apostrophe":
            kept += "'"
        elif character_kind(char) != "ignorable":
            wide = unicodedata.normalize("NFKD", char).casefold()
            kept += unicodedata.normalize("NFKD", wide)
    return kept.encode()


def script(char: str) -> str:
    """LATIN, CYRILLIC or GREEK, by its name or by what it is folded to."""
    name = unicodedata.name(char, "")
    if name.startswith(("CYRILLIC", "GREEK")):
        return name.split()[0]
    if character_kind(char) != "letter" or name.startswith("ROMAN"):
        return ""
    return "LATIN" if name.startswith("LATIN") or fold(char)[:1].isalpha() else ""


def _plain(char: str) -> str:
    """A Latin letter without its accents; its case is kept where it has none."""
    return char if char.isascii() else fold(char).decode()[0]


def _as_it_looks(word: str) -> str | None:
    """The folded form of a word of mixed script, where it is to be read as one of a single script.

    >>> _as_it_looks("mоney"), _as_it_looks("молoко"), _as_it_looks("яwater")
    ('money', 'молоко', None)
    """
    scripts = [(char, script(char)) for char in word if script(char)]
    latin = [char for char, name in scripts if name == "LATIN"]
    foreign = [char for char, name in scripts if name != "LATIN"]
    if not latin or not foreign:
        return None
    names = [name == "LATIN" for _, name in scripts]
    for some, others in ((latin, foreign), (foreign, latin)):
        capitals = all(unicodedata.category(char) in ("Lu", "Lt") for char in some)
        small = all(unicodedata.category(char) == "Ll" for char in others)
        if capitals and small and len(some) > 1 and sum(a != b for a, b in pairwise(names)) == 1:
            return None
    cyrillic = script(foreign[-1]) == "CYRILLIC"
    if cyrillic and set(latin) == {"I"} and len(foreign) > len(latin):
        return None
    twins = _CYRILLIC if cyrillic else _GREEK
    free = all(_LOOKS.get(char) for char in foreign)
    twinned = all(_plain(char) in twins for char in latin)
    if free and (not twinned or len(latin) >= len(foreign)):
        read = _replaced(word, {char: _LOOKS[char] for char in foreign})
        return read if read in COMMON or not any(char in _SYMBOLS for char in foreign) else None
    if not twinned or (twins is _GREEK and (len(scripts) < 5 or len(foreign) < 2 * len(latin))):
        return None
    return _replaced(word, {char: twins[_plain(char)] for char in latin})


def _replaced(word: str, letters: dict[str, str]) -> str:
    """A folded word in which the first letter of some folded characters is another one."""
    return "".join(
        letters[char] + fold(char).decode()[1:] if char in letters else fold(char).decode()
        for char in word
    )


def _spelled(word: str) -> str | None:
    """The common word that letters and digits spell, if they stand as letters would.

    >>> _spelled("fr33"), _spelled("he11o"), _spelled("t0ta1"), _spelled("state5")
    ('free', 'hello', 'total', None)
    """
    runs = [match.span() for match in re.finditer(r"([013457@$])\1*", word)]
    inner = any(start > 0 and end < len(word) for start, end in runs)
    head = re.match(r"[0357][a-z]{4,}\Z", word)
    tail = re.search(r"^[a-z]{4,}0\Z|^[a-z]+(?:00|33)\Z", word)
    if (
        not 4 <= len(word) <= 20
        or re.fullmatch(r"[a-z013457@$]+", word) is None
        or 2 * len(re.findall("[a-z]", word)) < len(word)
        or re.search(r"([013457])(?!\1)[013457]|([013457@$])\2\2|^([013457@$])\3", word)
        or (len(word) == 4 and "11" in word)
        or word.count("1") > 3
        or not (inner or head or tail)
    ):
        return None
    choices = sorted("".join(letters) for letters in product(*(_SPELLED.get(c, c) for c in word)))
    return next((choice for choice in choices if choice in COMMON), None)


def read_word(word: str, padding: str = "") -> tuple[bytes, bool]:
    """What is hashed of a word, and whether there is more to it than its letters one by one.

    padding: what nobody sees behind it
    """
    looks = _as_it_looks(word)
    folded = fold(word).decode() if looks is None else looks
    hidden = "\x7f" in padding
    behind_apostrophe = False
    for char in word:
        if character_kind(char) == "ignorable":
            hidden |= char != "\x7f" or not behind_apostrophe
        else:
            behind_apostrophe = character_kind(char) == "apostrophe"
    styled = any(
        script(char) == "LATIN" and len(char.encode()) > 2 and len(fold(char)) == 1 for char in word
    )
    lettered = any(script(char) for char in word)
    wild = word.isascii() and word not in (word.lower(), word.upper(), word.capitalize())
    latin = any(script(char) == "LATIN" for char in word)
    spelled = None if wild or not latin else _spelled(folded)
    if spelled is not None:
        return spelled.encode(), True
    read = _lettered(folded) if latin else folded
    return read.encode(), looks is not None or (lettered and (hidden or styled))


def _lettered(word: str) -> str:
    """A folded word of letters and digits with letters for these, where each may be one.

    A common word if it can be; else each 1 is an i.

    >>> _lettered("th3"), _lettered("sea1"), _lettered("ti1t"), _lettered("utf8")
    ('the', 'seai', 'tilt', 'utf8')
    """
    if not re.fullmatch("(?=.*[0-9])[a-z013457']{1,20}", word):
        return word
    ones = 0
    choices = [""]
    for char in word:
        letters = _SPELLED.get(char, char) if char.isdigit() else char
        ones += char == "1"
        choices = [
            choice + letter for choice in choices for letter in letters[: 2 if ones < 4 else 1]
        ]
    return next((choice for choice in sorted(choices) if choice in COMMON), choices[0])


def word_hash(folded: bytes) -> int:
    """Hash of a folded word: eight bytes at a time, then the rest and the length mixed in.

    Oracle of the hash of `tokens`.
    """
    state = 0x9E3779B97F4A7C15
    whole = len(folded) // 8 * 8
    tail = int.from_bytes(folded[whole:], "little") ^ (len(folded) << 56)
    for at in range(0, whole + 8, 8):
        part = int.from_bytes(folded[at : at + 8], "little") if at < whole else tail
        state = (state ^ part) * 0xFF51AFD7ED558CCD % 2**64
        state ^= state >> 29
    return (state * 0xC4CEB9FE1A85EC53 % 2**64) >> 32


def _word_end(text: str, start: int) -> tuple[int, int]:
    """End of the word that begins at `start`, and the end of what is invisible behind it."""
    stop = at = start + 1
    if character_kind(text[start]) == "single":
        return stop, at
    while True:
        while at < len(text) and character_kind(text[at]) == "ignorable":
            at += 1
        ahead = at
        if ahead < len(text) and character_kind(text[ahead]) == "apostrophe":
            ahead += 1
            while ahead < len(text) and character_kind(text[ahead]) == "ignorable":
                ahead += 1
        if ahead == len(text) or character_kind(text[ahead]) not in ("letter", "digit"):
            return stop, at
        stop = at = ahead + 1


def _address_end(text: str, at: int) -> int:
    """Behind an address: it holds ASCII but white space, <, > and ", and letters beyond ASCII."""
    while at < len(text):
        char = text[at]
        if char <= " " or char in '<>"':
            break
        if char > "\x7f" and character_kind(char) not in ("letter", "digit"):
            break
        at += 1
    return at


def _stops(text: str, at: int) -> bool:
    """Whether a sentence ends with the terminator just before `at`."""
    spaced = False
    for char in text[at:]:
        kind = character_kind(char)
        if kind == "space":
            spaced = True
        elif spaced and kind in ("letter", "digit", "single"):
            return kind != "letter" or unicodedata.category(char) != "Ll"
        elif not spaced and char != '"':
            allowed = ("closer", "closing quote", "terminator", "apostrophe", "ignorable")
            if kind not in allowed:
                return kind == "single"
    return True


def split_words(text: str) -> tuple[list[Word], list[int]]:
    """Words of one block, and the first word of each of its sentences.

    Oracle of `tokens`.

    >>> words, sentences = split_words("It is 3.14, Dr. Who said. No more of it!")
    >>> [word.folded.decode() for word in words]
    ['it', 'is', '3', '14', 'dr', 'who', 'said', 'no', 'more', 'of', 'it']
    >>> sentences
    [0, 7]
    """
    words, terminators = _find_words(text)
    sentences: list[int] = []
    opened = 0
    for held, at in [*terminators, (len(words), len(text))]:
        for n in range(opened + 1, held + 1):
            long = n - opened >= 32 and word_hash(words[n - 1].folded) % 16 == 0
            if long or n - opened >= 64:
                sentences.append(opened)
                opened = n
        if (held, at) in terminators and held - opened >= 3:
            last = words[held - 1] if words[held - 1].end == at - 1 else None
            if _ends_sentence(text, at, last):
                sentences.append(opened)
                opened = held
    if len(words) - opened >= 3 or (len(words) > opened and not sentences):
        sentences.append(opened)
    return words, sentences


def _find_words(text: str) -> tuple[list[Word], list[tuple[int, int]]]:
    """Words of a text; and for each terminator the words before it and the place behind it."""
    words: list[Word] = []
    terminators: list[tuple[int, int]] = []
    at = 0
    quoted = False
    while at < len(text):
        char, kind = text[at], character_kind(text[at])
        if kind in ("letter", "digit", "single"):
            stop, behind = _word_end(text, at)
            piece = text[at:stop]
            digit = any(character_kind(part) == "digit" for part in piece)
            read = read_word(piece, text[stop:behind])
            capital = unicodedata.category(char) in ("Lu", "Lt")
            words.append(Word(at, stop, read[0], capital, digit, quoted, read[1]))
            at = behind
            continue
        signed = _signed_word(text, words[-1], at) if words and words[-1].end == at else None
        if signed is not None:
            words[-1] = signed
            at = signed.end
            continue
        if words and words[-1].end == at and _is_address(text, words[-1], at):
            first = _drop_address(text, words, at)
            terminators = [mark for mark in terminators if mark[1] <= first]
            at = _address_end(text, at)
            continue
        at += 1
        if kind == "terminator":
            terminators.append((len(words), at))
        elif kind == "opening quote":
            quoted = not (quoted and char == '"')
        elif kind == "closing quote":
            quoted = False
    return words, terminators


def _signed_word(text: str, last: Word, at: int) -> Word | None:
    """The word that goes on behind an @ or $, where it spells a common word."""
    found = re.compile(r"[A-Za-z0-9@$]+").match(text, last.start)
    if text[at] not in "@$" or found is None or found.end() <= at:
        return None
    word, behind = found[0], text[found.end() : found.end() + 2]
    host = re.match(r"[.'][A-Za-z0-9]", behind) or not behind[:1].isascii()
    wild = word not in (word.lower(), word.upper(), word.capitalize())
    spelled = None if wild or host else _spelled(word.lower())
    if spelled is None:
        return None
    digit = any(char.isdigit() for char in word)
    return Word(
        last.start, found.end(), spelled.encode(), last.capital, digit, last.quoted, disguised=True
    )


def letter_references(text: str) -> list[tuple[int, int, str]]:
    """Start, end and letter of the references to letters and digits inside words of ASCII text.

    >>> letter_references("m&#111;ney, &#x66;r, 5 &#62; 3, &#65; &#233;t")
    [(1, 7, 'o'), (12, 18, 'f')]
    """
    found = []
    for match in re.finditer(r"&#(?:([0-9]{1,7})|[xX]([0-9a-fA-F]{1,7}));", text, re.ASCII):
        code = int(match[1] or match[2], 10 if match[1] else 16)
        before, behind = text[: match.start()][-1:], text[match.end() :][:2]
        beside = before.isalpha() or before == ";" or behind[:1].isalpha() or behind == "&#"
        if code < 128 and chr(code).isalnum() and beside:
            found.append((match.start(), match.end(), chr(code)))
    return found


def _drop_address(text: str, words: list[Word], at: int) -> int:
    """Take away the word that is no word; of first.last@host the words before it too."""
    first = words.pop().start
    while text[at] == "@" and words and words[-1].end + 1 == first:
        if text[first - 1] not in ".-_+":
            break
        first = words.pop().start
    return first


def _is_address(text: str, last: Word, at: int) -> bool:
    """Whether the character behind a word makes an address of it."""
    if text[at] == "@":
        return "A" <= text[at + 1 : at + 2] != "`"
    if text[at] == ".":
        return text[last.start : last.end] in ("www", "WWW", "Www")
    return text[at : at + 3] == "://"


def _ends_sentence(text: str, at: int, last: Word | None) -> bool:
    """Whether the terminator before `at`, directly behind the word `last`, ends a sentence."""
    if not _stops(text, at):
        return False
    return not (text[at - 1] == "." and last and _is_abbreviation(text, last))


def _is_abbreviation(text: str, last: Word) -> bool:
    initial = last.capital and len(text[last.start : last.end].encode()) == 1
    return initial or last.folded.decode() in ABBREVIATIONS


# -------------------------------------------------------------------------------------- Markdown

_TITLE, _HEADING, _PARAGRAPH, _ITEM, _QUOTE, _TABLE = range(6)
_CONTAINERS = {"Item": _ITEM, "BlockQuote": _QUOTE, "FootnoteDefinition": _PARAGRAPH}
_LEAVES = {"Heading": _HEADING, "TableHead": _TABLE, "TableRow": _TABLE}
_HTML_KINDS = {
    **dict.fromkeys((b"h1", b"h2", b"h3", b"h4", b"h5", b"h6"), _HEADING),
    **dict.fromkeys((b"li", b"dt", b"dd"), _ITEM),
    **dict.fromkeys((b"tr", b"caption"), _TABLE),
    b"blockquote": _QUOTE,
    **dict.fromkeys(
        b"p div section article aside header footer nav main ul ol dl table thead tbody figure hr "
        b"figcaption details summary form center address".split(),
        _PARAGRAPH,
    ),
}
_HTML = re.compile(
    rb"<!--.*?(?:-->|\Z)"
    rb"|<(script|style|pre|code)\b.*?(?:</\1\s*>|\Z)"
    rb"|<(/?)([a-z][a-z0-9]*)[^<>]*>?|<[!?/][^<>]*>?"
    rb"|&(?:\#\d{1,7}|\#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});",
    re.DOTALL | re.IGNORECASE,
)
_SHORTCODES = (rb"\{\{[^{}]*\}\}", rb"\{%(?:[^%{]|%(?!\}))*%\}", rb"(?m)^[ \t]*:{3,}[^\r\n]*")
_EMPHASIS = re.compile(rb"[*_~\[\\]*(?:\](?:[(\[].*)?)?", re.DOTALL)
_WORD_BYTE = re.compile(rb"[\x80-\xffA-Za-z0-9']")


class MarkdownReader:
    """Blocks and prose of an article of Markdown by the events of its parser (kernels/markdown)."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.prose = bytearray(raw)
        self.kept: list[tuple[int, int]] = []
        self.blocks: list[tuple[int, int, int]] = []
        """Kind, start and end, with white space around and blocks without prose"""

    # One function, as the grammar of events is one table.
    def read(  # noqa: C901, PLR0912, PLR0915
        self, events: Iterable[tuple[Any, Any]]
    ) -> None:
        """Fill `prose` and `blocks`."""
        containers, leaf = [_PARAGRAPH], None
        block: list[int] | None = None
        markup: int | None = None
        muted = 0
        lines: list[int] = []
        for event, span in events:
            start, end = span["start"], span["end"]
            if isinstance(event, str) or start < muted:
                continue
            (name, value), *_ = event.items()
            if name == "Text":
                if block is None:
                    kind = containers[-1] if leaf is None else leaf
                    block = [kind, start if markup is None else markup, end]
                block[2] = end
                self.keep(start, end, value if self.raw[start] == 0x26 else None)
            elif name == "Code":
                if block is not None:
                    block[2] = end
                elif markup is None:
                    markup = start
            elif name == "Html":
                lines += start, end
            elif name in {"Start", "End"}:
                opens = name == "Start"
                tag = value if isinstance(value, str) else next(iter(value))
                if tag in {"Emphasis", "Strong", "Strikethrough", "Link"}:
                    if block is None:
                        markup = (start if markup is None else markup) if opens else None
                    elif not opens:
                        block[2] = max(block[2], end)
                    continue
                if tag in {"Image", "CodeBlock"}:
                    muted = end
                if tag in {"Image", "TableCell"}:
                    continue
                if block is not None:
                    self.blocks.append((block[0], block[1], block[2]))
                block = markup = None
                if tag in _LEAVES:
                    leaf = _LEAVES[tag] if opens else None
                    if opens and tag == "Heading" and value[tag]["level"] == "H1":
                        leaf = _HEADING if self.blocks else _TITLE
                elif tag in _CONTAINERS and opens:
                    containers.append(_CONTAINERS[tag])
                elif tag in _CONTAINERS:
                    containers.pop()
                elif tag == "HtmlBlock" and not opens and lines:
                    self.read_html(lines[0], lines[-1], containers[-1])
                    lines = []
        if block is not None:
            self.blocks.append((block[0], block[1], block[2]))
        self.blank()

    def keep(self, start: int, end: int, char: str | None = None) -> None:
        """Keep a piece of text, or the character that it stands for unless that is a space."""
        if char is not None and char.encode() != self.raw[start:end]:
            encoded = char.encode()
            if len(encoded) > end - start or char.isspace():
                return
            self.prose[start:end] = encoded.ljust(end - start, b"\x7f")
        self.kept.append((start, end))

    def read_html(self, start: int, end: int, container: int) -> None:
        """Keep the text of an HTML block; its tags separate blocks."""
        kind, at = container, start
        kept: list[tuple[int, int]] = []

        def close() -> None:
            if kept:
                self.blocks.append((kind, kept[0][0], kept[-1][1]))
            kept.clear()

        for match in [*_HTML.finditer(self.raw, start, end), None]:
            until = end if match is None else match.start()
            if self.raw[at:until].strip():
                kept.append((at, until))
                self.keep(at, until)
            if match is None:
                break
            at = match.end()
            name = (match[3] or b"").lower()
            if match[0].startswith(b"&"):
                kept.append((until, at))
                self.keep(until, at, html.unescape(match[0].decode()))
            elif name in _HTML_KINDS:
                close()
                if _HTML_KINDS[name] != _PARAGRAPH:
                    kind = container if match[2] else _HTML_KINDS[name]
        close()

    def blank(self) -> None:
        """Blank what is between the pieces, then shortcodes and directives."""
        after = 0
        for start, end in [*self.kept, (len(self.raw), 0)]:
            gap = self.raw[after:start]
            filler = b" "
            if after and end and _EMPHASIS.fullmatch(gap):
                sides = self.raw[after - 1 : after], self.raw[start : start + 1]
                filler = b"\x7f" if all(map(_WORD_BYTE.match, sides)) else b" "
            if after < start:
                self.prose[after:start] = filler * (start - after)
            after = end
        for shortcode in _SHORTCODES:
            for match in re.finditer(shortcode, self.raw):
                self.prose[match.start() : match.end()] = b" " * len(match[0])


# ------------------------------------------------------------------------- shingles, proof, windows


def shingles(words: Sequence[Hashable], k: int) -> set[Shingle]:
    """All runs of k neighbouring words, as a set; empty for fewer than k words.

    Oracle of the shingle kernel of `sketches` and `verify` (there: hashes of such runs).

    >>> sorted(shingles("a b a b a".split(), 3))
    [('a', 'b', 'a'), ('b', 'a', 'b')]
    """
    return {tuple(words[i : i + k]) for i in range(len(words) - k + 1)}


def jaccard(a: set[Shingle], b: set[Shingle]) -> float:
    """Shared shingles by all shingles; 0 for two empty sets.

    Oracle of the exact proof of `verify`.

    >>> jaccard({("a",), ("b",)}, {("b",), ("c",)})
    0.3333333333333333
    """
    union = len(a | b)
    return len(a & b) / union if union else 0.0


def containment(a: set[Shingle], b: set[Shingle]) -> float:
    """Share of the smaller set's shingles that the other one holds too; 0 if one is empty.

    Oracle of the containment of `verify`, the same whichever side comes first.

    >>> containment({("a",), ("b",)}, {("b",), ("c",), ("d",)})
    0.5
    """
    smaller = min(len(a), len(b))
    return len(a & b) / smaller if smaller else 0.0


def sentence_windows(sentence_sizes: Sequence[int], words: int) -> list[tuple[int, int]]:
    """Windows `first <= sentence < last` of one article: from every sentence until `words`.

    A window ends with the sentence that brings it to `words` words. Where the article ends before,
    there is no window.

    Oracle of the window kernel of `passages`.

    >>> sentence_windows([10, 20, 5, 30], 25)
    [(0, 2), (1, 3), (2, 4), (3, 4)]
    >>> sentence_windows([10, 10], 25)
    []
    """
    windows = []
    for first in range(len(sentence_sizes)):
        held = 0
        for last in range(first, len(sentence_sizes)):
            held += sentence_sizes[last]
            if held >= words:
                windows.append((first, last + 1))
                break
    return windows


def near_duplicates(
    windows: Sequence[Sequence[Hashable]], k: int, least: float, articles: Sequence[int] = ()
) -> dict[tuple[int, int], float]:
    """The naive program: every pair of windows with Jaccard similarity >= `least`.

    Args:
        windows: the words of each.
        k: words of a shingle.
        least: similarity from which a pair counts.
        articles: of each window; where given, pairs inside one article are left out.

    Oracle of `candidates` and `verify` together: the program may find fewer of these pairs, with
    the probability that its bands state, and never another one or another similarity.

    >>> near_duplicates(["abcd", "abce", "xyzw"], 2, 0.5)
    {(0, 1): 0.5}
    """
    sets = [shingles(words, k) for words in windows]
    found = {}
    for i, j in combinations(range(len(sets)), 2):
        if not articles or articles[i] != articles[j]:
            similarity = jaccard(sets[i], sets[j])
            if similarity >= least:
                found[i, j] = similarity
    return found


# ----------------------------------------------------------------------------------- MinHash, bands


def fmix32(value: int) -> int:
    """The finalizer of MurmurHash3, which datasketch applies once to every hash value.

    Oracle of the pre-mix of `sketches`.

    >>> fmix32(0), fmix32(1)
    (0, 1364076727)
    """
    value ^= value >> 16
    value = value * 0x85EBCA6B % WORD_SIZE
    value ^= value >> 13
    value = value * 0xC2B2AE35 % WORD_SIZE
    return value ^ value >> 16


def signature(hashes: Iterable[int], a: Sequence[int], b: Sequence[int]) -> list[int]:
    """MinHash signature of a set of 32-bit hash values, scheme `affine32` of datasketch 2.0.

    Value k is the minimum of `a[k] * fmix32(h) + b[k] mod 2^32` over the hashes h.

    Args:
        hashes: of the shingles; repetitions change nothing.
        a: multipliers, odd.
        b: addends; as many as multipliers.

    Oracle of the sketch kernel of `sketches`; itself to be checked against `datasketch.MinHash`.
    """
    mixed = [fmix32(int(value)) for value in hashes]
    parameters = [(int(x), int(y)) for x, y in zip(a, b, strict=True)]
    return [min(((x * h + y) % WORD_SIZE for h in mixed), default=EMPTY) for x, y in parameters]


def union_signature(signatures: Sequence[Sequence[int]]) -> list[int]:
    """Signature of the union of sets: the minimum in every place.

    Oracle of the kernel that makes windows and articles from sentences.

    >>> union_signature([[3, 9], [5, 2]])
    [3, 2]
    """
    return [min(values) for values in zip(*signatures, strict=True)]


def estimate(a: Sequence[int], b: Sequence[int]) -> float:
    """Share of equal places: the estimate of Jaccard similarity, deviation sqrt(J(1-J)/K)."""
    return sum(x == y for x, y in zip(a, b, strict=True)) / len(a)


def candidate_probability(similarity: float, bands: int, rows: int) -> float:
    """Probability that two sets share a band: 1 - (1 - J^r)^b.

    Oracle of the choice of bands in `bands`, and of the recall that candidates must show.

    >>> round(candidate_probability(0.7, 8, 2), 3)
    0.995
    """
    return 1 - (1 - similarity**rows) ** bands


def colliding(
    signatures: Sequence[Sequence[int]], bands: Sequence[Sequence[int]]
) -> set[tuple[int, int]]:
    """Pairs i < j that agree in every place of at least one band.

    Args:
        bands: the places of each band.

    Oracle of the band keys and the join of `bands` and `candidates`. A linear join that pairs
    only near neighbours of a bucket proposes a part of these pairs and no other one, save where
    two different keys have one hash.

    >>> sorted(colliding([[1, 2, 3], [1, 2, 4], [0, 0, 3]], [[0, 1], [2]]))
    [(0, 1), (0, 2)]
    """
    pairs: set[tuple[int, int]] = set()
    for places in bands:
        buckets: defaultdict[Shingle, list[int]] = defaultdict(list)
        for i, values in enumerate(signatures):
            buckets[tuple(values[place] for place in places)].append(i)
        for members in buckets.values():
            pairs.update(combinations(members, 2))
    return pairs


# ---------------------------------------------------------------------------- alignment, components


def common_runs(
    a: Sequence[Hashable], b: Sequence[Hashable], least: int
) -> list[tuple[int, int, int]]:
    """Maximal runs of equal words: (start in a, start in b, words), `least` words or more.

    Maximal: neither the words before nor the words behind are equal. In order of the starts.

    Oracle of the anchors of `align`.

    >>> common_runs("xabcy", "zabcabq", 2)
    [(1, 1, 3), (1, 4, 2)]
    """
    runs = []
    for i, j in product(range(len(a)), range(len(b))):
        if i and j and a[i - 1] == b[j - 1]:
            continue
        size = 0
        while i + size < len(a) and j + size < len(b) and a[i + size] == b[j + size]:
            size += 1
        if size >= least:
            runs.append((i, j, size))
    return runs


def longest_common_subsequence(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Words that two texts have in common in the same order.

    Oracle of the identity of an alignment in `align`: no alignment keeps more words.

    >>> longest_common_subsequence("abcd", "xbyd")
    2
    """
    row = [0] * (len(b) + 1)
    for word in a:
        above = row
        row = [0]
        for j, other in enumerate(b):
            row.append(above[j] + 1 if word == other else max(above[j + 1], row[j]))
    return row[-1]


def components(count: int, edges: Iterable[tuple[int, int]]) -> list[int]:
    """Smallest member of the component of every node 0 ... count - 1.

    Oracle of the union-find kernel of `clusters`. It walks the graph and knows no union-find.

    >>> components(5, [(1, 2), (4, 2)])
    [0, 1, 1, 3, 1]
    """
    neighbours: defaultdict[int, list[int]] = defaultdict(list)
    for i, j in edges:
        neighbours[i].append(j)
        neighbours[j].append(i)
    label: dict[int, int] = {}
    for start in range(count):
        waiting = [start]
        while waiting:
            node = waiting.pop()
            if node not in label:
                label[node] = start
                waiting += neighbours[node]
    return [label[node] for node in range(count)]


def merge_spans(spans: Sequence[tuple[int, int, int]], *, alike: bool = False) -> list[int]:
    """Region of each span (article, start, end), sorted: it joins the last one that it half covers.

    Half is meant of the shorter of the span and the region so far, or where `alike`, of the longer.

    Oracle of the regions of `clusters`.

    >>> merge_spans([(0, 0, 10), (0, 5, 15), (0, 14, 20), (1, 14, 20)])
    [0, 0, 1, 2]
    >>> merge_spans([(0, 0, 10), (0, 2, 5), (0, 3, 12), (0, 3, 6)], alike=True)
    [0, 1, 0, 1]
    """
    regions: list[tuple[int, int, int]] = []
    numbers = []
    for article, start, end in spans:
        joined = len(regions)
        for number, (owner, low, high) in enumerate(regions):
            shared = len(set(range(low, high)) & set(range(start, end)))
            lengths = (high - low, end - start)
            if owner == article and 2 * shared >= (max(lengths) if alike else min(lengths)):
                joined = number
        if joined == len(regions):
            regions.append((article, start, end))
        _, low, high = regions[joined]
        regions[joined] = (article, low, max(high, end))
        numbers.append(joined)
    return numbers


def medoid(members: Sequence[set[Shingle]]) -> int:
    """The member with the largest mean Jaccard similarity to all of them; the first of equals.

    Oracle of the medoid of `clusters`, which computes a mean of overlaps in linear time.

    >>> medoid([{("a",)}, {("a",), ("b",)}, {("b",)}])
    1
    """
    means = [sum(jaccard(one, other) for other in members) for one in members]
    return max(range(len(members)), key=lambda i: (round(means[i], 9), -i))


# ------------------------------------------------------------------------------------ filler scorer


def grams(words: Sequence[Hashable]) -> set[Shingle]:
    """Words and pairs of neighbouring words, each counted once.

    >>> sorted(grams("a b a".split()))
    [('a',), ('a', 'b'), ('b',), ('b', 'a')]
    """
    return {(word,) for word in words} | set(pairwise(words))


def inverse_document_frequency(documents: int, with_gram: int) -> float:
    """Weight of an n-gram that stands in `with_gram` of `documents` texts, smoothed.

    >>> inverse_document_frequency(9, 9)
    1.0
    """
    return math.log((1 + documents) / (1 + with_gram)) + 1


def tfidf_score(
    slots: Iterable[int], weight: Sequence[float], idf: Sequence[float], intercept: float = 0.0
) -> float:
    """Linear score of a text: `intercept + sum(w * idf) / sqrt(sum(idf^2))` over its slots.

    Term frequency is binary and the vector has length 1 (L2). An empty text scores the intercept.

    Args:
        slots: of the n-grams of the text; repetitions change nothing.
        weight: of the linear model, by slot.
        idf: by slot.

    Oracle of the scoring kernel of `filler`; a scorer that counts repetitions sees the same for
    texts without any.

    >>> tfidf_score([0, 1, 1], weight=[2.0, -1.0], idf=[3.0, 4.0])
    0.4
    """
    distinct = sorted(set(slots))
    norm = math.sqrt(math.fsum(idf[slot] ** 2 for slot in distinct))
    total = math.fsum(weight[slot] * idf[slot] for slot in distinct)
    return intercept + (total / norm if norm else 0.0)


def shared_keys(articles: list[list[int]]) -> list[int]:
    """Numbers of the keys, counted over all articles, that stand in more than one."""
    owners: dict[int, set[int]] = {}
    for number, keys in enumerate(articles):
        for key in keys:
            owners.setdefault(key, set()).add(number)
    every = [key for keys in articles for key in keys]
    return [at for at, key in enumerate(every) if len(owners[key]) > 1]


# ------------------------------------------------------------------------------------ reworded text


def stem(word: str) -> bytes:
    """Stage `stems`: the first five letters of a folded word.

    Without a last letter behind an apostrophe.

    >>> stem("Kyiv's"), stem("Runners"), stem("don't")
    (b'kyiv', b'runne', b'don')
    """
    folded = read_word(word)[0].decode()
    return re.sub(r"'.?\Z", "", folded)[:5].encode() if "'" in folded[:5] else folded[:5].encode()


def stem_hits(
    articles: Sequence[Sequence[int]], kept: set[int], cap: int, chained: int
) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Stage `pairings`: places in both articles of the pairs of stems that they share.

    A pair is two kept stems of an article of which at most one kept stem stands between, in either
    order; only its first place in each article counts.
    """
    places: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for number, article in enumerate(articles):
        known = [(word, at) for at, word in enumerate(article) if word in kept]
        for i, (word, at) in enumerate(known):
            for other, _ in known[i + 1 : i + 3]:
                if word != other:
                    places[min(word, other), max(word, other)].setdefault(number, at)
    hits: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for found in places.values():
        members = sorted(found)
        if len(members) > chained:
            continue
        for y, b in enumerate(members):
            for a in members[:y] if len(members) <= cap else members[max(y - 2, 0) : y]:
                hits[a, b].append((found[a], found[b]))
    return hits


def dense_hits(hits: Sequence[tuple[int, int]], fewest: int, near: int) -> list[tuple[int, int]]:
    """Those hits that have as many hits close behind them, themselves included."""
    return [
        (a, b)
        for a, b in hits
        if sum(a <= x <= a + near and abs(y - b) <= near for x, y in hits) >= fewest
    ]


def repeated_hits(article: Sequence[int], telling: set[int]) -> list[tuple[int, int]]:
    """Stage `pairings`: pairs of telling stems of an article, and the place where each was last.

    >>> repeated_hits([1, 2, 0, 2, 0, 1, 2], {1, 2})
    [(0, 3), (3, 5)]
    """
    known = [(word, at) for at, word in enumerate(article) if word in telling]
    last: dict[tuple[int, int], int] = {}
    hits = []
    for i, (word, _) in enumerate(known):
        for other, place in known[max(i - 2, 0) : i][::-1]:
            if other != word:
                pair = min(word, other), max(word, other)
                if pair in last:
                    hits.append((last[pair], place))
                last[pair] = place
    return sorted(hits)


def shared_runs(a: Sequence[Hashable], b: Sequence[Hashable], size: int) -> float:
    """Stage `rewordings`: shared runs of words, as a share of those of the shorter text."""
    rest = [tuple(a[at : at + size]) for at in range(len(a) - size + 1)]
    shared = 0
    for at in range(len(b) - size + 1):
        run = tuple(b[at : at + size])
        if run in rest:
            rest.remove(run)
            shared += 1
    return shared / max(min(len(a), len(b)) - size + 1, 1)


def in_order(a: Sequence[Hashable], b: Sequence[Hashable]) -> float:
    """Stage `rewordings`: how much of two texts stands in the same order.

    Of the words with one place in each, the share that a longest run holds which rises on both
    sides.
    """
    single = [word for word in a if a.count(word) == 1 == b.count(word)]
    if not single:
        return 1.0
    places = [b.index(word) for word in single]
    longest = [1] * len(places)
    for i, place in enumerate(places):
        longest[i] += max((longest[j] for j in range(i) if places[j] < place), default=0)
    return max(longest) / len(places)


# ------------------------------------------------------------------------------------- templates


def run_coverage(a: Sequence[Hashable], b: Sequence[Hashable], least: int) -> int:
    """Most words of two texts that are matched in order by common runs of `least` words or more.

    Oracle of `kernels.templating.run_coverage`. best[i][j] is for the first i and j words; a run
    that ends there may be of any length.

    >>> run_coverage("abcdefg", "abcxdeyfg", 3)
    3
    >>> run_coverage("abcdefg", "abcxdefg", 3)
    7
    """
    best = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, j in product(range(1, len(a) + 1), range(1, len(b) + 1)):
        best[i][j] = max(best[i - 1][j], best[i][j - 1])
        run = 0
        while run < min(i, j) and a[i - 1 - run] == b[j - 1 - run]:
            run += 1
            if run >= least:
                best[i][j] = max(best[i][j], best[i - run][j - run] + run)
    return best[-1][-1]


def alignment_score(a: Sequence[Hashable], b: Sequence[Hashable], word: int, neighbour: int) -> int:
    """The best that matching equal words in order earns: more for one right behind another.

    Oracle of the alignment of skeletons.

    >>> alignment_score("ab", "axab", 10, 3)
    23
    """

    @cache
    def best(i: int, j: int, behind: bool) -> int:
        if i == len(a) or j == len(b):
            return 0
        score = max(best(i + 1, j, False), best(i, j + 1, False))
        if a[i] == b[j]:
            score = max(score, word + neighbour * behind + best(i + 1, j + 1, True))
        return score

    return best(0, 0, False)


def recurring(blocks: Sequence[Sequence[Hashable]], k: int, least: int) -> set[tuple[Shingle, int]]:
    """Runs of k words that stand in so many places, with the blocks in which they do."""
    places: dict[Shingle, list[int]] = defaultdict(list)
    for number, words in enumerate(blocks):
        for at in range(len(words) - k + 1):
            places[tuple(words[at : at + k])].append(number)
    return {(run, block) for run, found in places.items() if len(found) >= least for block in found}


def cuts(
    words: Sequence[Hashable], width: int, beginnings: set[Shingle], ends: set[Shingle]
) -> list[int]:
    """Where a text is cut: before some runs of words, behind others; no part is shorter than these.

    Oracle of `kernels.templating.block_cuts`.

    >>> cuts("abcdef", 2, {("c", "d")}, {("c", "d")})
    [2, 4]
    """
    found: list[int] = []
    for k in range(len(words) - width + 1):
        run = tuple(words[k : k + width])
        for at, others in ((k, beginnings), (k + width, ends)):
            room = at - (found[-1] if found else 0) >= width and len(words) - at >= width
            if run in others and room:
                found.append(at)
    return found


def leaders(vectors: Sequence[dict[int, float]], near: float) -> int:
    """How many vectors are less like every one that was counted before than `near`.

    Oracle of `kernels.templating.leaders`.

    >>> leaders([{1: 1.0}, {1: 0.9, 2: 0.1}, {3: 1.0}], 0.3)
    2
    """
    found: list[dict[int, float]] = []
    for vector in vectors:
        cosines = [math.fsum(vector.get(t, 0) * x for t, x in one.items()) for one in found]
        if all(round(cosine, 6) < near for cosine in cosines):
            found.append(vector)
    return len(found)


def stem_vector(sentences: Sequence[Sequence[int]], weight: dict[int, float]) -> dict[int, float]:
    """Stems of some sentences, each as often as it stands there, times its weight."""
    found: dict[int, float] = defaultdict(float)
    for sentence in sentences:
        for stem_ in sentence:
            found[stem_] += weight[stem_]
    return found


def cosine(a: dict[int, float], b: dict[int, float]) -> float:
    """Cosine of two sparse vectors."""
    product = sum(value * b.get(key, 0.0) for key, value in a.items())
    lengths = math.sqrt(sum(v * v for v in a.values()) * sum(v * v for v in b.values()))
    return product / lengths if product > 0 else 0.0


def sentence_seeds(
    a: Sequence[Sequence[int]], b: Sequence[Sequence[int]], least: float, dice: float, share: float
) -> tuple[set[tuple[int, int]], dict[int, float]]:
    """Stage `rewordings`: sentences that are similar and nearly the best of each other.

    least, dice: similarity of their vectors, of their sets; share: of the best of row and column.
    The weight of a stem is the logarithm of all sentences by those that hold it.
    """
    every = [*map(set, a), *map(set, b)]
    weight = {
        s: math.log(len(every) / sum(s in held for held in every)) for s in set().union(*every)
    }
    similar = {
        (i, j): value
        for (i, one), (j, other) in product(enumerate(a), enumerate(b))
        if (value := cosine(stem_vector([one], weight), stem_vector([other], weight))) > least
        and 2 * len(set(one) & set(other)) > dice * (len(set(one)) + len(set(other)))
    }
    rows: dict[int, float] = defaultdict(float)
    columns: dict[int, float] = defaultdict(float)
    for (i, j), value in similar.items():
        rows[i], columns[j] = max(rows[i], value), max(columns[j], value)
    kept = {
        (i, j) for (i, j), v in similar.items() if v >= share * rows[i] and v >= share * columns[j]
    }
    return kept, weight


def seed_clusters(seeds: set[tuple[int, int]], gap: int) -> list[set[tuple[int, int]]]:
    """Stage `rewordings`: seeds cut where neighbours are far apart, by one side and the other."""
    parts = [seeds] if seeds else []
    while True:
        cut: list[set[tuple[int, int]]] = []
        for part in parts:
            for side in (0, 1):
                ordered = sorted(part, key=lambda seed: seed[side])
                groups = [[ordered[0]]]
                for before, seed in pairwise(ordered):
                    if seed[side] - before[side] > gap + 1:
                        groups.append([])
                    groups[-1].append(seed)
                if len(groups) > 1:
                    break
            cut += map(set, groups)
        if len(cut) == len(parts):
            return parts
        parts = cut


def trimmed(
    words: Sequence[int], low: int, high: int, other: set[int], weight: dict[int, float],
    price: float, around: int,
) -> tuple[int, int]:  # fmt: skip
    """Stage `rewordings`: the run of a span that the stems of the other side explain best."""

    def share(part: Sequence[int], more: float, whole: float) -> float:
        matched = sum(weight[w] for w in part if w in other)
        return (matched + more) / (sum(weight[w] for w in part) + whole)

    inside = min(max(share(words[low:high], 0.5, 1.0), 0.2), 0.95)
    beside = [*words[max(low - around, 0) : low], *words[high : high + around]]
    chance = min(max(share(beside, 0.3, 2.0), 0.02), 0.6 * inside)
    earned, lost = math.log(inside / chance), price * math.log((1 - inside) / (1 - chance))
    best = (0.0, low, -low)  # of equal sums the one that begins last, and ends first
    for start in range(low, high):
        total = 0.0
        for end in range(start, high):
            total += weight[words[end]] * (earned if words[end] in other else lost)
            if total > 0:
                best = max(best, (round(total, 9), start, -end - 1))
    return best[1], -best[2]


def evidence(
    a: Sequence[int], b: Sequence[int], rarity: dict[int, float], least_rare: int, plain: set[int]
) -> float:
    """Stage `rewordings`: ln((S + 1)(C + 1)), or 0 where too few shared stems tell anything.

    plain: stems of either text that are written otherwise than as a name
    """
    shared = {s: 1 / max(a.count(s), b.count(s)) for s in dict.fromkeys(a) if s in b}
    if sum(rarity[s] > 1 and s in plain for s in shared) < least_rare:
        return 0.0
    return math.log((sum(shared.values()) + 1) * (heaviest_chain(a, b) + 1))


def heaviest_chain(a: Sequence[int], b: Sequence[int]) -> float:
    """Stage `rewordings`: most weight of shared stems whose first places rise in both texts."""
    chains: dict[int, float] = {}
    for stem in dict.fromkeys(a):
        if stem in b:
            before = [chain for s, chain in chains.items() if b.index(s) < b.index(stem)]
            chains[stem] = max(before, default=0.0) + 1 / max(a.count(stem), b.count(stem))
    return max(chains.values(), default=0.0)


def explained(words: Sequence[int], by: set[int], weight: dict[int, float]) -> tuple[float, float]:
    """Weight of some words, of those that another text holds and of all."""
    return sum(weight[w] for w in words if w in by), sum(weight[w] for w in words)


def shared_information(
    a: Sequence[int], b: Sequence[int], rarity: dict[int, float]
) -> tuple[float, int]:
    """Information of shared stems, each as often as it stands on both sides; how many are rare."""
    shared = Counter(a) & Counter(b)
    return (
        sum(times * rarity[s] for s, times in shared.items()),
        sum(rarity[s] > 1 for s in shared),
    )
