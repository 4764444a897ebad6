"""A value that holds one number for each of LANES seeds, kept in vector registers by the compiler.

Compiled loops in this folder store every array with the seed as the last axis and handle it through these
functions, so that one instruction works on all seeds and each seed's arithmetic is the same whichever seeds share
the vector. LLVM splits the vector on processors with narrower registers, so this runs wherever Numba does.

The exponential is the textbook one: x = k ln 2 + f with |f| <= ln 2 / 2, a Taylor polynomial of degree 13 for exp(f)
(its remainder is below 5e-18) and 2^k built in the exponent bits. Every lane goes through the same instructions, so a
lane's number does not depend on its neighbours.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

LANES = 8

compiled = njit(cache=True, error_model="numpy", boundscheck=False, nogil=True)


class Lanes(types.Type):
    """Numba type of LANES float64 numbers side by side."""

    def __init__(self) -> None:
        super().__init__(name=f"Lanes{LANES}")


lanes_type = Lanes()
_DOUBLE, _LONG = ir.DoubleType(), ir.IntType(64)
_VECTOR = ir.VectorType(_DOUBLE, LANES)
_INTEGERS = ir.VectorType(_LONG, LANES)
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # ln 2 in two parts, after Cody and Waite
_SHIFTER = 6755399441055744.0  # 1.5 * 2^52: adding it leaves round(x) in the low bits
_LARGEST = 700.0  # exp of more overflows soon after; a sigmoid is 0 or 1 long before


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, _VECTOR)


def _address(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    index = context.cast(builder, args[1], signature.args[1], types.intp)
    array = context.make_array(signature.args[0])(context, builder, args[0])
    return builder.bitcast(builder.gep(array.data, [index]), _VECTOR.as_pointer())


@intrinsic
def load(typingctx, array, index):
    """load(array, index): the LANES numbers of a flat float64 array from `index` on."""

    def codegen(context, builder, signature, args):
        return builder.load(_address(context, builder, signature, args), align=8)

    return lanes_type(array, index), codegen


@intrinsic
def store(typingctx, array, index, value):
    """store(array, index, value): write LANES numbers from `index` on."""

    def codegen(context, builder, signature, args):
        builder.store(args[2], _address(context, builder, signature, args), align=8)
        return context.get_dummy_value()

    return types.void(array, index, value), codegen


@intrinsic
def fma(typingctx, a, b, c):
    """fma(a, b, c) = a b + c, lane by lane."""

    def codegen(context, builder, signature, args):
        kind = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, f"llvm.fmuladd.v{LANES}f64"), args)

    return lanes_type(a, b, c), codegen


@intrinsic
def mul(typingctx, a, b):
    """mul(a, b) = a b, lane by lane."""
    return lanes_type(a, b), lambda context, builder, signature, args: builder.fmul(*args)


@intrinsic
def sub(typingctx, a, b):
    """sub(a, b) = a - b, lane by lane."""
    return lanes_type(a, b), lambda context, builder, signature, args: builder.fsub(*args)


@intrinsic
def div(typingctx, a, b):
    """div(a, b) = a / b, lane by lane."""
    return lanes_type(a, b), lambda context, builder, signature, args: builder.fdiv(*args)


@intrinsic
def zeros(typingctx):
    """zeros() = 0 in every lane."""
    return lanes_type(), lambda context, builder, signature, args: ir.Constant(_VECTOR, [0.0] * LANES)


def _splat(value: float) -> ir.Constant:
    return ir.Constant(_VECTOR, [float(value)] * LANES)


@intrinsic
def add(typingctx, a, b):
    """add(a, b) = a + b, lane by lane."""
    return lanes_type(a, b), lambda context, builder, signature, args: builder.fadd(*args)


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


def pack(array: np.ndarray) -> np.ndarray:
    # (R, ...) -> (..., LANES) flat
    """Lay out at most LANES replicas with the seed last, repeating the first replica in the lanes left over."""
    replicas = len(array)
    if not 1 <= replicas <= LANES:
        raise ValueError(f"between 1 and {LANES} replicas fit one group of lanes, not {replicas}")
    filled = np.concatenate([array, np.repeat(array[:1], LANES - replicas, axis=0)]) if replicas < LANES else array
    return np.ascontiguousarray(np.moveaxis(filled, 0, -1), dtype=np.float64).ravel()


def unpack(flat: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    # (..., LANES) flat -> (R, ...)
    """The inverse of `pack` for the replicas asked for by `shape`."""
    lanes_last = np.reshape(flat, (*shape[1:], LANES))
    return np.ascontiguousarray(np.moveaxis(lanes_last, -1, 0)[: shape[0]])
