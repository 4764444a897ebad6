"""Small matrices that the compiled loops keep in vector registers: products of blocks, and fixed linear maps.

`block(rows, vectors)` and `linear_map(matrix)` make functions for compiled loops. Their machine instructions are
written out, one after the other, when a loop that uses them is compiled, for single or double precision as the arrays
are; arrays are flat. LLVM splits a vector on processors with narrower registers than it was told of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

Function = Callable[..., Any]
LONG = ir.IntType(64)


def _widths() -> tuple[int, int]:
    """Bytes of a vector register here, and rows of a block of two vectors that leave room for its factors."""
    try:
        features = binding.get_host_cpu_features()
    except RuntimeError:
        features = {}
    if features.get("avx512f"):
        return 64, 8
    return (32, 6) if features.get("avx") else (16, 8)


VECTOR_BYTES, ROWS = _widths()


class Writer:
    """Writes vector instructions for one call of an intrinsic: its arguments as numbers and addresses, and arithmetic.

    The precision is that of the first argument, an array; so is the number of lanes of a vector.
    """

    def __init__(self, context: Any, builder: Any, signature: Any, args: Any) -> None:
        self.builder, self._context, self._signature, self._args = builder, context, signature, args
        single = signature.args[0].dtype == types.float32
        self.scalar = ir.FloatType() if single else ir.DoubleType()
        self.lanes = VECTOR_BYTES // (4 if single else 8)
        self.vector = ir.VectorType(self.scalar, self.lanes)
        self._fma = f"llvm.fma.v{self.lanes}f{32 if single else 64}"

    def number(self, k: int) -> Any:
        """Argument k as a 64-bit integer."""
        return self._context.cast(self.builder, self._args[k], self._signature.args[k], types.intp)

    def address(self, k: int, at: Any) -> Any:
        """The address of element `at` of the array that is argument k."""
        array = self._context.make_array(self._signature.args[k])(self._context, self.builder, self._args[k])
        return self.builder.gep(array.data, [at])

    def ahead(self, address: Any, stride: Any, times: int, vectors: int = 0) -> Any:
        """The address `times` strides and so many vectors on."""
        steps = self.builder.mul(stride, ir.Constant(LONG, times))
        return self.builder.gep(address, [self.builder.add(steps, ir.Constant(LONG, vectors * self.lanes))])

    def load(self, address: Any) -> Any:
        """The vector at an address."""
        return self.builder.load(self.builder.bitcast(address, self.vector.as_pointer()), align=4)

    def store(self, value: Any, address: Any) -> None:
        """Write a vector to an address."""
        self.builder.store(value, self.builder.bitcast(address, self.vector.as_pointer()), align=4)

    def constant(self, value: float) -> Any:
        """The same number in every lane."""
        return ir.Constant(self.vector, [float(value)] * self.lanes)

    def spread(self, address: Any) -> Any:
        """The one number at an address in every lane."""
        undefined = ir.Constant(self.vector, ir.Undefined)
        first = self.builder.insert_element(undefined, self.builder.load(address), ir.Constant(ir.IntType(32), 0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), self.lanes), [0] * self.lanes)
        return self.builder.shuffle_vector(first, undefined, zeros)

    def fma(self, a: Any, b: Any, c: Any) -> Any:
        """a b + c, lane by lane."""
        kind = ir.FunctionType(self.vector, [self.vector] * 3)
        return self.builder.call(cgutils.get_or_insert_function(self.builder.module, kind, self._fma), [a, b, c])

    def combination(self, factors: Sequence[float], values: Sequence[Any]) -> Any:
        """Sum of factor times value, without products by one."""
        terms = [(float(f), v) for f, v in zip(factors, values, strict=True) if f != 0]
        terms.sort(key=lambda term: term[0] != 1)
        total: Any = None
        for factor, value in terms:
            if total is None:
                total = value if factor == 1 else self.builder.fmul(self.constant(factor), value)
            elif abs(factor) == 1:
                total = (self.builder.fadd if factor == 1 else self.builder.fsub)(total, value)
            else:
                total = self.fma(self.constant(factor), value, total)
        return self.constant(0.0) if total is None else total


@intrinsic
def lanes_of(typingctx, array):
    """lanes_of(array): how many of its numbers fill one vector."""

    def codegen(context, builder, signature, args):
        return ir.Constant(LONG, VECTOR_BYTES // (4 if signature.args[0].dtype == types.float32 else 8))

    return types.intp(array), codegen


def block(rows: int, vectors: int) -> Function:
    """A function that multiplies a block of `rows` rows into `vectors` vectors of columns, all sums in registers.

    c[c_at + p c_row + v] = (start +) sum over k < count of a[a_at + p row + k column] b[b_at + k step + v] for rows p
    and for v over the columns of the block; with `more` the sums start from what c holds, else from zero.
    """

    @intrinsic
    def multiply(typingctx, a, a_at, row, column, b, b_at, step, count, c, c_at, c_row, more):
        def codegen(context, builder, signature, args):
            w = Writer(context, builder, signature, args)
            row, column, step, count, c_row = (w.number(k) for k in (2, 3, 6, 7, 10))
            a, b, c = (w.address(k, w.number(k + 1)) for k in (0, 4, 8))
            places = [w.ahead(c, c_row, p, v) for p in range(rows) for v in range(vectors)]
            with builder.if_else(args[11]) as (then, otherwise):
                with then:
                    held, from_then = [w.load(place) for place in places], builder.block
                with otherwise:
                    from_otherwise = builder.block
            started = [builder.phi(w.vector) for _ in places]
            for sum_, value in zip(started, held, strict=True):
                sum_.add_incoming(value, from_then)
                sum_.add_incoming(w.constant(0.0), from_otherwise)
            before, loop, after = builder.block, *(builder.append_basic_block(name) for name in ("products", "sums"))
            builder.branch(loop)
            builder.position_at_end(loop)
            k, sums = builder.phi(LONG), [builder.phi(w.vector) for _ in places]
            k.add_incoming(ir.Constant(LONG, 0), before)
            here, there = builder.gep(a, [builder.mul(k, column)]), builder.gep(b, [builder.mul(k, step)])
            columns = [w.load(w.ahead(there, step, 0, v)) for v in range(vectors)]
            grown = []
            for p in range(rows):
                factor = w.spread(w.ahead(here, row, p))
                grown += [w.fma(factor, columns[v], sums[p * vectors + v]) for v in range(vectors)]
            following = builder.add(k, ir.Constant(LONG, 1))
            k.add_incoming(following, builder.block)
            for sum_, first, value in zip(sums, started, grown, strict=True):
                sum_.add_incoming(first, before)
                sum_.add_incoming(value, builder.block)
            builder.cbranch(builder.icmp_signed("<", following, count), loop, after)
            builder.position_at_end(after)
            for value, place in zip(grown, places, strict=True):
                w.store(value, place)
            return context.get_dummy_value()

        return types.void(a, a_at, row, column, b, b_at, step, count, c, c_at, c_row, more), codegen

    return multiply


def linear_map(matrix: np.ndarray, *, onto: bool = False) -> Function:
    """A function that multiplies as many vectors as the matrix has columns by it.

    to[to_at + j to_step] = sum over i of matrix[j, i] given[at + i step] for the lanes of a vector at each place; with
    `onto` the sums are added to what is there. Rows, or columns, that are equal up to signs share their sums.
    """

    @intrinsic
    def apply(typingctx, given, at, step, to, to_at, to_step):
        def codegen(context, builder, signature, args):
            w = Writer(context, builder, signature, args)
            step, to_step = w.number(2), w.number(5)
            source, target = w.address(0, w.number(1)), w.address(3, w.number(4))
            values = [w.load(w.ahead(source, step, i)) for i in range(matrix.shape[1])]
            for j, value in enumerate(_mapped(w, matrix, values)):
                place = w.ahead(target, to_step, j)
                w.store(builder.fadd(value, w.load(place)) if onto else value, place)
            return context.get_dummy_value()

        return types.void(given, at, step, to, to_at, to_step), codegen

    return apply


def _mapped(w: Writer, matrix: np.ndarray, values: list[Any]) -> list[Any]:
    """The products, by pairs: rows r + s and r - s cost what r and s cost, and so do columns."""
    row_pairs, column_pairs = _pairs(matrix), _pairs(matrix.T)
    if len(column_pairs) > len(row_pairs):
        reduced, values = matrix.copy(), list(values)
        for i, j in column_pairs:
            same = matrix[:, i] == matrix[:, j]
            total, rest = w.builder.fadd(values[i], values[j]), w.builder.fsub(values[i], values[j])
            values[i], values[j] = total, rest
            reduced[:, i], reduced[:, j] = matrix[:, i] * same, matrix[:, i] * ~same
        return [w.combination(row, values) for row in reduced]
    found: dict[int, Any] = {}
    for i, j in row_pairs:
        same = matrix[i] == matrix[j]
        total, rest = w.combination(matrix[i] * same, values), w.combination(matrix[i] * ~same, values)
        found[i], found[j] = w.builder.fadd(total, rest), w.builder.fsub(total, rest)
    return [found[i] if i in found else w.combination(row, values) for i, row in enumerate(matrix)]


def _pairs(matrix: np.ndarray) -> list[tuple[int, int]]:
    """Rows that are equal up to signs, in pairs that have both equal and opposite parts."""
    pairs: list[tuple[int, int]] = []
    for i, row in enumerate(matrix):
        for j in range(i + 1, len(matrix)):
            taken = {k for pair in pairs for k in pair} & {i, j}
            sames, opposites = (row == matrix[j]) & (row != 0), (row == -matrix[j]) & (row != 0)
            if not taken and np.all(np.abs(row) == np.abs(matrix[j])) and sames.any() and opposites.any():
                pairs.append((i, j))
    return pairs
