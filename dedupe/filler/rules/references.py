"""References that lead nowhere: home pages (LNK501) and sources without an address (LNK502)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from dedupe.arrays import I32
from dedupe.filler.lexicon import Mark
from dedupe.filler.rules.reading import LIST_ITEM, TEXT_KINDS, RuleReading, Span

_ADDRESS = re.compile(
    r"://|\bwww\.|\]\(|\]\[|<a\s|\bdoi\b|\b[\w-]+\.(?:com|org|gov|net|edu|int|eu)\b|@\w",
    re.IGNORECASE,
)
_PATH = re.compile(r"(?:://|\bwww\.)[^\s/()<>\"]+/[^\s()<>\"]", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}(?![\w@-])/?(?![\w/?#])", re.IGNORECASE)
_LINK_END = re.compile(r"[^\s\[\]<>]*(?:\]\(|\]\[|</a)")
_LINK = re.compile(r"\]\(|<a\s", re.IGNORECASE)
_HOST_REACH = 120
_NEAR = 5
"""Words before the last label of a host among which something offers it."""
_IN_TARGET = b"/(@=\"'<-_."
"""Bytes before a host that make it a part of something else: a link target, a mail address."""


def find(reading: RuleReading) -> None:
    """Flag references."""
    _home_pages(reading)
    _unlinked_sources(reading)


def _home_pages(reading: RuleReading) -> None:
    offers = reading.hit_first[reading.hits(Mark.REFER)]
    if not len(offers):
        return
    seen: set[Span] = set()
    spans: list[tuple[int, Span]] = []
    shown: list[Span] = []
    pointers: list[str] = []
    for place, block, certain, span in _offered(reading, offers, _pointers(reading, offers)):
        text = reading.text(*span)
        if span in seen or _PATH.search(text) or (not certain and _LINK.search(text)):
            continue
        seen.add(span)
        pointer = _pointer_text(reading, place)
        pointers.append(pointer)
        spans.append((block, span))
        shown.append((place, place + len(pointer.encode())))
    messages = [
        f'"{pointer}" is offered as a reference: a home page, not the page that is meant.'
        for pointer in pointers
    ]
    reading.flag_spans("LNK501", spans, messages, shown=shown)


def _offered(
    reading: RuleReading, offers: I32, pointers: Sequence[tuple[int, int, bool]]
) -> Iterator[tuple[int, int, bool, Span]]:
    """Pointers in whose sentence, or item of a list, something is offered; with its place."""
    place, block, certain = np.ascontiguousarray(np.array(pointers, np.int64).reshape(-1, 3).T)
    starts, blocks = reading.tokens.start, reading.batch.blocks
    token = np.searchsorted(starts, place.astype(np.int32), "right") - 1
    token = np.maximum(token, reading.block_token[block])
    sentence = np.searchsorted(reading.tokens.sentence, token, "right") - 1
    start, end = reading.sentence_spans(sentence, block)
    item = reading.kind[block] == LIST_ITEM
    start, end = np.where(item, blocks.start[block], start), np.where(item, blocks.end[block], end)
    first, behind = (np.searchsorted(starts, edge.astype(np.int32)) for edge in (start, end))
    offer = np.append(offers, len(starts))[np.searchsorted(offers, first)]
    columns = (place, block, certain != 0, start, end)
    for where, own, sure, low, high in zip(
        *(column[offer < behind].tolist() for column in columns), strict=True
    ):
        yield where, own, sure, (low, high)


def _pointers(reading: RuleReading, offers: I32) -> list[tuple[int, int, bool]]:
    """Places of bare hosts and of "official website" in running text, with their blocks.

    The third value is False for a host without `www.`, which may be the name of a firm: what
    offers it must stand right before it. A host that is a link leads somewhere and is left out.
    """
    data, tokens = reading.batch.data, reading.tokens
    hosts = [(place, True) for place in reading.marked_bytes if data[place] == ord("w")]
    endings = reading.hit_first[reading.hits(Mark.DOMAIN)]
    offered = np.searchsorted(offers, endings - np.int32(_NEAR)) < np.searchsorted(offers, endings)
    for ending in endings[offered].tolist():
        first = ending
        while first > 0 and tokens.end[first - 1] + 1 == tokens.start[first]:
            if data[tokens.end[first - 1]] != ord("."):
                break
            first -= 1
        place = int(tokens.start[first])
        if place == 0 or data[place - 1] not in _IN_TARGET:
            hosts.append((place, False))
    hosts = [host for host in hosts if not _is_link(reading, host[0])]
    sites = tokens.start[reading.hit_first[reading.hits(Mark.SITE)]].tolist()
    found = []
    for place, certain in sorted({*hosts, *((site, True) for site in sites)}):
        block = reading.block_of(place)
        if block is None or reading.kind[block] not in TEXT_KINDS:
            continue
        if reading.words(block):  # a line of nothing but an address offers nothing
            found.append((place, block, certain))
    return found


def _is_link(reading: RuleReading, place: int) -> bool:
    """Whether a host is the text of a link or an address with a path."""
    behind = reading.text(place, place + _HOST_REACH)
    host = _HOST.match(behind)
    return host is None or _LINK_END.match(behind, host.end()) is not None


def _pointer_text(reading: RuleReading, place: int) -> str:
    text = reading.text(place, place + _HOST_REACH)
    host = _HOST.match(text)
    return host[0] if host else " ".join(text.split()[:2]).rstrip(".,;:!?)")


def _unlinked_sources(reading: RuleReading) -> None:
    """`Source:` at the beginning of a line, without an address there or in the list below it."""
    data = reading.batch.data
    spans: list[tuple[int, Span]] = []
    for hit in reading.hits(Mark.SOURCE).tolist():
        block, token = int(reading.hit_block[hit]), int(reading.hit_first[hit])
        start, behind = reading.start[token], reading.end[token]
        line, line_end = reading.line(block, start)
        if any(byte > 0x40 and byte != ord("_") for byte in data[line:start].tobytes()):
            continue
        last = _list_below(reading, block) if _is_bare(data[behind:line_end].tobytes()) else block
        if last is None or _ADDRESS.search(reading.text(line, _end(reading, last, line_end))):
            continue
        end = _end(reading, last, min(line_end, int(reading.batch.blocks.end[block])))
        spans.append((block, (start, end)))
    texts = reading.quoted([span for _, span in spans])
    messages = [f"{text}: a source without an address." for text in texts]
    reading.flag_spans("LNK502", spans, messages)


def _is_bare(rest: bytes) -> bool:
    """Whether nothing follows the colon on the line."""
    return not rest.strip(b" \t\r*_:")


def _list_below(reading: RuleReading, block: int) -> int | None:
    """Last item of the list behind a block; None where there is none."""
    behind = int(reading.article_block[reading.article[block] + 1])
    last = block
    while last + 1 < behind and reading.kind[last + 1] == LIST_ITEM:
        last += 1
    return last if last > block else None


def _end(reading: RuleReading, last: int, line_end: int) -> int:
    return max(line_end, int(reading.batch.blocks.end[last]))
