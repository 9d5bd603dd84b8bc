from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.config import Sources
from dedupe.sources import find_files, read_batch, text_batch
from dedupe.sources.articles import articles_of, batch_of
from dedupe.sources.reading import filled_buffer
from dedupe.tables import BlockKind


def blocks_of(text: str) -> list[tuple[str, str]]:
    """Kind and prose of every block, runs of spaces as one."""
    batch = text_batch([text], markdown=True)
    assert len(batch.prose) == len(batch.data)
    return [
        (
            BlockKind(kind).name.lower(),
            " ".join(batch.prose[start:end].tobytes().decode().split()).replace("\x7f", ""),
        )
        for kind, start, end in zip(
            batch.blocks.kind.tolist(),
            batch.blocks.start.tolist(),
            batch.blocks.end.tolist(),
            strict=True,
        )
    ]


def prose_of(text: str) -> str:
    """Prose of one article, byte for byte."""
    batch = text_batch([text], markdown=True)
    return batch.prose[: len(text.encode())].tobytes().decode()


def test_headings_and_title() -> None:
    """The first heading of level 1 is the title where nothing stands above it."""
    assert blocks_of("# Top\n\nText.\n\n## Sub {#id .x}\n\n# Other\n\nUnder\n---\n") == [
        ("title", "Top"),
        ("paragraph", "Text."),
        ("heading", "Sub"),
        ("heading", "Other"),
        ("heading", "Under"),
    ]
    assert blocks_of("Text.\n\n# Top")[1] == ("heading", "Top")
    assert blocks_of("## Sub\n\nText.")[0] == ("heading", "Sub")


def test_paragraph_lines_are_one_block() -> None:
    """Soft and hard breaks do not end a block, CRLF or LF."""
    for end in ("\n", "\r\n"):
        assert blocks_of(f"one{end}two  {end}three\\{end}four{end}{end}five") == [
            ("paragraph", "one two three four"),
            ("paragraph", "five"),
        ]


def test_lists() -> None:
    """Every item is a block, its text before a nested list, and each paragraph in it."""
    text = "- one\n  - inner\n- two\n\n  more\n- [ ] task\n\n1. first\n\n   > said\n"
    assert blocks_of(text) == [
        ("list_item", "one"),
        ("list_item", "inner"),
        ("list_item", "two"),
        ("list_item", "more"),
        ("list_item", "task"),
        ("list_item", "first"),
        ("quote", "said"),
    ]


def test_quotes_and_footnotes() -> None:
    """Quotation marks and the label of an alert are no prose; a footnote is a paragraph."""
    assert blocks_of("> [!NOTE]\n> Be\n> careful.[^1]\n\n[^1]: Or not.\n") == [
        ("quote", "Be careful."),
        ("paragraph", "Or not."),
    ]


def test_tables_have_a_block_a_row() -> None:
    """Cells are kept apart by blanks."""
    assert blocks_of("| a | b |\n|---|:-:|\n| c \\| d | **e** |\n\nEnd") == [
        ("table", "a b"),
        ("table", "c | d e"),
        ("paragraph", "End"),
    ]


def test_code_has_no_block() -> None:
    """Fenced and indented blocks, and a paragraph of one code span."""
    assert blocks_of("```py\nx = 1\n```\n\n    y = 2\n\n`z`\n\nUse `f(x)` now.\n\n> ~~~\n> q") == [
        ("paragraph", "Use now.")
    ]


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        ("un**believ**able", "un\x7f\x7fbeliev\x7f\x7fable"),
        ("~~a~~ *b*", "  a    b "),
        ("[the text](http://x.y 'title') on", " the text                      on"),
        ("[GSA](/x)’s", " GSA\x7f\x7f\x7f\x7f\x7f’s"),
        ("![alt *text*](i.png) on", "                     on"),
        ("AT&amp;T", "AT&\x7f\x7f\x7f\x7fT"),
        ("caf&eacute;s", "cafés".replace("é", "é" + "\x7f" * 6)),
        ("&#8220;a&nbsp;b&unknown;", "“\x7f\x7f\x7f\x7fa      b&unknown;"),
        ("a & b &", "a & b &"),
        ("a<b>b</b> c", "a   b     c"),
        ("see http://x.y/z", "see http://x.y/z"),
        ("<http://x.y>", " http://x.y "),
        ("{{< fig src='a_b_c' >}} on", "                        on"),
        ("{% tag %}on{{ name }}", "         on          "),
        ("50% {% a", "50% {% a"),
        ("{{ open", "{{ open"),
        ("::: warning\nTake care.\n:::", "           \nTake care.\n   ".replace("\n", " ")),
        ("[ref]: http://x.y 'Title'\n\n[ref]", "                            ref "),
        ("don\\'t", "don\x7f't"),
    ],
)
def test_prose(text: str, prose: str) -> None:
    """Prose has the length of the text and only its words, in their places."""
    assert prose_of(text) == prose


