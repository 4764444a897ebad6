"""Rows of a table for tokens, and the product with a matrix stored output by output, as Llama files store it."""

from __future__ import annotations

import numpy as np

from core.learning.ops.shapes import unbroadcast
from core.learning.ops.table import free, register


def embedding(table, tokens):
    # table (..., V, D), tokens (B, T) whole numbers -> y (..., B T, D)
    """y = the row of the table that each token names, sequence after sequence. Replicas share the tokens.

    >>> embedding(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1, 1]]))[0]
    array([[3., 4.],
           [3., 4.]])
    """
    return table[..., np.ravel(tokens), :], (np.ravel(tokens), table.shape)


def embedding_backward(dy, cache, needs=None):
    """dtable = dy summed into the rows that were named: sorted by token, so that each row is written once.

    The squared Jacobian is the same map.
    """
    tokens, shape = cache
    order = np.argsort(tokens, kind="stable")
    named, first = np.unique(tokens[order], return_index=True)
    dtable = np.zeros(shape, dy.dtype)
    dtable[..., named, :] = np.add.reduceat(dy[..., order, :], first, axis=-2)
    return dtable, None


def linear(x, w):
    # x (..., N, I), w (..., O, I) -> y (..., N, O)
    """y = x w^T, no bias: a row of w for every output. A tied output layer is this with the table of the embedding.

    >>> linear(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]))[0]  # 1 x 3 + 2 x 4
    array([[11.]])
    """
    return np.matmul(x, np.swapaxes(w, -1, -2)), (x, w)


def linear_backward(dy, cache, needs=None):
    """dx = dy w;  dw = dy^T x."""
    x, w = cache
    need = needs or (True, True)
    dx = unbroadcast(np.matmul(dy, w), x.shape) if need[0] else None
    return dx, unbroadcast(np.matmul(np.swapaxes(dy, -1, -2), x), w.shape) if need[1] else None


def linear_curvature(d2y, cache, needs=None):
    """The same with x and w squared."""
    x, w = cache
    return linear_backward(d2y, (np.square(x), np.square(w)), needs)


def linear_cost(inputs, output, varies):
    """One product for every output and input, forwards and for each of dx and dw that is wanted."""
    there = output.size * inputs[0].shape[-1]
    return there, there * sum(varies)


register(embedding, embedding_backward, embedding_backward, cost=free)
register(linear, linear_backward, linear_curvature, cost=linear_cost)
