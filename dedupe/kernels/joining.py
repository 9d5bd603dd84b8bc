"""Joining passages: equal content, colliding band keys, and the exact proof of a pair.

Legend: P passages, N tokens, M pairs. A pair (i, j), i < j, is packed as i << 32 | j.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.jit import inlined, kernel
from dedupe.kernels.sketching import _C0, _C1, _C2, _C3, _C4, SHINGLE, premix

NEIGHBOURS = 4
"""Later members of its bucket with which a passage is paired. One neighbour (a chain) loses two
to seven per cent of the pairs, because windows of one article stand beside each other."""
CROWD = 256
"""Members of a bucket above which one neighbour is enough."""
LOOK_AHEAD = 16
"""Members that are looked at to find the neighbours; keeps the join linear."""
TABLE = 1024
"""Slots of the hash table of one passage's shingles."""
LONGEST_PASSAGE = 512
"""Words; windows are far shorter because sentences are cut at 64."""

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_ONE = np.uint64(1)


@inlined
def _same_words(token, a, b, length):
    for k in range(length):
        if token[a + k] != token[b + k]:
            return False
    return True


@inlined
def _pair_run(order, index_mask, low, high, article, start, length, inside, out, count):
    """Pair each passage of a bucket, order[low:high], with its next neighbours elsewhere.

    With `inside`, passages of the same article that do not overlap are paired as well.
    """
    wanted = NEIGHBOURS if high - low <= CROWD else 1
    for x in range(low, high):
        i = np.int64(order[x] & index_mask)
        found = 0
        for y in range(x + 1, min(high, x + 1 + LOOK_AHEAD)):
            j = np.int64(order[y] & index_mask)
            if article[i] == article[j]:
                apart = start[i] + length[i] <= start[j] or start[j] + length[j] <= start[i]
                if not (inside and apart):
                    continue
            if count < len(out):
                out[count] = np.uint64(min(i, j)) << _HALF | np.uint64(max(i, j))
            count += 1
            found += 1
            if found == wanted:
                break
    return count


@kernel
def join_equal(
    order, index_mask, token, start, length, article, inside, representative, group, out
):
    """Link passages with the same words.

    order: u64 (P,) sorted; upper bits of the content hash, lower bits (`index_mask`) the passage
    start: i64 (P,) first token; length: i32 (P,); article: i32 (P,)
    representative: i32 (P,) of 0 .. P - 1; written: the first passage with the same words
    group: i32 (P, 2) of zeros; written for representatives of several passages: where in `order`
        they begin, and how many they are
    out: u64 (M,) written: pairs. Returns the number of pairs; more than M were not written.
    """
    count = 0
    total = len(order)
    at = 0
    while at < total:
        stop = at + 1
        while stop < total and order[stop] & ~index_mask == order[at] & ~index_mask:
            stop += 1
        while at < stop:
            low = at
            head = np.int64(order[at] & index_mask)
            at += 1
            while at < stop:
                i = np.int64(order[at] & index_mask)
                # Different words with one hash begin a group of their own.
                if length[i] != length[head] or not _same_words(
                    token, start[i], start[head], length[i]
                ):
                    break
                representative[i] = head
                at += 1
            if at - low > 1:
                group[head, 0], group[head, 1] = low, at - low
                count = _pair_run(
                    order, index_mask, low, at, article, start, length, inside, out, count
                )
    return count


@kernel
def spread(pairs, order, index_mask, group, article, out):
    """Pair the equals of two proven passages with each other, a few of each.

    Only one of several equal passages takes part in the bands; the others stand in articles of
    their own, which share the passage just as well.

    pairs: u64 (M,) of representatives; order, group: of `join_equal`; article: i32 (P,)
    out: u64 (X,) written. Returns the number of pairs; more than X were not written.
    """
    count = 0
    for m in range(len(pairs)):
        i, j = np.int64(pairs[m] >> _HALF), np.int64(pairs[m] & _LOW)
        if group[i, 1] == 0 and group[j, 1] == 0:
            continue
        for x in range(min(max(group[i, 1], 1), NEIGHBOURS)):
            a = i if group[i, 1] == 0 else np.int64(order[group[i, 0] + x] & index_mask)
            for y in range(min(max(group[j, 1], 1), NEIGHBOURS)):
                b = j if group[j, 1] == 0 else np.int64(order[group[j, 0] + y] & index_mask)
                if article[a] != article[b]:
                    if count < len(out):
                        out[count] = np.uint64(min(a, b)) << _HALF | np.uint64(max(a, b))
                    count += 1
    return count


