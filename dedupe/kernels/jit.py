"""Kernels: loops over arrays that are compiled for the types of their arguments when first called.

Numba compiles (`compiling`), but only what is in no cache yet: machine code is kept as object
files (`objects`) and linked without Numba, whose import and cache cost half a second in every
process. Numba's own cache would not do: it is keyed by time stamp and size of one source file, so
that constants and helpers of other files could go stale, and it unpickles what it reads.

Kernels take arrays and numbers and return the same. Most allocate nothing: results and room to
work in are arrays of the caller.
"""

from __future__ import annotations

import ctypes
import os
import struct
import threading
from collections.abc import Callable, Sequence
from functools import update_wrapper
from operator import attrgetter
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

Signature = tuple[str, ...]
"""Types of the arguments: `<u4 1 C` is a contiguous array of one dimension, `i8` a number."""
Function = TypeVar("Function", bound=Callable[..., Any])
P = ParamSpec("P")
R = TypeVar("R")

LINKED: list[tuple[str, Signature]] = []
"""What was called in this process so far, in the order of the first calls."""
INTERPRETED = os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")
"""Kernels run as plain Python, so that their lines can be counted."""

_NUMBERS: dict[type, tuple[str, type[ctypes._SimpleCData[Any]]]] = {
    bool: ("b1", ctypes.c_bool),
    int: ("i8", ctypes.c_int64),
    float: ("f8", ctypes.c_double),
    np.bool_: ("b1", ctypes.c_bool),
    np.uint8: ("u1", ctypes.c_uint8),
    np.int32: ("i4", ctypes.c_int32),
    np.uint32: ("u4", ctypes.c_uint32),
    np.int64: ("i8", ctypes.c_int64),
    np.uint64: ("u8", ctypes.c_uint64),
    np.float32: ("f4", ctypes.c_float),
    np.float64: ("f8", ctypes.c_double),
}
"""Code and C type of every kind of number that a kernel takes."""
_C_TYPES = dict(_NUMBERS.values())


class Helper(Generic[P, R]):
    """A function that kernels call; LLVM inlines it, so it is never compiled alone."""

    def __init__(self, function: Callable[P, R]) -> None:
        self.function = function


class Instruction(Helper[..., np.uint64]):
    """A helper that writes LLVM instructions rather than being compiled."""


class External(NamedTuple):
    """A function of the C library."""

    name: str
    returns: str
    takes: tuple[str, ...]


class Kernel(Generic[P, R]):
    """A compiled function; it releases the interpreter lock while it runs."""

    def __init__(self, function: Callable[P, R]) -> None:
        self.function = function
        self._compiled: dict[tuple[Any, ...], Callable[[list[Any]], Any]] = {}
        self._by_signature: dict[Signature, Callable[[list[Any]], Any]] = {}
        self._lock = threading.Lock()
        update_wrapper(self, function)

    def __call__(self, *arguments: P.args, **named: P.kwargs) -> R:
        """Run the kernel.

        Raises TypeError for a named argument and one that is neither array nor number,
        RuntimeError when the kernel fails.
        """
        if named:
            raise TypeError(f"{self.function.__name__}: arguments of kernels have no names")
        kinds: list[Any] = []
        values: list[Any] = []
        for argument in arguments:
            if isinstance(argument, np.ndarray):
                kinds += (argument.dtype, argument.ndim, argument.flags.c_contiguous)
                values.append(id(argument))  # its address
            else:
                kinds.append(type(argument))
                values.append(argument)
        key = tuple(kinds)
        compiled = self._compiled.get(key)
        if compiled is None:
            compiled = self._compiled[key] = self._linked(self._signature(arguments))
        return cast("R", compiled(values))

    def _signature(self, arguments: Sequence[object]) -> Signature:
        codes = []
        for argument in arguments:
            if isinstance(argument, np.ndarray):
                layout = "C" if argument.flags.c_contiguous else "A"
                codes.append(f"{argument.dtype.str} {argument.ndim} {layout}")
            elif type(argument) in _NUMBERS:
                codes.append(_NUMBERS[type(argument)][0])
            else:
                raise TypeError(f"{self.function.__name__}: {type(argument).__name__} argument")
        return tuple(codes)

    def _linked(self, signature: Signature) -> Callable[[list[Any]], Any]:
        """The compiled function; several kinds of numbers have one."""
        with self._lock:
            if signature not in self._by_signature:
                self._by_signature[signature] = self._link(signature)
            return self._by_signature[signature]

    def _link(self, signature: Signature) -> Callable[[list[Any]], Any]:
        """The machine code of the kernel, as a function."""
        from dedupe.kernels import bundle, objects

        function = self.function
        name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        LINKED.append((name, signature))
        linked = bundle.linked(name, signature)
        if linked is None:
            (linked,) = objects.link([objects.machine_code(function, signature)])
        return _caller(function.__name__, signature, linked.returns, linked.address)


