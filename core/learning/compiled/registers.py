"""One register of seeds: 8 of them in double precision, 16 in single.

As in `vectors`, the seed is the last axis of every array and one instruction works on all seeds. Here the array's
precision says how many there are, so that one loop serves both: 64 bytes are one register of AVX-512, and LLVM splits
it where registers are narrower. Each lane goes through the same instructions, whatever its neighbours hold.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

from core.learning.ops.activations import AMPLITUDE, SLOPE

BYTES = 64

compiled = njit(cache=True, error_model="numpy", boundscheck=False, nogil=True)


def lanes(precision: Any) -> int:
    """Seeds in one register: 8 for float64, 16 for float32."""
    return BYTES // np.dtype(precision).itemsize


class Register(types.Type):
    """Numba type of one register of numbers of some precision."""

    def __init__(self, scalar: types.Float) -> None:
        self.scalar, self.count = scalar, BYTES * 8 // scalar.bitwidth
        super().__init__(name=f"Register({scalar} x {self.count})")


REGISTERS = {types.float64: Register(types.float64), types.float32: Register(types.float32)}
_SCALARS = {types.float64: ir.DoubleType(), types.float32: ir.FloatType()}
_WHOLE = {types.float64: ir.IntType(64), types.float32: ir.IntType(32)}
_INDEX = ir.IntType(32)


def vector(kind: Register) -> ir.VectorType:
    """The register as LLVM knows it."""
    return ir.VectorType(_SCALARS[kind.scalar], kind.count)


@register_model(Register)
class _RegisterModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, vector(fe_type))


def pointer(context: Any, builder: Any, array_type: Any, array: Any, index_type: Any, index: Any) -> Any:
    """Code for the address of a number of a flat array."""
    at = context.cast(builder, index, index_type, types.intp)
    return builder.gep(context.make_array(array_type)(context, builder, array).data, [at])


def beyond(builder: Any, first: Any, count: int) -> Any:
    """Code for the address so many numbers after another."""
    return builder.gep(first, [ir.Constant(ir.IntType(64), count)])


def read(builder: Any, kind: Register, place: Any) -> Any:
    """Code for the register that lies at an address."""
    return builder.load(builder.bitcast(place, vector(kind).as_pointer()), align=kind.scalar.bitwidth // 8)


def write(builder: Any, kind: Register, place: Any, value: Any) -> None:
    """Code that puts a register to an address."""
    builder.store(value, builder.bitcast(place, vector(kind).as_pointer()), align=kind.scalar.bitwidth // 8)


def constant(kind: Register, value: float) -> ir.Constant:
    """The same number in every lane, known when the code is made."""
    return ir.Constant(vector(kind), [float(np.dtype(str(kind.scalar)).type(value))] * kind.count)


def spread(builder: Any, kind: Register, scalar: Any) -> Any:
    """Code for the same number in every lane."""
    nothing = ir.Constant(vector(kind), ir.Undefined)
    first = builder.insert_element(nothing, scalar, ir.Constant(_INDEX, 0))
    return builder.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(_INDEX, kind.count), [0] * kind.count))


def multiply_add(builder: Any, kind: Register, a: Any, b: Any, c: Any) -> Any:
    """Code for a b + c with one rounding."""
    name = f"llvm.fma.v{kind.count}f{kind.scalar.bitwidth}"
    form = ir.FunctionType(vector(kind), [vector(kind)] * 3)
    return builder.call(cgutils.get_or_insert_function(builder.module, form, name), [a, b, c])


# ln 2 in two parts (after Cody and Waite), the number whose addition leaves round(x) in the low bits, the bias and
# place of the exponent, and where tanh is 1 long before: for either precision.
_PARTS = {
    types.float64: (6.93147180369123816490e-01, 1.90821492927058770002e-10, 1.5 * 2.0**52, 1023, 52, 44.0),
    types.float32: (0.693145751953125, 1.42860677e-06, 1.5 * 2.0**23, 127, 23, 20.0),
}
# q(f^2) + f p(f^2) over q(f^2) - f p(f^2) is exp(f) to 1e-15 (Pade, five over five) or 1e-8 (three over three).
_PADE = {
    types.float64: ((30.0, 3360.0, 30240.0), (1.0, 420.0, 15120.0)),
    types.float32: ((12.0, 120.0), (1.0, 60.0)),
}


def _polynomial(builder: Any, kind: Register, x: Any, coefficients: tuple[float, ...]) -> Any:
    total = constant(kind, coefficients[0])
    for c in coefficients[1:]:
        total = multiply_add(builder, kind, total, x, constant(kind, c))
    return total


def tanh_code(builder: Any, kind: Register, a: Any) -> Any:
    """Code for A tanh(S a) = A (e - 1) / (e + 1), e = exp(2 S a) = 2^k exp(f), with the divisor of exp(f) cancelled."""
    high, low, shifter, bias, place, largest = _PARTS[kind.scalar]
    whole = ir.VectorType(_WHOLE[kind.scalar], kind.count)
    x = builder.fmul(a, constant(kind, 2 * SLOPE))
    for sign, bound in ((">", largest), ("<", -largest)):
        x = builder.select(builder.fcmp_ordered(sign, x, constant(kind, bound)), constant(kind, bound), x)
    shifted = multiply_add(builder, kind, x, constant(kind, float(1 / np.log(2))), constant(kind, shifter))
    k = builder.fsub(shifted, constant(kind, shifter))
    f = multiply_add(builder, kind, k, constant(kind, -high), x)
    f = multiply_add(builder, kind, k, constant(kind, -low), f)
    square = builder.fmul(f, f)
    even = _polynomial(builder, kind, square, _PADE[kind.scalar][0])
    odd = builder.fmul(f, _polynomial(builder, kind, square, _PADE[kind.scalar][1]))
    biased = builder.add(builder.bitcast(shifted, whole), ir.Constant(whole, [bias] * kind.count))
    power = builder.bitcast(builder.shl(biased, ir.Constant(whole, [place] * kind.count)), vector(kind))
    above, below = builder.fmul(builder.fadd(even, odd), power), builder.fsub(even, odd)
    ratio = builder.fdiv(builder.fsub(above, below), builder.fadd(above, below))
    return builder.fmul(ratio, constant(kind, AMPLITUDE))


def squash_code(builder: Any, kind: Register, a: Any, form: Any) -> Any:
    """Code for A tanh(S a) if the form is an empty tuple, else for max(a, 0)."""
    if not len(form):
        return tanh_code(builder, kind, a)
    return builder.select(builder.fcmp_unordered(">", a, constant(kind, 0.0)), a, constant(kind, 0.0))


def slope_code(builder: Any, kind: Register, y: Any, form: Any) -> Any:
    """Code for the derivative from the value y: (S / A)(A^2 - y^2), or 1 where y > 0 and 0 elsewhere."""
    if len(form):
        above = builder.fcmp_ordered(">", y, constant(kind, 0.0))
        return builder.select(above, constant(kind, 1.0), constant(kind, 0.0))
    scaled = builder.fmul(y, constant(kind, -SLOPE / AMPLITUDE))
    return multiply_add(builder, kind, scaled, y, constant(kind, SLOPE * AMPLITUDE))


@intrinsic
def load(typingctx, array, index):
    """load(array, index): the register of numbers of a flat array from `index` on."""
    kind = REGISTERS[array.dtype]

    def codegen(context, builder, signature, args):
        return read(builder, kind, pointer(context, builder, array, args[0], index, args[1]))

    return kind(array, index), codegen


@intrinsic
def store(typingctx, array, index, value):
    """store(array, index, value): write a register from `index` on."""

    def codegen(context, builder, signature, args):
        write(builder, value, pointer(context, builder, array, args[0], index, args[1]), args[2])
        return context.get_dummy_value()

    return types.void(array, index, value), codegen


@intrinsic
def everywhere(typingctx, array, value):
    """everywhere(array, value): a number in every lane, in the precision of the array."""
    kind = REGISTERS[array.dtype]

    def codegen(context, builder, signature, args):
        return spread(builder, kind, context.cast(builder, args[1], value, kind.scalar))

    return kind(array, value), codegen


def _arithmetic(instruction: str) -> Any:
    def typed(typingctx, a, b):
        return a(a, b), lambda context, builder, signature, args: getattr(builder, instruction)(*args)

    return intrinsic(typed)


add, sub, mul = _arithmetic("fadd"), _arithmetic("fsub"), _arithmetic("fmul")


@intrinsic
def fma(typingctx, a, b, c):
    """fma(a, b, c) = a b + c, lane by lane."""
    return a(a, b, c), lambda context, builder, signature, args: multiply_add(builder, a, *args)


# What units do with their sums. The compiler reads it off the type of a tuple, as it does the length of a row.
SCALED_TANH: tuple[int, ...] = ()
RECTIFIED = (0,)


@intrinsic
def squash(typingctx, a, form):
    """squash(a, form): A tanh(S a) or max(a, 0), lane by lane; NaN stays NaN."""
    return a(a, form), lambda context, builder, signature, args: squash_code(builder, a, args[0], form)


@intrinsic
def slope_of(typingctx, y, form):
    """slope_of(y, form): the derivative at the value y, lane by lane."""
    return y(y, form), lambda context, builder, signature, args: slope_code(builder, y, args[0], form)


def pack(array: np.ndarray, precision: Any) -> np.ndarray:
    # (R, ...) -> (..., lanes) flat
    """Lay out at most one register of replicas with the seed last, repeating the first in the lanes left over."""
    replicas, room = len(array), lanes(precision)
    if not 1 <= replicas <= room:
        raise ValueError(f"between 1 and {room} replicas fit one register of {np.dtype(precision)}, not {replicas}")
    filled = np.concatenate([array, np.repeat(array[:1], room - replicas, axis=0)])
    return np.ascontiguousarray(np.moveaxis(filled, 0, -1), dtype=precision).ravel()


def unpack(flat: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    # (..., lanes) flat -> (R, ...)
    """The inverse of `pack` for the replicas asked for by `shape`, in double precision."""
    lanes_last = np.reshape(flat, (*shape[1:], lanes(flat.dtype)))
    return np.ascontiguousarray(np.moveaxis(lanes_last, -1, 0)[: shape[0]], dtype=np.float64)
