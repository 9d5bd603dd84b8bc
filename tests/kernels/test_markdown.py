from __future__ import annotations

import html
import sys

import numpy as np
import pyromark
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import msgpack
from pyromark import Options

from dedupe.arrays import I64, U8
from dedupe.kernels.markdown import read_events, trim_blocks
from tests import naive

FRAGMENTS = (
    *("*", "**", "_", "~~", "`", "\\", "[", "](", "](u)", ")", "![", "[^1]", "[^1]: ", "- [ ] "),
    *(
        "# ",
        "## ",
        "> ",
        "- ",
        "1. ",
        "    ",
        "\t",
        "```\n",
        "---\n",
        "===\n",
        "\n",
        "\n\n",
        "\r\n",
    ),
    *("<", "<div>", "</div>", "<h1>", "</H1 >", "<li>", "<b>", "<a href='x'>", "<blockquote>"),
    *("<!--", "-->", "<script>", "</script >", "<PRE>", "</pre>", "<style", "<code>", "<?", "<!D"),
    *("&", ";", "&#", "&#x", "&amp;", "&nbsp;", "&#150;", "&#x41;", "&no;", "&ThickSpace;", "&#0;"),
    *("{{", "}}", "{%", "%}", "{", ":::", "\n:::", ":", "| a | b |\n|---|---|\n| c | d |\n"),
    *("a", "word", "it's", "é", "’", "日本", "😀", " ", " x ", "\u00a0", "\u2003", "<x.y@z.uk>"),
)


def array(content: bytes) -> U8:
    """Bytes with 64 zeros behind, which kernels may write to."""
    return np.frombuffer(bytearray(content + bytes(64)), np.uint8)


def message_of(text: str) -> bytes:
    """Events of the parser as the kernel reads them, in arrays of three."""
    options = Options.ENABLE_TABLES | Options.ENABLE_FOOTNOTES | Options.ENABLE_STRIKETHROUGH
    events = list(pyromark.events_with_range(text, options=options | Options.ENABLE_TASKLISTS))
    return b"".join(msgpack.encode(events[i : i + 3]) for i in range(0, len(events), 3))