def _caller(
    name: str, signature: Signature, returns: Signature, address: int
) -> Callable[[list[Any]], Any]:
    """A Python function for machine code that takes pointers to its result and its arguments.

    An argument is a number of eight bytes or the address of an array object. To hand over what is
    in an array one by one took four times as long, 4 us an array.
    """
    formats = ("Q" if " " in code else _PACKED[code[0]] for code in signature)
    pack = struct.Struct("<" + "".join(formats)).pack
    function = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_char_p)(address)
    result_type = _structure(
        *(_structure(*_array_fields(code)) if " " in code else _C_TYPES[code] for code in returns)
    )

    take = _taker(returns)

    def call(values: list[Any]) -> Any:
        result = result_type()
        status = function(ctypes.addressof(result), pack(*values))
        if status not in (_DONE, _DONE_NOTHING):
            raise RuntimeError(f"kernel {name} failed")
        return take(result)

    return call


def _taker(returns: Signature) -> Callable[[Any], Any]:
    """What makes Python values of a result."""
    if not returns:
        return lambda _: None
    if not any(" " in code for code in returns):  # one number, or a tuple of them
        return attrgetter(*(f"part{place}" for place in range(len(returns))))

    def take(result: Any) -> Any:
        found = tuple(
            _taken(code, part) if " " in code else part
            for code, part in zip(returns, _parts(result), strict=True)
        )
        return found if len(found) > 1 else found[0]

    return take


_PACKED = {"i": "q", "u": "Q", "f": "d", "b": "?7x"}
"""Format of a number by the kind of its type."""
_DONE, _DONE_NOTHING = 0, -2
"""Status of a function that returned, or returned None."""


def _array_fields(code: str) -> list[Any]:
    """C types of an array: owner, parent, size, item size, data, shape and strides."""
    pointer, size = ctypes.c_void_p, ctypes.c_ssize_t
    return [pointer, pointer, size, size, pointer, *[size] * (2 * int(code.split()[1]))]


def _structure(*types: Any) -> Any:
    fields = [(f"part{place}", kind) for place, kind in enumerate(types)]
    # Nothing is returned as a pointer to nothing.
    fields = fields or [("nothing", ctypes.c_void_p)]
    return type("Structure", (ctypes.Structure,), {"_fields_": fields})


def _parts(structure: Any) -> list[Any]:
    return [getattr(structure, name) for name, *_ in structure._fields_ if name != "nothing"]


def _taken(code: str, array: Any) -> NDArray[Any]:
    """A copy of an array that a kernel has allocated, whose memory is given back."""
    from dedupe.kernels.objects import release

    dtype, dimensions, _ = code.split()
    owner, _, size, item_size, data, *edges = _parts(array)
    copy = np.empty(edges[: int(dimensions)], dtype)
    ctypes.memmove(copy.ctypes.data, data, size * item_size)
    release(owner)
    return copy


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Make a loop over arrays a kernel."""
    return function if INTERPRETED else Kernel(function)


def inlined(function: Function) -> Function:
    """Mark a function that kernels call."""
    return function if INTERPRETED else cast("Function", Helper(function))


def instruction(build: Callable[..., Any]) -> Callable[..., np.uint64]:
    """Make a function of kernels from the LLVM instructions that `build` writes."""
    return cast("Callable[..., np.uint64]", Instruction(build))


def external(name: str, returns: str, *takes: str) -> Any:
    """A function of the C library for kernels; types as in a signature, `p` is an address."""
    return External(name, returns, takes)
