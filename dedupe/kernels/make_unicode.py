"""Build `unicode.npz`: what the tokeniser knows of every code point.

`python -m dedupe.kernels.make_unicode` rewrites the file from Python's `unicodedata`. It is
shipped, not built at run time, because the table must not change with the version of Python and
because a million look-ups take 0.6 s.

Which letters look alike is written down here. The list follows the data of Unicode Technical
Standard 39 (Unicode Security Mechanisms, `confusables.txt` of Unicode 15; Unicode License v3), as
far as single letters of scripts go that are met in disguises; beyond that data, a small letter with
the shape of a small capital counts as that capital.
"""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

import numpy as np

from dedupe.kernels import characters as ch

PATH = Path(__file__).with_name("unicode.npz")

TERMINATORS = "!.?…‼‽⁇⁈⁉。｡！．？։؟۔।॥၊။።፧፨᙮᠃᠉᥄᥅⸮꓿꘎꘏꛳꛷꡶꡷꤯꩝꩞꩟꫰꫱꯫﹒﹖﹗܀܁܂߹"
APOSTROPHES = "'‘’ʼ＇‛ʹʻˈ"
OPENING_QUOTES = '“«„‟「『〝＂"‹'
CLOSING_QUOTES = "”»」』〞〟›"
CLOSERS = ")]}）］｝〕】〉》"
UNSPACED_SCRIPTS = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "BOPOMOFO")
IGNORABLE = (
    *("\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u3164\ufeff\uffa0"),
    *(chr(c) for c in (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))),
    *(chr(c) for c in (*range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9))),
    *(chr(c) for c in (*range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B))),
    *(chr(c) for c in range(0xE0000, 0xE1000)),
)
_IGNORABLE = frozenset(IGNORABLE)
LOOKALIKES = {
    "a": "ΑαАаᎪᗅꓮꭺ",
    "b": "ΒВЬвьᏏᏴᏼᑲᖯᗷꓐꮟ",
    "c": "ϲϹСсᏟⲤⲥꓚꮯ",
    "d": "ԁᎠᏧᑯᗞᗪꓒꓓꭰꮷ",
    "e": "ΕЕеҽᎬꓰꭼ",
    "f": "Ϝքᖴꓝ",
    "g": "ԌԍցᏀᏳᏻꓖꮐ",
    "h": "ΗНнһհᎻᏂᕼⲎⲏꓧꮋꮒ",
    "i": "ΙιІіӀӏᎥⲒⲓꓲꙇꭵ",
    "j": "ͿϳЈјᎫᒍꓙꭻ",
    "k": "ΚκКкᏦⲔⲕꓗꮶ",
    "l": "ᏞᒪⳐⳑꓡꮮ",
    "m": "ΜϺМмᎷᗰⲘⲙꓟꮇ",
    "n": "ΝոռⲚⲛꓠ",
    "o": "ΟοσОоՕօჿⲞⲟꓳ",
    "p": "ΡρРрᏢᑭⲢⲣꓑꮲ",
    "q": "ԛգզ",
    "r": "гᎡᏒᖇᴦⲅꓣꭱꮁꮢ",
    "s": "ЅѕՏտᏕᏚꓢꮥꮪ",
    "t": "ΤτТтᎢⲦⲧꓔꭲ",
    "u": "υՍսᑌꓴ",
    "v": "νѴѵᏙᐯꓦꮩ",
    "w": "ѡԜԝաᎳᏔꓪꮃꮤ",
    "x": "ΧχХхᕁᕽⲬⲭꓫ",
    "y": "ΥγУуҮүყᎩᎽⲨⲩꓬꭹꮍ",
    "z": "ΖᏃꓜꮓ",
}
"""Foreign letters by the Latin letter whose shape they have."""
TWINS = {
    ch.CYRILLIC: ("AaBbCcEeHiJjKkMmOoPpSsTtXxYy", "аавьссееніјјккммоорр\u0455\u0455ттххуу"),
    ch.GREEK: ("AaBEHIiKkMNOoPpTtuvXxYyZ", "ααβεηιικκμνοορρττυνχχυγζ"),
}
"""The way back: a Latin letter inside a Cyrillic or Greek word. A capital I is left out of the
Cyrillic row: it is the palochka of Chechen and its neighbours, as it is typed."""
SYMBOLS = frozenset("αγικνρστυχ")
"""Greek small letters that also are symbols (TNF-α without its hyphen)."""
SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɑɡ", "abcdefghijklmnoprstuvwyzag", strict=True))
"""Latin letters of another shape, in which no language is written."""
_FOREIGN_SCRIPTS = (
    "CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "CHEROKEE", "LISU", "CANADIAN", "GEORGIAN"
)  # fmt: skip
_LOOK = {
    char: ord(letter) | (ch.SYMBOL if char in SYMBOLS else 0)
    for letter, chars in LOOKALIKES.items()
    for char in chars
}


