"""Uses of the public values, checked by the type checker and never run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_type

from dedupe.config import Config, Gate, Matching
from dedupe.errors import ConfigError, DedupeError
from dedupe.model import RULES, Finding, Match, Result, Rule, Severity


def rules() -> None:
    """The rule table is a mapping from code to rule."""
    assert_type(RULES, Mapping[str, Rule])
    assert_type(RULES["DUP102"].severity, Severity)


def settings() -> Config:
    """A configuration is built from parts; each part has defaults."""
    return Config(matching=Matching(min_words=20), gate=Gate(fail_on="error"))


def copies(result: Result) -> list[tuple[str, str, float]]:
    """Where each copied passage stands, and how alike the copies are."""
    assert_type(result.findings, Sequence[Finding])
    return [
        (finding.path, match.path, match.similarity)
        for finding in result.findings
        for match in finding.matches
        if assert_type(match, Match).origin == "scan"
    ]


def severe(finding: Finding) -> bool:
    """Severities compare by rank."""
    return finding.severity.rank >= Severity.WARNING.rank


def code_of(error: DedupeError) -> int:
    """An error knows the exit code of the process."""
    assert_type(ConfigError("unknown key").exit_code, int)
    return error.exit_code
