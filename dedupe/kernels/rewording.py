"""Alignment of reworded text: sentences that share rare stems, and the exact ends of the passage.

Seeds and their competition follow Sanchez-Perez, Sidorov, Gelbukh: A Winning Approach to Text
Alignment for Text Reuse Detection at PAN 2014 (CLEF 2014, section 2), the evidence is our own.
Legend: A, B tokens, I, J sentences of the two sides, V distinct stems, E distinct stems of
sentences, S seeds.
"""

from __future__ import annotations

import math

import numpy as np

from dedupe.kernels.hashing import lower_bound
from dedupe.kernels.jit import inlined, kernel
from dedupe.kernels.sentences import STEM, TIMES, find_seeds, room_for, room_of, trim, weigh
from dedupe.kernels.sorting import sort_few

SEED_COSINE, SEED_DICE = 0.25, 0.2
"""Similarity of two sentences, of their weighted stems and of the sets of these, above which they
are a seed."""
COMPETITION = 0.7
"""Least share of the best cosine of its row and its column that a seed has."""
GAP = 4
"""Sentences between two seeds of one passage."""
CLUSTER_COSINE = 0.4
"""Least similarity of the two sides of a passage as wholes."""

_ONE = np.uint64(1)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


@inlined
def _compete(seed, cosine, best, other_best):
    """Keep the seeds that are nearly the best of their sentences; their number."""
    best[:] = 0.0
    other_best[:] = 0.0
    for k in range(len(seed)):
        i, j = seed[k] >> np.uint64(32), seed[k] & np.uint64(0xFFFFFFFF)
        best[i] = max(best[i], cosine[k])
        other_best[j] = max(other_best[j], cosine[k])
    kept = 0
    for k in range(len(seed)):
        i, j = seed[k] >> np.uint64(32), seed[k] & np.uint64(0xFFFFFFFF)
        if cosine[k] >= COMPETITION * best[i] and cosine[k] >= COMPETITION * other_best[j]:
            seed[kept] = seed[k]
            kept += 1
    return kept


@inlined
def _turn(seed):
    """Exchange the two sentences of every seed."""
    for k in range(len(seed)):
        seed[k] = seed[k] << np.uint64(32) | seed[k] >> np.uint64(32)


@inlined
def _side_vector(table, first, low, high, times, touched):
    """Add up the stems of some sentences; the number of distinct ones."""
    met = 0
    for e in range(np.uint64(first[low]), np.uint64(first[high + 1])):
        v = table[e, STEM]
        if times[v] == 0:
            touched[met] = v
            met += 1
        times[v] += table[e, TIMES]
    return met


@inlined
def _side_cosine(
    table, first, other_first, weight, low, high, other_low, other_high, times, other_times,
    touched, other_touched,
):  # fmt: skip
    """Similarity of two runs of sentences as wholes; times, other_times: i32 (V,), all 0."""
    met = _side_vector(table, first, low, high, times, touched)
    other_met = _side_vector(table, other_first, other_low, other_high, other_times, other_touched)
    product, norm, other_norm = 0.0, 0.0, 0.0
    for m in range(met):
        v = touched[m]
        w = weight[v] * weight[v]
        product += w * times[v] * other_times[v]
        norm += w * times[v] ** 2
    for m in range(other_met):
        v = other_touched[m]
        other_norm += weight[v] * weight[v] * other_times[v] ** 2
        other_times[v] = 0
    for m in range(met):
        times[touched[m]] = 0
    return product / math.sqrt(norm * other_norm) if product > 0.0 else 0.0


