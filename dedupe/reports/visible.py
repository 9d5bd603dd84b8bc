"""Makes hostile text harmless: what would act on a terminal or a log is written as an escape.

Article text and file names may hold escape sequences, characters that reverse the reading
direction, line ends and lone surrogates (bytes of a file name that are no UTF-8).
"""

from __future__ import annotations

import re

_ACTING = re.compile(
    r"[\x00-\x1f\x7f-\x9f"  # control characters, ANSI escapes begin with one
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # reading direction
    r"\u2028\u2029"  # line and paragraph separators
    r"\ufeff\ud800-\udfff\ufffe\uffff]"  # byte-order mark, surrogates, no characters (not in XML)
)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:  # surrogateescape: a byte that is not UTF-8
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def visible(text: str, *, github: bool = False) -> str:
    r"""`text` with acting characters as escapes such as `\x1b`.

    With `github`, workflow commands (`::error::`, `##[group]`) are broken up as well.
    """
    if not text.isprintable():
        text = _ACTING.sub(_escape, text)
    if github:
        text = text.replace("::", ":\\x3a").replace("##[", "#\\x23[")
    return text


def one_line(text: str, *, github: bool = False) -> str:
    """`visible` text in which every run of white space is one space."""
    return visible(" ".join(text.split()), github=github)
