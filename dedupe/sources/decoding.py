"""Bytes of a file to text: byte order marks, a named encoding, UTF-8, and a guess as last resort.

Nothing is dropped on the way: words would vanish and offsets shift.
"""

from __future__ import annotations

import codecs
import re

from msgspec import Struct

from dedupe.errors import ConfigError

_MARKS = (
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SIGNATURES = (
    (b"%PDF-", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"PK\x03\x04", "ZIP"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x89PNG\r\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office"),
    (b"\x7fELF", "ELF"),
    (b"SQLite format 3\x00", "SQLite"),
)
SIGNATURES = tuple(mark for mark, _ in (*_MARKS, *_SIGNATURES))
"""Starts of a file that call for a closer look, even of valid UTF-8 without zero bytes."""

_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_SAMPLE = 1 << 16
_MAX_CHAOS_PERCENT = 10.0
_FEW_FOREIGN = 0.3
"""Share of bytes from 0x80 on up to which a guess needs no support by a known language."""


class Decoded(Struct, frozen=True):
    """The text of a file as UTF-8, or the reason why there is none."""

    text: bytes = b""
    reason: str | None = None
    """Why the file is skipped."""
    guessed: str | None = None
    """The encoding, when it had to be guessed."""


def is_utf8(name: str) -> bool:
    """Say whether a setting asks for UTF-8; `auto` is UTF-8 first.

    Raises `ConfigError` for an encoding that does not exist.
    """
    if name == "auto":
        return True
    try:
        b"a".decode(name)  # also refuses codecs that do not give text
    except UnicodeDecodeError:
        pass
    except (LookupError, ValueError):
        raise ConfigError(f"unknown encoding: {name}") from None
    return codecs.lookup(name).name == "utf-8"


def decode(raw: bytes, encoding: str = "auto") -> Decoded:
    """Decode a file: by its byte order mark, as `encoding`, as UTF-8, or as it looks."""
    if not raw:
        return Decoded(reason="empty file")
    decoded = _decode(raw, encoding)
    if decoded.reason is None:
        if b"\0" in decoded.text:
            return Decoded(reason="binary file")
        if not decoded.text.strip():
            return Decoded(reason="no text")
    return decoded


def _decode(raw: bytes, encoding: str) -> Decoded:
    for mark, name in _MARKS:
        if raw.startswith(mark):
            marked = _strict(raw[len(mark) :], name)
            if name == "utf-8" and marked.reason is not None:
                return _damaged_utf8(raw[len(mark) :]) or marked
            return marked
    if encoding != "auto":
        return _strict(raw, encoding)
    for signature, name in _SIGNATURES:
        if raw.startswith(signature):
            return Decoded(reason=f"binary file ({name})")
    if b"\0" in raw:
        return Decoded(reason="binary file")
    text = _strict(raw, "utf-8")
    if text.reason is None:
        return text
    return _damaged_utf8(raw) or _guess(raw) or Decoded(reason="cannot decode: unknown encoding")


def _strict(raw: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(text=raw.decode(encoding).encode())
    except UnicodeDecodeError as error:
        return Decoded(reason=f"cannot decode as {encoding}: {error.reason} at byte {error.start}")
    except UnicodeError as error:
        return Decoded(reason=f"cannot decode as {encoding}: {error}")


def _damaged_utf8(raw: bytes) -> Decoded | None:
    """UTF-8 with a few broken bytes, shown as U+FFFD: at least four good characters for each."""
    text = raw.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    foreign = len(text) - len(text.encode("ascii", "ignore")) - broken
    if foreign < 4 * broken:
        return None
    return Decoded(text=text.encode(), guessed="utf-8 with broken bytes")


def _guess(raw: bytes) -> Decoded | None:
    """The encoding that makes the file look most like a language, where that is convincing."""
    from charset_normalizer import from_bytes  # 30 ms, and hardly any file needs it

    sample = _sample(raw)
    guesses = from_bytes(sample)
    best = guesses.best()
    if best is None or best.percent_chaos > _MAX_CHAOS_PERCENT:
        return None
    foreign = sum(byte >= 0x80 for byte in sample) / len(sample)
    if best.percent_coherence == 0 and not best.multi_byte_usage and foreign > _FEW_FOREIGN:
        return None
    encoding = best.encoding
    for guess in guesses:  # of equals the most common one
        equal = (guess.percent_chaos, guess.percent_coherence) == (
            best.percent_chaos,
            best.percent_coherence,
        )
        if equal and "cp1252" in (guess.encoding, *guess.could_be_from_charset):
            encoding = "cp1252"
    text = _strict(raw, encoding)
    if text.reason is not None:
        return None
    return Decoded(text=text.text, guessed=encoding)


def _sample(raw: bytes) -> bytes:
    """Whole lines around the first byte beyond ASCII."""
    if len(raw) <= _SAMPLE:
        return raw
    beyond = _BEYOND_ASCII.search(raw)
    first = beyond.start() if beyond else 0
    start = raw.rfind(b"\n", 0, max(0, first - _SAMPLE // 2)) + 1
    end = raw.rfind(b"\n", first, start + _SAMPLE)
    return raw[start : end if end > first else start + _SAMPLE]
