"""What the rules share about a batch: blocks, hits of the lexicon, pieces of text, flags."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dedupe.config import Filler
from dedupe.filler.lexicon import prose_lexicon
from dedupe.filler.modelfile import FillerModel
from dedupe.model import Evidence, Flag
from dedupe.tables import (
    I32,
    I64,
    TRANSPARENT,
    U8,
    U32,
    BlockKind,
    BlockScores,
    TextBatch,
    TokenTable,
)

HEADING, PARAGRAPH = int(BlockKind.HEADING), int(BlockKind.PARAGRAPH)
LIST_ITEM, QUOTE = int(BlockKind.LIST_ITEM), int(BlockKind.QUOTE)
"""Plain numbers: naming a member of an enumeration takes a microsecond."""
TEXT_KINDS = (PARAGRAPH, LIST_ITEM, QUOTE)
_CUT = 80
"""Characters of a quoted piece of text in a message or in evidence."""
_PADDING = bytes([TRANSPARENT])
_LINE = 2000
"""Bytes of a line that are looked at on either side."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A batch with its tables; H hits of the lexicon in running text."""

    batch: TextBatch
    tokens: TokenTable
    scores: BlockScores
    model: FillerModel
    settings: Filler
    block_token: I32
    """(B + 1,) first token of each block"""
    article_block: I64
    """(D + 1,) first block of each article"""
    hit_first: I32
    """(H,) first token of a listed word or phrase"""
    hit_behind: I32
    """(H,) token behind it"""
    hit_mark: U32
    """(H,) bits of `lexicon.Mark`"""
    hit_sentence: I64
    """(H,)"""
    hit_block: I64
    """(H,)"""
    stock: U8
    """(S,) words of each sentence that are stock words"""
    seen: U8
    """(S,) token flags that occur in the sentence; not the capital that opens it"""

    marked_bytes: list[int]
    """Bytes that may begin a placeholder or a bare host"""
    data_view: memoryview
    prose_view: memoryview
    start: memoryview
    end: memoryview
    """The text, its prose, and first byte and end of every token once more: single elements of a
    view are plain Python values, in half the time"""

    @property
    def kind(self) -> U8:
        """(B,) BlockKind."""
        return self.batch.blocks.kind

    @property
    def article(self) -> I32:
        """(B,) article of each block."""
        return self.batch.blocks.article

    def hits(self, mark: int) -> I64:
        """Places in the hit arrays that carry one of the marks."""
        return np.nonzero(self.hit_mark & np.uint32(mark))[0]

    def first_token(self, block: int) -> int:
        """First token of a block."""
        return int(self.block_token[block])

    def words(self, block: int, last: int | None = None) -> int:
        """Words of a block, or of the run of blocks up to `last`."""
        end = block if last is None else last
        return int(self.block_token[end + 1] - self.block_token[block])

    def text(self, start: int, end: int) -> str:
        """The text of a stretch of the batch, markup included."""
        return bytes(self.data_view[start:end]).decode("utf-8", "replace")

    def prose(self, start: int, end: int) -> str:
        """The text of a stretch, blanks for markup."""
        raw = bytes(self.prose_view[start:end])
        if _PADDING in raw:
            raw = raw.replace(_PADDING, b"")
        return raw.decode("utf-8", "ignore")

    def quoted(self, start: int, end: int) -> str:
        """Its prose on one line, cut to what a message can hold; markup where that is all."""
        end = min(end, start + 8 * _CUT)
        text = " ".join(self.prose(start, end).split() or self.text(start, end).split())
        return text if len(text) <= _CUT else f"{text[: _CUT - 1].rstrip()}…"

    def token_text(self, first: int, behind: int) -> str:
        """The prose from the first to the last of some tokens."""
        return self.quoted(self.start[first], self.end[behind - 1])

    def cue(self, hit: int) -> Evidence:
        """A hit of the lexicon as evidence."""
        first, behind = int(self.hit_first[hit]), int(self.hit_behind[hit])
        start, end = self.start[first], self.end[behind - 1]
        return Evidence(kind="cue", text=self.quoted(start, end), start=start, end=end)

    def sentence_span(self, sentence: int, block: int) -> tuple[int, int]:
        """First and last byte of a sentence, with the marks that end it."""
        first, behind = self.tokens.sentence[sentence], self.tokens.sentence[sentence + 1]
        start, end = int(self.tokens.start[first]), int(self.tokens.end[behind - 1])
        block_start, block_end = self.block_span(block)
        data = self.batch.data
        while start > block_start and data[start - 1] > 0x20:
            start -= 1
        if sentence + 1 == self.tokens.block[block + 1]:
            return start, block_end
        # An address is no word: what stands up to the last white space belongs to the sentence.
        gap = data[end : self.tokens.start[behind]].tobytes()
        kept = gap.rstrip()
        if len(kept) == len(gap):
            kept = gap[: max(gap.rfind(b" "), gap.rfind(b"\n"), 0)].rstrip()
        return start, end + len(kept)

    def block_span(self, block: int, last: int | None = None) -> tuple[int, int]:
        """First byte of a block and end of it, or of the run of blocks up to `last`."""
        blocks = self.batch.blocks
        return int(blocks.start[block]), int(blocks.end[block if last is None else last])

    def flag_block(
        self,
        rule: str,
        block: int,
        message: str,
        evidence: tuple[Evidence, ...],
        last: int | None = None,
    ) -> Flag:
        """A flag on a block, or on the run of blocks up to `last`, with its score."""
        start, end = self.block_span(block, last)
        score = float(self.scores.score[block])
        return Flag(
            rule=rule,
            article=int(self.article[block]),
            start=start,
            end=end,
            words=self.words(block, last),
            message=message,
            score=None if math.isnan(score) else round(score, 4),
            evidence=evidence,
        )

    def flag_sentence(
        self, rule: str, sentence: int, block: int, message: str, evidence: tuple[Evidence, ...]
    ) -> Flag:
        """A flag on a sentence."""
        start, end = self.sentence_span(sentence, block)
        words = int(self.tokens.sentence[sentence + 1] - self.tokens.sentence[sentence])
        return Flag(
            rule=rule,
            article=int(self.article[block]),
            start=start,
            end=end,
            words=words,
            message=message,
            evidence=evidence,
        )

    def flag_span(
        self, rule: str, block: int, span: tuple[int, int], message: str, kind: str = "cue"
    ) -> Flag:
        """A flag on a stretch of a block, which is its own evidence."""
        start, end = span
        first, behind = self.token_at(start), self.token_at(end)
        return Flag(
            rule=rule,
            article=int(self.article[block]),
            start=start,
            end=end,
            words=behind - first,
            message=message,
            evidence=(Evidence(kind=kind, text=self.quoted(start, end), start=start, end=end),),
        )

    def token_at(self, place: int) -> int:
        """First token that begins at a byte or behind it."""
        # A Python integer would make NumPy widen the whole array for one look-up.
        return int(np.searchsorted(self.tokens.start, np.int32(place)))

    def sentence_of(self, token: int) -> int:
        """The sentence of a token."""
        return int(np.searchsorted(self.tokens.sentence, np.int32(token), "right")) - 1

    def block_of(self, place: int) -> int | None:
        """The block that holds a byte; None between blocks."""
        blocks = self.batch.blocks
        block = int(np.searchsorted(blocks.start, place, "right")) - 1
        return block if block >= 0 and place < blocks.end[block] else None

    def line(self, block: int, place: int) -> tuple[int, int]:
        """First byte and end of the line of a byte, `_LINE` bytes away at most."""
        article = self.article[block]
        begin = max(int(self.batch.start[article]), place - _LINE)
        end = min(int(self.batch.end[article]), place + _LINE)
        cut = self.batch.data[begin:place].tobytes().rfind(b"\n")
        stop = self.batch.data[place:end].tobytes().find(b"\n")
        return begin + cut + 1, end if stop < 0 else place + stop

    def sentence_hits(self, mark: int, *, opening: bool = False) -> Iterator[tuple[int, int, int]]:
        """Hits in paragraphs, list items and quotes as (hit, sentence, block), one per sentence.

        `opening`: only those that begin their sentence.
        """
        last = -1
        for hit in self.hits(mark).tolist():
            sentence, block = int(self.hit_sentence[hit]), int(self.hit_block[hit])
            if sentence == last or self.kind[block] not in TEXT_KINDS:
                continue
            if opening and self.hit_first[hit] != self.tokens.sentence[sentence]:
                continue
            last = sentence
            yield hit, sentence, block


