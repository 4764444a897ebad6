"""Rows of registers: the sums of neighbouring columns of a map, which stay in the processor while products are added.

A convolution along a row adds a_j b_k to c_(j+k), whichever of the three is wanted: outputs, derivatives of inputs or
slopes of the five taps. Each function adds all products of one row and one row of taps. A row is a tuple, so its length
is part of its type and the compiler unrolls everything; sums reach memory once, when they are done.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from core.learning.compiled.registers import (
    REGISTERS,
    beyond,
    multiply_add,
    pointer,
    read,
    slope_code,
    spread,
    squash_code,
    write,
)

TAPS = 5


def _read_row(builder: Any, kind: Any, first: Any, count: int) -> list[Any]:
    return [read(builder, kind, beyond(builder, first, n * kind.count)) for n in range(count)]


@intrinsic
def row_of(typingctx, columns, value):
    """row_of(columns, value): the same register for each of the columns, a tuple of so many numbers of any kind."""
    row = types.UniTuple(value, len(columns))
    return row(columns, value), lambda context, builder, _, args: context.make_tuple(builder, row, [args[1]] * len(row))


@intrinsic
def load_row(typingctx, array, at, columns):
    """load_row(array, at, columns): the registers of so many columns."""
    kind = REGISTERS[array.dtype]
    row = types.UniTuple(kind, len(columns))

    def codegen(context, builder, signature, args):
        first = pointer(context, builder, array, args[0], at, args[1])
        return context.make_tuple(builder, row, _read_row(builder, kind, first, len(row)))

    return row(array, at, columns), codegen


@intrinsic
def store_row(typingctx, array, at, row):
    """store_row(array, at, row): write the registers one after another."""

    def codegen(context, builder, signature, args):
        first = pointer(context, builder, array, args[0], at, args[1])
        for j, value in enumerate(cgutils.unpack_tuple(builder, args[2], len(row))):
            write(builder, row.dtype, beyond(builder, first, j * row.dtype.count), value)
        return context.get_dummy_value()

    return types.void(array, at, row), codegen


def _to_outputs(x_is_pixels: bool) -> Any:
    def typed(typingctx, row, x, at, w, taps):
        kind, columns = row.dtype, len(row)

        def codegen(context, builder, signature, args):
            sums = cgutils.unpack_tuple(builder, args[0], columns)
            first = pointer(context, builder, x, args[1], at, args[2])
            if x_is_pixels:
                values = [
                    spread(builder, kind, builder.load(beyond(builder, first, n))) for n in range(columns + TAPS - 1)
                ]
            else:
                values = _read_row(builder, kind, first, columns + TAPS - 1)
            weights = _read_row(builder, kind, pointer(context, builder, w, args[3], taps, args[4]), TAPS)
            for k in range(TAPS):
                sums = [multiply_add(builder, kind, weights[k], values[j + k], sums[j]) for j in range(columns)]
            return context.make_tuple(builder, row, sums)

        return row(row, x, at, w, taps), codegen

    return intrinsic(typed)


# outputs(row, x, at, w, taps): row[j] + sum over k of w[taps + k] x[at + j + k]
outputs = _to_outputs(False)
# outputs_of_pixels: the same where x is one number for all seeds
outputs_of_pixels = _to_outputs(True)


@intrinsic
def to_inputs(typingctx, row, d, at, w, taps):
    """to_inputs(row, d, at, w, taps): row[j + k] + w[taps + k] d[at + j] for each output j of the row, and each k."""
    kind, columns = row.dtype, len(row) - TAPS + 1

    def codegen(context, builder, signature, args):
        sums = cgutils.unpack_tuple(builder, args[0], len(row))
        slopes = _read_row(builder, kind, pointer(context, builder, d, args[1], at, args[2]), columns)
        weights = _read_row(builder, kind, pointer(context, builder, w, args[3], taps, args[4]), TAPS)
        for k in range(TAPS):
            for j in range(columns):
                sums[j + k] = multiply_add(builder, kind, weights[k], slopes[j], sums[j + k])
        return context.make_tuple(builder, row, sums)

    return row(row, d, at, w, taps), codegen


@intrinsic
def to_taps(typingctx, row, x, at, d, along, columns):
    """to_taps(row, x, at, d, along, columns): row[k] + sum over columns j of d[along + j] x[at + j + k]."""
    kind = row.dtype

    def codegen(context, builder, signature, args):
        sums = cgutils.unpack_tuple(builder, args[0], TAPS)
        values = _read_row(builder, kind, pointer(context, builder, x, args[1], at, args[2]), len(columns) + TAPS - 1)
        slopes = _read_row(builder, kind, pointer(context, builder, d, args[3], along, args[4]), len(columns))
        for j in range(len(columns)):
            sums = [multiply_add(builder, kind, slopes[j], values[j + k], sums[k]) for k in range(TAPS)]
        return context.make_tuple(builder, row, sums)

    return row(row, x, at, d, along, columns), codegen


@intrinsic
def to_kernel_of_pixel(typingctx, row, value, d, at, width):
    """to_kernel_of_pixel(row, value, d, at, width): row[5 i + j] + value d[at - (i width + j)], for all 25 taps.

    The pixel's value met tap (i, j) at the output that lies so many rows and columns before it; width is in numbers.
    """
    kind = row.dtype

    def codegen(context, builder, signature, args):
        sums = cgutils.unpack_tuple(builder, args[0], TAPS * TAPS)
        pixel = spread(builder, kind, context.cast(builder, args[1], value, kind.scalar))
        start, step = (context.cast(builder, args[n], signature.args[n], types.intp) for n in (3, 4))
        for i in range(TAPS):
            line = pointer(context, builder, d, args[2], types.intp, start)
            for j in range(TAPS):
                slope = read(builder, kind, beyond(builder, line, -j * kind.count))
                sums[TAPS * i + j] = multiply_add(builder, kind, pixel, slope, sums[TAPS * i + j])
            start = builder.sub(start, step)
        return context.make_tuple(builder, row, sums)

    return row(row, value, d, at, width), codegen


def _each(code: Any) -> Any:
    def typed(typingctx, row, form):
        def codegen(context, builder, signature, args):
            values = cgutils.unpack_tuple(builder, args[0], len(row))
            return context.make_tuple(builder, row, [code(builder, row.dtype, value, form) for value in values])

        return row(row, form), codegen

    return intrinsic(typed)


def _pairwise(code: Any) -> Any:
    def typed(typingctx, one, other):
        def codegen(context, builder, signature, args):
            pairs = zip(*(cgutils.unpack_tuple(builder, row, len(one)) for row in args), strict=True)
            return context.make_tuple(builder, one, [code(builder, a, b) for a, b in pairs])

        return one(one, other), codegen

    return intrinsic(typed)


# squash and slope_of for each register of a row, of a form; products and sums of two rows
squash_row, slope_row = _each(squash_code), _each(slope_code)
mul_rows = _pairwise(lambda builder, a, b: builder.fmul(a, b))
