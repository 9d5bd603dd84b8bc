"""What matching compares: articles without the text that is to be left out of it.

Left-out words are not taken from the arrays, so every place stays what it is. The sentences and
blocks around them are cut instead, and an article falls into pieces, which are matched as articles
are: whatever is made of sentences, blocks and pieces holds no left-out word, whoever makes it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedupe.arrays import I32, I64, U32, Bool
from dedupe.config import Matching
from dedupe.tables import TOKEN_QUOTED, BlockKind, Pieces, TextBatch, TokenTable

QUOTED_WORDS = 5
"""Words of the shortest quotation that is left out; fewer are a name or a word in scare quotes."""
_HEADINGS = (BlockKind.TITLE, BlockKind.HEADING)
_HASH, _EQUALS, _DASH = b"#=-"


def left_out(
    batch: TextBatch, words: TokenTable, settings: Matching, titles: Sequence[U32],
    phrases: Sequence[U32], ranges: Sequence[tuple[int, int]] = (),
) -> Bool | None:  # fmt: skip
    """Which words (N,) of a batch take no part in matching; None where all do.

    titles, phrases: the words of `ignore_sections` and `ignore_phrases`, hashed; ranges: words that
    the articles themselves exclude.
    """
    if not (settings.ignore_quotes or titles or phrases or ranges):
        return None
    out = np.zeros(len(words.hash), np.bool_)
    block_token = words.sentence[words.block]
    if settings.ignore_quotes:
        _leave_out_quotes(batch, words, block_token, out)
    if titles:
        _leave_out_sections(batch, words, block_token, titles, out)
    for phrase in phrases:
        _leave_out_phrase(words, block_token, phrase, out)
    for first, behind in ranges:
        out[first:behind] = True
    return out if out.any() else None


def _leave_out_quotes(batch: TextBatch, words: TokenTable, block_token: I32, out: Bool) -> None:
    quoted = (words.flags & TOKEN_QUOTED) > 0
    begins = np.diff(quoted.view(np.int8), prepend=0) > 0
    # One left open reaches to the end of its block, and the next one begins there.
    first = block_token[:-1][np.diff(block_token) > 0]
    begins[first] = quoted[first]
    edges = np.flatnonzero(begins)
    if len(edges):
        long = np.add.reduceat(quoted, edges, dtype=np.int64) >= QUOTED_WORDS
        out |= quoted & long[np.maximum(np.cumsum(begins) - 1, 0)]
    for block in np.flatnonzero(batch.blocks.kind == BlockKind.QUOTE).tolist():
        out[block_token[block] : block_token[block + 1]] = True


def _leave_out_phrase(words: TokenTable, block_token: I32, phrase: U32, out: Bool) -> None:
    """Leave out every occurrence that does not run over the end of a block."""
    if not len(phrase):
        return
    at = np.flatnonzero(words.hash[: max(len(words.hash) - len(phrase) + 1, 0)] == phrase[0])
    for place, word in enumerate(phrase[1:].tolist(), start=1):
        at = at[words.hash[at + place] == word]
    behind = block_token[np.searchsorted(block_token, at, side="right")]
    for start in at[at + len(phrase) <= behind].tolist():
        out[start : start + len(phrase)] = True


def _leave_out_sections(
    batch: TextBatch, words: TokenTable, block_token: I32, titles: Sequence[U32], out: Bool
) -> None:
    """Leave out headings with one of the titles, and all up to the next one of their level."""
    blocks = batch.blocks
    heading = np.flatnonzero(np.isin(blocks.kind, _HEADINGS))
    known = {title.tobytes() for title in titles if len(title)}
    chosen = [
        place
        for place, block in enumerate(heading.tolist())
        if words.hash[block_token[block] : block_token[block + 1]].tobytes() in known
    ]
    for place in chosen:
        first = int(heading[place])
        article = blocks.article[first]
        level = _level(batch, first)
        behind = int(np.searchsorted(blocks.article, article, side="right"))
        for other in heading[place + 1 :].tolist():
            if other >= behind or _level(batch, other) <= level:
                behind = min(behind, other)
                break
        out[block_token[first] : block_token[behind]] = True


def _level(batch: TextBatch, block: int) -> int:
    """Level of a heading: its number signs, else the line under it; a bare one counts as 2."""
    article = batch.blocks.article[block]
    data, start, end = batch.data, batch.blocks.start[block], batch.blocks.end[block]
    line = data[batch.start[article] : start].tobytes().rpartition(b"\n")[2].strip(b" \t>")
    if line and not line.strip(b"#"):
        return len(line)
    below = data[end : batch.end[article]].tobytes().split(b"\n", 2)[1:2]
    mark = below[0].strip()[:1] if below and not below[0].strip().strip(b"=-") else b""
    if mark:
        return 1 if mark == b"=" else 2
    return 1 if batch.blocks.kind[block] == BlockKind.TITLE else 2


def whole(article_token: I64) -> Pieces:
    """The pieces of articles of which nothing is left out; article_token: (D + 1,)."""
    count = len(article_token) - 1
    return Pieces(article_token, np.arange(count, dtype=np.int32), np.zeros(count, np.bool_))


def cut(words: TokenTable, article_token: I64, out: Bool) -> tuple[TokenTable, I32, Pieces]:
    """Cut sentences, blocks and articles of a batch where left-out words begin and end.

    out: (N,). Returns the words with the cut sentences and blocks, and the pieces with the first
    block (Q + 1,) of each.
    """
    edges = np.flatnonzero(np.diff(out)) + 1
    piece = np.union1d(article_token, edges)
    block = np.union1d(words.sentence[words.block], edges)
    sentence = np.union1d(words.sentence, edges)
    table = TokenTable(
        words.hash, words.start, words.end, words.flags,
        sentence=sentence.astype(np.int32),
        block=np.searchsorted(sentence, block).astype(np.int32),
    )  # fmt: skip
    article = np.searchsorted(article_token, piece[:-1], side="right") - 1
    pieces = Pieces(piece.astype(np.int64), article.astype(np.int32), out[piece[:-1]])
    return table, np.searchsorted(block, piece).astype(np.int32), pieces
