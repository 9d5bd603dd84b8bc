"""Recurring templates: blocks that share runs of words, and the skeletons of their families.

Legend: N tokens, B blocks, G recurring grams, M pairs of blocks, F families, R members, K words of
skeletons. Blocks are numbered by their content, so that nothing depends on the order of files.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.bits import prefetch
from dedupe.kernels.hashing import in_sorted
from dedupe.kernels.jit import inlined, kernel

LONGEST = 400
"""Words of a block that are looked at."""
GRAM = 4
"""Words of the runs by which blocks are found."""
RUN = 3
"""Words of the shortest run that counts as common text of two blocks."""
LINKS = 3
"""Later blocks with the same gram to which a block is linked."""
LOOK_AHEAD = 8
"""Blocks that are looked at to find those; keeps the links linear."""

PER_GRAM = 40
"""Words for each of which a pair of blocks needs a link, twice as many where every second gram
makes one: 2 % of the proven pairs are lost, and half of the proofs saved."""
SAMPLED = 64
"""Words from which a block is found by every second of its grams, which saves half of the time. Of
25 templates of 84 words, 40 % of them fixed in runs of four, one more is lost; if sampled from 40
words on, six of 25 such templates of 40 words."""
SAMPLE = 32
"""Members of a family from which its skeleton is made."""
FIXED, FILLED, PARTS = 0.7, 0.65, (0.15, 0.85)
"""Share of the members that hold a fixed word; that fill a slot; that have an optional part."""
SLOT, OPTIONAL = 1, 2
"""What a gap of a skeleton is; 0 for one that few fill, each in another way."""
TERM_BITS = 18
"""Words are counted as topics by so many bits of their hashes."""

_C0, _C1 = np.uint32(0x9E3779B1), np.uint32(0x85EBCA77)
_C2, _C3 = np.uint32(0xC2B2AE3D), np.uint32(0x27D4EB2F)
_M1, _M2 = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_S16, _S15, _S13 = np.uint32(16), np.uint32(15), np.uint32(13)
_M64 = np.uint64(0x9E3779B97F4A7C15)
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
_ZERO, _ONE, _TWO, _THREE = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(3)


@inlined
def _grams_of(token, start, out):
    """Hash every run of `GRAM` words from a place on; LLVM computes eight at once."""
    count = len(out)
    t0, t1 = token[start : start + count], token[start + 1 : start + 1 + count]
    t2, t3 = token[start + 2 : start + 2 + count], token[start + 3 : start + 3 + count]
    for i in range(count):
        h = np.uint32(
            np.uint32(t0[i] * _C0) + np.uint32(t1[i] * _C1)
            + np.uint32(t2[i] * _C2) + np.uint32(t3[i] * _C3)
        )  # fmt: skip
        h = np.uint32((h ^ (h >> _S16)) * _M1)
        h = np.uint32((h ^ (h >> _S13)) * _M2)
        out[i] = h ^ (h >> _S16)


@kernel
def block_contents(token, start, size, out):
    """A number for the words of each block, whatever stands before it.

    token: u32 (N,); start: i64 (B,), size: i32 (B,) of at least `GRAM` words; out: u64 (B,) written
    """
    grams = np.empty(LONGEST, np.uint32)
    for b in range(len(start)):
        own = grams[: size[b] - GRAM + 1]
        _grams_of(token, start[b], own)
        total = np.uint64(size[b])
        for gram in own:
            total += np.uint64(gram) * np.uint64(gram | np.uint32(1))
        out[b] = total


@inlined
def _edge(grams, at, width):
    """An even number for some words from a place on, which ends like that of their first gram."""
    rest = np.uint64(width)
    for k in range(at + GRAM, at + width, GRAM):
        rest = rest * _M64 + np.uint64(grams[k])
    return rest << _HALF | np.uint64(grams[at]) >> _ONE << _ONE


@kernel
def block_edges(token, start, size, width, out):
    """Numbers for the first and the last words of each block.

    token: u32 (N,); start, size: i64, width: i64 (B,) words of an edge, a multiple of `GRAM` and
    not more than the block has; out: u64 (2, B) written: even for beginnings, odd for ends
    """
    grams = np.empty(LONGEST, np.uint32)
    for b in range(len(start)):
        own = grams[: width[b] - GRAM + 1]
        _grams_of(token, start[b], own)
        out[0, b] = _edge(own, 0, width[b])
        _grams_of(token, start[b] + size[b] - width[b], own)
        out[1, b] = _edge(own, 0, width[b]) | _ONE


@kernel
def block_cuts(token, start, size, width, edges, seen, out):
    """List the places inside of blocks where others begin or end.

    token: u32 (N,); start, size, width: i64 (B,) as for `block_edges`; edges: u64 sorted, of those
    others; seen: u8 of zeros, a power of two; written
    out: i64 (sum of size // width,) written: the first word behind each cut, ascending. Returns
    their number. No part is shorter than an edge.
    """
    wrap = np.uint64(len(seen) - 1)
    for edge in edges:
        seen[(edge >> _ONE) & wrap] = 1
    longest = np.int64(0)
    for words in size:
        longest = max(longest, words)
    grams = np.empty(longest, np.uint32)
    found = 0
    for b in range(len(start)):
        own = grams[: size[b] - GRAM + 1]
        _grams_of(token, start[b], own)
        first, last = width[b], size[b] - width[b]
        for k in range(last + 1):
            if seen[(np.uint64(own[k]) >> _ONE) & wrap] == 0:
                continue
            beginning = _edge(own, k, width[b])
            for side in range(2):
                at = k + side * width[b]
                if first <= at <= last and in_sorted(edges, beginning | np.uint64(side)):
                    out[found] = start[b] + at
                    found += 1
                    first = at + width[b]
    return found


@inlined
def _telling_grams(token, start, size, out):
    """List the grams by which a block is found: all, or every second one of a long block.

    Which ones is told by their hash: two blocks agree. Returns their number.
    """
    _grams_of(token, start, out[: size - GRAM + 1])
    if size < SAMPLED:
        return np.int64(size - GRAM + 1)
    count = _ZERO
    for k in range(np.uint64(size - GRAM + 1)):
        gram = out[k]
        out[count] = gram
        count += np.uint64(~gram & np.uint32(1))
    return np.int64(count)


@kernel
def recurring_grams(token, start, size, number, count, out):
    """List the grams of blocks that probably stand in three places or more.

    token: u32 (N,); start: i64 (B,), size: i32 (B,) of blocks as they stand in the corpus: to read
    them by content took twice as long; number: i32 (B,) of each
    count: u8 of zeros, a power of two, each for four hashes; written
    out: u64 written: hash << 32 | number. Returns how many there are; more than fit were not
    written.

    Hashes that fall on one count pass for one, so a few that stand in less places are listed too.
    Counts lie anywhere in the memory: to ask for those of a block first saves a sixth of the time.
    """
    grams = np.empty(LONGEST, np.uint32)
    wrap = np.uint64(4 * len(count) - 1)
    for b in range(len(start)):
        own = grams[: _telling_grams(token, start[b], size[b], grams)]
        for gram in own:
            prefetch(count, (np.uint64(gram) >> _ONE & wrap) >> _TWO)
        for gram in own:
            slot = np.uint64(gram) >> _ONE & wrap
            place, bit = slot >> _TWO, (slot & _THREE) << _ONE
            held = np.uint64(count[place])
            count[place] = held + (np.uint64((held >> bit) & _THREE != _THREE) << bit)
    found = 0
    for b in range(len(start)):
        own = grams[: _telling_grams(token, start[b], size[b], grams)]
        for gram in own:
            prefetch(count, (np.uint64(gram) >> _ONE & wrap) >> _TWO)
        for gram in own:
            slot = np.uint64(gram) >> _ONE & wrap
            held = np.uint64(count[slot >> _TWO])
            if (held >> ((slot & _THREE) << _ONE)) & _THREE == _THREE:
                if found < len(out):
                    out[found] = np.uint64(gram) << _HALF | np.uint64(number[b])
                found += 1
    return found


@kernel
def link_blocks(keys, article, low, high, out):
    """Link every block with the next `LINKS` blocks of other articles that hold the same gram.

    keys: u64 (G,) hash << 32 | block, sorted, each once; article: i32 (B,); low, high: range of the
    blocks that are linked with later ones
    out: u64 written: block << 32 | later block. Returns the number of links; more than fit were not
    written.
    """
    count, first = 0, 0
    while first < len(keys):
        gram, behind = keys[first] >> _HALF, first + 1
        while behind < len(keys) and keys[behind] >> _HALF == gram:
            behind += 1
        if behind - first >= 3:
            for x in range(first, behind):
                own, links = keys[x] & _LOW, 0
                if own < np.uint64(low) or own >= np.uint64(high):
                    continue
                for y in range(x + 1, min(behind, x + 1 + LOOK_AHEAD)):
                    other = keys[y] & _LOW
                    if article[own] != article[other]:
                        if count < len(out):
                            out[count] = own << _HALF | other
                        count += 1
                        links += 1
                        if links == LINKS:
                            break
        first = behind
    return count


@kernel
def candidate_pairs(links, size, unspaced, out):
    """List the pairs of blocks that are linked by enough grams.

    links: u64 (L,) sorted; size: i32 (B,), unspaced: bool (B,); out: i32 (L // 2, 2) written.
    Returns their number.

    Two grams are enough, four where words are letters, and one for every `PER_GRAM` words of the
    longer block. Where that has `SAMPLED` words, half as many make links, and half as many are
    asked for, but always two.
    """
    count, first = 0, 0
    while first < len(links):
        behind = first + 1
        while behind < len(links) and links[behind] == links[first]:
            behind += 1
        a, b = links[first] >> _HALF, links[first] & _LOW
        longer = max(size[a], size[b])
        per_gram, least = PER_GRAM, 4 if unspaced[a] else 2
        if longer >= SAMPLED:
            per_gram, least = 2 * PER_GRAM, 2
        if behind - first >= least and (behind - first) * per_gram >= longer:
            out[count, 0], out[count, 1] = a, b
            count += 1
        first = behind
    return count


@inlined
def _run_slot(token, at, shift):
    """Slot of a run of `RUN` words: the upper bits of a product are the mixed ones."""
    h = np.uint32(token[at] * _C0) + np.uint32(token[at + 1] * _C1)
    h = np.uint32(np.uint32(h) + np.uint32(token[at + 2] * _C2))
    return np.uint32((h ^ (h >> _S15)) * _C1) >> shift


@kernel
def run_coverage(token, start, size, unspaced, a, b, out):
    """Most words of two blocks that are matched in order by common runs of `RUN` words or more.

    token: u32 (N,); start: i64 (B,), size: i32 (B,) up to `LONGEST`; unspaced: bool (B,) blocks
    where a run needs one word more; a, b: i32 (M,) blocks, best sorted by a; out: i32 (M,) written

    E(i, j), the most that ends with a run at i and j, is E(i - 1, j - 1) + 1 where a run goes on,
    or a run more than the best that ends before it; only places of equal runs are looked at. The
    best is kept as a staircase: the first place where so many words are covered.
    """
    slots = 1024
    shift = np.uint32(22)
    head, following = np.full(slots, -1, np.int32), np.empty(LONGEST, np.int32)
    row, value = np.full(LONGEST, -9, np.int32), np.empty(LONGEST, np.int32)
    stair = np.zeros(LONGEST + 1, np.int32)
    # What ends in the last rows: it counts for runs that begin behind it.
    ended = np.empty((RUN + 1, LONGEST, 2), np.int32)
    waiting = np.zeros(RUN + 1, np.int32)
    indexed = -1
    for m in range(len(a)):
        if a[m] != indexed:
            if indexed >= 0:
                for i in range(start[indexed], start[indexed] + size[indexed] - RUN + 1):
                    head[_run_slot(token, i, shift)] = -1
            indexed = a[m]
            for i in range(size[indexed] - RUN + 1):
                slot = _run_slot(token, start[indexed] + i, shift)
                following[i] = head[slot]
                head[slot] = i
        low, first = start[a[m]], start[b[m]]
        width, height = size[a[m]], size[b[m]]
        least = RUN + (unspaced[a[m]] and unspaced[b[m]])
        row[:width] = -9
        waiting[:] = 0
        top, height_of_stair = 0, 0
        for i in range(height - least + 1):
            # Chains that end at row i or before it now count.
            turn = i % least
            for x in range(waiting[turn]):
                j, earned = ended[turn, x]
                step = earned
                while step > 0 and (step > height_of_stair or stair[step] > j):
                    stair[step] = j
                    step -= 1
                height_of_stair = max(height_of_stair, earned)
            waiting[turn] = 0
            at = first + i
            j = head[_run_slot(token, at, shift)]
            while j >= 0:
                if (
                    token[low + j] == token[at]
                    and token[low + j + 1] == token[at + 1]
                    and token[low + j + 2] == token[at + 2]
                    and j + least <= width
                    and token[low + j + least - 1] == token[at + least - 1]
                ):
                    below, above = 0, height_of_stair
                    while below < above:
                        middle = (below + above + 1) >> 1
                        if stair[middle] <= j:
                            below = middle
                        else:
                            above = middle - 1
                    earned = below + least
                    if j > 0 and row[j - 1] == i - 1:
                        earned = max(earned, value[j - 1] + 1)
                    row[j], value[j] = i, earned
                    x = waiting[turn]
                    ended[turn, x, 0], ended[turn, x, 1] = j + least, earned
                    waiting[turn] += 1
                    top = max(top, earned)
                j = following[j]
        out[m] = top


_MATCH, _NEIGHBOUR, _NEVER = 10, 3, -1_000_000
"""What an equal word earns in an alignment, what it earns more behind another one."""
_UP, _LEFT, _DIAGONAL, _ON = 0, 1, 2, 4


@inlined
def _align(ref, member, score, chain, choice, place):
    """Where the words of a sequence stand in another one, in order; -1 where they do not.

    Words with which both begin, then those with which both end, stand for each other.
    score, chain: i32, choice: u8 (, ), longer by one than the sequences; place: i32 written
    """
    height, width = len(ref), len(member)
    head = 0
    while head < height and head < width and ref[head] == member[head]:
        place[head] = head
        head += 1
    while height > head and width > head and ref[height - 1] == member[width - 1]:
        height -= 1
        width -= 1
        place[height] = width
    ref, member, place = ref[head:height], member[head:width], place[head:height]
    height, width = height - head, width - head
    score[: width + 1] = 0
    chain[: width + 1] = _NEVER
    for i in range(height):
        diagonal, before = score[0], chain[0]
        for j in range(width):
            best, how = score[j + 1], _UP
            here = chain[j + 1]
            if score[j] > best:
                best, how = score[j], _LEFT
            matched = _NEVER
            up = score[j + 1]
            if ref[i] == member[j]:
                matched = diagonal + _MATCH
                if before + _NEIGHBOUR >= diagonal:
                    matched = before + _NEIGHBOUR + _MATCH
                    how |= _ON
                if matched >= best:
                    best, how = matched, how & _ON | _DIAGONAL
            choice[i, j] = how
            score[j + 1], chain[j + 1] = best, matched
            diagonal, before = up, here
    i, j, inside = height - 1, width - 1, False
    while i >= 0:
        how = choice[i, max(j, 0)]
        if j < 0:
            place[i] = -1
            i -= 1
        elif inside or how & 3 == _DIAGONAL:
            place[i] = j + head
            inside = how & _ON != 0
            i -= 1
            j -= 1
        elif how & 3 == _UP:
            place[i] = -1
            i -= 1
        else:
            j -= 1


@inlined
def _same_words(token, start, other, size):
    """Whether so many words are the same from two places on."""
    for k in range(size):
        if token[start + k] != token[other + k]:
            return False
    return True


@inlined
def _align_all(token, start, size, sample, ref, score, chain, choice, place):
    """Align some blocks with a sequence; one that is like the block before it costs nothing."""
    for m in range(len(sample)):
        block = np.int64(sample[m])
        low, own = start[block], size[block]
        if m > 0:
            other = np.int64(sample[m - 1])
            if size[other] == own and _same_words(token, low, start[other], own):
                place[m, : len(ref)] = place[m - 1, : len(ref)]
                continue
        _align(ref, token[low : low + own], score, chain, choice, place[m])


@inlined
def _filling(place, count, gap, size):
    """First word and end of what a member has in a gap; -1, -1 where its edges are missing."""
    low = np.int64(0) if gap == 0 else np.int64(place[gap - 1]) + 1
    high = np.int64(size) if gap == count else np.int64(place[gap])
    if (gap > 0 and low == 0) or high < 0:
        return np.int64(-1), np.int64(-1)
    return low, high


@inlined
def _filled(place, members, count, gap, size):
    """How many members have something in a gap; size: i32 (members,) words of each."""
    filled = 0
    for m in range(members):
        low, high = _filling(place[m], count, gap, size[m])
        filled += high > low
    return filled


@inlined
def _held(place, members, k):
    """How many members hold a word of the skeleton."""
    held = 0
    for m in range(members):
        held += place[m, k] >= 0
    return held


@inlined
def _shared_words(token, start, size, sample, place, count, gap, least, words, owner, chosen):
    """Words that most members have in a gap where the reference has none.

    words: u32, owner: i32 scratch; chosen: u32 written, in the order of the member that holds
    most of them. Returns how many there are.
    """
    total, filled = 0, 0
    for m in range(len(sample)):
        low, high = _filling(place[m], count, gap, size[sample[m]])
        filled += high > low
        for k in range(low, min(high, low + len(words) // SAMPLE)):
            words[total], owner[total] = token[start[sample[m]] + k], m
            total += 1
    if filled < least:
        return 0
    found = 0
    for x in range(total):
        if owner[x] > len(sample) - least or found == len(chosen):
            break  # what is shared stands with one of the first
        seen = False
        for k in range(found):
            seen |= chosen[k] == words[x]
        if seen:
            continue
        holders, last = 0, -1
        for y in range(total):
            if words[y] == words[x] and owner[y] != last:
                holders, last = holders + 1, owner[y]
        if holders >= least:
            chosen[found] = words[x]
            found += 1
    if found == 0:
        return 0
    best, most = -1, 0
    held, last = 0, -1
    for x in range(total):
        if owner[x] != last:
            held, last = 0, owner[x]
        for k in range(found):
            held += chosen[k] == words[x]
        if held > most:
            best, most = owner[x], held
    kept = 0
    for x in range(total):
        if owner[x] == best:
            inside = False
            for k in range(found):
                inside |= chosen[k] == words[x]
            if inside and kept < len(owner):
                owner[kept], kept = x, kept + 1
    count_kept = min(kept, len(chosen))
    for k in range(count_kept):
        chosen[k] = words[owner[k]]
    return count_kept


@inlined
def _weak_runs(place, members, count, sizes, common, ref, least, strong, letters, drop):
    """Mark one or two common words, or three letters, between two slots: they belong to these."""
    found = False
    first = 0
    while first < count:
        behind = first + 1
        while behind < count and _filled(place, members, count, behind, sizes) < least:
            behind += 1
        weak = (
            behind - first <= (3 if letters else 2)
            and _filled(place, members, count, first, sizes) >= least
            and _filled(place, members, count, behind, sizes) >= least
        )
        for k in range(first, behind):
            held = _held(place, members, k)
            weak &= letters or common[ref[k] >> np.uint32(32 - TERM_BITS)] != 0
            weak &= members < 8 or held < strong * members
        for k in range(first, behind):
            drop[k] = weak
        found |= weak
        first = behind
    return found


@kernel
def skeletons(
    token, start, size, unspaced, offset, sample, medoid, common, word, length, gap, entropy, out
):
    """The words that most members of a family share in order, and what they have between them.

    token: u32 (N,); start: i64 (B,), size: i32 (B,), unspaced: bool (B,) of blocks
    offset: i64 (F + 1,), sample: i32 (R,) up to `SAMPLE` members of each family; medoid: i32 (F,)
    common: u8 (2^TERM_BITS,) whether a word stands in many blocks
    word: u32 (F, LONGEST), length: i32 (F,) written: the skeletons
    gap: u8 (F, LONGEST + 1) written: what stands before each word, and behind the last one
    entropy: f32 (F, LONGEST + 1) written: of the fillings, by that of as many different ones
    out: f64 (F, 4) written: mean words of the members, share of the words outside the skeleton
        that are in slots, longest run, slots with fillings that differ

    Members are aligned with the medoid. Words of it that nobody else has are dropped, words that
    most members have beside it are added, and all are aligned again.
    """
    score = np.empty(LONGEST + 1, np.int32)
    chain = np.empty(LONGEST + 1, np.int32)
    choice = np.empty((LONGEST, LONGEST), np.uint8)
    place = np.empty((SAMPLE, LONGEST), np.int32)
    ref, fresh = np.empty(LONGEST, np.uint32), np.empty(LONGEST, np.uint32)
    words, owner = np.empty(24 * SAMPLE, np.uint32), np.empty(24 * SAMPLE, np.int32)
    chosen, drop = np.empty(24, np.uint32), np.empty(LONGEST, np.bool_)
    sizes, hashes = np.empty(SAMPLE, np.int32), np.empty(SAMPLE, np.uint64)
    for f in range(len(medoid)):
        own = sample[offset[f] : offset[f + 1]]
        members = len(own)
        for m in range(members):
            sizes[m] = size[own[m]]
        most = max(2, np.int64(np.ceil(FIXED * members)))
        least = max(1, np.int64(np.ceil(FILLED * members)))
        count = np.int64(size[medoid[f]])
        ref[:count] = token[start[medoid[f]] : start[medoid[f]] + count]
        _align_all(token, start, size, own, ref[:count], score, chain, choice, place)
        kept = 0
        for k in range(count):  # without the words of the medoid alone
            if _held(place, members, k) >= 2:
                ref[kept] = ref[k]
                for m in range(members):
                    place[m, kept] = place[m, k]
                kept += 1
        count, total = kept, 0
        for k in range(count + 1):
            added = _shared_words(
                token, start, size, own, place, count, k, most, words, owner, chosen
            )
            for x in range(min(added, LONGEST - total)):
                fresh[total] = chosen[x]
                total += 1
            if k < count and total < LONGEST:
                fresh[total] = ref[k]
                total += 1
        if total > count:
            ref[:total] = fresh[:total]
            count = total
            _align_all(token, start, size, own, ref[:count], score, chain, choice, place)
        aligned = count
        for turn in range(2):
            kept = 0
            for k in range(count):
                if _held(place, members, k) >= most and not (turn == 1 and drop[k]):
                    ref[kept] = ref[k]
                    for m in range(members):
                        place[m, kept] = place[m, k]
                    kept += 1
            count = kept
            if turn == 0:
                drop[:count] = False
                letters = unspaced[medoid[f]]
                _weak_runs(place, members, count, sizes, common, ref, least, 0.95, letters, drop)
        if count < aligned:
            _align_all(token, start, size, own, ref[:count], score, chain, choice, place)
        length[f] = count
        word[f, :count] = ref[:count]
        outside, inside, everything, run, longest, qualified = 0, 0, 0, 0, 0, 0
        for m in range(members):
            everything += sizes[m]
            outside += sizes[m]
            for k in range(count):
                outside -= place[m, k] >= 0
        for k in range(count + 1):
            filled, spent = 0, 0
            for m in range(members):
                low, high = _filling(place[m], count, k, sizes[m])
                if high > low:
                    h = np.uint64(high - low)
                    for x in range(start[own[m]] + low, start[own[m]] + high):
                        h = (h ^ np.uint64(token[x])) * _M64
                        h ^= h >> _HALF
                    hashes[filled] = h
                    filled += 1
                    spent += high - low
            different, commonest, total_entropy = 0, 0, 0.0
            for x in range(filled):
                equal, earlier = 0, False
                for y in range(filled):
                    equal += hashes[y] == hashes[x]
                    earlier |= y < x and hashes[y] == hashes[x]
                if not earlier:
                    different += 1
                    commonest = max(commonest, equal)
                    total_entropy -= equal / filled * np.log(equal / filled)
            value = total_entropy / np.log(np.float64(filled)) if filled > 1 else 0.0
            kind = 0
            if filled >= least:
                kind = SLOT
                inside += spent
                if value >= 0.6 and different >= 3:
                    qualified += 1
            elif (
                PARTS[0] * members <= filled <= PARTS[1] * members
                and filled > 0
                and 2 * commonest >= filled
            ):
                kind = OPTIONAL
            gap[f, k], entropy[f, k] = kind, value
            run = 0 if kind != 0 else run
            run += k < count
            longest = max(longest, run)
        out[f, 0] = everything / max(members, 1)
        out[f, 1] = inside / max(outside, 1)
        out[f, 2], out[f, 3] = longest, qualified


@kernel
def place_skeletons(token, start, size, block, family, word, length, offset, out):
    """Find the words of a skeleton in each member of its family.

    token: u32 (N,); start: i64 (B,), size: i32 (B,); block, family: i32 (R,)
    word: u32 (F, LONGEST), length: i32 (F,); offset: i64 (R + 1,)
    out: i32 (all,) written: place in the block of each word, -1 where it is missing
    """
    score = np.empty(LONGEST + 1, np.int32)
    chain = np.empty(LONGEST + 1, np.int32)
    choice = np.empty((LONGEST, LONGEST), np.uint8)
    for r in range(len(block)):
        b, f = np.int64(block[r]), np.int64(family[r])
        own = out[offset[r] : offset[r + 1]]
        if (
            r > 0
            and family[r - 1] == f
            and size[block[r - 1]] == size[b]
            and _same_words(token, start[b], start[block[r - 1]], size[b])
        ):
            own[:] = out[offset[r - 1] : offset[r]]
        else:
            _align(
                word[f, : length[f]], token[start[b] : start[b] + size[b]],
                score, chain, choice, own,
            )  # fmt: skip


@kernel
def unspaced_blocks(start, end, edge, out):
    """Which blocks are of a script without spaces: half of their words touch the next one.

    start, end: i32 (N,) bytes of the words; edge: i64 (B + 1,) first word of each block; out: bool
    (B,) written
    """
    for b in range(len(edge) - 1):
        touching = 0
        for i in range(edge[b] + 1, edge[b + 1]):
            touching += start[i] == end[i - 1]
        out[b] = 2 * touching > edge[b + 1] - edge[b]


@kernel
def topics(token, edge, first, leave, article, most, weight, seen, term, value, offset):
    """The words of articles, weighted and scaled to length 1.

    token: u32 (N,); edge: i64 (B' + 1,) blocks of all articles; first: i64 (D + 1,) first block
    leave: u8 (B',) blocks that are left out, unless hardly anything remains
    article: i32 (A,); most: words of an article that are looked at
    weight: f32 (2^TERM_BITS,) of a word; seen: i32 (2^TERM_BITS,) of zeros; the same after it
    term: i32, value: f32, (most * A,) written; offset: i64 (A + 1,) written
    """
    shift = np.uint32(32 - TERM_BITS)
    at = 0
    for x in range(len(article)):
        offset[x] = at
        low, high = first[article[x]], first[article[x] + 1]
        own, everything = 0, edge[high] - edge[low]
        for b in range(low, high):
            own += 0 if leave[b] else edge[b + 1] - edge[b]
        residual = own >= 30 and 5 * own >= everything
        begin, left = at, most
        for b in range(low, high):
            if leave[b] and residual:
                continue
            for word in token[edge[b] : min(edge[b + 1], edge[b] + left)]:
                t = word >> shift
                if seen[t] == 0:
                    term[at] = t
                    at += 1
                seen[t] += 1
            left = max(left - (edge[b + 1] - edge[b]), 0)
        total = 0.0
        for k in range(begin, at):
            t = term[k]
            heavy = (1 + np.log(np.float64(seen[t]))) * weight[t]
            value[k] = heavy
            total += heavy * heavy
            seen[t] = 0
        scale = 1 / np.sqrt(max(total, 1e-9))
        for k in range(begin, at):
            value[k] *= scale
    offset[len(article)] = at


@kernel
def leaders(offset, member, near, bounds, term, value, dense, covered, out):
    """How many members of a family have nothing to do with each other: its leaders.

    offset: i64 (F + 1,), member: i32 (R,) rows of `topics`; near: cosine from which a member
    belongs to a leader; bounds: i64, term: i32, value: f32 as `topics` wrote them
    dense: f32 (2^TERM_BITS,) of zeros, the same after it; covered: bool, as the largest family
    out: i32 (F,) written
    """
    for f in range(len(offset) - 1):
        own = member[offset[f] : offset[f + 1]]
        covered[: len(own)] = False
        found = 0
        for x in range(len(own)):
            if covered[x]:
                continue
            found += 1
            for k in range(bounds[own[x]], bounds[own[x] + 1]):
                dense[term[k]] = value[k]
            for y in range(x + 1, len(own)):
                if not covered[y]:
                    total = 0.0
                    for k in range(bounds[own[y]], bounds[own[y] + 1]):
                        total += dense[term[k]] * value[k]
                    covered[y] = np.round(total, 6) >= near
            for k in range(bounds[own[x]], bounds[own[x] + 1]):
                dense[term[k]] = 0
        out[f] = found
