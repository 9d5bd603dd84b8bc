"""Which articles of a segment hold which keys.

A *key* has 32 bits and belongs to a part: each band is one, the words of passages are another. A
*posting* is a key that an article holds, as one number: part, key, and row of the article.

Legend: P postings, Q keys that are looked up.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dedupe.arrays import I64, U32, U64, distinct, ragged
from dedupe.index.columns import Array, Columns
from dedupe.rarity import RARE, RARITY_BITS, rarity
from dedupe.tables import AcceptedTable, PassageTable

ROW_BITS = 28
"""Bits of a posting that are the row of its article; a file has 16 (`segment.MOST_ARTICLES`)."""
SAMPLE_BITS = 1
"""Of the pairs of stems, 1 in 2 ** SAMPLE_BITS is kept, chosen by its own hash."""
_SLOT_POSTINGS = 8
"""Postings of a slot, the stretch of keys that has an offset of its own: a look-up compares them
all, and with 32 that is most of the time of large batches."""
_MOST_SLOTS = 16
"""Bits of a key that number its slot at most: the other 16 are half as large to store."""
_KEY, _ROW = np.uint64(32), np.uint64(ROW_BITS)
_ROWS = np.uint64((1 << ROW_BITS) - 1)
_MIX_1, _MIX_2, _SHIFT = (
    np.uint64(k) for k in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53, 29)
)  # as in `kernels.pairing`
_POSTING_KEY = 32 + ROW_BITS
_REACH = (1, 2)
"""Stems make pairs with the next and the one behind it, common ones left out."""


class Keyed(NamedTuple):
    """Keys, and who holds each."""

    key: U64
    """(K,) part above key"""
    owner: I64
    """(K,) an article, or the place of the key in a text"""

    def postings(self) -> U64:
        """The distinct postings, ascending; owners are rows."""
        return distinct(self.key << _ROW | self.owner.astype(np.uint64))


def passage_keys(passages: PassageTable) -> Keyed:
    """What passages may have in common with others; owners are their pieces.

    One part for each band, where `kind` is not 0, and one for a hash of their words.
    """
    bands = len(passages.keys)
    by_band = np.flatnonzero(passages.kind)
    part = np.arange(bands, dtype=np.uint64)[:, None] << _KEY
    words = np.uint64(bands) << _KEY | passages.content >> _KEY
    article = passages.article.astype(np.int64)
    return Keyed(
        np.append((passages.keys[:, by_band] | part).ravel(), words),
        np.append(np.tile(article[by_band], bands), article),
    )


def pair_keys(stem: U32, piece: I64) -> Keyed:
    """A sample of the pairs of stems that stand close together; owners are the words (N,).

    stem, piece: (N,); pairs do not leave their piece, and words of a piece below 0 make none.
    Common stems make no pairs. Which are common, and which pairs belong to the sample, depends on
    nothing but the stems.
    """
    kept = np.flatnonzero((rarity() > RARE)[stem >> np.uint32(32 - RARITY_BITS)] & (piece >= 0))
    keys, owners = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for reach in _REACH:
        one, other = kept[:-reach], kept[reach:]
        low, high = np.minimum(stem[one], stem[other]), np.maximum(stem[one], stem[other])
        state = (low.astype(np.uint64) << _KEY | high) * _MIX_1
        mixed = (state ^ state >> _SHIFT) * _MIX_2
        sampled = mixed & np.uint64((1 << SAMPLE_BITS) - 1 << 32 - SAMPLE_BITS) == 0
        chosen = np.flatnonzero(sampled & (low != high) & (piece[one] == piece[other]))
        keys.append(mixed[chosen] >> _KEY)
        owners.append(one[chosen])
    return Keyed(np.concatenate(keys), np.concatenate(owners))


def of_passages(passages: PassageTable, row: I64) -> U64:
    """The postings of passages; row: of the article of each piece."""
    keys = passage_keys(passages)
    return keys._replace(owner=row[keys.owner]).postings()


def of_pairs(table: AcceptedTable, row: I64) -> U64:
    """The postings of the pairs of stems of some articles; row: as in `of_passages`."""
    pieces = table.pieces
    number = np.where(pieces.out, -1, np.arange(len(pieces.out)))
    piece = np.repeat(number, np.diff(pieces.token))
    keys = pair_keys(table.stem, piece)
    return keys._replace(owner=row[piece[keys.owner]]).postings()


def pack(name: str, postings: U64, parts: int) -> dict[str, Array]:
    """The arrays of some ascending postings: offsets of slots, the rest of the keys, the articles.

    Keys are kept whole: what is found must not depend on how articles are split among segments.
    """
    if 2 * len(postings) >= 4 * parts << _MOST_SLOTS:
        bits, kind = _MOST_SLOTS, "<u2"
    else:
        bits, kind = max((len(postings) // (_SLOT_POSTINGS * parts)).bit_length() - 1, 0), "<u4"
    slots = np.arange((parts << bits) + 1, dtype=np.uint64) << np.uint64(_POSTING_KEY - bits)
    return {
        f"{name}_slot": np.searchsorted(postings, slots).astype("<u4"),
        f"{name}_key": (postings >> _ROW & np.uint64((1 << 32 - bits) - 1)).astype(kind),
        f"{name}_article": (postings & _ROWS).astype("<u2"),
    }


def rows(postings: U64) -> I64:
    """The rows of the articles of some postings."""
    return (postings & _ROWS).astype(np.int64)


def unpack(columns: Columns, name: str, parts: int) -> U64:
    """All postings, ascending."""
    offset, bits = _slots(columns, name, parts)
    slot = np.repeat(np.arange(len(offset) - 1, dtype=np.uint64), np.diff(offset))
    key = columns[f"{name}_key"].astype(np.uint64)
    postings: U64 = slot << np.uint64(_POSTING_KEY - bits) | key << _ROW
    return postings | columns[f"{name}_article"].astype(np.uint64)


def moved(postings: U64, row: I64) -> U64:
    """The postings of articles that have other rows now; row: (A,), -1 for those left out.

    They ascend as before where the rows do.
    """
    now = row[rows(postings)]
    kept = now >= 0
    found: U64 = postings[kept] & ~_ROWS | now[kept].astype(np.uint64)
    return found


def find(columns: Columns, name: str, parts: int, key: U64) -> tuple[I64, I64]:
    """Look keys up: for each posting that has one, which of them (Q,) it is, and the row."""
    offset, bits = _slots(columns, name, parts)
    slot = (key >> np.uint64(32 - bits)).astype(np.int64)
    first = offset[slot].astype(np.int64)
    count = offset[slot + 1].astype(np.int64) - first
    asked, place = ragged(first, count)
    rest = (key & np.uint64((1 << 32 - bits) - 1)).astype(np.uint32)
    same = np.flatnonzero(columns[f"{name}_key"][place] == rest[asked])
    return asked[same], columns[f"{name}_article"][place[same]].astype(np.int64)


def _slots(columns: Columns, name: str, parts: int) -> tuple[U32, int]:
    """The offsets of the slots, and the bits of a key that number its slot."""
    offset = columns[f"{name}_slot"].view(np.uint32)
    return offset, ((len(offset) - 1) // parts).bit_length() - 1
