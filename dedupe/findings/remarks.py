"""Findings about files, directives and entries, which have no words of an article."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from dedupe.findings.drafts import NOWHERE
from dedupe.model import RULES, Finding, Span


def remark(
    code: str, path: str, span: Span, message: str, told_by: Iterable[str] = (), *, number: int = 1
) -> Finding:
    """What a rule says of a line of a file.

    told_by: what tells it from others of the rule and file, however lines shift
    number: of several that nothing tells apart
    """
    key = "\0".join((code, path, *told_by)).encode("utf-8", "surrogatepass")
    return Finding(
        rule=code,
        name=RULES[code].name,
        severity=RULES[code].severity,
        fingerprint=f"{blake2b(key, digest_size=8).hexdigest()}:{number}",
        path=path,
        span=span,
        words=0,
        excerpt="",
        message=message,
    )


def file_finding(code: str, path: str, message: str) -> Finding:
    """What a rule says of a whole file."""
    return remark(code, path, NOWHERE, message)
