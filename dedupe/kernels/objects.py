"""Object files of kernels: kept in a cache, linked into the process by LLVM.

The name of a file is a digest of all that its code depends on: the sources of the kernel's module
and of those it imports, the types of the arguments, Numba, LLVM, Python and the processor. A file
is written beside and renamed, so processes that compile at the same time disturb nobody. Where no
folder can be written, kernels are compiled in memory.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from importlib import machinery, util
from pathlib import Path
from typing import Any, NamedTuple

import llvmlite
import llvmlite.binding as llvm
import msgspec
import platformdirs

_IMPORT = re.compile(r"^from dedupe\.kernels(?:\.(\w+))? import (.+)$", re.MULTILINE)
_DIGEST = 20
"""Bytes of the digest that stands at the start of a file and proves the rest."""


class Compiled(NamedTuple):
    """Machine code of one kernel for some types of arguments."""

    symbol: str
    returns: tuple[str, ...]
    """Codes of the numbers it returns"""
    externals: tuple[str, ...]
    """Functions that it calls"""
    code: bytes


def cache_file(function: Callable[..., Any], signature: tuple[str, ...]) -> Path | None:
    """Where the machine code of a kernel is kept; None where nothing can be."""
    folder = _writable_folder()
    if folder is None:
        return None
    module = function.__module__.rpartition(".")[2]
    state = hashlib.blake2b("\0".join((_platform(), *signature)).encode(), digest_size=10)
    state.update(_sources(Path(function.__code__.co_filename)))
    return folder / f"{module}.{function.__name__}-{state.hexdigest()}"


def read(file: Path | None) -> Compiled | None:
    """The machine code in a file; None where there is none, or it is damaged."""
    if file is None:
        return None
    try:
        content = file.read_bytes()
    except OSError:
        return None
    digest, body = content[:_DIGEST], content[_DIGEST:]
    if hashlib.blake2b(body, digest_size=_DIGEST).digest() != digest:
        return None
    return msgspec.msgpack.decode(body, type=Compiled)


def write(file: Path | None, compiled: Compiled) -> None:
    """Keep machine code in a file, if there is room."""
    if file is None:
        return
    body = msgspec.msgpack.encode(compiled)
    beside = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(hashlib.blake2b(body, digest_size=_DIGEST).digest() + body)
        beside.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def link(compiled: Compiled) -> int:
    """Link machine code into the process; its address."""
    builder = llvm.JITLibraryBuilder().add_object_img(compiled.code).add_current_process()
    for name in compiled.externals:
        if name.startswith("NRT_"):
            builder.import_symbol(name, _runtime()[name])
    linked = builder.export_symbol(compiled.symbol).link(_linker(), compiled.symbol)
    _LINKED.append(linked)
    address: int = linked[compiled.symbol]
    return address


def release(owner: int) -> None:
    """Give back the memory of an array that a kernel has allocated."""
    ctypes.CFUNCTYPE(None, ctypes.c_void_p)(_runtime()["NRT_MemInfo_release"])(owner)


_LINKED: list[Any] = []
"""What was linked stays in the process as long as it is named here."""


@cache
def _linker() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.create_lljit_compiler()


@cache
def _platform() -> str:
    """Tools and processor that machine code depends on."""
    here = Path(__file__)
    makers = ("compiling.py", "jit.py", "objects.py")
    facts = [here.with_name(name).read_text("utf-8") for name in makers]
    facts += [_numba("_version.py").read_text("utf-8"), llvmlite.__version__, sys.version]
    facts += [platform.machine(), llvm.get_host_cpu_name()]
    return "\0".join((*facts, llvm.get_host_cpu_features().flatten()))


def _numba(*path: str) -> Path:
    """A file of Numba, found without importing it."""
    found = util.find_spec("numba")
    assert found is not None and found.origin is not None  # noqa: S101, PT018 (a dependency)
    return Path(found.origin).parent.joinpath(*path)


@cache
def _sources(file: Path) -> bytes:
    """Digest of the source of a module and of the kernel modules that it imports."""
    source = file.read_text(encoding="utf-8")
    state = hashlib.blake2b(source.encode())
    for module, names in _IMPORT.findall(source):
        for name in [module] if module else re.findall(r"(?:^|, )(\w+)", names):
            state.update(_sources(Path(__file__).with_name(f"{name}.py")))
    return state.digest()


@cache
def _writable_folder() -> Path | None:
    """The cache folder, created; None when it cannot be written or is switched off.

    A folder that others may write to, as under the temporary folder, is no fall-back: cached
    machine code is trusted when it is loaded.
    """
    chosen = os.environ.get("DEDUPE_KERNEL_CACHE")
    if chosen == "off":
        return None
    parent = Path(chosen) if chosen else Path(platformdirs.user_cache_dir("dedupe-articles"))
    folder = parent / "kernels"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return None


@cache
def _runtime() -> dict[str, int]:
    """Addresses of Numba's run-time library, which serves kernels that allocate.

    It is one extension module; found by its folder, it does not import the rest of Numba.
    """
    finder = machinery.FileFinder(
        str(_numba("core", "runtime")),
        (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
    )
    found = finder.find_spec("_nrt_python")
    assert found is not None and found.loader is not None  # noqa: S101, PT018
    module = util.module_from_spec(found)
    found.loader.exec_module(module)
    _LINKED.append(module)
    return {f"NRT_{name}": address for name, address in module.c_helpers.items()}
