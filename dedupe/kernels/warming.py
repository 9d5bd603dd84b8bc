"""Compiles the kernels of a scan beside the scan that needs them, where none is in the cache.

The first scan on a machine compiles some fifty kernels, one after the other as it calls them. A
second process begins with the last ones, and the two meet in the middle: 23 s instead of 44. It
ends with a bundle of all of them, for the next process.
`signatures.json` lists the kernels in the order of their first call (`python -m dedupe.warm`).
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec

from dedupe.kernels import bundle, objects
from dedupe.kernels.jit import INTERPRETED, Kernel, Signature

if TYPE_CHECKING:
    import subprocess

_STARTED: list[subprocess.Popen[bytes]] = []
"""It is not waited for: what it compiles serves the next scan as well."""
Listed = list[tuple[str, Signature]]
"""Modules and functions, as `words.split`, with the types of their arguments."""


def begin() -> None:
    """Start the second process, once, unless there is a bundle of the kernels."""
    if INTERPRETED or _STARTED:
        return
    file = bundle.file()
    if file is None or file.exists():
        return
    import subprocess  # not for nothing: 2 ms

    with contextlib.suppress(OSError):  # where no process can be started the scan does it all
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "dedupe.kernels.warming"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _STARTED.append(process)


def listed() -> Listed:
    """The kernels of a scan, in the order of their first call."""
    return msgspec.json.decode(bundle.LIST.read_bytes(), type=Listed)


def kernels() -> list[tuple[Callable[..., Any], Signature]]:
    """The functions of the list, with the types of their arguments."""
    return [_kernel(*row) for row in listed()]


def _kernel(name: str, signature: Signature) -> tuple[Callable[..., Any], Signature]:
    module, _, function = name.partition(".")
    kernel = getattr(import_module(f"dedupe.kernels.{module}"), function)
    assert isinstance(kernel, Kernel)  # noqa: S101 - the list is made of them
    return kernel.function, signature


def main() -> None:
    """Make the code of what is in no cache, the last kernel first, then the bundle of all."""
    for kernel in reversed(kernels()):
        file = objects.cache_file(*kernel)
        if file is not None and not file.exists():
            objects.machine_code(*kernel)
    bundle.write(
        bundle.Member(name, signature, objects.machine_code(function, signature))
        for (name, _), (function, signature) in zip(listed(), kernels(), strict=True)
    )


if __name__ == "__main__":
    main()
