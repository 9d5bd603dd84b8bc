"""Files to articles: finds, reads and decodes them, and splits them into blocks of prose."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import reduce
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from dedupe.config import Sources
from dedupe.model import Skipped
from dedupe.sources.filelist import Changes, FileList, FileTable, SourceFile
from dedupe.sources.files import STDIN, displayed, find_files, select_changed

if TYPE_CHECKING:
    from dedupe.arrays import U8, Bool
    from dedupe.sources.parsing import Parse
    from dedupe.tables import TextBatch
    from dedupe.texts import Strings

__all__ = [
    "STDIN",
    "Changes",
    "Doubtful",
    "FileList",
    "FileTable",
    "SourceFile",
    "contents_batch",
    "dated",
    "displayed",
    "find_files",
    "markdown_parser",
    "read_batch",
    "select_changed",
    "text_batch",
]

MARKDOWN_ENDINGS = (b".md", b".markdown")
PARSED_BESIDE = 20_000_000
"""Bytes of Markdown from which other processes parse it; they start in 0.1 s."""


class Doubtful(Struct, frozen=True):
    """A file whose encoding had to be guessed."""

    path: str
    encoding: str


@contextmanager
def markdown_parser(files: FileTable, options: Sources, threads: int) -> Iterator[Parse | None]:
    """What parses the Markdown of some files: processes beside this one where there is much of it.

    threads: those of this process that will ask for it
    """
    size = int(files.size[_markdown(files.path, options)].sum())
    if threads < 2 or size < PARSED_BESIDE:
        yield None
        return
    from dedupe.sources.parsing import Parsers

    with closing(Parsers(threads)) as parsers:
        yield parsers.parse


def _markdown(paths: Strings, options: Sources) -> Bool:
    """(D,) which files are Markdown."""
    import numpy as np

    if options.input_format == "auto":
        return reduce(operator.or_, map(paths.ending_with, MARKDOWN_ENDINGS))
    return np.full(len(paths), options.input_format == "md")


def read_batch(
    files: FileTable, first: int, options: Sources, parse: Parse | None = None
) -> tuple[TextBatch, list[Skipped], list[Doubtful]]:
    """Read files as one batch; `first` is the place of their first in the file list.

    parse: makes the events of Markdown; by default in this thread.
    A file that cannot be read or decoded, or holds no text, is left out and named in the second
    value; the third names files whose encoding was guessed. Raises `ConfigError` for an unknown
    encoding.
    """
    from dedupe.sources.articles import articles_of, batch_of
    from dedupe.sources.reading import read_files

    buffer, faults, outgrown = read_files(files)
    articles = articles_of(buffer, faults, outgrown, options.encoding)
    markdown = _markdown(files.path, options)[articles.slots]
    batch = batch_of(
        articles, markdown, first, code=not options.ignore_code, lines=options.txt_directives,
        date_field=options.date_field, parse=parse,
    )  # fmt: skip
    if files.date is not None:
        batch = structs.replace(batch, date=tuple(files.date[slot] for slot in articles.slots))
    skipped = [
        Skipped(path=files.path[slot], reason=reason)
        for slot, reason in sorted(articles.faults.items())
    ]
    doubtful = [
        Doubtful(path=files.path[slot], encoding=encoding)
        for slot, encoding in sorted(articles.guessed.items())
    ]
    return batch, skipped, doubtful


def dated(files: FileTable, options: Sources) -> FileTable:
    """The files with the dates that git knows, where it is to be asked.

    Warns where its history is cut off. Raises UsageError for a file outside of any repository, and
    where git is not installed.
    """
    if options.date_source != "git":
        return files
    from dedupe.sources import git  # starts processes

    return files.with_dates(git.dates(files))


def contents_batch(contents: Sequence[U8]) -> TextBatch:
    """Batch of valid UTF-8 that nobody looks into: without blocks. Every content is an article."""
    import numpy as np

    from dedupe.sources.reading import filled_buffer
    from dedupe.sources.text import block_table
    from dedupe.tables import TextBatch

    buffer = filled_buffer([content.data for content in contents])
    none = block_table(np.empty((0, 4), np.int64), np.empty((0, 3), np.int64))
    file = np.arange(len(contents), dtype=np.int32)
    return TextBatch(
        buffer.data, buffer.data, buffer.start, buffer.end, none, file, (None,) * len(contents)
    )


def text_batch(texts: Sequence[bytes | str], *, markdown: bool = False) -> TextBatch:
    """Batch of texts that are at hand; `bytes` must be UTF-8. Every text is an article.

    Raises `ValueError` for bytes that are not UTF-8.
    """
    import numpy as np

    from dedupe.sources.articles import Articles, batch_of
    from dedupe.sources.reading import filled_buffer

    contents = [text.encode() if isinstance(text, str) else text for text in texts]
    for content in contents:
        content.decode()
    articles = Articles(filled_buffer(contents), list(range(len(contents))))
    return batch_of(articles, np.full(len(contents), markdown), first=0)
