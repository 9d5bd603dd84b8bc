"""Results that an earlier scan has written, read again."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
from msgspec import Struct

from dedupe.errors import UsageError
from dedupe.model import RULES, SCHEMA, Article, Finding, Run, Summary

_HINT = "write one with: dedupe scan --output jsonl:FILE"


class Saved(Struct, frozen=True):
    """What is used of a result."""

    run: Run
    findings: list[Finding]


def load(path: str) -> Saved:
    """Read a result in the format json or jsonl; `-` is standard input.

    Raises UsageError that names file and reason.
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
    return saved


def _load(content: bytes) -> Saved:
    """Json begins with `{"run":`, a line of jsonl with the kind of its row."""
    if content.lstrip().startswith(b'{"run"'):
        return msgspec.json.decode(content, type=Saved)
    decoder = msgspec.json.Decoder(Run | Article | Finding | Summary)
    rows = []
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            rows.append(decoder.decode(line))
        except msgspec.DecodeError as error:
            raise msgspec.DecodeError(f"line {number}: {error}") from error
    if not isinstance(rows[0], Run):
        raise msgspec.ValidationError("its first line tells of no run")
    return Saved(rows[0], [row for row in rows if isinstance(row, Finding)])
