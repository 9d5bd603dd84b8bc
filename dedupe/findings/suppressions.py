"""Suppressions: findings that the author of an article has silenced in a comment.

A suppressed finding is still a finding: it stays in the account of words and in the result, but
neither hides another one nor lets a gate fail.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np
from msgspec import Struct, structs

from dedupe import config
from dedupe.arrays import I64, U8, Bool
from dedupe.errors import ConfigError
from dedupe.findings.lookup import locate, spans
from dedupe.findings.precedence import HIDDEN
from dedupe.findings.remarks import remark
from dedupe.findings.selection import Selection, selected_rules
from dedupe.model import ON_FILES, RULES, Excuse, Finding, Span
from dedupe.rows import Findings
from dedupe.tables import Directive, Reading

_CODES = tuple(RULES)
_FORM = re.compile(
    r"(?P<verb>[a-z-]+)\s*(?:\[(?P<rules>[^\]]*)\])?\s*(?:until=(?P<until>\S*))?"
    r"(?:(?:^|\s+)--(?:\s+(?P<reason>.*))?)?",
    re.DOTALL,
)
_EXCLUDING = ("exclude", "exclude-file")
_CLOSED_BY = {"disable": "enable", "exclude": "end-exclude"}
_WITHOUT_RULES = (*_EXCLUDING, "end-exclude")
_VERBS = ("ignore", "ignore-section", "ignore-file", "disable", "enable", *_WITHOUT_RULES)
_NOT_FAST, _DEEP = frozenset(("DUP104", "TPL201", "TPL204")), frozenset(("DUP105",))
"""Rules that do not look at depth `fast`, and those that look at `deep` only."""


class Suppression(Struct, frozen=True):
    """What a directive says; article and words count from the start of the batch, then of all."""

    article: int
    span: Span
    """Of the directive itself"""
    text: str
    """The directive as it stands in the article"""
    verb: str = ""
    rules: frozenset[str] = frozenset()
    until: dt.date | None = None
    reason: str = ""
    start: int = 0
    """First word that it governs"""
    end: int = 0
    fault: str = ""
    """Why it does not hold, or how it came about that it holds to the end of the article"""
    holds: bool = True

    @property
    def excludes(self) -> bool:
        """Whether it leaves words out, rather than suppress what is found in them."""
        return self.holds and self.verb in _EXCLUDING


# --------------------------------------------------------------------------------------- reading


def read_suppressions(reading: Reading) -> list[Suppression]:
    """What the directives of a batch say, by article and place."""
    directives = reading.text.directives
    if not directives:
        return []
    article, start, end = np.array([d[:3] for d in directives], np.int64).T
    data = reading.text.data.data
    found = []
    for directive, span in zip(
        directives, spans(locate(reading, article, start, end)), strict=True
    ):
        text = str(data[directive.start : directive.end], "utf-8")
        said = _said(Suppression(directive.article, span, text), directive)
        first, behind = np.searchsorted(reading.tokens.start, _governed(reading, said, directive))
        found.append(structs.replace(said, start=int(first), end=int(behind)))
    return _closed(found)


def excluded_words(found: Iterable[Suppression]) -> list[tuple[int, int]]:
    """Words that directives leave out, as ranges."""
    return [(said.start, said.end) for said in found if said.excludes]


def _said(suppression: Suppression, directive: Directive) -> Suppression:
    """With what the text of a directive says, or why that is nothing."""
    if directive.fault:
        return _faulty(suppression, directive.fault)
    match = _FORM.fullmatch(directive.text.strip())
    if match is None or match["verb"] not in _VERBS:
        return _faulty(suppression, f"the directives are {', '.join(_VERBS)}")
    reason = (match["reason"] or "").strip()
    suppression = structs.replace(suppression, verb=match["verb"], reason=reason)
    if match["verb"] in _WITHOUT_RULES:
        if match["rules"] is None and match["until"] is None:
            return suppression
        return _faulty(suppression, f"{match['verb']} takes neither rules nor a date")
    words = [word.strip() for word in (match["rules"] or "").split(",")]
    if words == [""]:
        return _faulty(suppression, f"its rules are missing, as in {match['verb']}[DUP102]")
    try:
        rules = selected_rules(words, ())
        until = None if match["until"] is None else dt.date.fromisoformat(match["until"])
    except ConfigError as error:
        return _faulty(suppression, str(error))
    except ValueError:
        return _faulty(suppression, "its date is none, as in until=2027-01-31")
    if dumb := sorted(rules & ON_FILES):
        return _faulty(suppression, f"{dumb[0]} is not about text")
    return structs.replace(suppression, rules=rules, until=until)


def _faulty(suppression: Suppression, fault: str) -> Suppression:
    return structs.replace(suppression, fault=fault, holds=False)


def _governed(reading: Reading, said: Suppression, directive: Directive) -> tuple[int, int]:
    """The bytes of which a directive speaks; of `disable` and `exclude`, all that follow."""
    text = reading.text
    if said.verb == "ignore":
        return directive.block
    if said.verb == "ignore-section":
        return directive.section
    first = text.start[said.article] if said.verb.endswith("-file") else directive.end
    return int(first), int(text.end[said.article])


def _closed(found: Sequence[Suppression]) -> list[Suppression]:
    """End each `disable` at the `enable` of the same rules, which then has done its work.

    So does `exclude`, which has no rules, at `end-exclude`.
    """
    closed = list(found)
    opener = {closing: opening for opening, closing in _CLOSED_BY.items()}
    open_: dict[tuple[int, str, frozenset[str]], int] = {}
    for place, said in enumerate(found):
        same = " of the same rules" if said.rules else ""
        if said.fault:
            continue
        if said.verb in _CLOSED_BY:
            fault = f"no {_CLOSED_BY[said.verb]}{same} follows"
            closed[place] = structs.replace(said, fault=fault)
            open_[said.article, said.verb, said.rules] = place
        elif said.verb in opener:
            begun = open_.pop((said.article, opener[said.verb], said.rules), None)
            fault = f"no {opener[said.verb]}{same} is open" if begun is None else ""
            closed[place] = structs.replace(said, holds=False, fault=fault)
            if begun is not None:
                closed[begun] = structs.replace(found[begun], end=said.start)
    return closed


# --------------------------------------------------------------------------------------- applying


class Suppressions:
    """The directives of all articles, and which of them have suppressed something."""

    def __init__(
        self, found: Sequence[Suppression], paths: Sequence[str], settings: config.Config
    ) -> None:
        own, self._paths, self._depth = settings.suppressions, paths, settings.matching.depth
        self._found = () if own.ignore_suppressions else found
        self._today, self._require_reason = own.today or dt.date.min, own.require_reason
        self._used = {
            place
            for place, said in enumerate(self._found)
            if said.excludes and said.start < said.end
        }
        self._holding: defaultdict[int, list[int]] = defaultdict(list)
        for place, said in enumerate(self._found):
            if said.holds and not self._expired(said):
                self._holding[said.article].append(place)

    def _expired(self, said: Suppression) -> bool:
        return said.until is not None and said.until < self._today

    def cover(self, rule: U8, article: I64, start: I64, end: I64) -> Bool:
        """Which passages (R,) are suppressed; start, end: words from the start of the corpus."""
        covered = np.zeros(len(rule), np.bool_)
        rows = np.flatnonzero(np.isin(article, list(self._holding))) if self._holding else ()
        for row in rows:
            passage = rule[row], article[row], start[row], end[row]
            covered[row] = bool(self._suppressing(*map(int, passage)))
        return covered

    def _suppressing(self, rule: int, article: int, start: int, end: int) -> list[int]:
        """The directives that suppress a passage; none if they govern less than half of it."""
        own = [p for p in self._holding[article] if _CODES[rule] in self._found[p].rules]
        if start == end:  # a line without words
            return [p for p in own if self._found[p].start <= start <= self._found[p].end]
        governed: dict[int, range] = {
            p: range(max(start, self._found[p].start), min(end, self._found[p].end)) for p in own
        }
        words = len(set().union(*governed.values()))
        return [p for p in own if governed[p]] if words >= HIDDEN * (end - start) else []

    def mark(self, found: Findings, places: I64) -> tuple[Findings, int]:
        """Give suppressed findings their status, and count them.

        places: (4, F) rule, article, first word, and the one behind the last, of each finding
        """
        rows = np.flatnonzero(self.cover(*places)).tolist()
        changed = {}
        for row in rows:
            directives = self._suppressing(*places[:, row].tolist())
            self._used.update(directives)
            excuse = self._excuse(directives)
            changed[row] = structs.replace(found[row], status="suppressed", suppression=excuse)
        return found.replaced(changed), len(rows)

    def _excuse(self, directives: Sequence[int]) -> Excuse:
        """What the first of some directives that gives a reason says, else the first."""
        some = [self._found[place] for place in directives]
        said = next((said for said in some if said.reason), some[0])
        return Excuse("directive", said.reason, said.until)

    def remarks(self, selection: Selection, focus: Bool) -> list[Finding]:
        """What is to be said about the directives themselves.

        focus: (D,) articles that are reported on
        """
        remarks, seen = [], Counter[tuple[str, ...]]()
        for place, said in enumerate(self._found):
            path = self._paths[said.article]
            chosen = selection.at(path)
            for code, message in self._judged(place, chosen):
                if code not in chosen or not focus[said.article]:
                    continue
                told_by = said.text, message
                seen[code, path, *told_by] += 1
                number = seen[code, path, *told_by]
                found = remark(code, path, said.span, message, told_by, number=number)
                remarks.append(structs.replace(found, excerpt=said.text))
        return remarks

    def _judged(self, place: int, chosen: Collection[str]) -> Iterator[tuple[str, str]]:
        """Codes and messages about one directive."""
        said = self._found[place]
        if said.fault:
            yield "SUP701", f"The directive is wrong: {said.fault}."
        elif self._expired(said):
            yield "SUP703", f"The directive held until {said.until}; its findings are new again."
        elif said.holds and place not in self._used and looked(said.rules, chosen, self._depth):
            yield "SUP701", "The directive suppresses nothing."
        if self._require_reason and said.holds and not said.reason:
            yield "SUP702", "The directive gives no reason; it belongs behind ` -- `."


def looked(rules: frozenset[str], chosen: Collection[str], depth: config.Depth) -> bool:
    """Whether a scan can tell that to suppress some rules is of no use."""
    if depth == "fast" and rules & _NOT_FAST:
        return False
    return rules <= set(chosen) and (depth == "deep" or rules != _DEEP)
