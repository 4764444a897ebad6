"""Vectors of neighbouring numbers in single or double precision.

A vector is 512 bits: 16 float32 or 8 float64 numbers, in the precision of the array it is loaded from; LLVM splits it
on processors with narrower registers. Arrays are flat. The exponential is x = k ln 2 + f after Cody and Waite,
|f| <= ln 2 / 2, a Taylor polynomial for exp(f) up to f^7 (single) or f^13 (double), and 2^k built in the exponent bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

BITS = 512
MULTIPLE = 16  # numbers in the longest vector: room in arrays is made in multiples of it


class Wide(types.Type):
    """Numba type of a 512-bit vector of float32 or float64 numbers."""

    def __init__(self, base: Any) -> None:
        self.base = base
        super().__init__(name=f"Wide({base})")


def _vector(base: Any) -> ir.VectorType:
    kind = ir.FloatType() if base == types.float32 else ir.DoubleType()
    return ir.VectorType(kind, BITS // base.bitwidth)


@register_model(Wide)
class _WideModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, _vector(fe_type.base))


def _address(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    index = context.cast(builder, args[1], signature.args[1], types.intp)
    array = context.make_array(signature.args[0])(context, builder, args[0])
    return builder.bitcast(builder.gep(array.data, [index]), _vector(signature.args[0].dtype).as_pointer())


@intrinsic
def load(typingctx, array, index):
    """load(array, index): the vector of neighbours from `index` on in a flat array."""

    def codegen(context, builder, signature, args):
        return builder.load(_address(context, builder, signature, args), align=4)

    return Wide(array.dtype)(array, index), codegen


@intrinsic
def store(typingctx, array, index, value):
    """store(array, index, value): write a vector from `index` on."""

    def codegen(context, builder, signature, args):
        builder.store(args[2], _address(context, builder, signature, args), align=4)
        return context.get_dummy_value()

    return types.void(array, index, value), codegen


@intrinsic
def spread(typingctx, array, index):
    """spread(array, index): the number at `index` in every place of a vector."""

    def codegen(context, builder, signature, args):
        kind = _vector(signature.args[0].dtype)
        index = context.cast(builder, args[1], signature.args[1], types.intp)
        array = context.make_array(signature.args[0])(context, builder, args[0])
        return _spread(builder, builder.load(builder.gep(array.data, [index])), kind)

    return Wide(array.dtype)(array, index), codegen


@intrinsic
def nothing(typingctx, array):
    """nothing(array): a vector of zeros in the precision of the array."""
    wide = Wide(array.dtype)

    def codegen(context, builder, signature, args):
        kind = _vector(signature.args[0].dtype)
        return ir.Constant(kind, [0.0] * kind.count)

    return wide(array), codegen


@intrinsic
def fma(typingctx, a, b, c):
    """fma(a, b, c) = a b + c, place by place."""

    def codegen(context, builder, signature, args):
        kind = _vector(signature.args[0].base)
        bits = BITS // kind.count
        called = ir.FunctionType(kind, [kind] * 3)
        name = f"llvm.fmuladd.v{kind.count}f{bits}"
        return builder.call(cgutils.get_or_insert_function(builder.module, called, name), args)

    return a(a, b, c), codegen


@intrinsic
def spreading(typingctx, array, value):
    """spreading(array, value): a value of the array's precision in every place of a vector."""
    wide = Wide(array.dtype)

    def codegen(context, builder, signature, args):
        return _spread(builder, args[1], _vector(signature.args[0].dtype))

    return wide(array, array.dtype), codegen


def _spread(builder: Any, number: Any, kind: ir.VectorType) -> Any:
    empty = ir.Constant(kind, ir.Undefined)
    one = builder.insert_element(empty, number, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, empty, ir.Constant(ir.VectorType(ir.IntType(32), kind.count), [0] * kind.count))


def _two(name: str, rule: Any, explained: str) -> Any:
    def operation(typingctx, a, b):
        return a(a, b), lambda context, builder, signature, args: rule(builder, *args)

    operation.__name__, operation.__doc__ = name, explained
    return intrinsic(operation)


