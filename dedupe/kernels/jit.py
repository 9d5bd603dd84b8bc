"""The one place that knows Numba: compiler options and the cache of compiled kernels.

Numba keys its cache by time stamp and size of one source file. Constants, helpers of other files
and the versions of the tools are not part of that key, so a stale kernel could answer. Here the
cache lives in a folder whose name is a digest of all kernel sources, Numba, LLVM, Python and CPU:
whatever changes, the folder changes. Numba writes a file beside and renames it, so processes
that compile at the same time disturb nobody. Where no folder can be written, kernels are
compiled in memory.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import llvmlite
import numba
import numpy as np
import platformdirs
from llvmlite import binding
from numba.core import config
from numba.extending import intrinsic

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def _digest() -> str:
    """Digest of everything that the machine code of a kernel depends on."""
    state = hashlib.blake2b(digest_size=10)
    facts = (numba.__version__, llvmlite.__version__, sys.version, platform.machine())
    for fact in (*facts, binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()):
        state.update(fact.encode() + b"\0")
    for source in sorted(Path(__file__).parent.glob("*.py")):
        state.update(source.name.encode() + b"\0" + source.read_bytes())
    return state.hexdigest()


def _writable_folder() -> Path | None:
    """The cache folder, created; None when it cannot be written or is switched off.

    A folder that others may write to, as under the temporary folder, is no fall-back: cached
    machine code is trusted when it is loaded.
    """
    chosen = os.environ.get("DEDUPE_KERNEL_CACHE")
    if chosen == "off":
        return None
    parent = Path(chosen) if chosen else Path(platformdirs.user_cache_dir("dedupe-articles"))
    folder = parent / f"kernels-{_digest()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return None


_FOLDER = _writable_folder()
if _FOLDER is not None:
    config.CACHE_DIR = str(_FOLDER)  # type: ignore[attr-defined] # Numba makes its settings up


def kernel(function: Kernel) -> Kernel:
    """Compile a loop over arrays on its first call; it releases the interpreter lock."""
    compiled: Kernel = numba.njit(
        function, cache=_FOLDER is not None, nogil=True, error_model="numpy"
    )
    return compiled


def inlined(function: Kernel) -> Kernel:
    """Compile a helper that kernels call; LLVM inlines it, so it is never cached alone."""
    compiled: Kernel = numba.njit(function, nogil=True, error_model="numpy")
    return compiled


def instruction(build: Callable[..., object]) -> Callable[..., np.uint64]:
    """Make a function of kernels from the LLVM instructions that `build` writes."""
    made: Callable[..., np.uint64] = intrinsic(build)
    return made
