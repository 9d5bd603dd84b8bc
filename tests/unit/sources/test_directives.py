from __future__ import annotations

import numpy as np
import pytest

from dedupe.config import Sources
from dedupe.sources import find_files, read_batch, text_batch
from dedupe.sources.articles import Articles, batch_of
from dedupe.sources.reading import filled_buffer
from dedupe.tables import Directive, TextBatch


def _texts(batch: TextBatch, directive: Directive) -> tuple[str, str, str]:
    """A directive as it stands, its block and its section."""
    view = batch.data.data
    places = ((directive.start, directive.end), directive.block, directive.section)
    itself, block, section = (str(view[low:high], "utf-8").strip() for low, high in places)
    return itself, block, section


def _blocks(text: str) -> list[str]:
    """What the directives of some Markdown would govern as `ignore`."""
    batch = text_batch(["# Another\n", text], markdown=True)
    assert {directive.article for directive in batch.directives} <= {1}
    return [_texts(batch, directive)[1] for directive in batch.directives]


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("One.\n\n<!-- dedupe: x -->\n\nTwo\nlines.\n\nThree.\n", "Two\nlines."),
        ("<!--dedupe:x-->\nTwo.\n\nThree.\n", "Two."),
        ("**One** <!-- dedupe: x -->\ntwo.\n\nThree.\n", "**One** <!-- dedupe: x -->\ntwo."),
        ("<!-- dedupe: x -->\n\n- one\n- two\n\nThree.\n", "- one\n- two"),
        ("- <!-- dedupe: x -->\n  one\n- two\n", "one"),
        ("- one\n- two <!-- dedupe: x -->\n- three\n", "two <!-- dedupe: x -->"),
        ("<!-- dedupe: x -->\n> one\n\nTwo.\n", "> one"),
        ("> one\n>\n> <!-- dedupe: x -->\n> two\n", "two"),
        ("<!-- dedupe: x -->\n\n| a |\n|---|\n| b |\n\nTwo.\n", "| a |\n|---|\n| b |"),
        ("| a |\n|---|\n| <!-- dedupe: x --> |\n", "| a |\n|---|\n| <!-- dedupe: x --> |"),
        ("# One <!-- dedupe: x -->\n\nTwo.\n", "# One <!-- dedupe: x -->"),
        ("<!-- dedupe: x\n -- two lines -->\n# One\n\nTwo.\n", "# One"),
        ("One.\n\n<!-- dedupe: x -->\n", ""),
        ("---\ntitle: Ä\n---\n<!-- dedupe: x -->\n\nOne.\n", "One."),
    ],
)
def test_block(text: str, block: str) -> None:
    """The one around a comment in a line, else the next; lists, tables and quotes as a whole."""
    assert _blocks(text) == [block]


@pytest.mark.parametrize(
    "text",
    [
        "```\n<!-- dedupe: x -->\n```\n",
        "One `<!-- dedupe: x -->` two.\n",
        "    <!-- dedupe: x -->\n",
        "Say dedupe: it is a word.\n",
        "<!-- about dedupe: no -->\n",
        "\\<!-- dedupe: x -->\n",
    ],
)
def test_no_directive(text: str) -> None:
    """What is code, prose or another comment."""
    assert _blocks(text) == []


def test_stacked_directives_govern_the_same_block() -> None:
    """A directive is no block."""
    assert _blocks("<!-- dedupe: x -->\n<!-- dedupe: y -->\n\nOne.\n") == ["One."] * 2


def test_section() -> None:
    """A heading with all up to the next one of its level, or above."""
    text = "<!-- dedupe: x -->\n\n## A\n\none\n\n### B\n\ntwo\n\n## C <!-- dedupe: y -->\n\nthree\n"
    batch = text_batch([f"---\ntitle: A\n---\n{text}"], markdown=True)
    assert [_texts(batch, directive)[2] for directive in batch.directives] == [
        "## A\n\none\n\n### B\n\ntwo",
        "## C <!-- dedupe: y -->\n\nthree",
    ]