add = _two("add", lambda builder, a, b: builder.fadd(a, b), "add(a, b) = a + b, place by place.")
sub = _two("sub", lambda builder, a, b: builder.fsub(a, b), "sub(a, b) = a - b, place by place.")
mul = _two("mul", lambda builder, a, b: builder.fmul(a, b), "mul(a, b) = a b, place by place.")
div = _two("div", lambda builder, a, b: builder.fdiv(a, b), "div(a, b) = a / b, place by place.")
larger = _two(
    "larger",
    lambda builder, a, b: builder.select(builder.fcmp_ordered(">", a, b), a, b),
    "larger(a, b): the larger number of each place; of a NaN and a number, b.",
)


def _fold(name: str, rule: Any, explained: str) -> Any:
    def folded(typingctx, a):
        def codegen(context, builder, signature, args):
            value, count = args[0], _vector(signature.args[0].base).count
            while count > 1:  # halves against each other, always in the same order
                count //= 2
                halves = [
                    builder.shuffle_vector(
                        value, value, ir.Constant(ir.VectorType(ir.IntType(32), count), list(range(at, at + count)))
                    )
                    for at in (0, count)
                ]
                value = rule(builder, *halves)
            return builder.extract_element(value, ir.Constant(ir.IntType(32), 0))

        return a.base(a), codegen

    folded.__name__, folded.__doc__ = name, explained
    return intrinsic(folded)


sum_of = _fold("sum_of", lambda builder, a, b: builder.fadd(a, b), "sum_of(a): the sum of a vector's numbers.")
largest_of = _fold(
    "largest_of",
    lambda builder, a, b: builder.select(builder.fcmp_ordered(">", a, b), a, b),
    "largest_of(a): the largest of a vector's numbers.",
)


@intrinsic
def exp(typingctx, x):
    """exp(x) of a number or of each of a vector, and of the nearest bound beyond; -87 to 88 in single precision."""
    base = x.base if isinstance(x, Wide) else x

    def codegen(context, builder, signature, args):
        kind = _vector(base) if isinstance(x, Wide) else _vector(base).element
        return _exponential(builder, args[0], kind, base == types.float32)

    return x(x), codegen


def _exponential(builder: Any, x: Any, kind: Any, single: bool) -> Any:
    bits, mantissa, degree, low, high = (32, 23, 7, -87.0, 88.0) if single else (64, 52, 13, -708.0, 709.0)
    whole = ir.IntType(bits) if not isinstance(kind, ir.VectorType) else ir.VectorType(ir.IntType(bits), kind.count)
    ln2 = 0.693359375, float(np.log(np.longdouble(2)) - np.longdouble(0.693359375))  # in two parts
    name = f"f{bits}" if not isinstance(kind, ir.VectorType) else f"v{kind.count}f{bits}"

    def constant(of: Any, value: Any) -> ir.Constant:
        return ir.Constant(of, [value] * of.count) if isinstance(of, ir.VectorType) else ir.Constant(of, value)

    def number(value: float) -> ir.Constant:
        return constant(kind, float(np.float32(value)) if single else float(value))

    def call(what: str, *args: Any) -> Any:
        called = ir.FunctionType(kind, [kind] * len(args))
        return builder.call(cgutils.get_or_insert_function(builder.module, called, f"llvm.{what}.{name}"), args)

    x = builder.select(builder.fcmp_ordered(">", x, number(high)), number(high), x)
    x = builder.select(builder.fcmp_ordered("<", x, number(low)), number(low), x)
    k = call("rint", builder.fmul(x, number(1 / np.log(2))))
    f = call("fma", k, number(-ln2[1]), call("fma", k, number(-ln2[0]), x))
    inverse = 1 / np.cumprod([1.0, *range(1, degree + 1)])
    found = number(inverse[degree])
    for power in range(degree - 1, -1, -1):
        found = call("fma", found, f, number(inverse[power]))
    biased = builder.add(builder.fptosi(k, whole), constant(whole, 2 ** (bits - mantissa - 2) - 1))
    return builder.fmul(found, builder.bitcast(builder.shl(biased, constant(whole, mantissa)), kind))
