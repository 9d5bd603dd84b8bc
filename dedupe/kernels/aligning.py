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
EARNED, PRICE = 20, 11
"""What a matched word earns when the ends are trimmed, and what another one costs: 0.55."""

# Columns of the table of matches in the making.
_A_HIGH, _B_LOW, _B_HIGH, _DIAGONAL, _LAST_A, _LAST_RUN, _HITS = range(7)
# Columns of the table of runs: equal grams on one diagonal, one behind another.
_A, _B, _LENGTH, _BEFORE = range(4)

_C0, _C1, _C2 = np.uint32(0x9E3779B1), np.uint32(0x85EBCA77), np.uint32(0xC2B2AE3D)
_ONE, _ALL = np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFF)
_SIX, _BIT = np.uint64(6), np.uint64(63)


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
def _grown(values):
    """The same values with twice the room."""
    wider = np.empty((2 * len(values), *values.shape[1:]), values.dtype)
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
def _index(gram, shift, head, following, alone):
    """Chain the places of equal grams, the first place first, and tell which have only one.

    head: i32 of a power of two, all -1; following: i32, alone: u8, as long as gram
    """
    for place in range(len(gram)):
        j = np.uint64(len(gram) - 1 - place)
        slot = gram[j] >> shift
        k = head[slot]
        following[j], alone[j] = k, 1
        head[slot] = j
        while k >= 0:
            if gram[np.uint64(k)] == gram[j]:
                alone[j] = alone[np.uint64(k)] = 0
                break
            k = following[np.uint64(k)]


@inlined
def _collect(a, b, gram_a, gram_b, shift, head, following, alone, earlier, runs, alive, box):
    """Find equal grams of two spans and collect them to runs, and runs to matches.

    An equal gram, a hit, joins the match whose rectangle is at most `GAP` words away on both
    sides, the one with the nearest diagonal, else it begins a match. One place of b for each gram
    of a and match, the one nearest to the diagonal: a phrase that b repeats must not widen the
    match. While a run goes on over grams that b has only once, nothing has to be decided.

    gram_a, gram_b: hashes of the grams; head, following, alone: of `_index`
    earlier: of an article aligned with itself, how far a stands before b; else -1
    runs: i32 (R, 4), alive: i32 (X,), box: i32 (X, 7), written; returned, as they may have grown,
    with the numbers of runs and of matches. Runs ascend by a; an empty one is none.
    """
    count, matches, living = 0, 0, 0
    i = 0
    while i < len(gram_a):
        gram = gram_a[np.uint64(i)]
        j = head[gram >> shift]
        chosen, here, hits, straight = -1, 0, 0, False
        for _ in range(OFTEN):
            if j < 0:
                break
            at, j = j, following[np.uint64(j)]
            if gram != gram_b[np.uint64(at)] or (earlier >= 0 and i >= at + earlier):
                continue
            if a[i] != b[at] or a[i + 1] != b[at + 1] or a[i + 2] != b[at + 2]:
                continue
            here = at
            hits += 1
            chosen, nearest, level, kept = -1, 1 << 60, -1, 0
            for x in range(living):
                m = alive[x]
                if box[m, _A_HIGH] + GAP < i:
                    continue
                alive[kept] = m
                kept += 1
                drift = abs((here - i) - box[m, _DIAGONAL])
                if drift == 0 and level < 0:
                    level = m
                if drift < nearest and box[m, _B_LOW] - GAP <= here <= box[m, _B_HIGH] + GAP:
                    chosen, nearest = m, drift
            living = kept
            straight = level == chosen
            if chosen < 0:
                if matches == len(box):
                    alive, box = _grown(alive), _grown(box)
                chosen = matches
                alive[living] = matches
                matches += 1
                living += 1
                box[chosen, _B_LOW], box[chosen, _B_HIGH] = here, here
                box[chosen, _DIAGONAL], box[chosen, _LAST_A] = here - i, -1
                box[chosen, _LAST_RUN], box[chosen, _HITS] = -1, 0
            last = box[chosen, _LAST_RUN]
            at = count
            if box[chosen, _LAST_A] == i:
                rival = runs[last, _B] + runs[last, _LENGTH] - 1
                if nearest >= abs((rival - i) - box[chosen, _DIAGONAL]):
                    continue
                runs[last, _LENGTH] -= 1
                if runs[last, _LENGTH] == 0:
                    at, last = last, runs[last, _BEFORE]
            else:
                if last >= 0:
                    box[chosen, _DIAGONAL] = runs[last, _B] - runs[last, _A]
                box[chosen, _HITS] += 1
            if (
                last >= 0
                and runs[last, _A] + runs[last, _LENGTH] == i
                and runs[last, _B] + runs[last, _LENGTH] == here
            ):
                runs[last, _LENGTH] += 1
                box[chosen, _LAST_RUN] = last
            else:
                if at == count:
                    if count == len(runs):
                        runs = _grown(runs)
                    count += 1
                runs[at, _A], runs[at, _B], runs[at, _LENGTH] = i, here, 1
                runs[at, _BEFORE] = last
                box[chosen, _LAST_RUN] = at
            box[chosen, _LAST_A], box[chosen, _A_HIGH] = i, i + GRAM
            box[chosen, _B_LOW] = min(box[chosen, _B_LOW], here)
            box[chosen, _B_HIGH] = max(box[chosen, _B_HIGH], here + GRAM)
        i += 1
        if hits == 1 and straight:
            here += 1
            begin = i
            while (
                i < len(gram_a)
                and here < len(gram_b)
                and alone[np.uint64(here)]
                and a[np.uint64(i + GRAM - 1)] == b[np.uint64(here + GRAM - 1)]
            ):
                i += 1
                here += 1
            if i > begin:
                runs[box[chosen, _LAST_RUN], _LENGTH] += i - begin
                box[chosen, _HITS] += i - begin
                box[chosen, _LAST_A], box[chosen, _A_HIGH] = i - 1, i - 1 + GRAM
                box[chosen, _B_HIGH] = max(box[chosen, _B_HIGH], here - 1 + GRAM)
    return runs, alive, box, matches


