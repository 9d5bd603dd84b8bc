"""The index: articles that were accepted, kept so that others can be compared with them.

It tells which of its articles may share text with others, and gives those back as the tables that
they were added as. Nothing here judges: what is shared is proven by the stages that compare any
articles. `docs/index.md` describes the files.
"""

from __future__ import annotations

from dedupe.index.merging import compact, take_over, tidy
from dedupe.index.parameters import FORMAT, Parameters
from dedupe.index.reader import Index, Info, Places
from dedupe.index.segment import Contents, contents_of, part_of
from dedupe.index.store import Writer, building, changing
from dedupe.index.verifying import faults

__all__ = [
    "FORMAT",
    "Contents",
    "Index",
    "Info",
    "Parameters",
    "Places",
    "Writer",
    "building",
    "changing",
    "compact",
    "contents_of",
    "faults",
    "part_of",
    "take_over",
    "tidy",
]
