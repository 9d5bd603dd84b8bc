"""Alignment of two articles: from proven windows to maximal spans on both sides.

Legend: A, B tokens of the two sides.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.bits import trailing_zeros
from dedupe.kernels.jit import inlined, kernel
from dedupe.kernels.joining import same_words, shingles_of
from dedupe.kernels.sketching import SHINGLE

GRAM = 3
"""Words of a seed. Runs of three survive where every fourth word is changed."""
GAP = 14
"""Words between two seeds of one match, on either side."""
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
_ONE, _TWO, _HALF = np.uint64(1), np.uint64(2), np.uint64(32)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_SIX, _BIT = np.uint64(6), np.uint64(63)
_OURS, _LOW, _ABOVE = np.uint64(1 << 63), np.uint64(0xFFFFFFFF), np.uint64(1 << 32)


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
    runs: i32 (X, 4), alive: i32 (X,), box: i32 (X, 7), written. Returns the number of matches, or
    -1 where the room was too small: to let the arrays grow here doubles the time.
    """
    count, matches, living = 0, 0, 0
    i = 0
    while i < len(gram_a):
        u = np.uint64(i)
        gram = gram_a[u]
        j = head[gram >> shift]
        if j < 0:
            i += 1
            continue
        chosen, here, hits, straight = -1, 0, 0, False
        met = 0
        while j >= 0 and met < OFTEN:
            at = np.uint64(j)
            j = following[at]
            met += gram == gram_b[at]  # others that share the slot depend on the size of the table
            if gram != gram_b[at] or (earlier >= 0 and i >= np.int64(at) + earlier):
                continue
            if a[u] != b[at] or a[u + _ONE] != b[at + _ONE] or a[u + _TWO] != b[at + _TWO]:
                continue
            here = np.int64(at)
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
                    return -1
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
                        return -1
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
    return matches


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
def align(token, box, itself, min_words, runs, alive, state, owner, out):
    """Find the maximal matching spans of pairs of articles.

    token: u32 (N,); box: i64 (Q, 4) first token and end of what is looked at in either article
    itself: bool (Q,) whether both are the same article
    min_words: words that must be matched on each side
    runs: i32 (X, 4), alive: i32 (X,), state: i32 (X, 7) scratch
    owner: i64 (R,) written: the pair of each row; out: i64 (R, 4) written: first token and end of
    a's span, then of b's. Returns the number of rows; more than R were not written. Where the
    scratch was too small, -1.
    """
    rows = 0
    room_a, room_b = 0, 0
    for q in range(len(box)):
        room_a, room_b = max(room_a, box[q, 1] - box[q, 0]), max(room_b, box[q, 3] - box[q, 2])
    head = np.full(1 << 10, -1, np.int32)
    hashes_a, hashes_b = np.empty(room_a, np.uint32), np.empty(room_b, np.uint32)
    following, alone = np.empty(room_b, np.int32), np.empty(room_b, np.uint8)
    longest, pieces = np.zeros(room_b, np.int32), np.empty((room_b, 3), np.int32)
    bits = np.zeros(max(room_a, room_b) // 64 + 1, np.uint64)
    for q in range(len(box)):
        a_low, a_high, b_low, b_high = box[q]
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
        earlier = b_low - a_low if itself[q] else np.int64(-1)
        matches = _collect(
            a, b, gram_a, gram_b, shift, head, following, alone, earlier, runs, alive, state
        )
        if matches < 0:
            return -1
        for j in range(len(gram_b)):
            head[gram_b[np.uint64(j)] >> shift] = -1
        for m in range(matches):
            if state[m, _HITS] + GRAM - 1 < FEWEST * min_words:
                continue
            count = _pieces(runs, state[m, _LAST_RUN], longest, pieces)
            al, ah, bl, bh, words = _trim(pieces, count, bits)
            if words < min_words or (itself[q] and a_low + ah > b_low + bl):
                continue
            if rows < len(out):
                owner[rows] = q
                out[rows, 0], out[rows, 1] = a_low + al, a_low + ah
                out[rows, 2], out[rows, 3] = b_low + bl, b_low + bh
            rows += 1
    return rows


@inlined
def _compare_span(token, a_low, a_high, b_low, b_high, room, table, out):
    """`overlap` of one span with others, whose shingles are looked up in those of the one.

    They are looked for behind the last one that both have first: most of a copy goes on there.

    An entry of the table is a shingle; above it stands for one of a, marked by _OURS, its first
    place, and else the number of the last other span that holds it, from 1 on. Those of earlier
    spans count as free: of a chain of slots that one of a was entered in, none is.
    """
    size, longest = max(a_high - a_low - SHINGLE + 1, 0), np.int64(0)
    for m in range(len(b_low)):
        longest = max(longest, b_high[m] - b_low[m])
    slots = 64
    while 2 * slots < 3 * (size + longest):
        slots *= 2
    part = table[:slots]
    part[:] = 0
    wrap = np.uint64(len(part) - 1)
    mine, first, met, own = room[0][:size], room[1][:size], room[2][:size], 0
    met[:] = 0
    shingles_of(token, a_low, mine)
    for k in range(np.uint64(size)):
        value = np.uint64(mine[k])
        slot = value & wrap
        while part[slot] != 0 and (part[slot] ^ value) & _LOW != 0:
            slot = (slot + _ONE) & wrap
        if part[slot] == 0:
            own += 1
            part[slot] = _OURS | np.uint64(k) << _HALF | value
        first[k] = (part[slot] & ~_OURS) >> _HALF
    for m in range(len(b_low)):
        theirs = room[3][: max(b_high[m] - b_low[m] - SHINGLE + 1, 0)]
        shingles_of(token, b_low[m], theirs)
        mark, number = np.uint64(m + 1) << _HALF, np.uint32(m + 1)
        both, more, ahead = 0, 0, np.int64(0)
        for k in range(len(theirs)):
            value, at = np.uint64(theirs[k]), np.uint64(k + ahead)
            if at < np.uint64(size) and mine[at] == theirs[k]:
                place = np.uint64(first[at])
            else:
                slot = value & wrap
                entry = part[slot]
                while entry & _OURS != 0 or entry ^ mark < _ABOVE:  # of a, or of this span
                    if (entry ^ value) & _LOW == 0:
                        break
                    slot = (slot + _ONE) & wrap
                    entry = part[slot]
                if entry & _OURS == 0:
                    more += entry != mark | value
                    part[slot] = mark | value
                    continue
                place = (entry & ~_OURS) >> _HALF
                ahead = np.int64(place) - k
            both += met[place] != number
            met[place] = number
        out[m, 0] = both / max(own + more, 1)
        out[m, 1], out[m, 2] = both / max(own, 1), both / max(both + more, 1)


@kernel
def merge_boxes(pair, order, box, first, out):
    """Make one box of those that each pair of articles has.

    pair: i64 (Q,); order: i64 (Q,) in which pairs ascend; box: i64 (Q, 4) first token and end, in
    either article
    first: i64 (Q,), out: i64 (Q, 4) written: a row of each pair, and its box. Returns the number
    of pairs. With NumPy's `reduceat` it takes twenty times as long.
    """
    count = 0
    for k in range(len(order)):
        q = order[k]
        if k == 0 or pair[q] != pair[order[k - 1]]:
            first[count] = q
            for side in range(4):
                out[count, side] = box[q, side]
            count += 1
            continue
        for side in range(0, 4, 2):
            out[count - 1, side] = min(out[count - 1, side], box[q, side])
            out[count - 1, side + 1] = max(out[count - 1, side + 1], box[q, side + 1])
    return count


@kernel
def overlap(token, a_low, a_high, b_low, b_high, room, table, out):
    """Compare the sets of shingles of pairs of spans of any length.

    token: u32 (N,); a_low ... b_high: i64 (M,)
    room: u32 (4, W) of the longest span of W words; table: u64, a power of two, three times as long
    at least; written
    out: f64 (M, 3) written: Jaccard similarity, share of a's shingles that stand in b, of b's in a

    Neighbours with the same span a are compared at once: 3 us for two articles of 600 words, not 8.
    """
    m = 0
    while m < len(a_low):
        size, last = a_high[m] - a_low[m], m + 1
        while last < len(a_low) and a_low[last] == a_low[m] and a_high[last] == a_high[m]:
            last += 1
        alone = last == m + 1 and b_high[m] - b_low[m] == size
        if alone and same_words(token, a_low[m], b_low[m], size):
            out[m] = size >= SHINGLE
        else:
            _compare_span(
                token, a_low[m], a_high[m], b_low[m:last], b_high[m:last], room, table, out[m:last]
            )
        m = last