@inlined
def _cluster_seeds(
    seed, table, first, other_first, place, other_place, least_words, least_both, weight, times,
    other_times, touched, other_touched, stack, rectangle,
):  # fmt: skip
    """Join neighbouring seeds to passages.

    Seeds are sorted by one side and cut where two neighbours are too far apart, each part by the
    other side, and so on until nothing can be cut. A part whose two sides are not similar enough
    as wholes is cut again with a smaller gap, and one that is too short is left out.

    place, other_place: i64 (I + 1,) first token of each sentence; least_words, least_both: words
    of a passage, on the shorter side and on both together
    stack: i32 (S + 2, 4), scratch; rectangle: i32 (S + 1, 4) written: first and last sentence of
    either side. Returns their number.
    """
    if len(seed) == 0:
        return 0
    found = 0
    stack[0, 0], stack[0, 1], stack[0, 2], stack[0, 3] = 0, len(seed), GAP, 0
    waiting = 1
    while waiting > 0:
        waiting -= 1
        low, high, gap, tried = (
            stack[waiting, 0], stack[waiting, 1], stack[waiting, 2], stack[waiting, 3]
        )  # fmt: skip
        part = seed[low:high]
        sort_few(part)
        cuts, begun = 0, low
        for k in range(low + 1, high + 1):
            if (
                k == high
                or np.int64(seed[k] >> np.uint64(32)) - np.int64(seed[k - 1] >> np.uint64(32))
                > gap + 1
            ):
                if k == high and cuts == 0:
                    break
                _turn(seed[begun:k])
                stack[waiting, 0], stack[waiting, 1] = begun, k
                stack[waiting, 2], stack[waiting, 3] = gap, (tried & 1) ^ 1
                waiting += 1
                cuts += 1
                begun = k
        if cuts:
            continue
        side = tried & 1  # of the sentences in the upper half: 0 for A
        if tried < 2:
            _turn(part)
            stack[waiting, 0], stack[waiting, 1], stack[waiting, 2] = low, high, gap
            stack[waiting, 3] = (side ^ 1) | 2
            waiting += 1
            continue
        upper_low, upper_high = part[0] >> np.uint64(32), part[high - low - 1] >> np.uint64(32)
        lower_low, lower_high = np.uint64(0xFFFFFFFF), np.uint64(0)
        for k in range(len(part)):
            lower_low = min(lower_low, part[k] & np.uint64(0xFFFFFFFF))
            lower_high = max(lower_high, part[k] & np.uint64(0xFFFFFFFF))
        if side == 1:
            upper_low, lower_low = lower_low, upper_low
            upper_high, lower_high = lower_high, upper_high
        words = place[upper_high + _ONE] - place[upper_low]
        other_words = other_place[lower_high + _ONE] - other_place[lower_low]
        if min(words, other_words) < least_words or words + other_words < least_both:
            continue
        similar = _side_cosine(
            table, first, other_first, weight, np.int64(upper_low), np.int64(upper_high),
            np.int64(lower_low), np.int64(lower_high), times, other_times, touched, other_touched,
        )  # fmt: skip
        if similar >= CLUSTER_COSINE:
            rectangle[found, 0], rectangle[found, 1] = upper_low, upper_high
            rectangle[found, 2], rectangle[found, 3] = lower_low, lower_high
            found += 1
        elif gap > 0:
            stack[waiting, 0], stack[waiting, 1], stack[waiting, 2] = low, high, gap - 1
            stack[waiting, 3] = side
            waiting += 1
    return found


