"""Small matrix products and rows of exponentials, made of vectors of neighbours.

`product` multiplies blocks that lie in the first cache, for which a call of a BLAS library costs more than the product.
"""

from __future__ import annotations

import numpy as np

from core.learning.compiled.vectors import compiled
from core.learning.compiled.wide import (
    BITS,
    add,
    exp,
    fma,
    larger,
    largest_of,
    load,
    mul,
    nothing,
    spread,
    spreading,
    store,
    sub,
    sum_of,
)


@compiled
def product(a, a_at, a_row, a_step, b, b_at, b_row, c, c_at, c_row, rows, columns, depth, fresh):
    """c[r, n] (+)= sum over k of a[r, k] b[k, n] for rows a multiple of 4 and columns a multiple of one vector.

    `fresh` products take the place of what was in c, others are added to it.

    Places: a[a_at + r a_row + k a_step], b[b_at + k b_row + n], c[c_at + r c_row + n].
    """
    width = BITS // (8 * b.itemsize)
    for r in range(0, rows, 4):
        a0 = a_at + r * a_row
        n = 0
        while n + 2 * width <= columns:
            at = c_at + r * c_row + n
            s0 = s1 = s2 = s3 = t0 = t1 = t2 = t3 = nothing(c)
            if not fresh:
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
            s0 = s1 = s2 = s3 = nothing(c)
            if not fresh:
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


@compiled
def softmax_rows(p, line, rows, known, stop, sums, at, shares):
    """Rows of scores become exp(score - largest) in place, row r for its first known + r places and zero up to `stop`.

    Rows are `line` apart, `stop` is a number of whole vectors. sums[at + r] is the logarithm of the sum of the
    exponentials, shares[r] one over the sum of those that the row now holds.
    """
    width = BITS // (8 * p.itemsize)
    one = shares.dtype.type(1)
    for r in range(rows):
        row = r * line
        for j in range(row + known + r, row + stop):
            p[j] = -one / (one - one)
        found = load(p, row)
        for j in range(row + width, row + stop, width):
            found = larger(load(p, j), found)
        top = largest_of(found)
        shift, all_ = spreading(p, top), nothing(p)
        for j in range(row, row + stop, width):
            here = exp(sub(load(p, j), shift))
            store(p, j, here)
            all_ = add(all_, here)
        for j in range(row + known + r, row + stop):
            p[j] = one - one
        total = sum_of(all_)
        shares[r] = one / total
        sums[at + r] = top + np.log(total)


@compiled
def slopes_of_rows(p, a, line, rows, known, stop, sums, at, slopes, found, first, wide, factor):
    """From scores p and slopes a of their softmax, row by row, to the softmax and to slopes of the scores, in place.

    Row r has known + r places and zeros after them up to `stop`; sums as `softmax_rows` left them. What all slopes of a
    row lose is the product of rows of `slopes` and `found`, the output's slope and the output, `wide` numbers from
    first + r wide on.
    """
    width = BITS // (8 * p.itemsize)
    zero = factor - factor
    for r in range(rows):
        row, here = r * line, first + r * wide
        crossed = nothing(p)
        for j in range(here, here + wide, width):
            crossed = fma(load(slopes, j), load(found, j), crossed)
        common, shift, factors = spreading(p, sum_of(crossed)), spreading(p, sums[at + r]), spreading(p, factor)
        for j in range(row, row + stop, width):
            value = exp(sub(load(p, j), shift))
            store(p, j, value)
            store(a, j, mul(mul(factors, value), sub(load(a, j), common)))
        for j in range(row + known + r, row + stop):
            p[j] = zero
            a[j] = zero
