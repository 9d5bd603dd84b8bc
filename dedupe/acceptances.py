"""The accept file: single findings that somebody has looked at, and lets stand for a reason.

An entry names one finding by its fingerprint, so it ends when the passage is edited. It is TOML, to
be read and edited by people, and sorted, so that versions merge and differ by line.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from dedupe.errors import AcceptFileError
from dedupe.model import Acceptance, Span
from dedupe.rows import writable

_HEAD = "# Findings that were accepted; `dedupe accept` sorts this file and drops other comments.\n"


class Entry(NamedTuple):
    """An accepted finding, and the line of the file that names it."""

    said: Acceptance
    span: Span


class _File(Struct, forbid_unknown_fields=True):
    accept: list[Acceptance] = []


def load(path: str) -> list[Entry]:
    """Read a file. Raises AcceptFileError that names file and reason."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise AcceptFileError(
            f"there is no accept file {path}; dedupe accept FINDING --accept-file {path} begins it"
        ) from error
    except OSError as error:
        raise AcceptFileError(f"cannot read the accept file {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise AcceptFileError(f"the accept file {path} is not UTF-8: {error.reason}") from error
    try:
        accepted = msgspec.convert(tomllib.loads(text), _File).accept
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise AcceptFileError(f"cannot use the accept file {path}: {error}") from error
    for fingerprint, count in Counter(entry.fingerprint for entry in accepted).items():
        if count > 1:
            raise AcceptFileError(f"the accept file {path} has {fingerprint} twice")
    return [Entry(entry, Span.of_line(text, text.index(entry.fingerprint))) for entry in accepted]


def dump(accepted: Iterable[Acceptance]) -> bytes:
    """The file of some entries, by article and rule."""
    ordered = sorted(accepted, key=lambda entry: (entry.path, entry.rule, entry.fingerprint))
    return (_HEAD + "".join(map(_table, ordered))).encode()


def _table(entry: Acceptance) -> str:
    texts = {name: getattr(entry, name) for name in ("fingerprint", "rule", "path", "reason")}
    lines = [f"{name} = {_string(text)}\n" for name, text in texts.items()]
    until = "" if entry.until is None else f"until = {entry.until}\n"
    return f"\n[[accept]]\n{''.join(lines)}{until}"


def _string(text: str) -> str:
    """A string of TOML: one of JSON, in which DEL must be an escape too."""
    return json.dumps(writable((text,))[0], ensure_ascii=False).replace("\x7f", "\\u007f")
