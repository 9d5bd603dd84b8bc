"""Pieces of text, copied."""

from __future__ import annotations

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
