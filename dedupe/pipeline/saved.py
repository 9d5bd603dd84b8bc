"""Results that an earlier scan has written, read again."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import msgspec

from dedupe.errors import UsageError
from dedupe.model import RULES, SCHEMA, Article, Finding, Result, Run, Summary

_NAME = re.compile(r"[0-9a-z:-]+")
"""Of a rule or a finding"""
_HINT = "write one with: dedupe scan --output jsonl:FILE"


def load(path: str) -> Result:
    """Read a result in the format json or jsonl; `-` is standard input.

    What those formats leave out is empty: skipped files, matches and passages. Raises UsageError
    that names file and reason.
    """
    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    if not content.strip():
        raise UsageError(f"{path} is empty; {_HINT}")
    try:
        saved = _load(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no result of a scan: {error}; {_HINT}") from error
    if saved.run.schema.partition(".")[0] != SCHEMA.partition(".")[0]:
        raise UsageError(f"{path} has schema {saved.run.schema}; this version reads {SCHEMA}")
    for finding in saved.findings:
        if finding.rule not in RULES:
            raise UsageError(f"{path} has a finding of rule {finding.rule!r}, which is not known")
        # Reports escape what comes from articles; these come from the program.
        for name in (finding.name, finding.fingerprint):
            if not _NAME.fullmatch(name):
                raise UsageError(f"{path} has a finding with {name!r}, which no scan writes")
    return saved


def _load(content: bytes) -> Result:
    """Json begins with `{"run":`, a line of jsonl with the kind of its row."""
    if content.lstrip().startswith(b'{"run"'):
        return msgspec.json.decode(content, type=Result)
    decoder = msgspec.json.Decoder(Run | Article | Finding | Summary)
    rows = []
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            rows.append(decoder.decode(line))
        except msgspec.DecodeError as error:
            raise msgspec.DecodeError(f"line {number}: {error}") from error
    if not isinstance(rows[0], Run):
        raise msgspec.ValidationError("its first line tells of no run")
    if not isinstance(rows[-1], Summary):
        raise msgspec.ValidationError("its last line is no summary, so its end is lost")
    return Result(
        run=rows[0],
        articles=tuple(row for row in rows if isinstance(row, Article)),
        findings=tuple(row for row in rows if isinstance(row, Finding)),
        summary=rows[-1],
    )
