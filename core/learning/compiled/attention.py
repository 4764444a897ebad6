"""The fast twin of the op `attention`: one head at a time, in blocks that stay in the first cache.

Scores are worked out for BLOCK queries against all keys up to theirs, used and forgotten, forwards and backwards.
Room for keys and values is padded with zeros to whole vectors. Single and double precision.
"""

from __future__ import annotations

import numpy as np

from core.learning.compiled.blocks import exponentials, largest, product
from core.learning.compiled.vectors import compiled
from core.learning.compiled.wide import MULTIPLE
from core.learning.ops.attention import attention_cost, check
from core.learning.ops.table import register

BLOCK = 32  # queries


@compiled
def _rows_of(source, first, step, length, size, target, width, factor):
    """target[t, :size] <- factor source[first + t step + (0..size)], a row of `width` for every position."""
    for t in range(length):
        for d in range(size):
            target[t * width + d] = factor * source[first + t * step + d]


@compiled
def _columns_of(source, first, step, length, size, target, width, factor):
    """target[d, t] <- factor source[first + t step + d]: the same, turned."""
    for t in range(length):
        for d in range(size):
            target[d * width + t] = factor * source[first + t * step + d]


@compiled
def _forward(q, k, v, out, sums, shape, first, last, factor):
    # q flat (B, T, H, D), k, v flat (B, T, G, D), out like q, sums flat (B, H, T)
    length, heads, groups, size = shape
    padded = -(-length // BLOCK) * BLOCK
    wide = -(-size // MULTIPLE) * MULTIPLE
    one = factor / factor
    turned, values = np.zeros(size * padded, q.dtype), np.zeros(padded * wide, q.dtype)
    queries, p, o = np.zeros(padded * size, q.dtype), np.empty(BLOCK * padded, q.dtype), np.empty(BLOCK * wide, q.dtype)
    shares, never = np.empty(BLOCK, q.dtype), -one / (one - one)
    for item in range(first, last):
        b, h = item // heads, item % heads
        g = h // (heads // groups)
        start = b * length
        _columns_of(k, (start * groups + g) * size, groups * size, length, size, turned, padded, factor)
        _rows_of(v, (start * groups + g) * size, groups * size, length, size, values, wide, one)
        _rows_of(q, (start * heads + h) * size, heads * size, length, size, queries, size, one)
        for at in range(0, length, BLOCK):
            seen = at + BLOCK
            p[: BLOCK * padded] = 0
            o[:] = 0
            product(queries, at * size, size, 1, turned, 0, padded, p, 0, padded, BLOCK, seen, size)
            for r in range(BLOCK):
                row, known = r * padded, at + r + 1
                if at + r >= length:
                    break
                p[row + known : row + seen] = never
                top = largest(p, row, row + seen)
                all_ = exponentials(p, row, row + seen, top)
                p[row + known : row + seen] = 0
                shares[r] = one / all_
                sums[(b * heads + h) * length + at + r] = top + np.log(all_)
            product(p, 0, padded, 1, values, 0, wide, o, 0, wide, BLOCK, wide, seen)
            for r in range(min(BLOCK, length - at)):
                for d in range(size):
                    out[((start + at + r) * heads + h) * size + d] = o[r * wide + d] * shares[r]


@compiled
def _backward(q, k, v, out, sums, dout, dq, dk, dv, shape, first, last, factor):
    """Derivatives of the heads that read the groups from `first` to `last`."""
    length, heads, groups, size = shape
    each = heads // groups
    padded = -(-length // BLOCK) * BLOCK
    wide = -(-size // MULTIPLE) * MULTIPLE
    one = factor / factor
    turned, keys = np.zeros(size * padded, q.dtype), np.zeros(padded * wide, q.dtype)
    values, queries, slopes = (
        np.zeros(size * padded, q.dtype),
        np.zeros(padded * wide, q.dtype),
        np.zeros(padded * wide, q.dtype),
    )
    key_slopes, value_slopes = np.empty(padded * wide, q.dtype), np.empty(padded * wide, q.dtype)
    p, a, o = np.empty(BLOCK * padded, q.dtype), np.empty(BLOCK * padded, q.dtype), np.empty(BLOCK * wide, q.dtype)
    for item in range(first, last):
        b, g = item // groups, item % groups
        start = b * length
        place = (start * groups + g) * size
        _columns_of(k, place, groups * size, length, size, turned, padded, factor)
        _rows_of(k, place, groups * size, length, size, keys, wide, one)
        _columns_of(v, place, groups * size, length, size, values, padded, one)
        key_slopes[:] = 0
        value_slopes[:] = 0
        for h in range(g * each, (g + 1) * each):
            _rows_of(q, (start * heads + h) * size, heads * size, length, size, queries, wide, one)
            _rows_of(dout, (start * heads + h) * size, heads * size, length, size, slopes, wide, one)
            for at in range(0, length, BLOCK):
                seen = at + BLOCK
                p[:] = 0
                a[:] = 0
                o[:] = 0
                product(queries, at * wide, wide, 1, turned, 0, padded, p, 0, padded, BLOCK, seen, size)
                product(slopes, at * wide, wide, 1, values, 0, padded, a, 0, padded, BLOCK, seen, size)
                for r in range(BLOCK):
                    row, known = r * padded, at + r + 1 if at + r < length else 0
                    if known:
                        exponentials(p, row, row + seen, sums[(b * heads + h) * length + at + r])
                        common = q.dtype.type(0)
                        here = ((start + at + r) * heads + h) * size
                        for d in range(size):
                            common += dout[here + d] * out[here + d]
                        for j in range(row, row + seen):
                            a[j] = p[j] * (a[j] - common) * factor
                    p[row + known : row + seen] = 0
                    a[row + known : row + seen] = 0
                product(a, 0, padded, 1, keys, 0, wide, o, 0, wide, BLOCK, wide, seen)
                product(p, 0, 1, padded, slopes, at * wide, wide, value_slopes, 0, wide, seen, wide, BLOCK)
                product(a, 0, 1, padded, queries, at * wide, wide, key_slopes, 0, wide, seen, wide, BLOCK)
                for r in range(min(BLOCK, length - at)):
                    for d in range(size):
                        dq[((start + at + r) * heads + h) * size + d] = o[r * wide + d]
        for t in range(length):
            for d in range(size):
                dk[place + t * groups * size + d] = key_slopes[t * wide + d]
                dv[place + t * groups * size + d] = value_slopes[t * wide + d]


def fast_attention(q, k, v):
    # q (..., B, T, H, D), k (..., B, T, G, D), v (..., B T, G D) -> o (..., B T, H D)
    """The op `attention`, compiled."""
    check(q, k, v)
    *lead, sequences, length, heads, size = q.shape
    q, k, v = (np.ascontiguousarray(x) for x in (q, k, v))
    out = np.empty((*lead, sequences * length, heads * size), q.dtype)
    sums = np.empty((*lead, sequences, heads, length), q.dtype)
    _forward(
        *(x.reshape(-1) for x in (q, k, v, out, sums)),
        (length, heads, k.shape[-2], size),
        0,
        sums.size // length,
        q.dtype.type(size**-0.5),
    )
    return out, (q, k, v, out, sums)


def fast_attention_backward(dout, cache, needs=None):
    """The derivatives of `attention`, compiled."""
    q, k, v, out, sums = cache
    length, heads, size = q.shape[-3:]
    found = np.empty_like(q), np.empty_like(k), np.empty_like(v)
    _backward(
        *(np.ascontiguousarray(x, q.dtype).reshape(-1) for x in (q, k, v, out, sums, dout)),
        *(x.reshape(-1) for x in found),
        (length, heads, k.shape[-2], size),
        0,
        k.size // (length * size),
        q.dtype.type(size**-0.5),
    )
    return found


register(fast_attention, fast_attention_backward, cost=attention_cost)
