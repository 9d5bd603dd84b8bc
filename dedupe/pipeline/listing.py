"""`files`: what a scan would read."""

from __future__ import annotations

from collections.abc import Sequence

from dedupe import config
from dedupe.model import Skipped
from dedupe.sources import FileTable, find_files


def list_files(
    paths: Sequence[str], settings: config.Config
) -> tuple[FileTable, tuple[Skipped, ...]]:
    """The files that a scan of these paths would read, and what it would leave out."""
    listing = find_files(paths, settings.sources)
    return listing.files, listing.skipped
