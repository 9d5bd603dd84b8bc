"""`accept`: one finding that somebody lets stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from msgspec import structs

from dedupe import acceptances, config
from dedupe.errors import UsageError
from dedupe.model import ON_FILES, Acceptance
from dedupe.pipeline.showing import look_up


def accept(
    wanted: str, paths: Sequence[str], settings: config.Config, source: str | None,
    reason: str, until: dt.date | None,
) -> tuple[Acceptance, list[Acceptance]]:  # fmt: skip
    """An entry for one finding, and all that its file is to hold.

    wanted, source: as in `show`. The entry takes the place of an earlier one. Raises UsageError
    where no finding or several are meant, or it is not about text; AcceptFileError for a file that
    is damaged.
    """
    file = str(settings.suppressions.accept_file)
    known = acceptances.load(file) if Path(file).exists() else []
    heedless = structs.replace(settings.suppressions, accept_file=None)
    finding, _ = look_up(
        wanted, paths, structs.replace(settings, suppressions=heedless), source, "accept"
    )
    if finding.rule in ON_FILES:
        raise UsageError(f"{finding.rule} is not about text; it is silenced by --ignore")
    entry = Acceptance(
        fingerprint=finding.fingerprint,
        rule=finding.rule,
        path=finding.path,
        reason=reason,
        until=until,
    )
    others = [said for said, _ in known if said.fingerprint != entry.fingerprint]
    return entry, [*others, entry]
