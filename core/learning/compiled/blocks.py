"""Small matrix products and rows of exponentials, made of vectors of neighbours.

`product` multiplies blocks that lie in the first cache, for which a call of a BLAS library costs more than the product.
"""

from __future__ import annotations

from core.learning.compiled.vectors import compiled
from core.learning.compiled.wide import (
    BITS,
    add,
    exp,
    fma,
    larger,
    largest_of,
    load,
    nothing,
    spread,
    spreading,
    store,
    sub,
    sum_of,
)


@compiled
def product(a, a_at, a_row, a_step, b, b_at, b_row, c, c_at, c_row, rows, columns, depth):
    """c[r, n] += sum over k of a[r, k] b[k, n] for rows a multiple of 4 and columns a multiple of one vector.

    Places: a[a_at + r a_row + k a_step], b[b_at + k b_row + n], c[c_at + r c_row + n].
    """
    width = BITS // (8 * b.itemsize)
    for r in range(0, rows, 4):
        a0 = a_at + r * a_row
        n = 0
        while n + 2 * width <= columns:
            at = c_at + r * c_row + n
            s0, t0 = load(c, at), load(c, at + width)
            s1, t1 = load(c, at + c_row), load(c, at + c_row + width)
            s2, t2 = load(c, at + 2 * c_row), load(c, at + 2 * c_row + width)
            s3, t3 = load(c, at + 3 * c_row), load(c, at + 3 * c_row + width)
            for k in range(depth):
                left, right = load(b, b_at + k * b_row + n), load(b, b_at + k * b_row + n + width)
                here = a0 + k * a_step
                x0, x1 = spread(a, here), spread(a, here + a_row)
                x2, x3 = spread(a, here + 2 * a_row), spread(a, here + 3 * a_row)
                s0, t0 = fma(x0, left, s0), fma(x0, right, t0)
                s1, t1 = fma(x1, left, s1), fma(x1, right, t1)
                s2, t2 = fma(x2, left, s2), fma(x2, right, t2)
                s3, t3 = fma(x3, left, s3), fma(x3, right, t3)
            store(c, at, s0)
            store(c, at + width, t0)
            store(c, at + c_row, s1)
            store(c, at + c_row + width, t1)
            store(c, at + 2 * c_row, s2)
            store(c, at + 2 * c_row + width, t2)
            store(c, at + 3 * c_row, s3)
            store(c, at + 3 * c_row + width, t3)
            n += 2 * width
        while n < columns:
            at = c_at + r * c_row + n
            s0, s1 = load(c, at), load(c, at + c_row)
            s2, s3 = load(c, at + 2 * c_row), load(c, at + 3 * c_row)
            for k in range(depth):
                left, here = load(b, b_at + k * b_row + n), a0 + k * a_step
                s0, s1 = fma(spread(a, here), left, s0), fma(spread(a, here + a_row), left, s1)
                s2, s3 = fma(spread(a, here + 2 * a_row), left, s2), fma(spread(a, here + 3 * a_row), left, s3)
            store(c, at, s0)
            store(c, at + c_row, s1)
            store(c, at + 2 * c_row, s2)
            store(c, at + 3 * c_row, s3)
            n += width


@compiled
def largest(row, start, stop):
    """The largest number of row from `start` to `stop`, whole vectors; a NaN may go unseen."""
    width = BITS // (8 * row.itemsize)
    found = load(row, start)
    for j in range(start + width, stop, width):
        found = larger(load(row, j), found)
    return largest_of(found)


@compiled
def exponentials(row, start, stop, less):
    """row <- exp(row - less) from `start` to `stop`, whole vectors, in place. Returns their sum."""
    width = BITS // (8 * row.itemsize)
    shift, found = spreading(row, less), nothing(row)
    for j in range(start, stop, width):
        here = exp(sub(load(row, j), shift))
        store(row, j, here)
        found = add(found, here)
    return sum_of(found)
