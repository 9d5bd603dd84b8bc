"""What each rule means, in the words of an editor: one Markdown page per code beside this file."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from msgspec import Struct

from dedupe.errors import InternalError

SECTIONS = {
    "What it means": "what",
    "Why it matters": "why",
    "Flagged": "flagged",
    "Not flagged": "not_flagged",
    "How to fix it": "fix",
    "How to silence it": "silence",
    "Options": "options",
}
"""The parts of a page by their titles, in their order."""
_TITLE = re.compile(f"^## ({'|'.join(SECTIONS)})$", flags=re.MULTILINE)


class Page(Struct, frozen=True):
    """The text of a rule in Markdown; examples stand in fences."""

    what: str
    why: str
    flagged: str
    not_flagged: str
    fix: str
    silence: str
    options: str


@functools.cache
def page(code: str) -> Page:
    """The page of the rule `code`. Raises `InternalError` when a section is missing."""
    # A path, not importlib.resources: that costs 20 ms, and wheels are unpacked.
    text = Path(__file__).with_name(f"{code}.md").read_text(encoding="utf-8")
    # Split at the known titles: an example may hold a heading of its own.
    _, *parts = _TITLE.split(text)
    sections = {
        SECTIONS[title]: body.strip() for title, body in zip(parts[::2], parts[1::2], strict=True)
    }
    if set(sections) != set(SECTIONS.values()):
        raise InternalError(f"the page of rule {code} lacks a section")
    return Page(**sections)


def advice(code: str) -> str:
    """What to do about a finding of the rule `code`, in one sentence without a full stop."""
    return " ".join(page(code).fix.split()).partition(". ")[0].removesuffix(".")