def test_html_blocks() -> None:
    """Text in them is kept, block by block; tags, comments, scripts and styles are blank."""
    text = (
        "<div class='x'><h2>Head</h2><p>One <b>bold</b> &amp; two</p>\n<ul><li>Item</li></ul>\n"
        "<script>var a = '<p>';</script><style>p { }</style><!-- gone --></div>\n\n"
        "<blockquote>Said</blockquote> rest\n\n<!-- a\n\nb -->\n"
    )
    assert blocks_of(text) == [
        ("heading", "Head"),
        ("paragraph", "One bold & two"),
        ("list_item", "Item"),
        ("quote", "Said"),
        ("paragraph", "rest"),
    ]


@pytest.mark.parametrize("field", ["published", "date.first", "Erstellt am"])
def test_field_of_the_date(tmp_path: Path, field: str) -> None:
    """Any key of the front matter, taken literally; another one is not looked at."""
    text = f"---\ndate: 2024-01-01\ndateXfirst: 2024-01-02\n{field}: 2024-03-02\n---\nText"
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    for name, date in ((field, "2024-03-02"), ("date", "2024-01-01"), ("none", None)):
        options = Sources(date_field=name)
        batch, _, _ = read_batch(find_files([str(tmp_path)], options).files, 0, options)
        assert batch.date == (date,)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("---\ntitle: x\ndate: 2024-03-02\n---\nText", "2024-03-02"),
        ("---\r\ndate: '2024-03-02T10:00:00-05:00'\r\n---\r\nText", "2024-03-02"),
        ("+++\ntitle = 'x'\ndate = 2024-03-02\n+++\nText", "2024-03-02"),
        ("---\ntitle: x\n...\nText", None),
        ("---\ndate: 2024-02-31\n---\nText", None),
        ("---\nupdate: 2024-03-02\n---\nText", None),
        ("---\n# note\ndate: 2024-03-02\n---\nText", "2024-03-02"),
    ],
)
def test_front_matter(text: str, date: str | None) -> None:
    """It is no prose; its date is kept as YYYY-MM-DD where it is one."""
    assert blocks_of(text) == [("paragraph", "Text")]
    assert text_batch([text], markdown=True).date == (date,)


@pytest.mark.parametrize(
    "text",
    ["---\n\nText\n\n---\n\nMore", "---\ntitle: x\n\nText and More", "a\n\n---\nText\n---\nMore"],
)
def test_rules_are_no_front_matter(text: str) -> None:
    """Only two fences at the very start with fields between are front matter."""
    assert any("Text" in prose for _, prose in blocks_of(text))
    assert any("More" in prose for _, prose in blocks_of(text))


def test_spans_hold_the_markup_at_the_ends_of_a_block() -> None:
    """A block begins at the emphasis or link that its text begins with."""
    text = "# *A* b\n\n- **x** [y](z)\n\n![i](j) `c` d"
    batch = text_batch([text], markdown=True)
    spans = zip(batch.blocks.start.tolist(), batch.blocks.end.tolist(), strict=True)
    assert [text[start:end] for start, end in spans] == ["*A* b", "**x** [y](z)", "`c` d"]


def test_a_parser_that_fails_leaves_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """The article is split as plain text, the others are not touched by it."""

    class PanicException(BaseException):
        pass

    def fail(*_: object, **__: object) -> None:
        raise PanicException

    monkeypatch.setattr("dedupe.sources.parsing.pyromark.events_with_range", fail)
    assert blocks_of("# Top\n\nSome *text*.") == [("title", "Top"), ("paragraph", "Some *text*.")]


@pytest.mark.parametrize(
    "text",
    [
        ">" * 20_000,
        "[" * 20_000,
        "*a " * 20_000,
        "- " * 20_000 + "x",
        "<a " * 20_000,
        "{{" * 20_000,
        "{%" * 20_000,
        "&" * 20_000,
        "<!--" * 20_000,
        "<div>" + "<script>" * 5_000,
        "`" * 20_001,
    ],
)
def test_nasty_markdown_is_parsed(text: str) -> None:
    """Nothing raises or takes quadratic time."""
    batch = text_batch([text], markdown=True)
    assert len(batch.prose) == len(batch.data)


@given(st.text(st.sampled_from("aé #*_-`[]()<>!&;{}%|:\n\r\t\\~^+.1😀="), max_size=60))
def test_prose_is_the_text_where_it_is_not_blank(text: str) -> None:
    """Without entities every byte of prose is the text's, a space or transparent."""
    batch = text_batch([text, "next"], markdown=True)
    assert batch.data is not batch.prose
    same = batch.data == batch.prose
    assert (same | (batch.prose == 0x20) | (batch.prose == 0x7F) | ("&" in text)).all()
    assert (batch.blocks.start < batch.blocks.end).all()
    assert (batch.blocks.end[:-1] <= batch.blocks.start[1:]).all()
    batch.prose.tobytes().decode()


