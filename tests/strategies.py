"""Strategies for generated input: awkward texts, words that repeat, copies with edits."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from dedupe.arrays import U8, U32
from dedupe.tables import BlockTable, TextBatch
from dedupe.texts import ALIGNMENT

LETTERS = "aetZQIwÉéñßﬁÅİıſςΣяЖאب๓Ⅷ½ǅ"
ALIKE = "aeoTIаеоТмαοΤ013457"
"""Letters of three scripts, and digits, that look alike."""
DIGITS = "0719１٣"
SINGLES = "中文字あカกခ"
MARKS = "\u0301\u0308\u0327"
APOSTROPHES = "'’ʼ"
INVISIBLE = "\u00ad\u200b\u200d\u2060\ufe0f\x7f"
SPACES = (" ", "  ", "\n", "\t", "\u00a0", "\u3000", "\u2028", "\r\n")
PUNCTUATION = (*'.!?…。？,;:-—_/()[]"“”«»‹›「」*#&€😀', ". ", "? ", "! ", '." ', ".) ")
SPREAD = np.uint32(0x9E3779B1)
"""Makes hashes of small numbers, of which the upper bits are looked at."""
FRAGMENTS = (
    "http://a.org/b-c", "www.site.com.", "joe.doe@mail.org", "j-doe_x+y@mail.org", "U.S. ",
    "etc. ", "Dr. Who", "3.14", "don't", "l'été", "rock ’n’ roll",
    "IT'S", "x@", "@you", "ftp:", "C://", "ﬁnance", "a'", "'b",
)  # fmt: skip

_word = st.text(LETTERS + DIGITS, min_size=1, max_size=12)
_awkward_word = st.text(LETTERS + DIGITS + MARKS + APOSTROPHES + INVISIBLE + SINGLES, max_size=9)
_piece = st.one_of(
    _word.map(lambda word: word + " "),
    st.sampled_from(("the ", "of ", "Kyiv ", "said ", "water ", "and ", "New ")),
    _awkward_word,
    st.sampled_from(SPACES),
    st.sampled_from(PUNCTUATION),
    st.sampled_from(FRAGMENTS),
    st.text(LETTERS, min_size=60, max_size=70),
    st.text(ALIKE, min_size=2, max_size=8),
    st.sampled_from(
        (
            "fr33",
            "he11o ",
            "W4IT",
            "t0t\u00ada1",
            "st\u0430te",
            "se4t",
            "ｔ1lt",
            "TOTа1",
            "$e@t",
            "st@te",
            "A$@p",
            "St@7e's",
            "atl@$ ",
            "se@t.x",
            "sea@t",
            "st$",
        )
    ),
)

awkward_texts = st.lists(_piece, max_size=120).map("".join)
"""Prose of several scripts with addresses, quotes, marks and characters nobody sees."""

small_words = st.integers(0, 6)
"""Words of so small a vocabulary that runs repeat."""


def token_lists(max_size: int = 60, vocabulary: int = 6) -> st.SearchStrategy[list[int]]:
    """Texts as numbers of words that repeat often."""
    return st.lists(st.integers(0, vocabulary), max_size=max_size)


@st.composite
def edited_copies(draw: st.DrawFn, min_size: int = 0) -> tuple[list[int], list[int]]:
    """A text and its copy with words replaced, put in and left out here and there."""
    original = draw(st.lists(st.integers(0, 40), min_size=min_size, max_size=80))
    copy: list[int] = []
    for word in original:
        what = draw(st.sampled_from(("keep",) * 8 + ("replace", "insert", "delete")))
        if what != "delete":
            copy.append(draw(st.integers(50, 90)) if what == "replace" else word)
        if what == "insert":
            copy.append(draw(st.integers(50, 90)))
    return original, copy


def edges(nodes: int, max_size: int = 60) -> st.SearchStrategy[list[tuple[int, int]]]:
    """Edges of a graph; loops and repetitions among them."""
    node = st.integers(0, nodes - 1)
    return st.lists(st.tuples(node, node), max_size=max_size)


# ------------------------------------------------------------------------------- builders of tables


def distinct_words(rng: np.random.Generator, count: int) -> U32:
    """Hashes of as many words; none stands twice."""
    return np.unique(rng.integers(0, 2**32, 2 * count + 16, np.uint32))[
        rng.permutation(2 * count + 8)[:count]
    ]


def block_batch(blocks: list[str], gap: int = 1) -> tuple[TextBatch, list[int]]:
    """A batch of one article with the given blocks, and the byte where each begins.

    gap: bytes of white space before each block
    """
    data = bytearray()
    starts, ends = [], []
    for block in blocks:
        data += b"\n" * gap
        starts.append(len(data))
        data += block.encode()
        ends.append(len(data))
    size = len(data)
    data += bytes(-size % ALIGNMENT + ALIGNMENT)
    text: U8 = np.frombuffer(bytes(data), np.uint8)
    none = np.zeros(0, np.int64)
    table = BlockTable(
        kind=np.full(len(blocks), 2, np.uint8),
        start=np.array(starts, np.int64),
        end=np.array(ends, np.int64),
        article=np.zeros(len(blocks), np.int32),
        orphan_start=none,
        orphan_end=none,
        orphan_block=none.astype(np.int32),
    )
    start, end = np.array([0], np.int64), np.array([size], np.int64)
    batch = TextBatch(text, text, start, end, table, np.zeros(1, np.int32), (None,))
    return batch, starts
