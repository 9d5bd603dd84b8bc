"""Joining passages: equal content, colliding band keys, and the exact proof of a pair.

Legend: P passages, N tokens, M pairs. A pair (i, j), i < j, is packed as i << 32 | j.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.bits import trailing_zeros
from dedupe.kernels.jit import inlined, kernel
from dedupe.kernels.sketching import _C0, _C1, _C2, _C3, _C4, POLYNOMIAL, SHINGLE, premix

NEIGHBOURS = 5
"""Later members of its bucket with which a passage is paired. One neighbour (a chain) loses two
to seven per cent of the pairs, because windows of one article stand beside each other. With five
instead of four, .52 of the alike paragraphs of a blog are matched directly, not .46."""
CROWD = 256
"""Members of a bucket above which one neighbour is enough."""
LOOK_AHEAD = 16
"""Members that are looked at to find the neighbours; keeps the join linear."""
ACCEPTED = 128
"""The same where accepted articles take part: these are not linked with each other, so a passage
meets each of them. An index gives no more than 64 for a key."""
TABLE = 1024
"""Slots of the hash table of one passage's shingles."""
LONGEST_PASSAGE = 512
"""Words; windows are far shorter because sentences are cut at 64."""

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_ONE = np.uint64(1)
_SIX, _BIT = np.uint64(6), np.uint64(63)
_CROWDED = np.uint64(1 << 63)
"""Set in a pair of a crowd; passages are numbered by 31 bits."""


@inlined
def same_words(token, a, b, length):
    """Whether two stretches of words are the same; a, b: their first words."""
    for k in range(length):
        if token[np.uint64(a + k)] != token[np.uint64(b + k)]:
            return False
    return True


@inlined
def _overlap(i, j, start, length):
    return start[i] + length[i] > start[j] and start[j] + length[j] > start[i]


@inlined
def _pair_members(member, owner, size, start, length, inside, accepted, out, count):
    """Pair each of the first `size` members with its next neighbours elsewhere.

    Passages of one article below `inside` that do not overlap are paired as well. `accepted` stands
    for all accepted articles, which do not count among the neighbours; below 0 for none.
    """
    wanted = NEIGHBOURS if size <= CROWD else 1
    ahead = LOOK_AHEAD if accepted < 0 else ACCEPTED
    for x in range(size):
        i = member[x]
        found = 0
        for y in range(x + 1, min(size, x + 1 + ahead)):
            j = member[y]
            if owner[x] == owner[y]:
                if owner[x] >= inside:  # before anything is read: a band has no places
                    continue
                if _overlap(i, j, start, length):
                    continue
            if owner[x] != accepted and owner[y] != accepted:
                if found == wanted:
                    continue
                found += 1
            if count < len(out):
                out[count] = np.uint64(min(i, j)) << _HALF | np.uint64(max(i, j))
            count += 1
            if found == wanted and accepted < 0:
                break
    return count


@inlined
def _pair_with_leader(member, owner, size, start, length, inside, mark, out, count):
    """Pair each of many members, ascending, with the leader of those before it.

    That is the one whose article's number ends with the most zeros. So the passages of an article
    meet the same few articles over and over, and few pairs of articles have to be aligned; and of
    all copies only the first meets none that is older.
    """
    leader, most = np.int64(-1), np.int64(-1)
    low = 0
    for x in range(size):
        i = member[x]
        if owner[x] != owner[low]:
            zeros = np.int64(trailing_zeros(np.uint64(owner[low])))
            if zeros >= most:
                leader, most = np.int64(member[low]), zeros
            low = x
        if leader >= 0:
            if count < len(out):
                out[count] = mark | np.uint64(leader) << _HALF | np.uint64(i)
            count += 1
        if owner[x] < inside:
            for y in range(max(low, x - LOOK_AHEAD), x):
                if not _overlap(member[y], i, start, length):
                    if count < len(out):
                        out[count] = mark | np.uint64(member[y]) << _HALF | np.uint64(i)
                    count += 1
    return count


