"""Directives: comments of an article that are addressed to this program.

In Markdown that is `<!-- dedupe: ... -->`, where the parser sees HTML: in code it is a word like
any other. The key `dedupe` of the front matter speaks of the whole article. In plain text, whose
comments readers see, it is a line `# dedupe: ...`, if that is wanted at all. What a directive says
is read elsewhere (`findings.suppressions`); here is told of which text it may speak.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import pyromark

from dedupe.arrays import I64, U8
from dedupe.sources.markdown import front_matter
from dedupe.sources.parsing import OPTIONS
from dedupe.tables import BlockKind, Directive

_COMMENT = re.compile(rb"<!--\s*dedupe:(.*?)-->", re.DOTALL)
_LINE = re.compile(rb"^#[ \t]*dedupe:([^\r\n]*)", re.MULTILINE)
_KEY = re.compile(rb"^dedupe:(?:[^\n]*\n)(?:(?:[ \t][^\r\n]*)?\r?\n)*", re.MULTILINE)
"""A key of front matter, with the lines of its value"""
_KEYS = frozenset(("ignore", "exclude", "reason", "until"))
_MOST_YAML = 10_000
_SPACE = 0x20
_NO_HEADING = 9
_BLOCKS = {"Paragraph", "Item", "Heading", "List", "Table", "BlockQuote", "CodeBlock"}


class _Block(NamedTuple):
    start: int
    end: int
    level: int
    """1 for the highest heading, `_NO_HEADING` for what is none"""


class _Comment(NamedTuple):
    start: int
    end: int
    text: bytes
    inline: bool
    """Whether it stands within a line of a block, which it then speaks of"""


Lines = dict[int, list[_Comment]]
"""Directives of plain text by article"""


def markdown_directives(data: U8, start: I64, end: I64, articles: I64) -> list[Directive]:
    """The directives of some articles of Markdown; data (T,), start and end (D,) bytes."""
    found: list[Directive] = []
    for article in articles.tolist():
        raw = data[start[article] : end[article]].tobytes()
        header, _ = front_matter(memoryview(raw))
        found += _of_front_matter(article, int(start[article]), raw[:header])
        blocks, comments = _parsed(raw[header:])
        found += _governing(
            article, int(start[article]) + header, blocks, comments, len(raw) - header
        )
    return found


def blank_lines(data: U8, prose: U8, start: I64, end: I64, articles: I64) -> Lines:
    """Find the directives of some articles of plain text, and make their lines blank in `prose`.

    data, prose (T,), start and end (D,) bytes.
    """
    found: Lines = {}
    for article in articles.tolist():
        base = int(start[article])
        for line in _LINE.finditer(data[base : end[article]].tobytes()):
            first, behind = base + line.start(), base + line.end()
            prose[first:behind] = _SPACE
            found.setdefault(article, []).append(_Comment(first, behind, line[1], inline=False))
    return found


def text_directives(lines: Lines, rows: I64, end: I64) -> list[Directive]:
    """The directives of plain text, now that its blocks are known.

    rows (B, 4): kind, start, end and article of each; end (D,) bytes.
    """
    found: list[Directive] = []
    for article, comments in lines.items():
        blocks = [
            _Block(first, behind, 1 if kind <= BlockKind.HEADING else _NO_HEADING)
            for kind, first, behind, _ in rows[rows[:, 3] == article].tolist()
        ]
        found += _governing(article, 0, blocks, comments, int(end[article]))
    return found


def _of_front_matter(article: int, base: int, raw: bytes) -> Iterator[Directive]:
    """What the key `dedupe` of the front matter says, as directives on the whole article."""
    key = _KEY.search(raw) if raw.startswith(b"---") else None
    if key is None:
        return
    place = article, base + key.start(), base + key.start() + len(key[0].rstrip())
    nothing = (base + len(raw), base + len(raw))
    try:
        texts = _translated(key[0])
    except ValueError as error:
        yield Directive(*place, "", nothing, nothing, fault=str(error))
        return
    for text in texts:
        yield Directive(*place, text, nothing, nothing)


def _translated(raw: bytes) -> list[str]:
    """The directives for which a key of YAML stands. Raises ValueError."""
    import yaml  # 20 ms, for nothing where no front matter speaks to us

    if len(raw) > _MOST_YAML:
        raise ValueError(f"it is longer than {_MOST_YAML} bytes")
    try:
        value = yaml.safe_load(str(raw, "utf-8"))["dedupe"]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError("it is no YAML") from error
    if not isinstance(value, dict) or not value or not _KEYS.issuperset(value):
        raise ValueError(f"its keys are {', '.join(sorted(_KEYS))}")
    rules, exclude = value.get("ignore", []), value.get("exclude", False)
    rules = [rules] if isinstance(rules, str) else rules
    if not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules):
        raise ValueError("ignore is a list of rules")
    if not isinstance(exclude, bool):
        raise ValueError("exclude is true or false")  # noqa: TRY004 - of a file, not of a call
    reason = f" -- {value['reason']}" if value.get("reason") else ""
    until = f" until={value['until']}" if value.get("until") else ""
    texts = [f"ignore-file[{', '.join(rules)}]{until}{reason}"] if "ignore" in value else []
    return [*texts, f"exclude-file{reason}"] if exclude else texts


def _parsed(raw: bytes) -> tuple[list[_Block], list[_Comment]]:
    """Blocks and directives of Markdown, as they begin."""
    blocks: list[_Block] = []
    comments: list[_Comment] = []
    inside: list[tuple[str, int]] = []  # kind and end
    for event, place in pyromark.events_with_range(str(raw, "utf-8"), options=OPTIONS):
        start, end = place["start"], place["end"]
        if not isinstance(event, dict):
            continue
        if "Start" in event:
            kind, level = _kind(event["Start"])
            inside.append((kind, end))
            if kind in _BLOCKS:
                blocks.append(_Block(start, end, level))
            elif kind == "HtmlBlock":
                comments += _comments(raw, start, end, inline=False)
        elif "End" in event:
            inside.pop()
        elif "InlineHtml" in event:
            comments += _comments(raw, start, end, inline=True)
        elif "Text" in event and inside and inside[-1][0] == "Item":
            # The items of a tight list hold their text without a paragraph.
            blocks.append(_Block(start, inside[-1][1], _NO_HEADING))
    return blocks, comments


def _kind(tag: Any) -> tuple[str, int]:  # noqa: ANN401 - as the parser gives it
    """The name of a tag, and its level as a heading."""
    if not isinstance(tag, dict):
        return tag, _NO_HEADING
    ((kind, value),) = tag.items()
    return kind, int(value["level"][1]) if kind == "Heading" else _NO_HEADING


def _comments(raw: bytes, start: int, end: int, *, inline: bool) -> Iterator[_Comment]:
    for match in _COMMENT.finditer(raw, start, end):
        yield _Comment(match.start(), match.end(), match[1], inline)


def _governing(
    article: int, base: int, blocks: Sequence[_Block], comments: Sequence[_Comment], behind: int
) -> Iterator[Directive]:
    """Directives with the block and the section that they speak of.

    blocks: as they begin, so that an inner one is behind the outer; base: added to all places;
    behind: the end of the article. A block that does not exist is empty.
    """
    titles = [block for block in blocks if block.level < _NO_HEADING]
    for comment in comments:
        block = _spoken_of(blocks, comment)
        title = _spoken_of(titles, comment)
        section = (behind, behind)
        if title is not None:
            ends = (t.start for t in titles if t.start > title.start and t.level <= title.level)
            section = (title.start, next(ends, behind))
        yield Directive(
            article,
            base + comment.start,
            base + comment.end,
            str(comment.text, "utf-8"),
            (base + block.start, base + block.end) if block else (base + behind, base + behind),
            (base + section[0], base + section[1]),
        )


def _spoken_of(blocks: Sequence[_Block], comment: _Comment) -> _Block | None:
    """The innermost block around a comment within a line, else the next one."""
    following = bisect_left(blocks, comment.end, key=attrgetter("start"))
    if comment.inline:
        before = (blocks[place] for place in reversed(range(following)))
        around = next(
            (b for b in before if b.start <= comment.start and comment.end <= b.end), None
        )
        if around is not None:
            return around
    return blocks[following] if following < len(blocks) else None