@inlined
def _pieces(runs, last, longest, pieces):
    """List the runs of a match in their order, with one place of a for each gram of b.

    That in the longest run stays: a phrase of the passage that the rest of a repeats must not
    widen the match either.

    last: the last run; longest: i32 (grams of b,), all zero before and after
    pieces: i32 (grams of b, 3) written: place in a, in b, grams. Returns their number.
    """
    first, r = -1, last
    while r >= 0:  # the links lead back: turn them round
        before = runs[r, _BEFORE]
        runs[r, _BEFORE] = first
        first, r = r, before
    count, behind = 0, 0
    r = first
    while r >= 0 and runs[r, _B] >= behind:
        pieces[count, _A], pieces[count, _B] = runs[r, _A], runs[r, _B]
        pieces[count, _LENGTH] = runs[r, _LENGTH]
        behind = runs[r, _B] + runs[r, _LENGTH]
        count += 1
        r = runs[r, _BEFORE]
    if r < 0:
        return count
    r = first
    while r >= 0:
        low, size = runs[r, _B], runs[r, _LENGTH]
        for j in range(low, low + size):
            longest[j] = max(longest[j], size)
        r = runs[r, _BEFORE]
    count = 0
    r = first
    while r >= 0:
        low, size = runs[r, _B], runs[r, _LENGTH]
        fresh = True
        for j in range(low, low + size):
            if longest[j] != size:
                fresh = True
                continue
            longest[j] += 1  # a second run of this length comes too late
            if fresh:
                pieces[count, _A], pieces[count, _B] = runs[r, _A] + j - low, j
                pieces[count, _LENGTH] = 0
                count += 1
                fresh = False
            pieces[count - 1, _LENGTH] += 1
        r = runs[r, _BEFORE]
    r = first
    while r >= 0:
        low = runs[r, _B]
        longest[low : low + runs[r, _LENGTH]] = 0
        r = runs[r, _BEFORE]
    return count


@inlined
def _mark(bits, low, high):
    """Set the bits low .. high - 1."""
    first, last = np.uint64(low) >> _SIX, np.uint64(high - 1) >> _SIX
    left = _ALL << (np.uint64(low) & _BIT)
    right = _ALL >> (_BIT - (np.uint64(high - 1) & _BIT))
    if first == last:
        bits[first] |= left & right
    else:
        bits[first] |= left
        for word in range(first + _ONE, last):
            bits[word] = _ALL
        bits[last] |= right


@inlined
def _next(bits, low, high, flip):
    """First one bit from low on, or with `flip` = all ones the first zero bit; high if none."""
    at = np.uint64(low)
    while at < np.uint64(high):
        word = (bits[at >> _SIX] ^ flip) >> (at & _BIT)
        if word:
            return min(np.int64(at + trailing_zeros(word)), high)
        at = ((at >> _SIX) + _ONE) << _SIX
    return high


