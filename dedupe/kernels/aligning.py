"""Alignment of two articles: from proven windows to maximal spans on both sides.

Legend: A, B tokens of the two sides.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.bits import trailing_zeros
from dedupe.kernels.jit import inlined, kernel
from dedupe.kernels.joining import shingle_at
from dedupe.kernels.sketching import SHINGLE

GRAM = 3
"""Words of a seed. Runs of three survive where every fourth word is changed."""
GAP = 14
"""Words between two seeds of one match, on either side."""
PAD = 120
"""Words around the proven windows within which seeds are looked for."""
OFTEN = 16
"""Places of one gram in the other article that are looked at."""
FEWEST = 0.4
"""Seeds, as a share of the words asked for, below which a match is not looked at."""
MISS = np.float32(0.55)
"""Price of a word that is not matched when the ends are trimmed; a matched one earns 1."""

# Columns of the table of matches in the making.
_A_HIGH, _B_LOW, _B_HIGH, _DIAGONAL, _LAST_A, _LAST_HIT = range(6)

_C0, _C1, _C2 = np.uint32(0x9E3779B1), np.uint32(0x85EBCA77), np.uint32(0xC2B2AE3D)


@inlined
def _grams(token, out):
    """Hash every run of `GRAM` words of a span; LLVM computes eight at once."""
    count = len(out)
    t0, t1, t2 = token[:count], token[1 : count + 1], token[2 : count + 2]
    for i in range(count):
        h = np.uint32(t0[i] * _C0) + np.uint32(t1[i] * _C1) + np.uint32(t2[i] * _C2)
        h = np.uint32(h)
        out[i] = np.uint32((h ^ (h >> np.uint32(15))) * _C1)


@inlined
def _grown(values, size):
    """The same values with room for more."""
    wider = np.empty((size, *values.shape[1:]), values.dtype)
    wider[: len(values)] = values
    return wider


@inlined
def _hull(starts, others, lengths, low, high, bottom, top, other_bottom, other_top):
    """Smallest box around seeds low .. high - 1, padded, within the articles."""
    a_low, a_high, b_low, b_high = top, bottom, other_top, other_bottom
    for s in range(low, high):
        a_low, a_high = min(a_low, starts[s]), max(a_high, starts[s] + lengths[s])
        b_low, b_high = min(b_low, others[s]), max(b_high, others[s] + lengths[s])
    return (
        max(bottom, a_low - PAD), min(top, a_high + PAD),
        max(other_bottom, b_low - PAD), min(other_top, b_high + PAD),
    )  # fmt: skip


@inlined
def _seeds(a, b, gram_a, gram_b, head, earlier):
    """Find equal grams of two spans and collect them to matches.

    A seed joins the match whose rectangle is at most `GAP` words away on both sides, the one with
    the nearest diagonal, else it begins a match. One place of b for each gram of a and match, the
    one nearest to the diagonal: a phrase that b repeats must not widen the match.

    gram_a, gram_b: hashes of the grams; head: i32, a power of two, all -1 before and after
    earlier: of an article aligned with itself, how far a stands before b; else -1
    Returns place in a, in b and number of the match of every seed, ascending by a, and the
    numbers of seeds and of matches.
    """
    # The upper bits of a product are the mixed ones.
    shift = np.uint32(32) - np.uint32(trailing_zeros(np.uint64(len(head))))
    following = np.empty(len(gram_b), np.int32)
    for j in range(len(gram_b) - 1, -1, -1):
        slot = gram_b[np.uint64(j)] >> shift
        following[np.uint64(j)] = head[slot]
        head[slot] = j
    room, hits = len(gram_a) + 64, 0
    hit_a, hit_b = np.empty(room, np.int32), np.empty(room, np.int32)
    hit_match = np.empty(room, np.int32)
    size, matches, living = 64, 0, 0
    alive = np.empty(size, np.int32)
    box = np.empty((size, 6), np.int64)
    for i in range(len(gram_a)):
        gram = gram_a[np.uint64(i)]
        j = head[gram >> shift]
        for _ in range(OFTEN):
            if j < 0:
                break
            here, j = j, following[j]
            if gram != gram_b[here] or (earlier >= 0 and i >= here + earlier):
                continue
            if a[i] != b[here] or a[i + 1] != b[here + 1] or a[i + 2] != b[here + 2]:
                continue
            chosen, nearest, kept = -1, 1 << 60, 0
            for x in range(living):
                m = alive[x]
                if box[m, _A_HIGH] + GAP < i:
                    continue
                alive[kept] = m
                kept += 1
                if box[m, _B_LOW] - GAP <= here <= box[m, _B_HIGH] + GAP:
                    drift = abs((here - i) - box[m, _DIAGONAL])
                    if drift < nearest:
                        chosen, nearest = m, drift
            living = kept
            if chosen < 0:
                if matches == size:
                    size *= 2
                    alive, box = _grown(alive, size), _grown(box, size)
                chosen = matches
                alive[living] = matches
                matches += 1
                living += 1
                box[chosen, _B_LOW], box[chosen, _B_HIGH] = here, here
                box[chosen, _DIAGONAL], box[chosen, _LAST_A] = here - i, -1
            at = hits
            if box[chosen, _LAST_A] == i:
                at = box[chosen, _LAST_HIT]
                if nearest >= abs((hit_b[at] - i) - box[chosen, _DIAGONAL]):
                    continue
            else:
                if box[chosen, _LAST_A] >= 0:
                    last = box[chosen, _LAST_HIT]
                    box[chosen, _DIAGONAL] = hit_b[last] - hit_a[last]
                if hits == room:
                    room *= 2
                    hit_a, hit_b = _grown(hit_a, room), _grown(hit_b, room)
                    hit_match = _grown(hit_match, room)
                box[chosen, _LAST_A], box[chosen, _LAST_HIT] = i, hits
                hits += 1
            hit_a[at], hit_b[at], hit_match[at] = i, here, chosen
            box[chosen, _A_HIGH] = i + GRAM
            box[chosen, _B_LOW] = min(box[chosen, _B_LOW], here)
            box[chosen, _B_HIGH] = max(box[chosen, _B_HIGH], here + GRAM)
    for j in range(len(gram_b)):
        head[gram_b[np.uint64(j)] >> shift] = -1
    return hit_a, hit_b, hit_match, hits, matches


@inlined
def _by_match(hit_match, hits, matches):
    """Order of the seeds by match, and ragged offsets of the matches: a counting sort."""
    offset = np.zeros(matches + 1, np.int64)
    for h in range(hits):
        offset[hit_match[h] + 1] += 1
    for m in range(matches):
        offset[m + 1] += offset[m]
    order = np.empty(hits, np.int32)
    place = offset.copy()
    for h in range(hits):
        order[place[hit_match[h]]] = h
        place[hit_match[h]] += 1
    return order, offset


@inlined
def _drop_repeats(hit_a, hit_b, order, low, high, longest):
    """Keep one seed of a match for each gram of b, that in the longest run; others become -1.

    A phrase of the passage that the rest of a repeats must not widen the match either.
    longest: i32 (len(b),), all zero before and after
    """
    for again in range(2):
        x = low
        while x < high:
            y = x + 1
            while (
                y < high
                and hit_a[order[y]] == hit_a[order[y - 1]] + 1
                and hit_b[order[y]] == hit_b[order[y - 1]] + 1
            ):
                y += 1
            for z in range(x, y):
                j = hit_b[order[z]]
                if again == 0:
                    longest[j] = max(longest[j], y - x)
                elif longest[j] == y - x:
                    longest[j] += 1  # a second run of this length comes too late
                else:
                    hit_a[order[z]] = -1
            x = y
    for x in range(low, high):
        longest[hit_b[order[x]]] = 0


@inlined
def _best_run(marks, low, high):
    """Range of the largest sum over marks[low:high], a mark earning 1, its absence -MISS.

    Returns the range and the number of marks in it.
    """
    best, best_low, best_high, best_count = np.float32(0), low, low, 0
    total, begin, count = np.float32(0), low, 0
    for i in range(low, high):
        total += np.float32(1) if marks[i] else -MISS
        count += marks[i]
        if total <= 0:
            total, begin, count = np.float32(0), i + 1, 0
        elif total > best:
            best, best_low, best_high, best_count = total, begin, i + 1, count
    return best_low, best_high, best_count


@inlined
def _trim(hit_a, hit_b, order, low, high, marks_a, marks_b):
    """Cut both sides of a match to the run of the largest sum, twice.

    What is left of one side decides which seeds count on the other. Returns both ranges and the
    number of matched words of the side that has fewer.
    """
    a_low, a_high, b_low, b_high = len(marks_a), 0, len(marks_b), 0
    for x in range(low, high):
        i, j = hit_a[order[x]], hit_b[order[x]]
        if i >= 0:
            a_low, a_high = min(a_low, i), max(a_high, i + GRAM)
            b_low, b_high = min(b_low, j), max(b_high, j + GRAM)
    words_a, words_b = 0, 0
    for _ in range(2):
        marks_a[a_low:a_high] = 0
        for x in range(low, high):
            i, j = hit_a[order[x]], hit_b[order[x]]
            if a_low <= i and i + GRAM <= a_high and b_low <= j and j + GRAM <= b_high:
                marks_a[i : i + GRAM] = 1
        a_low, a_high, words_a = _best_run(marks_a, a_low, a_high)
        marks_b[b_low:b_high] = 0
        for x in range(low, high):
            i, j = hit_a[order[x]], hit_b[order[x]]
            if a_low <= i and i + GRAM <= a_high and b_low <= j and j + GRAM <= b_high:
                marks_b[j : j + GRAM] = 1
        b_low, b_high, words_b = _best_run(marks_b, b_low, b_high)
    return a_low, a_high, b_low, b_high, min(words_a, words_b)


@kernel
def align(
    token, a_start, a_end, b_start, b_end, seed_first, seed_a, seed_b, seed_length, min_words,
    owner, out,
):  # fmt: skip
    """Find the maximal matching spans of pairs of articles.

    token: u32 (N,); a_start, a_end, b_start, b_end: i64 (Q,) token ranges of the articles of
    each pair; equal ranges compare an article with itself
    seed_first: i64 (Q + 1,) ragged offsets into seed_a, seed_b, seed_length: i64, proven windows
    min_words: words that must be matched on each side
    owner: i64 (R,) written: the pair of each row; out: i64 (R, 4) written: first token and end of
    a's span, then of b's. Returns the number of rows; more than R were not written.
    """
    rows = 0
    head = np.full(1 << 10, -1, np.int32)
    for q in range(len(a_start)):
        a_low, a_high, b_low, b_high = _hull(
            seed_a, seed_b, seed_length, seed_first[q], seed_first[q + 1],
            a_start[q], a_end[q], b_start[q], b_end[q],
        )  # fmt: skip
        a, b = token[a_low:a_high], token[b_low:b_high]
        if min(len(a), len(b)) < GRAM:
            continue
        gram_a = np.empty(len(a) - GRAM + 1, np.uint32)
        gram_b = np.empty(len(b) - GRAM + 1, np.uint32)
        _grams(a, gram_a)
        _grams(b, gram_b)
        while len(head) < 2 * len(gram_b):
            head = np.full(2 * len(head), -1, np.int32)
        itself = a_start[q] == b_start[q]
        earlier = b_low - a_low if itself else np.int64(-1)
        hit_a, hit_b, hit_match, hits, matches = _seeds(a, b, gram_a, gram_b, head, earlier)
        order, offset = _by_match(hit_match, hits, matches)
        longest = np.zeros(len(b), np.int32)
        marks_a, marks_b = np.zeros(len(a), np.uint8), np.zeros(len(b), np.uint8)
        for m in range(matches):
            low, high = offset[m], offset[m + 1]
            if high - low + GRAM - 1 < FEWEST * min_words:
                continue
            _drop_repeats(hit_a, hit_b, order, low, high, longest)
            al, ah, bl, bh, words = _trim(hit_a, hit_b, order, low, high, marks_a, marks_b)
            if words < min_words or (itself and a_low + ah > b_low + bl):
                continue
            if rows < len(out):
                owner[rows] = q
                out[rows, 0], out[rows, 1] = a_low + al, a_low + ah
                out[rows, 2], out[rows, 3] = b_low + bl, b_low + bh
            rows += 1
    return rows


@inlined
def _distinct(token, low, high, table, stamps, stamp):
    """Put the shingles of a span into a table; returns how many distinct ones there are."""
    mask = np.uint32(len(table) - 1)
    count = 0
    for k in range(low, high - SHINGLE + 1):
        value = shingle_at(token, k)
        slot = value & mask
        while stamps[slot] == stamp and table[slot] != value:
            slot = (slot + np.uint32(1)) & mask
        if stamps[slot] != stamp:
            stamps[slot], table[slot] = stamp, value
            count += 1
    return count


@kernel
def overlap(token, a_low, a_high, b_low, b_high, out):
    """Count the shingles of pairs of spans of any length.

    token: u32 (N,); a_low ... b_high: i64 (M,); out: i32 (M, 3) written: distinct shingles of a,
    of b, and of both
    """
    size = 1 << 10
    ours, ours_stamp = np.empty(size, np.uint32), np.zeros(size, np.uint32)
    theirs, theirs_stamp = np.empty(size, np.uint32), np.zeros(size, np.uint32)
    stamp = np.uint32(0)
    for m in range(len(a_low)):
        longest = max(a_high[m] - a_low[m], b_high[m] - b_low[m])
        if 2 * longest > size:
            while 2 * longest > size:
                size *= 2
            ours, ours_stamp = np.empty(size, np.uint32), np.zeros(size, np.uint32)
            theirs, theirs_stamp = np.empty(size, np.uint32), np.zeros(size, np.uint32)
            stamp = np.uint32(0)
        stamp += np.uint32(1)
        mask = np.uint32(size - 1)
        in_a = _distinct(token, a_low[m], a_high[m], ours, ours_stamp, stamp)
        in_b = 0
        both = 0
        for k in range(b_low[m], b_high[m] - SHINGLE + 1):
            value = shingle_at(token, k)
            slot = value & mask
            while theirs_stamp[slot] == stamp and theirs[slot] != value:
                slot = (slot + np.uint32(1)) & mask
            if theirs_stamp[slot] == stamp:
                continue
            theirs_stamp[slot], theirs[slot] = stamp, value
            in_b += 1
            slot = value & mask
            while ours_stamp[slot] == stamp and ours[slot] != value:
                slot = (slot + np.uint32(1)) & mask
            both += ours_stamp[slot] == stamp
        out[m, 0], out[m, 1], out[m, 2] = in_a, in_b, both
