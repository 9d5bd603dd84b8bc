"""Minima of many columns at once, held in vector registers.

LLVM unrolls a loop over a fixed number of columns before it could vectorise it, and for a variable
number it keeps the minima in memory and does the rest one by one. So these loops are written in
its own language, as vectors of eight, which become what the processor has: 2.2 ns a shingle for
24 columns, where the loop took 4.5 for 18. They are tested as parts of their kernels.
"""

from __future__ import annotations

from dedupe.kernels.jit import instruction

BANDS = 12
LANES = 2 * BANDS
"""Columns of a row: three vectors of AVX2. Nine bands use 18 of them; 16 and two single ones are
slower."""

_WIDTH = 8
_C0, _M1, _M2 = 0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35


class _Lanes:
    """Writes instructions for LANES numbers of 32 bits."""

    def __init__(self, context, builder):
        from llvmlite import ir

        self.ir, self.context, self.builder = ir, context, builder
        self.word, self.place = ir.IntType(32), ir.IntType(64)

    def vector(self, width=_WIDTH):
        return self.ir.VectorType(self.word, width)

    def data(self, array_type, value):
        """First byte of an array, as an address of words."""
        return self.context.make_array(array_type)(self.context, self.builder, value).data

    def address(self, data, index):
        return self.builder.gep(data, [index], source_etype=self.word)

    def number(self, value):
        return self.ir.Constant(self.place, value)

    def constant(self, value, width=_WIDTH):
        return self.ir.Constant(self.vector(width), [value] * width)

    def load(self, data, index, count=LANES, width=_WIDTH):
        """Vectors of the words from an index on."""
        return [
            self.builder.load(
                self.address(data, self.builder.add(index, self.number(k))),
                typ=self.vector(width), align=4,
            )
            for k in range(0, count, width)
        ]  # fmt: skip

    def store(self, vectors, data, index, width=_WIDTH):
        for k, vector in enumerate(vectors):
            address = self.address(data, self.builder.add(index, self.number(width * k)))
            self.builder.store(vector, self.builder.bitcast(address, vector.type.as_pointer()), 4)

    def spread(self, value):
        """A vector of one number."""
        nothing = self.ir.Constant(self.vector(), self.ir.Undefined)
        first = self.builder.insert_element(nothing, value, self.ir.Constant(self.word, 0))
        return self.builder.shuffle_vector(first, nothing, self.constant(0))

    def lower(self, vectors, others):
        return [
            self.builder.select(self.builder.icmp_unsigned("<", a, b), a, b)
            for a, b in zip(vectors, others, strict=True)
        ]

    def minima(self, initial, first, last, step):
        """Minima of `initial` and of `step(i)` for all i from first to last."""
        builder = self.builder
        entry = builder.block
        head, body, done = (builder.append_basic_block(name) for name in ("head", "body", "done"))
        builder.branch(head)
        builder.position_at_end(head)
        i = builder.phi(self.place)
        i.add_incoming(first, entry)
        minima = [builder.phi(self.vector()) for _ in initial]
        for phi, value in zip(minima, initial, strict=True):
            phi.add_incoming(value, entry)
        builder.cbranch(builder.icmp_signed("<", i, last), body, done)
        builder.position_at_end(body)
        lower = self.lower(minima, step(i))
        i.add_incoming(builder.add(i, self.number(1)), builder.block)
        for phi, value in zip(minima, lower, strict=True):
            phi.add_incoming(value, builder.block)
        builder.branch(head)
        builder.position_at_end(done)
        return minima


@instruction
def lowest_values(typing_context, values, first, last, a, b, column, out, row):
    """Write the minima of `a * value + b` modulo 2^32 over some values, LANES columns of them.

    values: u32 (N,); first, last: range of values; a, b: u32 (K,); column: first of the columns
    out: u32 (S, K), written at `row` and `column`; all ones where the range is empty
    """
    from numba import types

    def build(context, builder, signature, arguments):
        lanes = _Lanes(context, builder)
        kinds = signature.args
        data = lanes.data(kinds[0], arguments[0])
        factors = lanes.load(lanes.data(kinds[3], arguments[3]), arguments[5])
        terms = lanes.load(lanes.data(kinds[4], arguments[4]), arguments[5])

        def step(i):
            value = lanes.spread(builder.load(lanes.address(data, i), typ=lanes.word, align=4))
            return [
                builder.add(builder.mul(factor, value), term)
                for factor, term in zip(factors, terms, strict=True)
            ]

        ones = [lanes.constant(0xFFFFFFFF)] * len(factors)
        minima = lanes.minima(ones, arguments[1], arguments[2], step)
        array = context.make_array(kinds[6])(context, builder, arguments[6])
        width = builder.extract_value(array.shape, 1)
        place = builder.add(builder.mul(arguments[7], width), arguments[5])
        lanes.store(minima, array.data, place)
        return builder.extract_element(minima[0], lanes.number(0))

    place = types.int64
    return types.uint32(values, place, place, a, b, place, out, place), build


@instruction
def lowest_rows(typing_context, rows, first, last, mixed):
    """Write the keys of the bands of some sketches; return the lowest value of the first column.

    rows: u32 (S, LANES): first rows of the bands, second rows; first, last: range of rows
    mixed: u32 (BANDS,) written: both minima of a band in one number
    """
    from numba import types

    def build(context, builder, signature, arguments):
        from llvmlite import ir

        lanes = _Lanes(context, builder)
        data = lanes.data(signature.args[0], arguments[0])
        ones = [lanes.constant(0xFFFFFFFF)] * (LANES // _WIDTH)
        low, middle, high = lanes.minima(
            ones, arguments[1], arguments[2],
            lambda i: lanes.load(data, builder.mul(i, lanes.number(LANES))),
        )  # fmt: skip

        def pick(one, other, places):
            mask = ir.Constant(ir.VectorType(lanes.word, len(places)), list(places))
            return builder.shuffle_vector(one, other, mask)

        out = lanes.data(signature.args[3], arguments[3])
        halves = (
            (low, pick(middle, high, range(4, 12)), 0),
            (pick(middle, middle, range(4)), pick(high, high, range(4, 8)), _WIDTH),
        )
        for first_rows, second_rows, at in halves:
            width = first_rows.type.count
            key = builder.mul(first_rows, lanes.constant(_C0, width))
            key = builder.xor(key, second_rows)
            for shift, factor in ((16, _M1), (13, _M2), (16, None)):
                key = builder.xor(key, builder.lshr(key, lanes.constant(shift, width)))
                if factor is not None:
                    key = builder.mul(key, lanes.constant(factor, width))
            lanes.store([key], out, lanes.number(at), width)
        return builder.extract_element(low, lanes.number(0))

    return types.uint32(rows, types.int64, types.int64, mixed), build
