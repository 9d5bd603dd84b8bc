"""Candidates for reworded text: pairs of nearby stems that stand in a few articles.

Legend: N tokens, D articles, K pairs of stems, P postings, G groups of them, H hits. A *pair* is
two stems that stand side by side or with one word between them, in either order; a *hit* is a
pair that stands in two articles.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.bits import trailing_zeros
from dedupe.kernels.jit import inlined, kernel

CAP = 20
"""Articles in which a pair may stand for all of them to be paired."""
CHAINED = 400
"""Articles up to which each one is paired with the two before it."""
FEWEST = 4
"""Hits close to each other that make a candidate."""
NEAR, OTHER_NEAR = 60, 120
"""Words within which they stand, in the first article and in the other one."""
APART = 1000
"""Words between passing hits of two articles above which they are two candidates."""

_ONE, _SIX, _BIT, _HALF = (np.uint64(k) for k in (1, 6, 63, 32))
_MIX_1, _MIX_2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_LOW = np.uint64(0xFFFFFFFF)


@kernel
def count_articles(stem, article_token, last, count):
    """Count the articles that hold each stem.

    stem: u32 (N,); article_token: i64 (D + 1,)
    last: i32 (V,), all -1, written; count: u32 (V,), all 0, written: V is a power of two, and
        the upper bits of a stem are its place
    """
    shift = np.uint32(32) - np.uint32(trailing_zeros(np.uint64(len(count))))
    for d in range(len(article_token) - 1):
        for t in range(np.uint64(article_token[d]), np.uint64(article_token[d + 1])):
            slot = np.uint64(stem[t] >> shift)
            if last[slot] != d:
                last[slot] = d
                count[slot] += np.uint32(1)


@inlined
def _pair_key(one, other):
    """Hash of two stems in either order."""
    low, high = np.uint64(min(one, other)), np.uint64(max(one, other))
    state = (low << _HALF | high) * _MIX_1
    return (state ^ state >> np.uint64(29)) * _MIX_2


@kernel
def keep_stems(stem, chosen, article_token, kept, place, kept_first):
    """List the words whose stems are neither unique nor everywhere.

    stem: u32 (N,); chosen: u8 (V,) of the places of `count_articles`, 1 or 0
    article_token: i64 (D + 1,)
    kept: u32 (N + 1,), place: u32 (N + 1,) written: stems and tokens; kept_first: i64 (D + 1,)
        written: the first of each article. Returns their number.
    """
    shift = np.uint32(32) - np.uint32(trailing_zeros(np.uint64(len(chosen))))
    n = _ONE - _ONE
    for d in range(len(article_token) - 1):
        kept_first[d] = n
        for t in range(np.uint64(article_token[d]), np.uint64(article_token[d + 1])):
            value = stem[t]
            kept[n], place[n] = value, t
            n += np.uint64(chosen[np.uint64(value >> shift)])
    kept_first[len(article_token) - 1] = n
    return n


@kernel
def mark_pairs(kept, kept_first, part, parts_log, seen, shared):
    """Mark the pairs of one part of all keys that may stand twice.

    kept: u32 (X,), kept_first: i64 (D + 1,) of `keep_stems`
    part: of 2 ** parts_log parts; seen, shared: u64 (W,) bitmaps of a power of two bits, written
    """
    shift = np.uint64(58 - parts_log) - trailing_zeros(np.uint64(len(seen)))
    top, drop = np.uint64(64 - parts_log), np.uint64(parts_log)
    for d in range(len(kept_first) - 1):
        low, high = np.uint64(kept_first[d]), np.uint64(kept_first[d + 1])
        for i in range(low, high):
            for j in range(i + _ONE, min(i + np.uint64(3), high)):
                if kept[i] == kept[j]:
                    continue
                key = _pair_key(kept[i], kept[j])
                if key >> top != part:
                    continue
                bit = key << drop >> drop >> shift
                mask = _ONE << (bit & _BIT)
                before = seen[bit >> _SIX]
                shared[bit >> _SIX] |= before & mask
                seen[bit >> _SIX] = before | mask


@kernel
def list_pairs(kept, place, kept_first, part, parts_log, shared, out):
    """Write the pairs that are marked, as 32 bits of the key above the token.

    out: u64 (X,) written. Returns their number; more than X were not written.
    """
    shift = np.uint64(58 - parts_log) - trailing_zeros(np.uint64(len(shared)))
    top, drop = np.uint64(64 - parts_log), np.uint64(parts_log)
    count = _ONE - _ONE
    for d in range(len(kept_first) - 1):
        low, high = np.uint64(kept_first[d]), np.uint64(kept_first[d + 1])
        for i in range(low, high):
            for j in range(i + _ONE, min(i + np.uint64(3), high)):
                if kept[i] == kept[j]:
                    continue
                key = _pair_key(kept[i], kept[j])
                if key >> top != part:
                    continue
                bit = key << drop >> drop >> shift
                if shared[bit >> _SIX] >> (bit & _BIT) & _ONE:
                    if count < np.uint64(len(out)):
                        out[count] = key << drop >> _HALF << _HALF | np.uint64(place[i])
                    count += _ONE
    return count


@kernel
def group_pairs(entries, first_article, article_token, posting, article, group):
    """Group the entries by their key: one posting for each article that holds it.

    entries: u64 (E,) of `list_pairs`, sorted; first_article: i32 of the article of every 64th token
    article_token: i64 (D + 1,)
    posting: u32 (E,), article: i32 (E,), group: i64 (E + 1,) written: tokens and articles, and
        where each group of 2 to CHAINED begins. Returns the numbers of groups and postings.
    """
    groups, count = _ONE - _ONE, _ONE - _ONE
    at, total = _ONE - _ONE, np.uint64(len(entries))
    while at < total:
        key = entries[at] >> _HALF
        if at + _ONE == total or entries[at + _ONE] >> _HALF != key:
            at += _ONE
            continue
        begun, last = count, -1
        while at < total and entries[at] >> _HALF == key:
            token = np.int64(entries[at] & _LOW)
            at += _ONE
            if last >= 0 and token < article_token[last + 1]:
                continue
            last = np.int64(first_article[token >> 6])
            while article_token[last + 1] <= token:
                last += 1
            posting[count], article[count] = token, last
            count += _ONE
        if count - begun < np.uint64(2) or count - begun > np.uint64(CHAINED):
            count = begun
            continue
        group[groups] = begun
        groups += _ONE
    group[groups] = count
    return np.int64(groups), np.int64(count)


@inlined
def _counter(one, other, shift):
    return ((np.uint64(one) << _HALF | np.uint64(other)) * _MIX_1) >> shift


@inlined
def _first_partner(begun, i, size):
    """First of the members of a group that member i is paired with, itself the last."""
    return begun if size <= CAP else max(begun, i - 2)


@kernel
def count_hits(article, group, counter):
    """Count the hits of every two articles, up to 255; those of others may be among them.

    article: i32 (P,), group: i64 (G + 1,) of `group_pairs`
    counter: u8 (W,), a power of two, added to
    """
    shift = np.uint64(64) - trailing_zeros(np.uint64(len(counter)))
    for g in range(len(group) - 1):
        size = group[g + 1] - group[g]
        for i in range(group[g] + 1, group[g + 1]):
            b = article[i]
            for j in range(_first_partner(group[g], i, size), i):
                slot = _counter(article[j], b, shift)
                counter[slot] += np.uint8(counter[slot] < 255)


@kernel
def count_rows(article, group, owner, counter, rows):
    """Count the hits of each first article that `write_hits` will write.

    owner: i32 (D,) articles with the same number, or one below 0, are not paired
    rows: i64 (D,) added to
    """
    shift = np.uint64(64) - trailing_zeros(np.uint64(len(counter)))
    for g in range(len(group) - 1):
        size = group[g + 1] - group[g]
        for i in range(group[g] + 1, group[g + 1]):
            b = article[i]
            for j in range(_first_partner(group[g], i, size), i):
                a = article[j]
                if counter[_counter(a, b, shift)] >= FEWEST and owner[a] != owner[b]:
                    if owner[a] >= 0 and owner[b] >= 0:
                        rows[a] += 1


@kernel
def write_hits(
    posting, article, group, owner, counter, article_token, place_bits, place_shift, rows, out
):
    """Write the hits of articles that have enough of them, by their first article.

    A hit is the other article, the place in the first and the place in the other one; a place
    is counted from the start of the article, and has `place_bits` bits after `place_shift` are
    dropped, which only articles of a million words need.

    rows: i64 (D,) next row of each first article, added to; out: u64 (H,) written
    """
    shift = np.uint64(64) - trailing_zeros(np.uint64(len(counter)))
    bits, drop = np.uint64(place_bits), np.uint64(place_shift)
    for g in range(len(group) - 1):
        size = group[g + 1] - group[g]
        for i in range(group[g] + 1, group[g + 1]):
            b = article[i]
            there = np.uint64(posting[i] - article_token[b]) >> drop
            for j in range(_first_partner(group[g], i, size), i):
                a = article[j]
                if counter[_counter(a, b, shift)] < FEWEST or owner[a] == owner[b]:
                    continue
                if owner[a] < 0 or owner[b] < 0:
                    continue
                here = np.uint64(posting[j] - article_token[a]) >> drop
                out[rows[a]] = (np.uint64(b) << bits | here) << bits | there
                rows[a] += 1


@inlined
def _has_near(hits, i, bits, mask, reach, other_reach):
    """Whether enough hits stand close behind hit i, itself included."""
    here, there = hits[i] >> bits & mask, np.int64(hits[i] & mask)
    near = 0
    for k in range(i, len(hits)):
        if (hits[k] >> bits & mask) > here + reach:
            return False
        near += abs(np.int64(hits[k] & mask) - there) <= other_reach
        if near == FEWEST:
            return True
    return False


@kernel
def dense_boxes(hits, edges, low, high, article_token, place_bits, place_shift, partner, box):
    """Find the pairs of articles that have `FEWEST` hits close to each other, and where.

    hits: u64 (H,) of `write_hits`, sorted here; edges: i64 (D + 1,) first hit of each article
    low, high: range of first articles
    partner: i32 (Q, 2), box: i64 (Q, 4) written: first token and end, in either article, of the
        hits that have enough others close behind them; H / FEWEST rows are always enough.
        Returns their number.
    """
    bits, drop = np.uint64(place_bits), np.uint64(place_shift)
    mask = (_ONE << bits) - _ONE
    reach, other_reach = np.uint64(NEAR) >> drop, np.int64(np.uint64(OTHER_NEAR) >> drop)
    count = 0
    for a in range(low, high):
        mine = hits[edges[a] : edges[a + 1]]
        mine.sort()
        begin, last, behind = 0, np.uint64(0), np.int64(0)
        for i in range(len(mine)):
            b = mine[i] >> bits >> bits
            if i == 0 or b != last:
                begin, last, behind = i, b, -1
            end = i + 1
            if behind < 0:
                while end < len(mine) and mine[end] >> bits >> bits == b:
                    end += 1
                behind = end
            if not _has_near(mine[begin:behind], i - begin, bits, mask, reach, other_reach):
                continue
            here = np.int64((mine[i] >> bits & mask) << drop) + article_token[a]
            there = np.int64((mine[i] & mask) << drop) + article_token[np.int64(b)]
            at = count - 1
            if (
                at < 0
                or partner[at, 0] != a
                or partner[at, 1] != np.int64(b)
                or here - box[at, 1] > APART
            ):
                at = count
                count += 1
                partner[at, 0], partner[at, 1] = a, b
                box[at, 0], box[at, 1], box[at, 2], box[at, 3] = here, here, there, there
            box[at, 1] = here + 1
            box[at, 2], box[at, 3] = min(box[at, 2], there), max(box[at, 3], there + 1)
    return count
