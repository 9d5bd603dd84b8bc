"""What the rules share about a batch: blocks, hits of the lexicon, pieces of text, flags."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from dedupe.arrays import F32, F64, I32, I64, U8, U32, Bool
from dedupe.config import Filler
from dedupe.filler.lexicon import prose_lexicon
from dedupe.filler.modelfile import FillerModel
from dedupe.filler.rules.flags import Flags, Places
from dedupe.filler.scorer import heaviest_phrases
from dedupe.tables import TRANSPARENT, BlockKind, BlockScores, EvidenceKind, TextBatch, TokenTable
from dedupe.texts import ALIGNMENT, Texts

HEADING, PARAGRAPH = int(BlockKind.HEADING), int(BlockKind.PARAGRAPH)
LIST_ITEM, QUOTE = int(BlockKind.LIST_ITEM), int(BlockKind.QUOTE)
"""Plain numbers: naming a member of an enumeration takes a microsecond."""
TEXT_KINDS = (PARAGRAPH, LIST_ITEM, QUOTE)
_TEXT = np.isin(np.arange(len(BlockKind)), TEXT_KINDS)
SHOWN_PHRASES = 4
_CUT = 80
"""Characters of a quoted piece of text in a message or in evidence."""
_REACH = 8 * _CUT
"""Bytes of a stretch that are looked at."""
Span = tuple[int, int]
"""First byte and end"""
_PADDING = bytes([TRANSPARENT])
_LINE = 2000
"""Bytes of a line that are looked at on either side."""


class RuleReading(Struct, frozen=True):
    """A batch as the rules read it, with its tables; H hits of the lexicon in running text."""

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
    flags: Flags
    """What the rules have found so far"""
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

    @property
    def in_text(self) -> Bool:
        """(B,) blocks of running text: paragraphs, list items, quotes."""
        return _TEXT[self.kind]

    def hits(self, mark: int) -> I64:
        """Places in the hit arrays that carry one of the marks."""
        return np.nonzero(self.hit_mark & np.uint32(mark))[0]

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

    def quotes(self, start: Places, end: Places) -> Texts:
        """The prose of stretches on one line, cut to what a message can hold.

        Markup where that is all.
        """
        from dedupe.kernels.quoting import quote

        low, high = start.astype(np.int64), np.minimum(end, start + _REACH).astype(np.int64)
        out = np.empty(len(low) * (4 * _CUT + 4) + ALIGNMENT, np.uint8)
        ends = np.empty(len(low), np.int64)
        quote(self.batch.prose, low, high, _CUT, out, ends)
        used = int(ends[-1]) if len(ends) else 0
        found = Texts(out[: used + ALIGNMENT].copy(), np.append(0, ends)[:-1], ends)
        empty = np.flatnonzero(found.start == found.end)
        if not len(empty):
            return found
        strings = found.strings()
        for place in empty.tolist():
            strings[place] = " ".join(self.text(int(low[place]), int(high[place])).split())[:_CUT]
        return Texts.of(strings)

    def quoted(self, spans: Sequence[Span]) -> list[str]:
        """The prose of some stretches, as `quotes` gives it."""
        start, end = np.array(spans, np.int64).reshape(-1, 2).T
        return self.quotes(start, end).strings()

    def cues(self, hits: I64) -> list[str]:
        """Hits of the lexicon as text."""
        first, behind = self.hit_first[hits], self.hit_behind[hits]
        return self.quotes(self.tokens.start[first], self.tokens.end[behind - 1]).strings()

    def show(
        self, flags: I64, kind: EvidenceKind, start: Places, end: Places, weight: F64 | None = None
    ) -> None:
        """Explain each flag by the text of a stretch."""
        self.flags.explain(flags, kind, self.quotes(start, end), weight, start, end)

    def show_signals(self, flags: I64, blocks: I64) -> None:
        """Explain flags by the numbers behind the scores of blocks, where there is a score."""
        for name in ("novelty", "information", "facts", "specific"):
            values = getattr(self.scores, name)[blocks]
            known = ~np.isnan(values)
            self.show_signal(flags[known], name, values[known])

    def show_signal(self, flags: I64, name: str, values: F32) -> None:
        """Explain flags by one plain number each."""
        text = Texts.of([name]).take(np.zeros(len(flags), np.int64))
        self.flags.explain(flags, EvidenceKind.SIGNAL, text, _two_decimals(values))

    def show_phrases(self, flags: I64, first: I64, last: I64) -> None:
        """Explain flags by the learned phrases that weigh most in the blocks `first` to `last`."""
        low, high = (self.block_token[block].astype(np.int64) for block in (first, last + 1))
        found = heaviest_phrases(self.tokens, low, high, self.model, SHOWN_PHRASES)
        used = np.arange(SHOWN_PHRASES) < found.counts[:, None]
        words, behind = found.spans[used].T
        weight = _two_decimals(found.weights[used])
        self.show_words(np.repeat(flags, found.counts), EvidenceKind.PHRASE, words, behind, weight)

    def show_words(
        self, flags: I64, kind: EvidenceKind, first: Places, behind: Places,
        weight: F64 | None = None,
    ) -> None:  # fmt: skip
        """Explain each flag by some words."""
        self.show(flags, kind, self.tokens.start[first], self.tokens.end[behind - 1], weight)

    def show_hits(self, flags: I64, kind: EvidenceKind, hits: I64) -> None:
        """Explain each flag by a hit of the lexicon."""
        self.show_words(flags, kind, self.hit_first[hits], self.hit_behind[hits])

    def sentence_spans(self, sentences: I64, blocks: I64) -> tuple[I64, I64]:
        """First and last byte of sentences (C,) of some blocks, with the marks that end them."""
        from dedupe.kernels.quoting import whole_sentences

        tokens, table = self.tokens, self.batch.blocks
        start, end = np.empty((2, len(sentences)), np.int64)
        whole_sentences(
            self.batch.data, tokens.start, tokens.end, tokens.sentence, tokens.block,
            table.start, table.end, sentences, blocks, start, end,
        )  # fmt: skip
        return start, end

    def block_span(self, block: int, last: int | None = None) -> tuple[int, int]:
        """First byte of a block and end of it, or of the run of blocks up to `last`."""
        blocks = self.batch.blocks
        return int(blocks.start[block]), int(blocks.end[block if last is None else last])

    def flag_blocks(self, rule: str, first: I64, last: I64, messages: Sequence[str]) -> I64:
        """Flags (C,) on the runs of blocks from `first` to `last`, with their scores."""
        blocks = self.batch.blocks
        score = np.round(self.scores.score[first].astype(float), 4)
        article, start, end = self.article[first], blocks.start[first], blocks.end[last]
        return self.flags.add(rule, article, start, end, messages, score)

    def flag_sentences(
        self, rule: str, sentences: I64, blocks: I64, messages: Sequence[str]
    ) -> I64:
        """Flags (C,) on sentences of some blocks."""
        start, end = self.sentence_spans(sentences, blocks)
        return self.flags.add(rule, self.article[blocks], start, end, messages)

    def flag_spans(
        self, rule: str, spans: Sequence[tuple[int, Span]], messages: Sequence[str],
        kind: EvidenceKind = EvidenceKind.CUE, shown: Sequence[Span] | None = None,
    ) -> None:  # fmt: skip
        """Flags on stretches of blocks; what explains them is `shown`, or the stretches."""
        if not spans:
            return
        blocks = np.array([block for block, _ in spans])
        start, end = np.array([span for _, span in spans]).T
        flags = self.flags.add(rule, self.article[blocks], start, end, messages)
        self.show(flags, kind, *((start, end) if shown is None else np.array(shown).T))

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

    def sentence_hits(self, mark: int, *, opening: bool = False) -> I64:
        """Hits in paragraphs, list items and quotes, the first of each sentence.

        `opening`: only those that begin their sentence.
        """
        hits = self.hits(mark)
        sentence = self.hit_sentence[hits]
        usable = _TEXT[self.kind[self.hit_block[hits]]]
        if opening:
            usable &= self.hit_first[hits] == self.tokens.sentence[sentence]
        first: I64 = hits[usable][np.diff(sentence[usable], prepend=-1) > 0]
        return first


def _two_decimals(values: F32 | F64) -> F64:
    """Numbers as evidence shows them."""
    return np.round(values.astype(float), 2)


def read(
    batch: TextBatch, tokens: TokenTable, scores: BlockScores, model: FillerModel, settings: Filler
) -> RuleReading:
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
    return RuleReading(
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
        flags=Flags(),
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
