"""Sums over the words of every block that the filler scores are made of.

Legend: T bytes, N tokens, S sentences, B blocks, G = 2**BITS slots.

A number of the table holds all there is to know about an n-gram, so that it costs one load:

    bits 0-7    contribution to the wording score, plus BIAS
    bits 8-15   contribution to the closing score, plus BIAS
    bits 16-22  squared idf
    bit 23      COMMON: a word that nearly every topic uses
    bits 24-30  information of the word
    bit 31      MASKED: a closing cue, which no n-gram may hold
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.bits import bytes_between, trailing_zeros
from dedupe.kernels.jit import inlined, kernel
from dedupe.kernels.words import FIRST

BITS = 16
"""Slots are 2**BITS. With 18, 17, 16, 15, 14 bits a word costs 7.7, 6.6, 5.5, 5.1, 4.7 ns, and the
AUC of the closing head on unseen topics is .949, .949, .948, .947, .941: what is read all the time
has to fit into the L2 cache."""
MIX = 0xC2B2AE3D27D4EB4F
"""Multiplier that tells the first word of a bigram from the second."""
BIAS = 128
COMMON_BIT = 1 << 23
MASKED_BIT = 1 << 31

CHUNK = 256
"""Words that are looked up at a time, and then added up eight at a time."""
_STEP = np.uint64(15)
"""Words are padded to a multiple of 16 by such as count for nothing: LLVM does a rest one by one,
and a block has 55 words."""
SCRATCH = (5, CHUNK + 1)
"""Shape of the working memory of `sum_blocks`."""

(
    WORDING, CLOSING, SQUARES, NEW, KNOWN, DISTINCT, SPECIFIC, USUAL, FACTS, WORDS, FOREIGN, BYTES,
) = range(12)  # fmt: skip
"""Rows of the sums of a unit. NEW and KNOWN are the information of its distinct words that the
article had not used before, and had; DISTINCT is their number, SPECIFIC that of those with an
information of LEAST_SPECIFIC steps or more; USUAL counts words of the bit
COMMON, FACTS what the words state that the article had not stated, FOREIGN characters from Greek
upwards in Unicode without general punctuation."""
SUMS = 12
LEAST_SPECIFIC = 70
"""In 127 steps up to the information of a word that no topic uses. Anything from 50 to 100 tells
as much."""
NAME, NUMBER, QUOTATION = 2, 3, 4
"""What counts how much among the facts: names and numbers where they stand first, quotations."""
CAPITALS, DIGITS, QUOTES = range(3)
"""Rows of the counts of a block."""
COUNTS = 3

_LIST_ITEM = 3
_ENTRY, _PAIR, _USED, _KEPT, _FLAGS = range(5)
_NONE, _ONE, _ALL = np.uint64(0), np.uint64(1), np.uint64(2**64 - 1)
_MIX = np.uint64(MIX)
_SLOT, _MIX_SLOT = np.uint64(32 - BITS), np.uint64(64 - BITS)


@inlined
def _slot(word):
    """Slot of a word."""
    return np.uint64(word) >> _SLOT


@inlined
def _mixed(word):
    """What the slot of the next word is combined with (exclusive or) for the slot of a bigram."""
    return np.uint64(word) * _MIX >> _MIX_SLOT


@inlined
def _kept(flags, entry):
    """-1 for a word that n-grams may hold, 0 for a name, a number, a quoted word or a cue."""
    name = flags & ~(flags >> 3)  # a capital that does not open a sentence
    return ((name | flags >> 1 | flags >> 2 | entry >> 31) & 1) - 1


@inlined
def _foreign_characters(text, start, end):
    """Number of characters from Greek upwards in Unicode, general punctuation left out.

    Found by the first byte of their UTF-8 form, 64 bytes at a time.
    """
    foreign, i = 0, start
    while i < end:
        leading = bytes_between(text, i, np.uint8(0xCE), np.uint8(20)) | bytes_between(
            text, i, np.uint8(0xE3), np.uint8(29)
        )
        if leading != 0:
            leading &= _ALL >> np.uint64(max(i + 64 - end, 0))
            while leading != 0:  # rare in what is scored
                leading &= leading - _ONE
                foreign += 1
        i += 64
    return foreign


@kernel
def sum_blocks(
    text,
    token_hash,
    token_flags,
    sentence,
    block,
    kind,
    article,
    start,
    end,
    scored,
    table,
    seen,
    serial,
    scratch,
    sums,
    counts,
):
    """Sum what the tokens of every block contribute to its scores.

    The items of a list, which are neighbours of one article, are one unit: its sums stand at
    every item. A word counts once per unit, where it stands first; a bigram each time. No n-gram
    crosses the edge of a sentence or holds a word that is not kept.

    A chunk of words is looked up first and added up then, so that LLVM adds eight words at a
    time; there is no branch, since one would be mispredicted at every third word. One loop of the
    same costs 15 ns a word, not 5.

    Parameters
    ----------
    text: u8 (T,), 64 bytes or more behind the last block
    token_hash: u32 (N,)
    token_flags: u8 (N,)
    sentence: i32 (S + 1,) first tokens
    block: i32 (B + 1,) first sentences
    kind: u8 (B,) block kinds
    article: i32 (B,) ascending
    start, end: i64 (B,) bytes
    scored: u8 (kinds,) 1 for kinds of blocks that are scored and whose words count as seen
    table: i32 (G,)
    seen: i32 (G,) written: serial number of the unit that used the slot last
    serial: a number above all in `seen`
    scratch: i32 SCRATCH written
    sums: f32 (SUMS, B) written; zero for blocks that are not scored
    counts: i32 (COUNTS, B) written, for every block alone

    Returns the next serial number.
    """
    entries, pairs, used = scratch[_ENTRY], scratch[_PAIR], scratch[_USED]
    keeps, marks = scratch[_KEPT], scratch[_FLAGS]
    now = np.int32(serial)
    opened, last_article = now, np.int32(-1)
    b = 0
    while b < len(kind):
        stop = b + 1
        if kind[b] == _LIST_ITEM:
            while stop < len(kind) and kind[stop] == _LIST_ITEM and article[stop] == article[b]:
                stop += 1
        if article[b] != last_article:
            last_article = article[b]
            opened = now
        wording, closing, squares, usual = np.int32(0), np.int32(0), np.int32(0), np.int32(0)
        mass, known_mass, distinct = np.int32(0), np.int32(0), np.int32(0)
        specific, facts = np.int32(0), np.int32(0)
        foreign, size = 0, 0
        is_scored = scored[kind[b]] != 0
        for k in range(b, stop):
            capitals, digits, quotes = np.int32(0), np.int32(0), np.int32(0)
            at, last = np.uint64(sentence[block[k]]), np.uint64(sentence[block[k + 1]])
            mixed = np.uint64(0)  # of no account: the first word of a block opens a sentence
            keeps[_NONE] = marks[_NONE] = 0
            while at < last:
                n = min(last - at, np.uint64(CHUNK))
                if is_scored:
                    for i in range(n):
                        word = token_hash[at + i]
                        slot = _slot(word)
                        entries[i] = table[slot]
                        pairs[i] = table[slot ^ mixed]
                        mixed = _mixed(word)
                        used[i] = seen[slot]
                        seen[slot] = now
                for i in range(n):
                    marks[i + _ONE] = np.int32(token_flags[at + i])
                whole = (n + _STEP) & ~_STEP
                for i in range(n, whole):
                    entries[i], pairs[i], used[i], marks[i + _ONE] = 0, 0, now, FIRST
                for i in range(whole):
                    keeps[i + _ONE] = _kept(marks[i + _ONE], entries[i])
                    usual = np.int32(usual + (entries[i] >> 23 & 1))
                for i in range(whole):
                    flags = marks[i + _ONE]
                    capitals = np.int32(capitals + (flags & ~(flags >> 3) & 1))
                    digits = np.int32(digits + (flags >> 1 & 1))
                    quotes = np.int32(quotes + ((flags & ~marks[i]) >> 2 & 1))
                for i in range(whole):
                    new = np.int32(used[i] - now) >> 31  # -1 where last used before this unit
                    known = new & ~(np.int32(used[i] - opened) >> 31)
                    entry = entries[i]
                    information = entry >> 24 & 0x7F
                    mass = np.int32(mass + (information & new))
                    distinct = np.int32(distinct - new)
                    telling = LEAST_SPECIFIC - 1 - information >> 31
                    specific = np.int32(specific - (new & telling))
                    known_mass = np.int32(known_mass + (information & known))
                    take = keeps[i + _ONE] & new
                    wording = np.int32(wording + (((entry & 0xFF) - BIAS) & take))
                    closing = np.int32(closing + (((entry >> 8 & 0xFF) - BIAS) & take))
                    squares = np.int32(squares + (entry >> 16 & 0x7F & take))
                for i in range(whole):
                    flags = marks[i + _ONE]
                    first = np.int32(used[i] - opened) >> 31  # -1 where new to the article
                    stated = (flags & ~(flags >> 3) & 1) * NAME + (flags >> 1 & 1) * NUMBER
                    facts = np.int32(facts + (stated & first))
                for i in range(whole):
                    entry = pairs[i]
                    take = keeps[i] & keeps[i + _ONE] & ((marks[i + _ONE] >> 3 & 1) - 1)
                    wording = np.int32(wording + (((entry & 0xFF) - BIAS) & take))
                    closing = np.int32(closing + (((entry >> 8 & 0xFF) - BIAS) & take))
                    squares = np.int32(squares + (entry >> 16 & 0x7F & take))
                keeps[_NONE], marks[_NONE] = keeps[n], marks[n]
                at += n
            counts[CAPITALS, k] = capitals
            counts[DIGITS, k] = digits
            counts[QUOTES, k] = quotes
            facts = np.int32(facts + quotes * QUOTATION)
            if is_scored:
                foreign += _foreign_characters(text, start[k], end[k])
                size += end[k] - start[k]
        for k in range(b, stop):
            sums[WORDING, k] = wording
            sums[CLOSING, k] = closing
            sums[SQUARES, k] = squares
            sums[NEW, k] = mass - known_mass
            sums[KNOWN, k] = known_mass
            sums[DISTINCT, k] = distinct
            sums[SPECIFIC, k] = specific
            sums[USUAL, k] = usual
            sums[FACTS, k] = facts
            sums[WORDS, k] = sentence[block[stop]] - sentence[block[b]]
            sums[FOREIGN, k] = foreign
            sums[BYTES, k] = size
        if is_scored:
            now += 1
        else:
            sums[:, b:stop] = 0
        b = stop
    return now


@kernel
def list_ngrams(
    token_hash,
    token_flags,
    sentence,
    block,
    table,
    seen,
    serial,
    slots,
    tokens,
    offsets,
):
    """List the n-grams of every block that `sum_blocks` adds up.

    Parameters
    ----------
    token_hash: u32 (N,)
    token_flags: u8 (N,)
    sentence: i32 (S + 1,) first tokens
    block: i32 (B + 1,) first sentences
    table: i32 (G,); only its bit MASKED matters
    seen, serial: as in `sum_blocks`
    slots: i32 (2N,) written: slots of the n-grams
    tokens: i32 (2N,) written: last token of the n-gram, inverted (~) if it has two words
    offsets: i32 (B + 1,) written: first n-gram of each block

    Returns the number of n-grams.
    """
    n = 0
    now = np.int32(serial)
    for b in range(len(block) - 1):
        offsets[b] = n
        mixed, kept_before = np.uint64(0), 0
        for i in range(sentence[block[b]], sentence[block[b + 1]]):
            flags = np.int32(token_flags[i])
            slot = _slot(token_hash[i])
            kept = _kept(flags, table[slot])
            if kept and seen[slot] != now:
                slots[n] = slot
                tokens[n] = i
                n += 1
            seen[slot] = now
            if kept and kept_before and not flags >> 3 & 1:
                slots[n] = slot ^ mixed
                tokens[n] = ~i
                n += 1
            mixed = _mixed(token_hash[i])
            kept_before = kept
        now += 1
    offsets[len(block) - 1] = n
    return n


KNOWN_WORDS = 1 << 10
"""Size of the bit set of learned n-grams, of 64 bits each: one of 16 others passes."""
_KNOWN_BITS = 16


def index_phrases(keys):
    """A hash table and a bit set of learned n-grams, as `find_phrases` looks them up.

    keys: u64 (F,), none of them 0. Returns u64 of zeros and keys, a power of two and four times as
    long at least, and u64 (KNOWN_WORDS,).
    """
    bits = max(int(len(keys) * 4 - 1).bit_length(), 1)
    slots, known = np.zeros(1 << bits, np.uint64), np.zeros(KNOWN_WORDS, np.uint64)
    place = keys * _MIX >> np.uint64(64 - _KNOWN_BITS)
    np.bitwise_or.at(known, place >> np.uint64(6), _ONE << (place & np.uint64(63)))
    left, at = keys, (keys * _MIX >> np.uint64(64 - bits)).astype(np.int64)
    while len(left):
        free = slots[at] == 0
        slots[at[free]] = left[free]
        lost = slots[at] != left
        left, at = left[lost], at[lost] + 1 & len(slots) - 1
    return slots, known


@inlined
def _may_be_known(known, key):
    """1 where an n-gram may be a learned one."""
    place = key * _MIX >> np.uint64(64 - _KNOWN_BITS)
    return np.int32(known[place >> np.uint64(6)] >> (place & np.uint64(63)) & _ONE)


@inlined
def _is_known(slots, key):
    """Whether an n-gram is a learned one. A search among sorted ones takes ten times as long."""
    slot = key * _MIX >> np.uint64(64) - trailing_zeros(np.uint64(len(slots)))
    while slots[slot] != 0:
        if slots[slot] == key:
            return True
        slot = (slot + _ONE) & np.uint64(len(slots) - 1)
    return False


@inlined
def _add_phrase(spans, weights, n, start, last, gain):
    """Add an n-gram to n phrases, merged with the last one if they overlap."""
    if n > 0 and spans[n - 1, 1] > start:
        spans[n - 1, 0] = min(spans[n - 1, 0], start)
        spans[n - 1, 1] = last
        weights[n - 1] += gain
        return n
    spans[n, 0], spans[n, 1], weights[n] = start, last, gain
    return n + 1


@inlined
def _promising(token_hash, token_flags, table, known, seen, now, waiting):
    """List the words of a stretch that may end a learned n-gram which raises the wording.

    Listed without a branch, since one of three is: mispredicted branches cost more than the rest.

    waiting: i32 (N + 1, 3) written: place, contribution of the word and of its bigram, 0 for one
        that is not learned. Returns how many there are, and the sum of the squared idf of all
        n-grams.
    """
    count, squares = np.uint64(0), np.int32(0)
    mixed, before, kept_before = np.uint64(0), np.uint64(0), np.int32(0)
    for i in range(np.uint64(len(token_hash))):
        word, flags = np.uint64(token_hash[i]), np.int32(token_flags[i])
        slot = _slot(word)
        entry, pair_entry = table[slot], table[slot ^ mixed]
        kept = _kept(flags, entry)
        take = kept & -np.int32(seen[slot] != now)
        pair_take = kept & kept_before & ((flags >> 3 & 1) - 1)
        squares += np.int32((entry >> 16 & 0x7F & take) + (pair_entry >> 16 & 0x7F & pair_take))
        gain = np.int32(((entry & 0xFF) - BIAS) & take)
        pair_gain = np.int32(((pair_entry & 0xFF) - BIAS) & pair_take)
        pair = before << np.uint64(32) | word
        gain = max(gain, np.int32(0)) & -_may_be_known(known, word)
        pair_gain = max(pair_gain, np.int32(0)) & -_may_be_known(known, pair)
        waiting[count, 0], waiting[count, 1], waiting[count, 2] = i, gain, pair_gain
        count += np.uint64((gain | pair_gain) > 0)
        seen[slot] = now
        mixed, before, kept_before = _mixed(word), word, kept
    return count, squares


@kernel
def find_phrases(
    token_hash, token_flags, table, slots, known, seen, serial, waiting, spans, weights
):  # fmt: skip
    """Find the learned n-grams of a block that raise its wording, overlapping ones merged.

    Parameters
    ----------
    token_hash: u32 (N,) of the block
    token_flags: u8 (N,)
    table: i32 (G,)
    slots, known: learned n-grams, of `index_phrases`
    seen, serial: as in `sum_blocks`
    waiting: i32 (N + 1, 3) scratch
    spans: i32 (N, 2) written: first token and end of each phrase, in the order of the text
    weights: i32 (N,) written: sum of the contributions

    Returns the number of phrases, and the sum of the squared idf of all n-grams.
    """
    n = 0
    count, squares = _promising(
        token_hash, token_flags, table, known, seen, np.int32(serial), waiting
    )
    for w in range(count):
        i = np.uint64(waiting[w, 0])
        word, stop = np.uint64(token_hash[i]), np.int64(i) + 1
        if waiting[w, 1] > 0 and _is_known(slots, word):
            n = _add_phrase(spans, weights, n, stop - 1, stop, waiting[w, 1])
        if waiting[w, 2] > 0:
            pair = np.uint64(token_hash[i - _ONE]) << np.uint64(32) | word
            if _is_known(slots, pair):
                n = _add_phrase(spans, weights, n, stop - 2, stop, waiting[w, 2])
    return n, squares


@kernel
def heaviest_phrases(
    token_hash,
    token_flags,
    table,
    slots,
    known,
    seen,
    serial,
    first,
    last,
    spans,
    gains,
    counts,
    squares,
):
    """Find the learned phrases of some stretches of text that weigh most.

    A phrase that recurs in a stretch is named once.

    Parameters
    ----------
    token_hash, token_flags, table, slots, known, seen: as in `find_phrases`, for a whole batch
    serial: the first of as many numbers as there are stretches
    first, last: i64 (R,) range of tokens of each stretch
    spans: i32 (R, limit, 2) written: first token and end, heaviest first
    gains: i32 (R, limit) written: sum of the contributions
    counts, squares: i32 (R,) written: phrases, and the sum of the squared idf of all n-grams
    """
    longest = 0
    for r in range(len(first)):
        longest = max(longest, last[r] - first[r])
    found, weights = np.empty((longest, 2), np.int32), np.empty(longest, np.int32)
    waiting = np.empty((longest + 1, 3), np.int32)
    for r in range(len(first)):
        low = first[r]
        words = token_hash[low : last[r]]
        n, squares[r] = find_phrases(
            words, token_flags[low : last[r]], table, slots, known, seen, serial + r, waiting,
            found, weights,
        )  # fmt: skip
        taken = 0
        while taken < spans.shape[1]:
            best = np.int64(0)
            for k in range(n):  # the heaviest one, and the first of those
                best = max(best, np.int64(weights[k]) << 32 | n - k)
            if best >> 32 == 0:
                break
            best = n - (best & 0xFFFFFFFF)
            start, stop = found[best, 0], found[best, 1]
            spans[r, taken, 0], spans[r, taken, 1] = low + start, low + stop
            gains[r, taken] = weights[best]
            taken += 1
            for k in range(n):  # the phrase itself, and its repetitions
                if words[found[k, 0]] == words[start] and found[k, 1] - found[k, 0] == stop - start:
                    same = True
                    for x in range(1, stop - start):
                        same = same and words[found[k, 0] + x] == words[start + x]
                    if same:
                        weights[k] = 0
        counts[r] = taken