def test_markdown_and_text_in_one_batch() -> None:
    """Blocks are in the order of the articles; plain text keeps its markup in prose."""
    articles = articles_of(filled_buffer([b"*a*", b"*b*", b"*c*"]), {}, {}, "auto")
    batch = batch_of(articles, np.array([False, True, False]), first=7)
    assert batch.file.tolist() == [7, 8, 9]
    assert batch.blocks.article.tolist() == [0, 1, 2]
    texts = [
        batch.prose[start:end].tobytes() for start, end in zip(batch.start, batch.end, strict=True)
    ]
    assert texts == [b"*a*", b" b ", b"*c*"]


LOST = "# The port\n\nThe arrival of the\nTall Ship\nin the old basin draws crowds.\n\n"
WRAPPED = (
    "Whoever comes to the port by way of the long new bridge, which opened late, finds the\n"
    "Internationalisation-und-Handelskammer Hauptverwaltungsgebäude Nordwestkreuzungsbau\n"
    "behind the third of the warehouses, and there a stair that nobody has ever swept or\n"
    "counted, since it leads to rooms that stood empty.\n"
)


def orphans_of(*texts: str, markdown: bool = True) -> list[tuple[int, str]]:
    """Article and text of every line where a link was lost."""
    blocks = (batch := text_batch(texts, markdown=markdown)).blocks
    return [
        (int(blocks.article[block]), batch.data[start:end].tobytes().decode())
        for start, end, block in zip(
            blocks.orphan_start, blocks.orphan_end, blocks.orphan_block, strict=True
        )
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", " \n"])
def test_lost_links(end: str) -> None:
    """A short line in the middle of a sentence is remembered, as in plain text."""
    texts = [LOST.replace("\n", end), "A pier.\n", 2 * LOST]
    assert orphans_of(*texts) == [(0, "Tall Ship"), (2, "Tall Ship"), (2, "Tall Ship")]
    assert orphans_of(*texts, markdown=False) == orphans_of(*texts)


def test_lost_links_of_a_mixed_batch() -> None:
    """Lines of Markdown and of plain text belong to their blocks."""
    articles = articles_of(filled_buffer([LOST.encode()] * 3), {}, {}, "auto")
    batch = batch_of(articles, np.array([True, False, True]), first=0)
    blocks = batch.blocks
    assert blocks.article[blocks.orphan_block].tolist() == [0, 1, 2]
    assert np.all(blocks.start[blocks.orphan_block] < blocks.orphan_start)
    assert np.all(blocks.orphan_end < blocks.end[blocks.orphan_block])


@pytest.mark.parametrize(
    "text",
    [
        LOST.replace("Tall Ship", "[Tall Ship](https://ships.example)"),
        LOST.replace("Tall Ship", "**Tall Ship**"),
        LOST.replace("Tall Ship", "`Tall Ship`"),
        LOST.replace("Ship\n", "Ship  \n"),
        LOST.replace("the\n", "the\\\n"),
        "Harbour Office\nOld Quay 4\nPort Ansel\n\ncall before noon.\n",
        "Ships of the port:\n\n- [Tall Ship](a.md)\n- [Old Ship](b.md)\n- [No Ship](c.md)\n",
        "O that the sea\nWere calm and clear\nFor those who flee\nAnd those who hear.\n",
        WRAPPED,
    ],
)
def test_lines_that_lost_no_link(text: str) -> None:
    """Markup, breaks made on purpose, addresses, lists, verse and wrapped text are left alone."""
    assert not orphans_of(text)


def test_code_is_kept_where_it_is_wanted() -> None:
    """Inline code is text of its block, a code block is a block; back-ticks and fences go."""
    text = "Use ``a `b` c`` and `d &amp; e`.\n\n> ```py\n> print(1)\n> two\n> ```\n\n    three\n"
    data = text.encode()
    buffer = filled_buffer([data])
    batch = batch_of(articles_of(buffer, {}, {}, "auto"), np.array([True]), first=0, code=True)
    found = [
        (BlockKind(kind).name, batch.prose[start:end].tobytes().decode().split())
        for kind, start, end in zip(
            batch.blocks.kind, batch.blocks.start, batch.blocks.end, strict=True
        )
    ]
    assert found == [
        ("PARAGRAPH", ["Use", "a", "`b`", "c", "and", "d", "&amp;", "e", "."]),
        ("CODE", ["print(1)", "two"]),
        ("CODE", ["three"]),
    ]
    assert blocks_of(text) == [("paragraph", "Use and .")]