def character_class(char: str) -> int:
    """Class and case bits of one character, see `characters`."""
    category = unicodedata.category(char)
    if char in _IGNORABLE or char == chr(ch.TRANSPARENT_BYTE):
        return ch.IGNORABLE
    if char in "\n\r\x0b\x0c\x85\u2028\u2029":
        return ch.NEWLINE
    if category == "Zs" or category == "Cc":
        return ch.SPACE
    if char in TERMINATORS:
        return ch.TERMINATOR
    if char in APOSTROPHES:
        return ch.APOSTROPHE
    if char in OPENING_QUOTES:
        return ch.OPENING_QUOTE
    if char in CLOSING_QUOTES:
        return ch.CLOSING_QUOTE
    if char in CLOSERS:
        return ch.CLOSER
    if category[0] in "LMN":
        name = unicodedata.name(char, "")
        if category[0] != "N" and name.startswith(UNSPACED_SCRIPTS):
            return ch.LETTER if category[0] == "M" else ch.SINGLE
        if category == "Nd":
            return ch.DIGIT
        upper = ch.UPPER if category in ("Lu", "Lt") else 0
        lower = ch.LOWER if category == "Ll" else 0
        return ch.LETTER | upper | lower | _script(char)
    return ch.OTHER


def _script(char: str) -> int:
    """LATIN or FOREIGN, for letters of scripts that can be mistaken for each other."""
    name = unicodedata.name(char, "")
    if name.startswith(_FOREIGN_SCRIPTS):
        return ch.FOREIGN
    styled = folded(char)[:1].isalpha() and not name.startswith("ROMAN")
    return ch.LATIN if name.startswith("LATIN") or styled else 0


def look(char: str) -> int:
    """The Latin letter that a foreign one looks like, and SYMBOL; accents are left aside."""
    return _LOOK.get(char) or _LOOK.get(unicodedata.normalize("NFD", char)[0], 0)


def twins() -> np.ndarray:
    """The foreign letters (2, 128) that ASCII letters look like."""
    table = np.zeros((2, 128), np.uint16)
    for row, (letters, alike) in TWINS.items():
        for letter, char in zip(letters, alike, strict=True):
            table[row, ord(letter)] = ord(char)
    return table


def folded(char: str) -> bytes:
    """The form that is hashed: compatibility decomposition of the case-folded character.

    Decomposed rather than composed, so that a letter with a combining accent equals the
    precomposed letter without looking at two code points at once.
    """
    char = SMALL_CAPITALS.get(char, char)
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    return "".join(c for c in text if c not in _IGNORABLE).encode("utf-8", "surrogatepass")


def main() -> None:
    """Write the table: pages of 256 code points, equal pages stored once."""
    pages: dict[tuple[bytes, ...], int] = {}
    page_of = np.zeros(0x1100, np.uint16)
    pool = bytearray()
    place: dict[bytes, int] = {}
    tables: list[tuple[np.ndarray, ...]] = []
    for page in range(0x1100):
        kind = np.zeros(256, np.uint8)
        first = np.zeros(256, np.uint32)
        size = np.zeros(256, np.uint8)
        alike = np.zeros(256, np.uint8)
        for low in range(256):
            char = chr(page << 8 | low)
            kind[low] = character_class(char)
            if kind[low] & ch.CLASS in (ch.LETTER, ch.DIGIT, ch.SINGLE):
                form = folded(char)
                if form != char.encode("utf-8", "surrogatepass"):
                    if form not in place:
                        place[form] = len(pool)
                        pool += form
                    first[low], size[low] = place[form] + 1, len(form)
                if kind[low] & ch.FOREIGN:
                    alike[low] = look(char)
        columns = (kind, first, size, alike)
        key = tuple(column.tobytes() for column in columns)
        if key not in pages:
            pages[key] = len(tables)
            tables.append(columns)
        page_of[page] = pages[key]
    np.savez(
        PATH,
        page=page_of,
        kind=np.concatenate([t[0] for t in tables]),
        fold_start=np.concatenate([t[1] for t in tables]),
        fold_size=np.concatenate([t[2] for t in tables]),
        pool=np.frombuffer(bytes(pool), np.uint8),
        look=np.concatenate([t[3] for t in tables]),
        twin=twins(),
        unicode=np.array(unicodedata.unidata_version),
    )
    sys.stdout.write(f"{PATH.name}: {len(tables)} pages, {len(pool)} bytes of folded forms\n")


if __name__ == "__main__":
    main()
