"""y = x w + b."""

from __future__ import annotations

import numpy as np

from core.learning.ops.shapes import unbroadcast
from core.learning.ops.table import register


def affine(x, w, b):
    # x (..., N, I), w (..., I, O), b (..., O) -> y (..., N, O)
    """y = x w + b for N cases; leading axes are replicas and broadcast against each other.

    >>> x, w, b = np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([0.5])
    >>> affine(x, w, b)[0]  # 1 x 3 + 2 x 4 + 0.5
    array([[11.5]])
    """
    return np.matmul(x, w) + b[..., None, :], (x, w, b.shape)


def affine_backward(dy, cache, needs=None):
    """dx = dy w^T;  dw = x^T dy;  db = sum of dy over cases."""
    x, w, b_shape = cache
    return _products(dy, x, w, b_shape, needs or (True, True, True))


def affine_curvature(d2y, cache, needs=None):
    """The same three products with x and w squared (LeCun et al. 1998, appendix C)."""
    x, w, b_shape = cache
    return _products(d2y, np.square(x), np.square(w), b_shape, needs or (True, True, True))


def _products(dy, x, w, b_shape, needs):
    dx = unbroadcast(np.matmul(dy, np.swapaxes(w, -1, -2)), x.shape) if needs[0] else None
    dw = unbroadcast(np.matmul(np.swapaxes(x, -1, -2), dy), w.shape) if needs[1] else None
    db = unbroadcast(dy.sum(axis=-2), b_shape) if needs[2] else None
    return dx, dw, db


def affine_cost(inputs, output, varies):
    """One product for every output and input, forwards and for each of dx and dw that is wanted."""
    there = output.size * inputs[0].shape[-1]
    return there, there * sum(varies[:2])


register(affine, affine_backward, affine_curvature, cost=affine_cost)
