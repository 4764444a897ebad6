"""The fast twin of the op `attention`: one head at a time, in blocks that stay in the first cache.

Scores are worked out for BLOCK queries against all keys up to theirs, used and forgotten, forwards and backwards.
Room for keys and values is padded with zeros to whole vectors. Single and double precision.
"""

from __future__ import annotations

import numpy as np

from core.learning.compiled.blocks import product, slopes_of_rows, softmax_rows
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
    wide, line = -(-size // MULTIPLE) * MULTIPLE, padded + MULTIPLE
    one = factor / factor
    turned, values = np.zeros(size * padded, q.dtype), np.zeros(padded * wide, q.dtype)
    queries, p, o = np.zeros(padded * size, q.dtype), np.empty(BLOCK * line, q.dtype), np.empty(BLOCK * wide, q.dtype)
    shares = np.empty(BLOCK, q.dtype)
    for item in range(first, last):
        b, h = item // heads, item % heads
        g = h // (heads // groups)
        start = b * length
        if h % (heads // groups) == 0 or item == first:
            _columns_of(k, (start * groups + g) * size, groups * size, length, size, turned, padded, factor)
            _rows_of(v, (start * groups + g) * size, groups * size, length, size, values, wide, one)
        _rows_of(q, (start * heads + h) * size, heads * size, length, size, queries, size, one)
        for at in range(0, length, BLOCK):
            seen = at + BLOCK
            product(queries, at * size, size, 1, turned, 0, padded, p, 0, line, BLOCK, seen, size, True)
            rows = min(BLOCK, length - at)
            softmax_rows(p, line, rows, at + 1, seen, sums, item * length + at, shares)
            product(p, 0, line, 1, values, 0, wide, o, 0, wide, BLOCK, wide, seen, True)
            for r in range(rows):
                here, share = ((start + at + r) * heads + h) * size, shares[r]
                for d in range(size):
                    out[here + d] = o[r * wide + d] * share


@compiled
def _backward(q, k, v, out, sums, dout, dq, dk, dv, shape, first, last, factor):
    """Derivatives of the heads that read the groups from `first` to `last`."""
    length, heads, groups, size = shape
    each = heads // groups
    padded = -(-length // BLOCK) * BLOCK
    wide, line = -(-size // MULTIPLE) * MULTIPLE, padded + MULTIPLE
    one = factor / factor
    many, kind = padded * wide, q.dtype
    turned, values = np.zeros(size * padded, kind), np.zeros(size * padded, kind)
    keys, queries, slopes, found = (
        np.zeros(many, kind),
        np.zeros(many, kind),
        np.zeros(many, kind),
        np.zeros(many, kind),
    )
    key_slopes, value_slopes = np.empty(many, kind), np.empty(many, kind)
    p, a, o = np.empty(BLOCK * line, kind), np.empty(BLOCK * line, kind), np.empty(BLOCK * wide, kind)
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
            here = (start * heads + h) * size
            _rows_of(q, here, heads * size, length, size, queries, wide, one)
            _rows_of(dout, here, heads * size, length, size, slopes, wide, one)
            _rows_of(out, here, heads * size, length, size, found, wide, one)
            for at in range(0, length, BLOCK):
                seen = at + BLOCK
                product(queries, at * wide, wide, 1, turned, 0, padded, p, 0, line, BLOCK, seen, size, True)
                product(slopes, at * wide, wide, 1, values, 0, padded, a, 0, line, BLOCK, seen, size, True)
                rows, sums_at = min(BLOCK, length - at), (b * heads + h) * length + at
                slopes_of_rows(p, a, line, rows, at + 1, seen, sums, sums_at, slopes, found, at * wide, wide, factor)
                p[rows * line :] = 0
                a[rows * line :] = 0
                product(a, 0, line, 1, keys, 0, wide, o, 0, wide, BLOCK, wide, seen, True)
                product(p, 0, 1, line, slopes, at * wide, wide, value_slopes, 0, wide, seen, wide, BLOCK, False)
                product(a, 0, 1, line, queries, at * wide, wide, key_slopes, 0, wide, seen, wide, BLOCK, False)
                for r in range(rows):
                    row = ((start + at + r) * heads + h) * size
                    for d in range(size):
                        dq[row + d] = o[r * wide + d]
        for t in range(length):
            row = place + t * groups * size
            for d in range(size):
                dk[row + d] = key_slopes[t * wide + d]
                dv[row + d] = value_slopes[t * wide + d]


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
