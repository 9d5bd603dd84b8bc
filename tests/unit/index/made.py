"""Indexes of made-up articles, without files that they come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from dedupe.arrays import I64
from dedupe.index import (
    Contents,
    Index,
    Parameters,
    Writer,
    building,
    changing,
    contents_of,
    tidy,
)
from dedupe.tables import AcceptedTable, PassageTable, Pieces

PARAMETERS = Parameters(
    text_model=1, bands=3, rows=2, windows=(12, 25), shortest_block=12, stem_sample=4,
    ignore_code=True, ignore_quotes=False, ignore_sections=(), ignore_phrases="",
)  # fmt: skip
SENTENCE = 10


def contents(articles: Mapping[str, int], words: int = 40) -> Contents:
    """Articles of some paths, each with random words that its number decides."""
    tables = [np.random.default_rng(seed) for seed in articles.values()]
    token = np.concatenate([rng.integers(0, 2**32, words, np.uint32) for rng in tables])
    count = len(articles)
    table = AcceptedTable(
        path=tuple(articles),
        date=tuple(("2024-05-01", None)[seed % 2] for seed in articles.values()),
        token=token,
        stem=token ^ np.uint32(0x5A5A),
        name=token % 7 == 0,
        word_start=np.tile(np.arange(words, dtype=np.int32) * 6, count),
        word_end=np.tile(np.arange(words, dtype=np.int32) * 6 + 5, count),
        sentence=np.arange(0, len(token) + 1, SENTENCE, dtype=np.int32),
        block=np.arange(0, len(token) // SENTENCE + 1, words // SENTENCE, dtype=np.int32),
        block_kind=np.full(count, 2, np.uint8),
        block_unspaced=np.zeros(count, np.bool_),
        article_block=np.arange(count + 1, dtype=np.int32),
        pieces=Pieces(
            np.arange(count + 1, dtype=np.int64) * words,
            np.arange(count, dtype=np.int32),
            np.zeros(count, np.bool_),
        ),
        line=np.zeros(count, np.int32),
        line_offset=np.arange(count + 1, dtype=np.int64),
        text=None,
    )
    return contents_of(table, np.full(count, 6 * words), passages(table))


def passages(table: AcceptedTable) -> PassageTable:
    """One passage for each sentence, with keys that its first words decide."""
    start = table.sentence[:-1].astype(np.uint32)
    first = table.token[start]
    return PassageTable(
        start=start,
        length=np.full(len(start), SENTENCE, np.uint32),
        article=(np.searchsorted(table.article_token, start, side="right") - 1).astype(np.int32),
        kind=(np.arange(len(start)) % 3).astype(np.uint8),
        content=first.astype(np.uint64) << np.uint64(32),
        keys=np.stack([first + np.uint32(band) for band in range(PARAMETERS.bands)]),
    )


def build(folder: Path, parts: Iterable[Contents]) -> Path:
    """An index of some parts, a segment each."""
    with building(folder, 1, PARAMETERS, text=False, force=False) as writer:
        for part in parts:
            writer.add(part)
        writer.commit()
    return folder


def change(folder: Path, articles: Mapping[str, int], removed: Iterable[str] = ()) -> None:
    """Remove some articles, and add others in place of those of the same paths."""
    with changing(folder, 1) as writer:
        known = writer.index.paths
        writer.remove(numbers(known, {*removed, *articles}))
        if articles:
            writer.append(contents(articles))
        writer.flush()
        tidy(writer)
        writer.commit()


def numbers(known: tuple[str, ...], wanted: Iterable[str]) -> I64:
    """Numbers of the articles of some paths, those that are there."""
    return np.array(sorted(known.index(path) for path in wanted if path in known), np.int64)


def state(folder: Path) -> dict[str, str]:
    """Paths and digests of an index that is whole."""
    from dedupe.index import faults

    index = Index.open(folder)
    assert not list(faults(index))
    digests = index.digests(np.arange(len(index)))
    return {path: row.tobytes().hex() for path, row in zip(index.paths, digests, strict=True)}


__all__ = [
    "PARAMETERS", "Writer", "build", "change", "contents", "numbers", "passages", "state",
]  # fmt: skip
