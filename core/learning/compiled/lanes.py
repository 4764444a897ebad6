"""A value that holds one number for each of LANES seeds, kept in vector registers by the compiler.

Compiled loops in this folder store every array with the seed as the last axis and handle it through these
functions, so that one instruction works on all seeds and each seed's arithmetic is the same whichever seeds share
the vector. LLVM splits the vector on processors with narrower registers, so this runs wherever Numba does.
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
_VECTOR = ir.VectorType(ir.DoubleType(), LANES)


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
def zeros(typingctx):
    """zeros() = 0 in every lane."""
    return lanes_type(), lambda context, builder, signature, args: ir.Constant(_VECTOR, [0.0] * LANES)


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