@kernel
def mark_repeated(content, part, part_bits, seen, repeated, out):
    """List the passages whose content hash may occur twice: all of those, and few others.

    content: u64 (P,); of them, those whose first `part_bits` bits are `part`
    seen, repeated: u64 (W,) of zeros, bitmaps of a power of two bits; written
    out: i32 (P + 1,) written: passages, ascending. Returns their number.

    Two sweeps over bitmaps that a cache holds cost a third of sorting all hashes.
    """
    # The upper bits of a content hash are the mixed ones.
    cut, own = np.uint64(part_bits), np.uint64(part)
    shift = np.uint64(58) - trailing_zeros(np.uint64(len(seen)))
    count = np.uint64(0)
    for i in range(len(content)):
        out[count] = i
        count += np.uint64(content[np.uint64(i)] >> _ONE >> (_BIT - cut) == own)
    listed = count
    for k in range(listed):
        bit = content[np.uint64(out[k])] << cut >> shift
        word, mask = bit >> _SIX, _ONE << (bit & _BIT)
        before = seen[word]
        repeated[word] |= before & mask
        seen[word] = before | mask
    count = np.uint64(0)
    for k in range(listed):
        i = out[k]
        bit = content[np.uint64(i)] << cut >> shift
        out[count] = i
        count += repeated[bit >> _SIX] >> (bit & _BIT) & _ONE
    return count


@kernel
def find_equal(some, content, token, start, length, table, representative, group):
    """Find the passages with the same words as an earlier one, and count them.

    some: i32 (E,) passages to look at, ascending; a call may go on with those behind them
    content: u64 (P,) their hashes; token: u32 (N,); start: i64 (P,) first token; length: i32 (P,)
    table: i32, a power of two above twice their number, all -1 at first; written
    representative: i32 (P,) of 0 .. P - 1; written: the first passage with the same words
    group: i32 (P, 2) of zeros; written: how many others have the words of a representative, second

    Text that was copied is met in its own order here, and its copies are too: sorted by hash,
    every comparison would wait for the memory.
    """
    shift = np.uint64(64) - trailing_zeros(np.uint64(len(table)))
    wrap = np.uint64(len(table) - 1)
    for e in range(len(some)):
        i = np.uint64(some[np.uint64(e)])
        # Another hash than that of `mark_repeated`: its upper bits are alike where it lists much.
        slot = np.uint64(content[i] * POLYNOMIAL) >> shift
        while table[slot] >= 0:
            head = np.uint64(table[slot])
            if (
                content[head] == content[i]
                and length[head] == length[i]
                and same_words(token, start[head], start[i], length[i])
            ):
                representative[i] = head
                group[head, 1] += 1
                break
            slot = (slot + _ONE) & wrap
        if table[slot] < 0:
            table[slot] = i


@kernel
def group_equal(some, representative, group, order):
    """Put equal passages side by side; the groups ascend by their first passage.

    some: i32 (E,), representative: i32 (P,), group: i32 (P, 2) of `find_equal`, the last written
        for representatives of several passages: where in `order` they begin, and how many they are
    order: i32 (E,) written: passages. Returns how many there are in groups.
    """
    total = 0
    for e in range(len(some)):
        i = np.uint64(some[np.uint64(e)])
        head = np.uint64(representative[i])
        if head == i:
            if group[i, 1] == 0:
                continue
            group[i, 0] = total
            total += group[i, 1] + 1
            group[i, 1] = 0
        order[group[head, 0] + group[head, 1]] = i
        group[head, 1] += 1
    return total


@kernel
def second_between(pairs, low, high, out):
    """Copy the pairs whose second passage is in a range; how many they are.

    pairs: u64 (M,); low, high: i64, end exclusive; out: u64 (M,) written
    """
    count = 0
    first, size = np.uint64(low), np.uint64(high - low)
    for m in range(len(pairs)):
        out[count] = pairs[m]
        count += (pairs[m] & _LOW) - first < size
    return count


@kernel
def drop_repeated(values):
    """Move the distinct ones of some ascending values (N,) to the front; how many they are."""
    count = 0
    for k in range(len(values)):
        if k == 0 or values[k] != values[count - 1]:
            values[count] = values[k]
            count += 1
    return count


@kernel
def part_crowds(pairs, crowds):
    """Take the marked pairs of `join_band` out of others.

    pairs: u64 (M,); crowds: u64 (M,) written: the marked ones, without their mark; the others are
    moved to the front. Returns how many others there are.
    """
    count, marked = 0, 0
    for m in range(len(pairs)):
        if pairs[m] & _CROWDED:
            crowds[marked] = pairs[m] ^ _CROWDED
            marked += 1
        else:
            pairs[count] = pairs[m]
            count += 1
    return count


@kernel
def settle(proven, settled):
    """Mark the passages of some pairs (M,) in `settled`, bool (P,)."""
    for m in range(len(proven)):
        settled[proven[m] >> _HALF] = settled[proven[m] & _LOW] = True


