"""The tables that pass between stages: frozen groups of NumPy arrays.

Legend of dimensions: T bytes of a batch, D articles, B blocks, S sentences, N tokens.
Ragged data is `values` + `offsets` everywhere: part i is `values[offsets[i]:offsets[i + 1]]`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from typing import NamedTuple, Protocol

import numpy as np
from msgspec import Struct, structs

from dedupe.arrays import F32, F64, I32, I64, U8, U32, U64, Bool, distinct, ragged
from dedupe.texts import Strings, Texts

TRANSPARENT = 0x7F
"""Byte of `prose` that is inside a word but no part of it (padding of a decoded entity)."""


class BlockKind(IntEnum):
    """What a block of an article is; only blocks of prose are kept."""

    TITLE = 0
    HEADING = 1
    PARAGRAPH = 2
    LIST_ITEM = 3
    QUOTE = 4
    TABLE = 5
    CODE = 6


class BlockTable(Struct, frozen=True):
    """Blocks of prose in reading order; nested blocks are flattened, none overlaps another.

    A list item that runs on over several lines is one block; a hard-wrapped paragraph is one
    block. `orphan_*` are short lines ("Kyiv Talks" alone on its line in the middle of a sentence)
    that were joined into the block `orphan_block`.
    """

    kind: U8
    """(B,) BlockKind"""
    start: I64
    """(B,) first byte in the batch, behind indentation and list marker"""
    end: I64
    """(B,) end, behind the last byte that is not white space"""
    article: I32
    """(B,) position of the article in the batch, ascending"""
    orphan_start: I64
    orphan_end: I64
    orphan_block: I32


class Directive(NamedTuple):
    """A comment of an article that is addressed to this program; places are bytes of the batch."""

    article: int
    """Of the batch"""
    start: int
    end: int
    text: str
    """What it says, behind the marker"""
    block: tuple[int, int]
    """The block that it may speak of: the one around it, or else the next"""
    section: tuple[int, int]
    """The heading that it may speak of, with all up to the next one of its level"""
    fault: str = ""
    """Why nobody can tell what it says"""


class TextBatch(Struct, frozen=True):
    """The decoded text of some articles as UTF-8, side by side in one buffer."""

    data: U8
    """(T,) text; zero between articles and at least 64 zeros at the end"""
    prose: U8
    """(T,) text with every byte of markup, address and code blanked by a space; positions are
    those of `data`. The same array as `data` where nothing had to be blanked."""
    start: I64
    """(D,) first byte"""
    end: I64
    """(D,) end"""
    blocks: BlockTable
    file: I32
    """(D,) position of the article in the file list"""
    date: tuple[str | None, ...]
    """(D,) ISO date from the front matter, or time from git; None without one"""
    directives: tuple[Directive, ...] = ()
    """By article and place"""


class TokenTable(Struct, frozen=True):
    """Words of a batch, their sentences and those sentences' blocks."""

    hash: U32
    """(N,) hash of the folded word"""
    start: I32
    """(N,) first byte of the word in the batch"""
    end: I32
    """(N,) end"""
    flags: U8
    """(N,) bits TOKEN_*"""
    sentence: I32
    """(S + 1,) first token of each sentence, then N"""
    block: I32
    """(B + 1,) first sentence of each block, then S"""


TOKEN_CAPITAL = 1
"""The word begins with an upper-case letter."""
TOKEN_DIGIT = 2
"""The word holds a digit."""
TOKEN_QUOTED = 4
"""The word stands between quotation marks."""
TOKEN_FIRST = 8
"""The word opens its sentence."""
TOKEN_ALL_CAPITALS = 16
"""The word has two or more letters and no lower-case one."""
TOKEN_DISGUISED = 32
"""The word is read otherwise than letter by letter, or there is something invisible in it, or a
letter of another style: nothing in most texts, and honest in some."""


