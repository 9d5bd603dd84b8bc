"""Which drafts of an article stand, which of its words they claim, and what names them."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.jit import inlined, kernel

_MIX, _HALF = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)


@inlined
def _union(low, high, count):
    """Length of the union of some stretches, sorted by their start."""
    total, behind = np.int64(0), np.int64(0)
    for place in range(count):
        if place == 0 or low[place] > behind:
            behind = low[place]
        if high[place] > behind:
            total += high[place] - behind
            behind = high[place]
    return total


@kernel
def settle(
    edges, rule, start, end, original, alone, article_rule, passages, hidden,
    winners, low, high, stands, also,
):  # fmt: skip
    """Decide, article by article, which drafts stand and which are named by a stronger one.

    edges: i64 (A + 1,) first draft of each article; rule: u8 (R,), start, end: i64 (R,) words,
    original: bool (R,), of drafts in the order of their strength; alone: bool (rules,) rules that
    do not compete; article_rule: a rule that never hides `passages`, bool (rules,);
    hidden: share of its words that stronger drafts must cover for a draft to fall; winners: i64
    (longest,), low, high: i64 (longest,): room for the most drafts of an article; stands: bool
    (R,), also: u32 (R,) written: bits of the rules that each draft hides.
    """
    for article in range(len(edges) - 1):
        won = 0
        for draft in range(edges[article], edges[article + 1]):
            stands[draft], also[draft] = True, 0
            if alone[rule[draft]]:
                continue
            covered, most, best = 0, 0, -1
            for place in range(0 if original[draft] else won):
                winner = winners[place]
                if original[winner] or (rule[winner] == article_rule and passages[rule[draft]]):
                    continue
                first, behind = max(start[draft], start[winner]), min(end[draft], end[winner])
                if start[draft] == end[draft] and start[winner] <= first <= end[winner]:
                    behind = first + 1  # a line without words
                if behind <= first:
                    continue
                if behind - first > most:
                    best, most = winner, behind - first
                slot = covered
                while slot > 0 and low[slot - 1] > first:
                    low[slot], high[slot] = low[slot - 1], high[slot - 1]
                    slot -= 1
                low[slot], high[slot] = first, behind
                covered += 1
            words = max(end[draft] - start[draft], 1)
            if best >= 0 and _union(low, high, covered) >= hidden * words:
                stands[draft] = False
                if rule[draft] != rule[best]:
                    also[best] |= np.uint32(1) << np.uint32(rule[draft])
            else:
                winners[won] = draft
                won += 1


@kernel
def count_layers(edges, first_word, layer, start, end, paint, counts):
    """Count the words of articles by the highest layer that claims them.

    edges: i64 (A + 1,) first draft of each article; first_word: i64 (A,) first word of each;
    layer: u8 (R,) from 1, 0 claims nothing; start, end: i64 (R,) words; paint: u8, zero, room for
    the words of the longest article; counts: i64 (A, layers) written.
    """
    layers = counts.shape[1]
    for article in range(len(edges) - 1):
        behind = first_word[article]
        for level in range(1, layers + 1):
            for draft in range(edges[article], edges[article + 1]):
                if layer[draft] == level:
                    low = start[draft] - first_word[article]
                    paint[low : low + end[draft] - start[draft]] = level
                    behind = max(behind, end[draft])
        painted = paint[: behind - first_word[article]]
        for level in range(1, layers + 1):
            count = np.int64(0)
            for word in painted:
                count += word == level
            counts[article, level - 1] = count
        painted[:] = 0


@kernel
def mix(values, start, end, state):
    """Mix stretches of values into some numbers.

    values: u32 or u8 (N,); start, end: i64 (F,) stretches of it; state: u64 (F,) changed.
    """
    for stretch in range(len(start)):
        mixed = state[stretch]
        for value in values[start[stretch] : end[stretch]]:
            mixed = (mixed ^ np.uint64(value)) * _MIX
            mixed ^= mixed >> _HALF
        state[stretch] = mixed