@inlined
def _evidence(
    stem, numbers, name, other, other_name, rarity, least_rare, times, other_times, plain, touched,
    place, heaviest,
):  # fmt: skip
    """Evidence that two spans are one passage, ln((S + 1)(C + 1)); and C.

    S is the weight of the shared stems, C that of the heaviest chain of them whose first places
    rise on both sides. A stem weighs one by the times it stands on the side that has it more often:
    what is said again and again is the topic. Texts on one topic share as many stems as reworded
    ones do, but not their order. Both are 0 where fewer than `least_rare` shared stems are neither
    common nor names on both sides.

    stem: u32, numbers: i32, name: bool of the words of one span; other, other_name: of the other
    rarity: f32 (2 ** k,) information of a stem, by its upper bits
    times, other_times: i32 (V,), all 0; plain: bool (V,), all false; touched, place: i32 (V,),
        heaviest: f64 (B + 1,), scratch
    """
    shift = np.uint32(32)
    places = len(rarity)
    while places > 1:
        shift -= np.uint32(1)
        places >>= 1
    for t in range(len(other)):
        v = other[t]
        if other_times[v] == 0:
            place[v] = t
        other_times[v] += 1
        plain[v] |= not other_name[t]
    met = 0
    for t in range(len(numbers)):
        v = numbers[t]
        if times[v] == 0:
            touched[met] = t
            met += 1
        times[v] += 1
        plain[v] |= not name[t]
    # A Fenwick tree of maxima: the heaviest chain that ends before a place of the other side.
    heaviest[: len(other) + 1] = 0.0
    shared, chain, rare = 0.0, 0.0, 0
    for m in range(met):
        v = numbers[touched[m]]
        if other_times[v] == 0:
            continue
        rare += plain[v] and rarity[np.uint64(stem[touched[m]] >> shift)] > 1.0
        weight = 1.0 / max(times[v], other_times[v])
        shared += weight
        node, before = place[v], 0.0
        while node > 0:
            before = max(before, heaviest[node])
            node &= node - 1
        chain = max(chain, before + weight)
        node = place[v] + 1
        while node <= len(other):
            heaviest[node] = max(heaviest[node], before + weight)
            node += node & -node
    for m in range(met):
        v = numbers[touched[m]]
        times[v], plain[v] = 0, False
    for t in range(len(other)):
        other_times[other[t]], plain[other[t]] = 0, False
    if rare < least_rare:
        return 0.0, 0.0
    return math.log((shared + 1.0) * (chain + 1.0)), chain


@kernel
def pad_boxes(partner, box, unit, piece_unit, pad, out):
    """Find the sentences of boxes, and some around them.

    To look for them among those of their articles alone takes a fifth of the time that NumPy takes
    among all.

    partner: i32 (Q, 2) two articles, or one that holds both places; box: i64 (Q, 4) first word and
        end in either
    unit: i64 (U + 1,) first word of each sentence; piece_unit: i64 (D + 1,) first sentence of each
        article; pad: sentences on either side
    out: i64 (Q, 4) written: first sentence and end in either, cut apart between two places of one
        article, which share no sentence
    """
    for q in range(len(box)):
        for side in range(2):
            article, first, end = partner[q, side], box[q, 2 * side], box[q, 2 * side + 1]
            low, high = piece_unit[article], piece_unit[article + 1]
            out[q, 2 * side] = max(lower_bound(unit, first + 1, low, high) - 1 - pad, low)
            out[q, 2 * side + 1] = min(lower_bound(unit, end, low, high) + pad, high)
        if partner[q, 0] == partner[q, 1]:
            low, high = piece_unit[partner[q, 0]], piece_unit[partner[q, 0] + 1]
            middle = lower_bound(unit, (box[q, 1] + box[q, 2]) >> 1, low, high)
            out[q, 1], out[q, 2] = min(out[q, 1], middle), max(out[q, 2], middle)


