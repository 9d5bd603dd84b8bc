"""Pieces of texts and of tables, copied."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.bits import CHUNK, carry
from dedupe.kernels.jit import kernel


@kernel
def copy_pieces(data, start, end, place, out):
    """Copy pieces of a text to places of another one, and nothing beside them.

    data: u8 (T,); start, end: i64 (n,) pieces of it; place: i64 (n,) where each begins in out, u8.
    """
    for piece in range(len(start)):
        at, to = start[piece], place[piece]
        while at + CHUNK <= end[piece]:
            carry(data, at, out, to)
            at += CHUNK
            to += CHUNK
        while at < end[piece]:
            out[to] = data[at]
            at += 1
            to += 1


@kernel
def put_back(place, size, found, found_start, found_end, token, start, end):
    """Copy the edges of the words of some articles to where the words stand in their batch.

    place, size: i64 (A,) first word and words of each article in the batch; found: u32 (W,) hashes
    of the words of these articles, found_start, found_end: i32 (W,) edges; token: u32 (N,) the same
    of the batch; start, end: i32 (N,) written. Returns whether all hashes are the same.
    """
    other = np.uint32(0)
    at = 0
    for article in range(len(place)):
        low, words = place[article], np.uint64(size[article])
        here, there = found[at:], token[low:]
        for word in range(words):
            other |= here[word] ^ there[word]
        start[low : low + size[article]] = found_start[at : at + size[article]]
        end[low : low + size[article]] = found_end[at : at + size[article]]
        at += size[article]
    return other == 0