@kernel
def mark_within(article, start, length, some, outer, within):
    """Mark passages that lie within one of some others of their article.

    article: i32, start: i64, length: i32 (P,), by article and start; some, outer: bool (P,) which
    passages are asked for, and in which; within: bool (P,) of False, written
    """
    at, here, reach = 0, -1, np.int64(0)
    while at < len(start):
        if article[at] != here:
            here, reach = article[at], np.int64(0)
        low = at
        while at < len(start) and start[at] == start[low] and article[at] == here:
            if outer[at]:
                reach = max(reach, start[at] + length[at])
            at += 1
        for i in range(low, at):
            within[i] = some[i] and start[i] + length[i] <= reach


@kernel
def drop_settled(pairs, settled):
    """Leave out the pairs of passages that are both settled.

    pairs: u64 (M,), those that are left are moved to the front; settled: bool (P,)
    Returns how many are left.
    """
    count = 0
    for m in range(len(pairs)):
        pairs[count] = pairs[m]
        count += not (settled[pairs[m] >> _HALF] and settled[pairs[m] & _LOW])
    return count


@kernel
def join_equal(order, group, settled, article, start, length, inside, accepted, owner, out):
    """Pair the passages of every group of equals.

    order: i32 (E,), group: i32 (P, 2) of `group_equal`; settled: bool (P,) of `settle`
    article: i32, start: i64, length: i32 (P,)
    inside: articles below this are paired with themselves, where two places do not overlap
    accepted: number of all accepted articles, -1 where there are none
    owner: i32 (E,) written: the article of each member
    out: u64 (M,) written: pairs. Returns the number of pairs; more than M were not written.
    """
    count = 0
    at = 0
    for x in range(len(order)):
        owner[x] = article[order[x]]
    while at < len(order):
        size = group[order[at], 1]
        member, theirs = order[at : at + size], owner[at : at + size]
        if accepted < 0 and (size > CROWD or settled[order[at]]):
            count = _pair_with_leader(
                member, theirs, size, start, length, inside, np.uint64(0), out, count
            )
        else:
            count = _pair_members(member, theirs, size, start, length, inside, accepted, out, count)
        at += size
    return count


@kernel
def spread(pairs, order, group, settled, article, accepted, out):
    """Pair the equals of two proven passages with each other, a few of each.

    Only one of several equal passages takes part in the bands; the others stand in articles of
    their own, which share the passage just as well.

    pairs: u64 (M,) of representatives; order, group: of `group_equal`; article: i32 (P,)
    settled: bool (P,) of `settle`; of its equals, and of those of a crowd, the first takes part
    accepted: as in `join_equal`; the first few of either side meet all equals of the other then
    out: u64 (X,) written. Returns the number of pairs; more than X were not written.
    """
    count = 0
    most = NEIGHBOURS if accepted < 0 else ACCEPTED
    for m in range(len(pairs)):
        i, j = np.int64(pairs[m] >> _HALF), np.int64(pairs[m] & _LOW)
        if group[i, 1] == 0 and group[j, 1] == 0:
            continue
        ours, theirs = max(group[i, 1], 1), max(group[j, 1], 1)
        if accepted < 0:
            ours = 1 if ours > CROWD or settled[i] else ours
            theirs = 1 if theirs > CROWD or settled[j] else theirs
        for x in range(min(ours, most)):
            a = i if group[i, 1] == 0 else np.int64(order[group[i, 0] + x])
            for y in range(min(theirs, most if x < NEIGHBOURS else NEIGHBOURS)):
                b = j if group[j, 1] == 0 else np.int64(order[group[j, 0] + y])
                if article[a] != article[b]:
                    if count < len(out):
                        out[count] = np.uint64(min(a, b)) << _HALF | np.uint64(max(a, b))
                    count += 1
    return count


@kernel
def mark_shared(keys, use, passage, article, seen, shared):
    """Mark the keys that may occur in two articles: all of those, and few others.

    keys: u32 (K,) of one band; use: i32 (E,) which of them; passage: i32 (E,) whose they are;
        article: i32 (P,)
    seen, shared: u64 (W,) bitmaps of a power of two bits, one bit for the upper bits of a key;
        those of earlier batches are added to
    """
    shift = np.uint64(26) - trailing_zeros(np.uint64(len(seen)))
    at = np.uint64(0)
    while at < np.uint64(len(use)):
        low, here = at, article[np.uint64(passage[at])]
        while at < np.uint64(len(use)):
            if article[np.uint64(passage[at])] != here:
                break
            bit = np.uint64(keys[np.uint64(use[at])]) >> shift
            mask = _ONE << (bit & _BIT)
            if seen[bit >> _SIX] & mask:
                shared[bit >> _SIX] |= mask
            at += _ONE
        # Only now, so that an article does not meet itself.
        for e in range(low, at):
            bit = np.uint64(keys[np.uint64(use[np.uint64(e)])]) >> shift
            seen[bit >> _SIX] |= _ONE << (bit & _BIT)


