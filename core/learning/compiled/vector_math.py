"""Arithmetic on the lanes of `lanes.py`: sums, quotients, broadcasts, gathers, and an exponential of full precision.

The exponential is the textbook one: x = k ln 2 + f with |f| <= ln 2 / 2, a Taylor polynomial of degree 13 for exp(f)
(its remainder is below 5e-18) and 2^k built in the exponent bits. Every lane goes through the same instructions, so a
lane's number does not depend on its neighbours.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from core.learning.compiled.lanes import LANES, lanes_type

_DOUBLE, _LONG = ir.DoubleType(), ir.IntType(64)
_VECTOR, _INTEGERS = ir.VectorType(_DOUBLE, LANES), ir.VectorType(_LONG, LANES)
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # ln 2 in two parts, after Cody and Waite
_SHIFTER = 6755399441055744.0  # 1.5 * 2^52: adding it leaves round(x) in the low bits
_LARGEST = 700.0  # exp of more overflows soon after; a sigmoid is 0 or 1 long before


def _splat(value: float) -> ir.Constant:
    return ir.Constant(_VECTOR, [float(value)] * LANES)


@intrinsic
def add(typingctx, a, b):
    """add(a, b) = a + b, lane by lane."""
    return lanes_type(a, b), lambda context, builder, signature, args: builder.fadd(*args)


@intrinsic
def div(typingctx, a, b):
    """div(a, b) = a / b, lane by lane."""
    return lanes_type(a, b), lambda context, builder, signature, args: builder.fdiv(*args)


@intrinsic
def splat(typingctx, value):
    """splat(value): the same float64 number in every lane."""

    def codegen(context, builder, signature, args):
        vector = ir.Constant(_VECTOR, ir.Undefined)
        for lane in range(LANES):
            vector = builder.insert_element(vector, args[0], ir.Constant(ir.IntType(32), lane))
        return vector

    return lanes_type(types.float64), codegen


@intrinsic
def gather(typingctx, array, rows, first, stride, column):
    """gather(array, rows, first, stride, column): lane l gets array[rows[first + l] * stride + column]."""

    def codegen(context, builder, signature, args):
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        numbers = context.make_array(signature.args[1])(context, builder, args[1]).data
        start, stride, column = (context.cast(builder, args[k], signature.args[k], types.intp) for k in (2, 3, 4))
        vector = ir.Constant(_VECTOR, ir.Undefined)
        for lane in range(LANES):
            row = builder.load(builder.gep(numbers, [builder.add(start, ir.Constant(_LONG, lane))]))
            place = builder.add(builder.mul(row, stride), column)
            vector = builder.insert_element(
                vector, builder.load(builder.gep(data, [place])), ir.Constant(ir.IntType(32), lane)
            )
        return vector

    return lanes_type(array, rows, first, stride, column), codegen


def _fma(builder: Any, a: Any, b: Any, c: Any) -> Any:
    kind = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, f"llvm.fma.v{LANES}f64"), [a, b, c])


def _exponential(builder: Any, x: Any) -> Any:
    """exp(x) for |x| <= _LARGEST; beyond, exp of the nearest bound. A NaN stays a NaN."""
    high, low = _splat(_LARGEST), _splat(-_LARGEST)
    x = builder.select(builder.fcmp_ordered(">", x, high), high, x)
    x = builder.select(builder.fcmp_ordered("<", x, low), low, x)
    shifted = builder.fadd(builder.fmul(x, _splat(float(1 / np.log(2)))), _splat(_SHIFTER))
    k = builder.fsub(shifted, _splat(_SHIFTER))
    f = _fma(builder, k, _splat(-_LN2_LOW), _fma(builder, k, _splat(-_LN2_HIGH), x))
    inverse_factorials = 1 / np.cumprod([1.0, *range(1, 14)])
    total = _splat(inverse_factorials[13])
    for power in range(12, -1, -1):
        total = _fma(builder, total, f, _splat(inverse_factorials[power]))
    bits = builder.bitcast(shifted, _INTEGERS)
    biased = builder.add(bits, ir.Constant(_INTEGERS, [1023] * LANES))
    power_of_two = builder.bitcast(builder.shl(biased, ir.Constant(_INTEGERS, [52] * LANES)), _VECTOR)
    return builder.fmul(total, power_of_two)


@intrinsic
def exp(typingctx, x):
    """exp(x), lane by lane, for |x| <= 700; beyond, the value there."""
    return lanes_type(x), lambda context, builder, signature, args: _exponential(builder, args[0])


@intrinsic
def sigmoid(typingctx, x):
    """1 / (1 + exp(-x)), lane by lane."""

    def codegen(context, builder, signature, args):
        grown = _exponential(builder, builder.fsub(_splat(0.0), args[0]))
        return builder.fdiv(_splat(1.0), builder.fadd(_splat(1.0), grown))

    return lanes_type(x), codegen
