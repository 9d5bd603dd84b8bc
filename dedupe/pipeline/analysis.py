"""The part of a scan that looks at one batch of articles at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from dedupe import bands, config, outlines, passages, pieces, sketches, stems, tokens
from dedupe.arrays import I32, I64, U8, U32, Bool
from dedupe.filler.lexicon import form_headings, heading_lexicon
from dedupe.filler.modelfile import FillerModel
from dedupe.filler.rules import find_flags
from dedupe.filler.scorer import score_blocks
from dedupe.findings import (
    LocatedFlags,
    Suppression,
    excluded_words,
    locate_flags,
    read_suppressions,
)
from dedupe.model import Skipped
from dedupe.sources import Doubtful, FileTable, read_batch, text_batch
from dedupe.tables import (
    BlockScores,
    HeadingTable,
    PassageTable,
    Pieces,
    Reading,
    Stems,
    TextBatch,
    TokenTable,
    WordTable,
)

if TYPE_CHECKING:
    from dedupe.sources.parsing import Parse

LEAST_BATCH, MOST_BATCH = 1_000_000, 6_000_000
"""Bytes of a batch. Every batch costs some 600 calls of NumPy and kernels, whatever its size: 89 MB
in batches of 2 MB take 15 % longer than in batches of 6."""
BATCHES = 16
"""Batches in which a corpus is cut at least, so that all threads find work to the end."""
KEPT_LIMIT = 2_000_000_000
"""Bytes to hold where nobody says how many, with the texts of a corpus."""
SPILL_LIMIT = {"fast": 1_200_000_000, "standard": 3_000_000_000, "deep": 3_000_000_000}
"""The same without them. What is touched again and again at either depth has room in it."""
KEPT_SHARE = 1 / 8
"""Share of what may be held up to which texts and words are kept; those of larger corpora are read
a second time, where an article has a finding."""
WINDOW_SIMILARITY = 0.4
"""Exact Jaccard similarity from which two windows prove that their articles may share a passage,
which is for the alignment to tell. In 25 words two changes can hurt 10 of 21 shingles, and the next
window none: a limit of .5 finds .865 of the copies of that similarity, this one .955. So does .35
with .985, but where all sentences begin and end alike it takes most of them for copies, and all
these have to be aligned."""
BANDED_SIMILARITY, MISSED = 0.5, 0.1
"""Jaccard similarity of windows at which the bands may miss this share; at 0.7 it is 0.2 %."""

BANDING = bands.choose(BANDED_SIMILARITY, MISSED)


class Judgement(Struct, frozen=True):
    """What the filler rules make of a batch."""

    flags: LocatedFlags
    scores: BlockScores | None
    """Where they were asked for"""


class Analysis(Struct, frozen=True):
    """What remains of a batch once its text is gone, and the reading, where it is kept."""

    file: I32
    """(D,) number of each article's file in the file list"""
    date: tuple[str | None, ...]
    token: U32
    """(N,) hash of every word"""
    article_token: I64
    """(D + 1,) first token of each article"""
    block_token: I64
    """(B + 1,) first token of each block"""
    block_kind: U8
    """(B,) BlockKind"""
    block_unspaced: Bool
    """(B,) whether it is in a script without spaces; nothing of the kind at depth `fast`"""
    pieces: Pieces
    """What matching compares"""
    passages: PassageTable | None
    """The article of each is the number of its piece; until they are gathered"""
    stems: Stems | None
    """Where reworded text is searched; until they are gathered"""
    headings: HeadingTable | None
    """Not at depth `fast`"""
    suppressions: list[Suppression]
    reading: Reading | None
    judgement: Callable[[], Judgement]
    """Makes the judgement of the batch, or tells it where the reading is not kept"""
    skipped: list[Skipped]
    doubtful: list[Doubtful]
    accepted: bool = False
    """Whether its articles are those of an index"""


def spill_limit(files: FileTable, settings: config.Config) -> int | None:
    """Bytes to hold of tables, which go to temporary files; None where the texts are kept too."""
    kept = files.size.sum() <= KEPT_SHARE * (settings.memory_limit or KEPT_LIMIT)
    return None if kept else settings.memory_limit or SPILL_LIMIT[settings.matching.depth]


