"""Softmax by itself, where its probabilities go on to something other than cross-entropy."""

from __future__ import annotations

import numpy as np

from core.learning.ops.table import register


def softmax(a, *, temperature=1.0):
    # a (..., O) -> p (..., O)
    """p_i = exp(a_i / T) / sum_j exp(a_j / T), computed without overflow. Bridle (1990), for T = 1.

    >>> softmax(np.log([1.0, 3.0]))[0]
    array([0.25, 0.75])
    """
    shifted = (a - a.max(axis=-1, keepdims=True)) / temperature
    grown = np.exp(shifted)
    p = grown / grown.sum(axis=-1, keepdims=True)
    return p, (p, temperature)


def softmax_backward(dp, cache, needs=None):
    """da_i = p_i (dp_i - sum_j dp_j p_j) / T: every output depends on every input."""
    p, temperature = cache
    return (p * (dp - np.sum(dp * p, axis=-1, keepdims=True)) / temperature,)


def softmax_curvature(d2p, cache, needs=None):
    """d2a_i = sum_j d2p_j (dp_j/da_i)^2 with dp_j/da_i = p_j ([i = j] - p_i) / T."""
    p, temperature = cache
    squares = np.square(p)
    rest = np.sum(d2p * squares, axis=-1, keepdims=True)
    return (squares * (rest + d2p * (1.0 - 2.0 * p)) / temperature**2,)


def softmax_cost(inputs, output, varies):
    """An exponential and a quotient for every output; backwards two products."""
    return 2 * output.size, 2 * output.size


register(softmax, softmax_backward, softmax_curvature, cost=softmax_cost)
