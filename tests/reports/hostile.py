"""Findings in which every string that comes from an article or a file name is hostile."""

from __future__ import annotations

import msgspec

from dedupe.model import Cluster, Evidence, Finding, Match, Result, Skipped
from tests.reports import samples

TEXT = (
    "[/b] [link=x] \x1b[31mred\x1b[0m \x00 </script> =cmd()\n::error::pwned\n\t::add-mask::x\r\n"
    "##[group]x \u202egnorw\u202c \x9b2J \u2028::warning::y \ud800 \x7f\x07 | `` ``` <b>&amp;"
)
PATH = "in\x1b[2Jcoming/::error::\n\udce9\u202e.md"


def hostile_finding() -> Finding:
    """A finding in which every string that comes from an article is hostile."""
    return samples.finding(
        "DUP102",
        PATH,
        samples.span(3, 0, 900),
        TEXT,
        message=f"also appears in {PATH}: {TEXT}",
        words=90,
        similarity=0.9,
        evidence=(
            Evidence("edit", "red\x1b[0m", "\x1b]0;title\x07", start=19, end=26),
            Evidence("phrase", TEXT, weight=1.5, start=40, end=60),
            Evidence("cue", TEXT),
            Evidence("fact", TEXT),
        ),
        cluster=Cluster("c-1", 3, PATH),
        matches=(Match(PATH, "scan", 0.9, samples.span(1, 0, 9)),),
        matches_total=1,
        also=("FIL303",),
    )


def hostile_result() -> Result:
    """A result with hostile findings, one of a rule that does not speak about copies."""
    base = samples.result()
    finding = hostile_finding()
    other = msgspec.structs.replace(finding, rule="FIL303", name="low-information-passage")
    return msgspec.structs.replace(
        base,
        articles=tuple(msgspec.structs.replace(a, path=PATH) for a in base.articles[1:2]),
        findings=(finding, other),
        skipped=(Skipped(PATH, TEXT),),
    )