@kernel
def pack_shared(
    keys, following, use, passage, article, first, shared, index_bits, count, out, place
):
    """Write the entries of a band whose keys are marked, behind `count` others.

    An entry is key << 32 | bits of the next band's key | number of the entry.

    keys, following: u32 (K,) of this band and the next; use, passage, article: of `mark_shared`
    first: passages of earlier batches; shared: u64 (W,) of `mark_shared`
    out: u64 (X,) written: entries; place: i32 (X, 2) written: passage and article of each,
        side by side, where the join looks them up. Returns the number of entries.
    """
    shift = np.uint64(26) - trailing_zeros(np.uint64(len(shared)))
    spare, bits = np.uint32(index_bits), np.uint64(index_bits)
    at = np.uint64(count)
    for e in range(len(use)):
        i = np.uint64(use[np.uint64(e)])
        key = np.uint64(keys[i])
        bit = key >> shift
        if shared[bit >> _SIX] >> (bit & _BIT) & _ONE:
            own = np.uint64(passage[np.uint64(e)])
            out[at] = key << _HALF | np.uint64(following[i] >> spare) << bits | at
            place[at, 0], place[at, 1] = own + np.uint64(first), article[own]
            at += _ONE
    return at


@kernel
def join_band(order, index_mask, place, accepted, entry, member, owner, out):
    """Pair the passages whose keys of one band collide.

    Those of a crowd are paired with its leaders as well; these pairs are marked.

    order: u64 (E,), place: i32 (E, 2) of `pack_shared`, the former sorted
    accepted: as in `join_equal`
    entry, member, owner: i32 (E,) scratch
    out: u64 (M,) written: pairs. Returns the number of pairs; more than M were not written.
    """
    count = 0
    total = len(order)
    at = 0
    while at < total:
        key = order[at] >> _HALF
        size = 0
        while at < total and order[at] >> _HALF == key:
            entry[size] = order[at] & index_mask
            member[size], owner[size] = place[entry[size], 0], place[entry[size], 1]
            size += 1
            at += 1
        if size > 1:
            count = _pair_members(member, owner, size, member, member, 0, accepted, out, count)
        if size > CROWD and accepted < 0:
            entry[:size].sort()  # by article
            for x in range(size):
                member[x], owner[x] = place[entry[x], 0], place[entry[x], 1]
            count = _pair_with_leader(member, owner, size, member, member, 0, _CROWDED, out, count)
    return count


@inlined
def shingles_of(token, low, out):
    """Hash the runs of five words from token `low` on; LLVM computes eight at once."""
    count = len(out)
    t0, t1, t2 = token[low : low + count], token[low + 1 :][:count], token[low + 2 :][:count]
    t3, t4 = token[low + 3 :][:count], token[low + 4 :][:count]
    for i in range(count):
        out[i] = premix(
            np.uint32(
                np.uint32(t0[i] * _C0)
                + np.uint32(t1[i] * _C1)
                + np.uint32(t2[i] * _C2)
                + np.uint32(t3[i] * _C3)
                + np.uint32(t4[i] * _C4)
            )
        )


@inlined
def slot_of(table, stamp, value):
    """Where a value stands in a hash table, or the free slot where it belongs.

    table: u64 of a power of two, value | stamp << 32; entries of another stamp are free
    """
    wrap = np.uint64(len(table) - 1)
    wanted = stamp << _HALF | np.uint64(value)
    slot = np.uint64(value) & wrap
    while table[slot] != wanted and table[slot] >> _HALF == stamp:
        slot = (slot + _ONE) & wrap
    return slot


@inlined
def _extend(i, j, article, start, length, row_of, partner, box, rows):
    """Extend the box of the article of j by a proven pair; returns the number of boxes."""
    longer = max(length[i], length[j])
    row = row_of[article[j]]
    if row < 0:
        row_of[article[j]] = row = rows
        partner[row, 0], partner[row, 1] = article[i], article[j]
        box[row, 0], box[row, 1] = start[i], start[i] + longer
        box[row, 2], box[row, 3] = start[j], start[j] + longer
        return rows + 1
    box[row, 0], box[row, 1] = min(box[row, 0], start[i]), max(box[row, 1], start[i] + longer)
    box[row, 2], box[row, 3] = min(box[row, 2], start[j]), max(box[row, 3], start[j] + longer)
    return rows


