from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.arrays import I64, U8
from dedupe.kernels.blocks import find_lines, hold_short_lines, join_lines
from dedupe.kernels.characters import character_table

KINDS = ("title", "heading", "paragraph", "item", "quote")


def array(content: bytes) -> U8:
    """Bytes in a batch: a multiple of 64, with 64 zeros at least behind."""
    return np.frombuffer(content + bytes(128 - len(content) % 64), np.uint8).copy()


def split_blocks(content: bytes, starts: list[int], ends: list[int]) -> tuple[I64, I64]:
    """Blocks and orphans of the articles in `content`."""
    table = character_table()
    first_line = np.empty(len(starts) + 1, np.int64)
    lines = find_lines(
        array(content), np.array(starts), np.array(ends), table.page, table.kind, first_line
    )
    assert first_line[-1] == len(lines)
    return join_lines(lines, first_line)


def split(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Kind and text of every block, and the orphans, of one article."""
    content = text.encode()
    blocks, orphans = split_blocks(content, [0], [len(content)])
    found = [(KINDS[kind], content[start:end].decode()) for kind, start, end, _ in blocks.tolist()]
    return found, [content[start:end].decode() for start, end, _ in orphans.tolist()]


def blocks_of(text: str) -> list[tuple[str, str]]:
    """Kind and text of every block of one article."""
    return split(text)[0]


def test_blank_lines_separate_blocks() -> None:
    """One line, several blank ones, white space around: blocks hold neither."""
    assert blocks_of("\n\n  First one.  \n \t\n\nSecond one.\n") == [
        ("paragraph", "First one."),
        ("paragraph", "Second one."),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_are_equal(end: str) -> None:
    """LF, CRLF and CR give the same blocks, and a CRLF is no blank line."""
    lines = ["A dog barked in the", "Old Town", "near the river.", "", "It was late."]
    found, orphans = split(end.join(lines))
    assert [(kind, text.replace(end, "\n")) for kind, text in found] == [
        ("paragraph", "A dog barked in the\nOld Town\nnear the river."),
        ("paragraph", "It was late."),
    ]
    assert orphans == ["Old Town"]


@pytest.mark.parametrize("blank", ["", " \t\n", "\u00a0\u3000\u2003", "---", "\r\n\r\n"])
def test_nothing_to_read_gives_no_block(blank: str) -> None:
    """Empty articles, white space of any kind and lone rules have no blocks."""
    assert blocks_of(blank) == []


def test_wide_white_space_is_trimmed() -> None:
    """No-break and ideographic spaces around a line are no part of its block."""
    assert blocks_of("\u3000\u00a0Voilà.\u00a0\u2003\n") == [("paragraph", "Voilà.")]


@pytest.mark.parametrize(
    "marker",
    ["-", "*", "+", "•", "‣", "◦", "⁃", "∙", "▪", "●", "–", "—", "·", "1.", "12)", "(a)", "b)"],
)
def test_list_markers(marker: str) -> None:
    """A marker with a space behind it makes an item, which starts behind both."""
    assert blocks_of(f"They agreed:\n  {marker} Build a bridge.\n  {marker} Paint it.") == [
        ("paragraph", "They agreed:"),
        ("item", "Build a bridge."),
        ("item", "Paint it."),
    ]


@pytest.mark.parametrize(
    "line", ["-5 degrees fell.", "1999. A year.", "A. Smith wrote.", "(abc) no."]
)
def test_what_only_looks_like_a_list_marker(line: str) -> None:
    """A sign, a year, an initial and a long word in brackets are text."""
    assert blocks_of(line) == [("paragraph", line)]


def test_list_item_runs_on() -> None:
    """Indented lines and lines in the middle of a sentence belong to the item above."""
    assert blocks_of("- One that is long\n  Indented too.\n- Two goes\non here\n- Three") == [
        ("item", "One that is long\n  Indented too."),
        ("item", "Two goes\non here"),
        ("item", "Three"),
    ]


def test_marked_headings() -> None:
    """Number signs, a line all in bold, and underlines make headings without their markers."""
    text = "# Top #\nText.\n\n**Bold line**\nText.\n\nUnder\n=====\nText.\n\nAlso\n---\nText."
    assert blocks_of(text) == [
        ("title", "Top"),
        ("paragraph", "Text."),
        ("heading", "Bold line"),
        ("paragraph", "Text."),
        ("heading", "Under"),
        ("paragraph", "Text."),
        ("heading", "Also"),
        ("paragraph", "Text."),
    ]


def test_markup_that_is_no_heading() -> None:
    """A hashtag, bold words in a line, and a rule below a sentence leave paragraphs."""
    assert blocks_of("#tag is here.\n\n**A** and **B**.\n\nHe left the room.\n---\nNext day.") == [
        ("paragraph", "#tag is here."),
        ("paragraph", "**A** and **B**."),
        ("paragraph", "He left the room."),
        ("paragraph", "Next day."),
    ]


def test_quotations() -> None:
    """Lines behind > are quotations; the empty one separates."""
    assert blocks_of("> It is done.\n>\n> > Truly.\nHe nodded.") == [
        ("quote", "It is done."),
        ("quote", "Truly."),
        ("paragraph", "He nodded."),
    ]


def test_lost_links_are_joined_and_remembered() -> None:
    """Short lines in the middle of sentences are orphans of one block."""
    text = (
        "The mayor set out a plan for the coming\nHarbour Week\n. The arrival of the\nTall Ship\n"
        "in the old basin, as we wrote, draws crowds.\nThe timing of the\nTall Ship\n‘s visit is no"
        " accident.\n"
    )
    found, orphans = split(text)
    assert [kind for kind, _ in found] == ["paragraph", "paragraph"]
    assert found[1][1].startswith("The timing")
    assert orphans == ["Harbour Week", "Tall Ship", "Tall Ship"]


def test_heading_is_not_joined_to_the_paragraph_below() -> None:
    """Neither a full line nor a short one below a heading becomes part of it."""
    text = (
        "A first block stands here.\nLooking Ahead: The Future of the Port\nThe arrival of the\n"
        "Tall Ship\nand the coming\nHarbour Week\nmark a turn.\nWhy the Basin Matters\n"
        "Harbour Week\nis near."
    )
    found, orphans = split(text)
    assert found == [
        ("paragraph", "A first block stands here."),
        ("heading", "Looking Ahead: The Future of the Port"),
        ("paragraph", "The arrival of the\nTall Ship\nand the coming\nHarbour Week\nmark a turn."),
        ("heading", "Why the Basin Matters"),
        ("paragraph", "Harbour Week\nis near."),
    ]
    assert orphans == ["Tall Ship", "Harbour Week"]


@pytest.mark.parametrize(
    "above", ["It ended.", "It ended.”", "Did it end?)", "It ended:", "终于结束了。"]
)
def test_a_sentence_end_keeps_lines_apart(above: str) -> None:
    """Behind a full stop, closing quotes and brackets or not, nothing is joined."""
    assert len(blocks_of(f"{above}\niPhone sales rose.")) == 2


@pytest.mark.parametrize(
    ("below", "joined"),
    [
        ("and went home.", True),
        ("élan was missing.", True),
        ("’s garden.", True),
        ("'s garden.", True),
        ("‘Hello,’ he said.", False),
        (", which was late.", True),
        (".", True),
        (".NET is a framework.", False),
        ("...", False),
        (") was there.", True),
        ("Went home.", False),
        ("数年后，他回来了。", False),
    ],
)
def test_where_a_line_begins_inside_a_sentence(below: str, *, joined: bool) -> None:
    """Lower-case letters, punctuation and ’s go on; capitals and uncased scripts do not."""
    text = f"The long and winding road that leads to the gardener and his wife\n{below}"
    assert (len(blocks_of(text)) == 1) == joined


WRAPPED = """\
The council of the small town on the river met on Monday evening to
discuss the bridge. Nobody had expected that more than two hundred
citizens would come and fill the hall to the very last seat. Anna
Keller, who spoke first, said that the bridge was older than she was.

The mayor answered that there was no money for it. Perhaps next year
New Bridges would pay.

What Comes Next

A vote will be held in autumn. Until then lorries have to drive round
by the Old Mill, which costs them half an hour. Two firms have already
Complained about that.
"""


def test_hard_wrapped_lines_are_joined() -> None:
    """Paragraphs of two and more wrapped lines are one block each, capitals or not."""
    found, orphans = split(WRAPPED)
    assert [(kind, text.count("\n")) for kind, text in found] == [
        ("paragraph", 3),
        ("paragraph", 1),
        ("heading", 0),
        ("paragraph", 2),
    ]
    assert orphans == []


def test_lines_of_different_length_are_not_wrapped() -> None:
    """Headlines, one a line, stay apart although the longest leaves no room."""
    lines = [
        "Harbour opens in the spring after two years of work",
        "Mayor resigns",
        "Two hundred citizens fill the hall to speak about the bridge",
        "Ferry stops",
        "A long winter is ahead",
    ]
    assert blocks_of("\n".join(lines)) == [("paragraph", line) for line in lines]


def test_line_lists_in_scripts_without_spaces_are_not_wrapped() -> None:
    """The first word of a Chinese line is one character, not the line."""
    lines = ["市长昨天辞职了，没有人知道原因。", "码头将在春天开放。", "渡轮停运，桥梁关闭两年。"]
    assert [text for _, text in blocks_of("\n".join(lines))] == lines


def test_titles_and_headings() -> None:
    """The first block is the title; a heading needs another block behind it."""
    assert blocks_of("/Why Rivers Bend\n\nWater flows.\n\nThe Delta\n\nIt is wide.\n\nTAGS:") == [
        ("title", "/Why Rivers Bend"),
        ("paragraph", "Water flows."),
        ("heading", "The Delta"),
        ("paragraph", "It is wide."),
        ("paragraph", "TAGS:"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "A New Chapter for the Old River?",
        "Key Takeaways:",
        "2024 in Review",
        "“Nobody Knows” and Other Excuses",
        "第一章",
        "Warum der Fluss sich krümmt",
    ],
)
def test_lines_that_are_headings(line: str) -> None:
    """Capitals, digits, quotation marks, other scripts; question marks and short colons."""
    assert blocks_of(f"One.\n\n{line}\n\nThis paragraph is longer than the line above it.")[1] == (
        "heading",
        line,
    )


@pytest.mark.parametrize(
    "line",
    [
        "It rained.",
        "“Run!”",
        "But why?",
        "they said so",
        "They agreed:",
        "And then he turned and said to all of them:",
        "Dear reader,",
        "But I—",
        "So it goes…",
        "Nobody knows why a line of so many short words as this one is no head of it at all",
    ],
)
def test_lines_that_are_no_headings(line: str) -> None:
    """Sentences, speech, openings of lists and letters, broken-off and long lines."""
    assert blocks_of(f"One.\n\n{line}\n\nThis paragraph is longer than the line above it.")[1] == (
        "paragraph",
        line,
    )


def test_three_heading_like_lines_in_a_row_are_verse() -> None:
    """Verse and addresses are paragraphs; a title printed three times apart is none."""
    assert [kind for kind, _ in blocks_of("Red Sun\nWhite Moon\nNo Wind\n\nThe end came.")] == (
        ["paragraph"] * 4
    )
    assert [kind for kind, _ in blocks_of("Red Sun\n\nRed Sun\n\nRed Sun\n\nThe end came.")] == (
        ["title", "heading", "heading", "paragraph"]
    )


def test_articles_of_a_batch_are_independent() -> None:
    """Each article has its own title, and its number in every row."""
    content = b"Title One\n\nText.".ljust(64, b"\0") + b"Title Two\n\nText."
    blocks, _ = split_blocks(content, [0, 64], [16, 80])
    assert blocks[:, [0, 3]].tolist() == [[0, 0], [2, 0], [0, 1], [2, 1]]


def test_tables_grow_as_needed() -> None:
    """Thousands of lines, blocks and orphans in one article."""
    found, orphans = split("A dog sat near the\nOld Oak\nand slept.\n\n" * 2000)
    assert len(found) == len(orphans) == 2000


@given(st.text(st.sampled_from("aB .,-*#>'’1)\n\r\t\u00a0é字😀_="), max_size=80))
def test_blocks_are_ordered_and_hold_no_white_space_around(text: str) -> None:
    """Whatever the text, blocks lie behind each other, begin and end with something to read."""
    content = text.encode()
    blocks, orphans = split_blocks(content, [0], [len(content)])
    previous = 0
    for _, start, end, _ in blocks.tolist():
        assert previous <= start < end <= len(content)
        block = content[start:end].decode()
        assert block == block.strip(" \t\r\n\u00a0")
        previous = end
    for start, end, block in orphans.tolist():
        assert blocks[block, 1] < start < end < blocks[block, 2]


@given(st.lists(st.tuples(st.integers(1, 3), st.text(st.sampled_from("aé \n\r"))), max_size=4))
def test_paragraphs_that_hold_short_lines(parts: list[tuple[int, str]]) -> None:
    """A paragraph with a line of one to four words that another precedes and another follows."""
    content, rows, expected = b"", [], []
    for kind, text in parts:
        piece = f"{text}|".encode()
        rows.append((kind, len(content), len(content) + len(piece), 0))
        content += piece + b" a \n"
        inner = re.split("[\n\r]", text)[1:-1]
        short = any(1 <= len(line.split()) <= 4 for line in inner)
        expected.append(kind == KINDS.index("paragraph") and short)
    found = np.ones(len(rows), np.bool_)
    hold_short_lines(array(content), np.array(rows, np.int64).reshape(-1, 4), found)
    assert found.tolist() == expected
