from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dedupe.sources import text_batch
from dedupe.sources.text import block_table
from dedupe.tables import BlockKind


def test_block_table_follows_the_articles() -> None:
    """Rows of several sources are put in order, and orphans go with their blocks."""
    rows = np.array([[2, 70, 80, 1], [3, 81, 90, 1], [2, 0, 9, 0], [2, 130, 150, 2]])
    orphans = np.array([[83, 85, 1], [2, 4, 2]])
    table = block_table(rows, orphans)
    assert table.article.tolist() == [0, 1, 1, 2]
    assert table.start.tolist() == [0, 70, 81, 130]
    assert table.orphan_block.tolist() == [0, 2]
    assert table.orphan_start.tolist() == [2, 83]


@pytest.mark.parametrize("name", ["000", "002", "003"])
def test_blocks_are_the_units_that_an_editor_sees(shared_seeds: Path, name: str) -> None:
    """On three published articles blocks equal the labelled units, list markers aside."""
    (path,) = shared_seeds.glob(f"{name}_*.txt")
    text = path.read_text(encoding="utf-8")
    units = [
        json.loads(line) for line in (shared_seeds / "gold.jsonl").read_text("utf-8").splitlines()
    ]
    kinds = {"heading": {BlockKind.TITLE, BlockKind.HEADING}, "list_item": {BlockKind.LIST_ITEM}}
    blocks = text_batch([text]).blocks
    content = text.encode()
    found = [
        (len(content[:start].decode()), len(content[:end].decode()))
        for start, end in zip(blocks.start.tolist(), blocks.end.tolist(), strict=True)
    ]
    whole = [
        unit
        for unit in units
        if unit["file"] == path.name
        and unit["unit"] in {"paragraph", "heading", "list_item", "line"}
    ]
    assert found == [
        (unit["start"] + 2 * (unit["unit"] == "list_item"), unit["end"]) for unit in whole
    ]
    for unit, kind in zip(whole, blocks.kind.tolist(), strict=True):
        assert kind in kinds.get(unit["unit"], {BlockKind.PARAGRAPH}), unit


def test_orphans_of_a_published_article(shared_seeds: Path) -> None:
    """Two key phrases stand alone on a line, nine and eight times."""
    (path,) = shared_seeds.glob("002_*.txt")
    batch = text_batch([path.read_bytes()])
    orphans = [
        batch.data[start:end].tobytes().decode()
        for start, end in zip(batch.blocks.orphan_start, batch.blocks.orphan_end, strict=True)
    ]
    assert sorted(orphans) == ["Kyiv Talks"] * 9 + ["US Envoy"] * 8


def test_references_to_plain_letters_are_read() -> None:
    """The prose has the letter, and what words pass over; other references stay as they are."""
    text = "Free m&#111;ney &amp; caf&#233; at 5 &#62; 3, &#65;"
    batch = text_batch([text])
    start, end = int(batch.start[0]), int(batch.end[0])
    assert batch.data[start:end].tobytes().decode() == text
    assert batch.prose[start:end].tobytes().decode() == text.replace("&#111;", "o" + 5 * "\x7f")
    plain = text_batch(["Free money &amp; caf&#233;."])
    assert plain.prose is plain.data


def test_references_of_many_words_are_read() -> None:
    """There is no limit to them."""
    batch = text_batch(["b&#97;nk " * 200, "the &#66;ank"])
    assert batch.prose.tobytes().count(b"ba" + 4 * b"\x7f" + b"nk") == 200
    assert b"the B" + 4 * b"\x7f" + b"ank" in batch.prose.tobytes()
