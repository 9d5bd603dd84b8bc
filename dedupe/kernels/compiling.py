"""Portable code of kernels, made by Numba; loaded where a kernel is neither built nor kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, reduce
from types import FunctionType
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core.compiler import Flags, compile_extra
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import cpu_target
from numba.extending import intrinsic

from dedupe.kernels.jit import External, Helper, Instruction, Kernel, Signature
from dedupe.kernels.objects import Compiled

config: Any = numba.config  # Numba makes its settings and types up
types: Any = numba.types

# Functions of Intel's library would have to be linked.
config.DISABLE_INTEL_SVML = True


def compile_function(function: Callable[..., Any], signature: Signature) -> Compiled:
    """Compile a kernel for some types of arguments.

    Raises TypeError for a kernel that returns anything but numbers and contiguous arrays.
    """
    flags: Any = Flags()
    flags.nrt, flags.error_model = True, "numpy"
    flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
    with global_compiler_lock:
        result = compile_extra(
            cpu_target.typing_context, cpu_target.target_context, _bound(function),
            tuple(_type(code) for code in signature), None, flags, {},
        )  # fmt: skip
        symbol = _add_entry(result.library, result.fndesc, signature)
        result.library.finalize()
    module = result.library._final_module  # noqa: SLF001 - Numba has no public way to it
    externals = tuple(
        sorted(f.name for f in module.functions if f.is_declaration and f.name[:5] != "llvm.")
    )
    returns = _codes(function.__name__, result.fndesc.restype)
    return Compiled(symbol, returns, externals, module.as_bitcode())


def _add_entry(library: Any, described: Any, signature: Signature) -> str:
    """Add a function that unpacks the arguments, as `jit` packs them, and calls the kernel.

    It takes the address of the result and that of eight bytes for each argument. Returns its name.
    """
    module = library.create_ir_module("entry")
    body = cpu_target.target_context.declare_function(module, described)
    takes = ir.FunctionType(_STATUS, (body.args[0].type, _WORD.as_pointer()))
    entry = ir.Function(module, takes, f"entry.{described.llvm_func_name}")
    builder = ir.IRBuilder(entry.append_basic_block())

    def word(place: Any, index: int, kind: Any = _WORD) -> Any:
        pointer = builder.bitcast(place, kind.as_pointer())
        pointer = builder.gep(pointer, (_number(index),), source_etype=kind)
        return builder.load(pointer, typ=kind)

    fields: list[Any] = []
    for k, code in enumerate(signature):
        if " " not in code:
            fields.append(word(entry.args[1], k, _DOUBLE if code[0] == "f" else _WORD))
            continue
        dtype, dimensions, _ = code.split()
        # The head of every object, then data, number of dimensions, shape and strides.
        array = builder.add(word(entry.args[1], k), _number(object.__basicsize__))
        array = builder.inttoptr(array, _WORD.as_pointer())
        shape, strides = (builder.inttoptr(word(array, n), _WORD.as_pointer()) for n in (2, 3))
        edges = [word(shape, n) for n in range(int(dimensions))]
        size = reduce(builder.mul, edges, _number(1))
        fields += (_number(0), _number(0), size, _number(np.dtype(dtype).itemsize))
        fields += (word(array, 0), *edges, *(word(strides, n) for n in range(int(dimensions))))
    values = [
        _cast(builder, field, argument.type)
        for field, argument in zip(fields, body.args[2:], strict=True)
    ]
    exception = builder.alloca(body.args[1].type.pointee)  # written where the kernel fails
    builder.ret(builder.call(body, (entry.args[0], exception, *values)))
    library.add_ir_module(module)
    name: str = entry.name
    return name


_WORD, _STATUS, _DOUBLE = ir.IntType(64), ir.IntType(32), ir.DoubleType()


def _number(value: int) -> Any:
    return ir.Constant(_WORD, value)


def _cast(builder: Any, field: Any, wanted: Any) -> Any:
    """Eight bytes as the type that a kernel takes."""
    if field.type == wanted:
        return field
    if isinstance(wanted, ir.PointerType):
        return builder.inttoptr(field, wanted)
    if isinstance(wanted, ir.FloatType):
        return builder.fptrunc(field, wanted)
    return builder.trunc(field, wanted)


def _type(code: str) -> Any:
    """Numba's type of one code of a signature."""
    if " " not in code:
        return numba.from_dtype(np.dtype(code))
    dtype, dimensions, layout = code.split()
    return types.Array(numba.from_dtype(np.dtype(dtype)), int(dimensions), layout)


def _codes(name: str, returned: Any) -> tuple[str, ...]:
    """Codes of what a kernel returns."""
    if isinstance(returned, types.NoneType):
        return ()
    parts = tuple(returned) if isinstance(returned, types.BaseTuple) else (returned,)
    return tuple(_code(name, part) for part in parts)


def _code(name: str, returned: Any) -> str:
    if isinstance(returned, types.Array) and returned.layout == "C":
        return f"{np.dtype(str(returned.dtype)).str} {returned.ndim} C"
    if isinstance(returned, types.Boolean):
        return "b1"
    if not isinstance(returned, types.Number):
        raise TypeError(f"kernel {name} returns {returned}")
    return np.dtype(str(returned)).str[1:]


def _bound(function: Callable[..., Any]) -> FunctionType:
    """A copy of a function that sees what Numba makes of the helpers it names."""
    used = frozenset(function.__code__.co_names)
    names = {
        name: _made(value)
        for name, value in function.__globals__.items()
        if name in used and isinstance(value, Helper | Kernel | External)
    }
    copy = FunctionType(
        function.__code__, {**function.__globals__, **names}, function.__name__,
        function.__defaults__, function.__closure__,
    )  # fmt: skip
    copy.__module__, copy.__qualname__ = function.__module__, function.__qualname__
    return copy


@cache
def _made(helper: Helper[..., Any] | Kernel[..., Any] | External) -> Any:
    """What Numba needs in place of a helper."""
    if isinstance(helper, External):
        takes = (types.uintp if code == "p" else _type(code) for code in helper.takes)
        return types.ExternalFunction(helper.name, _type(helper.returns)(*takes))
    if isinstance(helper, Instruction):
        return intrinsic(helper.function)
    options: Any = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return numba.njit(_bound(helper.function), error_model="numpy", **options)
