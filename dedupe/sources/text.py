"""Plain text to blocks."""

from __future__ import annotations

import numpy as np

from dedupe.arrays import I64, U8
from dedupe.tables import BlockTable


def split_text(data: U8, start: I64, end: I64) -> tuple[I64, I64]:
    """Split plain-text articles into blocks; the rules stand in `kernels/blocks.py`.

    data (T,) is valid UTF-8 with 64 bytes behind the last article, start and end (D,).
    Returns rows (B, 4) of kind, start, end, article, and orphans (O, 3) of start, end, block.
    """
    from dedupe.kernels.blocks import find_lines, join_lines
    from dedupe.kernels.characters import character_table

    table = character_table()
    first_line = np.empty(len(start) + 1, np.int64)
    lines = find_lines(data, start, end, table.page, table.kind, first_line)
    return join_lines(lines, first_line)


def letter_references(data: U8, start: I64, end: I64) -> I64:
    """Start, end and letter (R, 3) of the character references that spell words of plain text.

    data, start, end: as in `split_text`. Other references stay what they are in a file that is no
    markup; to spell a plain letter so has no purpose but to hide the word.
    """
    from dedupe.kernels.references import find_references

    found = np.empty((64, 3), np.int64)
    count = find_references(data, start, end, found)
    if count > len(found):
        found = np.empty((count, 3), np.int64)
        find_references(data, start, end, found)
    return found[:count]


def block_table(rows: I64, orphans: I64) -> BlockTable:
    """Put rows and orphans in the order of the articles into the table of a batch."""
    if np.any(rows[1:, 3] < rows[:-1, 3]):
        order = np.argsort(rows[:, 3], kind="stable")
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        rows = rows[order]
        orphans = orphans.copy()
        orphans[:, 2] = place[orphans[:, 2]]
        orphans = orphans[np.argsort(orphans[:, 2], kind="stable")]
    return BlockTable(
        kind=rows[:, 0].astype(np.uint8),
        start=np.ascontiguousarray(rows[:, 1]),
        end=np.ascontiguousarray(rows[:, 2]),
        article=rows[:, 3].astype(np.int32),
        orphan_start=np.ascontiguousarray(orphans[:, 0]),
        orphan_end=np.ascontiguousarray(orphans[:, 1]),
        orphan_block=orphans[:, 2].astype(np.int32),
    )