@kernel
def align_reworded(
    stem, name, sentence, bounds, rarity, least, least_rare, least_order, least_words, least_both,
    room, owner, span, evidence,
):  # fmt: skip
    """Align pairs of boxes, each some whole sentences of an article.

    stem: u32 (N,); name: bool (N,) whether the word is written as a name
    sentence: i64 (S + 1,) first token of each sentence, then N
    bounds: i64 (Q, 4) first sentence and end, in either article
    rarity: f32 (2 ** k,) information of a stem in nats, by its upper bits
    least, least_rare: evidence, and shared stems that are neither common nor names, from which a
        span counts
    least_order: chain of shared stems in the same order, by the root of the words of both sides
    least_words, least_both: words on the shorter side, and on both sides together
    room: most seeds of a pair
    owner: i64 (R,), span: i64 (R, 4), evidence: f64 (R,) written: box, first token and end on
        either side, and evidence

    Returns the number of spans; more than R were not written. -1 where the seeds had no room.
    """
    most_tokens, most_sentences = room_of(sentence, bounds)
    boxes = room_for(most_tokens, most_sentences)
    touched, other_touched = np.empty(most_tokens, np.int32), np.empty(most_tokens, np.int32)
    best, other_best = np.empty(most_sentences), np.empty(most_sentences)
    seed, cosine = np.empty(room, np.uint64), np.empty(room)
    stack, rectangle = np.empty((room + 2, 4), np.int32), np.empty((room + 1, 4), np.int32)
    times, other_times = np.zeros(most_tokens, np.int32), np.zeros(most_tokens, np.int32)
    mark, plain = np.empty(most_tokens, np.int32), np.zeros(most_tokens, np.bool_)
    place, heaviest = np.empty(most_tokens, np.int32), np.empty(most_tokens + 1)
    count = 0
    for q in range(len(bounds)):
        pair, stems = weigh(boxes, stem, sentence, bounds[q], q + 1)
        local, other_local, weight = pair.place, pair.other_place, pair.weight
        rows, columns = len(local) - 1, len(other_local) - 1
        a_base, b_base = sentence[bounds[q, 0]], sentence[bounds[q, 2]]
        a, b = pair.numbers[: local[rows]], pair.numbers[local[rows] :]
        a_stem = stem[a_base : a_base + len(a)]
        a_name, b_name = name[a_base : a_base + len(a)], name[b_base : b_base + len(b)]
        seeds = find_seeds(pair, SEED_COSINE, SEED_DICE, seed, cosine)
        if seeds > room:
            return -1
        seeds = _compete(seed[:seeds], cosine[:seeds], best[:rows], other_best[:columns])
        passages = _cluster_seeds(
            seed[:seeds], pair.table, pair.first, pair.other_first, local, other_local,
            least_words, least_both, weight, times, other_times, touched, other_touched, stack,
            rectangle,
        )  # fmt: skip
        mark[:stems] = -1
        for p in range(passages):
            low, high = local[rectangle[p, 0]], local[rectangle[p, 1] + 1]
            other_low, other_high = other_local[rectangle[p, 2]], other_local[rectangle[p, 3] + 1]
            # To trim hardly ever adds evidence: most passages need not be trimmed at all.
            for trimmed in range(2):
                value, chain = _evidence(
                    a_stem[low:high], a[low:high], a_name[low:high], b[other_low:other_high],
                    b_name[other_low:other_high], rarity, least_rare, times, other_times, plain,
                    touched, place, heaviest,
                )  # fmt: skip
                if trimmed or value < least:
                    break
                for turn in range(2):
                    stamp = 4 * p + 2 * turn
                    low, high = trim(a, b, weight, low, high, other_low, other_high, mark, stamp)
                    other_low, other_high = trim(
                        b, a, weight, other_low, other_high, low, high, mark, stamp + 1
                    )
            words, other_words = high - low, other_high - other_low
            if value < least or min(words, other_words) < least_words:
                continue
            if words + other_words < least_both:
                continue
            if chain < least_order * math.sqrt(words + other_words):
                continue
            if count < len(owner):
                span[count, 0], span[count, 1] = a_base + low, a_base + high
                span[count, 2], span[count, 3] = b_base + other_low, b_base + other_high
                owner[count], evidence[count] = q, value
            count += 1
    return count