def batches(files: FileTable) -> list[range]:
    """Cut the file list into runs of about the same size; it does not depend on the threads."""
    end = np.cumsum(files.size)
    total = int(files.size.sum())
    most = min(MOST_BATCH, max(LEAST_BATCH, total // BATCHES))
    runs = []
    first, begin = 0, 0
    while first < len(files):
        behind = max(int(np.searchsorted(end, begin + most, side="right")), first + 1)
        runs.append(range(first, behind))
        first, begin = behind, int(end[behind - 1])
    return runs


def read(
    files: FileTable, run: range, sources: config.Sources, parse: Parse | None = None
) -> tuple[Reading, list[Skipped], list[Doubtful]]:
    """Read a batch and find its words; `parse` is that of `read_batch`."""
    text, skipped, doubtful = read_batch(files[run.start : run.stop], run.start, sources, parse)
    return reading_of(text), skipped, doubtful


def reading_of(text: TextBatch) -> Reading:
    """The words of a batch of text, and where each article's begin."""
    words = tokens.tokenise(text)
    first = words.sentence[words.block[article_blocks(text)]]
    return Reading(text, words, first.astype(np.int64))


def article_blocks(text: TextBatch) -> I32:
    """First block (D + 1,) of each article."""
    articles = np.arange(len(text.start) + 1)
    return np.searchsorted(text.blocks.article, articles).astype(np.int32)


def analyse(
    files: FileTable, run: range, settings: config.Config, model: FillerModel, *,
    keep: bool, parse: Parse | None = None,
) -> Analysis:  # fmt: skip
    """Read a batch, and find its words and passages; `parse` is that of `read_batch`."""
    reading, skipped, doubtful = read(files, run, settings.sources, parse)
    words = reading.tokens
    recurring = settings.matching.depth != "fast"
    said = read_suppressions(reading)
    excluded = () if settings.suppressions.ignore_suppressions else excluded_words(said)
    cut, matched, found = passages_of(reading, settings.matching, excluded)
    stemmed = None
    if recurring:
        stem, name = stems.stem(reading.text, words), stems.names(words, reading.article_token)
        stemmed = Stems(stem, name, stems.units(matched.sentence))
    judgement: Callable[[], Judgement] = partial(judge, reading, settings, model)
    if not keep:
        made = judgement()
        judgement = lambda: made  # noqa: E731
    return Analysis(
        file=reading.text.file,
        date=reading.text.date,
        token=words.hash,
        article_token=reading.article_token,
        block_token=words.sentence[words.block].astype(np.int64),
        block_kind=reading.text.blocks.kind,
        block_unspaced=unspaced_blocks(reading) if recurring else no_blocks(reading),
        headings=headings_of(reading) if recurring else None,
        pieces=cut,
        passages=found,
        stems=stemmed,
        suppressions=said,
        reading=reading if keep else None,
        judgement=judgement,
        skipped=skipped,
        doubtful=doubtful,
    )


def judge(reading: Reading, settings: config.Config, model: FillerModel) -> Judgement:
    """Score a batch and apply the filler rules."""
    text, words = reading.text, reading.tokens
    scores = score_blocks(text, words, model)
    flags = find_flags(text, words, scores, model, settings.filler)
    return Judgement(
        locate_flags(reading, flags, settings.output.excerpt_words),
        scores if settings.output.want_passages else None,
    )


def passages_of(
    reading: Reading, settings: config.Matching, excluded: Sequence[tuple[int, int]] = ()
) -> tuple[Pieces, TokenTable, PassageTable]:
    """The pieces of a batch that matching compares, their words, and passages with band keys.

    excluded: words that the articles themselves exclude
    """
    words, piece_block = reading.tokens, article_blocks(reading.text)
    whole = pieces.whole(reading.article_token)
    titles, phrases = _folded(settings.ignore_sections), _folded(settings.ignore_phrases)
    out = pieces.left_out(reading.text, words, settings, titles, phrases, excluded)
    if out is not None:
        words, piece_block, whole = pieces.cut(words, reading.article_token, out)
    return whole, words, passages_of_pieces(whole, words, piece_block)


def passages_of_pieces(whole: Pieces, words: TokenTable, piece_block: I32) -> PassageTable:
    """The passages of pieces with band keys.

    words: with sentences and blocks that are cut as the pieces are; piece_block: (Q + 1,) first
    block of each piece
    """
    first, last = passages.sentence_shingles(words)
    minima = sketches.band_sketches(sketches.shingles(words.hash), first, last, BANDING.bands)
    found = passages.cut(words, piece_block, minima, BANDING.bands)
    return passages.select(found, ~whole.out[found.article]) if whole.out.any() else found


@cache
def _folded(texts: tuple[str, ...]) -> tuple[U32, ...]:
    """The words of some texts as they stand in a reading: of plain text, and of Markdown."""
    found: dict[bytes, U32] = {}
    for markdown in (False, True) if texts else ():
        reading = reading_of(text_batch(texts, markdown=markdown))
        for low, high in pairwise(reading.article_token.tolist()):
            words = reading.tokens.hash[low:high]
            found.setdefault(words.tobytes(), words)
    return tuple(found.values())


def headings_of(reading: Reading) -> HeadingTable:
    """The headings of a batch."""
    lexicon = heading_lexicon()
    words = WordTable(lexicon.known, lexicon.word_key, lexicon.word_mark)
    return outlines.headings(reading.text, reading.tokens, words, form_headings())


def unspaced_blocks(reading: Reading) -> Bool:
    """Which blocks of a batch are in a script without spaces."""
    from dedupe.kernels.templating import unspaced_blocks as find

    words = reading.tokens
    unspaced = no_blocks(reading)
    find(words.start, words.end, words.sentence[words.block].astype(np.int64), unspaced)
    return unspaced


def no_blocks(reading: Reading) -> Bool:
    """None of the blocks of a batch."""
    return np.zeros(len(reading.text.blocks.kind), np.bool_)
