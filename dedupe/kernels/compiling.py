"""Machine code of kernels, made by Numba; loaded only where a kernel is in no cache."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any

import numba
import numpy as np
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
        result.library.finalize()
    # Numba has no public way to object code.
    module, machine = result.library._final_module, result.library._codegen._tm  # noqa: SLF001
    externals = tuple(
        sorted(f.name for f in module.functions if f.is_declaration and f.name[:5] != "llvm.")
    )
    code = machine.emit_object(module)
    returns = _codes(function.__name__, result.fndesc.restype)
    return Compiled(result.fndesc.llvm_func_name, returns, externals, code)


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
