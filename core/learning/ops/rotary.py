"""Rotary positions: every pair of numbers of a query or key is turned by an angle that grows with the position."""

from __future__ import annotations

import numpy as np

from core.learning.ops.table import register

PAIRINGS = ("adjacent", "halves")


def rotary(x, *, cosine, sine, pairing="adjacent"):
    # x (..., B T, H D), cosine and sine (T, D/2) -> y (..., B, T, H, D)
    """(y_a, y_b) = (x_a cos - x_b sin, x_a sin + x_b cos) for every pair of each head at each of T positions.

    Pairs are neighbours (2i, 2i + 1), as in the paper and in llama2.c, or lie half a head apart (i, i + D/2), as in
    Hugging Face's files. The output is laid out by sequence, position and head.
    Source: Su et al. (2021), equations 14 and 15.

    >>> x = np.array([1.0, 0.0]).reshape(1, 1, 1, 2)
    >>> rotary(x, cosine=np.array([[0.0]]), sine=np.array([[1.0]]))[0].ravel()  # a quarter of a turn
    array([0., 1.])
    """
    x = _by_head(x, cosine)
    y = np.empty_like(x)
    _turn(x, y, cosine, sine, pairing)
    return y, (cosine, sine, pairing)


def rotary_backward(dy, cache, needs=None):
    """dx = dy turned back, by minus the angle."""
    cosine, sine, pairing = cache
    dx = np.empty_like(dy)
    _turn(dy, dx, cosine, -sine, pairing)
    return (_flat(dx),)


def rotary_curvature(d2y, cache, needs=None):
    """d2x_a = d2y_a cos^2 + d2y_b sin^2, and the same the other way round."""
    cosine, sine, pairing = cache
    a, b = _pairs(d2y, pairing)
    c, s = _tables(np.square(cosine), np.square(sine), d2y.dtype)
    d2x = np.empty_like(d2y)
    da, db = _pairs(d2x, pairing)
    da[...], db[...] = a * c + b * s, a * s + b * c
    return (_flat(d2x),)


def _by_head(x, cosine):
    length, half = cosine.shape
    if x.shape[-2] % length or x.shape[-1] % (2 * half):
        raise ValueError(
            f"{x.shape[-2]} cases of {x.shape[-1]} do not fit tables of {length} positions of {half} pairs"
        )
    return x.reshape(*x.shape[:-2], -1, length, x.shape[-1] // (2 * half), 2 * half)


def _flat(x):
    *lead, sequences, length, heads, size = x.shape
    return x.reshape(*lead, sequences * length, heads * size)


def _turn(x, y, cosine, sine, pairing):
    a, b = _pairs(x, pairing)
    ya, yb = _pairs(y, pairing)
    c, s = _tables(cosine, sine, x.dtype)
    np.subtract(a * c, b * s, out=ya)
    np.add(a * s, b * c, out=yb)


def _pairs(x, pairing):
    """Views of the first and of the second members of every pair."""
    if pairing not in PAIRINGS:
        raise ValueError(f"pairs of rotary positions are {' or '.join(PAIRINGS)}, not {pairing!r}")
    half = x.shape[-1] // 2
    return (x[..., ::2], x[..., 1::2]) if pairing == "adjacent" else (x[..., :half], x[..., half:])


def _tables(cosine, sine, kind):
    return (table[:, None].astype(kind, copy=False) for table in (cosine, sine))


def rotary_cost(inputs, output, varies):
    """Two products for every number, each way."""
    return 2 * output.size, 2 * output.size


register(rotary, rotary_backward, rotary_curvature, cost=rotary_cost)
