"""Losses. Each gives one number per replica and says its reduction; each must be the target of its ordered system."""

from __future__ import annotations

import numpy as np

from core.learning.ops.table import register


def squared_error(y, t):
    # y (..., N, O), t (..., N, O) -> E (...)
    """E = 1/2 sum over cases and outputs of (y - t)^2. A sum, not a mean, and with the half.

    >>> float(squared_error(np.array([[1.0, 3.0]]), np.array([[0.0, 1.0]]))[0])  # (1 + 4) / 2
    2.5
    """
    d = y - t
    return 0.5 * np.sum(d * d, axis=(-2, -1)), d


def squared_error_backward(dE, d, needs=None):
    """dy = dE (y - t);  dt = -dy."""
    dy = dE[..., None, None] * d
    return dy, -dy


def squared_error_curvature(dE, d, needs=None):
    """d2E/dy2 = 1 for every output of every case, and the same for t."""
    d2y = np.broadcast_to(dE[..., None, None], d.shape)
    return d2y, d2y


def softmax_cross_entropy(a, t):
    # a (..., N, O), t (..., N, O) -> E (...)
    """E = - sum over cases and outputs of t log softmax(a). A sum, not a mean; each row of t sums to one.

    >>> float(softmax_cross_entropy(np.zeros((1, 2)), np.array([[1.0, 0.0]]))[0].round(4))  # ln 2
    0.6931
    """
    shifted = a - a.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return -np.sum(t * log_p, axis=(-2, -1)), (log_p, t)


def softmax_cross_entropy_backward(dE, cache, needs=None):
    """da = dE (p sum(t) - t), which is dE (p - t) for rows of t that sum to one;  dt = -dE log p."""
    log_p, t = cache
    dE = dE[..., None, None]
    return dE * (np.exp(log_p) * t.sum(axis=-1, keepdims=True) - t), -dE * log_p


def softmax_cross_entropy_curvature(dE, cache, needs=None):
    """d2E/da2 = p (1 - p), the diagonal of the exact Hessian at the outputs; E is linear in t."""
    log_p, t = cache
    p = np.exp(log_p)
    return dE[..., None, None] * p * (1.0 - p) * t.sum(axis=-1, keepdims=True), np.zeros_like(p)


def squared_error_cost(inputs, output, varies):
    """One square for every output of every case; backwards one product."""
    return inputs[0].size, inputs[0].size


def softmax_cross_entropy_cost(inputs, output, varies):
    """An exponential and a product with t for every output, a logarithm for every case; backwards the same."""
    cases = inputs[0].size // inputs[0].shape[-1]
    return 2 * inputs[0].size + cases, 2 * inputs[0].size


register(squared_error, squared_error_backward, squared_error_curvature, cost=squared_error_cost)
register(
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
    softmax_cross_entropy_curvature,
    cost=softmax_cross_entropy_cost,
)