@inlined
def _within(i, j, article, start, length, row_of, box):
    """Whether a pair of passages would not extend the box of their articles."""
    row = row_of[article[j]]
    longer = max(length[i], length[j])
    return (
        row >= 0
        and box[row, 0] <= start[i]
        and start[i] + longer <= box[row, 1]
        and box[row, 2] <= start[j]
        and start[j] + longer <= box[row, 3]
    )


@kernel
def prove(
    known, pairs, least, related, token, article, start, length, group, row_of, partner, box, out
):  # fmt: skip
    """Exact Jaccard similarity of the shingles of pairs, and boxes around those that are proven.

    known, pairs: u64 (X,), (M,) sorted; those that need no proof, and those that do
    least: similarity that proves a pair; related: one that is told, at most as large
    token: u32 (N,); article: i32 (P,) ascending; start: i64 (P,); length: i32 (P,), at most
        `LONGEST_PASSAGE`
    group: i32 (P, 2) of `group_equal`
    row_of: i32 (articles,) all -1 before and after; empty when no boxes are wanted
    partner: i32, box: i64 (X + M, 2), (X + M, 4) written: two articles, and the least box around
        their proven passages: first token and end in either
    out: f32 (M,) written; 0 where `related` is out of reach, `related` where both passages stand
        alone and would not extend the box of their articles. Returns the number of boxes.
    """
    ours, met = np.zeros(TABLE, np.uint64), np.zeros(TABLE, np.uint32)
    theirs = np.zeros(TABLE, np.uint64)
    shingles = np.empty(LONGEST_PASSAGE, np.uint32)
    stamp_i, stamp_j = np.uint64(0), np.uint64(0)
    boxes = len(row_of) > 0
    last, distinct, rows = -1, 0, 0
    m, k = 0, 0
    while m < len(pairs) or k < len(known):
        if m == len(pairs) or (k < len(known) and known[k] < pairs[m]):
            here = article[known[k] >> _HALF]
        else:
            here = article[pairs[m] >> _HALF]
        first = rows
        while k < len(known) and article[known[k] >> _HALF] == here:
            i, j = np.int64(known[k] >> _HALF), np.int64(known[k] & _LOW)
            rows = _extend(i, j, article, start, length, row_of, partner, box, rows)
            k += 1
        while m < len(pairs) and article[pairs[m] >> _HALF] == here:
            i, j = np.int64(pairs[m] >> _HALF), np.int64(pairs[m] & _LOW)
            out[m] = 0
            m += 1
            if boxes and group[i, 1] == 0 and group[j, 1] == 0:
                if _within(i, j, article, start, length, row_of, box):
                    out[m - 1] = related
                    continue
            if i != last:
                last, distinct = i, 0
                stamp_i += _ONE
                count = max(length[i] - SHINGLE + 1, 0)
                shingles_of(token, start[i], shingles[:count])
                for x in range(count):
                    slot = slot_of(ours, stamp_i, shingles[x])
                    distinct += ours[slot] >> _HALF != stamp_i
                    ours[slot] = stamp_i << _HALF | np.uint64(shingles[x])
            count = max(length[j] - SHINGLE + 1, 0)
            # With more misses than this, not even all others could be enough.
            bearable = (count - related * distinct) / (1 + related) + 1e-6
            if bearable < 0:
                continue
            stamp_j += _ONE
            shingles_of(token, start[j], shingles[:count])
            shared, others = 0, 0
            for x in range(count):
                slot = slot_of(ours, stamp_i, shingles[x])
                if ours[slot] >> _HALF == stamp_i:
                    shared += met[slot] != np.uint32(stamp_j)
                    met[slot] = stamp_j
                    continue
                slot = slot_of(theirs, stamp_j, shingles[x])
                if theirs[slot] >> _HALF != stamp_j:
                    theirs[slot] = stamp_j << _HALF | np.uint64(shingles[x])
                    others += 1
                    if others > bearable:
                        break
            if others > bearable or distinct + others == 0:
                continue
            out[m - 1] = np.float32(shared) / np.float32(distinct + others)
            if boxes and out[m - 1] >= least:
                rows = _extend(i, j, article, start, length, row_of, partner, box, rows)
        for row in range(first, rows):
            row_of[partner[row, 1]] = -1
    return rows