class BlockScores(Struct, frozen=True):
    """What the filler scorer knows of every block of a batch."""

    words: I32
    """(B,) number of tokens"""
    score: F32
    """(B,) calibrated filler score in [0, 1]; NaN where the scorer abstains. The items of one
    list are scored together and carry the same value."""
    raw: F32
    """(B,) the sum of z-values behind `score`; NaN where it abstains"""
    generic: F32
    """(B,) z-value of the wording of empty prose (generic and closing head together)"""
    closing: F32
    """(B,) z-value of the closing head with human negatives alone"""
    information: F32
    """(B,) z-value of the mean information of its words"""
    novelty: F32
    """(B,) z-value of the share of information not seen earlier in the article"""
    facts: F32
    """(B,) z-value of the density of names, numbers and quotations that are new to the article"""
    specific: F32
    """(B,) z-value of the number of words that few topics use"""
    capitals: I32
    """(B,) capitalised words that do not open a sentence"""
    digits: I32
    """(B,) words with a digit"""
    quotes: I32
    """(B,) quotations"""


SIGNALS = ("generic", "closing", "information", "novelty", "facts", "specific")
"""The z-values of `BlockScores`, in the order in which they are told."""


class EvidenceKind(IntEnum):
    """What a piece of evidence is; the names are those of `model.Evidence.kind`."""

    SIGNAL = 0
    PHRASE = 1
    CUE = 2
    FACT = 3


class EvidenceTable(Struct, frozen=True):
    """The reasons (E,) of F flags."""

    offset: I64
    """(F + 1,) first reason of each flag, then E"""
    kind: U8
    """(E,) EvidenceKind"""
    text: Texts
    """(E,)"""
    weight: F64
    """(E,) NaN where it has none"""
    start: I64
    """(E,) where it stands, -1 for nowhere: bytes in the batch, then code points in the article"""
    end: I64

    @classmethod
    def none(cls, count: int) -> EvidenceTable:
        """No reasons for so many flags."""
        nothing = np.empty(0, np.int64)
        return cls(np.zeros(count + 1, np.int64), np.empty(0, np.uint8), Texts.nothing(0),
                   np.empty(0), nothing, nothing)  # fmt: skip

    @classmethod
    def facts(cls, offset: I64, text: Texts) -> EvidenceTable:
        """Facts (E,) that stand nowhere. offset: (F + 1,) first one of each flag."""
        count = len(text.start)
        return cls(offset, np.full(count, EvidenceKind.FACT, np.uint8), text,
                   np.full(count, np.nan), *np.full((2, count), -1))  # fmt: skip

    @classmethod
    def joined(cls, parts: Sequence[EvidenceTable]) -> EvidenceTable:
        """The reasons of several tables of flags, one behind the other."""
        count = np.concatenate([np.empty(0, np.int64), *(np.diff(part.offset) for part in parts)])
        kind, weight, start, end = (
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("kind", "weight", "start", "end")
        )
        text = Texts.joined([part.text for part in parts])
        return cls(np.append(0, np.cumsum(count)), kind, text, weight, start, end)

    def rows(self, chosen: I64) -> EvidenceTable:
        """The reasons of some flags, in the order given."""
        size = self.offset[chosen + 1] - self.offset[chosen]
        _, place = ragged(self.offset[chosen], size)
        return EvidenceTable(
            np.append(0, np.cumsum(size)), self.kind[place], self.text.take(place),
            self.weight[place], self.start[place], self.end[place],
        )  # fmt: skip


class FlagTable(Struct, frozen=True):
    """What the filler rules say of a batch: F flags by article, place and rule."""

    rule: U8
    """(F,) place of the rule in `model.RULES`"""
    article: I64
    """(F,) article of the batch"""
    start: I64
    """(F,) first byte in the batch"""
    end: I64
    score: F64
    """(F,) NaN where it has none"""
    message: Texts
    """(F,)"""
    evidence: EvidenceTable


class PassageTable(Struct, frozen=True):
    """Passages of a batch; tokens are counted from the start of the batch."""

    start: U32
    """(P,) first token"""
    length: U32
    """(P,) tokens"""
    article: I32
    """(P,) article of the batch"""
    kind: U8
    """(P,) 0: joined by equality only; else by bands too"""
    content: U64
    """(P,) hash of the words in their order"""
    keys: U32
    """(bands, P) band keys; they mean nothing where kind is 0"""


