"""Copies that are spelled so that nothing finds them are found, and both things are said."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dedupe.model import Finding
from tests.pipeline.farm import Folder, Writer, of_rule

PASSAGE = (
    "The council has sold the water house below the church to a baker who wants to keep the roof "
    "and most of the people who paid for it will come to the opening with their own cups and "
    "chairs because nothing else is left of the money that was promised them in the spring."
)
RUSSIAN = (
    "Старая мельница стоит на берегу реки и уже сорок лет не мелет муку, потому что вода ушла в "
    "новый канал, а мельник продал колесо соседу и уехал в город, где теперь печёт хлеб для "
    "вокзала, школы и маленькой гостиницы возле моста."
)


def every_third(text: str, change: Callable[[str], str]) -> str:
    """A text with every third word changed, as far as it has something to change."""
    words = text.split(" ")
    return " ".join(change(word) if at % 3 == 0 else word for at, word in enumerate(words))


def replaced(**letters: str | int | None) -> Callable[[str], str]:
    """Letters of a word for others."""
    return lambda word: word.translate(str.maketrans(letters))


def inside(char: str) -> Callable[[str], str]:
    """A character behind the second letter of a word."""
    return lambda word: word[:2] + char + word[2:] if len(word) > 3 else word


LEET = replaced(o="0", e="3")
DISGUISES = {
    "Cyrillic letters": replaced(a="а", e="е", o="о", c="с", p="р"),
    "Greek capitals": lambda word: word.replace("T", "Τ").replace("o", "ο"),
    "Armenian and Cherokee letters": replaced(o="օ", w="ꮃ"),
    "zero-width space": inside("\u200b"),
    "zero-width joiner": inside("\u200d"),
    "word joiner": inside("\u2060"),
    "direction marks": inside("\u200e"),
    "soft hyphens": "\u00ad".join,
    "full-width letters": lambda word: "".join(
        chr(ord(char) + 0xFEE0) if char.isalpha() else char for char in word
    ),
    "small capitals": replaced(e="ᴇ", a="ᴀ"),
    "references": lambda word: word.replace("e", "&#101;").replace("a", "&#x61;"),
    "digits": LEET,
    "signs": lambda word: word.replace("a", "@") if len(word) > 4 and word[0] != "a" else word,
}
OTHERS_WORDS = {
    "Latin letters": replaced(о="o", е="e"),
    "zero-width space": inside("\u200b"),
}


def checked(folder: Folder, writer: Writer, text: str, disguised: str, ending: str) -> Finding:
    """The copy that is found in two articles, the second of them disguised."""
    assert disguised != text
    a, b = f"a.{ending}", f"b.{ending}"
    folder.write(a, writer.prose(90), text)
    folder.write(b, writer.prose(90), disguised)
    result = folder.scan()
    (copy,) = of_rule(result, "DUP102")
    assert copy.path == b
    assert copy.matches[0].path == a
    found = folder.text(b)[copy.span.start.offset : copy.span.end.offset]
    assert disguised.startswith(found)
    assert len(found) > len(disguised) - 2
    assert copy.similarity == 1
    return copy


@pytest.mark.parametrize("ending", ["txt", "md"])
@pytest.mark.parametrize("name", DISGUISES)
def test_disguised_copy_is_found(folder: Folder, writer: Writer, name: str, ending: str) -> None:
    """Every word of it counts as equal, it ends where the copy ends, and the disguise is told."""
    copy = checked(folder, writer, PASSAGE, every_third(PASSAGE, DISGUISES[name]), ending)
    assert copy.also == ("OBF601",)
    assert copy.severity == "error"


@pytest.mark.parametrize("name", OTHERS_WORDS)
def test_disguised_copy_of_another_script_is_found(
    folder: Folder, writer: Writer, name: str
) -> None:
    """The way back: Latin letters in Russian words."""
    copy = checked(folder, writer, RUSSIAN, every_third(RUSSIAN, OTHERS_WORDS[name]), "txt")
    assert "OBF601" in copy.also


def test_disguise_has_its_own_place(folder: Folder, writer: Writer) -> None:
    """Lines, columns and offsets of the flag and of its evidence count characters, not bytes."""
    first = "Ünïcödé stands bеfore the mo\u200bney."
    folder.write("a.txt", writer.prose(20), f"Über {first}")
    (finding,) = of_rule(folder.scan(), "OBF601")
    text = folder.text("a.txt")
    start, end = finding.span.start, finding.span.end
    assert text[start.offset : end.offset] == "bеfore the mo\u200bney"
    assert (start.line, start.column) == (3, 21)
    assert (end.line, end.column) == (3, 21 + len("bеfore the mo\u200bney"))
    places = [(piece.start, piece.end) for piece in finding.evidence]
    assert [text[a:b] for a, b in places if a is not None] == ["bеfore", "mo\u200bney"]
    assert finding.words == 3
