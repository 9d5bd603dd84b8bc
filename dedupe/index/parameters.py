"""What an index and those who use it must agree about."""

from __future__ import annotations

from msgspec import Struct

FORMAT = 1
"""Number of the layout of segments and manifest."""


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """What two texts must have been read by, so that what they share has the same keys."""

    text_model: int
    """`tokens.TEXT_MODEL`"""
    bands: int
    rows: int
    """Of the sketches, for each band"""
    windows: tuple[int, ...]
    """Words of the windows"""
    shortest_block: int
    """Words of the shortest block that is a passage"""
    stem_sample: int
    """Of the pairs of stems, one in so many is kept"""
    ignore_code: bool
    ignore_quotes: bool
    ignore_sections: tuple[str, ...]
    ignore_phrases: str
    """A hash of the phrases; empty for none"""

    def differences(self, wanted: Parameters) -> dict[str, tuple[object, object]]:
        """Fields in which others differ, with both values."""
        pairs = {
            name: (getattr(self, name), getattr(wanted, name)) for name in self.__struct_fields__
        }
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