def read(texts: list[str], front: bytes = b"") -> tuple[U8, list[int], I64]:
    """Prose, starts of the articles' bodies, and blocks of articles with the same front matter."""
    contents = [text.encode() for text in texts]
    messages = [message_of(text) for text in texts]
    articles = [front + content + bytes(64) for content in contents]
    starts = np.cumsum([0, *map(len, articles)])[:-1]
    bodies = starts + len(front)
    ends = bodies + [len(content) for content in contents]
    data = array(b"".join(articles))
    prose = data.copy()
    message = array(b"".join(messages))
    blocks, references = (np.empty((len(message) // 4, columns), np.int64) for columns in (4, 2))
    block_count, reference_count = read_events(
        message,
        np.cumsum([len(message) for message in messages]),
        data,
        starts,
        bodies,
        ends,
        np.empty(max(map(len, contents)) + 1, np.uint8),
        prose,
        blocks,
        references,
    )
    blocks = blocks[:block_count]
    for start, end in references[:reference_count].tolist():
        char = html.unescape(data[start:end].tobytes().decode())
        encoded = b"" if char.isspace() else char.encode()
        filler = b" " if char.isspace() or len(encoded) > end - start else b"\x7f"
        encoded = b"" if len(encoded) > end - start else encoded
        prose[start:end] = array(encoded.ljust(end - start, filler))[: end - start]
    trim_blocks(data, prose, bodies, ends, blocks)
    return prose, bodies.tolist(), blocks[blocks[:, 1] < blocks[:, 2]]


def expected(text: str) -> tuple[bytes, list[list[int]]]:
    """Prose and blocks by the oracle, without white space around and without empty ones."""
    reader = naive.MarkdownReader(text.encode())
    options = Options.ENABLE_TABLES | Options.ENABLE_FOOTNOTES | Options.ENABLE_STRIKETHROUGH
    reader.read(pyromark.events_with_range(text, options=options | Options.ENABLE_TASKLISTS))
    blocks = []
    blank = bytes(range(0x21))
    for kind, start, end in reader.blocks:
        whole = reader.raw[start:end]
        if reader.prose[start:end].strip(blank + b"\x7f"):
            blocks.append(
                [
                    kind,
                    start + len(whole) - len(whole.lstrip(blank)),
                    start + len(whole.rstrip(blank)),
                ]
            )
    return bytes(reader.prose), blocks


@given(st.lists(st.lists(st.sampled_from(FRAGMENTS), max_size=20).map("".join), min_size=1))
@example(["", "a"])
@example([">" * 300 + "x", "- " * 200])
@example(["*a* b\n\n" * 2000 + "<p>&amp;\n" * 100])
@example(["a" * 70_000 + " *b* " + "c" * 300])
def test_articles_equal_the_oracle(texts: list[str]) -> None:
    """Whatever the Markdown, prose and blocks are those of the naive loop over the events."""
    prose, bodies, blocks = read(texts)
    for article, (text, body) in enumerate(zip(texts, bodies, strict=True)):
        size = len(text.encode())
        wanted, rows = expected(text)
        assert prose[body : body + size].tobytes() == wanted
        assert not prose[body + size : body + size + 64].any()
        found = blocks[blocks[:, 3] == article, :3] - [0, body, body]
        assert found.tolist() == rows


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        ("un**believ**able", "un\x7f\x7fbeliev\x7f\x7fable"),
        ("**all** of", "  all   of"),
        ("[GSA](u v)'s", "[GSA](u v)'s"),
        ("[GSA](u)'s", " GSA\x7f\x7f\x7f\x7f's"),
        ("[**a**](u)s", "   a\x7f\x7f\x7f\x7f\x7f\x7fs"),
        ("[a][b]s\n\n[b]: u", " a\x7f\x7f\x7f\x7fs        "),
        ("don\\'t", "don\x7f't"),
        ("a`c`b", "a   b"),
        ("a<hr>b", "a    b"),
        ("a\nb", "a b"),
        ("ä*ö*", "ä\x7fö "),
        ("***", "   "),
    ],
)
def test_markup_is_blank(text: str, prose: str) -> None:
    """It becomes spaces, inside a word bytes that words pass over; lengths never change."""
    found, _, _ = read([text])
    assert found[: len(text.encode())].tobytes().decode() == prose


def test_front_matter_is_blank() -> None:
    """Positions count from the body; all before it is blank, no other article touched."""
    prose, bodies, blocks = read(["# Top", "other"], front=b"t: x|")
    assert prose[: bodies[0] + 5].tobytes() == b"       Top"
    assert prose[bodies[1] - 5 : bodies[1] + 5].tobytes() == b"     other"
    assert blocks.tolist() == [[0, 7, 10, 0], [2, bodies[1], bodies[1] + 5, 1]]


def test_spaces_are_those_of_python() -> None:
    """A reference to any white space of Unicode is blank, one to any other character is not."""
    for point in range(1, sys.maxunicode + 1):
        char = chr(point)
        if char.isspace() or not point & 0x3FF or 0x2000 <= point <= 0x2100:
            reference = f"&#{point};"
            wanted, _ = expected(f"x{reference}")
            assert read([f"x{reference}"])[0][: len(wanted)].tobytes() == wanted


def test_trim_blocks() -> None:
    """White space goes, markup at the ends stays, a block without prose becomes empty."""
    data = array(b"  *a* b \n`code`\x7f")
    prose = array(b"   a  b        \x7f")
    rows = np.array([[2, 0, 9, 0], [2, 9, 16, 0]])
    trim_blocks(data, prose, np.array([0]), np.array([16]), rows)
    assert rows[:, 1:3].tolist() == [[2, 7], [9, 9]]
