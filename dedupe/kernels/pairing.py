"""Candidates for reworded text: pairs of nearby stems that stand in a few articles.

Legend: N tokens, D articles, P postings, H hits. A *pair* is two stems that stand side by side or
with one word between them, in either order; a *posting* is an article that holds a pair, a *hit* a
pair that stands in two articles.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.bits import prefetch, trailing_zeros
from dedupe.kernels.jit import inlined, kernel
from dedupe.kernels.sorting import sort_few

CAP = 16
"""Articles in which a pair may stand for all of them to be paired."""
CHAINED = 400
"""Articles up to which each one is paired with the two behind it."""
FEWEST, NEAR = 4, 55
"""Hits that make a candidate, and the words within which they stand in either article. Five within
60 words of the earlier and 120 of the later one make as many that are looked at as wholes, and find
less (plagdet .9177, not .9184); four within 60 and 120 find .9189, and take a tenth longer."""
FEWEST_AGAIN, NEAR_AGAIN = 8, 40
"""Hits of an article with itself that make a candidate, and the words within which they stand at
either place. With 4 in 60 and 120 there are seven times as many candidates, whose wider boxes hide
a fifth of the repeats."""
OPEN = 8
"""Candidates of an article with itself, the latest ones, that a hit may belong to."""
_ONCE = 1 << 10
"""Bit sets of 64 for the pairs of an article: most articles have so few again that none has to be
looked up, which takes half as long again."""
APART = 1000
"""Words of the earlier article between passing hits above which they are two candidates."""
LONGEST = 10_000
"""Words of it that one candidate spans at most: to align it takes the square of them."""
ARTICLE_WORDS = 64
"""The article of every so many words is listed: from there it is not far to that of any word."""
GROUP, TAIL = 1 << 63, 4
"""A posting that begins a group. So many of them stand behind the last one: as many are copied at
once."""

_ZERO, _ONE, _SIX, _SEVEN, _BIT, _HALF = (np.uint64(k) for k in (0, 1, 6, 7, 63, 32))
_MIX_1, _MIX_2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_LOW = np.uint64(0xFFFFFFFF)
_BEGINS, _CHAINED = np.uint64(GROUP), np.uint64(1 << 62)
"""Bits of a posting: the first of its group; of a group that is chained."""
_REACH = np.uint64(3)
"""A stem makes pairs with the two behind it."""
_AHEAD, _NEXT_LINE = np.uint64(20), np.uint64(7)
"""What lies anywhere in the memory, articles of words and groups of postings, is asked for so many
entries before it is looked at; and how far a group may reach into another line of the cache."""
_ARTICLE = np.uint64((1 << 30) - 1)
_COPIED = np.uint64(TAIL)
_SPREAD = np.uint64(0x9E3779B1)
"""Sets the cells of two articles far apart."""
_FEWEST_CELLS, _CELLS_OF_A_HIT = np.uint64(1 << 12), np.uint64(8)
"""Counters of an article, and of each of its hits: so few that the first cache holds them."""


@inlined
def _pair_key(one, other):
    """Hash of two stems in either order."""
    low, high = np.uint64(min(one, other)), np.uint64(max(one, other))
    state = (low << _HALF | high) * _MIX_1
    return (state ^ state >> np.uint64(29)) * _MIX_2


@inlined
def _list_telling(stem, telling, low, high, words):
    """List the words of an article whose stems take part; their number.

    words: u32 (2, X) written: stems and tokens
    """
    shift = np.uint32(32) - np.uint32(trailing_zeros(np.uint64(len(telling))))
    n = _ZERO
    for t in range(np.uint64(low), np.uint64(high)):
        value = stem[t]
        words[0, n], words[1, n] = value, t
        n += np.uint64(telling[np.uint64(value >> shift)])
    return n


@kernel
def count_keys(stem, telling, article_token, low, high, parts_log, words, count):
    """Count the pairs of some articles by the part of all keys that theirs belongs to.

    stem: u32 (N,); telling: u8 (V,) by the upper bits of a stem, 1 or 0
    article_token: i64 (D + 1,); low, high: range of articles
    words: u32 (2, X) scratch, X words of the longest article
    count: i64 (2 ** parts_log,) added to
    """
    top = np.uint64(64 - parts_log)
    for d in range(low, high):
        end = _list_telling(stem, telling, article_token[d], article_token[d + 1], words)
        for i in range(end):
            for j in range(i + _ONE, min(i + _REACH, end)):
                if words[0, i] != words[0, j]:
                    count[_pair_key(words[0, i], words[0, j]) >> top] += 1


@kernel
def write_keys(stem, telling, article_token, low, high, parts_log, words, following, out):
    """Write the pairs of some articles, part by part, as 32 bits of the key above the token.

    stem, ..., words: as in `count_keys`
    following: i64 (2 ** parts_log,) next row of each part, added to
    out: u64 (K,) written
    """
    top, drop = np.uint64(64 - parts_log), np.uint64(parts_log)
    for d in range(low, high):
        end = _list_telling(stem, telling, article_token[d], article_token[d + 1], words)
        for i in range(end):
            for j in range(i + _ONE, min(i + _REACH, end)):
                if words[0, i] == words[0, j]:
                    continue
                key = _pair_key(words[0, i], words[0, j])
                part = key >> top
                upper = key << drop >> _HALF << _HALF
                out[np.uint64(following[part])] = upper | np.uint64(words[1, i])
                following[part] += 1


@kernel
def group_pairs(entries, first_article, article_token, meeting):
    """Group the entries by their key: one posting for each article that holds it.

    entries: u64 (E,) of `write_keys`, sorted; written over by the postings, group by group:
        `_BEGINS`, `_CHAINED` where the group has more than CAP, the article, and the token. Groups
        of one article, or of more than CHAINED, are left out; where there is room another `_BEGINS`
        ends the last group
    first_article: i32 of the article of every `ARTICLE_WORDS`th token
    article_token: i64 (D + 1,)
    meeting: i64 (D,) of each article, the postings that are not the last ones of their groups;
        added to
    Returns the number of postings.
    """
    posting = entries  # there are never more of those than entries that have been read
    count = _ZERO
    at, total = _ZERO, np.uint64(len(entries))
    while at < total:
        key = entries[at] >> _HALF
        if at + _ONE == total or entries[at + _ONE] >> _HALF != key:
            at += _ONE
            continue
        begun, last = count, -1
        while at < total and entries[at] >> _HALF == key:
            ahead = entries[min(at + _AHEAD, total - _ONE)] & _LOW
            prefetch(first_article, ahead // np.uint64(ARTICLE_WORDS))
            token = np.int64(entries[at] & _LOW)
            at += _ONE
            if last >= 0 and token < article_token[last + 1]:
                continue
            last = np.int64(first_article[token // ARTICLE_WORDS])
            while article_token[last + 1] <= token:
                last += 1
            posting[count] = np.uint64(last) << _HALF | np.uint64(token)
            count += _ONE
        size = count - begun
        if size < np.uint64(2) or size > np.uint64(CHAINED):
            count = begun
            continue
        for i in range(begun, count - _ONE):
            meeting[posting[i] >> _HALF] += 1
        posting[begun] |= _BEGINS
        if size > np.uint64(CAP):
            for i in range(begun, count):
                posting[i] |= _CHAINED
    if count < total:
        posting[count] = _BEGINS
    return np.int64(count)


@kernel
def later_postings(posting, low, high, ahead, out):
    """Copy what some articles meet: their postings, and those of later articles in the same groups.

    posting: u64 (P,) of `group_pairs`; low, high: range of articles
    ahead: postings behind its own that one meets at most
    out: u64 (P + 1,) written: the postings that `dense_boxes` looks at, group by group. Returns
        their number.
    """
    count, left, begins = _ZERO, _ZERO, _ZERO
    first, size = np.uint64(low), np.uint64(high - low)
    for p in range(np.uint64(len(posting))):  # no branch: which posting is taken, none can foresee
        mark = posting[p] >> _BIT
        own = np.uint64((posting[p] >> _HALF & _ARTICLE) - first < size)
        left = max(own * (np.uint64(ahead) + _ONE), (_ONE - mark) * left)
        begins |= mark
        out[count] = posting[p] | begins << _BIT
        taken = np.uint64(left > _ZERO)
        count += taken
        left -= taken
        begins *= _ONE - taken
    return np.int64(count)


@kernel
def list_postings(posting, first, last, low, high, following, by_article):
    """List the postings of some articles that meet others, by article.

    posting: u64 (P,) of `group_pairs`; first, last: range of them; low, high: range of articles
    following: i64 (high - low + 1,) next row of each article, added to, and the last row of all
    by_article: u32 (R + 1,) written
    """
    for p in range(np.uint64(first), np.uint64(last)):
        meets = posting[p + _ONE] & _BEGINS == 0
        article = np.int64(posting[p] >> _HALF & _ARTICLE)
        listed = meets & (article >= low) & (article < high)
        holder = np.uint64(article - low if listed else high - low)
        by_article[np.uint64(following[holder])] = p
        following[holder] += np.int64(listed)


@inlined
def _list_met(posting, mine, chain, met, place):
    """List what some postings of an article meet: the later ones of their groups.

    Some are copied at once and those behind the group are written over: a loop over each group ends
    where no processor expects it, and takes three times as long.

    mine: u32 rows of the postings; chain: as in `dense_boxes`
    met: u64 (H,), place: u32 (H,) written: a later posting, and the word of the earlier one.
        Returns their number.
    """
    count = _ZERO
    for m in range(np.uint64(len(mine))):
        ahead = np.uint64(mine[min(m + _AHEAD, np.uint64(len(mine) - 1))])
        prefetch(posting, ahead)
        prefetch(posting, ahead + _NEXT_LINE)
        q = np.uint64(mine[m])
        here = np.uint32(posting[q] & _LOW)
        left = np.uint64(chain) if posting[q] & _CHAINED else np.uint64(CAP)
        q += _ONE
        while left:
            begins = _ONE << _COPIED
            for k in range(_COPIED):
                met[count + k], place[count + k] = posting[q + k], here
                begins |= posting[q + k] >> _BIT << k
            same = min(trailing_zeros(begins), left)
            count += same
            left = left - _COPIED if same == _COPIED else _ZERO
            q += _COPIED
    return count


@inlined
def _dense_hits(met, place, total, cells, hits):
    """List the hits that have enough others close to them, in the earlier article.

    Those within NEAR words stand in one stretch of 64 words or in two that follow each other, so
    hits are counted in a cell for each later article and stretch. Those of other articles in the
    same cell let some pass, no more.

    met, place: of `_list_met`, `total` of them; cells: u8 (2 ** k,) of zeros, which it is again at
        the end; hits: u64 (H,) written: their rows. Returns their number.
    """
    last = np.uint64(len(cells) - 1)
    for m in range(total):
        cell = ((met[m] >> _HALF & _ARTICLE) * _SPREAD + (np.uint64(place[m]) >> _SIX)) & last
        hits[m] = cell
        cells[cell] += np.uint8(cells[cell] < 255)
    dense = _ZERO
    for m in range(total):
        cell = hits[m]
        beside = max(cells[(cell - _ONE) & last], cells[(cell + _ONE) & last])
        hits[dense] = m
        dense += np.uint64(np.int64(cells[cell]) + np.int64(beside) >= FEWEST)
    cells[:] = 0
    return dense


@inlined
def _near_hits(met, place, cells, hits, dense):
    """Keep those that have enough others close to them in both articles: a sixth.

    Here a cell is a stretch of 64 words of the earlier article and one of 128 words of the later
    one, where those that belong together stand within NEAR words on either side of one of them.

    met, place, cells: as in `_dense_hits`; hits: `dense` rows, written over. Returns their number.
    """
    last = np.uint64(len(cells) - 1)
    for h in range(dense):
        cell = _cell(met[hits[h]], place[hits[h]]) & last
        cells[cell] += np.uint8(cells[cell] < 255)
    near = _ZERO
    for h in range(dense):
        m = hits[h]
        cell = _cell(met[m], place[m])
        beside = max(_around(cells, cell - _SPREAD), _around(cells, cell + _SPREAD))
        hits[near] = m
        near += np.uint64(_around(cells, cell) + beside >= FEWEST)
    cells[:] = 0
    return near


@inlined
def _cell(met, place):
    """The cell of a hit by its places in both articles."""
    return (np.uint64(place) >> _SIX) * _SPREAD + ((met & _LOW) >> _SEVEN)


@inlined
def _around(cells, cell):
    """Hits in a cell and in those on either side of it."""
    last = np.uint64(len(cells) - 1)
    before, behind = cells[(cell - _ONE) & last], cells[(cell + _ONE) & last]
    return np.int64(before) + np.int64(cells[cell & last]) + np.int64(behind)


@inlined
def _collect(
    posting, mine, owner, own, chain, base, article_token, bits, drop, cells, met, place, hits
):  # fmt: skip
    """Write the hits of an article that may have enough others with the same article close to them.

    Before anything is looked up for them, those that cannot are left out by counting: of 1,500 hits
    of an article 190 are left, and then 35.

    mine: u32 rows of its postings; own, base: its owner and first token; chain: as in `dense_boxes`
    cells: u8 (2 ** k,) of zeros, which it is again at the end
    met: u64 (H,), place: u32 (H,) scratch
    hits: u64 (H,) written. Returns their number.
    """
    total = _list_met(posting, mine, chain, met, place)
    size = _FEWEST_CELLS
    while size < _CELLS_OF_A_HIT * total and size < np.uint64(len(cells)):
        size *= np.uint64(2)
    dense = _dense_hits(met, place, total, cells[:size], hits)
    near = _near_hits(met, place, cells[:size], hits, dense)
    found = _ZERO
    for h in range(near):
        m = hits[h]
        b = met[m] >> _HALF & _ARTICLE
        here = np.uint64(np.int64(place[m]) - base) >> drop
        there = np.uint64(np.int64(met[m] & _LOW) - article_token[b]) >> drop
        hits[found] = (b << bits | here) << bits | there
        found += np.uint64(owner[b] != own and owner[b] >= 0)
    return np.int64(found)


@inlined
def _group(hits, bits, behind, partners, out):
    """Put the hits with each partner side by side, by their places; the number of partners.

    Two passes and a short sort for each partner take half the time of one sort of all.

    hits: u64 (H,); behind: i32 (D,) of zeros, written: end of the hits of each partner in `out`
    partners: i32 (H,), out: u64 (H,) written
    """
    met = _ZERO
    for h in range(np.uint64(len(hits))):
        b = hits[h] >> bits >> bits
        if behind[b] == 0:
            partners[met] = b
            met += _ONE
        behind[b] += 1
    total = 0
    for m in range(met):
        b = np.uint64(partners[m])
        size = behind[b]
        behind[b] = total
        total += size
    for h in range(np.uint64(len(hits))):
        b = hits[h] >> bits >> bits
        out[np.uint64(behind[b])] = hits[h]
        behind[b] += 1
    begin = 0
    for m in range(met):
        end = behind[np.uint64(partners[m])]
        sort_few(out[begin:end])
        begin = end
    return np.int64(met)


@inlined
def _has_near(hits, i, bits, mask, reach, fewest):
    """Whether enough hits stand at the place of hit i or close behind, itself included."""
    here, there = hits[i] >> bits & mask, np.int64(hits[i] & mask)
    near, first = 0, i
    while first > 0 and hits[first - 1] >> bits & mask == here:
        first -= 1
    for k in range(first, len(hits)):
        if (hits[k] >> bits & mask) > here + reach:
            return False
        near += abs(np.int64(hits[k] & mask) - there) <= np.int64(reach)
        if near == fewest:
            return True
    return False


@kernel
def dense_boxes(
    posting, by_article, edges, low, high, owner, chain, article_token, place_bits, place_shift,
    cells, behind, met, place, hits, grouped, partners, partner, box,
):  # fmt: skip
    """Find the pairs of articles that have `FEWEST` hits close to each other, and where.

    posting: u64 (P,), `TAIL` of which stand behind all groups; by_article: u32 (R,), edges: i64
        (D + 1,) first row of each article in it
    low, high: range of articles, which are paired with later ones
    owner: i32 (D,) articles with the same number, or one below 0, are not paired
    chain: later articles that each one meets where more than CAP have a pair of stems
    place_bits: of a place in an article, counted from its start, after `place_shift` bits are
        dropped, which only articles of a million words need
    cells: u8 (2 ** k,), behind: i32 (D,) of zeros; met, hits, grouped: u64, place: u32,
        partners: i32 (H,), scratch: CAP places, or `chain`, for each posting of an article, and
        `TAIL`
    partner: i32 (Q, 2), box: i64 (Q, 4) written: the article and the later one, first token and
        end, in either article, of the hits that have enough others close behind them.
        Returns their number; more than Q were not written.
    """
    bits, drop = np.uint64(place_bits), np.uint64(place_shift)
    mask = (_ONE << bits) - _ONE
    reach = np.uint64(NEAR) >> drop
    count = 0
    for a in range(low, high):
        if owner[a] < 0:
            continue
        found = _collect(
            posting, by_article[edges[a] : edges[a + 1]], owner, owner[a], chain, article_token[a],
            article_token, bits, drop, cells, met, place, hits,
        )  # fmt: skip
        others = _group(hits[:found], bits, behind, partners, grouped)
        begin = 0
        for m in range(others):
            b = np.int64(partners[m])
            mine = grouped[begin : behind[b]]
            begin = np.int64(behind[b])
            opened = False
            low_a, end_a, low_b, end_b = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
            for i in range(len(mine)):
                if not _has_near(mine, i, bits, mask, reach, FEWEST):
                    continue
                here = np.int64((mine[i] >> bits & mask) << drop) + article_token[a]
                there = np.int64((mine[i] & mask) << drop) + article_token[b]
                if not opened or here - end_a > APART or here - low_a > LONGEST:
                    opened = True
                    count += 1
                    low_a, low_b, end_b = here, there, there + 1
                end_a = here + 1
                low_b, end_b = min(low_b, there), max(end_b, there + 1)
                if count <= len(box):
                    partner[count - 1, 0], partner[count - 1, 1] = a, b
                    box[count - 1, 0], box[count - 1, 1] = low_a, end_a
                    box[count - 1, 2], box[count - 1, 3] = low_b, end_b
        for m in range(others):
            behind[np.uint64(partners[m])] = 0
    return count


@inlined
def _list_pairs(words, count, pairs, place, met):
    """List the pairs of an article in the order of their second stem; their number.

    words: u32 (2, X) of `_list_telling`, `count` of them
    pairs: u64 (2 X,) written: keys; place: i64 (2 X,) written: token of the first stem
    met: u64 (2 ** k, 2) of zeros, written: a bit for each key, by its upper bits, where it stands
        once, and where it may stand again
    """
    shift = np.uint64(58) - trailing_zeros(np.uint64(len(met)))
    found = _ZERO
    for j in range(_ONE, count):
        for back in range(_ONE, min(j + _ONE, _REACH)):
            i = j - back
            if words[0, i] == words[0, j]:
                continue
            key = _pair_key(words[0, i], words[0, j])
            pairs[found], place[found] = key, words[1, i]
            found += _ONE
            bit = key >> shift
            line, mark = bit >> _SIX, _ONE << (bit & _BIT)
            met[line, 1] |= met[line, 0] & mark
            met[line, 0] |= mark
    return found


@inlined
def _list_again(pairs, count, met, chosen):
    """List the pairs that may stand twice, without a branch since few do; their number.

    pairs, met: of `_list_pairs`, `count` of them; chosen: u64 (2 X,) written: their rows
    """
    shift = np.uint64(58) - trailing_zeros(np.uint64(len(met)))
    found = _ZERO
    for k in range(count):
        bit = pairs[k] >> shift
        chosen[found] = k
        found += met[bit >> _SIX, 1] >> (bit & _BIT) & _ONE
    return found


@inlined
def _repeated_pairs(pairs, place, chosen, keys, last):
    """Find the hits of an article with itself: each pair with the place where it stood last.

    pairs, place: of `_list_pairs`; keys: u64, last: i64 (2 ** k,), scratch
    chosen: rows of `_list_again`; written over by the hits. Returns their number.
    """
    slots = np.uint64(64)
    while slots < np.uint64(2 * len(chosen)):
        slots *= np.uint64(2)
    mask = slots - _ONE
    last[:slots] = -1
    found = _ZERO
    for row in chosen:
        key, here = pairs[row], place[row]
        slot = key >> _HALF & mask
        while last[slot] >= 0 and keys[slot] != key:
            slot = (slot + _ONE) & mask
        if last[slot] >= 0:
            chosen[found] = np.uint64(last[slot]) << _HALF | np.uint64(here)
            found += _ONE
        keys[slot], last[slot] = key, here
    return np.int64(found)


@kernel
def repeated_boxes(stem, telling, article_token, owner, low, high, article, box):
    """Find where articles may say something twice: `FEWEST_AGAIN` hits close to each other.

    A hit is here a pair of telling stems that stands in the article again.

    stem: u32 (N,); telling: u8 (V,) by the upper bits of a stem, 1 or 0
    article_token: i64 (D + 1,); owner: i32 (D,) articles below 0 are left out
    low, high: range of articles
    article: i32 (Q,), box: i64 (Q, 4) written: first token and end, of the earlier and the later
        place. Returns their number, -1 where there was no room.
    """
    longest = np.int64(1)
    for a in range(low, high):
        longest = max(longest, article_token[a + 1] - article_token[a])
    words, met = np.empty((2, longest), np.uint32), np.empty((_ONCE, 2), np.uint64)
    pairs, rows = np.empty(2 * longest + 1, np.uint64), np.empty(2 * longest + 1, np.uint64)
    place = np.empty(2 * longest + 1, np.int64)
    keys, last = np.empty(8 * longest + 64, np.uint64), np.empty(8 * longest + 64, np.int64)
    reach = np.uint64(NEAR_AGAIN)
    count = 0
    for a in range(low, high):
        if owner[a] < 0:
            continue
        told = _list_telling(stem, telling, article_token[a], article_token[a + 1], words)
        met[:] = 0
        listed = _list_pairs(words, told, pairs, place, met)
        again = _list_again(pairs, listed, met, rows)
        if again <= np.uint64(FEWEST_AGAIN):  # each hit is one that has stood before
            continue
        found = _repeated_pairs(pairs, place, rows[:again], keys, last)
        mine = rows[:found]
        sort_few(mine)
        opened = count
        for i in range(found):
            if not _has_near(mine, i, _HALF, _LOW, reach, FEWEST_AGAIN):
                continue
            here, there = np.int64(mine[i] >> _HALF), np.int64(mine[i] & _LOW)
            joined = count
            for b in range(max(opened, count - OPEN), count):
                near = here - box[b, 1] <= NEAR_AGAIN and here - box[b, 0] <= LONGEST
                if near and box[b, 2] - NEAR_AGAIN <= there <= box[b, 3] + NEAR_AGAIN:
                    joined = b
            if joined == len(box):
                return -1
            if joined == count:
                count += 1
                article[joined] = a
                box[joined, 0], box[joined, 1] = here, here + 1
                box[joined, 2], box[joined, 3] = there, there + 1
            box[joined, 1] = here + 1
            box[joined, 2] = min(box[joined, 2], there)
            box[joined, 3] = max(box[joined, 3], there + 1)
    return count
