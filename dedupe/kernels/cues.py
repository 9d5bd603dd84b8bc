"""Cue words, phrases and recurring words: what the filler rules need to know of every token.

Legend: N tokens, S sentences, B blocks, D articles, C candidates, H hits, O orphan lines,
W slots of words, E slots of edges, Q states (see `filler.lexicon`).
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.bits import bytes_between, trailing_zeros
from dedupe.kernels.jit import inlined, kernel
from dedupe.kernels.words import CAPITAL, FIRST, HAS_DIGIT, QUOTED

FIELD, SOURCE, PLACEHOLDER, DOMAIN, STOCK = 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15
"""Bits of `filler.lexicon.Mark` that depend on the characters around a word, or are counted."""
WHOLE, FRAME, STOP, TAIL = 1 << 0, 1 << 1, 1 << 8, 1 << 9
"""Bits of `filler.lexicon.HeadingMark`."""

CONTENT, NAMES, NUMBERS = range(3)
"""Which words `seen_before` looks at: all but stop words, those with a mid-sentence capital, those
with a digit."""

ORPHAN_WEIGHT, LEAST_WEIGHT = 2, 3
"""Lines of a stuffed phrase: three headings, or two lines of which one is an orphan. Two headings
alone hold the subject of 2 % of human articles."""

PAIR_BITS = 17
_CHUNK = 4096

PARAGRAPH, QUOTE = 2, 4
"""Values of `tables.BlockKind`."""

_ONE, _SIX, _LOW, _HALF = np.uint64(1), np.uint64(6), np.uint64(63), np.uint64(32)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_PREFIX = np.uint32(16)
_SPREAD = np.uint64(32)
_MARKS = np.uint32(0xFFFF)
_SIXTEEN = np.uint32(16)
_CONTEXT = np.uint32(FIELD | SOURCE | PLACEHOLDER | DOMAIN)
_NONE = np.uint32(0)

_SPACE, _COLON, _DOT, _BRACKET = 0x20, 0x3A, 0x2E, 0x29
_SQUARE, _ANGLE, _BRACE, _STAR = 0x5B, 0x3C, 0x7B, 0x2A
_LOWER_W, _LOWER_I, _LOWER_Y = 0x77, 0x69, 0x79


@inlined
def _edge_slot(key, size):
    """First slot of an edge in a table of `size` slots, a power of two."""
    return np.int64((key * _MIX) >> _SPREAD) & (size - 1)


@inlined
def _bit(bits, place):
    """Whether a bit of a bit set is on."""
    return bits[place >> _SIX] >> (place & _LOW) & _ONE


@inlined
def _pair_place(first, second):
    """Place of two words that follow each other in a bit set of 2^PAIR_BITS."""
    return (np.uint64(first) * _MIX ^ np.uint64(second)) * _MIX >> np.uint64(64 - PAIR_BITS)


@kernel
def fill_bits(word_hash, bits):
    """Enter words into a bit set over hash prefixes. word_hash: u32 (W',); bits: u64 written."""
    for k in range(len(word_hash)):
        place = np.uint64(word_hash[k] >> _PREFIX)
        bits[place >> _SIX] |= _ONE << (place & _LOW)


@kernel
def fill_words(word_hash, word_mark, key, mark):
    """Enter words into an empty table.

    word_hash, word_mark: u32 (W',), marks not 0; key, mark: u32 (W,) written
    """
    mask = len(key) - 1
    for k in range(len(word_hash)):
        slot = np.int64(word_hash[k]) & mask
        while mark[slot] != 0:
            slot = (slot + 1) & mask
        key[slot], mark[slot] = word_hash[k], word_mark[k]


@kernel
def fill_edges(edge_hash, edge_target, key, state):
    """Enter edges, from state and word to state, into an empty table.

    edge_hash: u64 (E',); edge_target: i32 (E',), not 0; key: u64, state: i32 (E,) written
    """
    mask = len(key) - 1
    for k in range(len(edge_hash)):
        slot = _edge_slot(edge_hash[k], len(key))
        while state[slot] != 0:
            slot = (slot + 1) & mask
        key[slot], state[slot] = edge_hash[k], edge_target[k]


@kernel
def fill_pairs(first, second, pairs):
    """Enter pairs of words into a bit set. first, second: u32 (P,); pairs: u64 written."""
    for k in range(len(first)):
        place = _pair_place(first[k], second[k])
        pairs[place >> _SIX] |= _ONE << (place & _LOW)


@inlined
def _word_mark(value, known, key, mark):
    """Entry of a word; 0 where it is in no list."""
    if _bit(known, np.uint64(value >> _PREFIX)) == 0:
        return _NONE
    return _entry_of(value, key, mark)


@inlined
def _entry_of(value, key, mark):
    """The same without the bit set."""
    mask = len(key) - 1
    slot = np.int64(value) & mask
    while mark[slot] != 0:
        if key[slot] == value:
            return mark[slot]
        slot = (slot + 1) & mask
    return _NONE


@inlined
def _follow(state, value, key, target):
    """State behind a word; 0 where no phrase goes on with it."""
    wanted = np.uint64(state) << _HALF | np.uint64(value)
    mask = len(key) - 1
    slot = _edge_slot(wanted, len(key))
    while target[slot] != 0:
        if key[slot] == wanted:
            return target[slot]
        slot = (slot + 1) & mask
    return np.int32(0)


@inlined
def _context(text, start, end, marks):
    """The marks of a word whose characters around are as the mark wants them."""
    kept = marks & ~_CONTEXT
    before = text[start - 1] if start > 0 else np.uint8(0)
    if marks & np.uint32(DOMAIN) and before == _DOT:
        kept |= np.uint32(DOMAIN)
    if marks & np.uint32(PLACEHOLDER) and (before == _SQUARE or before == _ANGLE):
        kept |= np.uint32(PLACEHOLDER)
    if marks & np.uint32(FIELD | SOURCE):
        while text[end] == _SPACE:  # blanked emphasis
            end += 1
        if text[end] == _COLON:
            kept |= marks & np.uint32(FIELD | SOURCE)
    return kept


@kernel
def scan_sentences(
    text,
    token_hash,
    token_start,
    token_end,
    sentence,
    alone,
    pairs,
    word_key,
    word_mark,
    edge_key,
    edge_state,
    state_mark,
    stock,
    hit_first,
    hit_last,
    hit_mark,
):
    """Find the listed words and phrases of all sentences in one pass.

    Parameters
    ----------
    text: u8; token_*: (N,); sentence: i32 (S + 1,) first tokens
    alone ... state_mark: a lexicon
    stock: u8 (S,) written: number of its words that are marked STOCK, 255 at most
    hit_first, hit_last: i32 (N + 1,), hit_mark: u32 (N + 1,) written for H hits: first token,
        token behind the last, marks. Phrases of different marks that begin at one token are
        different hits; of one mark, the longest counts. Hits do not cross a sentence.

    Returns H.
    """
    hits, s = 0, 0
    waiting = np.empty(_CHUNK, np.int32)
    stock[:] = 0
    for begin in range(0, len(token_hash), _CHUNK):
        for w in range(_promising(token_hash, begin, alone, pairs, waiting)):
            i = waiting[w]
            while sentence[s + 1] <= i:
                s += 1
            entry = _entry_of(token_hash[i], word_key, word_mark)
            marks = entry & _MARKS
            if marks & np.uint32(STOCK):
                if stock[s] < 255:
                    stock[s] += 1
                marks &= ~np.uint32(STOCK)
            if marks & _CONTEXT:
                marks = _context(text, token_start[i], token_end[i], marks)
            if marks and hits < len(hit_first):
                hit_first[hits], hit_last[hits], hit_mark[hits] = i, i + 1, marks
                hits += 1
            state = np.int32(entry >> _SIXTEEN)
            pending, pending_end, k = _NONE, 0, i + 1
            while state != 0:
                ends = state_mark[state]
                if ends != 0:
                    if ends != pending and pending != 0 and hits < len(hit_first):
                        hit_first[hits], hit_last[hits], hit_mark[hits] = i, pending_end, pending
                        hits += 1
                    pending, pending_end = ends, k
                if k >= sentence[s + 1]:
                    break
                state = _follow(state, token_hash[k], edge_key, edge_state)
                k += 1
            if pending != 0 and hits < len(hit_first):
                hit_first[hits], hit_last[hits], hit_mark[hits] = i, pending_end, pending
                hits += 1
    return hits


@inlined
def _promising(token_hash, begin, alone, pairs, waiting):
    """Places of the tokens from `begin` on that may be a listed word or begin a phrase.

    Every third word begins some phrase, but one of thirty goes on with one: asking for two words
    at once spares following the first. Places are written without a branch on the outcome.
    """
    count = 0
    until = min(begin + _CHUNK, len(token_hash))
    value = token_hash[np.uint64(begin)]
    for i in range(begin, until - 1):
        following = token_hash[np.uint64(i + 1)]
        place = np.uint64(value >> _PREFIX)
        waiting[np.uint64(count)] = i
        count += np.int64(_bit(alone, place) | _bit(pairs, _pair_place(value, following)))
        value = following
    waiting[count] = until - 1  # its successor is in the next chunk: looked at in any case
    return count + 1


@kernel
def sentence_flags(token_flags, sentence, seen):
    """Token flags that occur in each sentence.

    token_flags: u8 (N,); sentence: i32 (S + 1,) first tokens
    seen: u8 (S,) written, without FIRST and without the capital of the first word
    """
    for s in range(len(sentence) - 1):
        flags = np.uint8(0)
        for i in range(sentence[s] + 1, sentence[s + 1]):
            flags |= token_flags[np.uint64(i)]
        if sentence[s] < sentence[s + 1]:
            flags |= token_flags[sentence[s]] & np.uint8(HAS_DIGIT | QUOTED)
        seen[s] = flags & np.uint8(0xFF ^ FIRST)


@inlined
def _is_letter(byte):
    """Whether a byte is an ASCII letter."""
    return np.uint8((byte | 0x20) - 0x61) < 26


@inlined
def _begins_placeholder(text, k):
    """Whether `{name`, `{{name`, `{{ name`, `<insert` or `<your` may begin at byte k."""
    second, third = text[k + 1], text[k + 2]
    if text[k] == _BRACE:
        if second == _BRACE:
            return _is_letter(third) or (third == _SPACE and _is_letter(text[k + 3]))
        return _is_letter(second) and (k == 0 or text[k - 1] != _BRACE)
    return text[k] == _ANGLE and (second | 0x20 == _LOWER_I or second | 0x20 == _LOWER_Y)


@inlined
def _begins_host(text, k):
    """Whether `www.` begins at byte k and stands in no link target or mail address."""
    if text[k] != _LOWER_W or text[k + 1] != _LOWER_W:
        return False
    if text[k + 2] != _LOWER_W or text[k + 3] != _DOT:
        return False
    return k == 0 or text[k - 1] <= _SPACE or text[k - 1] == _STAR or text[k - 1] == _SQUARE


@kernel
def scan_bytes(text, found):
    """Find the bytes that may begin a placeholder or a host.

    text: u8 (T,), T a multiple of 64, 64 zeros at its end; found: i64, filled with positions as
    far as it reaches. Returns how many there are, even if more than fit.
    """
    count = 0
    one = np.uint8(1)
    for chunk in range(0, len(text) - 64, 64):
        double = bytes_between(text, chunk, np.uint8(_LOWER_W), one) & bytes_between(
            text, chunk + 1, np.uint8(_LOWER_W), one
        )
        waiting = double | bytes_between(text, chunk, np.uint8(_BRACE), one)
        waiting |= bytes_between(text, chunk, np.uint8(_ANGLE), one)
        while waiting != 0:
            k = chunk + np.int64(trailing_zeros(waiting))
            waiting &= waiting - _ONE
            if _begins_placeholder(text, k) or _begins_host(text, k):
                if count < len(found):
                    found[count] = k
                count += 1
    return count


@inlined
def _enter(table, stamp, value, mask):
    """Slot of a value in a set of hashes, entered if it is new; entries carry the set's stamp.

    table: u64, stamp in the upper half, hash in the lower
    """
    wanted = np.uint64(stamp) << _HALF | np.uint64(value)
    slot = _edge_slot(np.uint64(value), mask + 1)
    while table[slot] != wanted:
        if table[slot] >> _HALF != np.uint64(stamp):
            table[slot] = wanted
            break
        slot = (slot + 1) & mask
    return slot


@inlined
def _holds(table, stamp, value, mask):
    """Slot of a value in a set of hashes; -1 where it is not."""
    wanted = np.uint64(stamp) << _HALF | np.uint64(value)
    slot = _edge_slot(np.uint64(value), mask + 1)
    while table[slot] >> _HALF == np.uint64(stamp):
        if table[slot] == wanted:
            return slot
        slot = (slot + 1) & mask
    return np.int64(-1)


@inlined
def _raise_bit(filled, value):
    """Enter a word into a set of 4,096 bits."""
    bit = np.uint64(value >> np.uint32(20))
    filled[bit >> _SIX] |= _ONE << (bit & _LOW)


@inlined
def _has_bit(filled, value):
    """Whether a word may be in a set of 4,096 bits."""
    return _bit(filled, np.uint64(value >> np.uint32(20))) != 0


@inlined
def _is_unlisted(value, known, word_key, word_mark):
    """Whether a word has no mark of its own."""
    return _word_mark(value, known, word_key, word_mark) & _MARKS == 0


@inlined
def _asks_for_names(counts, marks, c):
    """Whether names decide about a heading: it has a document word or a frame, and other words."""
    framed = marks[c, 2] & np.uint32(FRAME) | marks[c, 3] & np.uint32(WHOLE)
    framed |= marks[c, 4] & np.uint32(TAIL)
    return counts[c, 6] > 0 and (counts[c, 1] > 0 or framed != 0)


@inlined
def _ends_part(prose, token_end, token, behind):
    """Whether a word of a heading is the last one, or a colon stands behind it."""
    return token + 1 == behind or prose[token_end[token]] == _COLON


@inlined
def _is_ordinal(prose, token_flags, token_end, token):
    """Whether a word of a heading is its number: "2", "IV.", "b)"."""
    sign = prose[token_end[token]]
    return token_flags[token] & HAS_DIGIT != 0 or sign == _DOT or sign == _BRACKET


@kernel
def heading_words(
    prose,
    token_hash,
    token_flags,
    token_end,
    block_token,
    kind,
    article_block,
    block_article,
    heading,
    known,
    word_key,
    word_mark,
    edge_key,
    edge_state,
    state_mark,
    table,
    counts,
    marks,
):
    """Count what the words of headings are, against the names in the paragraphs of the article.

    Parameters
    ----------
    block_token: i32 (B + 1,) first token of each block; kind: u8 (B,)
    article_block: i64 (D + 1,) first block of each article; block_article: i32 (B,)
    heading: i64 (C,) blocks to look at, ascending
    known ... state_mark: the lexicon of headings
    table: u64, zeros, a power of two and at least twice the tokens of all headings
    counts: i32 (C, 7) written: content words; document words; outline words; generic words;
        names (words with a mid-sentence capital in a paragraph), looked for only where they
        decide; words with a digit; words that are in no list
    marks: u32 (C, 5) written: marks of the phrases the heading begins with; of those that are the
        whole heading; of those a part begins with; of those that are a whole part; of those that
        the heading ends with. Colons divide the parts. A number before the heading is skipped.
    """
    for c in range(len(heading)):
        first, behind = block_token[heading[c]], block_token[heading[c] + 1]
        counts[c] = 0
        for i in range(first, behind):
            mark = _word_mark(token_hash[i], known, word_key, word_mark) & _MARKS
            if mark & np.uint32(STOP):
                continue
            if token_flags[i] & HAS_DIGIT:
                counts[c, 5] += 1
                continue
            counts[c, 0] += 1
            for k in range(3):
                if mark >> np.uint32(5 + k) & np.uint32(1):
                    counts[c, 1 + k] += 1
            if mark == 0:
                counts[c, 6] += 1
        while first < behind and _is_ordinal(prose, token_flags, token_end, first):
            first += 1
        marks[c] = 0
        opens = True  # the word at `i` opens a part
        for i in range(first, behind):
            word = _word_mark(token_hash[i], known, word_key, word_mark)
            state, last = np.int32(word >> _SIXTEEN), i
            while state != 0:
                mark = state_mark[state]
                if i == first:
                    marks[c, 0] |= mark
                if opens:
                    marks[c, 2] |= mark
                    if _ends_part(prose, token_end, last, behind):
                        marks[c, 3] |= mark
                last += 1
                if last == behind:
                    marks[c, 1] |= mark if i == first else _NONE
                    marks[c, 4] |= mark
                    break
                state = _follow(state, token_hash[last], edge_key, edge_state)
            opens = prose[token_end[i]] == _COLON
    mask = len(table) - 1
    filled, met = np.zeros(64, np.uint64), np.zeros(len(table), np.uint32)
    begin = 0
    while begin < len(heading):
        article = block_article[heading[begin]]
        until = begin
        filled[:] = 0
        entered = False
        while until < len(heading) and block_article[heading[until]] == article:
            if _asks_for_names(counts, marks, until):
                for i in range(block_token[heading[until]], block_token[heading[until] + 1]):
                    if token_flags[i] & HAS_DIGIT == 0 and _is_unlisted(
                        token_hash[i], known, word_key, word_mark
                    ):
                        _enter(table, article + 1, token_hash[i], mask)
                        _raise_bit(filled, token_hash[i])
                        entered = True
            until += 1
        if entered:
            for other in range(article_block[article], article_block[article + 1]):
                if kind[other] != PARAGRAPH and kind[other] != QUOTE:
                    continue
                for i in range(block_token[other], block_token[other + 1]):
                    if token_flags[np.uint64(i)] & (CAPITAL | FIRST) == CAPITAL and _has_bit(
                        filled, token_hash[i]
                    ):
                        slot = _holds(table, article + 1, token_hash[i], mask)
                        if slot >= 0:
                            met[slot] = article + 1
            for c in range(begin, until):
                if not _asks_for_names(counts, marks, c):
                    continue
                for i in range(block_token[heading[c]], block_token[heading[c] + 1]):
                    slot = _holds(table, article + 1, token_hash[i], mask)
                    if slot >= 0 and met[slot] == article + 1:
                        counts[c, 4] += 1
        begin = until


@kernel
def repeats_of_first(token_hash, block_token, article_block, least, most, repeats):
    """Find the blocks that have the words of the first block of their article.

    block_token: i32 (B + 1,); article_block: i64 (D + 1,)
    least, most: words of a first block that counts
    repeats: i64 (B,) written. Returns how many there are.
    """
    count = 0
    for article in range(len(article_block) - 1):
        first = article_block[article]
        behind = article_block[article + 1]
        if first == behind:
            continue
        title = block_token[first]
        words = block_token[first + 1] - title
        if words < least or words > most:
            continue
        for block in range(first + 1, behind):
            start = block_token[block]
            if block_token[block + 1] - start != words:
                continue
            same = True
            for k in range(words):
                if token_hash[start + k] != token_hash[title + k]:
                    same = False
                    break
            if same:
                repeats[count] = block
                count += 1
    return count


@kernel
def body_ends(body, article_block, closing, paragraphs, last, mean, deviation):
    """The last two body paragraphs of each article, and the closing head on the others.

    body: bool (B,) the block is a body paragraph; closing: f32 (B,), may be NaN
    paragraphs: i32 (D,) written: body paragraphs
    last: i64 (D, 2) written: last and last but one, -1 where there is none
    mean, deviation: f64 (D,) written: of `closing` over the others, NaN where it has no value
    """
    for article in range(len(article_block) - 1):
        paragraphs[article] = 0
        last[article] = -1
        for block in range(article_block[article], article_block[article + 1]):
            if body[block]:
                paragraphs[article] += 1
                last[article, 1] = last[article, 0]
                last[article, 0] = block
        total, squares, n = 0.0, 0.0, 0
        for block in range(article_block[article], max(last[article, 1], 0)):
            if body[block] and closing[block] == closing[block]:
                total += closing[block]
                squares += closing[block] * closing[block]
                n += 1
        mean[article], deviation[article] = np.nan, np.nan
        if n > 0:
            mean[article] = total / n
            deviation[article] = np.sqrt(max(squares / n - mean[article] * mean[article], 0.0))


@kernel
def seen_before(
    token_hash,
    token_flags,
    first,
    behind,
    begin,
    until,
    choice,
    known,
    word_key,
    word_mark,
    table,
    wanted,
    found,
):
    """How many distinct words of a passage stand in an earlier stretch.

    first, behind: i64 (C,) tokens of the passages; begin, until: i64 (C,) of the stretches
    choice: CONTENT, NAMES or NUMBERS; stop words are never looked at
    known, word_key, word_mark: words of the lexicon of headings
    table: u64, zeros, a power of two and at least twice the tokens of the longest passage
    wanted, found: i32 (C,) written: distinct words of the passage; those in the stretch
    """
    mask = len(table) - 1
    met = np.zeros(len(table), np.uint32)  # the passage for which a slot was last found
    filled = np.zeros(64, np.uint64)
    for c in range(len(first)):
        stamp = c + 1
        wanted[c], found[c] = 0, 0
        filled[:] = 0
        for i in range(first[c], behind[c]):
            flags = token_flags[i]
            if choice == NUMBERS and flags & HAS_DIGIT == 0:
                continue
            if choice == NAMES and flags & (CAPITAL | FIRST | HAS_DIGIT) != CAPITAL:
                continue
            if _word_mark(token_hash[i], known, word_key, word_mark) & np.uint32(STOP):
                continue
            if _holds(table, stamp, token_hash[i], mask) < 0:
                _enter(table, stamp, token_hash[i], mask)
                _raise_bit(filled, token_hash[i])
                wanted[c] += 1
        for i in range(begin[c], until[c]):
            if found[c] == wanted[c]:
                break
            if not _has_bit(filled, token_hash[i]):
                continue
            slot = _holds(table, stamp, token_hash[i], mask)
            if slot >= 0 and met[slot] != stamp:
                met[slot] = stamp
                found[c] += 1


@inlined
def _pair_hash(pair):
    """Hash of a pair of words."""
    return np.uint32(pair * _MIX >> _HALF)


@inlined
def _pair_slot(pairs, stamps, pair, stamp):
    """Slot of a pair of words in a table: its own, or the free one where it would be."""
    mask = len(pairs) - 1
    slot = _edge_slot(pair, len(pairs))
    while stamps[slot] == stamp and pairs[slot] != pair:
        slot = (slot + 1) & mask
    return slot


@inlined
def _same_words(token_hash, first, behind, a, b):
    """Whether two lines consist of the same words."""
    words = behind[a] - first[a]
    if words != behind[b] - first[b]:
        return False
    for k in range(words):
        if token_hash[first[a] + k] != token_hash[first[b] + k]:
            return False
    return True


@kernel
def stuffed_pairs(
    token_hash,
    block_token,
    article_block,
    line_first,
    line_behind,
    line_article,
    line_heading,
    known,
    word_key,
    word_mark,
    count,
    lines,
    place,
):
    """The pair of content words that an article says most often, of those in several lines.

    Parameters
    ----------
    line_first, line_behind: i64 (L,) tokens of the headings and orphan lines
    line_article: i64 (L,), ascending; line_heading: bool (L,)
    known, word_key, word_mark: words of the lexicon of headings
    count, lines, place: i32 (D,) written: occurrences of the pair in the article, lines that
        hold it, its first token; 0 where there is no pair. A heading that comes again with the
        same words ("The Facts") is one line: that is an outline, not a key phrase.
    """
    size = 4096  # 2,000 different pairs of the lines of one article; more are not entered
    pairs = np.zeros(size, np.uint64)
    stamps = np.full(size, -1, np.int64)
    pair_lines, last_line = np.zeros(size, np.int32), np.zeros(size, np.int64)
    weights = np.zeros(size, np.int32)
    counts, places = np.zeros(size, np.int32), np.zeros(size, np.int32)
    filled = np.zeros(64, np.uint64)
    line = 0
    for article in range(len(article_block) - 1):
        count[article], lines[article], place[article] = 0, 0, 0
        entered, most = 0, 0
        filled[:] = 0
        while line < len(line_first) and line_article[line] == article:
            before = False
            for i in range(line_first[line], line_behind[line]):
                mark = _word_mark(token_hash[i], known, word_key, word_mark)
                content = mark & np.uint32(STOP) == 0
                if content and before and entered < size // 2:
                    pair = np.uint64(token_hash[i - 1]) << _HALF | np.uint64(token_hash[i])
                    slot = _pair_slot(pairs, stamps, pair, article)
                    if stamps[slot] != article:
                        stamps[slot], pairs[slot], last_line[slot] = article, pair, -1
                        pair_lines[slot], counts[slot], weights[slot] = 0, 0, 0
                        entered += 1
                        _raise_bit(filled, _pair_hash(pair))
                    known_line = last_line[slot]
                    if known_line != line:
                        last_line[slot] = line
                        if (
                            known_line < 0
                            or not line_heading[line]
                            or not _same_words(
                                token_hash, line_first, line_behind, known_line, line
                            )
                        ):
                            pair_lines[slot] += 1
                            weights[slot] += 1 if line_heading[line] else ORPHAN_WEIGHT
                        most = max(most, weights[slot])
                before = content
            line += 1
        if most < LEAST_WEIGHT:
            continue
        start = block_token[article_block[article]]
        for i in range(start + 1, block_token[article_block[article + 1]]):
            pair = np.uint64(token_hash[i - 1]) << _HALF | np.uint64(token_hash[i])
            if not _has_bit(filled, _pair_hash(pair)):
                continue
            slot = _pair_slot(pairs, stamps, pair, article)
            if stamps[slot] != article or weights[slot] < LEAST_WEIGHT:
                continue
            if counts[slot] == 0:
                places[slot] = i - 1
            counts[slot] += 1
            if counts[slot] > count[article]:
                count[article], lines[article] = counts[slot], pair_lines[slot]
                place[article] = places[slot]


@inlined
def _phrase_key(token_hash, first, behind):
    """One number for the words of a short phrase, never 0."""
    key = np.uint64(behind - first)
    for i in range(first, behind):
        key = (key ^ np.uint64(token_hash[i])) * _MIX
        key ^= key >> _HALF
    return key | _ONE


@kernel
def orphan_counts(
    token_hash,
    block_token,
    article_block,
    first,
    behind,
    article,
    most_words,
    known,
    word_key,
    word_mark,
    lines,
    occurrences,
):
    """How often the words of orphan lines recur in their article.

    first, behind: i64 (O,) tokens of the lines; article: i64 (O,), ascending
    most_words: longer lines are left out, and so are lines of stop words only
    lines, occurrences: i32 (O,) written: orphan lines with the same words; places in the article
    """
    lines[:] = 0
    occurrences[:] = 0
    begin = 0
    while begin < len(first):
        until = begin
        while until < len(first) and article[until] == article[begin]:
            until += 1
        size = 64
        while size < 4 * (until - begin):
            size *= 2
        keys, counts = np.zeros(size, np.uint64), np.zeros((size, 2), np.int32)
        filled = np.zeros(64, np.uint64)
        longest = 0
        for o in range(begin, until):
            content = False
            for i in range(first[o], behind[o]):
                mark = _word_mark(token_hash[i], known, word_key, word_mark)
                content |= mark & np.uint32(STOP) == 0
            if not content or behind[o] - first[o] > most_words:
                continue
            longest = max(longest, behind[o] - first[o])
            key = _phrase_key(token_hash, first[o], behind[o])
            slot = _key_slot(keys, key)
            keys[slot] = key
            counts[slot, 0] += 1
            _raise_bit(filled, token_hash[first[o]])
        start = block_token[article_block[article[begin]]]
        end = block_token[article_block[article[begin] + 1]]
        for i in range(start, end):
            if not _has_bit(filled, token_hash[i]):
                continue
            for words in range(1, min(longest, end - i) + 1):
                slot = _key_slot(keys, _phrase_key(token_hash, i, i + words))
                if keys[slot] != 0:
                    counts[slot, 1] += 1
        for o in range(begin, until):
            slot = _key_slot(keys, _phrase_key(token_hash, first[o], behind[o]))
            if keys[slot] != 0:
                lines[o], occurrences[o] = counts[slot, 0], counts[slot, 1]
        begin = until


@inlined
def _key_slot(keys, key):
    """Slot of a phrase in a table: its own, or the free one where it would be."""
    mask = len(keys) - 1
    slot = _edge_slot(key, len(keys))
    while keys[slot] != 0 and keys[slot] != key:
        slot = (slot + 1) & mask
    return slot