class Boxes(NamedTuple):
    """Places (Q,) where two articles, or pieces of them, have or may have something in common."""

    partner: I32
    """(Q, 2) two articles, the first below the second; or one, which holds both places"""
    box: I64
    """(Q, 4) first token and end, in the one and in the other"""

    @classmethod
    def none(cls) -> Boxes:
        """No places."""
        return cls(np.empty((0, 2), np.int32), np.empty((0, 4), np.int64))

    @classmethod
    def joined(cls, parts: Iterable[Boxes]) -> Boxes:
        """Boxes one behind another, of one part at least; two articles may have one in each."""
        return cls._make(np.concatenate(column) for column in zip(*parts, strict=True))

    def rows(self, chosen: Bool | I64 | slice) -> Boxes:
        """Some of them, in the order given."""
        return Boxes(self.partner[chosen], self.box[chosen])


class EditKind(IntEnum):
    """What was done to copied text; the names are those of the report."""

    VERBATIM = 0
    EDITED = 1
    REORDERED = 2
    REWORDED = 3


class EditTable(Struct, frozen=True):
    """What was done to the text of V matches."""

    kind: U8
    """(V,) EditKind"""
    runs: F64
    """(V,) shared runs of three words, as a share of those of the shorter span"""
    in_order: F64
    """(V,) share of the words with one place on either side that stand in the same order"""
    evidence: F64
    """(V,) of text that was found by its stems, in nats; NaN of text that was found by its words"""
    copied: F64
    """(V,) share of the words that stand in passages that were found by their words"""

    def rows(self, chosen: I64 | Bool) -> EditTable:
        """Some of the rows, in the order given."""
        return EditTable(*(getattr(self, name)[chosen] for name in self.__struct_fields__))


class MatchTable(Struct, frozen=True):
    """Verified pairs of spans; tokens are counted from the start of the corpus.

    Within an article, and between articles a < b by number, rows ascend.
    """

    a: I32
    """(V,) article"""
    b: I32
    """(V,) article; equal to a where an article repeats itself"""
    a_start: I64
    """(V,) first token of the span of a"""
    a_end: I64
    b_start: I64
    b_end: I64
    similarity: F64
    """(V,) exact Jaccard similarity of the spans' shingles"""
    containment_a: F64
    """(V,) share of a's shingles that stand in b's span"""
    containment_b: F64
    edits: EditTable | None = None
    """What was done to the text; not looked at where only copied text is searched"""

    def __len__(self) -> int:
        return len(self.a)

    @property
    def spans(self) -> I64:
        """(V, 4) first token and end on either side."""
        return np.stack([self.a_start, self.a_end, self.b_start, self.b_end], axis=1)

    def rows(self, chosen: I64 | Bool) -> MatchTable:
        """Some of the rows, in the order given."""
        columns = {name: getattr(self, name)[chosen] for name in self.__struct_fields__[:-1]}
        return structs.replace(self, **columns, edits=self.edits and self.edits.rows(chosen))

    def and_those_of(self, others: MatchTable) -> MatchTable:
        """These and others; nothing is known of edits."""
        columns = {
            name: np.append(getattr(self, name), getattr(others, name))
            for name in self.__struct_fields__[:-1]
        }
        return structs.replace(self, **columns, edits=None)


class SummaryTable(Struct, frozen=True):
    """Passages (R,) that sum up another article, in reading order; tokens as in `MatchTable`."""

    article: I32
    start: I64
    """(R,) first token of the passage"""
    end: I64
    source: I32
    """(R,) the article that it sums up"""
    source_start: I64
    source_end: I64
    explained: F64
    """(R,) share of the passage's weight whose stems stand in the source"""
    around: F64
    """(R,) the same of the words around it"""
    rare: F64
    """(R,) shared stems of more than one nat"""


class RegionTable(Struct, frozen=True):
    """Stretches of articles that stand elsewhere too, grouped into clusters."""

    article: I32
    """(R,) article"""
    start: I64
    """(R,) first token, from the start of the corpus"""
    end: I64
    cluster: I32
    """(R,) number of the cluster, ascending from 0"""
    original: I32
    """(C,) region that is the original of each cluster"""
    medoid: I32
    """(C,) region that is most similar to all others of its cluster"""
    match_region: I32
    """(V, 2) the region of either side of each match"""


