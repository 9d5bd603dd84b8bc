"""Alignment of two articles: from proven windows to maximal spans on both sides.

Legend: A, B tokens of the two sides.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.jit import inlined, kernel
from dedupe.kernels.joining import shingle_at
from dedupe.kernels.sketching import SHINGLE

GRAM = 3
"""Words of a seed. Runs of three survive where every fourth word is changed."""
GAP = 14
"""Words between two seeds of one match, on either side."""
PAD = 400
"""Words around the proven windows within which seeds are looked for."""
OFTEN = 16
"""Places of one gram in the other article that are looked at."""
MISS = np.float32(0.55)
"""Price of a word that is not matched when the ends are trimmed; a matched one earns 1."""

# Columns of the table of matches in the making.
_A_HIGH, _B_LOW, _B_HIGH, _DIAGONAL, _LAST_A, _LAST_HIT, _SEEDS = range(7)

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@inlined
def _gram(token, i):
    h = (np.uint64(token[i]) * _MULTIPLIER) ^ (np.uint64(token[i + 1]) << np.uint64(17))
    h = (h ^ (h >> np.uint64(29))) * _MULTIPLIER + np.uint64(token[i + 2])
    h = (h ^ (h >> np.uint64(32))) * _MULTIPLIER
    return h >> np.uint64(20)


@inlined
def _best_run(marks, low, high):
    """Range of the largest sum over marks[low:high], a mark earning 1, its absence -MISS."""
    best, best_low, best_high = np.float32(0), low, low
    total, begin = np.float32(0), low
    for i in range(low, high):
        total += np.float32(1) if marks[i] else -MISS
        if total <= 0:
            total, begin = np.float32(0), i + 1
        elif total > best:
            best, best_low, best_high = total, begin, i + 1
    return best_low, best_high


@inlined
def _count(marks, low, high):
    total = 0
    for i in range(low, high):
        total += marks[i]
    return total


@inlined
def _drop_repeats(hit_a, hit_b, order, offset, matches, longest):
    """Keep one seed for each gram of b, the one in the longest run; the others become -1.

    A phrase of the passage that the rest of the article repeats must not widen the match.
    """
    for m in range(matches):
        low, high = offset[m], offset[m + 1]
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


@kernel
def align(
    token,
    a_start,
    a_end,
    b_start,
    b_end,
    seed_first,
    seed_a,
    seed_b,
    seed_length,
    min_words,
    owner,
    out,
):
    """Find the maximal matching spans of pairs of articles.

    token: u32 (N,); a_start, a_end, b_start, b_end: i64 (Q,) token ranges of the articles of
    each pair; equal ranges compare an article with itself
    seed_first: i64 (Q + 1,) ragged offsets into seed_a, seed_b, seed_length: i64, proven windows
    min_words: words that must be matched on each side
    owner: i64 (R,), out: i64 (R, 6) written: pair, and a's first and last token (exclusive), b's,
    matched words of a and of b. Returns the number of rows; more than R were not written.

    Seeds are equal runs of `GRAM` words; a seed joins a match whose rectangle is at most `GAP`
    words away on both sides. Each side is then trimmed to the run of the largest sum, twice,
    since the seeds that are left on one side decide what counts on the other.
    """
    rows = 0
    head = np.full(1 << 10, -1, np.int32)
    for q in range(len(a_start)):
        # The box around the seeds.
        a_low, a_high, b_low, b_high = a_end[q], a_start[q], b_end[q], b_start[q]
        for s in range(seed_first[q], seed_first[q + 1]):
            a_low, a_high = min(a_low, seed_a[s]), max(a_high, seed_a[s] + seed_length[s])
            b_low, b_high = min(b_low, seed_b[s]), max(b_high, seed_b[s] + seed_length[s])
        a_low, a_high = max(a_start[q], a_low - PAD), min(a_end[q], a_high + PAD)
        b_low, b_high = max(b_start[q], b_low - PAD), min(b_end[q], b_high + PAD)
        itself = a_start[q] == b_start[q]
        a, b = token[a_low:a_high], token[b_low:b_high]
        grams_a, grams_b = len(a) - GRAM + 1, len(b) - GRAM + 1
        if grams_a <= 0 or grams_b <= 0:
            continue
        while len(head) < 2 * grams_b:
            head = np.full(2 * len(head), -1, np.int32)
        mask = np.uint64(len(head) - 1)
        following = np.empty(grams_b, np.int32)
        for j in range(grams_b - 1, -1, -1):
            slot = _gram(b, j) & mask
            following[j] = head[slot]
            head[slot] = j
        # Seeds, ascending in a.
        room = 4 * grams_a + 64
        hit_a, hit_b = np.empty(room, np.int32), np.empty(room, np.int32)
        hit_match = np.empty(room, np.int32)
        hits = 0
        matches, first_alive = 0, 0
        size = 64
        box = np.empty((size, 7), np.int64)
        for i in range(grams_a):
            j = head[_gram(a, i) & mask]
            tried = 0
            while j >= 0 and tried < OFTEN:
                tried += 1
                if (
                    a[i] == b[j]
                    and a[i + 1] == b[j + 1]
                    and a[i + 2] == b[j + 2]
                    and not (itself and a_low + i >= b_low + j)
                ):
                    if hits == room:
                        room *= 2
                        hit_a, hit_b = _grown(hit_a, room), _grown(hit_b, room)
                        hit_match = _grown(hit_match, room)
                    # The match that this seed continues: the one with the nearest diagonal.
                    while first_alive < matches and box[first_alive, _A_HIGH] + GAP < i:
                        first_alive += 1
                    chosen, nearest = -1, 1 << 60
                    for m in range(first_alive, matches):
                        if (
                            box[m, _A_HIGH] + GAP >= i
                            and box[m, _B_LOW] - GAP <= j <= box[m, _B_HIGH] + GAP
                        ):
                            drift = abs((j - i) - box[m, _DIAGONAL])
                            if drift < nearest:
                                chosen, nearest = m, drift
                    if chosen < 0:
                        if matches == size:
                            size *= 2
                            wider = np.empty((size, 7), np.int64)
                            wider[:matches] = box
                            box = wider
                        chosen = matches
                        matches += 1
                        box[chosen, _B_LOW], box[chosen, _B_HIGH] = j, j
                        box[chosen, _DIAGONAL], box[chosen, _LAST_A] = j - i, -1
                        box[chosen, _SEEDS] = 0
                    at = hits
                    if box[chosen, _LAST_A] == i:
                        # One place for each gram of a, the one nearest to the diagonal: a phrase
                        # that b repeats must not widen the match.
                        at = box[chosen, _LAST_HIT]
                        if nearest >= abs((hit_b[at] - i) - box[chosen, _DIAGONAL]):
                            j = following[j]
                            continue
                    else:
                        if box[chosen, _LAST_A] >= 0:
                            last = box[chosen, _LAST_HIT]
                            box[chosen, _DIAGONAL] = hit_b[last] - hit_a[last]
                        box[chosen, _LAST_A], box[chosen, _LAST_HIT] = i, hits
                        box[chosen, _SEEDS] += 1
                        hits += 1
                    hit_a[at], hit_b[at], hit_match[at] = i, j, chosen
                    box[chosen, _A_HIGH] = i + GRAM
                    box[chosen, _B_LOW] = min(box[chosen, _B_LOW], j)
                    box[chosen, _B_HIGH] = max(box[chosen, _B_HIGH], j + GRAM)
                j = following[j]
        for j in range(grams_b):
            head[_gram(b, j) & mask] = -1
        # Seeds of one match together.
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
        _drop_repeats(hit_a, hit_b, order, offset, matches, np.zeros(len(b), np.int32))
        marks_a, marks_b = np.zeros(len(a), np.uint8), np.zeros(len(b), np.uint8)
        for m in range(matches):
            if box[m, _SEEDS] + GRAM - 1 < min_words * 0.4:
                continue
            al, ah, bl, bh = len(a), 0, len(b), 0
            for x in range(offset[m], offset[m + 1]):
                i, j = hit_a[order[x]], hit_b[order[x]]
                if i < 0:
                    continue
                al, ah = min(al, i), max(ah, i + GRAM)
                bl, bh = min(bl, j), max(bh, j + GRAM)
            words_a, words_b = 0, 0
            for _ in range(2):
                marks_a[al:ah] = 0
                for x in range(offset[m], offset[m + 1]):
                    i, j = hit_a[order[x]], hit_b[order[x]]
                    if bl <= j and j + GRAM <= bh and al <= i and i + GRAM <= ah:
                        marks_a[i : i + GRAM] = 1
                al, ah = _best_run(marks_a, al, ah)
                words_a = _count(marks_a, al, ah)
                marks_b[bl:bh] = 0
                for x in range(offset[m], offset[m + 1]):
                    i, j = hit_a[order[x]], hit_b[order[x]]
                    if al <= i and i + GRAM <= ah and bl <= j and j + GRAM <= bh:
                        marks_b[j : j + GRAM] = 1
                bl, bh = _best_run(marks_b, bl, bh)
                words_b = _count(marks_b, bl, bh)
            if min(words_a, words_b) < min_words:
                continue
            if itself and a_low + ah > b_low + bl:
                continue
            if rows < len(out):
                owner[rows] = q
                out[rows, 0], out[rows, 1] = a_low + al, a_low + ah
                out[rows, 2], out[rows, 3] = b_low + bl, b_low + bh
                out[rows, 4], out[rows, 5] = words_a, words_b
            rows += 1
    return rows


@inlined
def _grown(values, size):
    wider = np.empty(size, values.dtype)
    wider[: len(values)] = values
    return wider


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
