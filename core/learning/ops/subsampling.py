"""Subsampling: each unit adds a 2x2 square of one map, times a coefficient, plus a bias, both one for each map."""

from __future__ import annotations

import numpy as np

from core.learning.ops.shapes import unbroadcast
from core.learning.ops.table import register


def subsampling(x, w, b, *, source=None):
    # x (..., N, C, H, W), w (..., M), b (..., M) -> y (..., N, M, H/2, W/2)
    """y[m,p,q] = b[m] + w[m] (x[c,2p,2q] + x[c,2p,2q+1] + x[c,2p+1,2q] + x[c,2p+1,2q+1]) with c = source[m].

    `source` (M,) names the input map of each map; None means the map of its own number (M = C). The four are added, as
    in LeNet-5 (LeCun et al. 1998, II.B); with their average the coefficient would be four times as large.
    Raises ValueError if the sides are odd or the source does not fit.

    >>> subsampling(np.arange(4.0).reshape(1, 1, 2, 2), np.array([0.25]), np.array([1.0]))[0]  # 6 / 4 + 1
    array([[[[2.5]]]])
    """
    if x.shape[-1] % 2 or x.shape[-2] % 2:
        raise ValueError(f"maps of {x.shape[-2]}x{x.shape[-1]} do not divide into squares of 2x2")
    source = np.arange(x.shape[-3]) if source is None else np.asarray(source)
    if source.shape != w.shape[-1:] or source.min() < 0 or source.max() >= x.shape[-3]:
        raise ValueError(f"a source of {source.size} maps does not fit {w.shape[-1]} maps that read {x.shape[-3]}")
    s = squares(x)[..., source, :, :]
    y = s * _per_map(w) + _per_map(b)
    return y, (s, w, x.shape, b.shape, source)


def squares(x):
    # x (..., H, W) -> (..., H/2, W/2)
    """The sum of each 2x2 square."""
    return x[..., ::2, ::2] + x[..., ::2, 1::2] + x[..., 1::2, ::2] + x[..., 1::2, 1::2]


def subsampling_backward(dy, cache, needs=None):
    """dx = w dy for each of the four;  dw = sum of dy times the added four;  db = sum of dy."""
    return _products(dy, cache, needs or (True, True, True), lambda a: a)


def subsampling_curvature(d2y, cache, needs=None):
    """The same with the coefficient and the added four squared: a unit has one coefficient, not four weights."""
    return _products(d2y, cache, needs or (True, True, True), np.square)


def _per_map(a):
    # (..., M) -> (..., 1, M, 1, 1)
    return a[..., None, :, None, None]


def _products(dy, cache, needs, power):
    s, w, x_shape, b_shape, source = cache
    dx = dw = db = None
    if needs[0]:
        each = np.repeat(np.repeat(dy * _per_map(power(w)), 2, axis=-2), 2, axis=-1)
        full = np.zeros((*each.shape[:-3], *x_shape[-3:]), each.dtype)
        for m, c in enumerate(source):
            full[..., c, :, :] += each[..., m, :, :]
        dx = unbroadcast(full, x_shape)
    if needs[1]:
        dw = unbroadcast((dy * power(s)).sum(axis=(-4, -2, -1)), w.shape)
    if needs[2]:
        db = unbroadcast(dy.sum(axis=(-4, -2, -1)), b_shape)
    return dx, dw, db


def subsampling_cost(inputs, output, varies):
    """One product for every output, forwards and for each of dx and dw that is wanted."""
    return output.size, output.size * sum(varies[:2])


register(subsampling, subsampling_backward, subsampling_curvature, cost=subsampling_cost)