class Pieces(Struct, frozen=True):
    """What matching compares: articles, cut where words are left out of it (`pieces.cut`).

    Where nothing is left out a piece is an article. Q pieces, in reading order.
    """

    token: I64
    """(Q + 1,) first token of each piece, then N"""
    article: I32
    """(Q,) ascending"""
    out: Bool
    """(Q,) pieces that are left out: no passage, shingle or match holds a word of them"""

    def left_out(self) -> Bool:
        """(N,) words that are left out of matching."""
        return np.repeat(self.out, np.diff(self.token))

    def count_out(self, first: int, last: int) -> int:
        """How many of some words, end exclusive, are left out."""
        inside = np.minimum(self.token[1:], last) - np.maximum(self.token[:-1], first)
        return int(np.maximum(inside, 0)[self.out].sum())

    def words_out(self, articles: int) -> I64:
        """(D,) how many words of each of so many articles are left out."""
        words = np.where(self.out, np.diff(self.token), 0)
        return np.bincount(self.article, words, articles).astype(np.int64)


class Isolation(Struct, frozen=True):
    """Articles that are not compared: those in different folders of the same group (G groups)."""

    folder: I32
    """(G, D) which folder of each group holds an article, -1 for none"""

    def apart(self, a: I32 | I64, b: I32 | I64) -> Bool:
        """Which of some pairs of articles (Q,) are not compared."""
        x, y = self.folder[:, a], self.folder[:, b]
        found: Bool = ((x != y) & (x >= 0) & (y >= 0)).any(axis=0)
        return found

    def kinds(self) -> tuple[I64, Bool]:
        """The kind (D,) of each article, and which kinds (C, C) are not compared."""
        _, first, kind = np.unique(self.folder, axis=1, return_index=True, return_inverse=True)
        a, b = np.meshgrid(first, first, indexing="ij")
        return kind.reshape(-1), self.apart(a.ravel(), b.ravel()).reshape(a.shape)


class TemplateTable(Struct, frozen=True):
    """Recurring templates, and the R blocks in which they stand, by template and content.

    Legend: F templates, L the most words of a skeleton. A block may be a part of a paragraph.
    """

    start: I64
    """(R,) first token of the block, from the start of the corpus"""
    size: I32
    """(R,) words of the block that were looked at"""
    article: I32
    template: I32
    """(R,) ascending"""
    offset: I64
    """(R,) where the places of each block begin in `place`"""
    place: I32
    """Where each word of the skeleton stands in the block; -1 where it is missing"""
    articles: I32
    """(F,) articles in which it stands"""
    medoid: I64
    """(F,) the block that is most similar to all others of its template"""
    length: I32
    """(F,) words of the skeleton"""
    form: Bool
    """(F,) whether it is a form with slots, or else a notice that is the same everywhere"""
    topics: I32
    """(F,) articles that have nothing else in common"""
    share: F64
    """(F,) words of the skeleton as a share of the mean block"""
    concentration: F64
    """(F,) share of the other words that stand in slots"""
    run: I32
    """(F,) words of the longest run without a slot"""
    gap: U8
    """(F, L + 1) what may stand before each word and behind the last: 1 a slot, 2 a part that some
    leave out, 0 nothing of note"""
    entropy: F32
    """(F, L + 1) how much the fillings of a slot differ, from 0 to 1"""
    alike: U8
    """(B,) blocks of the corpus of which a part belongs to a family, be it a template or not"""


class WordTable(Struct, frozen=True):
    """Words and what they are, as `filler.lexicon.Lexicon` holds them."""

    known: U64
    word_key: U32
    word_mark: U32


class HeadingTable(Struct, frozen=True):
    """Headings (C,) of articles, in their order."""

    article: I64
    start: I64
    """(C,) first token"""
    end: I64
    level: U8
    """(C,) 1 for the highest"""
    name: U64
    """(C,) hash of the words without numbers and the subject of the article; 0 for nothing"""
    specific: Bool
    """(C,) whether it says more than its place in an article"""


class OutlineTable(Struct, frozen=True):
    """Recurring outlines (F,), and the R articles that have one."""

    outline: I64
    """(R,) ascending"""
    article: I64
    headings: I64
    """(R,) headings of the article"""
    offset: I64
    """(R + 1,) where the headings of each outline begin in `start` and `end`"""
    start: I64
    """First token of each heading, from the start of the corpus"""
    end: I64
    articles: I64
    """(F,) articles that have the outline"""
    topics: I32
    """(F,) how many of those have nothing else in common"""


