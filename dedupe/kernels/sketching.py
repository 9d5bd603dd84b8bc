"""Shingles, MinHash sketches and band keys of sentences and of the passages made of them.

Legend: N tokens, S sentences, P passages, K permutations (a multiple of LANES), B bands of two
rows, at most BANDS.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.jit import inlined, kernel
from dedupe.kernels.lanes import LANES, lowest_rows, lowest_values

SHINGLE = 5
"""Words of a shingle."""

EMPTY = np.uint32(0xFFFFFFFF)
"""Sketch value of a set without elements, as in datasketch."""

_C0, _C1 = np.uint32(0x9E3779B1), np.uint32(0x85EBCA77)
_C2, _C3, _C4 = np.uint32(0xC2B2AE3D), np.uint32(0x27D4EB2F), np.uint32(0x165667B1)
_M1, _M2 = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_S16, _S13 = np.uint32(16), np.uint32(13)

_ONE = np.uint64(1)
POLYNOMIAL = np.uint64(0x9E3779B97F4A7C15)
"""Base of the rolling hash of a run of words; it wraps modulo 2^64 on purpose."""
_P2, _P3, _P4 = (np.uint64(int(POLYNOMIAL) ** k % 2**64) for k in (2, 3, 4))


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
def sketch(shingle, first, last, a, b, mixed, out):
    """MinHash of sets of shingles, bit for bit as datasketch 2.0 `affine32`.

    shingle: u32 (N,); first, last: i32 (S,) range of shingles of each set, may be empty
    a, b: u32 (K,) permutations `a * h + b mod 2^32`; mixed: u32 (N,) written, working memory
    out: u32 (S, K) written
    """
    for i in range(len(mixed)):
        mixed[i] = premix(shingle[i])
    for s in range(len(first)):
        for column in range(0, len(a), LANES):
            lowest_values(mixed, first[s], last[s], a, b, column, out, s)


@kernel
def prefix_hashes(token, sentence_first, out):
    """Rolling hash of all words up to the end of each sentence.

    token: u32 (N,); sentence_first: i32 (S + 1,); out: u64 (S + 1,) written

    Four words a step: the state waits for one multiplication, not for four.
    """
    state = np.uint64(0)
    out[0] = state
    for s in range(len(sentence_first) - 1):
        i, end = np.uint64(sentence_first[s]), np.uint64(sentence_first[s + 1])
        while i + np.uint64(4) <= end:
            high = (token[i] + _ONE) * _P3 + (token[i + _ONE] + _ONE) * _P2
            low = (token[i + np.uint64(2)] + _ONE) * POLYNOMIAL + token[i + np.uint64(3)] + _ONE
            state = state * _P4 + (high + low)
            i += np.uint64(4)
        while i < end:
            state = state * POLYNOMIAL + token[i] + _ONE
            i += _ONE
        out[s + 1] = state


@kernel
def windows(
    sentence_first, block_first, article_block, sizes, shortest_block, longest_block,
    first, last, article, kind,
):  # fmt: skip
    """Cut every article into overlapping passages of whole sentences.

    A window starts at every sentence and runs until it holds `size` words, for each size. A block
    of `shortest_block` to `longest_block` words is a passage as well.

    sentence_first: i32 (S + 1,); block_first: i32 (blocks + 1,) first sentence of each block
    article_block: i32 (articles + 1,) first block of each article; sizes: i32, ascending
    first, last i32, article i32, kind u8: written, with room for (sizes + 1) passages for each
        sentence: its sentences, the number of its article, and the number of its size, or the
        number of sizes for a block

    Returns P.
    """
    count = np.uint64(0)
    for d in range(len(article_block) - 1):
        stop = np.uint64(block_first[article_block[d + 1]])
        for s in range(np.uint64(block_first[article_block[d]]), stop):
            end, last_end = s, s
            low = sentence_first[s]
            for w in range(np.uint64(len(sizes))):
                while end < stop and sentence_first[end] - low < sizes[w]:
                    end += _ONE
                if sentence_first[end] - low < sizes[w]:
                    break
                count -= np.uint64(end == last_end)  # one long sentence: the larger size counts
                last_end = end
                first[count], last[count], article[count], kind[count] = s, end, d, w
                count += _ONE
        for block in range(article_block[d], article_block[d + 1]):
            s, end = np.uint64(block_first[block]), np.uint64(block_first[block + 1])
            if shortest_block <= sentence_first[end] - sentence_first[s] <= longest_block:
                first[count], last[count], article[count], kind[count] = s, end, d, len(sizes)
                count += _ONE
    return np.int64(count)


@kernel
def fill_passages(
    sentence_first, sketches, powers, prefix, mixed, first, last, start, length, kind, content, keys
):
    """Place, content hash and band keys of the passages of `windows`.

    sentence_first: i32 (S + 1,); sketches: u32 (S, LANES) of the sentences, as `lowest_rows` wants
    powers: u64, `POLYNOMIAL ** n`; prefix: u64 (S + 1,) of `prefix_hashes`
    mixed: u32 (BANDS,) written, working memory
    first, last: i32 (P,)
    start, length: u32 (P,) written: tokens; content: u64 (P,) written
    kind: u8 (P,), set to 0 where no sentence of the passage holds a shingle
    keys: u32 (B, P) written where the kind is not 0: windows of the first size are joined by
        equality only
    """
    for p in range(np.uint64(len(first))):
        s, end = np.uint64(first[p]), np.uint64(last[p])
        low, high = sentence_first[s], sentence_first[end]
        start[p], length[p] = low, high - low
        power = powers[min(high - low, len(powers) - 1)]
        for _ in range(len(powers) - 1, high - low):
            power *= POLYNOMIAL
        value = prefix[end] - prefix[s] * power
        content[p] = value ^ (value >> np.uint64(32)) * POLYNOMIAL
        if kind[p] == 0:
            continue
        if lowest_rows(sketches, s, end, mixed) == EMPTY:
            kind[p] = 0
            continue
        for band in range(np.uint64(keys.shape[0])):
            keys[band, p] = mixed[band]