@kernel
def join_spans(pair, span, evidence, gap, joined_pair, joined, joined_evidence, copied):
    """Join the spans of two articles that lie close to each other on both sides.

    Where copied spans cover half of a reworded one they stand for it, as one, since their ends are
    sharper. Two copied ones that nothing else connects are joined only where they meet.

    pair: u64 (M,) articles, ascending; span: i64 (M, 4); evidence: f64 (M,), NaN for copied spans
    gap: words between two spans, on either side, up to which they are one
    joined_pair: u64 (M,), joined: i64 (M, 4), joined_evidence: f64 (M,) written, the evidence
        being the highest of the spans, and NaN where all are copied
    copied: i64 (M,) written: words of copied spans, on both sides together
    Returns their number.
    """
    count = 0
    low = 0
    while low < len(pair):
        begun = count
        high = low
        while high < len(pair) and pair[high] == pair[low]:
            if math.isnan(evidence[high]):
                _put(span[high], joined[count])
                joined_evidence[count] = evidence[high]
                copied[count] = _shared(span[high], span[high])
                count += 1
            high += 1
        last = count
        for k in range(low, high):
            if math.isnan(evidence[k]):
                continue
            covered, first = 0, -1
            for c in range(begun, last):
                shared = _shared(span[k], joined[c])
                if shared > 0:
                    covered += shared
                    first = c if first < 0 else first
            if 2 * covered < span[k, 1] - span[k, 0] + span[k, 3] - span[k, 2]:
                _put(span[k], joined[count])
                joined_evidence[count], copied[count] = evidence[k], 0
                count += 1
                continue
            for c in range(first + 1, last):
                if _shared(span[k], joined[c]) > 0 and _follows(joined[first], joined[c], gap):
                    _widen(joined[first], joined[c])
        joined_pair[begun:count] = pair[low]
        count = _join(joined, joined_evidence, copied, begun, count, gap)
        low = high
    return count


@inlined
def _put(span, out):
    for side in range(4):
        out[side] = span[side]


@inlined
def _widen(span, other):
    """Widen a span so that it holds another one, on both sides."""
    span[0], span[1] = min(span[0], other[0]), max(span[1], other[1])
    span[2], span[3] = min(span[2], other[2]), max(span[3], other[3])


@inlined
def _follows(span, other, gap):
    """Whether another span stands closely behind a span, or before it, on both sides alike."""
    behind = max(other[0] - span[1], other[2] - span[3])
    before = max(span[0] - other[1], span[2] - other[3])
    ordered = (other[0] >= span[0]) == (other[2] >= span[2])
    return ordered and max(behind, before) <= gap


@inlined
def _shared(span, other):
    """Words that two spans have in common, on both sides together; 0 where they miss one side."""
    a = min(span[1], other[1]) - max(span[0], other[0])
    b = min(span[3], other[3]) - max(span[2], other[2])
    return a + b if a > 0 and b > 0 else 0


@inlined
def _join(span, evidence, copied, low, high, gap):
    """Join the spans of one pair until none are close; the new end."""
    changed = True
    while changed:
        changed = False
        x = low
        while x < high:
            y = x + 1
            while y < high:
                apart = max(span[y, 0] - span[x, 1], span[x, 0] - span[y, 1])
                other = max(span[y, 2] - span[x, 3], span[x, 2] - span[y, 3])
                both = math.isnan(evidence[x]) and math.isnan(evidence[y])
                if max(apart, other) > (0 if both else gap):
                    y += 1
                    continue
                _widen(span[x], span[y])
                copied[x] += copied[y]
                if not evidence[x] >= evidence[y]:
                    evidence[x] = evidence[x] if math.isnan(evidence[y]) else evidence[y]
                high -= 1
                evidence[y], copied[y] = evidence[high], copied[high]
                _put(span[high], span[y])
                changed = True
            x += 1
    return high