class Corpus(Struct, frozen=True):
    """All analysed articles, numbered by path, as the stages behind the batches need them."""

    path: Strings
    """(D,) as displayed, ascending; accepted articles by themselves"""
    date: tuple[str | None, ...]
    """(D,)"""
    accepted: Bool
    """(D,) articles of the index, behind all others: those are compared with them, but nothing is
    reported on them"""
    rank: I32
    """(D,) which article came first: accepted ones, then by date, undated ones last, by path"""
    token: U32
    """(N,) hash of every word"""
    article_token: I64
    """(D + 1,) first token of each article"""
    block_token: I64
    """(B + 1,) first token of each block, ascending"""
    block_kind: U8
    """(B,) BlockKind"""
    block_unspaced: Bool
    """(B,) whether it is in a script without spaces, where each letter is a word"""
    pieces: Pieces
    """What matching compares"""
    batch_article: I64
    """(batches + 1,) first article of each batch"""

    def batch_of(self, article: int) -> tuple[int, int]:
        """The batch that holds an article, and its place there."""
        batch = int(np.searchsorted(self.batch_article, article, "right")) - 1
        return batch, article - int(self.batch_article[batch])


class Stems(Struct, frozen=True):
    """What is needed to find reworded text."""

    stem: U32
    """(N,) hash of the first letters of every word"""
    name: Bool
    """(N,) whether the word is written as a name"""
    unit: I64
    """(U + 1,) first token of each sentence, or of each part of a long one, then N"""


class AcceptedTable(Struct, frozen=True):
    """Articles of an index (D,), with all that matching needs and, perhaps, without their texts.

    Places are code points of the article, as in a result.
    """

    path: tuple[str, ...]
    """(D,) as displayed when they were added"""
    date: tuple[str | None, ...]
    """(D,)"""
    token: U32
    """(N,) as in `TokenTable.hash`"""
    stem: U32
    """(N,) as in `Stems.stem`"""
    name: Bool
    """(N,) as in `Stems.name`"""
    word_start: I32
    """(N,) first code point of each word in its article"""
    word_end: I32
    """(N,) end"""
    sentence: I32
    """(S + 1,) first token of each sentence, then N"""
    block: I32
    """(B + 1,) first sentence of each block, then S"""
    block_kind: U8
    """(B,) BlockKind"""
    block_unspaced: Bool
    """(B,) as in `Corpus`"""
    article_block: I32
    """(D + 1,) first block of each article, then B"""
    pieces: Pieces
    """What matching compares"""
    line: I32
    """Code points at which the lines of each article begin"""
    line_offset: I64
    """(D + 1,) where those of each article begin in `line`"""
    text: Texts | None
    """(D,) where the index holds texts"""

    @property
    def article_token(self) -> I64:
        """(D + 1,) first token of each article, then N."""
        return self.sentence[self.block[self.article_block]].astype(np.int64)

    @property
    def matched_sentence(self) -> I32:
        """(S' + 1,) as `sentence`, but cut where a piece ends, as in `pieces.cut`."""
        return distinct(self.sentence.astype(np.int64), self.pieces.token).astype(np.int32)

    @property
    def matched_block(self) -> I32:
        """(B' + 1,) first of the matched sentences of each block, cut likewise."""
        return np.searchsorted(self.matched_sentence, self._matched_token).astype(np.int32)

    @property
    def piece_block(self) -> I32:
        """(Q + 1,) first of the matched blocks of each piece."""
        return np.searchsorted(self._matched_token, self.pieces.token).astype(np.int32)

    @property
    def _matched_token(self) -> I64:
        """(B' + 1,) first token of each matched block."""
        return distinct(self.sentence[self.block].astype(np.int64), self.pieces.token)


class Reading(Struct, frozen=True):
    """A batch as it was read: text with its words. Kept, or read again when it is needed."""

    text: TextBatch
    tokens: TokenTable
    article_token: I64
    """(D + 1,) first token of each article in the batch"""


Overlap = Callable[[I64, I64, I64, I64], F64]
"""Of pairs of spans, first word and end of either: similarity of their shingles, share of a's
that stand in b, of b's in a (M, 3)."""


class Load(Protocol):
    """Gives the reading of a batch, or of some of its articles."""

    def __call__(self, batch: int, articles: I64 | None = None, /) -> Reading:
        """`pipeline.store.ReadingStore.load`, or what stands in for it."""
