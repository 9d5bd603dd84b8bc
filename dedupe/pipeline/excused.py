"""Which findings of a scan are accepted, and what is to be said about the entries themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from msgspec import structs

from dedupe import config
from dedupe.acceptances import Entry
from dedupe.findings import remark
from dedupe.model import Acceptance, Excuse, Finding
from dedupe.pipeline import known
from dedupe.rows import Findings
from dedupe.tables import Corpus


def mark(
    found: Findings, entries: Sequence[Entry], settings: config.Suppressions
) -> tuple[Findings, set[str]]:
    """Give accepted findings their status, and tell their fingerprints.

    One that a directive suppresses needs no entry.
    """
    holding = {
        entry.said.fingerprint: entry.said
        for entry in entries
        if not _expired(entry.said, settings)
    }
    if not holding:
        return found, set()
    changed, used = {}, set()
    for row, finding in enumerate(found):
        said = holding.get(finding.fingerprint)
        if said is not None and finding.status == "new":
            used.add(finding.fingerprint)
            excuse = Excuse("accept-file", said.reason, said.until)
            changed[row] = structs.replace(finding, status="suppressed", suppression=excuse)
    return found.replaced(changed), used


def remarks(
    entries: Sequence[Entry], used: Collection[str], corpus: Corpus, settings: config.Config
) -> Iterator[Finding]:
    """What is to be said about entries: those that have expired, and those of no use.

    An entry is of no use where its article was looked at, by its rule, or is gone.
    """
    if not entries:
        return
    file = str(settings.suppressions.accept_file)
    speaking, looking = known.speaking(settings.rules).at(file), known.looking(settings)
    named = {entry.said.path for entry in entries}
    seen = known.gone(corpus, named) | known.looked_at(corpus, settings)
    for said, span in entries:
        code, message = "", ""
        if _expired(said, settings.suppressions):
            code = "SUP703"
            message = f"{said.rule} in {said.path} was accepted until {said.until}."
        elif (
            said.fingerprint not in used
            and said.path in seen
            and said.rule in looking.at(said.path)
        ):
            code = "SUP701"
            message = f"{said.rule} in {said.path} is accepted, but no finding any more."
        if code in speaking:
            yield remark(code, file, span, message, (said.fingerprint,))


def _expired(said: Acceptance, settings: config.Suppressions) -> bool:
    return said.until is not None and settings.today is not None and said.until < settings.today
