"""Two texts as sentences: what stems weigh in them, which sentences are alike, where spans end.

What tells reuse from a common topic is how rare a stem is *in these two texts*: a word that is all
over both weighs nothing. Weights and seeds follow Sanchez-Perez, Sidorov, Gelbukh: A Winning
Approach to Text Alignment for Text Reuse Detection at PAN 2014 (CLEF 2014, section 2), the trimming
is our own. Legend: A, B tokens, I, J sentences of the two sides, V distinct stems, E distinct stems
of sentences, S seeds.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from dedupe.arrays import F64, I32, I64, U32
from dedupe.kernels.jit import inlined

PRICE = 0.65
"""What an unmatched word costs, as a share of its log-likelihood ratio."""
AROUND = 400
"""Words on either side of a passage that tell how much of any text is matched by chance."""

_ONE = np.uint64(1)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
# Columns of the table of distinct stems of sentences.
STEM, TIMES = range(2)


class Pair(NamedTuple):
    """Two texts as sentences; or the room for those of several pairs, one after the other."""

    numbers: I32
    """(A + B,) the stem of each token, as a number from 0"""
    place: I64
    """(I + 1,) first token of each sentence of the first text, then A"""
    other_place: I64
    """(J + 1,)"""
    weight: F64
    """(V,) of each stem: ln of all sentences by those that hold it"""
    table: I32
    """(E, 2) stems of sentences, and how often they stand there"""
    first: I32
    """(I + 1,) first row of each sentence of the first text"""
    other_first: I32
    """(J + 1,)"""
    norm: F64
    """(I,) length of each sentence as a vector"""
    other_norm: F64
    """(J,)"""
    begin: I32
    """(V + 1,) where the sentences of the first text begin that hold each stem, in the next two"""
    in_sentence: I32
    times: F64
    product: F64
    """(I,), and what follows, scratch"""
    shared: I32
    slot_stem: U32
    slot_number: I64
    seen: I32
    spread: I32
    logarithm: F64


@inlined
def room_for(tokens, sentences):
    """Room for pairs of so many tokens on both sides, and so many sentences on either."""
    slots = 64
    while slots < 2 * tokens:
        slots *= 2
    logarithm = np.empty(2 * sentences + 1)
    for k in range(1, len(logarithm)):
        logarithm[k] = math.log(np.float64(k))
    return Pair(
        np.empty(tokens, np.int32), np.empty(sentences + 1, np.int64),
        np.empty(sentences + 1, np.int64), np.empty(tokens), np.empty((tokens, 2), np.int32),
        np.empty(sentences + 1, np.int32), np.empty(sentences + 1, np.int32),
        np.empty(sentences), np.empty(sentences), np.empty(tokens + 2, np.int32),
        np.empty(tokens, np.int32), np.empty(tokens), np.empty(sentences),
        np.empty(sentences, np.int32), np.empty(slots, np.uint32), np.zeros(slots, np.int64),
        np.empty(tokens, np.int32), np.empty(tokens, np.int32), logarithm,
    )  # fmt: skip


@inlined
def room_of(sentence, bounds):
    """Most tokens on both sides, and most sentences on either, of some pairs of boxes."""
    tokens, sentences = np.int64(1), np.int64(1)
    for q in range(len(bounds)):
        a = sentence[bounds[q, 1]] - sentence[bounds[q, 0]]
        b = sentence[bounds[q, 3]] - sentence[bounds[q, 2]]
        tokens = max(tokens, a + b)
        sentences = max(sentences, bounds[q, 1] - bounds[q, 0], bounds[q, 3] - bounds[q, 2])
    return tokens, sentences


@inlined
def weigh(room, stem, sentence, bounds, stamp):
    """A pair of boxes, and the number of its stems.

    room: of `room_for`; stem: u32 (N,); sentence: i64 (S + 1,) first token of each sentence, then N
    bounds: i64 (4,) first sentence and end of either box; stamp: above 0, another one for each pair
    """
    first_row, rows = bounds[0], bounds[1] - bounds[0]
    first_column, columns = bounds[2], bounds[3] - bounds[2]
    base, other_base = sentence[bounds[0]], sentence[bounds[2]]
    size, other_size = sentence[bounds[1]] - base, sentence[bounds[3]] - other_base
    one, other = stem[base : base + size], stem[other_base : other_base + other_size]
    numbers = room.numbers[: size + other_size]
    mine, theirs = numbers[:size], numbers[size:]
    stems = _number_stems(one, room.slot_stem, room.slot_number, stamp, mine, 0)
    stems = _number_stems(other, room.slot_stem, room.slot_number, stamp, theirs, stems)
    place, other_place = room.place[: rows + 1], room.other_place[: columns + 1]
    for s in range(rows + 1):
        place[s] = sentence[first_row + s] - base
    for s in range(columns + 1):
        other_place[s] = sentence[first_column + s] - other_base
    room.seen[:stems] = -1
    room.spread[:stems] = 0
    first, other_first = room.first[: rows + 1], room.other_first[: columns + 1]
    at = _count_sentences(mine, place, room.seen, room.spread, room.table, first, 0)
    _count_sentences(theirs, other_place, room.seen, room.spread, room.table, other_first, at)
    everything = room.logarithm[rows + columns]
    for v in range(stems):
        room.weight[v] = everything - room.logarithm[room.spread[v]]
    _norms(room.table, first, room.weight, room.norm)
    _norms(room.table, other_first, room.weight, room.other_norm)
    begin = room.begin[: stems + 2]
    _index_sentences(room.table, first, begin, room.in_sentence, room.times)
    return Pair(
        numbers, place, other_place, room.weight, room.table, first, other_first, room.norm,
        room.other_norm, begin, room.in_sentence, room.times, room.product, room.shared,
        room.slot_stem, room.slot_number, room.seen, room.spread, room.logarithm,
    ), stems  # fmt: skip


@inlined
def _number_stems(stem, slot_stem, slot_number, stamp, numbers, count):
    """Number the distinct stems of a text from 0; the next free number.

    slot_stem: u32, slot_number: i64 (2 ** k,): a slot is in use when its number has the stamp
    numbers: i32 (A,) written
    """
    mask = np.uint64(len(slot_stem) - 1)
    for t in range(np.uint64(len(stem))):
        value = stem[t]
        slot = (np.uint64(value) * _FACTOR >> np.uint64(32)) & mask
        while slot_number[slot] >> 32 == stamp and slot_stem[slot] != value:
            slot = (slot + _ONE) & mask
        if slot_number[slot] >> 32 != stamp:
            slot_stem[slot], slot_number[slot] = value, stamp << 32 | count
            count += 1
        numbers[t] = np.int32(slot_number[slot] & 0x7FFFFFFF)
    return count


@inlined
def _count_sentences(numbers, sentence, seen, spread, table, first, at):
    """List the distinct stems of each sentence and how often they stand there.

    numbers: i32 (A,), sentence: i64 (I + 1,) first token of each, then A
    seen: i32 (V,) -1 or an entry before `at`, written; spread: i32 (V,) sentences, added to
    table: i32 (E, 2), first: i32 (I + 1,) written, from entry `at` on. Returns the next entry.
    """
    for s in range(len(sentence) - 1):
        begun = at
        first[s] = at
        for t in range(np.uint64(sentence[s]), np.uint64(sentence[s + 1])):
            v = np.uint64(numbers[t])
            entry = seen[v]
            if entry < begun:
                seen[v] = at
                spread[v] += 1
                table[at, STEM], table[at, TIMES] = v, 1
                at += 1
            else:
                table[entry, TIMES] += 1
    first[len(sentence) - 1] = at
    return at


@inlined
def _norms(table, first, weight, norm):
    """Length of each sentence as a vector."""
    for s in range(len(first) - 1):
        total = 0.0
        for e in range(np.uint64(first[s]), np.uint64(first[s + 1])):
            total += (table[e, TIMES] * weight[np.uint64(table[e, STEM])]) ** 2
        norm[s] = math.sqrt(total)


@inlined
def _index_sentences(table, first, begin, in_sentence, times):
    """Where each stem stands, and how often: begin[v] to begin[v + 1] of the other two."""
    begin[:] = 0
    for e in range(np.uint64(first[0]), np.uint64(first[len(first) - 1])):
        begin[np.uint64(table[e, STEM] + 2)] += 1
    for v in range(2, len(begin)):
        begin[v] += begin[v - 1]
    for s in range(len(first) - 1):
        for e in range(np.uint64(first[s]), np.uint64(first[s + 1])):
            v = np.uint64(table[e, STEM] + 1)
            at = np.uint64(begin[v])
            in_sentence[at], times[at] = s, table[e, TIMES]
            begin[v] += 1


@inlined
def find_seeds(pair, least_cosine, least_dice, seed, cosine):
    """Pairs of sentences that are similar enough, by the second one.

    least_cosine, least_dice: similarity of the two sentences, of their weighted stems and of the
        sets of these, above which they are
    seed: u64 (S,), cosine: f64 (S,) written: I << 32 | J. Returns the number of seeds; more than S
    were not written.
    """
    first, other_first, table, weight = pair.first, pair.other_first, pair.table, pair.weight
    begin, in_sentence, times, norm = pair.begin, pair.in_sentence, pair.times, pair.norm
    product, shared = pair.product, pair.shared
    count = 0
    rows = np.uint64(len(first) - 1)
    for j in range(np.uint64(len(other_first) - 1)):
        product[:rows] = 0.0
        shared[:rows] = 0
        for f in range(np.uint64(other_first[j]), np.uint64(other_first[j + _ONE])):
            v = np.uint64(table[f, STEM])
            square = weight[v] * weight[v] * table[f, TIMES]
            for k in range(np.uint64(begin[v]), np.uint64(begin[v + _ONE])):
                i = np.uint64(in_sentence[k])
                shared[i] += 1
                product[i] += square * times[k]
        other_norm = pair.other_norm[j]
        size = other_first[j + _ONE] - other_first[j]
        for i in range(rows):
            if product[i] > least_cosine * other_norm * norm[i]:
                if 2.0 * shared[i] > least_dice * (first[i + _ONE] - first[i] + size):
                    if count < len(seed):
                        seed[count] = i << np.uint64(32) | j
                        cosine[count] = product[i] / (norm[i] * other_norm)
                    count += 1
    return count


@inlined
def trim(numbers, other, weight, low, high, other_low, other_high, mark, stamp):
    """The run of words of one side that the other side explains better than its surroundings do.

    A word is matched when its stem stands in the current span of the other side. The share of
    matched weight inside and around the span make a likelihood ratio, and the span becomes the run
    of the largest sum. So verbatim text gets sharp ends (an unmatched word costs what several
    matched ones earn), and reworded text tolerates holes.

    numbers, other: i32 of the tokens of both sides; mark: i32 (V,) below `stamp`, written
    """
    for t in range(np.uint64(other_low), np.uint64(other_high)):
        mark[np.uint64(other[t])] = stamp
    inside, matched = 0.0, 0.0
    for t in range(np.uint64(low), np.uint64(high)):
        v = np.uint64(numbers[t])
        inside += weight[v]
        matched += weight[v] * (mark[v] == stamp)
    outside, by_chance = 0.0, 0.0
    for t in range(np.uint64(max(low - AROUND, 0)), np.uint64(low)):
        v = np.uint64(numbers[t])
        outside += weight[v]
        by_chance += weight[v] * (mark[v] == stamp)
    for t in range(np.uint64(high), np.uint64(min(high + AROUND, len(numbers)))):
        v = np.uint64(numbers[t])
        outside += weight[v]
        by_chance += weight[v] * (mark[v] == stamp)
    share = min(max((matched + 0.5) / (inside + 1.0), 0.2), 0.95)
    chance = min(max((by_chance + 0.3) / (outside + 2.0), 0.02), 0.6 * share)
    earned = math.log(share / chance)
    price = PRICE * math.log((1.0 - share) / (1.0 - chance))
    best, best_low, best_high = 0.0, low, low
    total, begun = 0.0, low
    for t in range(low, high):
        v = np.uint64(numbers[np.uint64(t)])
        total += weight[v] * (earned if mark[v] == stamp else price)
        if total <= 0.0:
            total, begun = 0.0, t + 1
        elif total > best:
            best, best_low, best_high = total, begun, t + 1
    return best_low, best_high