@inlined
def _best_run(bits, low, high):
    """Range of the largest sum over the bits low .. high - 1, by `EARNED` and `PRICE`.

    Clears the bits. Returns the range and the number of ones in it.
    """
    best, best_low, best_high, best_count = 0, low, low, 0
    total, begin, count, behind = 0, low, 0, low
    while True:
        start = _next(bits, behind, high, np.uint64(0))
        if start == high:
            break
        end = _next(bits, start, high, _ALL)
        total -= PRICE * (start - behind)
        if total <= 0:
            total, begin, count = 0, start, 0
        total += EARNED * (end - start)
        count += end - start
        if total > best:
            best, best_low, best_high, best_count = total, begin, end, count
        behind = end
    bits[low >> 6 : (high + 63) >> 6] = 0
    return best_low, best_high, best_count


@inlined
def _trim(pieces, count, bits):
    """Cut both sides of a match to the run of the largest sum, twice.

    What is left of one side decides which hits count on the other. Returns both ranges and the
    number of matched words of the side that has fewer.
    """
    a_low, a_high, b_low, b_high = 1 << 40, 0, 1 << 40, 0
    for x in range(count):
        i, j, size = pieces[x, _A], pieces[x, _B], pieces[x, _LENGTH] + GRAM - 1
        a_low, a_high = min(a_low, i), max(a_high, i + size)
        b_low, b_high = min(b_low, j), max(b_high, j + size)
    if count == 1:
        return a_low, a_high, b_low, b_high, a_high - a_low
    words_a, words_b = 0, 0
    for _ in range(2):
        for side in range(2):
            for x in range(count):
                i, j = pieces[x, _A], pieces[x, _B]
                low = max(0, a_low - i, b_low - j)
                high = min(pieces[x, _LENGTH] + GRAM - 1, a_high - i, b_high - j)
                if high - low >= GRAM:
                    start = i if side == 0 else j
                    _mark(bits, start + low, start + high)
            if side == 0:
                a_low, a_high, words_a = _best_run(bits, a_low, a_high)
            else:
                b_low, b_high, words_b = _best_run(bits, b_low, b_high)
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
    room_a, room_b = 0, 0
    for q in range(len(a_start)):
        a_low, a_high, b_low, b_high = _hull(
            seed_a, seed_b, seed_length, seed_first[q], seed_first[q + 1],
            a_start[q], a_end[q], b_start[q], b_end[q],
        )  # fmt: skip
        room_a, room_b = max(room_a, a_high - a_low), max(room_b, b_high - b_low)
    head = np.full(1 << 10, -1, np.int32)
    hashes_a, hashes_b = np.empty(room_a, np.uint32), np.empty(room_b, np.uint32)
    following, alone = np.empty(room_b, np.int32), np.empty(room_b, np.uint8)
    longest, pieces = np.zeros(room_b, np.int32), np.empty((room_b, 3), np.int32)
    bits = np.zeros(max(room_a, room_b) // 64 + 1, np.uint64)
    runs, alive, box = (
        np.empty((256, 4), np.int64),
        np.empty(64, np.int32),
        np.empty((64, 7), np.int64),
    )
    for q in range(len(a_start)):
        a_low, a_high, b_low, b_high = _hull(
            seed_a, seed_b, seed_length, seed_first[q], seed_first[q + 1],
            a_start[q], a_end[q], b_start[q], b_end[q],
        )  # fmt: skip
        a, b = token[a_low:a_high], token[b_low:b_high]
        if min(len(a), len(b)) < GRAM:
            continue
        gram_a, gram_b = hashes_a[: len(a) - GRAM + 1], hashes_b[: len(b) - GRAM + 1]
        _grams(a, gram_a)
        _grams(b, gram_b)
        while len(head) < 2 * len(gram_b):
            head = np.full(2 * len(head), -1, np.int32)
        # The upper bits of a product are the mixed ones.
        shift = np.uint32(32) - np.uint32(trailing_zeros(np.uint64(len(head))))
        _index(gram_b, shift, head, following, alone)
        itself = a_start[q] == b_start[q]
        earlier = b_low - a_low if itself else np.int64(-1)
        runs, alive, box, matches = _collect(
            a, b, gram_a, gram_b, shift, head, following, alone, earlier, runs, alive, box
        )
        for j in range(len(gram_b)):
            head[gram_b[np.uint64(j)] >> shift] = -1
        for m in range(matches):
            if box[m, _HITS] + GRAM - 1 < FEWEST * min_words:
                continue
            count = _pieces(runs, box[m, _LAST_RUN], longest, pieces)
            al, ah, bl, bh, words = _trim(pieces, count, bits)
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