@inlined
def _shared_runs(token, a_low, a_high, b_low, b_high, table):
    """Runs of three words that two spans share, each counted as often as it stands in both."""
    table[:] = -1
    mask = np.uint64(len(table) - 1)
    for t in range(np.uint64(a_low), np.uint64(max(a_high - 2, a_low))):
        key = _run(token, t)
        slot = (np.uint64(key) * _FACTOR >> np.uint64(32)) & mask
        while table[slot] != -1:
            slot = (slot + _ONE) & mask
        table[slot] = key
    shared = 0
    for t in range(np.uint64(b_low), np.uint64(max(b_high - 2, b_low))):
        key = _run(token, t)
        slot = (np.uint64(key) * _FACTOR >> np.uint64(32)) & mask
        while table[slot] != -1 and table[slot] != key:
            slot = (slot + _ONE) & mask
        if table[slot] == key:
            table[slot] = -2
            shared += 1
    return shared


@inlined
def _run(token, t):
    """Hash of three words, not negative."""
    state = (np.uint64(token[t]) << np.uint64(32) | np.uint64(token[t + _ONE])) * _FACTOR
    state ^= state >> np.uint64(29)
    state = (state ^ np.uint64(token[t + np.uint64(2)])) * _FACTOR
    return np.int64(state >> _ONE)


@inlined
def _in_order(stem, a_low, a_high, b_low, b_high, slot_stem, place, tail):
    """Share of the stems with one place on either side that a longest rising run of them holds.

    slot_stem: u32, place: i64 (2 ** k, 3), tail: i64, scratch
    """
    mask = np.uint64(len(slot_stem) - 1)
    place[:] = 0
    for t in range(np.uint64(a_low), np.uint64(a_high)):
        slot = (np.uint64(stem[t]) * _FACTOR >> np.uint64(32)) & mask
        while place[slot, 0] > 0 and slot_stem[slot] != stem[t]:
            slot = (slot + _ONE) & mask
        slot_stem[slot] = stem[t]
        place[slot, 0] += 1
    for t in range(np.uint64(b_low), np.uint64(b_high)):
        slot = (np.uint64(stem[t]) * _FACTOR >> np.uint64(32)) & mask
        while place[slot, 0] > 0 and slot_stem[slot] != stem[t]:
            slot = (slot + _ONE) & mask
        if place[slot, 0] > 0:
            place[slot, 1] += 1
            place[slot, 2] = t
    longest, single = 0, 0
    for t in range(np.uint64(a_low), np.uint64(a_high)):
        slot = (np.uint64(stem[t]) * _FACTOR >> np.uint64(32)) & mask
        while slot_stem[slot] != stem[t]:
            slot = (slot + _ONE) & mask
        if place[slot, 0] != 1 or place[slot, 1] != 1:
            continue
        single += 1
        there = place[slot, 2]
        low, high = 0, longest
        while low < high:
            middle = (low + high) // 2
            if tail[middle] < there:
                low = middle + 1
            else:
                high = middle
        tail[low] = there
        longest = max(longest, low + 1)
    return longest / single if single else 1.0


@kernel
def describe_edits(token, stem, span, out):
    """What was done to copied text.

    token, stem: u32 (N,); span: i64 (M, 4)
    out: f64 (M, 2) written: runs of three words that both spans share, as a share of those of the
        shorter one; and the share of common words that stand in the same order.
    """
    longest = np.int64(1)
    for m in range(len(span)):
        longest = max(longest, span[m, 1] - span[m, 0], span[m, 3] - span[m, 2])
    slots = 64
    while slots < 2 * longest:
        slots *= 2
    table, slot_stem = np.empty(slots, np.int64), np.empty(slots, np.uint32)
    place, tail = np.empty((slots, 3), np.int64), np.empty(longest, np.int64)
    for m in range(len(span)):
        a_low, a_high, b_low, b_high = span[m, 0], span[m, 1], span[m, 2], span[m, 3]
        room = 64
        while room < 2 * (a_high - a_low):
            room *= 2
        runs = max(min(a_high - a_low, b_high - b_low) - 2, 1)
        out[m, 0] = _shared_runs(token, a_low, a_high, b_low, b_high, table[:room]) / runs
        out[m, 1] = _in_order(
            stem, a_low, a_high, b_low, b_high, slot_stem[:room], place[:room], tail
        )
