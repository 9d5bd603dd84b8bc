"""Instructions that Numba has no name for: bits of a word, and 64 bytes at once."""

from __future__ import annotations

from dedupe.kernels.jit import instruction

CHUNK = 64
"""Bytes that `carry` copies."""


@instruction
def trailing_zeros(typing_context, value):
    """Number of zero bits below the lowest one bit; 64 for zero."""
    from numba import types

    def build(context, builder, signature, arguments):
        from llvmlite import ir

        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), build


@instruction
def ones(typing_context, value):
    """Number of one bits."""
    from numba import types

    def build(context, builder, signature, arguments):
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), build


@instruction
def prefetch(typing_context, array, index):
    """Ask for an element of an array (N,) that will be read soon; returns 0."""
    from numba import types

    def build(context, builder, signature, arguments):
        from llvmlite import ir

        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        kind = context.get_data_type(signature.args[0].dtype)
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        place = builder.gep(data, [arguments[1]], source_etype=kind)
        takes = ir.FunctionType(ir.VoidType(), (byte, number, number, number))
        function = builder.module.globals.get("llvm.prefetch.p0")
        if function is None:
            function = ir.Function(builder.module, takes, "llvm.prefetch.p0")
        to_read, keep, of_data = (ir.Constant(number, value) for value in (0, 3, 1))
        builder.call(function, (builder.bitcast(place, byte), to_read, keep, of_data))
        return ir.Constant(ir.IntType(64), 0)

    return types.uint64(array, types.uint64), build


@instruction
def bytes_between(typing_context, text, start, low, count):
    """Mask of the bytes `text[start : start + 64]` that are `low` .. `low + count - 1`.

    Bit k stands for byte k. One subtraction and one comparison of a vector of 64 bytes, which
    LLVM maps to what the processor has (AVX-512, AVX2, SSE2, NEON). `between_loop` is the same
    as a loop.
    """
    from numba import types

    def build(context, builder, signature, arguments):
        from llvmlite import ir

        byte, vector = ir.IntType(8), ir.VectorType(ir.IntType(8), 64)
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.gep(array.data, [arguments[1]], source_etype=byte)
        loaded = builder.load(place, typ=vector, align=1)

        def splat(value):
            first = builder.insert_element(
                ir.Constant(vector, ir.Undefined), value, ir.Constant(ir.IntType(32), 0)
            )
            zeros = ir.Constant(ir.VectorType(ir.IntType(32), 64), [0] * 64)
            return builder.shuffle_vector(first, ir.Constant(vector, ir.Undefined), zeros)

        inside = builder.icmp_unsigned(
            "<", builder.sub(loaded, splat(arguments[2])), splat(arguments[3])
        )
        return builder.bitcast(inside, ir.IntType(64))

    return types.uint64(text, types.int64, types.uint8, types.uint8), build


@instruction
def carry(typing_context, source, start, target, place):
    """Copy `source[start : start + 64]` to `target[place : place + 64]`; 64.

    With slices, or loops over the bytes, in its place the whole takes seven times as long.
    """
    from numba import types

    def build(context, builder, signature, arguments):
        from llvmlite import ir

        byte, vector = ir.IntType(8), ir.VectorType(ir.IntType(8), CHUNK)
        source, target = (
            context.make_array(signature.args[n])(context, builder, arguments[n]).data
            for n in (0, 2)
        )
        loaded = builder.load(
            builder.gep(source, [arguments[1]], source_etype=byte), typ=vector, align=1
        )
        address = builder.gep(target, [arguments[3]], source_etype=byte)
        builder.store(loaded, builder.bitcast(address, vector.as_pointer()), align=1)
        return ir.Constant(ir.IntType(64), CHUNK)

    return types.uint64(source, types.int64, target, types.int64), build


def between_loop(text, start, low, count):
    """Plain-loop twin of `bytes_between`."""
    mask = 0
    for k in range(64):
        if low <= text[start + k] < low + count:
            mask |= 1 << k
    return mask
