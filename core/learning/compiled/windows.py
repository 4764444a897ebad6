"""The largest number of a window and where it was, for a vector of maps at a time, in registers."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from core.learning.compiled.vector_blocks import LONG, Writer


class _Places:
    """The places of a window in turn, row by row: begin a loop, use `i`, `j` and `number`, and close it."""

    def __init__(self, w: Writer, rows: Any, columns: Any, size: Any) -> None:
        builder = w.builder
        self._w, self._rows, self._columns, self.before = w, rows, columns, builder.block
        self.loop, self.after = builder.append_basic_block("places"), builder.append_basic_block("window")
        builder.branch(self.loop)
        builder.position_at_end(self.loop)
        self.i, self.j = builder.phi(LONG), builder.phi(LONG)
        self._bytes = ir.VectorType(ir.IntType(8), w.lanes)
        self._size = size

    def number(self) -> Any:
        """i size + j in every lane, as bytes."""
        builder, lane = self._w.builder, ir.IntType(32)
        k = builder.trunc(builder.add(builder.mul(self.i, self._size), self.j), ir.IntType(8))
        undefined = ir.Constant(self._bytes, ir.Undefined)
        first = builder.insert_element(undefined, k, ir.Constant(lane, 0))
        return builder.shuffle_vector(
            first, undefined, ir.Constant(ir.VectorType(lane, self._w.lanes), [0] * self._w.lanes)
        )

    def close(self) -> None:
        """Go on to the next place, or leave."""
        builder, none = self._w.builder, ir.Constant(LONG, 0)
        following = builder.add(self.j, ir.Constant(LONG, 1))
        last = builder.icmp_signed(">=", following, self._columns)
        i = builder.add(self.i, builder.zext(last, LONG))
        j = builder.select(last, none, following)
        for phi, value in ((self.i, i), (self.j, j)):
            phi.add_incoming(none, self.before)
            phi.add_incoming(value, self.loop)
        builder.cbranch(builder.icmp_signed("<", i, self._rows), self.loop, self.after)
        builder.position_at_end(self.after)


def _place_of(w: Writer, places: _Places, corner: Any, row: Any, pixel: Any) -> Any:
    builder = w.builder
    return builder.gep(corner, [builder.add(builder.mul(places.i, row), builder.mul(places.j, pixel))])


def _bytes_at(context: Any, builder: Any, signature: Any, args: Any, k: int, at: Any, lanes: int) -> Any:
    array = context.make_array(signature.args[k])(context, builder, args[k])
    return builder.bitcast(builder.gep(array.data, [at]), ir.VectorType(ir.IntType(8), lanes).as_pointer())


@intrinsic
def largest(typingctx, x, at, row, pixel, rows, columns, size, y, y_at, which, which_at):
    """Write the largest of the vectors x[at + i row + j pixel], i < rows and j < columns, and the first i size + j."""

    def codegen(context, builder, signature, args):
        w = Writer(context, builder, signature, args)
        corner, row, pixel = w.address(0, w.number(1)), w.number(2), w.number(3)
        rows, columns, size = (w.number(k) for k in (4, 5, 6))
        target, places_at = w.address(7, w.number(8)), w.number(10)
        start = w.load(corner)
        places = _Places(w, rows, columns, size)
        best, place = builder.phi(w.vector), builder.phi(ir.VectorType(ir.IntType(8), w.lanes))
        value = w.load(_place_of(w, places, corner, row, pixel))
        better = builder.fcmp_ordered(">", value, best)
        best_now, place_now = builder.select(better, value, best), builder.select(better, places.number(), place)
        for phi, first, following in ((best, start, best_now), (place, ir.Constant(place.type, None), place_now)):
            phi.add_incoming(first, places.before)
            phi.add_incoming(following, places.loop)
        places.close()
        w.store(best_now, target)
        builder.store(place_now, _bytes_at(context, builder, signature, args, 9, places_at, w.lanes), align=1)
        return context.get_dummy_value()

    return types.void(x, at, row, pixel, rows, columns, size, y, y_at, which, which_at), codegen


@intrinsic
def to_largest(typingctx, dy, dy_at, which, which_at, dx, at, row, pixel, rows, columns, size):
    """Add a vector of dy to dx, lane by lane where `which` says that the largest was; see `largest`."""

    def codegen(context, builder, signature, args):
        w = Writer(context, builder, signature, args)
        d = w.load(w.address(0, w.number(1)))
        place = builder.load(_bytes_at(context, builder, signature, args, 2, w.number(3), w.lanes), align=1)
        corner, row, pixel = w.address(4, w.number(5)), w.number(6), w.number(7)
        places = _Places(w, w.number(8), w.number(9), w.number(10))
        target = _place_of(w, places, corner, row, pixel)
        here = builder.icmp_unsigned("==", place, places.number())
        w.store(builder.fadd(w.load(target), builder.select(here, d, w.constant(0.0))), target)
        places.close()
        return context.get_dummy_value()

    return types.void(dy, dy_at, which, which_at, dx, at, row, pixel, rows, columns, size), codegen
