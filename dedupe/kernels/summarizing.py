"""Passages that sum up a whole other article: islands in their own, which that one explains.

Nearly every word of a summary stands somewhere in what it sums up, far apart there, and the words
around it do not. Legend: A, B tokens, I, J sentences of the two sides, S seeds.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.jit import inlined, kernel
from dedupe.kernels.sentences import find_seeds, room_for, room_of, trim, weigh

SEED_COSINE, SEED_DICE = 0.15, 0.1
"""Similarity of a sentence with one that it draws on: less than where sentences are reworded."""
GAP = 2
"""Sentences from one that draws on the other article to the next one of a passage."""
RARE_SHARE = 0.25
"""Shared stems of more than one nat to a word."""
SURROUNDINGS = 2
"""Words of the box to one of the passage; without any around it nothing can be told."""
SHORTER = 3
"""Words of the sentences that are drawn on, and between them, to one of the passage."""
LONGEST = 20
"""Words of an article to one of the passage, above which chance explains too much."""
DRAWN_ON = 0.4
"""Share of the other article that lies between the first and the last sentence drawn on."""
EXPLAINED, LONGER = 0.65, 2
"""A match that explains so much of the information of a passage, and is not so many times longer
on the other side, is no summary: that is a passage, copied or reworded."""


@inlined
def _group(first, last, highest):
    """The last sentence, below `last`, of the group that begins at `first`.

    highest: i32 (I,) last sentence that each one draws on; -1 for none
    """
    end = first
    s = first + 1
    while s < last and s - end <= GAP:
        if highest[s] >= 0:
            end = s
        s += 1
    return end


@inlined
def _explained(numbers, low, high, weight, times):
    """Share of the weight of some words whose stems stand in the other article."""
    whole, matched = 0.0, 0.0
    for t in range(low, high):
        v = numbers[t]
        whole += weight[v]
        matched += weight[v] * (times[v] > 0)
    return matched, whole


@inlined
def _shared(stem, numbers, low, high, rarity, shift, other_times, times):
    """Information of the stems that some words share with other ones, and how many are rare.

    other_times: i32 (V,) how often each stem stands among the others; times: i32 (V,), all 0
    """
    information, rare = 0.0, 0
    for t in range(low, high):
        v = numbers[t]
        times[v] += 1
        if times[v] <= other_times[v]:
            nats = rarity[np.uint64(stem[t] >> shift)]
            information += nats
            rare += times[v] == 1 and nats > 1.0
    for t in range(low, high):
        times[numbers[t]] = 0
    return information, rare


@kernel
def find_summaries(
    stem, sentence, bounds, rarity, match, match_range, least_rare, island, room, owner, span, facts
):  # fmt: skip
    """Find the passages of one text that sum up another one.

    stem: u32 (N,); sentence: i64 (S + 1,) first token of each sentence, then N
    bounds: i64 (Q, 4) first sentence and end, of a box in which a summary may stand, and of a whole
        other article
    rarity: f32 (2 ** k,) information of a stem in nats, by its upper bits
    match: i64 (M, 4) known matches, first token and end on either side
    match_range: i64 (Q, 2) those of each pair, first and end
    least_rare: shared stems of more than one nat that a summary has at least
    island: how much more of a summary than of the words around it the other article explains
    room: most seeds of a pair
    owner: i64 (R,), span: i64 (R, 2), facts: f64 (R, 3) written: the pair, first token and end of
        the passage, the share of it that the other article explains, of the words around it, and
        the number of rare stems shared

    Returns the number of passages; more than R were not written. -1 where the seeds had no room.
    """
    most_tokens, most_sentences = room_of(sentence, bounds)
    boxes = room_for(most_tokens, most_sentences)
    lowest, highest = np.empty(most_sentences, np.int32), np.empty(most_sentences, np.int32)
    seed, cosine = np.empty(room, np.uint64), np.empty(room)
    there, part = np.zeros(most_tokens, np.int32), np.zeros(most_tokens, np.int32)
    times, mark = np.zeros(most_tokens, np.int32), np.empty(most_tokens, np.int32)
    shift = np.uint32(32)
    places = len(rarity)
    while places > 1:
        shift -= np.uint32(1)
        places >>= 1
    count = 0
    for q in range(len(bounds)):
        pair, stems = weigh(boxes, stem, sentence, bounds[q], q + 1)
        weight, place, other_place = pair.weight, pair.place, pair.other_place
        rows = len(place) - 1
        base, other_base = sentence[bounds[q, 0]], sentence[bounds[q, 2]]
        ours, theirs = pair.numbers[: place[rows]], pair.numbers[place[rows] :]
        mine = stem[base : base + len(ours)]
        seeds = find_seeds(pair, SEED_COSINE, SEED_DICE, seed, cosine)
        if seeds > room:
            return -1
        lowest[:rows], highest[:rows] = len(theirs), -1
        for k in range(seeds):
            i, j = seed[k] >> np.uint64(32), np.int32(seed[k] & np.uint64(0xFFFFFFFF))
            lowest[i], highest[i] = min(lowest[i], j), max(highest[i], j)
        for t in range(len(theirs)):
            there[theirs[t]] += 1
        mark[:stems] = -1
        stamp = 0
        s = 0
        while s < rows:
            if highest[s] < 0:
                s += 1
                continue
            last = _group(s, rows, highest)
            low, high = place[max(s - 1, 0)], place[min(last + 2, rows)]
            s = last + 1
            for _ in range(2):
                low, high = trim(ours, theirs, weight, low, high, 0, len(theirs), mark, stamp)
                stamp += 1
            words = high - low
            if SURROUNDINGS * words > len(ours) or LONGEST * words < len(theirs):
                continue
            information, rare = _shared(mine, ours, low, high, rarity, shift, there, times)
            if rare < least_rare or rare < RARE_SHARE * words:
                continue
            first_drawn, last_drawn = len(other_place), -1
            for i in range(rows):
                if place[i] < high and place[i + 1] > low and highest[i] >= 0:
                    first_drawn = min(first_drawn, lowest[i])
                    last_drawn = max(last_drawn, highest[i])
            if last_drawn < 0:
                continue
            drawn = other_place[last_drawn + 1] - other_place[first_drawn]
            if drawn < SHORTER * words or drawn < DRAWN_ON * len(theirs):
                continue
            matched, whole = _explained(ours, low, high, weight, there)
            before, above = _explained(ours, 0, low, weight, there)
            behind, below = _explained(ours, high, len(ours), weight, there)
            inside = matched / max(whole, 1.0)
            around = (before + behind) / max(above + below, 1.0)
            if inside - around < island:
                continue
            known = False
            for m in range(match_range[q, 0], match_range[q, 1]):
                begin, end = max(match[m, 0] - base, low), min(match[m, 1] - base, high)
                other_begin, other_end = match[m, 2] - other_base, match[m, 3] - other_base
                if end <= begin or other_end - other_begin >= LONGER * (match[m, 1] - match[m, 0]):
                    continue
                for t in range(other_begin, other_end):
                    part[theirs[t]] += 1
                told, _ = _shared(mine, ours, begin, end, rarity, shift, part, times)
                for t in range(other_begin, other_end):
                    part[theirs[t]] = 0
                known |= told >= EXPLAINED * information
            if known:
                continue
            if count < len(owner):
                owner[count], span[count, 0], span[count, 1] = q, base + low, base + high
                facts[count, 0], facts[count, 1], facts[count, 2] = inside, around, rare
            count += 1
        for t in range(len(theirs)):
            there[theirs[t]] = 0
    return count
