from __future__ import annotations

import codecs

import pytest

from dedupe.errors import ConfigError
from dedupe.sources.decoding import Decoded, decode, is_utf8

ENGLISH = "The café’s owner called it “a shame” and the naïve señor agreed. " * 4


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_byte_order_marks_decide_and_vanish(mark: bytes, encoding: str) -> None:
    """The mark wins over a named encoding and is no part of the text."""
    raw = mark + "Tür 😀\n".encode(encoding)
    assert decode(raw) == Decoded(text="Tür 😀\n".encode())
    assert decode(raw, "latin-1") == Decoded(text="Tür 😀\n".encode())


def test_utf8_stays_as_it_is() -> None:
    """Line ends, combining and zero-width characters are kept."""
    raw = "a\r\nb\u0301\u200b\r".encode()
    assert decode(raw) == Decoded(text=raw)


def test_a_named_encoding_is_used_strictly() -> None:
    """It is not second-guessed: bytes it cannot decode skip the file."""
    assert decode(b"T\xfcr", "latin-1") == Decoded(text="Tür".encode())
    assert decode("T".encode("utf-16-le"), "utf-16-le") == Decoded(text=b"T")
    assert decode(b"T\xfcr", "utf-8").reason == (
        "cannot decode as utf-8: invalid start byte at byte 1"
    )
    assert decode(b"T\xfcr", "ascii").reason is not None


@pytest.mark.parametrize("name", ["auto", "utf-8", "UTF8", "U8"])
def test_names_of_utf8(name: str) -> None:
    """All that need no decoding."""
    assert is_utf8(name)


def test_other_names() -> None:
    """Other encodings are known, unknown ones and those of bytes are refused."""
    assert not is_utf8("latin-1")
    for name in ("klingon", "base64", "rot13", ""):
        with pytest.raises(ConfigError, match="unknown encoding"):
            is_utf8(name)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", ENGLISH),
        ("cp1252", "Les élèves étaient très contents de la journée à l’école, près de la forêt. "),
        ("cp1251", "Президент заявил, что переговоры начнутся в понедельник и продлятся. " * 2),
        ("shift_jis", "大統領は月曜日に会談を開始すると発表した。参加者は話し合う予定です。" * 2),
    ],
)
def test_other_encodings_are_guessed_and_told(encoding: str, text: str) -> None:
    """The guess gives the text, and the file is doubtful."""
    decoded = decode(text.encode(encoding))
    assert decoded.text.decode() == text
    assert decoded.guessed is not None


def test_a_guess_is_made_on_large_files() -> None:
    """The first foreign byte may stand anywhere; the whole file is decoded."""
    text = "Plain words on a line.\n" * 20_000 + ENGLISH
    assert decode(text.encode("cp1252")).text.decode() == text


def test_damaged_utf8_is_shown_not_dropped() -> None:
    """A broken byte in much good UTF-8 becomes U+FFFD instead of making all of it Latin-1."""
    raw = ENGLISH.encode()
    decoded = decode(raw[:90] + b"\xff" + raw[90:])
    assert decoded.text.decode().replace("\ufffd", "") == ENGLISH
    assert decoded.guessed == "utf-8 with broken bytes"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty file"),
        (b" \r\n\t ", "no text"),
        (codecs.BOM_UTF8, "no text"),
        (b"text\0text", "binary file"),
        (codecs.BOM_UTF8 + b"a\0b", "binary file"),
        (b"%PDF-1.4 text", "binary file (PDF)"),
        (b"{\\rtf1 text}", "binary file (RTF)"),
        (b"PK\x03\x04rest", "binary file (ZIP)"),
        (b"\x89PNG\r\n\x1a\n", "binary file (PNG)"),
        (codecs.BOM_UTF16_LE + b"abc", "cannot decode as utf-16-le: truncated data at byte 2"),
        (bytes(range(0x80, 0x100)) * 3, "cannot decode: unknown encoding"),
    ],
)
def test_files_without_text(raw: bytes, reason: str) -> None:
    """Every file that is no text has its reason."""
    assert decode(raw) == Decoded(reason=reason)
