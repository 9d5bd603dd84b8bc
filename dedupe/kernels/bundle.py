"""The machine code of all listed kernels in one file, linked at once.

A check links some eighty kernels: 36 ms of its 280 where each is read and linked by itself, 17 so.
The bundle is written when all of it has been compiled (`warming`); until then, and for what is not
in the list, there are the files of single kernels (`objects`).
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from dedupe.kernels import objects
from dedupe.kernels.jit import Signature

LIST = Path(__file__).with_name("signatures.json")
"""Names the kernels that belong to it."""

_LOCK = threading.Lock()


class Member(msgspec.Struct):
    """A kernel of the bundle."""

    name: str
    """Module and function, as `words.split`"""
    signature: Signature
    code: objects.Compiled


def file() -> Path | None:
    """Where the bundle of these sources for this processor is kept; None where nothing can be."""
    folder = objects.writable_folder()
    return folder and folder / f"bundle-{_state()}"


def write(members: Iterable[Member]) -> None:
    """Keep kernels as the bundle, if there is room, and forget what older versions have left."""
    objects.write(file(), list(members))
    objects.forget_old()


def prepare() -> None:
    """Link the bundle in a thread, while this one imports what will call the kernels."""
    threading.Thread(target=linked, args=("", ()), daemon=True).start()


def linked(name: str, signature: Signature) -> objects.Linked | None:
    """A kernel of the bundle; None where it is not in it, or there is no bundle."""
    with _LOCK:
        return _all().get((name, signature))


@cache
def _all() -> dict[tuple[str, Signature], objects.Linked]:
    members = objects.read(file(), list[Member]) or []
    found = objects.link([member.code for member in members])
    return {(m.name, m.signature): one for m, one in zip(members, found, strict=True)}


@cache
def _state() -> str:
    state = hashlib.blake2b(objects.machine().encode(), digest_size=10)
    for source in (LIST, *sorted(LIST.parent.glob("*.py"))):
        state.update(source.read_bytes())
    return state.hexdigest()
