"""Shingles, MinHash sketches and band keys of sentences and of the passages made of them.

Legend: N tokens, S sentences, P passages, K permutations, B bands of R = 2 rows.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.jit import inlined, kernel

SHINGLE = 5
"""Words of a shingle."""

EMPTY = np.uint32(0xFFFFFFFF)
"""Sketch value of a set without elements, as in datasketch."""

_C0, _C1 = np.uint32(0x9E3779B1), np.uint32(0x85EBCA77)
_C2, _C3, _C4 = np.uint32(0xC2B2AE3D), np.uint32(0x27D4EB2F), np.uint32(0x165667B1)
_M1, _M2 = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_S16, _S13 = np.uint32(16), np.uint32(13)

POLYNOMIAL = np.uint64(0x9E3779B97F4A7C15)
"""Base of the rolling hash of a run of words; it wraps modulo 2^64 on purpose."""


@kernel
def shingle_hashes(token, out):
    """Hash every run of five words.

    token: u32 (N,); out: u32 (N,) written up to N - 5, the last four are left alone.
    A linear form of the five hashes, so that LLVM computes eight at once (0.2 ns each).
    """
    count = len(token) - SHINGLE + 1
    if count <= 0:
        return
    t0, t1, t2 = token[:count], token[1 : count + 1], token[2 : count + 2]
    t3, t4 = token[3 : count + 3], token[4 : count + 4]
    for i in range(count):
        out[i] = np.uint32(
            np.uint32(t0[i] * _C0)
            + np.uint32(t1[i] * _C1)
            + np.uint32(t2[i] * _C2)
            + np.uint32(t3[i] * _C3)
            + np.uint32(t4[i] * _C4)
        )


@inlined
def premix(value):
    """The 32-bit finaliser of MurmurHash3, which datasketch applies before its permutations."""
    value ^= value >> _S16
    value = np.uint32(value * _M1)
    value ^= value >> _S13
    value = np.uint32(value * _M2)
    return value ^ (value >> _S16)


@kernel
def sketch(shingle, first, last, a, b, out):
    """MinHash of sets of shingles, bit for bit as datasketch 2.0 `affine32`.

    shingle: u32 (N,); first, last: i32 (S,) range of shingles of each set, may be empty
    a, b: u32 (K,) permutations `a * h + b mod 2^32`; out: u32 (S, K) written

    Four shingles for one pass over the minima: 1.2 ns a shingle at K = 16, one at a time 3.3.
    """
    width = len(a)
    for s in range(len(first)):
        row = out[s]
        for k in range(width):
            row[k] = EMPTY
        i = np.int64(first[s])
        end = np.int64(last[s])
        while i + 4 <= end:
            h0, h1 = premix(shingle[i]), premix(shingle[i + 1])
            h2, h3 = premix(shingle[i + 2]), premix(shingle[i + 3])
            for k in range(width):
                v0 = np.uint32(np.uint32(a[k] * h0) + b[k])
                v1 = np.uint32(np.uint32(a[k] * h1) + b[k])
                v2 = np.uint32(np.uint32(a[k] * h2) + b[k])
                v3 = np.uint32(np.uint32(a[k] * h3) + b[k])
                row[k] = min(row[k], min(min(v0, v1), min(v2, v3)))
            i += 4
        while i < end:
            h0 = premix(shingle[i])
            for k in range(width):
                row[k] = min(row[k], np.uint32(np.uint32(a[k] * h0) + b[k]))
            i += 1


@kernel
def prefix_hashes(token, out):
    """Rolling hash of all words up to each place: out u64 (N + 1,)."""
    state = np.uint64(0)
    out[0] = state
    for i in range(len(token)):
        state = state * POLYNOMIAL + np.uint64(token[i]) + np.uint64(1)
        out[i + 1] = state


@kernel
def windows(
    sentence_first,
    block_first,
    article_block,
    powers,
    prefix,
    sketches,
    sizes,
    shortest_block,
    start,
    length,
    article,
    kind,
    content,
    keys,
):
    """Cut every article into overlapping passages.

    A window starts at every sentence and runs over whole sentences until it holds `size` words,
    for each size. A block of `shortest_block` words or more, but fewer than the largest size, is
    a passage as well. The sketch of a passage is the minimum of its sentences' sketches.

    sentence_first: i32 (S + 1,); block_first: i32 (blocks + 1,) first sentence of each block
    article_block: i32 (articles + 1,) first block of each article
    powers: u64, `POLYNOMIAL ** n`; prefix: u64 (N + 1,) of `prefix_hashes`
    sketches: u32 (S, 2 * bands); sizes: i32, ascending; windows of the first size are joined by
        equality only, so they get no keys
    start u32, length u32, article i32, kind u8, content u64 (P,), keys u32 (bands, P): written,
        with room for (sizes + 1) passages for each sentence

    kind is the number of the size, or the number of sizes for a block. Passages without any
    shingle get kind 0 too. Returns P.
    """
    bands = keys.shape[0]
    row = np.empty(2 * bands, np.uint32)
    count = 0
    for d in range(len(article_block) - 1):
        first_sentence = block_first[article_block[d]]
        stop_sentence = block_first[article_block[d + 1]]
        for s in range(first_sentence, stop_sentence):
            end = s
            last_end = -1
            row[:] = EMPTY
            for w in range(len(sizes)):
                while end < stop_sentence and sentence_first[end] - sentence_first[s] < sizes[w]:
                    for k in range(2 * bands):
                        row[k] = min(row[k], sketches[end, k])
                    end += 1
                words = sentence_first[end] - sentence_first[s]
                if words < sizes[w]:
                    break
                if end == last_end:  # one long sentence: only the larger size counts
                    count -= 1
                last_end = end
                _emit(
                    s,
                    end,
                    w,
                    d,
                    sentence_first,
                    powers,
                    prefix,
                    row,
                    start,
                    length,
                    article,
                    kind,
                    content,
                    keys,
                    count,
                )
                count += 1
        for block in range(article_block[d], article_block[d + 1]):
            s, end = block_first[block], block_first[block + 1]
            words = sentence_first[end] - sentence_first[s]
            if shortest_block <= words < sizes[len(sizes) - 1]:
                row[:] = EMPTY
                for i in range(s, end):
                    for k in range(2 * bands):
                        row[k] = min(row[k], sketches[i, k])
                _emit(
                    s,
                    end,
                    len(sizes),
                    d,
                    sentence_first,
                    powers,
                    prefix,
                    row,
                    start,
                    length,
                    article,
                    kind,
                    content,
                    keys,
                    count,
                )
                count += 1
    return count


@inlined
def _emit(
    s,
    end,
    w,
    d,
    sentence_first,
    powers,
    prefix,
    row,
    start,
    length,
    article,
    kind,
    content,
    keys,
    at,
):
    """Write one passage of the sentences s .. end - 1."""
    low, high = sentence_first[s], sentence_first[end]
    start[at] = low
    length[at] = high - low
    article[at] = d
    kind[at] = 0 if row[0] == EMPTY else w
    power = powers[min(high - low, len(powers) - 1)]
    for _ in range(len(powers) - 1, high - low):
        power *= POLYNOMIAL
    value = prefix[high] - prefix[low] * power
    content[at] = value ^ (value >> np.uint64(32)) * POLYNOMIAL
    for band in range(keys.shape[0]):
        key = np.uint32(row[2 * band] * _C0) ^ row[2 * band + 1]
        keys[band, at] = premix(key)
