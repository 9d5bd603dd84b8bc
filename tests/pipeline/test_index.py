"""An index gives back the tables that articles were added as, whatever its history."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe import passages, sketches
from dedupe.config import Config, Matching
from dedupe.filler.scorer import load_model
from dedupe.index import Index, building
from dedupe.index.segment import Contents
from dedupe.pipeline import indexing
from dedupe.pipeline.analysis import BANDING, Analysis, analyse
from dedupe.sources import SourceFile, find_files
from dedupe.tables import AcceptedTable, PassageTable, TokenTable
from tests.strategies import awkward_texts

SETTINGS = Config()
PARAMETERS = indexing.parameters(SETTINGS)
LEAVING_OUT = Matching(
    ignore_quotes=True, ignore_sections=("Sources",), ignore_phrases=("New said",)
)

_blocks = st.lists(
    st.tuples(st.sampled_from(("", "", "", "> ", "# ", "- ", "## Sources\n\n")), awkward_texts),
    max_size=5,
).map(lambda blocks: "\n\n".join(mark + text for mark, text in blocks))


def analysed(
    folder: Path, texts: Sequence[str], matching: Matching = SETTINGS.matching
) -> tuple[Analysis, Sequence[SourceFile]]:
    """A batch of articles of some texts, every other one Markdown."""
    for number, text in enumerate(texts):
        ending = ("md", "txt")[number % 2]
        path = folder / f"{number:03}.{ending}"
        path.write_bytes(text.encode("utf-8", "replace"))
    files = find_files([str(folder)], SETTINGS.sources).files
    chosen = Config(matching=matching)
    part = analyse(files, range(len(files)), chosen, load_model(), keep=True)
    return part, files


def index_of(folder: Path, contents: Sequence[Contents], *, text: bool = False) -> Path:
    """An index of some contents, a segment each."""
    with building(folder, 1, PARAMETERS, text=text, force=False) as writer:
        for part in contents:
            writer.add(part)
        writer.commit()
    return folder


@settings(max_examples=60)
@given(
    st.lists(_blocks, min_size=1, max_size=5),
    st.sampled_from((SETTINGS.matching, LEAVING_OUT)),
    st.booleans(),
)
def test_tables_come_back(texts: list[str], matching: Matching, text: bool) -> None:
    """Words, stems, sentences, blocks, pieces, places, lines and texts are those of the reading."""
    with tempfile.TemporaryDirectory() as root:
        part, files = analysed(Path(root), texts, matching)
        contents = indexing.contents(part, files, text=text)
        if contents is None:
            return
        folder = index_of(Path(root) / "index", [contents], text=text)
        index = Index.open(folder, PARAMETERS)
        table = index.load(np.arange(len(index)))
    assert part.reading is not None
    assert part.stems is not None
    words, batch = part.reading.tokens, part.reading.text
    assert table.path == tuple(files[number].path for number in part.file.tolist())
    assert table.date == part.date
    pairs = {
        "token": part.token,
        "stem": part.stems.stem,
        "name": part.stems.name,
        "sentence": words.sentence,
        "block": words.block,
        "block_kind": part.block_kind,
        "block_unspaced": part.block_unspaced,
        "article_token": part.article_token,
        "matched_sentence": part.stems.sentence,
    }
    for name, expected in pairs.items():
        np.testing.assert_array_equal(getattr(table, name), expected, err_msg=name)
    np.testing.assert_array_equal(table.pieces.left_out(), part.pieces.left_out())
    same(cut_again(table), part.passages)
    for article, (low, high) in enumerate(
        zip(batch.start.tolist(), batch.end.tolist(), strict=True)
    ):
        whole = batch.data[low:high].tobytes().decode()
        starts = [0, *(at + 1 for at in range(len(whole)) if ends_line(whole, at))]
        of = slice(*table.line_offset[article : article + 2].tolist())
        assert table.line[of].tolist() == starts
        first, last = table.article_token[article : article + 2].tolist()
        for word in range(first, last):
            raw = batch.data[words.start[word] : words.end[word]].tobytes().decode()
            assert whole[table.word_start[word] : table.word_end[word]] == raw
        if text:
            assert table.text is not None
            assert table.text.strings()[article] == whole
    assert text or table.text is None


def ends_line(text: str, at: int) -> bool:
    """Whether a line ends behind a character."""
    return text[at] == "\n" or (text[at] == "\r" and text[at + 1 : at + 2] != "\n")


def cut_again(table: AcceptedTable) -> PassageTable:
    """Passages of accepted articles, from what the index gives back."""
    nothing = np.zeros(len(table.token), np.int32)
    words = TokenTable(
        table.token, nothing, nothing, nothing.astype(np.uint8),
        table.matched_sentence, table.matched_block,
    )  # fmt: skip
    minima = sketches.band_sketches(
        sketches.shingles(words.hash), *passages.sentence_shingles(words), BANDING.bands
    )
    found = passages.cut(words, table.piece_block, minima, BANDING.bands)
    return passages.select(found, ~table.pieces.out[found.article])


def same(found: PassageTable, expected: PassageTable | None) -> None:
    """Assert that passages are the same, but for the numbers of pieces without words."""
    assert expected is not None
    for name in ("start", "length", "kind", "content"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)
    by_band = expected.kind > 0
    np.testing.assert_array_equal(found.keys[:, by_band], expected.keys[:, by_band])
