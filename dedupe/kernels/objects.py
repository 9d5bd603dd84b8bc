"""Object files of kernels: kept in a cache, linked into the process by LLVM.

Numba's part, nine tenths of the time, ends with LLVM's portable code. That is made when the package
is built (`building`) and lies beside this module; LLVM translates it for the processor when a
kernel is first called, 50 ms each. What was not built, or from other sources, Numba compiles then.

The name of a file is a digest of all that its code depends on: the sources of the kernel's module
and of those it imports, the types of the arguments, Numba, LLVM, Python and, in the cache, the
processor. A file is written beside and renamed, so processes that compile at the same time disturb
nobody. Where no folder can be written, machine code is made in memory.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import itertools
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import cache
from importlib import machinery, util
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import llvmlite
import llvmlite.binding as llvm
import msgspec
import platformdirs

T = TypeVar("T")

_IMPORT = re.compile(r"^from dedupe\.kernels(?:\.(\w+))? import (.+)$", re.MULTILINE)
KEPT_SECONDS = 60 * 24 * 3600
"""Age from which a file of the cache is removed when a version writes its own. What is still in use
is compiled again."""
_DIGEST = 20
"""Bytes of the digest that stands at the start of a file and proves the rest."""


BUILT = Path(__file__).with_name("built")
"""Portable code that came with the package; there may be none."""


class Compiled(NamedTuple):
    """Code of one kernel for some types of arguments."""

    symbol: str
    returns: tuple[str, ...]
    """Codes of the numbers it returns"""
    externals: tuple[str, ...]
    """Functions that it calls"""
    code: bytes
    """LLVM's bitcode where it is portable, else an object file"""


class Linked(NamedTuple):
    """One kernel, ready to be called."""

    returns: tuple[str, ...]
    address: int


def machine_code(function: Callable[..., Any], signature: tuple[str, ...]) -> Compiled:
    """The code of a kernel for this processor: kept, or translated, or compiled now."""
    file = cache_file(function, signature)
    kept = read(file, Compiled)
    if kept is None:
        portable = read(built_file(function, signature), Compiled)
        if portable is None:
            from dedupe.kernels.compiling import compile_function

            portable = compile_function(function, signature)
        kept = portable._replace(code=_translated(portable.code))
        write(file, kept)
    return kept


def cache_file(function: Callable[..., Any], signature: tuple[str, ...]) -> Path | None:
    """Where the machine code of a kernel is kept; None where nothing can be."""
    folder = writable_folder()
    return folder and folder / _name(function, signature, machine())


def built_file(function: Callable[..., Any], signature: tuple[str, ...]) -> Path:
    """Where the portable code of a kernel is if the package was built with it."""
    return BUILT / _name(function, signature, _tools())


def _name(function: Callable[..., Any], signature: tuple[str, ...], depends_on: str) -> str:
    module = function.__module__.rpartition(".")[2]
    state = hashlib.blake2b("\0".join((depends_on, *signature)).encode(), digest_size=10)
    state.update(_sources(Path(function.__code__.co_filename)))
    return f"{module}.{function.__name__}-{state.hexdigest()}"


def read(file: Path | None, kind: type[T]) -> T | None:
    """What is in a file; None where there is none, or it is damaged."""
    if file is None:
        return None
    try:
        content = file.read_bytes()
    except OSError:
        return None
    digest, body = content[:_DIGEST], content[_DIGEST:]
    if hashlib.blake2b(body, digest_size=_DIGEST).digest() != digest:
        return None
    return msgspec.msgpack.decode(body, type=kind)


def write(file: Path | None, code: Compiled | list[Any]) -> None:
    """Keep code in a file, if there is room."""
    if file is None:
        return
    body = msgspec.msgpack.encode(code)
    beside = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(hashlib.blake2b(body, digest_size=_DIGEST).digest() + body)
        beside.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def forget_old() -> None:
    """Remove files of the cache that were written long ago: every version leaves its own."""
    folder = writable_folder()
    oldest = time.time() - KEPT_SECONDS
    for file in () if folder is None else folder.iterdir():
        with contextlib.suppress(OSError):
            if file.stat().st_mtime < oldest:
                file.unlink()


def link(kernels: Sequence[Compiled]) -> list[Linked]:
    """Link machine code into the process."""
    if not kernels:
        return []
    builder = llvm.JITLibraryBuilder().add_current_process()
    for kernel in kernels:
        builder.add_object_img(kernel.code).export_symbol(kernel.symbol)
    for name in {name for kernel in kernels for name in kernel.externals}:
        if name.startswith("NRT_"):
            builder.import_symbol(name, _runtime()[name])
    linked = builder.link(_linker(), f"kernels {next(_LIBRARIES)}")
    _LINKED.append(linked)
    return [Linked(kernel.returns, linked[kernel.symbol]) for kernel in kernels]


def release(owner: int) -> None:
    """Give back the memory of an array that a kernel has allocated."""
    ctypes.CFUNCTYPE(None, ctypes.c_void_p)(_runtime()["NRT_MemInfo_release"])(owner)


_LINKED: list[Any] = []
"""What was linked stays in the process as long as it is named here."""
_LIBRARIES = itertools.count()


def _translated(bitcode: bytes) -> bytes:
    """Portable code as an object file for this processor."""
    with llvm.create_context() as context:
        code: bytes = _translator().emit_object(llvm.parse_bitcode(bitcode, context))
    return code


@cache
def _translator() -> Any:
    _start_llvm()
    return llvm.Target.from_default_triple().create_target_machine(
        llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten(), opt=3, jit=True,
    )  # fmt: skip


@cache
def _linker() -> Any:
    _start_llvm()
    return llvm.create_lljit_compiler()


@cache
def _start_llvm() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


@cache
def _tools() -> str:
    """What portable code depends on, its sources aside."""
    here = Path(__file__)
    makers = ("compiling.py", "jit.py", "objects.py")
    facts = [here.with_name(name).read_text("utf-8") for name in makers]
    facts += [_numba("_version.py").read_text("utf-8"), llvmlite.__version__]
    facts += [str(sys.implementation.cache_tag), sys.platform, platform.machine()]
    return hashlib.blake2b("\0".join(facts).encode(), digest_size=_DIGEST).hexdigest()


@cache
def machine() -> str:
    """What machine code depends on, its sources aside."""
    return f"{_tools()}{llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"


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
def writable_folder() -> Path | None:
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