def read(
    batch: TextBatch, tokens: TokenTable, scores: BlockScores, model: FillerModel, settings: Filler
) -> Reading:
    """Look at every token of a batch once."""
    from dedupe.kernels.cues import scan_sentences, sentence_flags

    lexicon = prose_lexicon()
    n, s = len(tokens.hash), len(tokens.sentence) - 1
    # Written from the front as far as there are hits: memory that is not touched costs nothing.
    first, behind = np.empty(n + 1, np.int32), np.empty(n + 1, np.int32)
    mark = np.empty(n + 1, np.uint32)
    stock, seen = np.empty(s, np.uint8), np.empty(s, np.uint8)
    hits = 0
    if n:
        hits = scan_sentences(
            batch.prose, tokens.hash, tokens.start, tokens.end, tokens.sentence,
            lexicon.alone, lexicon.pairs, lexicon.word_key, lexicon.word_mark,
            lexicon.edge_key, lexicon.edge_state, lexicon.state_mark,
            stock, first, behind, mark,
        )  # fmt: skip
        sentence_flags(tokens.flags, tokens.sentence, seen)
    hit_sentence = np.searchsorted(tokens.sentence, first[:hits], "right") - 1
    articles = np.arange(len(batch.start) + 1, dtype=np.int32)
    return Reading(
        batch=batch,
        tokens=tokens,
        scores=scores,
        model=model,
        settings=settings,
        block_token=tokens.sentence[tokens.block],
        article_block=np.searchsorted(batch.blocks.article, articles).astype(np.int64),
        hit_first=first[:hits].copy(),
        hit_behind=behind[:hits].copy(),
        hit_mark=mark[:hits].copy(),
        hit_sentence=hit_sentence,
        hit_block=np.searchsorted(tokens.block, hit_sentence, "right") - 1,
        stock=stock,
        seen=seen,
        marked_bytes=_marked_bytes(batch.data),
        data_view=batch.data.data,
        prose_view=batch.prose.data,
        start=tokens.start.data,
        end=tokens.end.data,
    )


def _marked_bytes(text: U8) -> list[int]:
    from dedupe.kernels.cues import scan_bytes

    found = np.empty(1024, np.int64)
    count = scan_bytes(text, found)
    if count > len(found):
        found = np.empty(count, np.int64)
        scan_bytes(text, found)
    places: list[int] = found[:count].tolist()
    return places