@kernel
def pack_band(keys, following, use, index_bits, out):
    """Write the entries of one band: key << 32 | bits of the next band's key | passage.

    keys, following: u32 (P,) of this band and the next; use: i32 (E,) passages
    out: u64 (E,) written
    """
    spare = np.uint32(index_bits)
    for e in range(len(use)):
        i = np.uint64(use[e])
        low = np.uint64(following[i] >> spare) << np.uint64(index_bits) | i
        out[e] = np.uint64(keys[i]) << _HALF | low


@kernel
def join_band(order, index_mask, article, out):
    """Pair the passages whose keys of one band collide.

    order: u64 (E,) of `pack_band`, sorted; article: i32 (P,)
    out: u64 (M,) written: pairs. Returns the number of pairs; more than M were not written.
    """
    count = 0
    total = len(order)
    at = 0
    while at < total:
        low = at
        key = order[at] >> _HALF
        at += 1
        while at < total and order[at] >> _HALF == key:
            at += 1
        if at - low > 1:
            count = _pair_run(
                order, index_mask, low, at, article, article, article, False, out, count
            )
    return count


@inlined
def shingle_at(token, i):
    """Hash of the five words from token i on."""
    return premix(
        np.uint32(
            np.uint32(token[i] * _C0)
            + np.uint32(token[i + 1] * _C1)
            + np.uint32(token[i + 2] * _C2)
            + np.uint32(token[i + 3] * _C3)
            + np.uint32(token[i + 4] * _C4)
        )
    )


@inlined
def _slot(values, stamps, stamp, value):
    """Where a value stands in the table, or the free slot where it belongs."""
    mask = np.uint32(len(values) - 1)
    slot = value & mask
    while stamps[slot] == stamp and values[slot] != value:
        slot = (slot + np.uint32(1)) & mask
    return slot


@kernel
def jaccard(pairs, token, start, length, out):
    """Exact Jaccard similarity of the sets of five-word shingles of pairs of passages.

    pairs: u64 (M,) sorted; token: u32 (N,); start: i64 (P,); length: i32 (P,), at most
    `LONGEST_PASSAGE`; out: f32 (M,) written; 0 where a passage is shorter than a shingle
    """
    ours, ours_stamp = np.empty(TABLE, np.uint32), np.zeros(TABLE, np.uint32)
    theirs, theirs_stamp = np.empty(TABLE, np.uint32), np.zeros(TABLE, np.uint32)
    stamp_i, stamp_j = np.uint32(0), np.uint32(0)
    last, distinct = -1, 0
    for m in range(len(pairs)):
        i, j = np.int64(pairs[m] >> _HALF), np.int64(pairs[m] & _LOW)
        if i != last:
            last, distinct = i, 0
            stamp_i += np.uint32(1)
            for k in range(start[i], start[i] + length[i] - SHINGLE + 1):
                value = shingle_at(token, k)
                slot = _slot(ours, ours_stamp, stamp_i, value)
                if ours_stamp[slot] != stamp_i:
                    ours_stamp[slot], ours[slot] = stamp_i, value
                    distinct += 1
        shared, others = 0, 0
        stamp_j += np.uint32(1)
        for k in range(start[j], start[j] + length[j] - SHINGLE + 1):
            value = shingle_at(token, k)
            slot = _slot(theirs, theirs_stamp, stamp_j, value)
            if theirs_stamp[slot] != stamp_j:
                theirs_stamp[slot], theirs[slot] = stamp_j, value
                others += 1
                shared += ours_stamp[_slot(ours, ours_stamp, stamp_i, value)] == stamp_i
        union = distinct + others - shared
        out[m] = np.float32(shared) / np.float32(union) if union > 0 else np.float32(0)
