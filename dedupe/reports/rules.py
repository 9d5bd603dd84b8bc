"""The list of rules, and the page of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec

from dedupe.model import RULES, Rule
from dedupe.reports.options import ReportOptions
from dedupe.reports.painting import Line, Piece, hanging, plain, write_lines
from dedupe.reports.rulebook import SECTIONS, Page, page

_INDENT = "    "
_PARAGRAPH = re.compile(r"\n\n|\n(?=- )")


def write_list(stream: BinaryIO, options: ReportOptions) -> None:
    """Write code, name, severity and summary of every rule."""
    write_lines(_list(RULES.values(), options), stream, options)


def write_page(code: str, stream: BinaryIO, options: ReportOptions) -> None:
    """Write all there is to say about one rule."""
    write_lines(_page(RULES[code], page(code), options), stream, options)


def write_json(codes: Iterable[str], stream: BinaryIO) -> None:
    """Write the pages of some rules as JSON Lines."""
    encoder = msgspec.json.Encoder()
    for code in codes:
        rule = msgspec.to_builtins(RULES[code])
        stream.write(encoder.encode({"kind": "rule", **rule, **msgspec.to_builtins(page(code))}))
        stream.write(b"\n")


def _list(rules: Iterable[Rule], options: ReportOptions) -> Iterator[Line]:
    for rule in rules:
        severity = rule.severity.value
        head = f"{rule.code}  {rule.name:<25}"
        yield (Piece(head, "title"), Piece(f"{severity:<9}", severity), Piece(rule.summary))
    yield ()
    yield from hanging(
        "",
        plain(
            "dedupe rule CODE (or the name) shows what a rule means, with examples. Codes, names "
            "and prefixes such as DUP are what --select and --ignore take."
        ),
        options.width,
    )


def _page(rule: Rule, text: Page, options: ReportOptions) -> Iterator[Line]:
    severity = rule.severity.value
    yield (Piece(f"{rule.code} {rule.name}", "title"), Piece(f"  {severity}", severity))
    yield from hanging("", plain(rule.summary), options.width)
    for title, section in SECTIONS.items():
        yield ()
        yield (Piece(title, "title"),)
        yield from _body(getattr(text, section), options)


def _body(body: str, options: ReportOptions) -> Iterator[Line]:
    """Paragraphs and list items are wrapped; fenced examples keep their lines."""
    for number, part in enumerate(body.split("```")):
        if number % 2:  # inside a fence
            for line in part.strip("\n").split("\n"):
                yield (Piece(f"{_INDENT}|", "dim"), Piece(f" {line}".rstrip()))
            continue
        for paragraph in _PARAGRAPH.split(part.replace("`", "").strip()):
            lead, text = (_INDENT, paragraph)
            if paragraph.startswith("- "):
                lead, text = (f"{_INDENT}- ", paragraph[2:])
            yield from hanging(lead, plain(text), options.width)
