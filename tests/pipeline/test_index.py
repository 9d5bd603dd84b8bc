"""An index gives back the tables that articles were added as, whatever its history."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from concurrent.futures import Executor
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe import passages, sketches
from dedupe.config import Config, Matching
from dedupe.filler.scorer import load_model
from dedupe.index import (
    Contents,
    Index,
    Places,
    building,
    changing,
    compact,
    faults,
    part_of,
    tidy,
)
from dedupe.pipeline import indexing
from dedupe.pipeline.analysis import BANDING, Analysis, analyse
from dedupe.rarity import RARE, rarity
from dedupe.sources import find_files
from dedupe.stems import units
from dedupe.tables import AcceptedTable, PassageTable, TokenTable
from dedupe.texts import Strings
from tests.pipeline.farm import Writer, sentences
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
) -> tuple[Analysis, Strings]:
    """A batch of articles of some texts, every other one Markdown."""
    for number, text in enumerate(texts):
        ending = ("md", "txt")[number % 2]
        path = folder / f"{number:03}.{ending}"
        path.write_bytes(text.encode("utf-8", "replace"))
    files = find_files([str(folder)], SETTINGS.sources).files
    chosen = Config(matching=matching)
    part = analyse(files, range(len(files)), chosen, load_model(), keep=True)
    return part, files.path


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
        part, paths = analysed(Path(root), texts, matching)
        contents = indexing.contents(part, paths, text=text)
        if contents is None:
            return
        folder = index_of(Path(root) / "index", [contents], text=text)
        index = Index.open(folder, PARAMETERS)
        table = index.load(index.places)
    assert part.reading is not None
    assert part.stems is not None
    words, batch = part.reading.tokens, part.reading.text
    assert table.path == tuple(paths.take(part.file))
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
    }
    for name, expected in pairs.items():
        np.testing.assert_array_equal(getattr(table, name), expected, err_msg=name)
    np.testing.assert_array_equal(units(table.matched_sentence), part.stems.unit)
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


# ------------------------------------------------------------------------------------------ look-up

MASK = (1 << 64) - 1


def pairs_of(stems: Sequence[int], common: set[int]) -> dict[int, int]:
    """Keys of the sampled pairs of a text, each with the word where it stands first."""
    kept = [(at, stem) for at, stem in enumerate(stems) if stem >> 12 not in common]
    found: dict[int, int] = {}
    for place, (at, one) in enumerate(kept):
        for _, other in kept[place + 1 : place + 3]:
            low, high = sorted((one, other))
            state = (low << 32 | high) * 0xFF51AFD7ED558CCD & MASK
            mixed = (state ^ state >> 29) * 0xC4CEB9FE1A85EC53 & MASK
            if low != high and not mixed >> 31 & 1:
                found[mixed >> 32] = min(at, found.get(mixed >> 32, at))
    return found


def led_to(part: Analysis, other: Analysis, common: set[int]) -> set[int]:
    """Articles of a batch that an index leads those of another batch to, all of them whole."""
    ours, theirs = part.passages, other.passages
    assert ours is not None
    assert theirs is not None
    assert part.stems is not None
    assert other.stems is not None

    def keys(table: PassageTable, row: int) -> set[tuple[int, int]]:
        found = {(-1, int(table.content[row]) >> 32)}
        if table.kind[row]:
            found |= set(enumerate(table.keys[:, row].tolist()))
        return found

    asked = set().union(*(keys(theirs, row) for row in range(len(theirs.start))))
    found = {int(ours.article[row]) for row in range(len(ours.start)) if keys(ours, row) & asked}
    for low, high in pairwise(other.article_token.tolist()):
        wanted = pairs_of(other.stems.stem[low:high].tolist(), common)
        for article, (first, last) in enumerate(pairwise(part.article_token.tolist())):
            held = pairs_of(part.stems.stem[first:last].tolist(), common)
            hits = sorted(at for key, at in wanted.items() if key in held)
            if any(c - a <= 60 for a, c in zip(hits, hits[2:], strict=False)):
                found.add(article)
    return found


def test_what_is_shared_is_led_to(tmp_path: Path, rng: np.random.Generator) -> None:
    """Exactly the articles that share a key of a passage, or three pairs of stems in 60 words."""
    writer = Writer(rng)
    texts = [writer.words(120) for _ in range(24)]
    incoming = []
    for number, text in enumerate(texts[:16]):
        words = list(text)
        for at in rng.permutation(len(words))[: number * 7].tolist():
            words[at] = writer.words(1)[0]
        incoming.append(sentences(words))
    accepted, files = analysed(made(tmp_path / "accepted"), [sentences(text) for text in texts])
    others, _ = analysed(made(tmp_path / "incoming"), incoming)
    contents = indexing.contents(accepted, files, text=False)
    assert contents is not None
    index = Index.open(index_of(tmp_path / "index", [contents]), PARAMETERS)
    common = set(np.flatnonzero(rarity() <= RARE).tolist())
    assert others.passages is not None
    expected = led_to(accepted, others, common)
    assert numbers(index, index.sharing(others.passages, others.stems)) == sorted(expected)
    assert 8 < len(expected) < 16
    copied = numbers(index, index.sharing(others.passages, None))
    assert set(copied) < expected


def numbers(index: Index, places: Places) -> list[int]:
    """The numbers by path of some articles."""
    return [index.places.path.index(path) for path in places.path]


def made(folder: Path) -> Path:
    """A new folder."""
    folder.mkdir()
    return folder


@pytest.mark.parametrize("copies", [10, 17, 100, 500])
def test_what_is_everywhere_leads_to_a_few(tmp_path: Path, copies: int, pool: Executor) -> None:
    """By digest, the first 64 that hold a passage, and the first two that hold a common pair."""
    writer = Writer(np.random.default_rng(copies))
    text = writer.words(60)
    turned = sentences([word for at in range(0, 60, 2) for word in (text[at + 1], text[at])])
    accepted, files = analysed(made(tmp_path / "accepted"), [sentences(text)] * copies)
    others, _ = analysed(made(tmp_path / "incoming"), [turned])
    again, _ = analysed(made(tmp_path / "again"), [sentences(text)])
    whole = indexing.contents(accepted, files, text=False)
    assert whole is not None
    halves = [part_of(whole, np.arange(first, copies, 2)) for first in (1, 0)]
    index = Index.open(index_of(tmp_path / "index", halves), PARAMETERS)
    assert again.passages is not None
    assert others.passages is not None
    digests = index.digests(np.arange(copies))
    by_digest = sorted(range(copies), key=lambda number: digests[number].tobytes())
    found = numbers(index, index.sharing(again.passages, None))
    assert found == sorted(by_digest[:64])
    few = {10: 10, 17: 2, 100: 2, 500: 0}[copies]
    assert not len(index.sharing(others.passages, None))
    found = numbers(index, index.sharing(others.passages, others.stems))
    assert found == sorted(by_digest[:few])


# ------------------------------------------------------------------------------------------ history


def test_history_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    """Whatever was added and removed in which order, the digest is the same.

    So are the files once they are compact. What is looked up and loaded does not depend on how
    articles are split among segments either.
    """
    monkeypatch.setattr("dedupe.index.segment.MOST_WORDS", 400)
    monkeypatch.setattr("dedupe.index.store.MOST_WORDS", 400)
    monkeypatch.setattr("dedupe.index.merging.MOST_WORDS", 400)
    writer = Writer(rng)
    texts = [writer.prose(int(size)) for size in rng.integers(0, 200, 40)]
    texts += [texts[3], texts[8]]
    part, files = analysed(made(tmp_path / "articles"), texts)
    whole = indexing.contents(part, files, text=True)
    assert whole is not None
    count = len(whole.articles)
    built = tmp_path / "built"
    with building(built, 1, PARAMETERS, text=True, force=False) as change:
        for rows in np.array_split(np.arange(count), 7):
            change.append(part_of(whole, rows))
        change.flush()
        change.commit()
    segments = files_of(built)
    assert len(segments) > 5
    stray, stray_files = analysed(made(tmp_path / "stray"), [writer.prose(90)] * 9)
    others = indexing.contents(stray, stray_files, text=True)
    assert others is not None
    for history in range(4):
        folder = tmp_path / f"history-{history}"
        index_of(folder, [others] if history % 2 else [], text=True)
        order = rng.permutation(count)
        for rows in np.array_split(order, (1, 5, 40, 12)[history]):
            with changing(folder, 1, PARAMETERS) as change:
                change.append(part_of(whole, np.sort(rows)))
                change.flush()
                tidy(change)
                change.commit()
        with changing(folder, 1) as change:
            paths = change.index.paths
            gone = [number for number, path in enumerate(paths) if "stray" in path]
            change.remove(np.array(gone, np.int64))
            change.commit()
        index, expected = Index.open(folder, PARAMETERS), Index.open(built, PARAMETERS)
        assert not list(faults(index))
        assert index.info.digest == expected.info.digest
        assert index.paths == expected.paths
        assert part.passages is not None
        chosen = index.sharing(part.passages, part.stems)
        same = expected.sharing(part.passages, part.stems)
        assert chosen.path == same.path
        assert table_bytes(index.load(chosen)) == table_bytes(expected.load(same))
        with changing(folder, 1) as change:
            compact(change)
            change.commit()
        assert files_of(folder) == segments
        assert Index.open(folder).manifest.segments == expected.manifest.segments


def test_segments_stay_few(tmp_path: Path, rng: np.random.Generator) -> None:
    """Eight of one size become one, and one of which a quarter is dead is written anew."""
    part, files = analysed(made(tmp_path / "articles"), [Writer(rng).prose(30) for _ in range(150)])
    whole = indexing.contents(part, files, text=False)
    assert whole is not None
    folder = index_of(tmp_path / "index", [])
    most = 0
    for row in range(len(whole.articles)):
        with changing(folder, 1) as change:
            change.append(part_of(whole, np.array([row])))
            change.flush()
            tidy(change)
            change.commit()
        most = max(most, len(Index.open(folder).segments))
    assert most < 22
    with changing(folder, 1) as change:
        change.remove(np.arange(0, 150, 3))
        tidy(change)
        change.commit()
    info = Index.open(folder).info
    assert info.articles == 100
    assert info.dead_articles < 25


def files_of(folder: Path) -> dict[str, bytes]:
    """The segments of an index."""
    return {path.name: path.read_bytes() for path in (folder / "segments").iterdir()}


def table_bytes(table: AcceptedTable) -> list[bytes]:
    """All arrays of a table."""
    arrays = [value for value in msgspec.structs.astuple(table) if isinstance(value, np.ndarray)]
    texts = table.text.strings() if table.text else []
    return [array.tobytes() for array in (*arrays, *msgspec.structs.astuple(table.pieces))] + [
        text.encode() for text in texts
    ]
