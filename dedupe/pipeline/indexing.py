"""`index`: the articles of an index, from the files that hold them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path, PurePath

import numpy as np
from msgspec import Struct, structs

from dedupe import config, passages
from dedupe.arrays import I32, I64
from dedupe.errors import InternalError
from dedupe.filler.scorer import load_model
from dedupe.index import (
    Contents,
    Index,
    Parameters,
    Writer,
    building,
    changing,
    contents_of,
    part_of,
    postings,
    tidy,
)
from dedupe.model import Skipped
from dedupe.pipeline.analysis import BANDING, Analysis, analyse, article_blocks, batches
from dedupe.pipeline.progress import Progress, Silence
from dedupe.pipeline.results import refuse_empty
from dedupe.pipeline.threads import threads, workers
from dedupe.sources import FileList, FileTable, dated, displayed, find_files, markdown_parser
from dedupe.tables import AcceptedTable, Reading, TextBatch
from dedupe.texts import Strings, Texts
from dedupe.tokens import TEXT_MODEL

_AT_ONCE = 8
"""Batches for each thread that are analysed before they are written: what is held at most."""


class Change(Struct, frozen=True):
    """What a command did to an index."""

    articles: int
    """In the index now"""
    added: int
    replaced: int
    unchanged: int
    removed: int
    skipped: tuple[Skipped, ...]


def build_index(
    folder: Path, paths: Sequence[str], settings: config.Config, timeout_seconds: float,
    progress: Progress | None = None, *, text: bool, force: bool,
) -> Change:  # fmt: skip
    """Make an index of the articles under some paths; text: whether it keeps their texts.

    Raises UsageError for a path that does not exist, and for an index that does unless `force` is
    set; IndexFolderError, NothingToAnalyseError, SkippedFilesError.
    """
    listing = find_files(paths, settings.sources)
    wanted = parameters(settings)
    with building(folder, timeout_seconds, wanted, text=text, force=force) as writer:
        return _revise(writer, listing, settings, progress or Silence(), (), make=True)


def add_to_index(
    folder: Path, paths: Sequence[str], settings: config.Config, timeout_seconds: float,
    progress: Progress | None = None, *, prune: bool = False,
) -> Change:  # fmt: skip
    """Add the articles under some paths, in place of those of the same paths.

    prune: remove those that are there no more. Raises what `build_index` does.
    """
    listing = find_files(paths, settings.sources)
    with changing(folder, timeout_seconds, parameters(settings)) as writer:
        return _revise(writer, listing, settings, progress or Silence(), paths if prune else ())


def compare_index(
    folder: Path, paths: Sequence[str], settings: config.Config, progress: Progress | None = None
) -> list[str]:
    """Where an index differs from the articles under some paths, as lines of text.

    Raises what `build_index` does.
    """
    index = Index.open(folder, parameters(settings), scattered=False)
    listing = find_files(paths, settings.sources)
    known = {path: number for number, path in enumerate(index.paths)}
    found: list[str] = []
    skipped = list(listing.skipped)
    seen = 0
    text = index.manifest.text
    for fresh, left_out in _contents(listing.files, settings, progress or Silence(), text=text):
        skipped += left_out
        if fresh is None:
            continue
        here = [str(path, "utf-8") for path in fresh.articles.paths()]
        seen += len(here)
        found += [f"{path}: not in the index" for path in here if path not in known]
        rows = np.array([row for row, path in enumerate(here) if path in known], np.int64)
        if len(rows):
            stored = index.contents(np.array([known[here[row]] for row in rows.tolist()]))
            found += _different(part_of(fresh, rows), stored)
    refuse_empty(seen, skipped, settings.sources)
    gone = _gone(index.paths, paths, listing)
    return sorted(found + [f"{index.paths[number]}: no such article" for number in gone])


def _different(fresh: Contents, stored: Contents) -> Iterator[str]:
    """What differs between the same articles of the sources and of an index."""
    wrong = (fresh.articles.digest != stored.articles.digest).any(axis=1)
    for name in ("passages", "pairs"):
        keys = np.setxor1d(getattr(fresh, name), getattr(stored, name))
        wrong[postings.rows(keys)] = True
    paths = fresh.articles.paths()
    for row in np.flatnonzero(wrong).tolist():
        yield f"{str(paths[row], 'utf-8')}: changed"


def _revise(
    writer: Writer, listing: FileList, settings: config.Config, progress: Progress,
    roots: Sequence[str], *, make: bool = False,
) -> Change:  # fmt: skip
    """Bring an index in line with some files, and with what is gone under `roots`."""
    index = writer.index
    known = {path: number for number, path in enumerate(index.paths)}
    added = replaced = unchanged = 0
    skipped = list(listing.skipped)
    text = index.manifest.text
    for fresh, left_out in _contents(listing.files, settings, progress, text=text):
        skipped += left_out
        if fresh is None:
            continue
        paths = [str(path, "utf-8") for path in fresh.articles.paths()]
        numbers = np.array([known.get(path, -1) for path in paths])
        old = np.flatnonzero(numbers >= 0)
        same = (index.digests(numbers[old]) == fresh.articles.digest[old]).all(axis=1)
        rows = np.setdiff1d(np.arange(len(paths)), old[same])
        added += len(paths) - len(old)
        replaced += len(old) - int(same.sum())
        unchanged += int(same.sum())
        writer.remove(numbers[old[~same]])
        if len(rows):
            writer.append(part_of(fresh, rows))
    refuse_empty(added + replaced + unchanged, skipped, settings.sources)
    gone = _gone(index.paths, roots, listing)
    writer.remove(gone)
    writer.flush()
    if make or added or replaced or len(gone):
        tidy(writer)
        writer.commit()
    return Change(
        len(index) + added - len(gone), added, replaced, unchanged, len(gone),
        tuple(sorted(skipped, key=lambda item: item.path)),
    )  # fmt: skip


def _gone(paths: Sequence[str], roots: Sequence[str], listing: FileList) -> I64:
    """Articles, by number, under some folders that hold them no more.

    What is there and could not be read stays.
    """
    there = set(listing.files.path)
    there |= {item.path for item in listing.skipped if not item.deliberate}
    folders = [displayed(PurePath(root).as_posix()) for root in roots if Path(root).is_dir()]
    prefixes = tuple(folder.rstrip("/") + "/" for folder in folders if folder != ".")
    here = len(prefixes) < len(folders)  # the working directory itself
    return np.array(
        [
            number
            for number, path in enumerate(paths)
            if path not in there
            and (path.startswith(prefixes) or (here and not path.startswith(("/", "../"))))
        ],
        np.int64,
    )


def _contents(
    files: FileTable, settings: config.Config, progress: Progress, *, text: bool
) -> Iterator[tuple[Contents | None, list[Skipped]]]:
    """What an index keeps of each batch of files, and what could not be read of it."""
    # Both ways of looking need stems, and texts are kept, so that nobody judges them.
    matching = structs.replace(settings.matching, depth="standard")
    settings = structs.replace(settings, matching=matching)
    model = load_model(settings.filler.model)
    files = dated(files, settings.sources)
    progress.phase("reading", len(files))
    count = threads(settings.jobs)

    def one(run: range) -> tuple[Contents | None, list[Skipped]]:
        part = analyse(files, run, settings, model, keep=True, parse=parse)
        progress.advance(len(run))
        return contents(part, files.path, text=text), part.skipped

    with workers(count) as pool, markdown_parser(files, settings.sources, count) as parse:
        runs, size = batches(files), _AT_ONCE * count
        for at in range(0, len(runs), size):
            yield from pool.map(one, runs[at : at + size])


def parameters(settings: config.Config) -> Parameters:
    """What an index must have been made with to be used with these settings."""
    matching = settings.matching
    phrases = "\0".join(sorted(matching.ignore_phrases)).encode()
    return Parameters(
        text_model=TEXT_MODEL,
        bands=BANDING.bands,
        rows=BANDING.rows,
        windows=passages.WINDOW_SIZES,
        shortest_block=passages.SHORTEST_BLOCK,
        stem_sample=1 << postings.SAMPLE_BITS,
        ignore_code=settings.sources.ignore_code,
        ignore_quotes=matching.ignore_quotes,
        ignore_sections=tuple(sorted(matching.ignore_sections)),
        ignore_phrases=sha256(phrases).hexdigest()[:16] if phrases else "",
    )


def accepted(analysis: Analysis, paths: Strings, *, text: bool) -> AcceptedTable:
    """The articles of a batch as an index holds them; the batch has its reading, and stems.

    paths: of all files
    """
    reading, stems = analysis.reading, analysis.stems
    if reading is None or stems is None:
        raise InternalError("a batch without its texts or its stems")
    batch, words = reading.text, reading.tokens
    before = _continuations(batch)
    start, end = (_points(reading, place, before) for place in (words.start, words.end))
    line, line_offset = _lines(batch, before)
    return AcceptedTable(
        path=tuple(paths.take(analysis.file)),
        date=analysis.date,
        token=words.hash,
        stem=stems.stem,
        name=stems.name,
        word_start=start,
        word_end=end,
        sentence=words.sentence,
        block=words.block,
        block_kind=analysis.block_kind,
        block_unspaced=analysis.block_unspaced,
        article_block=article_blocks(batch),
        pieces=analysis.pieces,
        line=line,
        line_offset=line_offset,
        text=Texts(batch.data, batch.start, batch.end) if text else None,
    )


def contents(analysis: Analysis, paths: Strings, *, text: bool) -> Contents | None:
    """What an index keeps of a batch; None where it holds no article."""
    if not len(analysis.file) or analysis.passages is None or analysis.reading is None:
        return None
    batch = analysis.reading.text
    table = accepted(analysis, paths, text=text)
    return contents_of(table, batch.end - batch.start, analysis.passages)


def _continuations(batch: TextBatch) -> I32:
    """Bytes (T + 1,) before each that continue a code point."""
    before = np.zeros(len(batch.data) + 1, np.int32)
    np.cumsum(batch.data & 0xC0 == 0x80, out=before[1:])
    return before


def _points(reading: Reading, place: I32, before: I32) -> I32:
    """Code points (N,) of the article before bytes of the batch, one for each word."""
    start = reading.text.start
    first = np.repeat(start - before[start], np.diff(reading.article_token))
    return (place - before[place] - first).astype(np.int32)


def _lines(batch: TextBatch, before: I32) -> tuple[I32, I64]:
    r"""Code points at which lines begin, and the first line (D + 1,) of each article.

    Lines end with ``\n``, ``\r\n`` or a lone ``\r``, as in `kernels.utf8.locate`.
    """
    data = batch.data
    ends = np.flatnonzero((data == 0x0A) | (data == 0x0D))
    ends = ends[(data[ends] == 0x0A) | (data[ends + 1] != 0x0A)] + 1
    article = np.searchsorted(batch.start, ends, side="right") - 1
    inside = ends <= batch.end[article]
    ends, article = ends[inside], article[inside]
    begins = np.sort(np.append(batch.start, ends))
    article = np.searchsorted(batch.start, begins, side="right") - 1
    base = batch.start[article]
    line = begins - before[begins] - (base - before[base])
    offset = np.searchsorted(article, np.arange(len(batch.start) + 1))
    return line.astype(np.int32), offset.astype(np.int64)