def test_plain_text() -> None:
    """A line at column 1 is a directive, and no word, where that is wanted."""
    text = "A title\n\nOne line that\n# dedupe: x[y] -- z\r\nruns on.\n\nSee # dedupe: no\n"
    for lines in (False, True):
        articles = Articles(filled_buffer([b"Other.", text.encode()]), [0, 1])
        batch = batch_of(articles, np.array([False, False]), 0, lines=lines)
        found = [(d.article, d.text, *_texts(batch, d)) for d in batch.directives]
        line = "# dedupe: x[y] -- z"
        assert found == [(1, " x[y] -- z", line, "runs on.", "")] * lines
        assert (b"x[y]" in batch.prose.tobytes()) == (not lines)
        assert b"# dedupe: no" in batch.prose.tobytes()


def test_kinds_do_not_mix(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A line is none in Markdown, a comment none in plain text; articles keep their order."""
    folder = tmp_path_factory.mktemp("mixed")
    both = "<!-- dedupe: a -->\n\n# dedupe: b\n\nText.\n"
    for name in ("1.txt", "2.md", "3.txt"):
        (folder / name).write_text(both, encoding="utf-8")
    options = Sources(txt_directives=True)
    batch, _, _ = read_batch(find_files([str(folder)], options).files, 0, options)
    assert [(d.article, d.text.strip()) for d in batch.directives] == [
        (0, "b"),
        (1, "a"),
        (2, "b"),
    ]
    assert np.all(np.diff(batch.blocks.article) >= 0)


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        (" {ignore: [DUP102, FIL]}", ["ignore-file[DUP102, FIL]"]),
        (" {ignore: DUP102, reason: x}", ["ignore-file[DUP102] -- x"]),
        (
            "\n  ignore:\n    - DUP102\n\n  until: 2027-01-31",
            ["ignore-file[DUP102] until=2027-01-31"],
        ),
        (" {exclude: true, reason: x}", ["exclude-file -- x"]),
        (" {exclude: true, ignore: [KEY]}", ["ignore-file[KEY]", "exclude-file"]),
        (" {exclude: false}", []),
        ("\r\n  exclude: true\r", ["exclude-file"]),
    ],
)
def test_front_matter(value: str, texts: list[str]) -> None:
    """The key speaks of the whole article, in any form of YAML; other keys are others'."""
    text = f"---\ntitle: x\ndedupe:{value}\nother: [1, 2]\n---\n\nOne.\n"
    found = text_batch([text], markdown=True).directives
    assert [(directive.text, directive.fault) for directive in found] == [(t, "") for t in texts]
    for directive in found:
        assert text.encode()[directive.start : directive.end].decode() == f"dedupe:{value}".rstrip()


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (" {ignore", "it is no YAML"),
        (" {until: 2027-02-31}", "it is no YAML"),
        (" !!python/object:os.system {}", "it is no YAML"),
        (" " + "[" * 5000, "it is no YAML"),
        (" [DUP102]", "its keys are exclude, ignore, reason, until"),
        (" {ignored: [DUP102]}", "its keys are exclude, ignore, reason, until"),
        ("", "its keys are exclude, ignore, reason, until"),
        (" {ignore: [1]}", "ignore is a list of rules"),
        (" {exclude: nothing}", "exclude is true or false"),
        (f" {{reason: {'x' * 10_000}}}", "it is longer than 10000 bytes"),
    ],
)
def test_wrong_front_matter(value: str, fault: str) -> None:
    """It is told what is wrong, whatever stands there."""
    text = f"---\ntitle: x\ndedupe:{value}\n---\n\nOne.\n"
    (directive,) = text_batch([text], markdown=True).directives
    assert directive.fault == fault


def test_aliases_are_not_multiplied() -> None:
    """Ten levels of ten aliases each are a billion values, if somebody writes them out."""
    levels = [f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    lines = "\n".join(["dedupe:", "  a0: &a0 [x]", *levels])
    (directive,) = text_batch([f"---\n{lines}\n---\n\nOne.\n"], markdown=True).directives
    assert directive.fault.startswith("its keys are")


def test_key_of_another_table() -> None:
    """Only a key of the front matter itself, in front of the article, in YAML."""
    for text in (
        "---\nother:\n  dedupe: {exclude: true}\n---\n\nOne.\n",
        "One.\n\n---\ndedupe: {exclude: true}\n---\n",
        '+++\ntitle = "dedupe: x"\n+++\n\nOne.\n',
    ):
        assert not text_batch([text], markdown=True).directives, text
